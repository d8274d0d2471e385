-- SPDX-License-Identifier: BSD-2-Clause
--- What a server or a user chose, made safe for a terminal.
-- Every byte outside printable ASCII becomes \xHH: C0 and C1 controls, DEL,
-- and UTF-8 too, because a byte string from the wire has no encoding that
-- could be relied on. A backslash becomes \\, so nothing looks escaped that
-- was not.
local M = {}

local function hex(c)
  return ("\\x%02x"):format(c:byte())
end

--- Bytes as printable ASCII, lossless.
-- @tparam string bytes
-- @treturn string
function M.text(bytes)
  if not bytes:find("[%c\\\x7f-\xff]") then
    return bytes -- most are such, and nothing has to be made of them
  end
  return (bytes:gsub("\\", "\\\\"):gsub("[^\x20-\x7e]", hex))
end

--- Any value as M.text has its text.
function M.value(value)
  return M.text(tostring(value))
end

--- The same for a sentence of our own with foreign words inside: backslashes
-- stay, because a sentence may already hold escaped text.
-- @tparam string sentence
-- @treturn string
function M.line(sentence)
  if not sentence:find("[^\x20-\x7e]") then
    return sentence
  end
  return (sentence:gsub("[^\x20-\x7e]", hex))
end

--- Shortens escaped or plain ASCII text to a width, with ".." at the cut.
-- Never cuts inside an escape.
-- @tparam string text printable ASCII, as M.text gives
-- @tparam int width at least 3
-- @treturn string
function M.fit(text, width)
  if #text <= width then
    return text
  end
  local used, at = 0, 1
  while at <= #text do
    local step = 1
    if text:find("^\\x%x%x", at) then
      step = 4
    elseif text:find("^\\\\", at) then
      step = 2
    end
    if used + step > width - 2 then
      break
    end
    used, at = used + step, at + step
  end
  return text:sub(1, used) .. ".."
end

return M

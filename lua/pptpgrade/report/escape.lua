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

local KEPT, LONG = 2048, 400 -- texts, and bytes of one

-- make(bytes), remembered for so many: reports say the same things of many
-- servers, and what servers say themselves must not fill memory.
local function remembered(make)
  local known, count = {}, 0
  return function(bytes)
    local text = known[bytes]
    if not text then
      text = make(bytes)
      if #bytes <= LONG then
        if count == KEPT then
          known, count = {}, 0
        end
        known[bytes], count = text, count + 1
      end
    end
    return text
  end
end

--- Bytes as printable ASCII, lossless.
-- @function M.text
-- @tparam string bytes
-- @treturn string
M.text = remembered(function(bytes)
  if not bytes:find("[\\\0-\x1f\x7f-\xff]") then
    return bytes
  end
  return (bytes:gsub("\\", "\\\\"):gsub("[^\x20-\x7e]", hex))
end)

--- Any value as M.text has its text.
function M.value(value)
  return M.text(tostring(value))
end

--- The same for a sentence of our own with foreign words inside: backslashes
-- stay, because a sentence may already hold escaped text.
-- @function M.line
-- @tparam string sentence
-- @treturn string
M.line = remembered(function(sentence)
  return (sentence:gsub("[^\x20-\x7e]", hex))
end)

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

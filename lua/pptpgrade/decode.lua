-- SPDX-License-Identifier: BSD-2-Clause
--- JSON as pptp-probe and our reports write it, read back: a character from
-- U+0000 to U+00FF is the byte of that number, as report/encode.lua has it.
local M = {}

-- JSON text is UTF-8; U+0080 to U+00FF are our bytes. What lies beyond was
-- never a byte and stays as it was written.
local function to_bytes(s)
  if not s:find("[\xc2\xc3]") then
    return s
  end
  return (s:gsub("([\xc2\xc3])([\x80-\xbf])", function(lead, tail)
    return string.char((lead:byte() - 0xc0) * 64 + tail:byte() - 0x80)
  end))
end

local function restore(value)
  if type(value) == "string" then
    return to_bytes(value)
  elseif type(value) ~= "table" then
    return value
  end
  local t = setmetatable({}, getmetatable(value))
  for key, item in pairs(value) do
    t[restore(key)] = restore(item)
  end
  return t
end

local function parse(text)
  local dkjson = require "dkjson"
  local value, after, why = dkjson.decode(text, 1, nil)
  if why then
    return nil, why
  elseif text:find("%S", after) then
    return nil, "more follows after the value"
  end
  return restore(value)
end

--- One JSON text as a Lua value; null is nil, lists and objects carry
-- `__jsontype` in their metatable.
-- @tparam string text
-- @return the value; or nil and why not
function M.decode(text)
  -- A text that nests deep enough exhausts the stack: an error of the text.
  local ok, value, why = pcall(parse, text)
  if ok then
    return value, why
  end
  why = tostring(value)
  if not pcall(require, "dkjson") then
    why = "reading JSON needs the Lua module dkjson (Debian: lua-dkjson)"
  elseif why:find("stack overflow", 1, true) or
         why:find("too many C levels", 1, true) then
    why = "it nests too deep"
  end
  return nil, why
end

return M

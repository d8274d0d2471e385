-- SPDX-License-Identifier: BSD-2-Clause
--- How NSE shows what a script returns, written from its documentation: as
-- indented text, and as plain tables for JSON.
local M = {}

local function hex(c)
  return ("\\x%02X"):format(c:byte())
end

local function printable(text)
  return (text:gsub("[^\x20-\x7e\n\t]", hex))
end

local function has_text(value)
  local meta = getmetatable(value)
  return type(value) ~= "table" or type(meta) == "table" and meta.__tostring
end

-- A list's items first, by themselves, then what has a name.
local function add(lines, value, indent)
  local function put(head, item)
    if has_text(item) then
      lines[#lines + 1] = indent .. head .. tostring(item)
    else
      lines[#lines + 1] = indent .. head
      add(lines, item, indent .. "  ")
    end
  end
  for _, item in ipairs(value) do
    put("", item)
  end
  for key, item in pairs(value) do
    if type(key) == "string" then
      put(key .. ": ", item)
    end
  end
end

--- A result as text.
-- @param value what an action returned first
-- @treturn string lines without the bars before them
function M.text(value)
  if has_text(value) then
    return printable(tostring(value))
  end
  local lines = { "" }
  add(lines, value, "  ")
  return printable(table.concat(lines, "\n"))
end

--- A script's text below its port's line.
-- @tparam string id the script's name
-- @tparam string text
-- @treturn string every line with its bar, the last one with its foot
function M.block(id, text)
  local lines = {}
  for line in (id .. ": " .. text .. "\n"):gmatch("(.-)\n") do
    lines[#lines + 1] = "| " .. line
  end
  lines[#lines] = "|_" .. lines[#lines]:sub(3)
  return table.concat(lines, "\n") .. "\n"
end

local plain_kinds = { string = true, number = true, boolean = true }

--- A result as plain lists and objects.
-- @param value
-- @return what json.encode takes
function M.plain(value)
  if type(value) ~= "table" then
    if plain_kinds[type(value)] then
      return value
    end
    return tostring(value)
  end
  local list, object, named = {}, {}, false
  for i, item in ipairs(value) do
    list[i] = M.plain(item)
    object[tostring(i)] = list[i] -- an object's keys are all strings
  end
  for key, item in pairs(value) do
    if type(key) == "string" then
      object[key], named = M.plain(item), true
    end
  end
  return setmetatable(named and object or list,
                      { __jsontype = named and "object" or "array" })
end

return M

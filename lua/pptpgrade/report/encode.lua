-- SPDX-License-Identifier: BSD-2-Clause
--- JSON in the shape that pptp-probe writes.
-- One rule for every string, ours or the wire's: a Lua string is bytes, and a
-- byte is the character of the same number (Latin-1). What is outside
-- 0x20-0x7e is written as \u00XX, one escape a byte, so whatever a server sent
-- is valid JSON and comes back as the same bytes. Our own texts are ASCII.
--
-- Keys stand in a fixed order: those below first, the others by name.
local M = {}

local first = {
  "schema", "kind", "id", "target", "name", "port", "labels", "grade", "best",
  "worst", "confidence", "summary", "state", "time", "source", "title",
  "severity", "reason", "caps", "findings", "product",
  "potential_vulnerabilities", "remedies", "check_by_hand", "evidence",
}
local last = { "authentication", "conversations", "raw" }

local rank = {}
for i, key in ipairs(first) do
  rank[key] = i - 1000
end
for i, key in ipairs(last) do
  rank[key] = i
end

local function before(a, b)
  local x, y = rank[a] or 0, rank[b] or 0
  if x ~= y then
    return x < y
  end
  return a < b
end

local function escape(c)
  if c == '"' or c == "\\" then
    return "\\" .. c
  end
  return ("\\u%04x"):format(c:byte())
end

-- make(key) for every key, remembered for so many of them: reports say the same
-- things of many servers, and what servers say themselves must not fill memory.
local function remembered(most, make)
  local count = 0
  return setmetatable({}, { __index = function(t, key)
    if count == most then
      for old in pairs(t) do
        t[old] = nil
      end
      count = 0
    end
    local value = make(key)
    t[key], count = value, count + 1
    return value
  end })
end

local texts = remembered(2048, function(s)
  return '"' .. s:gsub('[%c"\\\x80-\xff]', escape) .. '"'
end)

-- Of a number and so many keys as `pairs` gave them, joined by "\0": the keys
-- in our order, and each as it stands before its value.
local orders = remembered(512, function(joined)
  local keys, heads = {}, {}
  for key in joined:gmatch("%z([^\0]*)") do
    keys[#keys + 1] = key
  end
  if #keys ~= tonumber(joined:match("^%d+")) then
    error("a JSON object has a key with a zero byte", 0)
  end
  table.sort(keys, before)
  for i, key in ipairs(keys) do
    heads[i] = (i == 1 and "{" or ",") .. texts[key] .. ":"
  end
  return { keys = keys, heads = heads }
end)

local function number_text(n)
  if n ~= n or n == math.huge or n == -math.huge then
    error("JSON has no word for " .. tostring(n), 0)
  end
  local whole = math.tointeger(n)
  return whole and tostring(whole) or ("%.14g"):format(n)
end

-- Lua does not tell an empty list from an empty object: a metatable does.
local function is_array(t)
  local meta = getmetatable(t)
  local kind = type(meta) == "table" and meta.__jsontype
  if kind then
    return kind == "array"
  end
  return next(t) == nil or t[1] ~= nil
end

-- Each puts pieces behind the n that there are, and tells how many there are
-- then: #out would count them anew for every piece.
local put

local function put_array(out, n, t)
  out[n + 1] = "["
  n = n + 1
  for i = 1, #t do
    if i > 1 then
      out[n + 1] = ","
      n = n + 1
    end
    n = put(out, n, t[i])
  end
  out[n + 1] = "]"
  return n + 1
end

local function order_of(t)
  local keys, count = {}, 0
  for key in next, t do
    if type(key) ~= "string" then
      error("a JSON object has a key that is a " .. type(key), 0)
    end
    count = count + 1
    keys[count] = key
  end
  keys[0] = count
  return orders[table.concat(keys, "\0", 0, count)]
end

local function put_object(out, n, t)
  if next(t) == nil then
    out[n + 1] = "{}"
    return n + 1
  end
  local order = order_of(t)
  for i, key in ipairs(order.keys) do
    out[n + 1] = order.heads[i]
    n = put(out, n + 1, t[key])
  end
  out[n + 1] = "}"
  return n + 1
end

function put(out, n, value)
  local kind = type(value)
  if kind == "table" then
    return (is_array(value) and put_array or put_object)(out, n, value)
  elseif kind == "string" then
    out[n + 1] = texts[value]
  elseif kind == "number" then
    -- table.concat writes integers as JSON has them.
    out[n + 1] = math.type(value) == "integer" and value or number_text(value)
  elseif kind == "boolean" then
    out[n + 1] = tostring(value)
  else
    error("JSON has no word for a " .. kind, 0)
  end
  return n + 1
end

--- A value as one line of JSON.
-- @param value tables, strings, numbers, booleans
-- @treturn string
-- @raise where a value has no JSON: a function, NaN, a cycle
function M.encode(value)
  local out = {}
  put(out, 0, value)
  return table.concat(out)
end

return M

-- SPDX-License-Identifier: BSD-2-Clause
--- Bends what a file may hold: some values in it become others that nobody
-- expects there. The same seed bends the same places in every run: they are
-- sorted, since the order of `pairs` is another in each.
local R = require "records"
local json = require "json"

local M = {}

local strange = {
  -1, 0.5, 1e300, math.maxinteger, true, false, "", "x\27[2J", "ff", "none",
  ("ff"):rep(60), ("<"):rep(3000), {}, { {} }, { 1, 2, "a" }, { a = 1 },
}

local function keys_of(t)
  local keys = {}
  for key in pairs(t) do
    keys[#keys + 1] = key
  end
  table.sort(keys, function(a, b)
    if type(a) ~= type(b) then
      return type(a) < type(b)
    end
    return a < b
  end)
  return keys
end

-- Every place below t: its table and its key. A target names the file's
-- server: without it nothing is read.
local function places(t, found)
  for _, key in ipairs(keys_of(t)) do
    if key ~= "target" then
      found[#found + 1] = { t, key }
    end
    if type(t[key]) == "table" then
      places(t[key], found)
    end
  end
  return found
end

-- Another value at a place, or none.
local function bend(t, key)
  local value = strange[math.random(0, #strange)]
  if value == nil and math.type(key) == "integer" then
    table.remove(t, key)
  else
    t[key] = R.copy(value)
  end
end

--- A copy of a value, bent in 1 to `most` places, as a file gives it.
-- @tparam table value a record or a verdict
-- @tparam integer most
-- @treturn table
function M.bent(value, most)
  local new = R.copy(value)
  for _ = 1, math.random(most) do
    local found = places(new, {})
    local place = found[math.random(#found)]
    bend(place[1], place[2])
  end
  return json.decode(json.encode(new))
end

return M

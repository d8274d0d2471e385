-- SPDX-License-Identifier: BSD-2-Clause
--- Records of many servers, in any order, given back server by server, in the
-- order in which the servers were first named. What is kept are lines, not
-- tables, and beyond a bound files: memory does not grow with their number.
local sorter = require "pptpgrade.sorter"
local spool = require "pptpgrade.cli.spool"

local M = {}

local LINES = 8 << 20 -- bytes of lines in memory
local PLACES = 4 << 20 -- bytes of what tells whose they are

local Collection = {}
Collection.__index = Collection

-- A key as the sorter takes it: hexadecimal, and an end that is no digit.
local function sortable(key)
  return key:gsub(".", function(c)
    return ("%02x"):format(c:byte())
  end) .. "x"
end

local WIDTH = 16 -- digits of a place
local PLACE = "%016d"

--- Keeps a record.
-- @tparam string key whose it is
-- @tparam string line
-- @treturn boolean|nil
-- @treturn string why it could not be kept
function Collection:add(key, line)
  local place, why = self.lines:put(line)
  if not place then
    return nil, why
  end
  self.count = self.count + 1
  return self.by_key:add(sortable(key) .. PLACE:format(place))
end

-- The places of each key in one string, behind the first of them: sorted, the
-- keys stand as they were first named.
function Collection:groups()
  local groups = sorter.new(self.open, self.bound)
  local last, places, ok, why = nil, {}, true, nil
  for entry in self.by_key:sorted() do
    local key = entry:sub(1, -WIDTH - 1)
    if last and key ~= last then
      ok, why = groups:add(table.concat(places))
      places = {}
    end
    if not ok then
      return nil, why
    end
    last, places[#places + 1] = key, entry:sub(-WIDTH)
  end
  if last then
    ok, why = groups:add(table.concat(places))
  end
  return ok and groups, why
end

local function lines_of(lines, places)
  local found = {}
  for place in places:gmatch(("%d"):rep(WIDTH)) do
    local line, why = lines:get(math.tointeger(tonumber(place)))
    if not line then
      return nil, why
    end
    found[#found + 1] = line
  end
  return found
end

--- Server by server; once.
-- @treturn function|nil iterator: each server's lines, as they came; false and
--   why where they cannot be read any more
-- @treturn string why there is none
function Collection:servers()
  local groups, why = self:groups()
  if not groups then
    return nil, why
  end
  local next_places = groups:sorted()
  return function()
    local places = next_places()
    if places then
      local found, fault = lines_of(self.lines, places)
      return found or false, fault
    end
    self.lines:close()
  end
end

--- @tparam function open () -> file | nil, why: a temporary file
-- @tparam[opt] integer lines bytes of lines that stay in memory
-- @tparam[opt] integer places bytes of what tells whose they are
function M.new(open, lines, places)
  places = places or PLACES
  return setmetatable({
    open = open, bound = places, lines = spool.new(open, lines or LINES),
    by_key = sorter.new(open, places), count = 0,
  }, Collection)
end

return M

-- SPDX-License-Identifier: BSD-2-Clause
--- Plain tables: copied, searched.
local M = {}

--- A new table with the same keys and values.
-- @tparam table|nil t
-- @treturn table
function M.copy(t)
  local new = {}
  for key, value in pairs(t or {}) do
    new[key] = value
  end
  return new
end

--- The keys of a table, sorted: all of them strings, or all numbers.
-- @tparam table t
-- @treturn table list
function M.keys(t)
  local keys = {}
  for key in pairs(t) do
    keys[#keys + 1] = key
  end
  table.sort(keys)
  return keys
end

--- The first item of a list that passes a test; nil where none does.
-- @tparam table list
-- @tparam function test item -> whether it passes
-- @return the item
function M.find(list, test)
  for _, item in ipairs(list) do
    if test(item) then
      return item
    end
  end
end

--- Whether a list has an item.
-- @tparam table list
-- @param item
-- @treturn boolean
function M.contains(list, item)
  return M.find(list, function(one) return one == item end) ~= nil
end

return M

-- SPDX-License-Identifier: BSD-2-Clause
-- Whole surveys of the server model, friendly and not, against docs/schema.
-- The model runs under Lua 5.4 alone, as the name of this file says.
local here = debug.getinfo(1, "S").source:match("^@(.*)/[^/]*$")
package.path = here .. "/../lab/?.lua;" .. package.path

local matrix = require "matrix"
local schema = require "schema_check"

-- Every `step`-th case of a kind, on whatever link its number gives.
local function verdicts(kind, step)
  local cases, list = matrix.cases(kind), {}
  for number = 1, #cases, step do
    list[#list + 1] = matrix.audit(matrix.case(number, cases)).verdict
  end
  return list
end

describe("the schema", function()
  it("fits the verdict of every stack", function()
    local list = verdicts("stacks", 13)
    assert.is_true(#list > 20)
    assert.equal(schema.right(list), schema.complaints("verdict", list))
  end)

  it("fits the verdict of every unfriendly server", function()
    local list = verdicts("quirks", 5)
    assert.is_true(#list > 50)
    assert.equal(schema.right(list), schema.complaints("verdict", list))
  end)
end)

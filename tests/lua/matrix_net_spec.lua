-- SPDX-License-Identifier: BSD-2-Clause
-- A quick pass of the matrix: `make matrix` is the long one. The model runs
-- under Lua 5.4 alone, as the name of this file says.
local here = debug.getinfo(1, "S").source:match("^@(.*)/[^/]*$")
package.path = here .. "/../lab/?.lua;" .. package.path

local matrix = require "matrix"
local seeds = require "seeds"

-- Runs `passes` through all cases and all links; what is wrong, a line each.
local function wrong_ones(kind, passes)
  local lines = {}
  local last = #matrix.cases(kind) * #matrix.weathers * passes
  local counts = matrix.run({ kind = kind, first = 1, last = last },
    function(case, result)
      lines[#lines + 1] = matrix.line(case) .. " " ..
        table.concat(result.wrong, "; ")
    end)
  return lines, counts, last
end

describe("the matrix", function()
  it("contradicts the truth of no stack, set, order or link", function()
    local lines, counts, last = wrong_ones("stacks", 2)
    assert.same({}, lines)
    local audits = 0
    for _, count in pairs(counts) do
      audits = audits + count.audits
    end
    assert.equal(last, audits)
  end)

  it("contradicts the truth of no unfriendly server", function()
    assert.same({}, (wrong_ones("quirks", 1)))
  end)

  it("is right about every case that was once wrong", function()
    for _, case in ipairs(seeds) do
      assert.same({}, matrix.audit(case).wrong, matrix.line(case))
    end
  end)

  it("asks again for a method that packet loss left open", function()
    local _, counts = wrong_ones("stacks", 1)
    for row, count in pairs(counts) do
      local stack, loss = row:match("^(.*)\t(%d+)%%$")
      if stack and stack ~= "cisco_ios" and tonumber(loss) <= 5 then
        assert.is_true(count.unknown <= 0.02 * count.asked, row)
      end
    end
  end)

  it("gives the same verdict for the same seed", function()
    local case = matrix.case(4711, matrix.cases("stacks"))
    local first, second = matrix.audit(case), matrix.audit(case)
    assert.equal(first.verdict.grade, second.verdict.grade)
    assert.same(first.evidence, second.evidence)
  end)

  it("notices a truth that the verdict denies", function()
    local case = { stack = "mikrotik", methods = 16, order = 0, detail = 0,
                   quirk = "friendly", loss = 0, duplicate = 0, reorder = 0,
                   delay = 0.001, stall = 0, seed = 1 }
    local lab, host = require "pptplab", require "pptplab".host
    lab.host = function(fields)
      local real = host(fields)
      return { converse = function(_, ...) return real:converse(...) end,
               truth = function()
                 local t = real:truth()
                 t.accepted, t.worst, t.best = { pap = true }, "F", "F"
                 return t
               end }
    end
    local result = matrix.audit(case)
    lab.host = host
    table.sort(result.wrong)
    assert.same({ "grade E (E-E), not F", "pap falsely refused" }, result.wrong)
  end)
end)

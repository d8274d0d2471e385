-- SPDX-License-Identifier: BSD-2-Clause
-- Not knowing never betters a verdict, and the same facts told otherwise
-- contradict nothing: simulated surveys, weakened at random from a seed.
-- PPTP_MONOTONE=N tries N surveys of each kind; some dozens are usual.
package.path = "tests/lab/?.lua;" .. package.path
local grade = require "pptpgrade.grade".grade
local matrix = require "matrix"
local merge = require "pptpgrade.evidence".merge
local monotone = require "monotone"

local surveys = tonumber(os.getenv("PPTP_MONOTONE")) or 60
local WEAKENINGS = 12
-- Far apart in the list of cases, so that few of them are of many kinds.
local STEP = 7919

local function each(kind, check)
  local cases, failures = matrix.cases(kind), {}
  for i = 1, surveys do
    local number = i * STEP
    local case = matrix.case(number, cases)
    for _, why in ipairs(check(case, number)) do
      failures[#failures + 1] = matrix.line(case) .. "\n    " .. why
    end
  end
  assert(#failures == 0, #failures .. " violations:\n" ..
         table.concat(failures, "\n", 1, math.min(8, #failures)))
end

describe("not knowing", function()
  for _, kind in ipairs { "stacks", "quirks", "boxes" } do
    it("never betters a verdict: " .. kind, function()
      each(kind, function(case, number)
        return monotone.check(matrix.audit(case), number, WEAKENINGS)
      end)
    end)
  end
end)

-- What once made a better grade of a note that was lost: an odd segment to a
-- port that is open, and whatever the note said of it.
describe("a record that lost its notes", function()
  for _, box in ipairs { "bare_ack", "bare_rst" } do
    it("closes no port: " .. box, function()
      local records = matrix.audit({
        stack = "poptop_pppd", methods = 16, order = 0, quirk = "friendly",
        detail = 0, loss = 0, duplicate = 0, reorder = 0, delay = 0.02,
        stall = 0, seed = 1, box = box, box_detail = 0 }).evidence.conversations
      local found
      for _, record in ipairs(records) do
        assert.equal("odd_segment", record.notes[1].code)
        record.notes = {}
        found = merge(found, record)
      end
      assert.equal("?", grade(found).grade)
    end)
  end
end)

-- The same server seen in every way that a caller may have.
local function views_of(case)
  local verdicts, wrong, truth = {}, {}, nil
  for _, view in ipairs(matrix.views) do
    case.unprivileged, case.capture_loss = view.unprivileged, view.capture_loss
    case.capture_lag = view.capture_lag
    local result = matrix.audit(case)
    verdicts[#verdicts + 1], truth = result.verdict, monotone.truth(result)
    wrong[#wrong + 1] = monotone.denies(result.verdict, truth)
  end
  wrong[#wrong + 1] = monotone.disagree(verdicts, truth.also)
  return wrong
end

describe("views of one server", function()
  for _, kind in ipairs { "stacks", "quirks", "boxes" } do
    it("contradict each other nowhere: " .. kind, function()
      each(kind, views_of)
    end)
  end
end)

describe("the properties", function()
  local held = { grade = "E-F", best = "E", worst = "F" }

  it("see a range that denies the truth", function()
    assert.is_nil(monotone.denies(held, { best = "E", worst = "E" }))
    assert.is_nil(monotone.denies(held, { best = "F", worst = "F" }))
    assert.truthy(monotone.denies(held, { best = "D", worst = "D" }))
    assert.truthy(monotone.denies({ grade = "A", best = "A", worst = "A" },
                                  { best = "F", worst = "F" }))
    assert.is_nil(monotone.denies({ grade = "?" }, { best = "F", worst = "F" }))
    local refused = { grade = "D", best = "D", worst = "D" }
    local also = { best = "F", worst = "F", also = "D" }
    assert.is_nil(monotone.denies(refused, also))
    assert.truthy(monotone.denies({ grade = "C", best = "C", worst = "C" },
                                  also))
  end)

  it("see two views that contradict each other", function()
    assert.truthy(monotone.disagree { held, { best = "D", worst = "D" } })
    assert.is_nil(monotone.disagree { held, { best = "D", worst = "E" } })
  end)
end)

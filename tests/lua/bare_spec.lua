-- SPDX-License-Identifier: BSD-2-Clause
-- Records of first contact alone are judged on a shorter way: the verdict is
-- the one of the long way.
local R = require "records"
local contact = require "pptpgrade.judge.contact"
local evidence = require "pptpgrade.evidence"
local findings = require "pptpgrade.judge.findings"
local grade = require "pptpgrade.grade".grade
local policy = require "pptpgrade.policy"

local states = { closed = { "rst", "refused" },
                 silent = { "timeout" },
                 filtered = { "icmp-3-13", "icmp-3-3" } }
local hosts = { { state = "not_tested" }, { state = "silent", asked = 2,
                                            answered = 0 },
                { state = "alive", asked = 11, answered = 11 },
                { state = "alive", asked = 11, answered = 4 } }
local connects = { { state = "not_tried" }, { state = "error" },
                   { state = "refused", reason = "rst" }, { state = "refused" },
                   { state = "timeout", reason = "timeout" },
                   { state = "unreachable", reason = "icmp-3-1" } }
local notes = { {}, { { code = "own_host", text = "x" } },
                { { code = "capture_drops", text = "x" } },
                { { code = "odd_segment", text = "flags 0x12" } },
                { { code = "syn_differs", text = "x" } } }

-- Every pair of what a SYN, connect() and an echo met, with each note.
local function each_record(see)
  for state, reasons in pairs(states) do
    for _, reason in ipairs(reasons) do
      for _, host in ipairs(hosts) do
        for _, connect in ipairs(connects) do
          for _, list in ipairs(notes) do
            see(R.record { ended_by = "silent", depth = "call", host = host,
                           notes = list, tcp = { state = state,
                             reason = reason, connect = connect } })
          end
        end
      end
    end
  end
end

-- The long way: a note that no rule knows takes the record off the short one.
local function long_way(record)
  local other = R.copy(record)
  other.notes[#other.notes + 1] = { code = "of_a_later_release", text = "x" }
  assert.is_false(contact.of({ other }).is_all)
  return grade(evidence.merge(nil, other))
end

local function same(record)
  local short, long = grade(evidence.merge(nil, record)), long_way(record)
  short.evidence, long.evidence = nil, nil
  assert.same(long, short)
end

describe("first contact alone", function()
  it("gives the verdict that the long way gives", function()
    local count = 0
    each_record(function(record)
      count = count + 1
      assert.is_true(contact.of({ record }).is_all)
      same(record)
    end)
    assert.equal(5 * 4 * 6 * 5, count)
  end)

  it("is not taken where a stage holds more than its state", function()
    for _, name in ipairs { "control", "call", "gre", "lcp", "challenge",
                            "network", "teardown" } do
      for _, found in ipairs { { state = "silent" }, 3, { state = "x" },
                               { state = "not_tested", reason = "ipv6" },
                               { state = "not_tested", offers = { {} } } } do
        local record = R.record { [name] = found }
        assert.is_false(contact.of({ record }).is_all, name)
      end
      local record = R.record { [name] = { state = "not_tested",
                                           offers = {} } }
      assert.is_true(contact.of({ record }).is_all)
    end
    assert.is_false(contact.of({ R.record(), R.called() }).is_all)
  end)

  it("has ways to mend where a policy fails closed ports", function()
    local strict = assert(policy.over_default { stages = { closed = "F" } })
    local verdict = grade(evidence.merge(nil, R.contact("closed", "rst")),
                          strict)
    assert.equal("F", verdict.grade)
    assert.is_true(#verdict.remedies > 0)
  end)

  it("leaves findings in the order of their ids", function()
    for i = 2, #findings.list do
      assert.is_true(findings.list[i - 1].id < findings.list[i].id)
    end
  end)
end)

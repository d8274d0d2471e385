-- SPDX-License-Identifier: BSD-2-Clause
-- SARIF: the shape that readers take (tests/schema/sarif.json), and more.
local compare = require "pptpgrade.judge.compare"
local findings = require "pptpgrade.judge.findings"
local grade = require "pptpgrade.grade".grade
local json = require "json"
local records = require "records"
local report = require "pptpgrade.report"
local sarif = require "pptpgrade.report.sarif"
local schema = require "schema_check"

local run_facts = {
  release = "0.1.0", policy = "default", options = { "-T", "a list" },
  start = "2026-11-22T10:00:00.000000Z", ["end"] = "2026-11-22T10:01:00Z",
  asked = 1, graded = 1, failed = 0,
}

-- The document, as text and read back; and the report.
local function written(verdicts, opts)
  local parts = {}
  opts = opts or {}
  opts.run = opts.run or run_facts
  local r = report.open("sarif", function(bytes)
    parts[#parts + 1] = bytes
    return true
  end, opts)
  for _, verdict in ipairs(verdicts) do
    assert(r:add(verdict))
  end
  assert(r:close())
  local text = table.concat(parts)
  return assert(json.decode(text)), text, r
end

local function verdict_of(...)
  local e
  for _, record in ipairs(records.survey(records.pppd(...))) do
    e = require "pptpgrade.evidence".merge(e, record)
  end
  return grade(e)
end

local function is_right(document)
  assert.equal("1 of 1 right", schema.complaints("sarif", { document }))
end

local function by_rule(document)
  local found = {}
  for _, result in ipairs(document.runs[1].results) do
    found[result.ruleId] = result
  end
  return found
end

describe("SARIF", function()
  it("has the shape that readers take, for any servers", function()
    is_right(written {})
    is_right(written { verdict_of "mschap_v2" })
    is_right(written { verdict_of("pap", "mschap_v1"), verdict_of "eap" })
    is_right(written({ verdict_of "pap" }, { run = {} }))
  end)

  it("has a result for each finding, the worst first", function()
    local verdict = verdict_of("pap", "mschap_v2")
    local document = written { verdict }
    local results = document.runs[1].results
    assert.equal(#verdict.findings, #results)
    assert.equal("error", results[1].level)
    for _, finding in ipairs(verdict.findings) do
      local result = by_rule(document)[finding.id]
      assert.truthy(result.message.text:find(finding.title, 1, true))
      assert.equal(findings.list[result.ruleIndex + 1].id, finding.id)
      local location = result.locations[1].physicalLocation
      assert.equal("pptp/192.0.2.1/1723", location.artifactLocation.uri)
    end
  end)

  it("has the same rules in every run", function()
    local one = written({ verdict_of "pap" }).runs[1].tool.driver.rules
    local two = written({}, { severity = "high" }).runs[1].tool.driver.rules
    assert.same(one, two)
    assert.equal(#findings.list, #one)
  end)

  it("gives a finding the same fingerprint next time, and no two one",
     function()
    local function prints(document)
      local found = {}
      for _, result in ipairs(document.runs[1].results) do
        local print = result.partialFingerprints["ruleAndTarget/v1"]
        assert.is_nil(found[print])
        found[print] = true
      end
      return found
    end
    local a, b = verdict_of "pap", verdict_of "mschap_v2"
    b.target = "2001:db8::1"
    assert.same(prints(written { a, b }), prints(written { b, a }))
    is_right(written { b })
  end)

  it("leaves out what is less severe than was asked for", function()
    local document = written({ verdict_of "pap" }, { severity = "critical" })
    assert.equal(1, #document.runs[1].results)
    assert.equal("PPTP-011", document.runs[1].results[1].ruleId)
  end)

  it("tells what was not tested, each text once", function()
    local document = written { verdict_of "pap", verdict_of "pap" }
    local notes = document.runs[1].invocations[1].toolExecutionNotifications
    assert.equal("Not tested: MPPE and EAP's inner method (visible only " ..
                 "after a login) (192.0.2.1, 192.0.2.1).",
                 notes[1].message.text)
  end)

  it("says whether the run was whole", function()
    local whole = written({}).runs[1].invocations[1]
    assert.is_true(whole.executionSuccessful)
    local part = written({}, { run = { partial = true } })
    assert.is_false(part.runs[1].invocations[1].executionSuccessful)
  end)

  it("keeps as many results as are shown, the worst, and says so", function()
    local verdicts, least = {}, verdict_of "mschap_v2"
    for i = 1, sarif.LIMIT // #least.findings + 10 do
      verdicts[i] = least
    end
    verdicts[#verdicts + 1] = verdict_of "pap"
    local document, _, r = written(verdicts)
    local results = document.runs[1].results
    assert.equal(sarif.LIMIT, #results)
    assert.equal("PPTP-011", results[1].ruleId)
    local all = (#verdicts - 1) * #least.findings + #verdicts[#verdicts]
      .findings
    assert.equal(all - sarif.LIMIT, r.left_out)
    assert.truthy(r.problem:find(tostring(r.left_out), 1, true))
    is_right(document)
    assert.is_nil(select(3, written { least }).problem)
  end)

  it("tells what is new, unchanged and absent", function()
    local old, new = verdict_of "mschap_v2", verdict_of "pap"
    local function states(a, b)
      b.change = compare.change(a and compare.side(a), compare.side(b))
      local document, found = written { b }, {}
      is_right(document)
      for id, result in pairs(by_rule(document)) do
        found[id] = result.baselineState
      end
      return found
    end
    local found = states(old, new)
    assert.equal("new", found["PPTP-011"])
    assert.equal("absent", found["PPTP-015"])
    assert.equal("unchanged", found["PPTP-001"])
    for _, state in pairs(states(nil, old)) do
      assert.equal("new", state)
    end
    old.change = nil
    assert.is_nil(written({ old }).runs[1].results[1].baselineState)
  end)

  it("holds whatever a server sends: no link, no place for an argument",
     function()
    local bytes = {}
    for i = 0, 255 do
      bytes[i + 1] = string.char(i)
    end
    for _, name in ipairs { table.concat(bytes), "[click](https://evil)",
      "{0}{1}", "<script>alert(1)</script>", "]]>", "=cmd|x", "a\r\nb",
      "\u{202e}" } do
      local verdict = verdict_of "pap"
      verdict.name, verdict.evidence.name = name, name
      verdict.target = "x\0/../" .. name
      verdict.findings[1].evidence = name
      verdict.summary, verdict.grade = name, "?"
      local document, text = written { verdict }
      is_right(document)
      assert.is_nil(text:find "[^\n -~]")
    end
  end)
end)

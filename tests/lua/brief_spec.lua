-- SPDX-License-Identifier: BSD-2-Clause
-- A brief verdict shows in every report what the whole one shows there, but for
-- its conversations.
local R = require "records"
local core = require "pptpgrade.core"
local pptp = require "pptpgrade"

local function written(format, verdict, opts)
  local parts = {}
  local r = pptp.report(format, function(bytes)
    parts[#parts + 1] = bytes
    return true
  end, opts)
  assert.is_true(r:add(verdict))
  assert.is_true(r:close())
  return table.concat(parts)
end

local function brief_of(verdict)
  return core.record(written("jsonl", verdict, { brief = true }))
end

local function verdict_of(record)
  return pptp.grade(pptp.evidence.merge(nil, record))
end

local verdicts = { verdict_of(R.record()), verdict_of(R.called()),
                   verdict_of(R.contact("closed", "rst")),
                   verdict_of(R.contact("silent", "timeout")),
                   pptp.grade(pptp.evidence.newest(
                     R.survey(R.pppd("mschap_v1")))),
                   verdict_of(R.called { labels = { "a", "b" },
                                         name = "vpn.example" }) }

describe("a brief verdict", function()
  it("keeps grade, summary, and who it is of", function()
    for _, verdict in ipairs(verdicts) do
      local brief = brief_of(verdict)
      for _, key in ipairs { "target", "name", "port", "labels", "grade",
                             "best", "worst", "confidence", "summary" } do
        assert.same(verdict[key], brief[key], key)
      end
      assert.same(verdict.evidence.authentication.methods, brief.methods)
      assert.equal(verdict.evidence.tcp.state, brief.stages.tcp)
      assert.equal(verdict.evidence.time, brief.time)
      assert.is_nil(brief.evidence)
      assert.equal(#verdict.caps, #brief.caps)
      assert.equal(#verdict.findings, #brief.findings)
    end
  end)

  it("gives the same line of a table", function()
    local model = require "pptpgrade.report.model"
    for _, verdict in ipairs(verdicts) do
      local whole, brief = model.row(verdict), model.row(brief_of(verdict))
      whole.brief = true
      assert.same(whole, brief)
    end
  end)

  it("is the same in the document, and stays as it is", function()
    for _, verdict in ipairs(verdicts) do
      local document = core.record(written("json", verdict, { brief = true }))
      assert.same({ brief_of(verdict) }, document.verdicts)
      assert.same(brief_of(verdict), brief_of(brief_of(verdict)))
    end
  end)
end)

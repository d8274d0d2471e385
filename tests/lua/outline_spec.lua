-- SPDX-License-Identifier: BSD-2-Clause
-- What a line of a report needs is judged apart from the rest of a verdict, and
-- surveys of many servers are under way at once.
local R = require "records"
local pptp = require "pptpgrade"
local scripted = require "scripted"

local function evidence_of(record)
  return pptp.evidence.merge(nil, record)
end

local function all_evidence()
  local list = {
    evidence_of(R.record()), evidence_of(R.contact("closed", "rst")),
    evidence_of(R.contact("silent", "timeout")), evidence_of(R.called()),
    evidence_of(R.called { labels = { "a", "b" }, name = "vpn.example",
                           port = 1724 }),
    evidence_of(R.called { notes = { { code = "loopback" },
                                     { code = "lost_sync" } } }),
  }
  for _, method in ipairs { "pap", "chap_md5", "mschap_v2", "eap", "none" } do
    list[#list + 1] = pptp.evidence.newest(R.survey(R.pppd(method)))
  end
  return list
end

local outline_keys = { "target", "name", "port", "labels", "grade", "best",
                       "worst", "caps", "product", "evidence" }
local brief_keys = { "confidence", "summary", "findings",
                     table.unpack(outline_keys) }

-- What a report writes of these.
local function written(format, verdicts, opts)
  local text = ""
  local r = pptp.report(format, function(bytes)
    text = text .. bytes
    return true
  end, opts)
  for _, verdict in ipairs(verdicts) do
    assert.is_true(r:add(verdict))
  end
  assert.is_true(r:close())
  return text
end

local parts = { outline = outline_keys, brief = brief_keys }

describe("a part of a verdict", function()
  it("is what the verdict has, and nothing else", function()
    local strict = require "pptpgrade.policy".over_default {
      methods = { mschap_v2 = "F" }, deception = { indicators = 1 } }
    for i, e in ipairs(all_evidence()) do
      local policy = i % 2 == 0 and strict or nil
      local whole = pptp.grade(e, policy)
      for part, keys in pairs(parts) do
        local wanted = {}
        for _, key in ipairs(keys) do
          wanted[key] = whole[key]
        end
        assert.same(wanted, pptp[part](e, policy), part)
      end
    end
  end)

  it("gives the same table as whole verdicts", function()
    for _, all in ipairs { true, false } do
      local whole, lines = {}, {}
      for i, e in ipairs(all_evidence()) do
        whole[i] = pptp.grade(e)
        lines[i] = i == 1 and whole[1] or pptp.outline(e)
      end
      assert.equal(written("text", whole, { all = all, width = 120 }),
                   written("text", lines, { all = all, width = 120 }))
    end
  end)

  it("is enough for a text report from its second server on", function()
    local function shown(opts)
      local r = pptp.report("text", function() return true end, opts)
      local first = r:shows_line()
      r:add(pptp.grade(evidence_of(R.called())))
      return first, r:shows_line()
    end
    assert.same({ false, true }, { shown {} })
    assert.same({ false, false }, { shown { verbose = true } })
  end)

  it("is enough for brief JSON", function()
    local whole, some = {}, {}
    for i, e in ipairs(all_evidence()) do
      whole[i], some[i] = pptp.grade(e), pptp.brief(e)
    end
    for _, format in ipairs { "json", "jsonl" } do
      assert.equal(written(format, whole, { brief = true }),
                   written(format, some, { brief = true }))
      assert.is_nil(pptp.report(format, print):shows_brief())
      assert.is_true(pptp.report(format, print, { brief = true })
                       :shows_brief())
    end
  end)

  it("raises where there is no evidence", function()
    for part in pairs(parts) do
      assert.has_error(function() pptp[part]({}) end)
      assert.has_error(function() pptp[part](evidence_of(R.record()), {}) end)
    end
  end)
end)

describe("a survey that is begun", function()
  local models = { scripted.pppd { "mschap_v2" }, scripted.open_to_all(),
                   scripted.pppd { "pap", "chap_md5" } }

  -- No two conversations with a model begin at the same time.
  local function timeless(evidence)
    evidence.time = nil
    for _, record in ipairs(evidence.conversations) do
      record.time = nil
    end
    return evidence
  end

  it("gives the evidence that one by itself gives, beside others", function()
    local under_way, found = {}, {}
    for i, model in ipairs(models) do
      under_way[i] = { one = pptp.survey.begin({ target = "192.0.2." .. i }),
                       model = model }
    end
    repeat
      local busy = false
      for i, at in ipairs(under_way) do
        local plan, evidence = at.one:plan()
        found[i] = evidence
        if plan then
          busy = true
          at.one:take(scripted.converse(at.model, plan))
        end
      end
    until not busy
    for i, model in ipairs(models) do
      local alone = pptp.survey.run("192.0.2." .. i, {}, function(plan)
        return scripted.converse(model, plan)
      end)
      assert.same(timeless(alone), timeless(found[i]))
    end
  end)

  it("ends where a conversation fails, with what was learnt", function()
    local one = pptp.survey.begin("192.0.2.1", { local_path = "proven" })
    one:take(scripted.converse(models[1], one:plan()))
    assert.is_table(one:plan())
    one:take(nil, "no way there", "route")
    local plan, evidence = one:plan()
    assert.is_nil(plan)
    assert.same({ 1, "no way there", "route", "proven" },
                { #evidence.conversations, evidence.error, evidence.code,
                  evidence.gre.local_path })
  end)

  it("leaves the options and the target as they are", function()
    local opts, target = { depth = "call" }, { target = "192.0.2.1" }
    local one = pptp.survey.begin(target, opts)
    one:take(scripted.converse(models[1], one:plan()))
    assert.is_nil((one:plan()))
    assert.same({ { depth = "call" }, { target = "192.0.2.1" } },
                { opts, target })
  end)
end)

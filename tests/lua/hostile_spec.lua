-- SPDX-License-Identifier: BSD-2-Clause
-- Records that somebody bent: whatever stands in them, whoever judges and
-- reports neither raises, nor runs on, nor lets a control character through.
local R = require "records"
local api = require "pptpgrade.script.api"
local bend = require "bent"
local evidence = require "pptpgrade.evidence"
local exposure = require "pptpgrade.nmap.result"
local grade = require "pptpgrade.grade"
local json = require "json"
local report = require "pptpgrade.report"
local survey = require "pptpgrade.survey"

local output_table = api.new { args = {}, verbosity = 1 } "stdnse".output_table

local ROUNDS = 1500
local MOST = 20000000 -- VM instructions for one record; a sound one needs 0.3 M

local function bases()
  local list = {
    R.syn("filtered", "icmp-3-13", { host = { state = "alive", asked = 11,
                                              answered = 11 } }),
    R.connected { control = { state = "not_pptp", service = "ssh", raw = "53",
                              first_bytes = "SSH-2.0" } },
    R.login_required(), R.talk { { "none", "ack" }, { "c223:07", "none" } },
    R.talk({ { "mschap_v2", "ack" } }, { ending = "disconnect", record = {
      asked = "mschap_v2",
      challenge = { state = "seen", method = "mschap_v2", identifier = 1,
                    name = "pptpd", length = 16, value = ("5a"):rep(16) },
      network = { state = "asked", protocols = { "ipcp", "ccp" } },
      notes = { { code = "gre_late", text = "late" } } } }),
  }
  for _, server in ipairs { R.pppd("pap", "mschap_v2", "eap"),
                            R.accel("mschap_v1", "chap_md5"),
                            R.mpd("mschap_v2", "pap") } do
    for _, record in ipairs(R.survey(server)) do
      list[#list + 1] = record
    end
  end
  return list
end

-- All that becomes of a record; what people would see.
local function judge(sound, bent)
  local e = evidence.merge(evidence.merge(nil, sound), bent)
  survey.next(e, { target = R.TARGET, port = 1723 })
  local verdict, text = grade.grade(e), {}
  for _, format in ipairs { "text", "jsonl", "html" } do
    local out = report.open(format, function(bytes)
      text[#text + 1] = bytes
      return true
    end, { verbose = true, all = true })
    assert(out:add(verdict) and out:close())
  end
  exposure.result(output_table, verdict, 2)
  return table.concat(text)
end

local function bounded(...)
  local steps = 0
  debug.sethook(function()
    steps = steps + 100000
    if steps > MOST then
      error("it does not end")
    end
  end, "", 100000)
  local ok, why = xpcall(judge, debug.traceback, ...)
  debug.sethook()
  return ok, why
end

describe("a record that somebody bent", function()
  it("is judged and told like any other", function()
    local sound = bases()
    math.randomseed(2637)
    for round = 1, ROUNDS do
      local bent = bend.bent(sound[math.random(#sound)], 3)
      local ok, text = bounded(sound[math.random(#sound)], bent)
      assert(ok, ("round %d: %s\n%s"):format(round, text, json.encode(bent)))
      assert.is_nil(text:find("[%z\1-\9\11-\31\127-\255]"))
    end
  end)
end)

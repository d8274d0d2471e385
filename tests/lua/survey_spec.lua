-- SPDX-License-Identifier: BSD-2-Clause
local survey = require "pptpgrade.survey"
local scripted = require "scripted"

local target = { target = "192.0.2.1", port = 1723, name = "vpn.example.net",
                 labels = { "a" } }

-- Runs a survey in virtual time against server(plan, number) -> record.
local function run(server, opts)
  local seen = { plans = {}, starts = {}, clock = 0 }
  seen.evidence = survey.run(target, opts, function(plan)
    seen.plans[#seen.plans + 1] = plan
    seen.clock = seen.clock + (plan.wait or 0)
    seen.starts[#seen.starts + 1] = seen.clock
    local record, message, code = server(plan, #seen.plans)
    if record then
      seen.clock = seen.clock + record.duration_us / 1000000
    end
    return record, message, code
  end)
  seen.methods = seen.evidence.authentication.methods
  seen.login = seen.evidence.authentication.state
  return seen
end

local function run_model(model, opts)
  return run(function(plan)
    return scripted.converse(model, plan)
  end, opts)
end

local function asked(seen)
  local list = {}
  for i, plan in ipairs(seen.plans) do
    list[i] = (plan.decline and "decline " or "") .. (plan.ask or "-")
  end
  return table.concat(list, ", ")
end

local function states(seen)
  local list = {}
  for i, method in ipairs(survey.methods) do
    list[i] = seen.methods[method]
  end
  return table.concat(list, " ")
end

-- What holds for every survey of every server.
local function check_limits(seen)
  assert.is_true(#seen.plans <= 7)
  assert.is_true(seen.clock <= 150)
  assert.is_true(seen.plans[1].syn)
  assert.is_nil(seen.plans[1].ask)
  for i, plan in ipairs(seen.plans) do
    assert.equal("192.0.2.1", plan.target)
    assert.equal("vpn.example.net", plan.name)
    assert.same({ "a" }, plan.labels)
    if i > 1 then
      assert.is_true(plan.wait >= 1)
      assert.is_nil(plan.syn)
    end
  end
end

describe("survey", function()
  it("begins with a raw SYN and names no method", function()
    local plan = survey.next(nil, { target = "192.0.2.1", timeout = 3,
                                    contact = "x@example.net" })
    assert.same({ target = "192.0.2.1", depth = "call", syn = true,
                  timeout = 3, contact = "x@example.net" }, plan)
  end)

  it("is one conversation at depths syn, control and call", function()
    for _, depth in ipairs { "syn", "control", "call" } do
      local seen = run_model(scripted.pppd { "pap" }, { depth = depth })
      assert.equal(1, #seen.plans)
      assert.equal(depth, seen.plans[1].depth)
      assert.equal(depth == "syn" or nil, seen.plans[1].connect)
    end
  end)

  it("raises on a depth that does not exist", function()
    assert.has_error(function()
      survey.next(nil, { target = "192.0.2.1", depth = "deep" })
    end)
  end)

  it("finds every method of a pppd that allows any", function()
    local seen = run_model(scripted.pppd { "pap", "chap_md5", "mschap_v1",
                                           "mschap_v2", "eap" })
    check_limits(seen)
    assert.equal("-, pap, chap_md5, mschap_v1, mschap_v2, decline -",
                 asked(seen))
    assert.equal("accepted accepted accepted accepted offered", states(seen))
  end)

  it("finds both MS-CHAPs, and that the others are refused", function()
    local seen = run_model(scripted.pppd { "mschap_v1", "mschap_v2" })
    check_limits(seen)
    assert.equal("accepted", seen.methods.mschap_v2)
    assert.equal("offered", seen.methods.mschap_v1)
    assert.equal("refused", seen.methods.chap_md5)
    assert.equal("required", seen.login)
  end)

  it("settles a server with one method", function()
    local seen = run_model(scripted.pppd { "mschap_v2" })
    check_limits(seen)
    assert.equal("-, pap, chap_md5, mschap_v1, eap", asked(seen))
    assert.equal("refused refused refused offered refused", states(seen))
    assert.equal("required", seen.login)
  end)

  it("asks nothing of a server that wants no login", function()
    local seen = run_model(scripted.open_to_all())
    check_limits(seen)
    assert.equal("-", asked(seen))
    assert.equal("not_required", seen.login)
  end)

  it("asks nothing where the first offer has no login and nothing follows",
     function()
    local seen = run_model { first = function()
      return "none"
    end }
    assert.equal("-", asked(seen))
  end)

  it("learns from a Nak that login is optional, and then stops", function()
    local seen = run_model(scripted.pppd({ "mschap_v2" }, { open = true }))
    assert.equal("-, pap", asked(seen))
    assert.equal("not_required", seen.login)
  end)

  it("learns a list in one walk, and asks no method twice", function()
    local seen = run_model(scripted.accel { "mschap_v2", "mschap_v1",
                                            "chap_md5", "pap" })
    check_limits(seen)
    assert.equal("-, pap, eap, decline eap", asked(seen))
    assert.equal("accepted accepted accepted offered refused", states(seen))
    assert.equal("required", seen.login)
  end)

  it("does not take mpd's first remaining method for a refusal", function()
    local seen = run_model(scripted.mpd { "mschap_v2", "mschap_v1", "pap" })
    check_limits(seen)
    assert.equal("accepted", seen.methods.pap)
    assert.equal("accepted", seen.methods.mschap_v1)
    assert.equal("offered", seen.methods.mschap_v2)
  end)

  it("asks a Cisco server for all that is open, in three conversations",
     function()
    local seen = run_model(scripted.cisco "mschap_v1")
    check_limits(seen)
    -- This one reads but the first name of a list: the rest stays unknown.
    assert.equal("-, decline pap,chap_md5,mschap_v2,eap, " ..
                 "pap,chap_md5,mschap_v2,eap", asked(seen))
    assert.equal("not_tested", seen.methods.eap)
  end)

  it("does not decline where a Cisco server's login is known", function()
    local evidence = require "pptpgrade.evidence".merge(
      nil, scripted.converse(scripted.cisco "mschap_v1",
                             { target = "192.0.2.1", depth = "call" }))
    for login, declines in pairs { unknown = true, not_tested = true } do
      evidence.authentication.state = login
      assert.equal(declines,
                   survey.next(evidence, { target = "192.0.2.1" }).decline)
    end
    evidence.authentication.state = "required"
    local plan = survey.next(evidence, { target = "192.0.2.1" })
    assert.equal("pap,chap_md5,mschap_v2,eap", plan.ask)
    assert.is_nil(plan.decline)
  end)

  it("asks again once, after all others, what a loss left unknown",
     function()
    local model = scripted.pppd { "mschap_v2" }
    local on_nak, lost = model.on_nak, 0
    function model.on_nak(state, wished, current)
      if wished == "pap" and lost < 1 then
        lost = lost + 1
        return nil
      end
      return on_nak(state, wished, current)
    end
    local seen = run_model(model)
    check_limits(seen)
    assert.equal("-, pap, chap_md5, mschap_v1, eap, pap", asked(seen))
    assert.equal("refused", seen.methods.pap)
  end)

  it("leaves unknown what is lost twice", function()
    local model = scripted.pppd { "mschap_v2" }
    local on_nak = model.on_nak
    function model.on_nak(state, wished, current)
      if wished ~= "pap" then
        return on_nak(state, wished, current)
      end
    end
    local seen = run_model(model)
    check_limits(seen)
    assert.equal("unknown", seen.methods.pap)
    assert.equal("-, pap, chap_md5, mschap_v1, eap, pap", asked(seen))
  end)

  it("declines once where no Nak dropped the login", function()
    local seen = run_model(scripted.mpd { "mschap_v2" })
    local declines = 0
    for _, plan in ipairs(seen.plans) do
      declines = declines + (plan.decline and 1 or 0)
    end
    assert.equal(1, declines)
    assert.equal("required", seen.login)
  end)

  it("does not decline again what a failure left open", function()
    local model = scripted.mpd { "mschap_v2" }
    local seen = run(function(plan)
      if plan.decline then
        return scripted.broken(plan, { ended_by = "reset", control =
          { state = "closed" } })
      end
      return scripted.converse(model, plan)
    end)
    local declines = 0
    for _, plan in ipairs(seen.plans) do
      declines = declines + (plan.decline and 1 or 0)
    end
    assert.equal(2, declines)
    assert.equal("unknown", seen.login)
  end)

  it("comes back to a busy server after 5 s, once a method", function()
    local model = scripted.pppd { "mschap_v2" }
    local seen = run(function(plan, n)
      if n == 2 then
        return scripted.broken(plan, { ended_by = "closed",
                                       control = { state = "closed" } })
      end
      return scripted.converse(model, plan)
    end)
    check_limits(seen)
    assert.equal("-, pap, pap, chap_md5, mschap_v1, eap", asked(seen))
    assert.equal(1, seen.plans[2].wait)
    assert.equal(5, seen.plans[3].wait)
    assert.equal(1, seen.plans[4].wait)
    assert.equal("refused", seen.methods.pap)
  end)

  it("gives a method up where the server is busy twice", function()
    local model = scripted.pppd { "mschap_v2" }
    local seen = run(function(plan, n)
      if n == 2 or n == 3 then
        return scripted.broken(plan, { ended_by = "refused", control =
          { state = "refused", result_code = 2 } })
      end
      return scripted.converse(model, plan)
    end)
    check_limits(seen)
    assert.equal("-, pap, pap, chap_md5, mschap_v1, eap", asked(seen))
    assert.equal("not_tested", seen.methods.pap)
    assert.equal("refused", seen.methods.chap_md5)
  end)

  it("leaves alone a server that no longer accepts connections", function()
    local model = scripted.pppd { "mschap_v2" }
    local seen = run(function(plan, n)
      if n > 1 then
        return scripted.broken(plan, { ended_by = "refused", tcp =
          { state = "closed", reason = "refused" } })
      end
      return scripted.converse(model, plan)
    end)
    assert.equal("-, pap, pap", asked(seen))
  end)

  it("confirms silent and one-way GRE once", function()
    for _, state in ipairs { "silent", "inbound_only" } do
      local seen = run(function(plan)
        return scripted.silent_gre(plan, state ~= "silent" and state or nil)
      end)
      check_limits(seen)
      assert.equal("-, -", asked(seen))
    end
  end)

  it("goes on where only the first conversation's GRE was lost", function()
    local model = scripted.pppd { "mschap_v2" }
    local seen = run(function(plan, n)
      if n == 1 then
        return scripted.silent_gre(plan)
      end
      return scripted.converse(model, plan)
    end)
    check_limits(seen)
    assert.equal("-, -, pap, chap_md5, mschap_v1, eap", asked(seen))
    assert.equal("required", seen.login)
  end)

  it("is done after one conversation that shows all there is", function()
    local cases = {
      { tcp = { state = "closed", reason = "rst" }, ended_by = "refused" },
      { tcp = { state = "silent", reason = "timeout" } },
      { tcp = { state = "filtered", reason = "icmp-3-13" } },
      { control = { state = "silent" } },
      { control = { state = "closed" }, ended_by = "closed" },
      { control = { state = "refused", result_code = 4 } },
      { control = { state = "not_pptp", service = "http" } },
      { control = { state = "answered" }, call = { state = "refused" } },
      { control = { state = "answered" }, call = { state = "accepted" },
        gre = { state = "not_tested", reason = "no-privilege" } },
      { control = { state = "answered" }, call = { state = "accepted" },
        gre = { state = "unreachable", reason = "icmp-3-2" } },
      { control = { state = "answered" }, call = { state = "accepted" },
        gre = { state = "silent" }, ended_by = "disconnect" },
    }
    for _, case in ipairs(cases) do
      local seen = run(function(plan)
        return scripted.broken(plan, case)
      end)
      assert.equal(1, #seen.plans)
    end
  end)

  it("never holds more than 7 conversations", function()
    local model = scripted.accel { "mschap_v2" }
    function model.on_nak()
      return nil
    end
    function model.on_reject()
      return "none"
    end
    local seen = run(function(plan)
      local record = scripted.converse(model, plan)
      record.duration_us = 1000000
      return record
    end)
    check_limits(seen)
    assert.equal(7, #seen.plans)
    assert.equal("unknown unknown unknown offered unknown", states(seen))
  end)

  it("never needs more than 150 s, however slow the server is", function()
    local model = scripted.accel { "mschap_v2" }
    function model.on_nak()
      return nil
    end
    local seen = run(function(plan)
      local record = scripted.converse(model, plan)
      record.duration_us = 25000000
      return record
    end)
    check_limits(seen)
    assert.equal("-, pap, chap_md5, mschap_v1, eap", asked(seen))
    assert.equal("unknown", seen.login)
  end)

  it("begins none whose farewell might not fit", function()
    local seen = run(function(plan)
      local record = scripted.converse(scripted.accel { "mschap_v2" }, plan)
      record.duration_us = 29000000
      return record
    end)
    assert.equal(4, #seen.plans)
    assert.is_true(seen.clock + 1 + 25 < 150)
    assert.is_true(seen.clock + 1 + 34 > 150)
  end)

  it("stops where it is told to", function()
    local seen = run(function(plan)
      local record = scripted.converse(scripted.pppd { "pap" }, plan)
      record.ended_by = "aborted"
      return record
    end)
    assert.equal(1, #seen.plans)
  end)

  it("tells a failure, and keeps what was found before it", function()
    local seen = run(function()
      return nil, "192.0.2.1: no route to the target", "route"
    end)
    assert.equal("192.0.2.1: no route to the target", seen.evidence.error)
    assert.equal("route", seen.evidence.code)
    assert.same({}, seen.evidence.conversations)
    assert.equal("not_tested", seen.evidence.tcp.state)
    seen = run(function(plan, n)
      if n == 2 then
        return nil, "network is down", "system"
      end
      return scripted.converse(scripted.pppd { "pap" }, plan)
    end)
    assert.equal("network is down", seen.evidence.error)
    assert.equal("offered", seen.methods.pap)
  end)

  it("lets converse yield", function()
    local thread = coroutine.wrap(function()
      return survey.run("192.0.2.1", {}, coroutine.yield)
    end)
    local value, model = thread(), scripted.pppd { "mschap_v2" }
    while value.depth do
      value = thread(scripted.converse(model, value))
    end
    assert.equal("required", value.authentication.state)
  end)

  it("next is pure: same question, same answer, nothing changed", function()
    local model = scripted.mpd { "mschap_v2", "pap" }
    local seen = run_model(model)
    local records = seen.evidence.conversations
    local json = require "json"
    local evidence, plans = nil, {}
    for i, record in ipairs(records) do
      local opts = { target = "192.0.2.1", port = 1723, plans = plans }
      local before = json.encode { evidence or {}, opts }
      local first = json.encode(survey.next(evidence, opts))
      assert.equal(first, json.encode(survey.next(evidence, opts)))
      assert.equal(before, json.encode { evidence or {}, opts })
      evidence = require "pptpgrade.evidence".merge(evidence, record)
      plans[i] = seen.plans[i]
    end
  end)

  it("reads from the records what they were for, where no plan is given",
     function()
    local model = scripted.mpd { "mschap_v2", "pap" }
    local evidence, n = nil, 0
    repeat
      local plan = survey.next(evidence, { target = "192.0.2.1" })
      if plan then
        n = n + 1
        evidence = require "pptpgrade.evidence".merge(
          evidence, scripted.converse(model, plan))
      end
    until not plan
    assert.is_true(n <= 7)
    assert.equal("required", evidence.authentication.state)
  end)
end)

describe("the server that is known to work", function()
  it("is asked once, to a call, and for no method", function()
    local plan = survey.control({ target = "192.0.2.9", port = 1724,
                                  name = "vpn" },
                                { timeout = 3, contact = "x", depth = "auth" })
    assert.same({ target = "192.0.2.9", port = 1724, name = "vpn",
                  depth = "call", timeout = 3, contact = "x" }, plan)
  end)

  it("proves the way by GRE in both directions, and by nothing less",
     function()
    assert.equal("proven", survey.local_path { gre = { state = "reachable" } })
    for _, gre in ipairs { "inbound_only", "unreachable", "filtered",
                           "silent", "not_tested" } do
      assert.equal("unproven", survey.local_path { gre = { state = gre } })
    end
    assert.equal("unproven", survey.local_path {})
    assert.equal("unproven", survey.local_path(nil))
  end)

  it("is told in all evidence, of what failed too", function()
    local function path(converse)
      return survey.run("192.0.2.1", { local_path = "proven" }, converse)
        .gre.local_path
    end
    assert.equal("proven", path(function() return nil, "no route" end))
    assert.equal("proven", path(function(plan)
      return scripted.converse(scripted.pppd { "mschap_v2" }, plan)
    end))
  end)

  it("is left alone for a while where it is a target, too", function()
    local plan = survey.next(nil, { target = "192.0.2.1", first_wait = 1 })
    assert.equal(1, plan.wait)
    assert.is_nil(survey.next(nil, { target = "192.0.2.1" }).wait)
  end)
end)

-- SPDX-License-Identifier: BSD-2-Clause
local exposure = require "pptpgrade.nmap.result"
local layout = require "pptpgrade.script.layout"
local api = require "pptpgrade.script.api"
local pptp = require "pptpgrade"
local scripted = require "scripted"

-- stdnse, as the runner has it: what is shown has an order.
local stdnse = api.new { args = {}, verbosity = 1 } "stdnse"
local new = stdnse.output_table

local function verdict_of(model, opts)
  return pptp.grade(pptp.survey.run("192.0.2.1", opts or {}, function(plan)
    return scripted.converse(model, plan)
  end))
end

local function keys(t)
  local list = {}
  for key in pairs(t) do
    list[#list + 1] = key
  end
  return list
end

local function shown(methods)
  local list = {}
  for i, method in ipairs(methods) do
    list[i] = tostring(method)
  end
  return list
end

local function get_from(args)
  return function(name)
    return args[name]
  end
end

local function options(args)
  return exposure.options(get_from(args), args)
end

describe("what the script shows", function()
  it("has its keys in one order, and the grade last", function()
    local out = exposure.result(new, verdict_of(scripted.pppd { "pap" }), 1)
    assert.same({ "control", "call", "gre", "login", "methods", "refused",
                  "disclosed", "warnings", "not tested", "summary",
                  "confidence", "grade" }, keys(out))
    assert.equal("F", out.grade)
  end)

  it("has each method with how it is known and its letter", function()
    local out = exposure.result(new, verdict_of(
      scripted.pppd { "mschap_v1", "eap" }), 1)
    assert.same({ "MS-CHAPv1 (accepted) - F", "EAP (offered) - D-F" },
                shown(out.methods))
    assert.same({ "PAP", "CHAP-MD5", "MS-CHAPv2" }, out.refused)
    assert.same({ "name", "state", "strength" }, keys(out.methods[1]))
    assert.equal("accepted", out.methods[1].state)
    assert.is_nil(out.unknown)
  end)

  it("says what was not tested, and why", function()
    local verdict = verdict_of(scripted.pppd { "pap" }, { depth = "control" })
    verdict.evidence.gre = { state = "not_tested", reason = "proxy" }
    verdict.evidence.call = { state = "not_tested" }
    verdict.evidence.error = "no route\27[2J"
    for _, method in ipairs(pptp.evidence.methods) do
      verdict.evidence.authentication.methods[method] = "not_tested"
    end
    local out = exposure.result(new, verdict, 1)
    assert.same({ "no route\\x1b[2J", "whether calls are taken",
                  "GRE (the connection goes through a proxy)", "logins" },
                out["not tested"])
    assert.equal("not tested (the connection goes through a proxy)", out.gre)
  end)

  it("says that it was stopped", function()
    local verdict = verdict_of(scripted.pppd { "pap" })
    local records = verdict.evidence.conversations
    assert.not_matches("stopped",
                       exposure.result(new, verdict, 1)["not tested"][1])
    records[#records].ended_by = "aborted"
    assert.matches("stopped before its end",
                   exposure.result(new, verdict, 1)["not tested"][1])
  end)

  it("lists the methods whose answer is not known by themselves", function()
    local verdict = verdict_of(scripted.pppd { "mschap_v2" })
    verdict.evidence.authentication.methods.pap = "unknown"
    local out = exposure.result(new, verdict, 1)
    assert.same({ "PAP" }, out.unknown)
  end)

  it("has nothing of a server's that could move a cursor", function()
    local verdict = verdict_of(scripted.pppd { "pap" })
    verdict.evidence.control.host_name = "\27]0;x\7\n| grade: A"
    local out = exposure.result(new, verdict, 1)
    assert.equal("\\x1b]0;x\\x07\\x0a| grade: A", out.disclosed["host name"])
  end)

  it("is the same when the conversations took another time", function()
    local function text()
      local verdict = verdict_of(scripted.pppd { "pap", "eap" })
      for i, record in ipairs(verdict.evidence.conversations) do
        record.duration_us = i * math.random(1000)
      end
      return layout.text(exposure.result(new, verdict, 1))
    end
    assert.equal(text(), text())
  end)

  it("keeps findings that only inform for who asks for more", function()
    local verdict = verdict_of(scripted.pppd { "pap" })
    local few = exposure.result(new, verdict, 1).warnings
    local all = exposure.result(new, verdict, 2).warnings
    assert.is_true(#all > #few)
    for _, line in ipairs(few) do
      assert.not_matches("^info", line)
    end
    assert.equal(#verdict.findings, #all)
  end)

  it("names a product without a system, and no product that is not known",
     function()
    local R = require "records"
    local function of(vendor, host)
      return pptp.grade(R.evidence(R.connected { control = R.control {
        vendor = vendor, host_name = host, maximum_channels = 9 } }))
    end
    local version = {}
    assert.equal("answered (TP-Link router)",
                 exposure.result(new, of("TP-LINK", "x"), 1).control)
    assert.is_true(exposure.fill_version(version, of("TP-LINK", "x")))
    assert.is_nil(version.ostype)
    assert.equal("router", version.devicetype)
    assert.equal("answered",
                 exposure.result(new, of("ACME", "x"), 1).control)
    version = {}
    assert.is_true(exposure.fill_version(version, of("ACME", "x")))
    assert.same({ "ACME", nil, nil }, { version.product, version.ostype,
                                        version.devicetype })
  end)

  it("keeps the worse verdict of a host's two ports", function()
    local better, worse = { worst = "E" }, { worst = "F" }
    assert.equal(worse, exposure.worse(better, worse))
    assert.equal(worse, exposure.worse(worse, better))
    assert.equal(better, exposure.worse(nil, better))
    local none, closed = { worst = "?" }, { worst = "A" }
    assert.equal(none, exposure.worse(none, closed))
    assert.equal(none, exposure.worse(closed, none))
    assert.equal(better, exposure.worse(better, none))
  end)
end)

describe("the script's arguments", function()
  it("may be none", function()
    assert.same({}, options {})
  end)

  it("are read with their units", function()
    assert.same({ depth = "call", timeout = 2.5, limit = 120,
                  contact = "noc@example.net" },
                options { ["pptp-exposure.depth"] = "call",
                          ["pptp-exposure.timeout"] = "2500ms",
                          ["pptp-exposure.limit"] = "2m",
                          ["pptp-exposure.contact"] = "noc@example.net",
                          ["other.depth"] = "deep" })
  end)

  for name, case in pairs {
    depth = { "deep", "control, call and auth" },
    timeout = { "soon", "such as 5s" },
    limit = { "0s", "such as 90s" },
    contact = { ("x"):rep(65), "64 bytes" },
    policy = { "/nonexistent", "No such file" },
  } do
    it(("are refused by name where one is wrong (%s)"):format(name), function()
      local wrong, why = options { ["pptp-exposure." .. name] = case[1] }
      assert.is_nil(wrong)
      assert.matches("pptp-exposure." .. name .. "=", why, 1, true)
      assert.matches(case[2], why, 1, true)
    end)
  end

  it("are refused where there is none of that name", function()
    local wrong, why = options { ["pptp-exposure.dept"] = "call" }
    assert.is_nil(wrong)
    assert.matches("pptp-exposure.dept: ", why, 1, true)
  end)

  it("that are wrong give no letter", function()
    local out = exposure.refusal(new, "depth=\27")
    assert.equal("?", out.grade)
    assert.matches("no conversation was held", out["not tested"][1])
    assert.matches("\\x1b", out["not tested"][1], 1, true)
  end)
end)

describe("a port's version", function()
  local verdict = verdict_of(scripted.pppd { "pap" })

  it("is filled where it was empty", function()
    local version = { name = "pptp", cpe = {} }
    assert.is_true(exposure.fill_version(version, verdict))
    assert.equal("Poptop", version.product)
    assert.equal("(Firmware: 1)", version.version)
    assert.equal("local", version.hostname)
    assert.equal("Linux", version.ostype)
    assert.equal("vpn-server", version.devicetype)
    assert.equal(1, #version.cpe)
  end)

  it("stays as it was where something is known", function()
    local version = { name = "pptp", product = "linux", version = "1",
                      hostname = "h", ostype = "o", devicetype = "d",
                      cpe = { "cpe:/x" } }
    assert.is_false(exposure.fill_version(version, verdict))
    assert.equal("linux", version.product)
  end)

  it("is not ours to fill where PPTP did not answer", function()
    local version = {}
    local silent = { evidence = { control = { state = "silent" } } }
    assert.is_false(exposure.fill_version(version, silent))
    assert.same({}, version)
  end)
end)

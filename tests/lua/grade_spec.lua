-- SPDX-License-Identifier: BSD-2-Clause
local R = require "records"
local evidence = require "pptpgrade.evidence"
local grade = require "pptpgrade.grade"
local policy = require "pptpgrade.policy"

local function verdict(...)
  return grade(R.evidence(...))
end

-- The letter must be what best and worst say.
local function letter(...)
  local v = verdict(...)
  if v.grade:find("-", 1, true) then
    assert.equal(v.grade, v.best .. "-" .. v.worst)
  elseif v.grade ~= "?" then
    assert.equal(v.grade, v.best)
    assert.equal(v.grade, v.worst)
  end
  return v.grade, v.confidence
end

local function finding(v, id)
  for _, known in ipairs(v.findings) do
    if known.id == id then
      return known
    end
  end
end

local function ids(list)
  local found = {}
  for i, item in ipairs(list) do
    found[i] = item.id
  end
  return found
end

local function icmp_gre(given)
  local gre = { state = "unreachable", reason = "icmp-3-2",
                icmp_from = R.TARGET, from_server = "unknown",
                to_server = "refused", refusals = 2 }
  for key, value in pairs(given or {}) do
    gre[key] = value
  end
  return R.called { gre = gre, lcp = { state = "silent", offers = {} } }
end

local all = { "pap", "chap_md5", "mschap_v1", "mschap_v2", "eap" }

-- Evidence of a call that works, with these states of methods and login.
local function judged(states, login, other)
  local e = R.evidence(R.talk { { "mschap_v2", "ack" } })
  local methods = {}
  for _, method in ipairs(all) do
    methods[method] = states[method] or "refused"
  end
  methods.spap = states.spap
  e.authentication = { state = login or "required", methods = methods,
                       other = other or {}, proofs = {} }
  return e
end

local function of(states, login, other)
  return grade(judged(states, login, other)).grade
end

describe("the table of grades", function()
  it("gives B for another protocol", function()
    assert.same({ "B", "proven" }, { letter(R.connected { control = {
      state = "not_pptp", service = "http", first_bytes = "485454502f" } }) })
  end)

  it("gives B-F where the whole request got no reply", function()
    for _, state in ipairs { "closed", "silent" } do
      assert.same({ "B-F", "observed" },
                  { letter(R.connected { control = { state = state } }) })
    end
  end)

  it("gives B-F where TCP opened and nothing more was asked", function()
    assert.equal("B-F", (letter(R.syn("open", "syn-ack"))))
  end)

  it("gives C for SCCRP 4 and 5, C-F for 2, 3 and any other", function()
    local want = { [0] = "C-F", [2] = "C-F", [3] = "C-F", [4] = "C",
                   [5] = "C", [77] = "C-F" }
    for code, expected in pairs(want) do
      assert.equal(expected, (letter(R.connected {
        control = R.control { state = "refused", result_code = code } })))
    end
  end)

  it("gives C for OCRP 7, C-F for 2 to 6", function()
    for code = 2, 7 do
      assert.equal(code == 7 and "C" or "C-F", (letter(R.connected {
        call = { state = "refused", result_code = code } })))
    end
  end)

  it("gives C-F where the call was not tried or not answered", function()
    for _, state in ipairs { "not_tested", "silent", "closed" } do
      assert.equal("C-F", (letter(R.connected { call = { state = state } })))
    end
  end)

  it("gives C-F for a Disconnect before any LCP, but not for one that " ..
     "answers our Call-Clear", function()
    local notify = { name = "call-disconnect-notify", by = "server",
                     at_us = 500 }
    local clear = { name = "call-clear-request", by = "us", at_us = 400 }
    local function called(...)
      return R.called { call = R.accepted { disconnect = { at_us = 500 } },
                        teardown = { state = "clean",
                                     messages = { ... } } }
    end
    assert.equal("C-F", (letter(called(notify))))
    assert.equal("D-F", (letter(called(clear, notify))))
    assert.equal("D-F", (letter(called(notify), R.called())))
  end)

  it("gives D for ICMP of the target's own for GRE, guard held", function()
    assert.same({ "D", "proven" }, { letter(icmp_gre()) })
    assert.equal("D", (letter(icmp_gre { state = "filtered",
                                         reason = "icmp-3-13" })))
    assert.equal("D", (letter(icmp_gre(), R.called {
      gre = { state = "silent", reason = "timeout" } })))
  end)

  it("gives D-F where that ICMP proves less", function()
    assert.equal("D-F", (letter(icmp_gre { icmp_from = "198.51.100.7" })))
    assert.equal("D-F", (letter(icmp_gre { refusals = 1 })))
    local uncounted = icmp_gre()
    uncounted.gre.refusals = nil
    assert.equal("D-F", (letter(uncounted)))
    local no_notes = icmp_gre()
    no_notes.notes = nil
    assert.equal("D-F", (letter(no_notes)))
    assert.equal("D-F", (letter(icmp_gre(), R.called { gre = {
      state = "inbound_only", from_server = "proven",
      to_server = "unknown" } })))
    assert.equal("D-F", (letter(icmp_gre { reason = "local-icmp-3-2" })))
    for _, code in ipairs { "no_guard", "local_icmp", "capture_drops" } do
      local record = icmp_gre()
      record.notes = { { code = code, text = "", count = 1 } }
      assert.equal("D-F", (letter(record)))
    end
    local outside = icmp_gre()
    outside.kind, outside.call = "gre", { state = "not_tested" }
    assert.equal("D-F", (letter(outside, R.called())))
  end)

  it("gives D-F where GRE is silent, one-way, not tested, or LCP silent",
     function()
    for _, gre in ipairs {
      { state = "silent", reason = "timeout" },
      { state = "inbound_only", from_server = "proven",
        to_server = "unknown" },
      { state = "not_tested", reason = "no-privilege" },
      { state = "not_tested", reason = "ipv6" },
      R.reachable(),
    } do
      assert.same({ "D-F", "observed" }, { letter(R.called {
        gre = gre, lcp = { state = "silent", offers = {} } }) })
    end
  end)

  it("gives D-F for EAP alone", function()
    assert.equal("D-F", of { eap = "offered" })
  end)

  it("gives E for MS-CHAPv2, and E-F with EAP beside it", function()
    assert.equal("E", of { mschap_v2 = "offered" })
    assert.equal("E", of { mschap_v2 = "accepted" })
    assert.equal("E-F", of { mschap_v2 = "accepted", eap = "offered" })
  end)

  it("gives F for what is weaker, whatever stands beside it", function()
    for _, method in ipairs { "pap", "spap", "chap_md5", "mschap_v1" } do
      for _, state in ipairs { "offered", "accepted" } do
        assert.equal("F", of { [method] = state })
        assert.equal("F", of { [method] = state, mschap_v2 = "offered",
                               eap = "unknown" })
      end
    end
  end)

  it("gives F where no login is required, whatever is not known", function()
    assert.equal("F", of({}, "not_required"))
    assert.equal("F", of({ pap = "unknown", mschap_v2 = "unknown" },
                         "not_required"))
  end)

  it("gives D-F for an unassigned method unless another cap is worse",
     function()
    assert.equal("D-F", of({}, "required", { "c223:0a" }))
    assert.equal("E-F", of({ mschap_v2 = "offered" }, "required",
                           { "c223:0a" }))
    assert.equal("F", of({ pap = "offered" }, "required", { "c223:0a" }))
  end)

  it("gives F for CHAP with SHA-1, SHA-256 or SHA3-256, by name", function()
    for number, name in pairs { ["06"] = "CHAP-SHA-1", ["07"] = "CHAP-SHA-256",
                                ["08"] = "CHAP-SHA3-256" } do
      local v = grade(judged({ mschap_v2 = "offered" }, "required",
                             { "c223:" .. number }))
      assert.same({ "F", "proven" }, { v.grade, v.confidence })
      assert.same({ "C29", name .. " is accepted" },
                  { v.caps[1].id, v.caps[1].reason })
      assert.equal(name .. " is accepted: a tunnel opened with it cannot be " ..
                   "encrypted.", v.summary)
      assert.equal("PPTP-018", finding(v, "PPTP-018").id)
    end
    local v = grade(judged({}, "required", { "c223:08", "c223:0a" }))
    assert.same({ "C29", "C16" }, { v.caps[1].id, v.caps[2].id })
  end)

  it("gives F where the same challenge came twice", function()
    local function challenged(i, value)
      return R.talk({ { "mschap_v2", "ack" } }, { record = {
        time = ("2026-11-22T10:00:%02d.000000Z"):format(i),
        call = R.accepted { call_id = i, peer_call_id = 100 + i },
        challenge = { state = "seen", method = "mschap_v2", name = "pptpd",
                      length = 16, value = value:rep(8) } } })
    end
    local v = verdict(challenged(1, "a1b2"), challenged(2, "a1b2"))
    assert.same({ "F", "C10" }, { v.grade, v.caps[1].id })
    assert.truthy(finding(v, "PPTP-021"))
    assert.equal("The same login challenge came twice: a login that was " ..
                 "recorded once lets in again.", v.summary)
    assert.equal("E-F", letter(challenged(1, "a1b2"), challenged(2, "a1b3")))
    assert.equal("E-F", letter(challenged(1, "a1b2"), challenged(1, "a1b2")))
  end)

  it("widens to a method's own letter where it is not known", function()
    for _, state in ipairs { "unknown", "not_tested" } do
      assert.equal("E-F", of { mschap_v2 = "offered", pap = state })
      assert.equal("E-F", of { mschap_v2 = "offered", eap = state })
      assert.equal("D-F", of { eap = "offered", mschap_v2 = state })
      assert.equal("F", of { pap = "offered", mschap_v1 = state })
    end
    assert.equal("D-E", of { mschap_v2 = "unknown" })
  end)

  it("widens to F where it is not known whether a login is required",
     function()
    assert.equal("E-F", of({ mschap_v2 = "offered" }, "unknown"))
    assert.equal("F", of({ pap = "offered" }, "unknown"))
  end)

  it("gives E-F for one conversation with an MS-CHAPv2 server", function()
    assert.same({ "E-F", "observed" },
                { letter(R.talk { { "mschap_v2", "ack" } }) })
    assert.equal("F", (letter(R.talk { { "pap", "ack" } })))
  end)

  it("gives C-F for a conversation to the SCCRP", function()
    assert.equal("C-F", (letter(R.connected { depth = "control" })))
  end)

  it("widens what a one-way call showed", function()
    local e = judged { mschap_v2 = "offered" }
    e.gre = { state = "inbound_only", from_server = "proven",
              to_server = "unknown" }
    local v = grade(e)
    assert.equal("E-F", v.grade)
    assert.truthy(v.summary:find("whether GRE passes both ways", 1, true))
  end)

  it("keeps what a one-way call offered", function()
    local one_way = { record = { gre = {
      state = "inbound_only", from_server = "proven",
      to_server = "unknown" } } }
    assert.equal("F", (letter(R.talk({ { "pap" } }, one_way))))
    assert.equal("E-F", (letter(R.talk({ { "mschap_v2" } }, one_way))))
  end)
end)

describe("real servers", function()
  local function graded(server)
    return letter(table.unpack(R.survey(server)))
  end

  it("get what they deserve", function()
    local want = {
      { "F", R.pppd "pap" },
      { "F", R.pppd "chap_md5" },
      { "F", R.pppd("mschap_v1", "mschap_v2") },
      { "E", R.pppd "mschap_v2" },
      { "D-F", R.pppd "eap" },
      { "F", R.pppd("pap", "chap_md5", "mschap_v1", "mschap_v2", "eap") },
    }
    for _, row in ipairs(want) do
      assert.equal(row[1], (graded(row[2])))
    end
    assert.equal("F", (letter(R.talk({ { "none", "ack" } }, { record = {
      network = { state = "asked", protocols = { "ipcp" } } } }))))
    assert.equal("A", (letter(R.contact("closed", "rst"))))
  end)

  it("need a Reject where no Nak showed what declining does", function()
    local records = R.survey(R.accel "mschap_v2")
    assert.equal("E-F", (letter(table.unpack(records))))
    records[#records + 1] = R.login_required()
    assert.same({ "E", "proven" }, { letter(table.unpack(records)) })
  end)

  it("that grow busy keep a range", function()
    local records = R.survey(R.pppd "mschap_v2")
    records[2] = R.called { asked = "pap", ended_by = "reset" }
    assert.equal("E-F", (letter(table.unpack(records))))
  end)
end)

describe("confidence", function()
  it("is proven where the server's bytes decide it all", function()
    assert.equal("proven",
                 verdict(table.unpack(R.survey(R.pppd "pap"))).confidence)
    assert.equal("proven", verdict(
      table.unpack(R.survey(R.pppd "mschap_v2"))).confidence)
  end)

  it("is observed where the login rests on a bare RST", function()
    local records = R.survey(R.pppd "mschap_v2")
    for i, record in ipairs(records) do
      records[i] = R.copy(record)
    end
    local reset = R.talk({ { "mschap_v2", "reject", { rejected = { 3 } } },
                           { "none", "ack" } }, { ending = "reset" })
    local e = R.evidence(table.unpack(records))
    e.authentication.proof = R.evidence(reset).authentication.proof
    assert.equal("reset", e.authentication.proof.ended)
    assert.same({ "E", "observed" }, { grade(e).grade, grade(e).confidence })
  end)

  it("is observed where a refusal is only an end of the connection",
     function()
    local records = R.survey(R.pppd "mschap_v2")
    records[2] = R.talk({ { "mschap_v2", "nak:pap" } },
                        { asked = "pap", ending = "closed" })
    assert.equal("observed", verdict(table.unpack(records)).confidence)
  end)
end)

describe("caps", function()
  it("come worst first, each with a reason and a source", function()
    local v = verdict(table.unpack(R.survey(R.pppd("mschap_v1",
                                                   "mschap_v2"))))
    assert.same({ "C05", "C03", "C02", "C01" }, ids(v.caps))
    assert.same({ id = "C05", grade = "F", reason = "MS-CHAPv1 is accepted",
                  source = "Schneier and Mudge 1998; RFC 2433" }, v.caps[1])
    assert.same({ "F", "E", "D", "C" }, { v.caps[1].grade, v.caps[2].grade,
                                          v.caps[3].grade, v.caps[4].grade })
  end)

  it("name what is not known, with a range", function()
    local v = verdict(R.talk { { "mschap_v2", "ack" } })
    assert.equal("C18", v.caps[1].id)
    assert.equal("D-F", v.caps[1].grade)
    assert.equal("C17", v.caps[2].id)
    assert.equal("whether PAP, CHAP-MD5, MS-CHAPv1 or EAP are accepted is " ..
                 "not known", v.caps[2].reason)
  end)
end)

describe("the sentence", function()
  local function says(...)
    return verdict(...).summary
  end

  it("tells what decides", function()
    assert.equal("MS-CHAPv1 is accepted: one recorded login gives up the " ..
                 "password where the client sends its LM response.",
                 says(table.unpack(R.survey(R.pppd("mschap_v1",
                                                   "mschap_v2")))))
    assert.equal("Port 1723 is closed: no PPTP here.",
                 says(R.contact("closed", "rst")))
    assert.equal("Only EAP is accepted, and what runs inside it does not " ..
                 "show.", says(table.unpack(R.survey(R.pppd "eap"))))
    assert.equal("No login is required: the server asked for IPCP without " ..
                 "a login.",
                 says(R.talk({ { "none", "ack" } }, { record = {
                   network = { state = "asked",
                               protocols = { "ipcp" } } } })))
  end)

  it("claims no more than was shown", function()
    assert.equal("MS-CHAPv2 is accepted: one recorded login yields the " ..
                 "password's hash for 2^56 work; whether PAP, CHAP-MD5, " ..
                 "MS-CHAPv1 or EAP are too and whether a login is required " ..
                 "is not known.", says(R.talk { { "mschap_v2", "ack" } }))
    assert.falsy(says(R.talk { { "eap", "ack" } }):find("Only", 1, true))
    assert.truthy(says(R.called { gre = { state = "silent" } })
                    :find("not shown to pass", 1, true))
    assert.truthy(says(R.syn("silent", "timeout"))
                    :find("does not prove", 1, true))
    assert.truthy(says(R.record()):find("Nothing was asked", 1, true))
  end)

  it("is one sentence for each row", function()
    local records = {
      R.contact("closed", "rst"), R.syn("silent", "timeout"),
      R.contact("filtered", "icmp-3-13"),
      R.syn("open", "syn-ack"), R.called(), icmp_gre(), R.connected(),
      R.connected { control = { state = "not_pptp" } },
      R.connected { call = { state = "refused", result_code = 7 } },
      R.connected { call = { state = "refused", result_code = 4 } },
      R.talk { { "pap", "ack" } }, R.talk { { "spap", "ack" } },
      R.talk { { "eap", "ack" } }, R.talk { { "chap_md5", "ack" } },
      R.talk { { "c223:07" } }, R.talk { { "none", "ack" } },
      R.talk { { "malformed" } },
    }
    local seen = {}
    for _, record in ipairs(records) do
      local text = says(record)
      assert.truthy(text:find("^%u[^.]*%.$"), text)
      seen[text] = true
    end
    local count = 0
    for _ in pairs(seen) do
      count = count + 1
    end
    assert.is_true(count >= 14)
  end)

  it("tells why a target gave nothing", function()
    local e = R.evidence(R.record())
    e.error = "vpn.example: no such name"
    assert.equal("Nothing could be learned: vpn.example: no such name.",
                 grade(e).summary)
    assert.equal("?", grade { target = "x", conversations = {}, error = "no",
                              authentication = {} }.grade)
  end)
end)

describe("findings", function()
  it("come with their evidence, worst first", function()
    local v = verdict(table.unpack(R.survey(R.pppd("mschap_v1",
                                                   "mschap_v2"))))
    assert.same({ "PPTP-014", "PPTP-015", "PPTP-017", "PPTP-001", "PPTP-002",
                  "PPTP-003", "PPTP-034", "PPTP-070" }, ids(v.findings))
    local known = finding(v, "PPTP-014")
    assert.equal("03 05 c2 23 80 after our Configure-Nak", known.evidence)
    assert.equal("high", known.severity)
    assert.same({ 327, 326 }, known.cwe)
    assert.truthy(known.remedy:find("take require-mschap and noauth out", 1,
                                    true))
    assert.equal("MS-CHAPv2 by itself, MS-CHAPv1 after a Configure-Nak",
                 finding(v, "PPTP-017").evidence)
  end)

  it("do not find a downgrade where nothing weaker was taken", function()
    assert.is_nil(finding(verdict(table.unpack(R.survey(
      R.pppd "mschap_v2"))), "PPTP-017"))
    assert.is_nil(finding(verdict(R.talk {
      { "mschap_v1", "nak:mschap_v2" }, { "mschap_v2", "ack" } }),
      "PPTP-017"))
  end)

  it("include each method, and no login", function()
    local want = { pap = "011", spap = "012", chap_md5 = "013",
                   mschap_v1 = "014", mschap_v2 = "015", eap = "016" }
    for method, number in pairs(want) do
      local v = verdict(R.talk { { method, "ack" } })
      assert.truthy(finding(v, "PPTP-" .. number))
    end
    assert.equal("asked for IPCP without a login", finding(verdict(
      R.talk({ { "none", "ack" } }, { record = { network = {
        state = "asked", protocols = { "ipcp" } } } })), "PPTP-010").evidence)
  end)

  local function challenged(magic, value, answer)
    return R.talk({ { "mschap_v2", answer or "ack", { magic = magic } } },
                  { record = { challenge = {
                    state = "seen", method = "mschap_v2", name = "pptpd",
                    length = #value // 2, value = value } } })
  end

  local PPPD = "50fc0665f2f8fe976f13c1dccd7c6a46"

  it("prove pppd by its challenge, and tell no seed", function()
    local v = verdict(challenged(0xaa6a6ace, PPPD))
    assert.equal("16 bytes of challenge follow from magic number aa6a6ace",
                 finding(v, "PPTP-020").evidence)
    assert.equal("pppd", v.product.ppp)
    assert.falsy(finding(v, "PPTP-020").evidence:find("41b2a145", 1, true))
  end)

  it("do not prove pppd by another's, or by a request not acknowledged",
     function()
    local function found(...)
      return finding(verdict(challenged(...)), "PPTP-020")
    end
    assert.is_nil(found(0x4b706197, "7d81539226c04ce02417ddd18335ed55"))
    assert.is_nil(found(0xaa6a6acf, PPPD))
    assert.is_nil(found(0xaa6a6ace, PPPD, "nak:pap"))
    assert.is_nil(found(0xaa6a6ace, PPPD:sub(1, 14)))
    assert.is_nil(found(0xaa6a6ace, "zz" .. PPPD))
  end)

  it("tell names, but not those that say nothing", function()
    local function host(name, vendor)
      return verdict(R.connected { control = R.control {
        host_name = name, vendor = vendor } })
    end
    assert.equal('SCCRP host name "hq-vpn"',
                 finding(host("hq-vpn"), "PPTP-030").evidence)
    for _, name in ipairs { "", "local", "Vigor", "MikroTik",
                            "pptp server" } do
      assert.is_nil(finding(host(name), "PPTP-030"))
    end
    assert.truthy(finding(host("MikroTik", "MikroTik"), "PPTP-042"))
    assert.truthy(finding(host("my-HaCkEd-router"), "PPTP-040"))
    assert.is_nil(finding(host("shack"), "PPTP-040"))
    assert.is_nil(finding(host("x", ""), "PPTP-034"))
  end)

  it("tell a challenge's name, but not pptpd's", function()
    local function named(name)
      local record = challenged(1, PPPD)
      record.challenge.name = name
      return verdict(record)
    end
    assert.equal('CHAP challenge name "DC1   "',
                 finding(named "DC1   ", "PPTP-031").evidence)
    assert.is_nil(finding(named "pptpd", "PPTP-031"))
    assert.is_nil(finding(named "", "PPTP-031"))
    assert.truthy(finding(named "pptpd", "PPTP-042"))
  end)

  it("tell the names of every conversation, and those as shipped as such",
     function()
    local function named(...)
      local records = {}
      for i, name in ipairs { ... } do
        records[i] = challenged(i, PPPD)
        records[i].challenge.name = name or nil
        records[i].challenge.method = name and "mschap_v2" or "eap"
      end
      return verdict(table.unpack(records))
    end
    local v = named(false, "DC01-HACKED", "pptpd", "DC01-HACKED")
    assert.equal('CHAP challenge name "DC01-HACKED"',
                 finding(v, "PPTP-031").evidence)
    assert.equal('CHAP challenge name "DC01-HACKED"',
                 finding(v, "PPTP-040").evidence)
    assert.equal('CHAP challenge name "pptpd"',
                 finding(v, "PPTP-042").evidence)
    for _, name in ipairs { "MikroTik", "Draytek", "Vigor", "pptpd" } do
      assert.is_nil(finding(named(name), "PPTP-031"), name)
      assert.truthy(finding(named(name), "PPTP-042"), name)
    end
    assert.equal('CHAP challenge name "a", "b"',
                 finding(named("a", "b", "a"), "PPTP-031").evidence)
  end)

  it("rank nothing below EAP, of which nothing is known", function()
    assert.is_nil(finding(verdict(R.talk {
      { "eap", "nak:mschap_v2" }, { "mschap_v2", "ack" } }), "PPTP-017"))
    assert.is_nil(finding(verdict(R.talk {
      { "mschap_v2", "nak:eap" }, { "eap", "ack" } }), "PPTP-017"))
  end)

  it("name potential CVEs, which never move the grade", function()
    local record = R.talk { { "pap", "ack" } }
    record.control = R.control { vendor = "Microsoft", host_name = "",
                                 firmware_revision = 0, maximum_channels = 0,
                                 framing_capabilities = 2,
                                 bearer_capabilities = 3 }
    local v = verdict(record)
    assert.truthy(finding(v, "PPTP-070"))
    assert.equal("CVE-2022-23253", v.potential_vulnerabilities[1].id)
    for _, cap in ipairs(v.caps) do
      assert.falsy(cap.reason:find("CVE", 1, true))
    end
  end)

  it("tell each CVE's basis once", function()
    local record = R.connected { control = R.control {
      vendor = "MoretonBay" } }
    assert.equal("product family from the SCCRP; its version does not show" ..
                 ": CVE-2003-0213; Poptop usually runs pppd, not proven " ..
                 "here; its version does not show: CVE-2020-8597, " ..
                 "CVE-2015-3310", finding(verdict(record),
                                          "PPTP-070").evidence)
  end)

  it("are empty for a closed port", function()
    local v = verdict(R.contact("closed", "rst"))
    assert.same({}, v.findings)
    assert.same({}, v.remedies)
    assert.is_nil(v.product)
    assert.same({}, v.potential_vulnerabilities)
  end)
end)

describe("deception", function()
  local raw = "002000011a2b3c4d0008000004800000010000000005f5e100200000000000"

  local function dionaea(given)
    local call = R.accepted { call_id = 0x0480, connect_speed = 100000000,
                              receive_window = 0x2000, raw = raw }
    for key, value in pairs(given or {}) do
      call[key] = value
    end
    return R.called { call = call }
  end

  it("is decided by dionaea's call reply alone", function()
    local v = verdict(dionaea())
    assert.same({ "?", "D", "F", "none" },
                { v.grade, v.best, v.worst, v.confidence })
    assert.truthy(finding(v, "PPTP-060"))
    assert.equal("What answers looks like a decoy; if it is none, the grade " ..
                 "is D-F: Calls are taken; GRE was not tested, so the " ..
                 "logins are not known.", v.summary)
    assert.is_true(#v.remedies > 0)
  end)

  it("leaves what the server would deserve, and advice", function()
    local record = R.talk { { "pap", "ack" } }
    record.notes = { { code = "loopback", text = "", count = 1 },
                     { code = "lost_sync", text = "", count = 1 } }
    local v = verdict(record)
    assert.same({ "?", "F", "F" }, { v.grade, v.best, v.worst })
    assert.equal("C07", v.caps[1].id)
    assert.equal("What answers looks like a decoy; if it is none, the grade " ..
                 "is F: PAP is accepted: one recorded login shows the " ..
                 "password.", v.summary)
    assert.same(verdict(R.talk { { "pap", "ack" } }).remedies, v.remedies)
  end)

  it("is not seen where our call ID is echoed, or a constant differs",
     function()
    for _, given in ipairs { { peer_call_id = 0 }, { call_id = 0x0481 },
                             { connect_speed = 1 },
                             { receive_window = 64 } } do
      assert.equal("D-F", (letter(dionaea(given))))
    end
  end)

  it("names dionaea by its call's reply alone", function()
    assert.same({ "dionaea honeypot", "honeypot", "behaviour" },
                { verdict(dionaea()).product.name,
                  verdict(dionaea()).product.device_type,
                  verdict(dionaea()).product.basis })
    for _, strings in ipairs { { "", "" }, { "Microsoft", "", 0 },
                               { "MikroTik", "MikroTik" },
                               { "Cisco Systems", "", 4608 } } do
      local v = verdict(R.called { control = R.control {
        vendor = strings[1], host_name = strings[2],
        firmware_revision = strings[3] or 1 } })
      assert.is_not.equal("honeypot", v.product.device_type)
      assert.is_not.equal("dionaea honeypot", v.product.name)
    end
  end)

  it("is known by the note as well as by the bytes", function()
    local record = dionaea()
    record.call.raw = nil
    assert.equal("D-F", (letter(record)))
    record.notes = { { code = "peer_call_id", text = "", count = 1 } }
    assert.equal("?", (letter(record)))
  end)

  it("is decided by a scan engine's text", function()
    assert.equal("?", (letter(R.connected { control = {
      state = "not_pptp", service = "unknown",
      first_bytes = "4669726d776172653a20310a" } })))
  end)

  it("needs two signs that do not decide", function()
    local note = { { code = "loopback", text = "", count = 1 } }
    local odd = R.control { framing_capabilities = 3 }
    assert.equal("D-F", (letter(R.called { notes = note })))
    assert.equal("D-F", (letter(R.called { control = odd })))
    local v = verdict(R.called { notes = note, control = odd })
    assert.equal("?", v.grade)
    assert.equal("its LCP magic number is ours; vendor linux without " ..
                 "Poptop's constants", finding(v, "PPTP-060").evidence)
    assert.is_nil(finding(verdict(R.called { notes = note }), "PPTP-060"))
  end)

  local linux = { { kind = 2 }, { kind = 1 }, { kind = 1 }, { kind = 4 },
                  { kind = 1 }, { kind = 3 } }

  it("sees another system in the SYN-ACK than in the strings", function()
    local function sign(fields, ttl, options)
      local v = verdict(R.connected { control = R.control(fields),
        tcp = { state = "open", reason = "syn-ack", ttl = ttl,
                options = options } }, R.connected { notes = {
        { code = "loopback", text = "", count = 1 } } })
      local found = finding(v, "PPTP-060")
      return found and found.evidence
    end
    local windows = { vendor = "Microsoft", host_name = "",
                      firmware_revision = 0, maximum_channels = 0,
                      framing_capabilities = 2, bearer_capabilities = 3 }
    assert.equal("its LCP magic number is ours; strings of Windows, and " ..
                 "the SYN-ACK of Linux", sign(windows, 64, linux))
    assert.truthy(sign(windows, 57, linux))
    assert.is_nil(sign(windows, 128, linux))
    assert.is_nil(sign(windows, 64, { { kind = 2 }, { kind = 1 },
                                      { kind = 3 } }))
    assert.is_nil(sign(windows, 64, nil))
    assert.is_nil(sign({ vendor = "linux" }, 64, linux))
    assert.is_nil(sign({ vendor = "MikroTik", maximum_channels = 0,
                         framing_capabilities = 2 }, 64, linux))
  end)

  it("counts false strings once where PPP answers, else each", function()
    local odd = R.control { vendor = "Microsoft", host_name = "" }
    local tcp = { state = "open", reason = "syn-ack", ttl = 64,
                  options = linux }
    assert.equal("?", (letter(R.connected { control = odd, tcp = tcp })))
    local record = R.login_required "mschap_v2"
    record.control, record.tcp = odd, tcp
    local v = verdict(record)
    assert.is_not.equal("?", v.grade)
    assert.is_nil(finding(v, "PPTP-060"))
    record.notes = { { code = "loopback", text = "", count = 1 } }
    assert.equal("?", verdict(record).grade)
  end)

  it("takes a control stream that breaks after the call for a sign",
     function()
    local function notes(...)
      local list = {}
      for i, code in ipairs { ... } do
        list[i] = { code = code, text = "", count = 1 }
      end
      return list
    end
    assert.equal("?", (letter(R.called {
      notes = notes("loopback", "lost_sync") })))
    assert.equal("D-F", (letter(R.called { notes = notes "lost_sync" })))
    assert.equal("D-F", (letter(R.called { kind = "observed",
      notes = notes("loopback", "lost_sync") })))
    assert.equal("C-F", (letter(R.connected {
      notes = notes("loopback", "lost_sync") })))
  end)

  it("counts one reply once, however wrong", function()
    for _, fields in ipairs {
      { host_name = "pptp-server", framing_capabilities = 3,
        bearer_capabilities = 3 },
      { vendor = "Microsoft", host_name = "" },
      { vendor = "Microsoft", host_name = "PC" },
      { vendor = "MikroTik", host_name = "MikroTik" },
    } do
      local control = R.control(fields)
      assert.equal("D-F", (letter(R.called { control = control })))
      assert.equal("?", (letter(R.called { control = control, notes = {
        { code = "loopback", text = "", count = 1 } } })))
    end
  end)
end)

describe("the local path of GRE", function()
  local function silent(path, given)
    local record = R.called { gre = { state = "silent", reason = "timeout" },
                              lcp = { state = "silent", offers = {} } }
    for key, value in pairs(given or {}) do
      record[key] = value
    end
    return grade(evidence.with_local_path(R.evidence(record), path))
  end

  it("moves no grade", function()
    for _, path in ipairs { "proven", "unproven", false } do
      assert.equal("D-F", silent(path or nil).grade)
    end
  end)

  it("says on which side GRE is lost", function()
    local v = silent "proven"
    assert.truthy(v.summary:find("on this one's side", 1, true))
    assert.equal("observed", v.confidence)
    assert.truthy(v.check_by_hand[1].shows:find("on the server", 1, true))
    v = silent "unproven"
    assert.truthy(v.summary:find("may be on our side", 1, true))
    assert.equal("inferred", v.confidence)
    assert.truthy(v.check_by_hand[1].shows:find("another network", 1, true))
  end)

  it("is worth asking for where it was not", function()
    local v = silent(nil)
    assert.falsy(v.summary:find("side", 1, true))
    assert.equal("observed", v.confidence)
    assert.truthy(v.check_by_hand[1].command:find("--gre-control", 1, true))
  end)

  it("is not spoken of where GRE passes, is refused or was not tested",
     function()
    for _, gre in ipairs {
      R.reachable(), { state = "not_tested", reason = "no-privilege" },
      { state = "unreachable", reason = "icmp-3-2", icmp_from = R.TARGET },
    } do
      local v = silent("unproven", { gre = gre })
      assert.falsy(v.summary:find("side", 1, true))
      assert.truthy(v.check_by_hand[1].command:find("| nc ", 1, true))
      assert.is_not.equal("inferred", v.confidence)
    end
    local v = grade(evidence.with_local_path(
      R.evidence(R.contact("closed", "rst")), "unproven"))
    assert.same({ "A", "proven" }, { v.grade, v.confidence })
  end)
end)

describe("the policy", function()
  it("decides the letters", function()
    local strict = assert(policy.over_default {
      methods = { mschap_v2 = "F" }, stages = { closed = "B" } })
    assert.equal("F", grade(judged { mschap_v2 = "offered" }, strict).grade)
    assert.equal("B", grade(R.evidence(R.contact("closed", "rst")),
                            strict).grade)
  end)

  it("can let a compromised name decide, which the default does not",
     function()
    local e = R.evidence(R.connected {
      control = R.control { host_name = "HACKED", state = "refused",
                            result_code = 4 } })
    assert.equal("C", grade(e).grade)
    local with = assert(policy.over_default { compromised = "F" })
    assert.equal("F", grade(e, with).grade)
    assert.truthy(grade(e, with).summary)
  end)

  it("can leave out a finding, or weigh it otherwise", function()
    local chosen = assert(policy.over_default { findings = {
      ["PPTP-001"] = false, ["PPTP-034"] = "high" } })
    local v = grade(R.evidence(R.called()), chosen)
    assert.is_nil(finding(v, "PPTP-001"))
    assert.equal("high", finding(v, "PPTP-034").severity)
    assert.equal("PPTP-034", v.findings[1].id)
  end)

  it("makes no stage that hides what lies behind it better than that",
     function()
    local mild = assert(policy.over_default { stages = {
      no_reply = "A", refused = "A", call_unknown = "B", gre_unknown = "C" } })
    for _, record in ipairs {
      R.connected { control = { state = "silent" } },
      R.connected { call = { state = "refused", result_code = 4 } },
      R.connected(), R.called(),
    } do
      assert.equal("F", grade(R.evidence(record), mild).worst)
    end
    local methods = {}
    for method in pairs(policy.default.methods) do
      methods[method] = "D"
    end
    local known = assert(policy.over_default { methods = methods,
      no_login = "E", challenge_reused = "D", stages = mild.stages })
    assert.equal("E", grade(R.evidence(R.called()), known).worst)
  end)

  it("leaves a letter open, and the sentence says so", function()
    local open = assert(policy.over_default { methods = {
      mschap_v2 = "D-F" } })
    assert.equal("MS-CHAPv2 is accepted: one recorded login yields the " ..
                 "password's hash for 2^56 work; the policy leaves the " ..
                 "letter open.",
                 grade(judged { mschap_v2 = "offered" }, open).summary)
    assert.truthy(grade(judged({ mschap_v2 = "offered" }, "required",
      { "c223:0a" })).summary:find("an unassigned method stands beside it", 1,
                                   true))
  end)

  it("says how many signs make a decoy", function()
    local one = assert(policy.over_default { deception = { indicators = 1 } })
    assert.equal("?", grade(R.evidence(R.called {
      control = R.control { framing_capabilities = 3 } }), one).grade)
  end)
end)

describe("a verdict", function()
  it("carries the head of the evidence, and the evidence", function()
    local e = R.evidence(R.syn("open", "syn-ack", {
      name = "vpn.example", labels = { "a", "b" } }))
    local v = grade(e)
    assert.equal(R.TARGET, v.target)
    assert.equal(1723, v.port)
    assert.equal("vpn.example", v.name)
    assert.same({ "a", "b" }, v.labels)
    assert.equal(e, v.evidence)
  end)

  it("leaves the evidence and the policy as they were", function()
    local e = R.evidence(table.unpack(R.survey(R.pppd("pap", "mschap_v2"))))
    local kept, default = R.copy(e), R.copy(policy.default)
    local first = grade(e)
    assert.same(kept, e)
    assert.same(default, policy.default)
    assert.same(first, grade(e))
  end)

  it("carries hostile strings as they came", function()
    for _, text in ipairs(R.hostile) do
      local record = R.talk({ { "mschap_v2", "nak:pap" }, { "none", "ack" } },
                            { ending = "terminate", text = text })
      record.control.host_name, record.control.vendor = text, text
      record.challenge = { state = "seen", method = "mschap_v2", name = text,
                           value = "zz%d" }
      local v = verdict(record)
      assert.equal('SCCRP host name "' .. text .. '"',
                   finding(v, "PPTP-030").evidence)
      assert.equal('CHAP challenge name "' .. text .. '"',
                   finding(v, "PPTP-031").evidence)
      assert.equal("E-F", v.grade)
    end
  end)

  it("survives fields of the wrong type", function()
    for _, control in ipairs {
      { state = "answered", vendor = {}, host_name = 5,
        firmware_revision = "x" },
      { state = "answered" },
      { state = "refused", result_code = "4" },
    } do
      local v = verdict(R.called { control = control,
                                   call = { state = "accepted" },
                                   gre = { state = "filtered", reason = 3 },
                                   challenge = { state = "seen", name = {},
                                                 value = {} } })
      assert.is_string(v.summary)
    end
  end)

  it("needs evidence, and a policy that is one", function()
    assert.has_error(function() grade(nil) end)
    assert.has_error(function() grade {} end)
    assert.has_error(function() grade(R.evidence(R.called()), {}) end)
  end)

  it("reads and writes no global", function()
    local e = R.evidence(table.unpack(R.survey(R.pppd "mschap_v2")))
    local undo = R.strict()
    local ok, message = pcall(grade, e)
    undo()
    assert.is_true(ok, message)
  end)
end)

describe("not to know", function()
  local function ends(states, login, other)
    local v = grade(judged(states, login, other))
    return grade.rank(v.best), grade.rank(v.worst)
  end

  -- Deterministic, so that a failure can be looked at.
  local seed
  local function random(n)
    seed = (seed * 1103515245 + 12345) % 2147483648
    return (seed >> 16) % n + 1
  end

  local known = { "offered", "accepted", "refused", "unknown", "not_tested" }
  local logins = { "required", "unknown", "not_required" }

  local function random_states()
    local states = {}
    for _, method in ipairs(all) do
      states[method] = known[random(#known)]
    end
    return states, logins[random(#logins)],
      random(4) == 1 and { "c223:07" } or {}
  end

  -- From what a method may be to what can only be as bad or worse.
  local worse = {
    { "refused", "unknown" }, { "refused", "not_tested" },
    { "refused", "accepted" }, { "unknown", "accepted" },
    { "not_tested", "accepted" }, { "unknown", "offered" },
  }

  it("never betters a grade", function()
    seed = 2637
    for _ = 1, 400 do
      local states, login, other = random_states()
      local method, step = all[random(#all)], worse[random(#worse)]
      states[method] = step[1]
      local best, worst = ends(states, login, other)
      states[method] = step[2]
      local best_after, worst_after = ends(states, login, other)
      assert.is_true(best_after >= best)
      assert.is_true(worst_after >= worst)
    end
  end)

  it("never betters a grade where the login is not known", function()
    seed = 1723
    for _ = 1, 200 do
      local states, _, other = random_states()
      local best, worst = ends(states, "required", other)
      local best_open, worst_open = ends(states, "unknown", other)
      local best_none, worst_none = ends(states, "not_required", other)
      assert.is_true(best_open >= best and worst_open >= worst)
      assert.is_true(best_none >= best_open and worst_none >= worst_open)
    end
  end)

  it("leaves no working server below D", function()
    seed = 47
    for _ = 1, 200 do
      assert.is_true(ends(random_states()) >= grade.rank "D")
    end
  end)

  it("never betters a grade by one record more of a failure", function()
    local records = R.survey(R.pppd "mschap_v2")
    local before = verdict(table.unpack(records))
    for _, failure in ipairs {
      R.syn("silent", "timeout"), R.connected { control = {
        state = "closed" } }, R.called { ended_by = "reset" },
      R.called { gre = { state = "silent" } },
    } do
      local e = R.evidence(table.unpack(records))
      assert.equal(before.grade, grade(evidence.merge(e, failure)).grade)
    end
  end)
end)

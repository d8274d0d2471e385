-- SPDX-License-Identifier: BSD-2-Clause
-- Whole surveys of servers that are easily misjudged: letter, sentence, who it
-- is and what is advised, all of one verdict.
local R = require "records"
local evidence = require "pptpgrade.evidence"
local grade = require "pptpgrade.grade"
local policy = require "pptpgrade.policy"
local report = require "pptpgrade.report"

local DAY = "2026-11-22T10:00:%02d.000000Z"

local random = { 31337, 511, 40007, 12, 60001, 7777, 9 }

-- The records of a survey, two seconds apart, with these Call-IDs and this
-- reply; `change` sees each.
local function survey(records, given)
  given = given or {}
  for i, record in ipairs(records) do
    record.time = DAY:format(2 * i)
    record.port = given.port or record.port
    if record.control.state == "answered" then
      record.control = R.control(given.control)
    end
    if record.call.state == "accepted" then
      record.call.call_id = (given.ids or random)[i]
    end
    if given.change then
      given.change(record, i)
    end
  end
  return records
end

local function judge(records, rules)
  return grade(evidence.newest(records), rules)
end

local function pppd(given, ...)
  return survey(R.survey(R.pppd(...)), given)
end

local function ids(list)
  local found = {}
  for _, item in ipairs(list) do
    found[item.id] = item
  end
  return found
end

-- All that would be typed or clicked, as one text.
local function advice(v)
  local words = {}
  for _, remedy in ipairs(v.remedies) do
    for _, key in ipairs { "commands", "undo", "take_out", "keep" } do
      table.move(remedy[key] or {}, 1, #(remedy[key] or {}), #words + 1, words)
    end
    words[#words + 1] = remedy.text
  end
  return table.concat(words, "\n") .. "\n"
end

local function settings(v)
  for _, remedy in ipairs(v.remedies) do
    if remedy.kind == "settings" then
      return remedy
    end
  end
end

local function has(text, part)
  assert.truthy(text:find(part, 1, true), part .. " is not in: " .. text)
end

local function lacks(text, part)
  assert.falsy(text:find(part, 1, true), part .. " is in: " .. text)
end

-- What pppd draws behind the magic number of records.lua.
local PPPD = "50fc0665f2f8fe976f13c1dccd7c6a46"
local HASH = "MS-CHAPv2 is accepted: one recorded login yields the " ..
  "password's hash for 2^56 work"
local windows = { host_name = "", vendor = "Microsoft", firmware_revision = 0,
                  maximum_channels = 0, framing_capabilities = 2,
                  bearer_capabilities = 3 }

describe("a verdict", function()
  it("goes by the newest survey: a RST to a hand-made SYN alone is no A",
     function()
    local old = R.talk({ { "pap", "ack" } })
    old.time = "2026-01-01T10:00:00.000000Z"
    local new = R.syn("closed", "rst")
    new.time = "2026-11-01T10:00:00.000000Z"
    for _, records in ipairs { { old, new }, { new, old } } do
      local v = judge(records)
      assert.equal("?", v.grade)
      assert.equal(1, v.evidence.older)
      assert.equal("A hand-made SYN to port 1723 met a RST, and no " ..
                   "connection was tried: that alone proves nothing.",
                   v.summary)
    end
    new.tcp.connect = { state = "refused", reason = "rst" }
    assert.equal("A", judge { old, new }.grade)
  end)

  it("names CHAP with SHA-256, which is F", function()
    local v = judge(survey { R.talk { { "c223:07", "ack" } } })
    assert.equal("F", v.grade)
    assert.equal("CHAP-SHA-256 is accepted: a tunnel opened with it cannot " ..
                 "be encrypted.", v.summary)
    assert.truthy(ids(v.findings)["PPTP-018"])
  end)

  it("tells what a likely decoy deserves if it is none", function()
    local v = judge(survey({ R.talk { { "pap", "ack" } } }, {
      control = { framing_capabilities = 3 },
      change = function(record)
        record.notes = { { code = "lost_sync", text = "", count = 1 } }
      end }))
    assert.same({ "?", "F", "F", "none" },
                { v.grade, v.best, v.worst, v.confidence })
    assert.equal("What answers looks like a decoy; if it is none, the grade " ..
                 "is F: PAP is accepted: one recorded login shows the " ..
                 "password.", v.summary)
    assert.truthy(ids(v.findings)["PPTP-060"] and ids(v.findings)["PPTP-011"])
    assert.truthy(#v.remedies > 0)
  end)

  it("takes ICMP for GRE that came after the server's FIN for nothing",
     function()
    local v = judge(survey { R.called { ended_by = "closed", gre = {
      state = "unreachable", reason = "icmp-3-2", icmp_from = R.TARGET,
      from_server = "unknown", to_server = "unknown", packets_received = 0,
      packets_sent = 1 }, teardown = { state = "server_closed", messages = {
        { name = "fin", by = "server", at_us = 5000 } } } } })
    assert.equal("D-F", v.grade)
    assert.not_equal("proven", v.confidence)
    lacks(v.summary, "ICMP")
  end)

  it("calls a login that rests on a RST observed", function()
    local records = R.survey(R.accel "mschap_v2")
    records[#records + 1] = R.talk(
      { { "mschap_v2", "reject", { rejected = { 3 } } }, { "none", "ack" } },
      { ending = "reset", after = 4900000 })
    local v = judge(survey(records))
    assert.same({ "E", "observed" }, { v.grade, v.confidence })
  end)

  it("says of nothing that it got no reply where nothing was asked", function()
    local v = judge { R.syn("open", "syn-ack") }
    assert.equal("B-F", v.grade)
    assert.equal("Port 1723 is open; nothing was asked, so what answers is " ..
                 "not known.", v.summary)
  end)

  it("names results by RFC 2637's words", function()
    local v = judge { R.connected { call = { state = "refused",
                                             result_code = 4 } } }
    assert.same({ "C-F", "PPTP answers and refused the call this time " ..
                  "(result 4, busy)." }, { v.grade, v.summary })
    v = judge { R.connected { control = R.control {
      state = "refused", result_code = 2 } } }
    assert.same({ "C-F", "PPTP answers and refused the connection this time " ..
                  "(result 2, general error)." }, { v.grade, v.summary })
    v = judge { R.called { call = R.accepted { disconnect = {
      call_id = 128, result_code = 3, error_code = 0, at_us = 500 } },
      teardown = { state = "server_closed", messages = {
        { name = "call-disconnect-notify", by = "server", at_us = 500 } } } } }
    assert.same({ "C-F", "PPTP answers and took the call, but ended it " ..
                  "before PPP (result 3, admin shutdown)." },
                { v.grade, v.summary })
    for _, finding in ipairs(v.findings) do
      lacks(finding.title .. finding.evidence, "anyone")
    end
  end)

  it("is C only where all that asked were told that we may not", function()
    local seven = R.connected { call = { state = "refused", result_code = 7 } }
    local four = R.connected { control = R.control { state = "refused",
                                                     result_code = 4 } }
    local function with(refusal, depth, more)
      local record = R.connected { depth = depth, control = more }
      return grade(R.evidence(refusal, record)).grade
    end
    assert.equal("C", with(seven, "control", R.control()))
    assert.equal("C", with(seven, "call", R.copy(four.control)))
    assert.equal("C-F", with(seven, "call", R.control()))
    assert.equal("C", with(four, "syn", { state = "not_tested" }))
    assert.equal("C-F", with(four, "control", { state = "not_tested" }))
    assert.equal("C-F", with(four, "control", { state = "silent" }))
    assert.equal("C", grade(R.evidence(four, R.syn("silent", "timeout"))).grade)
  end)

  it("is proven where each refusal and the login are the server's own words",
     function()
    local function refused(ending)
      local records = {}
      for i, method in ipairs { "pap", "chap_md5", "mschap_v1", "eap" } do
        records[i] = R.talk({ { "mschap_v2", "nak:" .. method } },
                            { asked = method, ending = ending })
      end
      records[5] = R.login_required "mschap_v2"
      local v = judge(survey(records))
      assert.equal("E", v.grade)
      return v.confidence
    end
    assert.equal("proven", refused "terminate")
    assert.equal("observed", refused "closed")
    assert.equal("observed", refused "disconnect")
  end)

  it("leaves a letter open for the policy, not for a method that is none",
     function()
    local rules = assert(policy.over_default { methods = {
      mschap_v2 = "D-E" } })
    local records = R.survey(R.pppd "mschap_v2")
    records[#records + 1] = R.login_required "mschap_v2"
    local v = judge(survey(records), rules)
    assert.same({ "D-E", HASH .. "; the policy leaves the letter open." },
                { v.grade, v.summary })
  end)

  it("has a sentence where no method was seen", function()
    local v = judge(survey { R.talk { { "none", "ack" } } })
    assert.same({ "D-F", "PPP answers, but no login method was seen; " ..
      "whether PAP, CHAP-MD5, MS-CHAPv1, MS-CHAPv2 or EAP are accepted and " ..
      "whether a login is required is not known." }, { v.grade, v.summary })
  end)
end)

describe("who it is", function()
  it("is Poptop by its Call-IDs, though its strings are blank", function()
    local v = judge(pppd({ ids = { 128, 256, 384, 512, 640, 768 },
      control = { host_name = "", vendor = "" } }, "mschap_v2"))
    assert.same({ "Poptop", "proven", "vpn-server" }, { v.product.name,
                  v.product.confidence, v.product.device_type })
    assert.not_equal("?", v.grade)
  end)

  it("is not Poptop by steps of 256", function()
    local v = judge(pppd({ ids = { 256, 512, 768, 1024, 1280, 1536 },
      control = { host_name = "gw", vendor = "MikroTik",
                  maximum_channels = 0, framing_capabilities = 2 } },
      "mschap_v2"))
    assert.equal("RouterOS", v.product.name)
    assert.is_nil(v.product.contradiction)
    assert.falsy(ids(v.findings)["PPTP-060"])
  end)

  it("is pppd by its challenge, whatever its MRU", function()
    local v = judge(survey({ R.talk { { "mschap_v2", "ack" } } }, {
      control = { host_name = "box", vendor = "ACME" },
      change = function(record)
        local offer = record.lcp.offers[1]
        table.insert(offer.options, 1, { type = 1, name = "mru", value = 1500 })
        record.challenge = { state = "seen", method = "mschap_v2",
          length = 16, name = "", value = PPPD }
      end }))
    assert.truthy(ids(v.findings)["PPTP-020"])
    assert.same({ "pppd", "proven" }, { v.product.name, v.product.confidence })
  end)

  it("is told by the names of every challenge", function()
    local eap = R.talk { { "eap", "ack" } }
    eap.challenge = { state = "seen", method = "eap", type = 1, text = "" }
    local chap = R.talk({ { "eap", "nak:mschap_v2" }, { "mschap_v2", "ack" } },
                        { asked = "mschap_v2" })
    chap.challenge = { state = "seen", method = "mschap_v2", length = 16,
                       name = "DC01-HACKED", value = ("a1"):rep(16) }
    local found = ids(judge(survey({ eap, chap },
                                   { control = windows })).findings)
    has(found["PPTP-031"].evidence, "DC01-HACKED")
    has(found["PPTP-040"].evidence, "DC01-HACKED")
  end)

  it("is no internal name where it is as shipped", function()
    for vendor, name in pairs { MikroTik = "MikroTik", DrayTek = "Draytek" } do
      local record = R.talk { { "mschap_v2", "ack" } }
      record.challenge = { state = "seen", method = "mschap_v2", length = 16,
                           name = name, value = ("a1"):rep(16) }
      local found = ids(judge(survey({ record }, { control = {
        host_name = name, vendor = vendor } })).findings)
      assert.is_nil(found["PPTP-031"])
      assert.truthy(found["PPTP-042"], name)
    end
  end)

  it("keeps each blank of a name on the page", function()
    local text = {}
    local page = report.open("text", function(piece)
      text[#text + 1] = piece
    end)
    page:add(judge(survey({ R.connected { depth = "control" } }, {
      control = { host_name = "gw   x  ", vendor = "A  B" } })))
    page:close()
    has(table.concat(text), '"gw   x  "')
  end)
end)

describe("what is advised", function()
  it("takes out of pppd's options what is too weak, and refuses nobody",
     function()
    local v = judge(pppd({ ids = { 128, 256, 384, 512, 640, 768 } },
                         "mschap_v1", "mschap_v2"))
    assert.equal("F", v.grade)
    local pppds = settings(v)
    assert.equal("E", pppds.to)
    for _, word in ipairs { "noauth", "require-pap", "require-chap",
                            "require-mschap", "require-eap" } do
      has(table.concat(pppds.take_out, "\n") .. "\n", word .. "\n")
    end
    assert.same({ "auth", "require-mschap-v2", "require-mppe-128" },
                pppds.keep)
    lacks(advice(v), "refuse-")
    for _, finding in ipairs(v.findings) do
      lacks(finding.remedy or "", "pppd: refuse-")
    end
  end)

  it("holds nothing of pppd's or systemd's for a box of another kind",
     function()
    local boxes = {
      ["serveradmin"] = { vendor = "Mac OS X, Apple Computer, Inc",
                          host_name = "srv", framing_capabilities = 3,
                          bearer_capabilities = 3 },
      ["config vpn pptp"] = { vendor = "Fortinet pptp",
                              host_name = "pptp server" },
      ["PPTP VPN, Server: off"] = { vendor = "D-Link", host_name = "DIR" },
      ["New-NetFirewallRule"] = windows,
    }
    for own, control in pairs(boxes) do
      local text = advice(judge(pppd({ control = control }, "pap")))
      has(text, own)
      for _, other in ipairs { "systemctl", "require-mschap", "iptables",
                               "ufw ", "nft " } do
        lacks(text, other)
      end
    end
  end)

  it("ranks nothing above MS-CHAPv2 for EAP that stands before it", function()
    local v = judge(survey({ R.talk { { "eap", "ack" } },
      R.talk({ { "eap", "nak:mschap_v2" }, { "mschap_v2", "ack" } },
             { asked = "mschap_v2" }) }, { control = windows }))
    assert.is_nil(ids(v.findings)["PPTP-017"])
    has(advice(v), "netsh ras")
  end)

  it("leads EAP alone to certificates, and not down to MS-CHAPv2", function()
    local v = judge(pppd(nil, "eap"))
    assert.equal("D-F", v.grade)
    has(settings(v).text, "EAP-TLS alone")
    lacks(advice(v), "require-mschap-v2")
  end)

  it("is for the target's port and address family", function()
    local text = advice(judge(pppd({ port = 1724 }, "pap")))
    has(text, "1724")
    lacks(text:gsub("1723 here is the port of the server behind", ""), "1723")
    local six = advice(judge(pppd({ change = function(record)
      record.target = "2001:db8::1"
    end }, "pap")))
    has(six, "ip6tables -I INPUT")
    assert.falsy(("\n" .. six):find("\niptables"))
  end)
end)

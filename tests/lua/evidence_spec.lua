-- SPDX-License-Identifier: BSD-2-Clause
local R = require "records"
local evidence = require "pptpgrade.evidence"

local function states(...)
  return R.evidence(...).authentication.methods
end

local function proof(method, ...)
  return R.evidence(...).authentication.proofs[method]
end

local function login(...)
  return R.evidence(...).authentication.state
end

describe("merge", function()
  it("leaves evidence and record as they were", function()
    local records = R.survey(R.pppd("mschap_v1", "mschap_v2"))
    local before = R.evidence(records[1], records[2])
    local kept, record = R.copy(before), R.copy(records[3])
    local after = evidence.merge(before, records[3])
    assert.same(kept, before)
    assert.same(record, records[3])
    assert.equal(2, #before.conversations)
    assert.equal(3, #after.conversations)
    assert.are_not.equal(before.authentication, after.authentication)
  end)

  it("takes the head from the first record", function()
    local e = R.evidence(
      R.syn("open", "syn-ack", { name = "vpn.example", labels = { "a" } }),
      R.called { time = "2027-01-01T00:00:00.000000Z", name = "other" })
    assert.equal(1, e.schema)
    assert.equal(R.TARGET, e.target)
    assert.equal(1723, e.port)
    assert.equal("vpn.example", e.name)
    assert.same({ "a" }, e.labels)
    assert.equal("2026-11-22T22:40:00.123456Z", e.time)
    assert.equal("192.0.2.9", e.source)
  end)

  it("keeps what else evidence carries", function()
    local e = R.evidence(R.syn("open", "syn-ack"))
    e.error = "stopped"
    assert.equal("stopped", evidence.merge(e, R.called()).error)
  end)

  it("takes the best state of every stage, in whatever order", function()
    local order = {
      tcp = { "silent", "filtered", "closed", "open" },
      host = { "silent", "alive" },
      control = { "silent", "closed", "not_pptp", "refused", "answered" },
      call = { "silent", "closed", "refused", "accepted" },
      gre = { "silent", "filtered", "unreachable", "inbound_only",
              "reachable" },
      lcp = { "silent", "offered", "opened" },
      challenge = { "none", "seen" },
      network = { "none", "asked" },
      teardown = { "aborted", "server_closed", "clean" },
    }
    for stage, list in pairs(order) do
      local worse = "not_tested"
      for _, state in ipairs(list) do
        local a = R.record { [stage] = { state = worse } }
        local b = R.record { [stage] = { state = state } }
        assert.equal(state, R.evidence(a, b)[stage].state)
        assert.equal(state, R.evidence(b, a)[stage].state)
        worse = state
      end
    end
  end)

  it("keeps the fields of the first record with the best state", function()
    local e = R.evidence(R.called(), R.called {
      call = R.accepted { call_id = 256 } })
    assert.equal(128, e.call.call_id)
  end)

  it("prefers a RST on the wire to connect()'s word", function()
    local a, b = R.syn("closed", "refused"), R.syn("closed", "rst")
    assert.equal("rst", R.evidence(a, b).tcp.reason)
    assert.equal("rst", R.evidence(b, a).tcp.reason)
  end)

  it("keeps the reason why a stage was not tested", function()
    local e = R.evidence(R.record(), R.called {
      gre = { state = "not_tested", reason = "no-privilege" } })
    assert.equal("no-privilege", e.gre.reason)
  end)

  it("lets GRE outside a call speak only where none was tested in one",
     function()
    local outside = R.record { kind = "gre", gre = {
      state = "unreachable", reason = "icmp-3-2", icmp_from = R.TARGET } }
    local inside = R.called { gre = { state = "silent", reason = "timeout" } }
    assert.equal("unreachable", R.evidence(outside).gre.state)
    assert.equal("silent", R.evidence(outside, inside).gre.state)
    assert.equal("silent", R.evidence(inside, outside).gre.state)
  end)

  it("knows no method before anything was asked", function()
    local e = R.evidence(R.syn("closed", "rst"))
    assert.same({ pap = "not_tested", chap_md5 = "not_tested",
                  mschap_v1 = "not_tested", mschap_v2 = "not_tested",
                  eap = "not_tested" }, e.authentication.methods)
    assert.equal("not_tested", e.authentication.state)
    assert.same({}, e.authentication.other)
  end)

  it("raises on misuse, and says whose fault it is", function()
    for _, wrong in ipairs { false, "x", { target = 1 } } do
      local ok, message = pcall(evidence.merge, nil, wrong)
      assert.is_false(ok)
      assert.truthy(message:find("record with a target", 1, true))
    end
    local e = R.evidence(R.called())
    assert.has_error(function()
      evidence.merge(e, R.called { target = "192.0.2.2" })
    end)
    assert.has_error(function() evidence.merge({}, R.called()) end)
  end)

  it("survives records with holes and wrong types", function()
    local odd = {
      { lcp = { state = "opened", offers = { 1, "x", {}, false } } },
      { lcp = { state = "opened", offers = { { authentication = {} } } } },
      { lcp = "opened", teardown = { state = "clean", messages = { {} } } },
      { lcp = { state = "opened", terminate = true,
                offers = { { authentication = "pap", answer = "nak:eap",
                             raw = "01zz0004", news = true } } } },
      { lcp = { state = "opened", terminate = { at_us = "x" },
                offers = { { authentication = "pap", raw = "010100080300",
                             options = { 7, { type = 3 } } } } } },
      { network = { state = "asked", protocols = { {}, 5 } } },
      { notes = "x", tcp = { state = 7 }, asked = {} },
    }
    for _, fields in ipairs(odd) do
      assert.is_table(R.evidence(R.record(fields)).authentication.methods)
    end
  end)

  it("reads and writes no global", function()
    local undo = R.strict()
    local ok, message = pcall(R.evidence, R.called(), R.login_required())
    undo()
    assert.is_true(ok, message)
  end)
end)

describe("offered", function()
  it("is what the first Configure-Request asks for", function()
    local p = proof("mschap_v2", R.talk { { "mschap_v2", "ack" } })
    assert.same({ state = "offered", bytes = "0305c22381", conversation = 1,
                  offer = 1, text = "in its first Configure-Request" }, p)
  end)

  it("has the bytes that its method is named by, or those that came", function()
    for method, bytes in pairs {
      pap = "0304c023", spap = "0304c027", eap = "0304c227",
      chap_md5 = "0305c22305", mschap_v1 = "0305c22380",
      ["c223:07"] = "0305c22307", ["c02d"] = "0304c02d" } do
      local record = R.talk { { "eap", "ack", { authentication = method } } }
      record.lcp.offers[1].raw = nil
      assert.equal(bytes, proof(method, record).bytes)
    end
    local longer = R.talk { { "pap", "ack",
                              { authentication_option = "0306c0230102" } } }
    assert.equal("0306c0230102", proof("pap", longer).bytes)
  end)

  it("may come behind a Reject of other options", function()
    local record = R.talk { { "eap", "reject", { rejected = { 13, 17 } } },
                            { "mschap_v2", "nak:pap" } }
    assert.equal("offered", states(record).mschap_v2)
    assert.equal("in a Configure-Request before any Nak",
                 proof("mschap_v2", record).text)
  end)

  it("beats accepted, whichever conversation came first", function()
    local a = R.talk { { "mschap_v2", "ack" } }
    local b = R.talk { { "eap", "nak:mschap_v2" }, { "mschap_v2", "ack" } }
    assert.equal("offered", states(a, b).mschap_v2)
    assert.equal("offered", states(b, a).mschap_v2)
    assert.equal(2, proof("mschap_v2", b, a).conversation)
  end)

  it("stays offered where the server asks for it again after a Nak", function()
    local record = R.talk { { "mschap_v2", "nak:pap" },
                            { "mschap_v2", "nak:pap" } }
    assert.equal("offered", states(record).mschap_v2)
  end)
end)

describe("accepted", function()
  it("is what a Configure-Request after a Nak asks for", function()
    local p = proof("mschap_v1", R.talk { { "mschap_v2", "nak:mschap_v1" },
                                          { "mschap_v1", "ack" } })
    assert.same({ state = "accepted", bytes = "0305c22380", conversation = 1,
                  offer = 2, text = "after our Configure-Nak" }, p)
  end)

  it("holds for a method that nobody named, too", function()
    local record = R.talk { { "mschap_v2", "nak:pap" },
                            { "chap_md5", "none" } }
    assert.equal("accepted", states(record).chap_md5)
  end)

  it("is what comes after a Reject of option 3, and says so", function()
    local record = R.talk { { "mschap_v2", "reject", { rejected = { 3 } } },
                            { "mschap_v1", "none" } }
    assert.equal("accepted", states(record).mschap_v1)
    assert.equal("after our Configure-Reject", proof("mschap_v1", record).text)
  end)

  it("is nothing that a retransmission could show", function()
    local record = R.talk { { "mschap_v2", "nak:pap" },
                            { "mschap_v1", "none", { news = false } } }
    assert.equal("not_tested", states(record).mschap_v1)
  end)

  it("lists SPAP only where it is seen, and others by their numbers",
     function()
    local record = R.talk { { "spap", "nak:pap" }, { "c223:07", "nak:pap" },
                            { "malformed", "none" } }
    local e = R.evidence(record, record)
    assert.equal("offered", e.authentication.methods.spap)
    assert.same({ "c223:07", "malformed" }, e.authentication.other)
    assert.equal("accepted", e.authentication.proofs["c223:07"].state)
    assert.is_nil(states(R.talk { { "pap", "ack" } }).spap)
  end)

  it("wins where another conversation refused", function()
    local yes = R.talk { { "eap", "nak:pap" }, { "pap", "ack" } }
    local no = R.talk({ { "eap", "nak:pap" }, { "none", "ack" } },
                      { ending = "terminate" })
    assert.equal("accepted", states(yes, no).pap)
    assert.equal("accepted", states(no, yes).pap)
  end)
end)

describe("refused", function()
  it("follows from option 3 dropped as news, with the server's words",
     function()
    local p = proof("pap", R.talk(
      { { "mschap_v2", "nak:pap" }, { "none", "ack" } },
      { asked = "pap", ending = "terminate",
        text = "peer refused to authenticate" }))
    assert.equal("refused", p.state)
    assert.equal(2, p.offer)
    assert.equal('terminated: "peer refused to authenticate"', p.text)
  end)

  it("follows from one other method asked for twice as news", function()
    local p = proof("pap", R.talk { { "mschap_v2", "nak:pap" },
                                    { "mschap_v1", "nak:pap" },
                                    { "mschap_v1" } })
    assert.equal("refused", p.state)
    assert.equal("asked for MS-CHAPv1 instead", p.text)
    assert.equal("0305c22380", p.bytes)
  end)

  it("follows where the method that was offered comes twice", function()
    assert.equal("refused", states(R.talk { -- as Cisco does
      { "mschap_v1", "nak:pap" }, { "mschap_v1", "nak:pap" },
      { "mschap_v1" } }).pap)
  end)

  it("does not follow from one other method asked for once", function()
    assert.equal("unknown", states(R.talk { { "mschap_v2", "nak:pap" },
                                            { "mschap_v1" } }).pap)
  end)

  it("does not follow from two other methods, once each", function()
    assert.equal("unknown", states(R.talk { { "mschap_v2", "nak:pap" },
                                            { "mschap_v1", "nak:pap" },
                                            { "chap_md5" } }).pap)
  end)

  it("does not follow from retransmissions, however many", function()
    local again = { news = false }
    local says = { { "mschap_v2", "nak:pap" } }
    for i = 2, 10 do
      says[i] = { "mschap_v2", "nak:pap", again }
    end
    assert.equal("unknown", states(R.talk(says)).pap)
    assert.equal("unknown", states(R.talk(says, { ending = "terminate" })).pap)
    assert.equal("unknown", states(R.talk(says, { ending = "closed" })).pap)
  end)

  it("does not count news that answers a Reject of other options", function()
    assert.equal("unknown", states(R.talk {
      { "eap", "nak:pap" },
      { "chap_md5", "reject", { rejected = { 17 } } },
      { "chap_md5", "none" } }).pap)
  end)

  it("does not follow where a Nak named another method before", function()
    assert.equal("unknown", states(R.talk { -- pppd has forgotten MS-CHAPv1
      { "eap", "nak:mschap_v2" }, { "mschap_v2", "nak:mschap_v1" },
      { "pap", "nak:mschap_v1" }, { "none", "ack" } }).mschap_v1)
  end)

  it("names exactly the method of the Nak, and no other", function()
    local known = states(R.talk({ { "eap", "nak:pap" }, { "none", "ack" } },
                                { ending = "terminate" }))
    assert.same({ pap = "refused", chap_md5 = "not_tested",
                  mschap_v1 = "not_tested", mschap_v2 = "not_tested",
                  eap = "offered" }, known)
  end)

  it("follows from a link that ends in direct reply", function()
    local texts = {
      terminate = 'terminated: "no"', closed = "closed the connection",
      reset = "reset the connection", disconnect = "disconnected the call",
      stop = "stopped the control connection",
    }
    for ending, text in pairs(texts) do
      local p = proof("pap", R.talk({ { "mschap_v2", "nak:pap" } },
                                    { ending = ending, text = "no" }))
      assert.equal("refused", p.state)
      assert.equal(text, p.text)
    end
  end)

  it("does not follow from an end five seconds later, only before", function()
    local function after(us)
      return states(R.talk({ { "mschap_v2", "nak:pap" } },
                           { ending = "closed", after = us })).pap
    end
    assert.equal("refused", after(5000000))
    assert.equal("unknown", after(5000001))
  end)

  it("does not follow from an end behind a request that came again",
     function()
    assert.equal("unknown", states(R.talk(
      { { "mschap_v2", "nak:pap" },
        { "mschap_v2", "none", { news = false } } },
      { ending = "closed" })).pap)
  end)

  it("follows at once where the request had come twice again, and not later",
     function()
    local function after(us, times, identifier)
      local says = { { "mschap_v2", "nak:pap", { identifier = 1 } } }
      for i = 1, times do
        says[1 + i] = { "mschap_v2", "nak:pap",
                        { identifier = identifier or 1, news = false } }
      end
      return states(R.talk(says, { ending = "terminate", after = us })).pap
    end
    assert.equal("refused", after(750000, 1))
    assert.equal("refused", after(750000, 2))
    assert.equal("unknown", after(750001, 1))
    assert.equal("unknown", after(2000, 3))
    assert.equal("unknown", after(2000, 1, 2)) -- not the same, nor an answer
  end)

  it("does not follow from an end after our own farewell began", function()
    for _, ours in ipairs { "terminate-request", "call-clear-request",
                            "stop-control-connection-request", "fin" } do
      for _, ending in ipairs { "closed", "reset", "disconnect", "terminate" }
      do
        assert.equal("unknown", states(R.talk(
          { { "mschap_v2", "nak:pap" } },
          { ending = ending, ours = ours })).pap)
      end
    end
  end)

  it("does not follow from an end where we were told to stop", function()
    assert.equal("unknown", states(R.talk({ { "mschap_v2", "nak:pap" } },
      { ending = "closed", record = { ended_by = "aborted" } })).pap)
  end)

  it("does not follow from an end that our own kernel brought about",
     function()
    for _, code in ipairs { "no_guard", "local_icmp" } do
      local notes = { notes = { { code = code, text = "", count = 1 } } }
      assert.equal("unknown", states(R.talk(
        { { "mschap_v2", "nak:pap" } },
        { ending = "closed", record = notes })).pap)
      assert.equal("refused", states(R.talk(
        { { "mschap_v2", "nak:pap" } },
        { ending = "terminate", record = notes })).pap)
    end
  end)

  it("does not follow from an end where our packets may not arrive",
     function()
    local one_way = { state = "inbound_only", from_server = "proven",
                      to_server = "unknown" }
    assert.equal("unknown", states(R.talk(
      { { "mschap_v2", "nak:pap" } },
      { ending = "closed", record = { gre = one_way } })).pap)
  end)

  it("tells what Windows puts into its Terminate-Request", function()
    local p = proof("pap", R.talk({ { "eap", "nak:pap" } }, {
      ending = "terminate", text = "\x12\x34\x56\x78\0<\xcdt\0\0\3\x97",
      data = "12345678003ccd7400000397" }))
    assert.equal("terminated: RAS error 919", p.text)
  end)
end)

describe("unknown", function()
  it("is a method whose conversation came to no offer", function()
    local busy = R.called { asked = "pap", ended_by = "reset" }
    local e = R.evidence(R.talk { { "mschap_v2", "ack" } }, busy)
    assert.equal("unknown", e.authentication.methods.pap)
    assert.equal("the conversation ended before an answer",
                 e.authentication.proofs.pap.text)
  end)

  it("tells what cut it short", function()
    for ended_by, text in pairs { silent = "no answer in time",
                                  budget = "the budget ended first",
                                  aborted = "stopped before an answer" } do
      assert.equal(text, proof("pap", R.talk(
        { { "mschap_v2", "nak:pap" } },
        { asked = "pap", record = { ended_by = ended_by } })).text)
    end
  end)

  it("gives way to what a later conversation shows", function()
    local lost = R.talk({ { "mschap_v2", "nak:pap" } }, { asked = "pap" })
    local done = R.talk({ { "mschap_v2", "nak:pap" }, { "none", "ack" } },
                        { asked = "pap", ending = "terminate" })
    assert.equal("refused", states(lost, done).pap)
    assert.equal("refused", states(done, lost).pap)
  end)
end)

describe("login", function()
  it("is required where declining ended the link", function()
    assert.equal("required", login(R.login_required()))
    for _, ending in ipairs { "closed", "reset", "disconnect", "stop" } do
      assert.equal("required", login(R.talk(
        { { "mschap_v2", "nak:pap" }, { "none", "ack" } },
        { ending = ending })))
    end
  end)

  it("is required where a Nak or a Reject of option 3 ended it", function()
    assert.equal("required", login(R.talk({ { "eap", "nak:pap" } },
                                          { ending = "terminate" })))
    assert.equal("required", login(R.talk(
      { { "eap", "reject", { rejected = { 3, 13 } } } },
      { ending = "terminate" })))
  end)

  it("is not proven by an end after a Reject of other options", function()
    assert.equal("unknown", login(R.talk(
      { { "eap", "reject", { rejected = { 13 } } } },
      { ending = "terminate" })))
  end)

  it("is not proven where we left first, or nothing came", function()
    local says = { { "mschap_v2", "nak:pap" }, { "none", "ack" } }
    assert.equal("unknown", login(R.talk(says)))
    assert.equal("unknown", login(R.talk(says, {
      ending = "closed", ours = "terminate-request" })))
    assert.equal("unknown", login(R.talk(says, {
      record = { network = { state = "none" } } })))
  end)

  it("is not proven by an end before our Ack, or one that may be our doing",
     function()
    local says = { { "mschap_v2", "reject", { rejected = { 3 } } },
                   { "none", "ack" } }
    local function ended(ending, record, after)
      return login(R.talk(says, { ending = ending, after = after,
                                  record = record }))
    end
    assert.equal("required", ended "terminate")
    assert.equal("required", ended "closed")
    assert.equal("unknown", ended("terminate", nil, -50000))
    assert.equal("unknown", ended("terminate", { ended_by = "aborted" }))
    assert.equal("unknown", ended("terminate", { gre = {
      state = "inbound_only", from_server = "proven",
      to_server = "unknown" } }))
    for _, code in ipairs { "no_guard", "local_icmp" } do
      local noted = { notes = { { code = code, text = "", count = 1 } } }
      assert.equal("unknown", ended("closed", noted))
      assert.equal("required", ended("terminate", noted))
    end
  end)

  it("is not proven by a first request without option 3", function()
    assert.equal("unknown", login(R.talk({ { "none", "ack" } },
                                         { ending = "terminate" })))
  end)

  it("is not required where a network protocol came without it", function()
    local asked = { network = { state = "asked",
                                protocols = { "ccp", "ipcp" } } }
    local e = R.evidence(R.talk({ { "none", "ack" } }, { record = asked }))
    assert.equal("not_required", e.authentication.state)
    assert.same({ state = "not_required", conversation = 1,
                  text = "asked for CCP, IPCP without a login" },
                e.authentication.proof)
  end)

  it("ranks not required over required over unknown", function()
    local open = R.talk({ { "none", "ack" } }, { record = {
      network = { state = "asked", protocols = { "ipcp" } } } })
    local closed, vague = R.login_required(), R.talk { { "pap", "ack" } }
    assert.equal("not_required", login(closed, open, vague))
    assert.equal("not_required", login(open, closed))
    assert.equal("required", login(vague, closed))
    assert.equal("required", login(closed, vague))
  end)

  it("is not tested where no offer came", function()
    assert.equal("not_tested", login(R.called {
      lcp = { state = "silent", offers = {} } }))
  end)
end)

describe("real servers' answers", function()
  local function survey(server)
    return states(table.unpack(R.survey(server)))
  end

  it("shows what accel-ppp walks through, and settles at its end", function()
    assert.same({ pap = "accepted", chap_md5 = "accepted",
                  mschap_v1 = "accepted", mschap_v2 = "offered",
                  eap = "refused" },
                survey(R.accel("mschap_v2", "mschap_v1", "chap_md5", "pap")))
    assert.same({ pap = "refused", chap_md5 = "refused",
                  mschap_v1 = "accepted", mschap_v2 = "offered",
                  eap = "refused" },
                survey(R.accel("mschap_v2", "mschap_v1")))
  end)

  it("does not call refused what accel-ppp has not come to yet", function()
    local record = R.talk { { "mschap_v2", "nak:eap" },
                            { "mschap_v1", "nak:eap" },
                            { "chap_md5", "nak:eap" }, { "pap", "nak:eap" } }
    assert.equal("unknown", states(record).eap)
    assert.equal("not_tested", states(R.talk {
      { "mschap_v2", "nak:eap" }, { "mschap_v1" } }).pap)
  end)

  it("finds pppd's PAP behind its CHAP-MD5", function()
    assert.same({ pap = "accepted", chap_md5 = "accepted",
                  mschap_v1 = "accepted", mschap_v2 = "accepted",
                  eap = "offered" },
                survey(R.pppd("pap", "chap_md5", "mschap_v1", "mschap_v2",
                              "eap")))
  end)

  it("finds what mpd honours and what it does not", function()
    assert.same({ pap = "accepted", chap_md5 = "refused",
                  mschap_v1 = "accepted", mschap_v2 = "offered",
                  eap = "refused" },
                survey(R.mpd("mschap_v2", "mschap_v1", "pap")))
  end)

  it("knows Cisco's one method", function()
    assert.same({ pap = "refused", chap_md5 = "refused",
                  mschap_v1 = "offered", mschap_v2 = "refused",
                  eap = "refused" }, survey(R.accel("mschap_v1")))
  end)

  it("knows pppd's sets", function()
    for _, allowed in ipairs { "pap", "chap_md5", "mschap_v2", "eap" } do
      for method, state in pairs(survey(R.pppd(allowed))) do
        assert.equal(method == allowed and "offered" or "refused", state)
      end
    end
  end)
end)

describe("helpers", function()
  it("tell how the server ended, but not after our own farewell", function()
    local function finish(...)
      return evidence.server_end(R.record {
        teardown = { state = "clean", messages = { ... } } })
    end
    local ack = { name = "terminate-ack", by = "us", at_us = 5 }
    local clear = { name = "call-clear-request", by = "us", at_us = 6 }
    local reset = { name = "rst", by = "server", at_us = 7 }
    assert.same({ at_us = 7, what = "reset" }, finish(ack, reset))
    assert.same({ at_us = 7, what = "reset" }, finish(reset, clear))
    assert.is_nil(finish(clear, reset))
    assert.is_nil(finish(ack))
  end)

  it("tell a method's state, of evidence without any too", function()
    local e = R.evidence(R.talk { { "c223:07", "nak:pap" } })
    assert.equal("offered", evidence.method_state(e, "c223:07"))
    assert.equal("unknown", evidence.method_state(e, "pap"))
    assert.equal("not_tested", evidence.method_state(e, "nonsense"))
    assert.equal("not_tested",
                 evidence.method_state({ conversations = {} }, "pap"))
    assert.is_true(evidence.accepts(e, "c223:07"))
    assert.is_false(evidence.accepts(e, "pap"))
    assert.equal("MS-CHAPv1", evidence.title "mschap_v1")
  end)

  it("carry hostile strings untouched", function()
    for _, text in ipairs(R.hostile) do
      local record = R.talk({ { "mschap_v2", "nak:pap" }, { "none", "ack" } },
                            { ending = "terminate", text = text })
      record.control.host_name, record.control.vendor = text, text
      local e = R.evidence(record)
      assert.equal('terminated: "' .. text .. '"',
                   e.authentication.proofs.pap.text)
      assert.equal(text, e.control.host_name)
    end
  end)
end)

describe("the local path", function()
  it("stays when records are added, and leaves the evidence alone", function()
    local first = R.evidence(R.called())
    local marked = evidence.with_local_path(first, "proven")
    assert.is_nil(first.gre.local_path)
    assert.equal("proven", marked.gre.local_path)
    assert.equal("not_tested", marked.gre.state)
    local record = R.talk { { "mschap_v2", "ack" } }
    local more = evidence.merge(marked, record)
    assert.same({ "proven", "reachable" },
                { more.gre.local_path, more.gre.state })
    assert.is_nil(record.gre.local_path)
  end)

  it("is absent where it was not asked", function()
    local e = R.evidence(R.called())
    assert.equal(e, evidence.with_local_path(e, nil))
    assert.is_nil(evidence.merge(e, R.called()).gre.local_path)
  end)
end)

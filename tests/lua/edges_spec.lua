-- SPDX-License-Identifier: BSD-2-Clause
-- Where a judgement turns: the last value on one side, the first on the other.
local R = require "records"
local deception = require "pptpgrade.judge.deception"
local ends = require "pptpgrade.judge.ends"
local evidence = require "pptpgrade.evidence"
local grade = require "pptpgrade.grade"
local gre = require "pptpgrade.judge.gre"
local habits = require "pptpgrade.product.habits"
local host = require "pptpgrade.judge.host"
local observe = require "pptpgrade.product.observe"
local stacks = require "stacks"

local function row_of(name, half)
  for _, row in ipairs(habits.rows) do
    if row.name == name and row.half == half then
      return row
    end
  end
end

-- A habit of a row, what was seen of it, and what that is worth: whether it
-- fits, its weight.
local weights = {
  { "Poptop", "tunnel", "call_ids", { call_ids = "128" }, true, 3 },
  { "accel-ppp", "tunnel", "call_ids", { call_ids = "up" }, true, 2 },
  { "mpd", "tunnel", "call_ids", { call_ids = "same" }, true, 2 },
  { "Windows", "tunnel", "call_ids", { call_ids = "scattered" }, true, 1 },
  { "Poptop", "tunnel", "first_sequence", { first_sequence = 0 }, true, 1 },
  { "Poptop", "tunnel", "first_sequence", { first_sequence = 1 }, false, 1 },
  { "Poptop", "tunnel", "farewell", { farewells = { closes = true } }, true,
    1 },
  { "npppd", "tunnel", "farewell", { farewells = { ["result 4"] = true } },
    true, 2 },
  { "accel-ppp", "tunnel", "farewell", { farewells = { ["our id"] = true } },
    true, 2 },
  { "pppd", "ppp", "order", { orders = { { 2, 3, 5 } },
                              order_words = { "2-3-5" } }, true, 1 },
  { "pppd", "ppp", "order", { orders = { { 2, 3, 5, 7 } },
                              order_words = { "2-3-5-7" } }, true, 2 },
  { "pppd", "ppp", "order", { orders = { { 2, 3, 5, 7, 8 } },
                              order_words = { "2-3-5-7-8" } }, true, 3 },
  { "pppd", "ppp", "identifier", { identifiers = { 1 } }, true, 1 },
  { "pppd", "ppp", "identifier", { identifiers = { 2 } }, false, 1 },
  { "pppd", "ppp", "identifier", { identifiers = { 1, 2 } } },
  { "pppd", "ppp", "identifier", { identifiers = {} } },
  { "pppd", "ppp", "prompt", { prompt = "Name" }, true, 1 },
  { "pppd", "ppp", "prompt", { prompt = "name" } },
  { "accel-ppp", "ppp", "identifier", { identifiers = { 3, 9 } } },
  { "accel-ppp", "ppp", "identifier", { identifiers = { 3, 9, 4 } }, true, 1 },
  { "accel-ppp", "ppp", "identifier", { identifiers = { 3, 3, 3 } }, false,
    1 },
  { "accel-ppp", "ppp", "magic_below", { magics = { 1, 2, 0x7fffffff } }, true,
    1 },
  { "accel-ppp", "ppp", "magic_below", { magics = { 1, 2 } } },
  { "accel-ppp", "ppp", "magic_below", { magics = { 0x80000000 } }, false, 1 },
  { "Windows", "ppp", "ras_error", { ras_error = true }, true, 2 },
}

describe("a habit", function()
  it("is worth what its kind is", function()
    for _, case in ipairs(weights) do
      local name, half, key, seen, fits, weight = table.unpack(case, 1, 6)
      local row = row_of(name, half)
      assert.is_not_nil(row[key], name .. " " .. key)
      local fitted, weighed = habits.fits(row, key, seen)
      assert.equal(fits, fitted, name .. " " .. key)
      if fits ~= nil then
        assert.equal(weight, fits and weighed or weight, name .. " " .. key)
      end
    end
  end)

  it("of few orders of options is told by the longest", function()
    local _, weight, words = habits.fits(row_of("pppd", "ppp"), "order", {
      orders = { { 2, 3, 5 }, { 2, 3, 5, 7, 8 }, { 3, 5, 7, 8 } },
      order_words = { "2-3-5", "2-3-5-7-8", "3-5-7-8" } })
    assert.same({ 3, "LCP options 2-3-5-7-8" }, { weight, words })
  end)

  it("of leaving is seen whole", function()
    local seen = observe.observe(stacks.evidence_of(stacks.all.windows))
    assert.is_true(seen.farewells.notifies)
    assert.is_true(seen.farewells["result 0"])
    assert.is_nil(seen.farewells.closes)
    local reset = stacks.with(stacks.all.poptop, { after = {
      { name = "call-clear-request", by = "us", at_us = 1 },
      { name = "rst", by = "server", at_us = 2 } } })
    assert.is_true(observe.observe(stacks.evidence_of(reset)).farewells.closes)
  end)

  it("is of each call, where two calls have no number of their own",
     function()
    local e = stacks.evidence_of(stacks.all.poptop)
    for _, record in ipairs(e.conversations) do
      record.call.call_id, record.call.peer_call_id = nil, 7
    end
    assert.equal(4, #observe.conversations(e))
    for _, record in ipairs(e.conversations) do
      record.call.call_id, record.call.peer_call_id = 7, nil
    end
    assert.equal(4, #observe.conversations(e))
  end)

  it("of drawing challenges is tried from eight bytes up", function()
    local function ppp(challenge)
      local p = grade(stacks.evidence_of(stacks.with(stacks.all.poptop, {
        challenge = challenge }))).product
      return p.ppp
    end
    assert.equal("pppd", ppp(("5a"):rep(7)))
    assert.is_nil(ppp(("5a"):rep(8)))
    assert.equal("pppd", ppp(stacks.PPPD:sub(1, 16)))
  end)
end)

describe("an end", function()
  it("is told where each message says whose it is and when it came", function()
    local function told(messages)
      return ends.is_told { teardown = { state = "clean",
                                         messages = messages } }
    end
    assert.is_true(told {})
    assert.is_true(told { { name = "fin", by = "server", at_us = 1 } })
    assert.is_false(told { { name = "fin", by = "server" } })
    assert.is_false(told { { name = "fin", by = "other", at_us = 1 } })
    assert.is_false(told { { by = "us", at_us = 1 } })
    assert.is_false(ends.is_told { teardown = { state = "clean" } })
  end)

  it("is the message that says most, of two that came together", function()
    local function what(name, at)
      local record = R.called { call = R.accepted { disconnect = {
        result_code = 4, at_us = 5 } }, teardown = { state = "clean",
        messages = { { name = name, by = "server", at_us = at } } } }
      return ends.server_end(record).what
    end
    assert.equal("closed", what("fin", 5))
    assert.equal("disconnect", what("fin", 6))
    assert.equal("closed", what("fin", 4))
  end)
end)

describe("a sign of a decoy", function()
  local function signs(record)
    return deception.signs(R.evidence(record), 2)
  end
  local function dionaea(raw, given)
    return R.called { call = R.accepted(R.copy {
      call_id = given and given.call_id or 0x0480, receive_window = 0x2000,
      connect_speed = 100000000, peer_call_id = 0x1a2f, raw = raw }) }
  end
  local function ocrp(echoed)
    return "002000011a2b3c4d000800100480" .. echoed .. "0100000000000005f5e1" ..
      "002000000000000000"
  end

  it("decides where it is one that nothing else has", function()
    assert.same({ { id = "dionaea_call", decisive = true, text =
      "OCRP with dionaea's constants, and not with our call ID" },
                  likely = true }, signs(dionaea(ocrp "ffff")))
    assert.same({ likely = false }, signs(dionaea(ocrp "1a2f")))
    assert.same({ likely = false }, signs(dionaea(nil)))
    assert.same({ likely = false },
                signs(dionaea(ocrp "ffff", { call_id = 0x0481 })))
    local looped = R.talk { { "mschap_v2", "ack" } }
    looped.notes = { { code = "loopback", text = "", count = 1 } }
    assert.same({ { id = "loopback", decisive = false,
                    text = "its LCP magic number is ours" }, likely = false },
                signs(looped))
  end)

  it("is a Linux SYN-ACK of what is no Linux", function()
    local function told(os, ttl)
      local kinds = {}
      for i, kind in ipairs { 2, 1, 1, 4, 1, 3 } do
        kinds[i] = { kind = kind }
      end
      local found = deception.signs(R.evidence(R.connected { tcp = {
        state = "open", ttl = ttl, options = kinds } }), 2, nil,
        { os = os, name = os })
      return found[1] ~= nil and found[1].text
    end
    for _, os in ipairs { "Windows", "IOS", "PIX OS", "FreeBSD",
                          "DragonFly BSD", "OpenBSD" } do
      assert.equal("strings of " .. os .. ", and the SYN-ACK of Linux",
                   told(os, 64))
      assert.is_false(told(os, 65))
    end
    assert.is_false(told("Linux", 64))
    assert.is_false(told("RouterOS", 64))
  end)
end)

describe("GRE", function()
  it("that one call heard is forwarded in none", function()
    local refused = R.called { gre = { state = "filtered", to_server =
      "refused", reason = "icmp-3-13", icmp_from = R.TARGET,
      from_server = "unknown" } }
    local icmp, count = gre.is_forwarded { refused, refused }
    assert.same({ "3/13", 2 }, { icmp, count })
    assert.same({ nil, 0 }, { gre.is_forwarded {
      refused, R.talk { { "pap", "ack" } } } })
  end)
end)

describe("SPAP", function()
  it("is a method of its own where it was asked for or taken", function()
    local function state(...)
      return R.evidence(R.talk({ ... }, { asked = "spap" }))
        .authentication.methods.spap
    end
    assert.equal("offered", state { "spap", "ack" })
    assert.equal("offered", state { "spap" })
    assert.equal("accepted", state({ "mschap_v2", "nak:spap" },
                                   { "spap", "ack" }))
    assert.is_nil(state({ "mschap_v2", "nak:spap" }, { "mschap_v2" },
                        { "mschap_v2", "nak:spap" }))
  end)
end)

describe("the clock of this host", function()
  it("was set where it moved by a tenth of a second", function()
    local function state(moved)
      for _, row in ipairs(host.rows {
        capability = { effective = true }, helper = { state = "works" },
        capture = { ok = true }, route = { interface = "eth0",
                                           source = "192.0.2.9" },
        gre = { state = "came_back" },
        clock = { synchronised = true, maximum_error_us = 1,
                  moved_us = moved } }) do
        if row.name == "clock" then
          return row.state
        end
      end
    end
    for _, sign in ipairs { -1, 1 } do
      assert.equal("yes", state(sign * 99999))
      assert.equal("no", state(sign * 100000))
    end
  end)
end)

describe("bytes behind a name's end", function()
  local function told(behind, state)
    local host_name = "l\0" .. behind
    local raw = ("0"):rep(56) .. (host_name .. ("\0"):rep(64 - #host_name))
      :gsub(".", function(byte) return ("%02x"):format(byte:byte()) end) ..
      ("0"):rep(128)
    local v = grade(R.evidence(R.connected { ended_by = "refused",
      control = R.control { raw = raw, state = state, result_code = 2 } }))
    for _, finding in ipairs(v.findings) do
      if finding.id == "PPTP-035" then
        return finding.evidence
      end
    end
  end

  it("are shown up to sixteen, in a refusal too", function()
    for _, state in ipairs { "answered", "refused" } do
      assert.equal("SCCRP host name, behind its end: " .. ("5a"):rep(16),
                   told(("Z"):rep(16), state))
      assert.equal("SCCRP host name, behind its end: " .. ("5a"):rep(16) ..
                   "...", told(("Z"):rep(17), state))
      assert.is_nil(told("", state))
    end
    assert.is_nil(told("Z", "not_pptp"))
  end)
end)

describe("a mistake of the caller", function()
  it("is told where the caller made it", function()
    local _, why = pcall(function() evidence.merge(nil, {}) end)
    assert.truthy(why:find("edges_spec.lua:%d+: evidence.merge: a record"))
    _, why = pcall(function()
      grade(R.evidence(R.connected()), {})
      return nil
    end)
    assert.truthy(why:find("edges_spec.lua:%d+: grade: a policy is needed"))
    _, why = pcall(function()
      evidence.merge({}, R.connected())
      return nil
    end)
    assert.truthy(why:find("edges_spec.lua:%d+: evidence.merge: evidence has"))
    _, why = pcall(function()
      evidence.merge(R.evidence(R.connected()),
                     R.connected { target = "192.0.2.7" })
      return nil
    end)
    assert.truthy(why:find("edges_spec.lua:%d+: evidence.merge: a record of"))
  end)
end)

-- SPDX-License-Identifier: BSD-2-Clause
local R = require "records"
local cves = require "pptpgrade.product.cves"
local grade = require "pptpgrade.grade"
local habits = require "pptpgrade.product.habits"
local observe = require "pptpgrade.product.observe"
local weigh = require "pptpgrade.product.weigh"
local stacks = require "stacks"

local PPPD, NOT_PPPD, MAGIC = stacks.PPPD, stacks.NOT_PPPD, stacks.MAGIC
local options, record_of = stacks.options, stacks.record_of
local evidence_of, with, says = stacks.evidence_of, stacks.with, stacks.says
local all = stacks.all
local poptop, accel, windows = all.poptop, all.accel, all.windows
local mikrotik, cisco, draytek = all.mikrotik, all.cisco, all.draytek

local function product(stack)
  return grade(evidence_of(stack)).product
end

describe("the rows", function()
  it("say how each is known, and from where", function()
    local bases = { ["source code"] = true, capture = true,
                    ["second hand"] = true }
    for _, row in ipairs(habits.rows) do
      assert.is_true(bases[row.basis])
      assert.is_string(row.source)
      assert.is_string(row.product.name)
      assert.is_true(row.half == "tunnel" or row.half == "ppp")
    end
  end)

  it("rest what proves a stack on its source code", function()
    for _, row in ipairs(habits.rows) do
      if row.drawn == true or (row.call_ids or {})["128"] then
        assert.equal("source code", row.basis)
      end
    end
  end)

  it("take a challenge's name for the host's where it is, padded or not",
     function()
    local row
    for _, one in ipairs(habits.rows) do
      row = one.name == "Cisco IOS" and one or row
    end
    local function fits(host, name)
      return habits.fits(row, "challenge_name", {
        host = host, names = { { method = "mschap_v2", name = name } } })
    end
    assert.is_true(fits("c7206", "c7206"))
    assert.is_true(fits("c7206", "c7206   "))
    for _, pair in ipairs { { "c7206", "gate" }, { "", "" }, { false, "x" },
                            { "c7206", " c7206" } } do
      assert.is_nil(fits(pair[1], pair[2]))
    end
  end)

  it("take Windows, Cisco, MikroTik and DrayTek at second hand", function()
    local second = {}
    for _, row in ipairs(habits.rows) do
      if row.basis == "second hand" then
        second[row.name] = true
      end
    end
    assert.same({ Windows = true, ["Cisco IOS"] = true, MikroTik = true,
                  DrayTek = true }, second)
  end)
end)

describe("behaviour", function()
  it("is that of the strings, stack by stack", function()
    local wanted = {
      poptop = { "Poptop", "proven", "pppd" },
      accel = { "accel-ppp", "observed", "accel-ppp" },
      windows = { "Windows RRAS", "observed", "Windows" },
      mikrotik = { "RouterOS", "observed", "MikroTik" },
      cisco = { "IOS VPDN", "observed", "Cisco IOS" },
      draytek = { "DrayTek Vigor", "observed", "DrayTek" },
      mpd = { "mpd", "observed", "mpd" },
      npppd = { "npppd", "observed", "npppd" },
    }
    for name, want in pairs(wanted) do
      local p = product(all[name])
      assert.same(want, { p.name, p.confidence, p.ppp }, name)
      assert.equal("strings and behaviour", p.basis, name)
      assert.is_nil(p.contradiction)
      assert.is_true(#p.habits >= 2, name)
    end
  end)

  it("never makes second hand proven, however much is seen", function()
    for _, stack in ipairs { windows, mikrotik, cisco, draytek } do
      local p = product(with(stack, { ids = { 1, 2, 3, 4, 5, 6, 7 },
                                      ending = "terminate",
                                      data = "11223344003ccd7400000397" }))
      assert.is_true(p.confidence == "observed" or
                     p.confidence == "inferred")
      assert.is_not_true(p.ppp_proven)
    end
  end)

  it("is asked of each half: Poptop with slirp's PPP", function()
    local p = product(with(poptop, { order = "1-3-5-7-8", mru = 1500,
                                     challenge = NOT_PPPD }))
    assert.equal("Poptop", p.name)
    assert.equal("slirp", p.ppp)
    assert.equal("proven", p.confidence)
    for _, known in ipairs(cves.potential(p)) do
      assert.is_not.equal("CVE-2020-8597", known.id)
    end
  end)

  it("names whom no row of strings names", function()
    local p = product(with(poptop, { control = { vendor = "acme" } }))
    assert.same({ "Poptop", "behaviour", "proven" },
                { p.name, p.basis, p.confidence })
    p = product(with(windows, { control = { vendor = "acme" } }))
    assert.same({ "Windows RRAS", "behaviour", "inferred" },
                { p.name, p.basis, p.confidence })
    p = product(with(accel, { control = { vendor = "Router" } }))
    assert.same({ "accel-ppp", "behaviour" }, { p.name, p.basis })
  end)

  it("leaves strings alone where it says nothing", function()
    local e = R.evidence(R.connected())
    local p = grade(e).product
    assert.same({ "Poptop", "strings", "inferred", "high" },
                { p.name, p.basis, p.confidence, p.match })
    assert.same({}, p.habits)
  end)

  it("tells a contradiction where it is proven, and counts it as one sign",
     function()
    local v = grade(evidence_of(with(windows, { magic = MAGIC,
      challenge = PPPD, order = "2-3-5-7-8", identifier = 1, ids = { 7 } })))
    assert.same({ "pppd", "behaviour", "proven" },
                { v.product.name, v.product.basis, v.product.confidence })
    assert.equal("strings of Windows RRAS, but behaviour of pppd: a " ..
                 "challenge that follows from the magic number",
                 v.product.contradiction)
    assert.is_not.equal("?", v.grade)
    local strict = require "pptpgrade.policy".over_default {
      deception = { indicators = 1 } }
    local decoy = grade(v.evidence, strict)
    assert.equal("?", decoy.grade)
    assert.truthy(decoy.findings[1])
  end)

  it("contradicts nothing without proof", function()
    local p = product(with(windows, { order = "2-3-5-7-8",
                                      identifier = 1 }))
    assert.is_nil(p.contradiction)
    assert.equal("Windows RRAS", p.name)
    p = product(with(poptop, { control = { vendor = "acme-box",
                                           host_name = "x" } }))
    assert.is_nil(p.contradiction)
  end)

  it("does not call a brand that may ship pppd a liar", function()
    for _, vendor in ipairs { "D-Link", "TP-LINK", "Fortinet" } do
      local p = product(with(poptop, { control = { vendor = vendor,
                                                   maximum_channels = 9 } }))
      assert.is_nil(p.contradiction)
      assert.is_not.equal("pppd", p.name)
      assert.equal("pppd", p.ppp)
    end
    assert.is_nil(product(with(draytek, { magic = MAGIC, challenge = PPPD }))
                    .contradiction)
  end)
end)

describe("a habit", function()
  local function half(stack, name, drawn)
    local seen = observe.observe(evidence_of(stack))
    seen.drawn = drawn
    local found = weigh.identify(seen)[name]
    return found and found.name
  end

  it("that is another's rules a stack out", function()
    assert.equal("pppd", half(poptop, "ppp", true))
    assert.is_nil(half(poptop, "ppp", false))
    assert.is_nil(half(with(poptop, { order = "2-5-3-7-8" }), "ppp", nil))
    assert.is_nil(half(with(poptop, { mru = 1500, order = "1-2-3-5-7-8" }),
                       "ppp", nil))
    assert.equal("pppd", half(with(poptop, { mru = 1400,
                                             order = "1-2-3-5-7-8" }),
                              "ppp", nil))
    assert.equal("pppd", half(with(poptop, { mru = 1500,
                                             order = "1-2-3-5-7-8" }),
                              "ppp", true)) -- its challenge proves it
    assert.equal("Poptop", half(poptop, "tunnel"))
    assert.is_nil(half(with(poptop, { sequence = 1 }), "tunnel", true))
    assert.is_nil(half(with(poptop, { sequence = 1 }), "tunnel"))
    assert.is_nil(half(with(poptop, { ids = { 1, 2, 3 } }), "tunnel"))
    assert.is_nil(half(with(accel, { magic = 0x80000000 }), "ppp"))
  end)

  it("of few options says little", function()
    assert.is_nil(half(with(poptop, { order = "3-5", identifier = 9 }),
                       "ppp", nil))
  end)

  it("of accel-ppp is told from MikroTik's by its MRU", function()
    assert.equal("accel-ppp", half(accel, "ppp", false))
    assert.equal("MikroTik", half(mikrotik, "ppp", false))
  end)

  it("of the first sequence takes a lost packet into account", function()
    local function first(...)
      local records = {}
      for i, sequence in ipairs { ... } do
        records[i] = record_of(with(poptop, { sequence = sequence }), i, 128)
      end
      return observe.observe(R.evidence(table.unpack(records)))
        .first_sequence
    end
    assert.equal(0, first(0))
    assert.equal(0, first(1, 0, 1))
    assert.equal(0, first(1, 1, 0))
    assert.is_nil(first(1))
    assert.is_nil(first(2, 3))
    assert.equal(1, first(1, 1))
  end)

  it("of our speed and window is no one's in a capture of others", function()
    local e = evidence_of(poptop)
    for _, record in ipairs(e.conversations) do
      record.kind, record.call.connect_speed = "observed", 1
    end
    assert.truthy(weigh.identify(observe.observe(e)).tunnel)
    for _, record in ipairs(e.conversations) do
      record.kind = "conversation"
    end
    assert.is_nil(weigh.identify(observe.observe(e)).tunnel)
  end)

  it("of taking leave needs our Call-Clear, and nothing of ours behind it",
     function()
    local function leaves(after)
      return observe.observe(evidence_of(with(poptop, { after = after })))
        .farewells.closes == true
    end
    local clear = { name = "call-clear-request", by = "us", at_us = 1 }
    local fin = { name = "fin", by = "server", at_us = 3 }
    assert.is_true(leaves { clear, fin })
    assert.is_false(leaves { fin, clear })
    assert.is_false(leaves { fin })
    assert.is_false(leaves { clear, {
      name = "stop-control-connection-request", by = "us", at_us = 2 }, fin })
  end)

  it("tells by which rule Call-IDs follow each other", function()
    for _, case in ipairs {
      { "same", 7, 7, 7 },
      { "up", 1, 17, 33 }, { "up", 0xfff8, 4, 5 }, { "up", 0xfe, 0xff, 0x100 },
      { "scattered", 1, 18, 19 }, { "scattered", 3, 2, 1 },
      { "scattered", 7, 7, 8 },
      { "swapped", 0xfe00, 0xff00, 0x0001 },
      { "swapped", 0x0100, 0x1100, 0x2100 },
      { "swapped", 0xffff, 0x0000, 0x0100 },
      { "128", 128, 256, 384, 512 }, { "128", 0, 256, 640, 768 },
      { nil, 128, 256, 384 }, { nil, 0, 256 * 17, 256 * 34, 256 * 51 },
      { "scattered", 0, 128, 192, 320 },
    } do
      local ids = { table.unpack(case, 2, 6) }
      local seen = observe.observe(evidence_of(with(poptop, { ids = ids })))
      assert.equal(case[1], seen.call_ids, table.concat(ids, " "))
    end
  end)

  it("tells accel-ppp's swapped bytes", function()
    local seen = observe.observe(evidence_of(with(accel, {
      disconnect = says(4, function(call)
        return (call.peer_call_id & 0xff) << 8 | call.peer_call_id >> 8
      end) })))
    local found = weigh.identify(seen).tunnel
    assert.truthy(table.concat(found.habits, "; "):find("bytes swapped", 1,
                                                        true))
  end)
end)

describe("a request that comes again", function()
  -- The times and identifiers of one request, again and again.
  local function resent(times, ids, first)
    local offers = {}
    for i, at in ipairs(times) do
      offers[i] = { "mschap_v2", nil, {
        at_us = at * 1000000, identifier = ids[i], news = i == 1,
        options = options(first or "2-3-5-7-8", MAGIC) } }
    end
    return R.evidence(R.talk(offers))
  end

  local function ppp(e)
    local found = weigh.identify(observe.observe(e)).ppp
    return found and found.name
  end

  it("fits pppd every 3 s with one identifier, a lost one too", function()
    assert.equal("pppd", ppp(resent({ 0.1, 3.1, 6.2, 9.1 }, { 1, 1, 1, 1 })))
    assert.equal("pppd", ppp(resent({ 0.1, 3.1, 9.2 }, { 1, 1, 1 })))
  end)

  it("does not fit pppd with a new identifier, or another clock", function()
    assert.is_nil(ppp(resent({ 0.1, 3.1 }, { 1, 2 })))
    assert.is_nil(ppp(resent({ 0.1, 2.1, 4.1 }, { 1, 1, 1 })))
    assert.is_nil(ppp(resent({ 0.1, 6.1, 12.1 }, { 1, 1, 1 })))
  end)

  it("fits Windows with a new identifier each time", function()
    local order = "1-3-5-7-8-13-17-19"
    assert.equal("Windows", ppp(resent({ 0, 2, 5, 9 }, { 0, 1, 2, 3 },
                                       order)))
    assert.is_nil(ppp(resent({ 0, 2, 5, 9 }, { 0, 0, 0, 0 }, order)))
  end)

  it("fits mpd with a new identifier every 2 s, and no other", function()
    local order = "8-7-2-1-5-3"
    assert.equal("mpd", ppp(resent({ 0, 2, 4, 6 }, { 1, 2, 3, 4 }, order)))
    assert.is_nil(ppp(resent({ 0, 2, 4, 6 }, { 1, 1, 1, 1 }, order)))
    assert.is_nil(ppp(resent({ 0, 3, 6, 9 }, { 1, 2, 3, 4 }, order)))
  end)
end)

describe("conversations", function()
  it("come in the order of their times, each once", function()
    local e = evidence_of(poptop)
    local list = e.conversations
    local again = R.copy(list[1])
    again.kind = "observed"
    e.conversations = { list[3], list[2], again, list[1] }
    local found = observe.conversations(e)
    assert.equal(3, #found)
    for i = 1, 3 do
      assert.equal(128 * i, found[i].call.call_id)
    end
  end)

  it("are all there where they came to no call", function()
    local e = R.evidence(R.connected(), R.connected(), R.syn("silent"))
    assert.equal(3, #observe.conversations(e))
  end)
end)

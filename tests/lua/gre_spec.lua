-- SPDX-License-Identifier: BSD-2-Clause
-- GRE that the host refuses, or that stops: what it is worth, in which words,
-- and what is still asked.
local R = require "records"
local gre = require "pptpgrade.judge.gre"
local grade = require "pptpgrade.grade"
local survey = require "pptpgrade.survey"

local function verdict(...)
  return grade(R.evidence(...))
end

local function has(text, part)
  return text:find(part, 1, true) ~= nil
end

-- The server's packets come, and the target answers ours with ICMP.
local function forwarded(asked, given)
  local record = R.talk({ { "mschap_v2", "nak:pap" } }, { asked = asked })
  record.gre = { state = "inbound_only", from_server = "proven",
                 to_server = "refused", refusals = 5, packets_received = 8,
                 packets_sent = 5 }
  record.notes = { { code = "gre_icmp", count = 1,
                     text = "ICMP 3/2 came for GRE, though GRE came too" } }
  for key, value in pairs(given or {}) do
    record.gre[key] = value
  end
  return record
end

local function one_way(record, packets)
  record.gre = { state = "inbound_only", from_server = "proven",
                 to_server = "unknown", packets_received = packets,
                 packets_sent = 4 }
  return record
end

describe("a port forward without GRE", function()
  it("is told, and widens the letter", function()
    local v = verdict(forwarded())
    assert.equal("E-F", v.grade)
    assert.truthy(has(v.summary, "; the host itself answers our GRE with " ..
      "ICMP 3/2: perhaps a port forward without GRE."), v.summary)
    v = verdict(R.called { gre = { state = "filtered", reason = "icmp-3-13",
      icmp_from = R.TARGET, from_server = "unknown", to_server = "refused" } })
    assert.equal("Calls are taken, but the host itself answers our GRE with " ..
                 "ICMP 3/13: perhaps a port forward without GRE.", v.summary)
    assert.equal("D-F", v.grade)
  end)

  it("is told without its code where the record lacks it", function()
    local record = forwarded()
    record.notes = {}
    assert.equal("unreachable", gre.is_forwarded { record })
  end)

  it("is not told of ICMP from elsewhere or of a call that had ended, nor " ..
     "where GRE passes", function()
    for _, given in ipairs { { to_server = "unknown" },
                             { to_server = "proven" } } do
      assert.is_nil(gre.is_forwarded { forwarded(nil, given) })
    end
    assert.is_nil(gre.is_forwarded { forwarded(),
                                     R.talk { { "pap", "ack" } } })
  end)

  it("is on the page, and that ours were not answered is not", function()
    local text
    local r = require "pptpgrade.report".open("text", function(bytes)
      text = bytes
      return true
    end)
    r:add(verdict(forwarded()))
    r:close()
    assert.truthy(has(text, "note      ICMP 3/2 came for GRE"), text)
    assert.falsy(has(text, "ours were not answered"))
  end)

  it("does not let the box behind it name the settings of the one asked",
     function()
    for _, remedy in ipairs(verdict(forwarded()).remedies) do
      assert.is_not.equal("off", remedy.id)
      assert.is_not.equal("pppd", remedy.id)
    end
  end)

  it("is confirmed by one conversation more, and asked no further", function()
    local opts = { target = R.TARGET, port = 1723 }
    assert.is_table(survey.next(R.evidence(forwarded()), opts))
    assert.same({ nil, "GRE does not reach it" }, { survey.next(
      R.evidence(forwarded(), forwarded "pap"), opts) })
    assert.is_table(survey.next(R.evidence(forwarded(), forwarded "pap",
      R.talk { { "mschap_v2", "ack" } }), opts))
  end)
end)

describe("GRE that stops", function()
  it("after the first call is told", function()
    local silent = R.called { gre = { state = "silent", packets_received = 0,
                                      packets_sent = 3, reason = "timeout" } }
    local v = verdict(R.talk { { "mschap_v2", "ack" } }, silent, silent)
    assert.equal("E-F", v.grade)
    assert.truthy(has(v.summary, "; GRE was heard in the first call alone."))
    v = verdict(R.talk { { "pap", "ack" } }, R.talk { { "pap", "ack" } },
                silent)
    assert.truthy(has(v.summary, "; GRE was heard in the first 2 calls alone."))
    assert.is_nil(gre.stopped { silent, R.talk { { "pap", "ack" } } })
  end)

  it("after its first packet is told", function()
    local first = one_way(R.talk { { "pap", "ack" } }, 1)
    first.ended_by = "silent"
    assert.truthy(has(verdict(first).summary,
                      "; after a call's first packet no more GRE was heard."))
    local once = one_way(R.talk { { "pap", "ack" } }, 1)
    assert.is_nil(gre.stopped { once })
    assert.is_string(gre.stopped { once, once })
    assert.is_nil(gre.stopped { once, one_way(R.talk { { "pap" } }, 2) })
  end)

  -- A request, and the same again and again, however often we answer.
  local function repeats(answer, to_server)
    local says = {}
    for i = 1, 5 do
      says[i] = { "mschap_v2", i < 5 and answer or nil,
                  { identifier = 1, news = i == 1 } }
    end
    local record = R.talk(says)
    record.ended_by = "budget"
    record.gre.to_server = to_server
    record.gre.state = to_server == "proven" and "reachable" or "inbound_only"
    return record
  end

  it("on the way to the server, after a call's first packet, is told",
     function()
    local v = verdict(repeats("ack", "proven"), repeats("nak:pap", "proven"))
    assert.equal("E-F", v.grade)
    assert.truthy(has(v.summary, "; the server repeats what we " ..
      "acknowledged, as if no GRE of ours arrived after a call's first " ..
      "packet."))
    assert.is_nil(gre.stopped { repeats("nak:pap", "proven") })
    assert.is_nil(gre.stopped { repeats("ack", "unknown") })
    assert.is_nil(gre.stopped { repeats("ack", "proven"),
                                R.talk { { "mschap_v2", "ack" } } })
  end)

  it("on the way to the server, after the first calls, is told", function()
    local whole, lost = R.talk { { "mschap_v2", "ack" } },
      repeats("nak:pap", "unknown")
    assert.truthy(has(verdict(whole, lost).summary,
      "; GRE of ours was seen to arrive in the first call alone."))
    assert.equal("GRE of ours was seen to arrive in the first 2 calls alone",
                 gre.stopped { whole, whole, lost, lost })
    assert.is_nil(gre.stopped { lost, whole })
    assert.is_nil(gre.stopped { whole, repeats("nak:pap", "refused") })
    lost.lcp.offers[4].news = true
    assert.is_nil(gre.stopped { whole, lost })
  end)

  it("is silence that proves nothing where our capture is deaf", function()
    local record = R.called { gre = { state = "silent", reason = "timeout" } }
    record.notes = { { code = "capture_deaf", text = "", count = 1 } }
    assert.equal("Calls are taken; GRE was not shown to pass, so the logins " ..
                 "are not known; our capture heard nothing while the kernel " ..
                 "connected, so this silence proves nothing.",
                 verdict(record).summary)
    record.tcp.connect = { state = "connected", reason = "syn-ack" }
    assert.falsy(has(verdict(record).summary, "our capture"))
  end)

  it("was not tested is told as that, and why", function()
    for reason, words in pairs {
      ["no-privilege"] = "GRE was not tested (that needs CAP_NET_RAW), so",
      ipv6 = "GRE was not tested (PPTP's is IPv4's), so",
      proxy = "(the connection goes through a proxy), so" } do
      assert.truthy(has(verdict(R.called { gre = {
        state = "not_tested", reason = reason } }).summary, words))
    end
    assert.truthy(has(verdict(R.called { gre = R.reachable(), lcp = {
      state = "silent", offers = {} } }).summary, "GRE passes, but no LCP"))
  end)
end)

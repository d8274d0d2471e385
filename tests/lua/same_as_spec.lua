-- SPDX-License-Identifier: BSD-2-Clause
-- A record tells a long request once; whoever judges sees it each time.
local R = require "records"
local evidence = require "pptpgrade.evidence"
local grade = require "pptpgrade.grade"

local function with_offers(offers)
  return { lcp = { state = "offered", offers = offers } }
end

describe("an offer that is the same as an earlier one", function()
  local options = { { type = 3, value = "pap" } }
  local first = { identifier = 1, at_us = 5, raw = "010100080304c023",
                  options = options, authentication = "pap" }

  it("has its options and its bytes, with an identifier of its own", function()
    local again = { identifier = 254, at_us = 9, same_as = 0, answer = "none" }
    local record = with_offers { first, again }
    local got = evidence.offers(record)
    assert.equal(first, got[1])
    assert.equal(options, got[2].options)
    assert.equal("01fe00080304c023", got[2].raw)
    assert.equal(9, got[2].at_us)
    assert.equal("pap", (evidence.option(got[2], 3)))
    -- The record is left as it was.
    assert.is_nil(again.options)
    assert.equal(again, record.lcp.offers[2])
  end)

  it("is as it stands where it says nothing of the kind", function()
    local offers = { first, { identifier = 2, options = {}, same_as = 0 } }
    assert.equal(offers, evidence.offers(with_offers(offers)))
  end)

  it("that names itself, a later one or nonsense has no options", function()
    for _, wrong in ipairs { 1, 2, -1, 0.5, 1e300, "0x", true, {} } do
      local got = evidence.offers(with_offers {
        first, { identifier = 2, same_as = wrong } })
      assert.is_nil(got[2].options, tostring(wrong))
    end
    local got = evidence.offers(with_offers {
      { identifier = "x", raw = 7 }, { identifier = "y", same_as = 0 } })
    assert.is_nil(got[2].raw)
  end)

  it("leads to the same verdict", function()
    local function talk()
      return R.talk({ { "pap", "nak:mschap_v2" }, { "pap", "nak:mschap_v2" },
                      { "pap", "none" }, { "mschap_v2", "ack" } },
                    { asked = "mschap_v2" })
    end
    local told, once = talk(), talk()
    for i = 2, 3 do
      local offer = once.lcp.offers[i]
      offer.same_as, offer.options, offer.raw = 0, nil, nil
    end
    assert.same(told.lcp.offers[3].raw, evidence.offers(once)[3].raw)
    local function verdict(record)
      local v = grade(evidence.merge(nil, record))
      v.evidence = nil
      return v
    end
    assert.same(verdict(told), verdict(once))
  end)
end)

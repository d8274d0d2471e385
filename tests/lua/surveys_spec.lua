-- SPDX-License-Identifier: BSD-2-Clause
local R = require "records"
local evidence = require "pptpgrade.evidence"
local grade = require "pptpgrade.grade"

local function at(text, record, run)
  record.time, record.run = text and "2026-11-22T" .. text .. ".000000Z", run
  return record
end

local function pap(text, run)
  return at(text, R.talk { { "pap", "ack" } }, run)
end

local function refused(text, run)
  return at(text, R.record {
    tcp = { state = "closed", reason = "rst",
            connect = { state = "refused", reason = "rst" } },
    ended_by = "refused" }, run)
end

-- All orders of a list.
local function orders(list)
  if #list < 2 then
    return { list }
  end
  local all = {}
  for i = 1, #list do
    local rest = { table.unpack(list) }
    local first = table.remove(rest, i)
    for _, order in ipairs(orders(rest)) do
      table.insert(order, 1, first)
      all[#all + 1] = { table.unpack(order) }
    end
  end
  return all
end

-- What every order of the records gives: letter, how many count, how many do
-- not.
local function newest(...)
  local grades, counted, older
  for _, records in ipairs(orders { ... }) do
    local e = evidence.newest(records)
    local now = grade(e).grade
    assert.equal(grades or now, now)
    assert.equal(counted or #e.conversations, #e.conversations)
    assert.equal(older or e.older or 0, e.older or 0)
    grades, counted, older = now, #e.conversations, e.older or 0
  end
  return grades, counted, older
end

local A, B = "00000000000000aa", "00000000000000bb"

describe("the newest survey", function()
  it("is graded, whatever was found before it", function()
    assert.same({ "A", 1, 1 },
                { newest(pap "10:00:00", refused "10:10:01") })
    assert.same({ "F", 1, 1 },
                { newest(refused "10:00:00", pap "10:10:01") })
  end)

  it("is the newest record and those begun in the ten minutes before it",
     function()
    assert.same({ "F", 2, 0 },
                { newest(pap "10:00:00", refused "10:10:00") })
    assert.same({ "F", 3, 1 }, { newest(
      refused "09:00:00", pap "10:00:00", pap "10:05:00", pap "10:10:00") })
  end)

  it("is a later run alone that found TCP not open", function()
    assert.same({ "A", 1, 1 },
                { newest(pap("10:00:00", A), refused("10:01:00", B)) })
    assert.same({ "A", 2, 1 }, { newest(
      pap("10:00:00", A), refused("10:01:00", B), refused("10:01:05", B)) })
  end)

  it("is both runs where the later one found TCP open, or is not later",
     function()
    assert.same({ "F", 2, 0 }, { newest(
      pap("10:00:00", A), at("10:01:00", R.connected(), B)) })
    assert.same({ "F", 3, 0 }, { newest(pap("10:00:30", A),
      refused("10:00:00", B), refused("10:01:00", B)) })
    assert.same({ "F", 3, 0 }, { newest(pap("10:00:00", A),
      at("10:01:00", R.connected(), B), refused("10:02:00", B)) })
    assert.same({ "F", 4, 0 }, { newest(pap("10:00:00", A),
      refused("10:00:20", B), pap("10:00:40", A), refused("10:01:00", B)) })
    assert.same({ "F", 3, 0 }, { newest(pap("10:00:00", A),
      refused("10:00:00", B), refused("10:01:00", B)) })
    assert.same({ "F", 2, 0 }, { newest(
      pap("10:00:00", A), at("10:01:00", R.record(), B)) })
  end)

  it("that found a port closed says what a ban looks like", function()
    local e = evidence.newest { pap("10:00:00", A), refused("10:01:00", B) }
    assert.equal("Port 1723 is closed: no PPTP here; older records are left " ..
                 "out: where they found it open, a ban of this host's " ..
                 "address looks the same.", grade(e).summary)
    local open = evidence.newest { refused("10:00:00", A), pap("10:11:00", B) }
    assert.equal(1, open.older)
    assert.falsy(grade(open).summary:find("ban", 1, true))
  end)

  it("is all of it where no run is told", function()
    assert.same({ "F", 2, 0 }, { newest(pap "10:00:00", refused "10:01:00") })
  end)

  it("takes a record without a time for the oldest, unless its run is there",
     function()
    assert.same({ "A", 1, 1 }, { newest(pap(nil), refused "10:00:00") })
    assert.same({ "A", 1, 1 }, { newest(pap(nil, A), refused("10:00:00", B)) })
    assert.same({ "F", 2, 0 }, { newest(pap(nil, A), refused("10:00:00", A)) })
    assert.same({ "F", 2, 0 }, { newest(pap(nil), refused(nil)) })
    local unread = pap(nil)
    unread.time = "yesterday"
    assert.same({ "A", 1, 1 }, { newest(unread, refused "10:00:00") })
  end)

  it("counts a record that is there twice once", function()
    assert.same({ "F", 1, 0 }, { newest(pap "10:00:00", pap "10:00:00") })
    assert.same({ "A", 1, 1 }, { newest(refused "10:00:00", pap "09:00:00",
                                        pap "09:00:00") })
  end)

  it("is what the survey of a live server is, whole", function()
    local e
    for i, record in ipairs(R.survey(R.pppd("mschap_v2", "eap"))) do
      e = evidence.merge(e, at(("10:00:%02d"):format(i), record, A))
    end
    assert.same(e, evidence.newest(e.conversations))
  end)

  it("leaves the records as they are", function()
    local records = { refused "10:00:00", pap "10:10:01" }
    local kept = R.copy(records)
    evidence.newest(records)
    assert.same(kept, records)
  end)

  it("needs records of one target", function()
    local other = pap "10:00:00"
    other.target = "192.0.2.2"
    assert.has_error(function() evidence.newest { pap "10:00:00", other } end)
    assert.has_error(function() evidence.newest { 5 } end)
  end)
end)

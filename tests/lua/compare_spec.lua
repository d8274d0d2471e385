-- SPDX-License-Identifier: BSD-2-Clause
-- What changed from one run to another: tests/lua/changes.txt has every pair.
local compare = require "pptpgrade.judge.compare"
local findings = require "pptpgrade.judge.findings"
local grade = require "pptpgrade.judge.grade".grade
local scripted = require "scripted"
local survey = require "pptpgrade.survey"

local words = { s = "same", g = "gone", b = "back", c = "clearer",
                v = "vaguer", ["+"] = "better", ["-"] = "worse",
                m = "missing", n = "new" }

-- old interval -> new interval -> class; "." is a side that was not asked.
local function read_table()
  local columns, rows = nil, {}
  for line in io.lines "tests/lua/changes.txt" do
    if line:sub(1, 1) ~= "#" then
      local cells = {}
      for cell in line:gmatch "%S+" do
        cells[#cells + 1] = cell
      end
      if columns then
        rows[cells[1]] = {}
        for i, column in ipairs(columns) do
          rows[cells[1]][column] = words[cells[i + 1]]
        end
      else
        columns = cells
      end
    end
  end
  return rows, columns
end

-- A brief verdict of a server that was asked for its methods.
local function verdict(interval, changes)
  local v = {
    target = "192.0.2.1", port = 1723, grade = interval,
    best = interval:sub(1, 1), worst = interval:sub(-1),
    stages = { tcp = "open", control = "answered", call = "accepted",
               gre = "reachable", authentication = "required" },
    methods = { pap = "refused", chap_md5 = "refused", mschap_v1 = "refused",
                mschap_v2 = "offered", eap = "refused" },
    findings = { { id = "PPTP-015", severity = "high" } },
    product = { name = "Poptop" },
  }
  for key, value in pairs(changes or {}) do
    v[key] = value
  end
  return v
end

local function side(interval, changes)
  return interval ~= "." and compare.side(verdict(interval, changes)) or nil
end

local function change(old, new)
  return compare.change(compare.side(old), compare.side(new))
end

describe("the class of a change", function()
  local rows, columns = read_table()

  it("is in the table for 21 intervals, ? and nothing", function()
    assert.equal(23, #columns)
    for _, old in ipairs(columns) do
      for _, new in ipairs(columns) do
        if old ~= "." or new ~= "." then
          assert.equal(rows[old][new],
                       compare.change(side(old), side(new)).class,
                       old .. " then " .. new)
        end
      end
    end
  end)

  it("is mirrored where the sides are swapped", function()
    for _, old in ipairs(columns) do
      for _, new in ipairs(columns) do
        if old ~= "." or new ~= "." then
          assert.equal(compare.mirror[rows[old][new]], rows[new][old])
        end
      end
    end
  end)

  it("is changed where only facts are others, and the interval is one",
     function()
    for _, interval in ipairs(columns) do
      if interval ~= "." then
        local other = side(interval, { product = { name = "mpd" } })
        assert.equal("changed", compare.change(side(interval), other).class)
      end
    end
  end)

  it("says when the worst letter is beyond the old one, whatever it is",
     function()
    assert.is_true(compare.change(side "D", side "D-F").worse) -- vaguer
    assert.is_true(compare.change(side "A", side "B").worse) -- back
    assert.is_false(compare.change(side "D-F", side "F").worse) -- clearer
    assert.is_false(compare.change(side "?", side "F").worse)
    assert.is_false(compare.change(side "F", side "?").worse)
    assert.is_false(compare.change(nil, side "F").worse)
    local decoy = { grade = "?", worst = "F" }
    assert.is_true(compare.change(side "E", side("?", decoy)).worse)
  end)
end)

describe("a method", function()
  local function with(state)
    local v = verdict "E"
    v.methods.pap = state
    return v
  end

  it("has changed where both sides asked", function()
    local found = change(with "refused", with "accepted")
    assert.same({ { method = "pap", was = "refused", now = "accepted" } },
                found.methods)
    assert.equal("PAP: refused -> accepted", found.facts[1])
    assert.equal("changed", found.class)
    assert.equal("changed", change(with "refused", with "unknown").class)
  end)

  it("has not where one side did not ask", function()
    assert.equal("same", change(with "refused", with "not_tested").class)
    assert.equal("same", change(with "not_tested", with "accepted").class)
  end)

  it("without a field of its own is not met where an offer came", function()
    local met = verdict("E", { other = { "c223:07" } })
    local found = change(verdict "E", met)
    assert.same({ { method = "c223:07", was = "not_met", now = "met" } },
                found.methods)
    local deaf = verdict("E", { methods = {}, stages = {
      control = "answered", call = "accepted", gre = "silent",
      authentication = "not_tested" } })
    assert.is_nil(change(deaf, met).methods)
  end)
end)

describe("a finding", function()
  local none = verdict("E", { findings = {} })

  it("is gone where what shows it was tested, and found there", function()
    local lost = change(verdict "E", none)
    assert.same({ "PPTP-015" }, lost.lost)
    assert.equal("PPTP-015 gone", lost.facts[1])
    local found = change(none, verdict "E")
    assert.same({ "PPTP-015" }, found.found)
    assert.equal("changed", found.class)
  end)

  it("is not where it was not tested", function()
    for _, state in ipairs { "unknown", "not_tested" } do
      local unasked = verdict("E", { findings = {}, methods = {
        pap = "refused", mschap_v2 = state } })
      local found = change(verdict "E", unasked)
      assert.is_nil(found.lost)
      assert.same({ "PPTP-015" }, found.not_retested)
      assert.same({ "PPTP-015" }, change(unasked, verdict "E").first_seen)
    end
  end)

  it("is gone where nothing of PPTP is left", function()
    local closed = { grade = "A", best = "A", worst = "A", port = 1723,
                     target = "192.0.2.1", stages = { tcp = "closed" } }
    assert.same({ "PPTP-015" }, change(verdict "E", closed).lost)
  end)

  it("is not gone where no sweep asked a second port", function()
    local R = require "records"
    local function one(any_port)
      return grade(R.evidence(R.record {
        kind = "syn", depth = "syn",
        tcp = { state = "open", reason = "syn-ack",
                answers_any_port = any_port } }))
    end
    local c = change(one(true), one(nil))
    assert.is_nil(c.lost)
    assert.same({ "PPTP-061" }, c.not_retested)
    c = change(one(true), one(true))
    assert.equal("same", c.class)
  end)

  it("rests on something that a side tells", function()
    local tested = side "E".tested
    for _, row in ipairs(findings.list) do
      assert.is_boolean(tested[row.shown_by], row.id)
    end
  end)
end)

describe("two runs", function()
  local function run(...)
    local server = scripted.pppd { ... }
    return grade(survey.run("192.0.2.1", {}, function(plan)
      return scripted.converse(server, plan)
    end))
  end

  it("against one server differ in nothing", function()
    local found = change(run "mschap_v2", run "mschap_v2")
    assert.equal("same", found.class)
    assert.is_nil(found.facts)
  end)

  it("tell of a method that came", function()
    local found = change(run "mschap_v2", run("mschap_v2", "mschap_v1"))
    assert.equal("worse", found.class)
    assert.is_true(found.worse)
    local text = table.concat(found.facts, "\n")
    assert.truthy(text:find("MS-CHAPv1: ", 1, true), text)
    assert.truthy(text:find("PPTP-014, PPTP-022 found", 1, true), text)
  end)

  it("are mirrored, fact for fact", function()
    local a, b = run "mschap_v2", run("pap", "chap_md5")
    local there, back = change(a, b), change(b, a)
    assert.equal(compare.mirror[there.class], back.class)
    assert.same(there.found, back.lost)
    assert.same(there.lost, back.found)
    assert.same(there.first_seen, back.not_retested)
    assert.equal(#there.methods, #back.methods)
    for i, one in ipairs(there.methods) do
      assert.same({ method = one.method, was = one.now, now = one.was },
                  back.methods[i])
    end
  end)
end)

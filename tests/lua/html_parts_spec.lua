-- SPDX-License-Identifier: BSD-2-Clause
-- The parts that a page is made of, each alone: what a card leaves out and
-- says so, where the words of a row end, a study's facts.
local R = require "records"
local card = require "pptpgrade.report.html.card"
local json = require "json"
local markup = require "pptpgrade.report.html.markup"
local model = require "pptpgrade.report.model"
local rows = require "pptpgrade.report.html.rows"
local study = require "pptpgrade.report.html.study"

local function server_of(given)
  local server = model.server(R.verdict(R.pppd("pap")))
  for key, value in pairs(given or {}) do
    server[key] = value
  end
  return server
end

local function card_of(given)
  local server, texts = server_of(given), card.texts()
  return json.decode(card.of(server, texts, server.findings)), texts.list
end

local function notes(count)
  local list = {}
  for i = 1, count do
    list[i] = "n" .. i
  end
  return list
end

-- Nothing but notes, so that the card need not be shortened.
local function bare(count)
  return { stages = {}, notes = notes(count), logins = {}, findings = {},
           caps = {}, remedies = {}, by_hand = {}, not_tested = {} }
end

describe("a card", function()
  it("counts the notes that do not fit", function()
    for count, said in pairs { [17] = "1 more note than fit here",
                               [20] = "4 more notes than fit here" } do
      local kept = card_of(bare(count))
      assert.equal(16, #kept.stages)
      assert.same({ "note", "", "n16" }, kept.stages[16])
      assert.same({ said }, kept.lacks)
    end
    assert.same({}, card_of(bare(16)).lacks)
  end)

  it("tells a finding's remedy where there is no list of them", function()
    local finding = { id = "PPTP-011", severity = "critical", title = "PAP",
                      remedy = "Refuse PAP." }
    local given = bare(0)
    given.findings = { finding }
    local kept, texts = card_of(given)
    assert.equal("Refuse PAP.", texts[kept.findings[1][6] + 1])
    given.remedies = { { to = "E", where = "pppd", text = "refuse-pap" } }
    kept, texts = card_of(given)
    assert.equal("", texts[kept.findings[1][6] + 1])
    assert.equal(1, #kept.remedies)
  end)
end)

describe("a row", function()
  local function row_of(given)
    local texts = card.texts()
    return rows.of(server_of(given), texts, {}), texts
  end

  it("has a name, labels and a change whole up to a length", function()
    local long = ("n"):rep(260)
    local row = row_of { server = long, labels = { ("l"):rep(260) },
                         change = { class = ("c"):rep(12) },
                         grade = ("g"):rep(12) }
    assert.same({ long, ("g"):rep(12), ("l"):rep(260), ("c"):rep(12) },
                { row[1], row[2], row[7], row[9] })
    row = row_of { server = long .. "n", labels = { ("l"):rep(261) },
                   change = { class = ("c"):rep(13) }, grade = ("g"):rep(13) }
    assert.same({ ("n"):rep(258) .. "..", ("g"):rep(10) .. "..",
                  ("l"):rep(258) .. "..", ("c"):rep(10) .. ".." },
                { row[1], row[2], row[7], row[9] })
  end)

  it("tells labels and the address beside the name, and what decided",
     function()
    local row, texts = row_of { name = "vpn.example.net", labels = { "a<b",
                                                                     "c" } }
    local written = rows.html(row, texts)
    assert.truthy(written:find('<span class="label">192.0.2.1 &#183; ' ..
                               "a&lt;b, c</span>", 1, true))
    assert.truthy(written:find('<td role="cell" class="why">PAP is accepted' ..
                               "</td>", 1, true))
    assert.is_nil(rows.html(row_of(), texts):find('class="label"', 1, true))
  end)
end)

describe("a badge", function()
  it("is dashed for a range, in the colour of its worst letter", function()
    assert.equal('<span class="letter lE">E</span>', markup.badge "E")
    assert.equal('<span class="letter lF range">D-F</span>',
                 markup.badge "D-F")
    assert.equal('<span class="letter lQ">?</span>', markup.badge "?")
  end)
end)

describe("a study", function()
  it("tells a sweep's facts by name, each in words", function()
    assert.same({ { "Complete", "yes" }, { "Dry run", "no" },
                  { "Rate", "9999" }, { "Targets", "10,000" } },
                study.facts { { schema = 1, kind = "scan", targets = 10000,
                                rate = 9999, complete = true,
                                dry_run = false } })
  end)

  it("counts the sweeps where there are several", function()
    assert.same({ { "Rate", "1" }, { "Sweeps", "2" } },
                study.facts { { rate = 1 }, { rate = 2 } })
  end)
end)

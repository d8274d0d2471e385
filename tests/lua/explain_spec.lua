-- SPDX-License-Identifier: BSD-2-Clause
local caps = require "pptpgrade.judge.caps"
local explain = require "pptpgrade.explain"
local glossary = require "pptpgrade.judge.glossary"
local findings = require "pptpgrade.judge.findings"

local headings = { "What", "Why", "Source", "Blind", "Fix" }

local function complete(id)
  local text = assert(explain(id))
  assert.truthy(text:upper():find(id, 1, true))
  for _, heading in ipairs(headings) do
    assert.truthy(text:find("\n" .. heading .. " +%S"), id .. " " .. heading)
  end
  assert.falsy(text:find("[^\n\x20-\x7e]"), id)
  return text
end

describe("explain", function()
  it("knows every finding", function()
    for _, row in ipairs(findings.list) do
      local text = complete(row.id)
      assert.truthy(text:find(row.title, 1, true))
      assert.truthy(text:find(row.severity, 1, true))
    end
  end)

  it("knows every finding that the verdict can carry, by number", function()
    local want = { "001", "002", "003", "010", "011", "012", "013", "014",
                   "015", "016", "017", "018", "020", "021", "022", "023",
                   "030",
                   "031", "032", "033", "034", "035", "036", "037", "040",
                   "041", "042", "060", "061", "070", "080" }
    assert.equal(#want, #findings.list)
    for _, number in ipairs(want) do
      assert.is_table(findings.by_id["PPTP-" .. number])
    end
  end)

  it("knows every cap", function()
    for _, row in ipairs(caps.list) do
      assert.truthy(complete(row.id):find(row.source, 1, true))
    end
  end)

  it("knows every letter, every range, and ?", function()
    local letters = { "A", "B", "C", "D", "E", "F", "?" }
    for _, letter in ipairs(letters) do
      complete(letter)
    end
    for i = 1, 6 do
      for k = i + 1, 6 do
        complete(letters[i] .. "-" .. letters[k])
      end
    end
  end)

  it("does not mind small letters", function()
    assert.equal(explain "PPTP-014", explain "pptp-014")
    assert.equal(explain "D-F", explain "d-f")
  end)

  it("knows the words of the reports", function()
    for _, row in ipairs(glossary.list) do
      local text = assert(explain(row[1]:lower()))
      assert.truthy(text:find(row[1] .. ": ", 1, true))
      assert.truthy(text:find("\nSource " .. row[3], 1, true))
    end
  end)

  it("lists all of it in 80 columns", function()
    local text = explain.list()
    for line in text:gmatch "[^\n]*" do
      assert.is_true(#line <= 80, line)
    end
    for _, list in ipairs { findings.list, caps.list } do
      for _, row in ipairs(list) do
        assert.truthy(text:find("\n  " .. row.id .. " ", 1, true))
      end
    end
    for _, id in ipairs { "A", "F", "?", "GRE", "SCCRQ", "MPPE" } do
      assert.truthy(text:find("\n  " .. id .. " ", 1, true))
    end
    assert.is_nil(text:find "[^\n\x20-\x7e]")
  end)

  it("says so where it knows nothing", function()
    for _, id in ipairs { "", "G", "F-D", "A-A", "PPTP-999", "C99", "%", "\0",
                          "A-F-", "E\n" } do
      local text, message = explain(id)
      assert.is_nil(text)
      assert.truthy(message:find("PPTP-014", 1, true))
    end
  end)

  it("raises where it is not asked", function()
    assert.has_error(function() explain(nil) end)
    assert.has_error(function() explain(14) end)
  end)
end)

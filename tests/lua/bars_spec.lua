-- SPDX-License-Identifier: BSD-2-Clause
-- The page's figures: what is counted, and how wide each bar is.
local bars = require "pptpgrade.report.html.bars"
local figures_of = require "pptpgrade.report.figures"

local function row(fields)
  local new = { grade = "F", best = "F", worst = "F", methods = {},
                product = "Poptop", states = {} }
  for key, value in pairs(fields or {}) do
    new[key] = value
  end
  return new
end

local function counted(rows, findings)
  local figures = figures_of.new()
  for i, fields in ipairs(rows) do
    figures:add(row(fields), findings and findings[i] or {})
  end
  return figures
end

-- The list item whose text has `words`, from its bar on.
local function drawn(html, words)
  for item in html:gmatch("<li>(.-)</li>") do
    if item:find(words, 1, true) then
      return item:match('<svg class="bar" aria%-hidden="true">(.*)$')
    end
  end
end

local BASE = '<rect class="base" x="0.00%" width="100.00%" height="100%"/>'

describe("a bar", function()
  local html = bars.of(counted {
    {}, {}, { worst = "F", best = "B", grade = "B-F" },
    { grade = "?", best = "A", worst = "F" } }, true)

  it("is solid for what was seen, hatched behind it for what may be",
     function()
    assert.equal(BASE ..
      '<rect class="full" x="0.00%" width="50.00%" height="100%"/>' ..
      '<rect class="part" x="50.00%" width="25.00%" height="100%"/>' ..
      '<rect class="edge" x="50.00%" width="25.00%" height="100%"/></svg>' ..
      '<span class="n">2 <small>+1<span class="vh"> possible</span></small>' ..
      "</span>", drawn(html, "grade=F"))
    assert.equal(BASE ..
      '<rect class="full" x="0.00%" width="25.00%" height="100%"/></svg>' ..
      '<span class="n">1</span>', drawn(html, "grade=%3F"))
  end)

  it("is not there for none", function()
    assert.equal(BASE .. '</svg><span class="n">0</span>',
                 drawn(html, "grade=E"))
  end)

  it("has a key, whose hatched one has its edge", function()
    assert.is_truthy(html:find('<p class="key"><span><svg class="bar" ' ..
      'aria-hidden="true"><rect class="full" x="0.00%" width="100.00%" ' ..
      'height="100%"/></svg>certain</span><span><svg class="bar" ' ..
      'aria-hidden="true"><rect class="part" x="0.00%" width="100.00%" ' ..
      'height="100%"/><rect class="edge" x="0.00%" width="100.00%" ' ..
      'height="100%"/></svg>possible, by a range</span></p>', 1, true))
  end)

  it("is a link where a list follows, and a name where none does", function()
    local alone = bars.of(counted { {} })
    assert.is_nil(alone:find("<a ", 1, true))
    assert.is_truthy(alone:find('<span title="Poptop">Poptop</span>', 1, true))
    assert.is_truthy(html:find('<a href="#product=Poptop" title="Poptop">',
                               1, true))
    assert.is_truthy(html:find('<a href="#method=eap">EAP</a>', 1, true))
  end)

  it("is none of nothing", function()
    assert.equal("", bars.of(figures_of.new(), true))
    assert.is_nil(html:find("Findings", 1, true))
  end)
end)

describe("the lists beside the bars", function()
  local function names(n)
    local rows = {}
    for i = 1, n do
      rows[i] = { product = ("p%02d"):format(i) }
    end
    return rows
  end

  it("hold seven products before a list, thirty without, and the rest as one",
     function()
    for linked, most in pairs { [true] = 7, [false] = 30 } do
      local html = bars.of(counted(names(most)), linked)
      assert.is_truthy(drawn(html, ("p%02d"):format(most)))
      assert.is_nil(html:find(" others<", 1, true))
      html = bars.of(counted(names(most + 2)), linked)
      assert.is_truthy(drawn(html, ("p%02d"):format(most)))
      assert.is_nil(drawn(html, ("p%02d"):format(most + 1)))
      assert.matches('<span class="n">2</span>$', drawn(html, ">2 others<"))
    end
  end)

  it("hold as many findings, the worst first", function()
    local list = {}
    for i = 1, 31 do
      list[i] = { id = ("X-%02d"):format(i), title = ("t%02d"):format(i),
                  severity = i == 31 and "critical" or "low" }
    end
    for linked, most in pairs { [true] = 7, [false] = 30 } do
      local html = bars.of(counted({ {} }, { list }), linked)
      local first, last = html:find("t31", 1, true),
        html:find(("t%02d"):format(most - 1), 1, true)
      assert.is_true(first < last)
      assert.is_nil(html:find(("t%02d<"):format(most), 1, true))
    end
  end)

  it("name a server that is not known, and link it to none", function()
    local html = bars.of(counted { { product = "unknown" } }, true)
    assert.is_truthy(html:find('<span title="not known">not known</span>', 1,
                               true))
  end)
end)

describe("the figures", function()
  it("count each thing once", function()
    local figures = counted {
      { states = { gre = "reachable" },
        methods = { pap = "offered", eap = "refused",
                    mschap_v2 = "accepted" } },
      { states = { gre = "filtered" }, methods = { pap = "not_tested" },
        change = { class = "worse" } },
      { change = { class = "missing" }, states = { gre = "reachable" } },
      { grade = "A-C", best = "A", worst = "C" } }
    assert.equal(3, figures.total)
    assert.equal(1, figures.reachable)
    assert.same({ worse = 1, missing = 1 }, figures.changes)
    assert.same({ taken = 1, refused = 0, open = 2 }, figures.methods.pap)
    assert.same({ taken = 0, refused = 1, open = 2 }, figures.methods.eap)
    assert.same({ taken = 1, refused = 0, open = 2 },
                figures.methods.mschap_v2)
    assert.same({ 2, 0, 1 }, { figures.certain.F, figures.possible.F,
                               figures.possible.C })
    assert.same({ { name = "Poptop", count = 3 } },
                figures:products_by_count())
  end)

  it("tell 4096 products apart, and the rest are one", function()
    local figures = figures_of.new()
    for i = 1, 4100 do
      figures:count_product("p" .. i)
    end
    figures:count_product "p1"
    assert.equal(1, figures.products.p4096)
    assert.is_nil(figures.products.p4097)
    assert.equal(4, figures.products.others)
    assert.equal(2, figures.products.p1)
  end)

  it("tell 256 findings apart", function()
    local figures = figures_of.new()
    for i = 1, 258 do
      figures:count_finding { id = "f" .. i, severity = "low" }
    end
    figures:count_finding { id = "f1", severity = "low" }
    assert.is_table(figures.findings.f256)
    assert.is_nil(figures.findings.f257)
    assert.same({ id = "f1", title = "f1", severity = "low", count = 2 },
                figures.findings.f1)
  end)
end)

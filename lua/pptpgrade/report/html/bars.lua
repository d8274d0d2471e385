-- SPDX-License-Identifier: BSD-2-Clause
--- Figures as bars: a list in HTML, so that names and numbers are text, with a
-- drawing in SVG beside each. Solid is what was seen, hatched is what may be.
local figures_of = require "pptpgrade.report.figures"
local markup = require "pptpgrade.report.html.markup"

local M = {}

local text, number = markup.text, markup.number

-- Products or findings that a figure shows; more where no list follows.
local FEW, MANY = 7, 30

local titles = { pap = "PAP", chap_md5 = "CHAP-MD5", mschap_v1 = "MS-CHAPv1",
                 mschap_v2 = "MS-CHAPv2", eap = "EAP" }

M.defs = '<svg class="defs" aria-hidden="true"><defs><pattern id="hatch" ' ..
  'width="5" height="5" patternUnits="userSpaceOnUse" ' ..
  'patternTransform="rotate(45)"><path class="hatch" d="M1 0V5"/>' ..
  "</pattern></defs></svg>\n"

local function rect(look, at, share)
  if share <= 0 then
    return ""
  end
  return ('<rect class="%s" x="%.2f%%" width="%.2f%%" height="100%%"/>')
    :format(look, at * 100, share * 100)
end

local function bar(full, part, total)
  local a, b = full / total, part / total
  return ('<svg class="bar" aria-hidden="true">%s%s%s%s</svg>'):format(
    rect("base", 0, 1), rect("full", 0, a), rect("part", a, b),
    rect("edge", a, b))
end

-- A name that filters the list, where there is one.
local function name_of(shown, link, hint)
  local title = hint and (' title="%s"'):format(text(hint)) or ""
  if link then
    return ('<a href="#%s"%s>%s</a>'):format(link, title, shown)
  end
  return ("<span%s>%s</span>"):format(title, shown)
end

local function line(name, full, part, total, said)
  local more = part > 0 and (' <small>+%s<span class="vh"> %s</span></small>')
    :format(number(part), said) or ""
  return ('<li>%s%s<span class="n">%s%s</span></li>\n'):format(name,
    bar(full, part, total), number(full), more)
end

local function key(solid, hatched)
  local function sample(look)
    return '<svg class="bar" aria-hidden="true">' .. rect(look, 0, 1) ..
      (look == "part" and rect("edge", 0, 1) or "") .. "</svg>"
  end
  return ('<p class="key"><span>%s%s</span><span>%s%s</span></p>'):format(
    sample("full"), solid, sample("part"), hatched)
end

local function figure(look, title, lines, below)
  return ('<section class="%s"><h2>%s</h2>\n<ul>\n%s</ul>%s</section>\n')
    :format(look, title, table.concat(lines), below or "")
end

local function letters(figures, linked)
  local lines = {}
  for _, letter in ipairs(figures_of.letters) do
    local badge = ('<span class="letter l%s">%s</span>'):format(letter, letter)
    lines[#lines + 1] = line(
      name_of(badge, linked and "grade=" .. letter), figures.certain[letter],
      figures.possible[letter], figures.total, "possible")
  end
  lines[#lines + 1] = line(
    name_of(markup.badge("?"), linked and "grade=%3F"), figures.unknown, 0,
    figures.total)
  return figure("letters", "Grades", lines,
    key("certain", "possible, by a range"))
end

local function methods(figures, linked)
  local lines = {}
  for _, method in ipairs(figures_of.methods) do
    local counts = figures.methods[method]
    lines[#lines + 1] = line(name_of(titles[method],
      linked and "method=" .. method), counts.taken, counts.open,
      figures.total, "not known")
  end
  return figure("logins", "Login methods", lines,
    key("offered or accepted", "not known"))
end

local function products(figures, linked)
  local most = linked and FEW or MANY
  local lines, rest, kinds = {}, 0, 0
  for _, product in ipairs(figures:products_by_count()) do
    local known = product.name ~= ""
    local shown = known and text(product.name) or "not known"
    if #lines < most then
      lines[#lines + 1] = line(name_of(shown, linked and known and
        "product=" .. markup.fragment(product.name), shown), product.count, 0,
        figures.total)
    else
      rest, kinds = rest + product.count, kinds + 1
    end
  end
  if rest > 0 then
    lines[#lines + 1] = line(name_of(("%d others"):format(kinds)), rest, 0,
                             figures.total)
  end
  return figure("products", "Products", lines)
end

local function findings(figures, linked)
  local lines, all = {}, figures:findings_by_weight()
  for i = 1, math.min(#all, linked and FEW or MANY) do
    local finding = all[i]
    local title = finding.title
    lines[i] = line(name_of(
      ('<span class="sev %s">%s</span> %s'):format(text(finding.severity),
        text(finding.severity), text(title)),
      linked and "finding=" .. markup.fragment(finding.id), title),
      finding.count, 0, figures.total)
  end
  if not lines[1] then
    return ""
  end
  return figure("findings", "Findings, worst first", lines)
end

--- All figures.
-- @tparam table figures
-- @tparam boolean linked whether a name filters a list of servers
-- @treturn string HTML; "" where nothing was counted
function M.of(figures, linked)
  if figures.total == 0 then
    return ""
  end
  return M.defs .. '<div class="figures">\n' .. letters(figures, linked) ..
    findings(figures, linked) .. methods(figures, linked) ..
    products(figures, linked) .. "</div>\n"
end

return M

-- SPDX-License-Identifier: BSD-2-Clause
--- The page around the list: head, run facts, tools, footer.
local markup = require "pptpgrade.report.html.markup"
local run_facts = require "pptpgrade.report.facts"
local script = require "pptpgrade.report.html.script"
local style = require "pptpgrade.report.html.style"

local M = {}

local text, number = markup.text, markup.number

-- Nothing is fetched, and nothing runs but the script of that hash: what a
-- server says can do neither, even if it were taken for markup.
local POLICY = ("default-src 'none'; script-src '%s'; style-src '%s'; " ..
  "base-uri 'none'; form-action 'none'"):format(script.hash, style.hash)

local HEAD = [[
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="%s">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="pptpgrade">
<title>%s</title>
<style>%s</style>
</head>
<body>
]]

--- The beginning of the file.
-- @tparam string title
-- @treturn string HTML
function M.head(title)
  return HEAD:format(POLICY, text(title), style.text)
end

local names = {
  release = "pptpgrade", policy = "Policy", options = "Options",
  start = "Begun", ["end"] = "Ended", source = "Asked from", asked = "Asked",
  graded = "Graded", excluded = "Excluded", failed = "Failed",
  partial = "Ended early",
}

local function fact(name, value)
  return ("<div><dt>%s</dt><dd>%s</dd></div>\n"):format(text(name),
                                                        text(value))
end

local function facts(run, more)
  local lines = {}
  for _, key in ipairs(run_facts.names) do
    local value = run[key]
    if math.type(value) == "integer" then
      value = number(value)
    elseif value == true then
      value = "yes"
    elseif value and (key == "start" or key == "end") then
      value = markup.time(value)
    end
    if value then
      lines[#lines + 1] = fact(names[key], value)
    end
  end
  for _, row in ipairs(more) do
    lines[#lines + 1] = fact(row[1], row[2])
  end
  return lines[1] and '<dl class="facts">\n' .. table.concat(lines) ..
    "</dl>\n" or ""
end

--- What the page says first.
-- @tparam string over a word above the sentence
-- @tparam string sentence
-- @tparam table leads list of { what, text, text... }: shown below it
-- @tparam table run as report/model's run gives
-- @tparam table more list of { name, value }: facts beside the run's
-- @treturn string HTML
function M.header(over, sentence, leads, run, more)
  local lines = {}
  for i, lead in ipairs(leads) do
    lines[i] = ('<p class="lead">%s <strong>%s</strong>%s</p>\n'):format(
      text(lead[1]), text(lead[2]), lead[3] and ": " .. text(lead[3]) or "")
  end
  return ('<header>\n<p class="over">%s</p>\n<h1>%s</h1>\n%s%s</header>\n')
    :format(text(over), text(sentence), table.concat(lines), facts(run, more))
end

-- ---- Tools.

local function option(value, shown)
  return ('<option value="%s">%s</option>'):format(text(value), text(shown))
end

local function select(name, label, options)
  if not options[2] then
    return ""
  end
  return ('<label>%s<select name="%s">%s</select></label>\n'):format(label,
    name, table.concat(options))
end

local function chips(figures)
  local list = {}
  for letter in ("FEDCBA?"):gmatch(".") do
    list[#list + 1] = ('<button type="button" class="chip l%s" value="%s" ' ..
      'aria-pressed="false">%s</button>'):format(
      letter == "?" and "Q" or letter, letter, letter)
  end
  return '<fieldset class="group"><legend>Grade, or a range that ends in it' ..
    "</legend>" .. '<div class="chips">' .. table.concat(list) ..
    "</div></fieldset>\n", figures
end

local function selects(figures)
  local products, findings = { option("", "all") }, { option("", "all") }
  for i, product in ipairs(figures:products_by_count()) do
    if product.name ~= "" and i <= 200 then
      products[#products + 1] = option(product.name, ("%s (%s)"):format(
        product.name, number(product.count)))
    end
  end
  for _, finding in ipairs(figures:findings_by_weight()) do
    findings[#findings + 1] = option(finding.id, ("%s %s (%s)"):format(
      finding.id, finding.title, number(finding.count)))
  end
  local changes = { option("", "all") }
  for _, change in ipairs(figures:changes_in_order()) do
    changes[#changes + 1] = option(change.class, ("%s (%s)"):format(
      change.class, number(change.count)))
  end
  return select("method", "Login taken", {
    option("", "all"), option("pap", "PAP"), option("chap_md5", "CHAP-MD5"),
    option("mschap_v1", "MS-CHAPv1"), option("mschap_v2", "MS-CHAPv2"),
    option("eap", "EAP") }) .. select("finding", "Finding", findings) ..
    select("product", "Product", products) ..
    select("change", "Change", changes)
end

--- Search and filters; hidden until the script is there to serve them.
-- @tparam table figures
-- @treturn string HTML
function M.tools(figures)
  return '<form id="tools" class="tools" role="search" hidden>\n' ..
    '<label>Search<input type="search" id="q" autocomplete="off" ' ..
    'spellcheck="false" placeholder="server, product, reason"></label>\n' ..
    chips(figures) .. selects(figures) ..
    '<button type="button" class="plain" id="clear">Show all</button>\n' ..
    "</form>\n"
end

--- What stands below the list.
M.legend = '<p class="key"><span>+ accepted</span><span>* offered</span>' ..
  "<span>- refused</span><span>? no answer</span><span>. not tested</span>" ..
  "<span>GRE: yes, both ways; in, from the server alone; no, refused; ?, " ..
  "silent</span></p>\n"

local FOOTER = [[
<footer>
<p>Grades: A is closed. B answers, but not as PPTP. C refuses us. D takes calls
that come to nothing. E asks for MS-CHAPv2 at best. F is worth nothing: no
login, or one that a listener reads. A range, drawn dashed, is what remains
possible; ? is not known, which is never &#8220;safe&#8221;.</p>
<p>Nobody logged in, and no password was tried. What a server said of itself is
shown as \xHH where it is not printable ASCII.</p>
</footer>
]]

M.study = '<p class="study">This study counts; it names no server. How many ' ..
  "there may be of what was not seen, the hatched parts say.</p>\n"

--- The end of the file, behind the blocks.
-- @treturn string HTML
function M.foot()
  return ("<script>%s</script>\n</body>\n</html>\n"):format(script.text)
end

M.footer = FOOTER

return M

-- SPDX-License-Identifier: BSD-2-Clause
--- The list of servers: a row as the page's script reads it, and as HTML.
--
-- A row is a list: server; grade; product; gre; marks (one of + * ? . - for
-- each of five methods); why; labels (a text); findings (their numbers); change
-- (its class, or ""); place by name (from 0); address, where the server has a
-- name, else "". product and why are places in the page's shared texts.
local escape = require "pptpgrade.report.escape"
local figures = require "pptpgrade.report.figures"
local markup = require "pptpgrade.report.html.markup"
local model = require "pptpgrade.report.model"

local M = {}

local LONG = 260 -- bytes of a server's name, or of its labels
local WORD = 12 -- of a grade, or of a change

local text = markup.text

local says = { ["+"] = "accepted", ["*"] = "offered", ["-"] = "refused",
               ["?"] = "no answer", ["."] = "not tested" }
local looks = { ["+"] = "t", ["*"] = "t", ["-"] = "r", ["?"] = "u",
                ["."] = "x" }

--- Columns: name for sorting, heading, what it is.
M.columns = {
  { "grade", "Grade" }, { "server", "Server" }, { "product", "Product" },
  { "gre", "GRE", "both ways, from the server alone (in), or not" },
  { "pap", "PAP" }, { "chap_md5", "MD5", "CHAP-MD5" },
  { "mschap_v1", "MS1", "MS-CHAPv1" }, { "mschap_v2", "MS2", "MS-CHAPv2" },
  { "eap", "EAP" }, { "why", "Decided by" },
}

local function marks_of(row)
  local marks = {}
  for i, method in ipairs(figures.methods) do
    marks[i] = model.marks[row.methods[method]] or "."
  end
  return table.concat(marks)
end

local function numbers_of(findings)
  local numbers = {}
  for _, finding in ipairs(findings) do
    numbers[#numbers + 1] = math.tointeger(finding.id:match("^PPTP%-(%d%d%d)$"))
  end
  return numbers
end

--- A server's row; its place by name is not known yet, and -1.
-- @tparam table server as report/model's row gives
-- @tparam table texts the page's shared texts
-- @tparam table findings those of its findings that are shown
-- @treturn table row
function M.of(server, texts, findings)
  local change = escape.fit(server.change and server.change.class or "", WORD)
  return {
    escape.fit(server.server, LONG), escape.fit(server.grade, WORD),
    texts:place(server.product), model.gre_marks[server.states.gre] or ".",
    marks_of(server), texts:place(server.decided),
    escape.fit(table.concat(server.labels, ", "), LONG), numbers_of(findings),
    change, -1,
    server.name and escape.fit(server.target, LONG) or "",
  }
end

-- ---- As HTML, which is what a reader without script has.

local function shared(texts, value)
  return text(math.type(value) and texts.list[value + 1] or value)
end

local function cell(look, inner)
  return ('<td role="cell" class="%s">%s</td>'):format(look, inner)
end

local function mark(sign)
  return cell("m", ('<span class="%s" role="img" aria-label="%s">%s</span>')
    :format(looks[sign], says[sign], sign))
end

local function label_of(row)
  local parts = {}
  for _, part in ipairs { row[11], row[7] } do
    parts[#parts + 1] = part ~= "" and text(part) or nil
  end
  return parts[1] and ('<span class="label">%s</span>'):format(
    table.concat(parts, " &#183; ")) or ""
end

--- A row as HTML.
-- @tparam table row
-- @tparam table texts
-- @tparam boolean compared whether there is a column of changes
-- @treturn string
function M.html(row, texts, compared)
  local cells = {
    cell("grade", markup.badge(row[2])),
    ('<th role="rowheader" scope="row" class="server">%s%s</th>'):format(
      text(row[1]), label_of(row)),
    cell("product", shared(texts, row[3])), cell("m", text(row[4])),
  }
  for sign in row[5]:gmatch(".") do
    cells[#cells + 1] = mark(sign)
  end
  cells[#cells + 1] = cell("why", shared(texts, row[6]))
  if compared then
    cells[#cells + 1] = cell("change", text(row[9]))
  end
  return '<tr class="row" role="row">' .. table.concat(cells) .. "</tr>\n"
end

local function heading(column)
  local name, title, hint = column[1], column[2], column[3]
  return ('<th role="columnheader" scope="col" data-sort="%s"%s%s%s>%s</th>')
    :format(name, name == "grade" and ' aria-sort="ascending"' or "",
      hint and (' title="%s"'):format(text(hint)) or "",
      name == "change" and ' id="change"' or "", title)
end

--- The list's head.
-- @tparam boolean compared
-- @treturn string HTML
function M.head(compared)
  local cells = {}
  for i, column in ipairs(M.columns) do
    cells[i] = heading(column)
  end
  if compared then
    cells[#cells + 1] = heading { "change", "Change",
                                  "since the run that this is compared with" }
  end
  return '<thead role="rowgroup"><tr role="row">' .. table.concat(cells) ..
    "</tr></thead>\n"
end

return M

-- SPDX-License-Identifier: BSD-2-Clause
--- Several servers: one line each, worst first.
local escape = require "pptpgrade.escape"
local layout = require "pptpgrade.report.layout"

local M = {}

local fit, pad = escape.fit, layout.pad

local marks = { offered = "*", accepted = "+", refused = "-", unknown = "?",
                not_tested = "." }
local gre_marks = { reachable = "yes", inbound_only = "in", unreachable = "no",
                    filtered = "no", silent = "?", not_tested = "." }
local columns = { "pap", "chap_md5", "mschap_v1", "mschap_v2", "eap" }

local LEGEND = "* offered  + accepted  - refused  ? no answer  " ..
  ". not tested\n" ..
  "GRE: yes both ways  in from the server alone  no refused  ? silent"
local SERVER_LEAST, PRODUCT_LEAST = 6, 7 -- their headings
local SERVER_MOST, PRODUCT_MOST = 24, 14 -- of 80; a wider page gives more
-- GRADE, GRE and the five methods, with a space after each.
local FIXED = 6 + 4 * 6

local function server_of(verdict)
  local name = verdict.evidence and verdict.evidence.name or verdict.name
  local text = escape.text(tostring(name or verdict.target))
  if verdict.port ~= 1723 then
    if text:find(":", 1, true) then
      text = "[" .. text .. "]"
    end
    text = ("%s:%s"):format(text, tostring(verdict.port))
  end
  return text
end

-- Numbers count as numbers: 192.0.2.9 comes before 192.0.2.10.
local function sort_key(text)
  return (text:gsub("%d+", function(digits)
    return ("%012d"):format(math.tointeger(tonumber(digits:sub(1, 12))))
  end))
end

-- "?" last: there is nothing to be worse than.
local function rank(letter)
  return letter and letter:find("^[A-F]$") and letter:byte() or 0
end

-- A and ? are many in a sweep and seldom what is looked for; a decoy is.
local function is_listed(verdict)
  if verdict.grade == "?" then
    local tcp = verdict.evidence and verdict.evidence.tcp
    return tcp ~= nil and tcp.state == "open"
  end
  return verdict.worst ~= "A"
end

-- What decided, behind the labels; and where no letter holds, what it would be.
local function decided_by(verdict)
  local cap = (verdict.caps or {})[1]
  local text = cap and tostring(cap.reason) or ""
  if cap and verdict.grade == "?" then
    text = "looks like a decoy; if not: " .. (verdict.best == verdict.worst and
      verdict.worst or verdict.best .. "-" .. verdict.worst) .. ", " .. text
  end
  local labels = {}
  for i, label in ipairs(verdict.labels or {}) do
    labels[i] = tostring(label)
  end
  if labels[1] then
    text = "[" .. table.concat(labels, ", ") .. "] " .. text
  end
  return escape.text(text)
end

--- What the table keeps of a verdict.
-- @tparam table verdict
-- @treturn table row
function M.row(verdict)
  local e = verdict.evidence or {}
  local methods = e.authentication and e.authentication.methods or {}
  local product = verdict.product
  local server = server_of(verdict)
  local row = {
    grade = escape.text(tostring(verdict.grade)), server = server,
    product = product and escape.text(tostring(product.name or "")) or "",
    decided = decided_by(verdict),
    worst = rank(verdict.worst), best = rank(verdict.best),
    key = sort_key(server), listed = is_listed(verdict),
    marks = { gre_marks[e.gre and e.gre.state] or "." },
  }
  for _, method in ipairs(columns) do
    row.marks[#row.marks + 1] = marks[methods[method]] or "."
  end
  return row
end

local function before(a, b)
  if a.worst ~= b.worst then
    return a.worst > b.worst
  elseif a.best ~= b.best then
    return a.best > b.best
  end
  return a.key < b.key
end

-- Of those that fit: what does not, does not widen its column.
local function longest(rows, key, least, most)
  local n = least
  for _, row in ipairs(rows) do
    if #row[key] <= most then
      n = math.max(n, #row[key])
    end
  end
  return n
end

local function widths(rows, width)
  local more = width - 80
  local server = longest(rows, "server", SERVER_LEAST,
                         SERVER_MOST + more // 2)
  local product = longest(rows, "product", PRODUCT_LEAST,
                          PRODUCT_MOST + more // 4)
  return server, product, width - FIXED - server - product - 2
end

local function line(w, grade, server, product, shown, decided)
  local cells = { grade, pad(server, w.server), pad(fit(product, w.product),
                                                    w.product) }
  for _, mark in ipairs(shown) do
    cells[#cells + 1] = pad(mark, 3)
  end
  cells[#cells + 1] = fit(decided, w.decided)
  return (table.concat(cells, " "):gsub(" +$", ""))
end

-- A server's name is never cut where a whole line has room for it: the rest
-- of its row then stands below.
local function put_row(lines, w, row, opts)
  local grade = layout.paint(row.grade, row.grade, opts.color) ..
    (" "):rep(5 - #row.grade)
  local server = row.server
  if #server > w.server then
    lines[#lines + 1] = grade .. " " .. fit(server, opts.width - 6)
    grade, server = (" "):rep(5), ""
  end
  lines[#lines + 1] = line(w, grade, server, row.product, row.marks,
                           row.decided)
end

local function split(rows, all)
  local listed, closed, unknown = {}, 0, 0
  for _, row in ipairs(rows) do
    if row.listed or all then
      listed[#listed + 1] = row
    elseif row.grade == "?" then
      unknown = unknown + 1
    else
      closed = closed + 1
    end
  end
  table.sort(listed, before)
  return listed, closed, unknown
end

--- The table of all rows.
-- @tparam table rows of M.row
-- @tparam table opts width, color, all
-- @treturn string
function M.render(rows, opts)
  local listed, closed, unknown = split(rows, opts.all)
  local lines, w = {}, {}
  if listed[1] then
    w.server, w.product, w.decided = widths(listed, opts.width)
    lines[1] = line(w, "GRADE", "SERVER", "PRODUCT",
                    { "GRE", "PAP", "MD5", "MS1", "MS2", "EAP" }, "DECIDED BY")
    for _, row in ipairs(listed) do
      put_row(lines, w, row, opts)
    end
    lines[#lines + 1] = LEGEND
  end
  if closed + unknown > 0 then
    lines[#lines + 1] = ("not listed: %d graded A, %d graded ?; --all lists " ..
                         "them"):format(closed, unknown)
  end
  return table.concat(lines, "\n") .. "\n"
end

return M

-- SPDX-License-Identifier: BSD-2-Clause
--- Several servers: one line each, worst first.
local escape = require "pptpgrade.report.escape"
local layout = require "pptpgrade.report.layout"
local model = require "pptpgrade.report.model"

local M = {}

local fit, pad = escape.fit, layout.pad

local LEGEND = {
  "* offered  + accepted  - refused  ? no answer  . not tested",
  "GRE: yes both ways  in from the server alone  no refused  ? silent",
}
local mark_colors = { ["*"] = 31, ["+"] = 31, ["-"] = 32, ["?"] = 33 }
local WIDE = 80
local SERVER_LEAST, PRODUCT_LEAST = 6, 7 -- their headings
local SERVER_MOST, PRODUCT_MOST = 24, 14 -- of 80; a wider page gives more
-- GRADE, GRE and the five methods, with a space after each.
local FIXED = 6 + 4 * 6

-- A and ? are many in a sweep and seldom what is looked for; a decoy is.
local function is_listed(verdict)
  if verdict.grade == "?" then
    return model.state(verdict, "tcp") == "open"
  end
  return verdict.worst ~= "A"
end

local none = { closed = { grade = "A", best_rank = 1, worst_rank = 1 },
               unknown = { grade = "?", best_rank = 0, worst_rank = 0 } }

-- What is only counted: a row that all such servers share.
local function counted_row(verdict)
  if verdict.grade == "A" then
    return none.closed
  end
  return verdict.grade == "?" and verdict.best == "?" and none.unknown or nil
end

--- What the table keeps of a verdict.
-- @tparam table verdict whole, brief, or what grade.outline gave
-- @tparam[opt] boolean all whether every server has a line of its own
-- @treturn table row
function M.row(verdict, all)
  local listed = is_listed(verdict)
  local shared = not (listed or all) and counted_row(verdict)
  if shared then
    return shared
  end
  local row = model.line(verdict)
  row.listed = listed
  if row.labels[1] then
    row.decided = ("[%s] %s"):format(table.concat(row.labels, ", "),
                                     row.decided)
  end
  row.labels = nil
  return row
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

-- Below 80 columns the product is left out, and what decided stands below.
local function widths(rows, width)
  if width < WIDE then
    return { server = longest(rows, "server", SERVER_LEAST, width - FIXED) }
  end
  local more = width - WIDE
  local w = {
    server = longest(rows, "server", SERVER_LEAST, SERVER_MOST + more // 2),
    product = longest(rows, "product", PRODUCT_LEAST,
                      PRODUCT_MOST + more // 4),
  }
  w.decided = width - FIXED - w.server - w.product - 2
  return w
end

-- A mark in its column. What is taken is no good news, what is refused is.
local function painted(mark, i, color)
  local code = i > 1 and mark_colors[mark]
  local text = pad(mark, 3)
  if not code then
    return text
  end
  return layout.colored(mark, code, color) .. text:sub(#mark + 1)
end

local function line(w, grade, server, product, shown, decided, color)
  local cells = { grade, pad(server, w.server) }
  if w.product then
    cells[3] = pad(fit(product, w.product), w.product)
  end
  for i, mark in ipairs(shown) do
    cells[#cells + 1] = painted(mark, i, color)
  end
  cells[#cells + 1] = w.decided and fit(decided, w.decided) or nil
  return (table.concat(cells, " "):gsub(" +$", ""))
end

local function put_all(lines, more)
  table.move(more, 1, #more, #lines + 1, lines)
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
                           row.decided, opts.color)
  if not w.decided and row.decided ~= "" then
    put_all(lines, layout.wrap((" "):rep(6), row.decided, opts.width))
  end
end

-- A narrow page breaks between marks, and never between a mark and its words.
local function put_legend(lines, width)
  for _, text in ipairs(LEGEND) do
    if width < WIDE then
      text = text:gsub("  ", "\2"):gsub(" ", "\1"):gsub("\2", ", ")
    end
    for _, one in ipairs(layout.wrap("", text, width)) do
      lines[#lines + 1] = one:gsub("\1", " ")
    end
  end
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
  table.sort(listed, model.before)
  return listed, closed, unknown
end

--- How many servers were graded what, worst first: one sentence.
-- @tparam table rows of M.row
-- @tparam integer failed servers and names without a verdict
-- @treturn string
function M.counted(rows, failed)
  local counts, order = {}, {}
  for _, row in ipairs(rows) do
    local grade = row.grade
    if not counts[grade] then
      counts[grade] = 0
      order[#order + 1] = { key = grade, worst_rank = row.worst_rank,
                            best_rank = row.best_rank }
      if grade == "?" then
        order[#order].worst_rank = 0
      end
    end
    counts[grade] = counts[grade] + 1
  end
  table.sort(order, model.before)
  for i, one in ipairs(order) do
    order[i] = ("%d %s"):format(counts[one.key], one.key)
  end
  return ("%d servers graded: %s%s"):format(#rows, table.concat(order, ", "),
    failed > 0 and ("; %d without a verdict"):format(failed) or "")
end

--- The table of all rows.
-- @tparam table rows of M.row
-- @tparam table opts width (40 and more), color, all
-- @treturn string
function M.render(rows, opts)
  local listed, closed, unknown = split(rows, opts.all)
  local lines = {}
  if listed[1] then
    local w = widths(listed, opts.width)
    lines[1] = line(w, "GRADE", "SERVER", "PRODUCT",
                    { "GRE", "PAP", "MD5", "MS1", "MS2", "EAP" }, "DECIDED BY")
    for _, row in ipairs(listed) do
      put_row(lines, w, row, opts)
    end
    put_legend(lines, opts.width)
  end
  if closed + unknown > 0 then
    put_all(lines, layout.wrap("", ("not listed: %d graded A, %d graded ?; " ..
      "--all lists them"):format(closed, unknown), opts.width))
  end
  return table.concat(lines, "\n") .. "\n"
end

return M

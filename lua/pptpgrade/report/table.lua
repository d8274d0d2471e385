-- SPDX-License-Identifier: BSD-2-Clause
--- Several servers: one line each, worst first. Rows are kept as strings,
-- beyond a bound in temporary files: memory does not grow with their number.
local escape = require "pptpgrade.report.escape"
local layout = require "pptpgrade.report.layout"
local model = require "pptpgrade.report.model"
local sorter = require "pptpgrade.sorter"

local M = {}

local Table = {}
Table.__index = Table

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
local ROWS = 4 << 20 -- bytes of rows in memory

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

local function row_of(verdict, all)
  local listed = is_listed(verdict)
  local shared = not (listed or all) and counted_row(verdict)
  if shared then
    return shared
  end
  local row = model.line(verdict)
  row.listed = listed or all
  if row.labels[1] then
    row.decided = ("[%s] %s"):format(table.concat(row.labels, ", "),
                                     row.decided)
  end
  return row
end

local MARKS = 6 -- GRE and five methods

-- A row as a string that sorts as model.before() has it, then as it came.
local ORDER, ROW = "%d%d%s", ("s4"):rep(4 + MARKS)

local function packed(row, place)
  return ORDER:format(9 - row.worst_rank, 9 - row.best_rank, row.key) ..
    ("\0%012d"):format(place) ..
    ROW:pack(row.grade, row.server, row.product, row.decided,
             table.unpack(row.marks))
end

local function unpacked(text)
  local row = table.pack(ROW:unpack(text, text:find("\0", 1, true) + 13))
  return { grade = row[1], server = row[2], product = row[3], decided = row[4],
           marks = table.move(row, 5, 4 + MARKS, 1, {}) }
end

-- Below 80 columns the product is left out, and what decided stands below.
local function limits(width)
  if width < WIDE then
    return { server = width - FIXED, product = 0 }
  end
  local more = width - WIDE
  return { server = SERVER_MOST + more // 2,
           product = PRODUCT_MOST + more // 4 }
end

-- Of texts that fit: what does not, does not widen its column.
local function wider(column, text, most)
  return #text <= most and math.max(column, #text) or column
end

local function widths(self)
  local w = { server = self.server }
  if self.opts.width >= WIDE then
    w.product = self.product
    w.decided = self.opts.width - FIXED - w.server - w.product - 2
  end
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

local function count(self, row)
  local grade = row.grade
  if not self.counts[grade] then
    self.counts[grade] = 0
    self.order[#self.order + 1] = {
      key = grade, worst_rank = grade == "?" and 0 or row.worst_rank,
      best_rank = row.best_rank,
    }
  end
  self.counts[grade] = self.counts[grade] + 1
  self.count = self.count + 1
end

--- Takes a server in.
-- @tparam table verdict whole, brief, or what grade.outline gave
-- @treturn boolean|nil
-- @treturn string why its row could not be kept
function Table:add(verdict)
  local row = row_of(verdict, self.opts.all)
  count(self, row)
  if not row.listed then
    self.closed = self.closed + (row.grade == "?" and 0 or 1)
    return true
  end
  self.listed = self.listed + 1
  self.server = wider(self.server, row.server, self.most.server)
  self.product = wider(self.product, row.product, self.most.product)
  return self.rows:add(packed(row, self.listed))
end

--- How many servers were graded what, worst first: one sentence.
-- @tparam integer failed servers and names without a verdict
-- @treturn string
function Table:counted(failed)
  local counts = {}
  table.sort(self.order, model.before)
  for i, one in ipairs(self.order) do
    counts[i] = ("%d %s"):format(self.counts[one.key], one.key)
  end
  return ("%d servers graded: %s%s"):format(self.count,
    table.concat(counts, ", "),
    failed > 0 and ("; %d without a verdict"):format(failed) or "")
end

local CHUNK = 512 -- lines that are written at a time

local function put_rows(self, lines, put)
  local w = widths(self)
  lines[1] = line(w, "GRADE", "SERVER", "PRODUCT",
                  { "GRE", "PAP", "MD5", "MS1", "MS2", "EAP" }, "DECIDED BY")
  for text in self.rows:sorted() do
    put_row(lines, w, unpacked(text), self.opts)
    if #lines > CHUNK then
      local ok, why = put(table.concat(lines, "\n") .. "\n")
      if not ok then
        return nil, why
      end
      lines = {}
    end
  end
  put_legend(lines, self.opts.width)
  return lines
end

--- Writes the table; once.
-- @tparam function put bytes -> true | nil, message
-- @treturn boolean|nil
-- @treturn string what `put` said
function Table:write(put)
  local lines = {}
  if self.listed > 0 then
    local left, why = put_rows(self, lines, put)
    if not left then
      return nil, why
    end
    lines = left
  end
  local rest = self.count - self.listed
  if rest > 0 then
    put_all(lines, layout.wrap("", ("not listed: %d graded A, %d graded ?; " ..
      "--all lists them"):format(self.closed, rest - self.closed),
      self.opts.width))
  end
  return put(table.concat(lines, "\n") .. "\n")
end

--- A table without rows.
-- @tparam table opts width (40 and more), color, all, temporary (a function: a
--   file for what is too much for memory, or nil and why; without it all rows
--   stay in memory)
-- @treturn table
function M.open(opts)
  return setmetatable({
    opts = opts, most = limits(opts.width), server = SERVER_LEAST,
    product = PRODUCT_LEAST, count = 0, listed = 0, closed = 0, counts = {},
    order = {}, rows = sorter.new(opts.temporary,
                                  opts.temporary and ROWS or math.huge),
  }, Table)
end

return M

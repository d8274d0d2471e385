-- SPDX-License-Identifier: BSD-2-Clause
--- What changed between two runs, for people: a sentence, and a line a server
-- that differs, those first that want a look. Verdicts come with `change`, as
-- judge/compare.lua gives it.
local compare = require "pptpgrade.judge.compare"
local escape = require "pptpgrade.report.escape"
local layout = require "pptpgrade.report.layout"
local lists = require "pptpgrade.lists"
local model = require "pptpgrade.report.model"
local page = require "pptpgrade.report.page"
local reads = require "pptpgrade.record"

local M = {}

local pad = layout.pad

local SERVER_LEAST, SERVER_MOST = 6, 24
local FIXED = 9 + 5 + 5 -- CHANGE, WAS and NOW, with a blank after each
local TEXT_LEAST = 24 -- of WHAT: below that it has lines of its own

local order = {}
for i, class in ipairs(compare.classes) do
  order[class] = i
end

local Report = {}
Report.__index = Report

-- Facts where both sides have any; else what decided, or what is so now.
local function text_of(row)
  local change = row.change
  if change.facts[1] then
    return table.concat(change.facts, "; ")
  elseif change.class == "missing" then
    return "not asked now"
  end
  return row.decided ~= "" and row.decided or row.summary
end

function Report:add(verdict)
  local class = reads.list(verdict.change).class
  if not order[class] then
    return true -- it was compared with nothing
  end
  self.counts[class] = (self.counts[class] or 0) + 1
  self.total = self.total + 1
  if class == "same" and not self.opts.all then
    return true
  end
  local full = model.row(verdict)
  self.rows[#self.rows + 1] = {
    class = class, was = full.change.was or ".",
    now = class == "missing" and "." or full.grade, server = full.server,
    key = full.key, worst_rank = full.worst_rank, text = text_of(full),
    best_rank = full.best_rank,
    page = self.opts.verbose and class ~= "missing" and
      page.render(verdict, self.opts) or nil,
  }
  return true
end

local function before(a, b)
  if a.class ~= b.class then
    return order[a.class] < order[b.class]
  end
  return model.before(a, b)
end

-- "3 of 200 servers differ: 1 worse, 2 gone; 197 are as before."
local function sentence(self)
  local same = self.counts.same or 0
  local differ = self.total - same
  if self.total == 0 then
    return "No server was compared."
  elseif differ == 0 then
    return ("No difference: %d server%s as before."):format(same,
      same == 1 and " is" or "s are")
  end
  local parts = {}
  for _, class in ipairs(compare.classes) do
    if class ~= "same" and self.counts[class] then
      parts[#parts + 1] = ("%d %s"):format(self.counts[class], class)
    end
  end
  return ("%d of %d server%s differ%s: %s%s."):format(differ, self.total,
    self.total == 1 and "" or "s", differ == 1 and "s" or "",
    table.concat(parts, ", "),
    same > 0 and ("; %d %s as before"):format(same,
                                              same == 1 and "is" or "are")
      or "")
end

-- Where each side comes from.
local function side_line(name, side)
  local start = side.start and escape.value(side.start)
    :gsub("^([%d-]+)T(%d+:%d+:%d+).*$", "%1 %2 UTC")
  local parts = { escape.value(side.name), start,
                  side.release and "pptpgrade " .. escape.value(side.release),
                  ("%d server%s"):format(side.servers,
                                         side.servers == 1 and "" or "s") }
  local shown = {}
  for i = 1, 4 do
    shown[#shown + 1] = parts[i] or nil
  end
  return name .. "  " .. table.concat(shown, ", ")
end

local function line_of(row, width, server_width, color)
  local head = pad(row.class, 9) .. pad(row.was, 5)
  local now = pad(row.now, 5)
  local server = pad(row.server, server_width) .. " "
  local room = width - FIXED - #server
  if room >= TEXT_LEAST and #row.server <= server_width then
    local lines = layout.wrap(head .. now .. server, row.text, width)
    lines[1] = head .. layout.paint(now, row.now, color) ..
      lines[1]:sub(#head + #now + 1)
    return lines
  end
  local lines = layout.wrap((" "):rep(FIXED), row.text, width)
  table.insert(lines, 1, head .. layout.paint(now, row.now, color) ..
                 row.server)
  return lines
end

local function longest_server(rows)
  local n = SERVER_LEAST
  for _, row in ipairs(rows) do
    if #row.server <= SERVER_MOST then
      n = math.max(n, #row.server)
    end
  end
  return n
end

local function put_rows(put, rows, opts)
  local width = longest_server(rows)
  put { "", pad("CHANGE", 9) .. pad("WAS", 5) .. pad("NOW", 5) ..
          pad("SERVER", width) .. " WHAT" }
  for _, row in ipairs(rows) do
    put(line_of(row, opts.width, width, opts.color))
  end
  for _, row in ipairs(rows) do
    if row.page then
      put { "", (row.page:gsub("\n$", "")) }
    end
  end
end

function Report:close()
  local lines = {}
  local function put(more)
    table.move(more, 1, #more, #lines + 1, lines)
  end
  local sides = self.opts.sides or {}
  for _, name in ipairs { "old", "new" } do
    if sides[name] then
      put { escape.fit(side_line(name, sides[name]), self.opts.width) }
    end
  end
  put(layout.wrap("", sentence(self), self.opts.width))
  table.sort(self.rows, before)
  if self.rows[1] then
    put_rows(put, self.rows, self.opts)
  end
  return self.write(table.concat(lines, "\n") .. "\n")
end

--- @tparam function write bytes -> true | nil, message
-- @tparam table opts width, color; all (servers that are the same too);
--   verbose (a page of each that is listed), remedies; sides: old and new, each
--   { name, servers (how many), and start, release where they are known }, read
--   when the report is closed
function M.open(write, opts)
  local own = lists.copy(opts)
  own.width = math.max(math.tointeger(opts.width or 80) or 80, 40)
  return setmetatable({ write = write, opts = own, rows = {}, counts = {},
                        total = 0 }, Report)
end

return M

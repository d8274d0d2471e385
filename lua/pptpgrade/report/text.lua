-- SPDX-License-Identifier: BSD-2-Clause
--- For people: the facts of the run, then one server as a page, several as a
-- table, worst first, and how many were graded what. Nothing is written before
-- `close`, because only then is known which of the two.
local facts = require "pptpgrade.report.facts"
local layout = require "pptpgrade.report.layout"
local page = require "pptpgrade.report.page"
local rows = require "pptpgrade.report.table"

local M = {}

local WIDTH, NARROWEST = 80, 40

local Report = {}
Report.__index = Report

-- Pages and rows are made at once: a verdict with all its evidence need not
-- be kept.
function Report:add(verdict)
  if self.count == 0 or self.opts.verbose then
    self.pages[#self.pages + 1] = page.render(verdict, self.opts)
  end
  self.count = self.count + 1
  self.rows[self.count] = rows.row(verdict, self.opts.all)
  return true
end

-- The servers' part, and what ends a report of several.
local function body(self)
  if self.count == 0 then
    return { "no server was graded\n" }
  elseif self.count == 1 then
    return { self.pages[1] }
  end
  local parts = { rows.render(self.rows, self.opts) }
  if self.opts.verbose then
    table.move(self.pages, 1, #self.pages, 2, parts)
  end
  local run = facts.of(self.run)
  parts[#parts + 1] = table.concat(layout.wrap("",
    rows.counted(self.rows, run and run.failed or 0), self.opts.width),
    "\n") .. "\n"
  return parts
end

--- Whether the next verdict is shown by a line alone.
function Report:shows_line()
  return self.count > 0 and not self.opts.verbose
end

function Report:close()
  local head = facts.lines(self.run, self.opts.width)
  if self.count == 0 and not head[1] then
    return true
  end
  local parts = body(self)
  if head[1] then
    table.insert(parts, 1, table.concat(head, "\n") .. "\n")
  end
  return self.write(table.concat(parts, "\n"))
end

--- @tparam function write bytes -> true | nil, message
-- @tparam table opts width (40 and more), color, all, verbose, remedies, run
function M.open(write, opts)
  local width = math.tointeger(opts.width or WIDTH) or WIDTH
  return setmetatable({
    write = write, run = opts.run, count = 0, rows = {}, pages = {},
    opts = { width = math.max(width, NARROWEST), color = opts.color,
             all = opts.all, verbose = opts.verbose,
             remedies = opts.remedies },
  }, Report)
end

return M

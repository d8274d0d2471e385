-- SPDX-License-Identifier: BSD-2-Clause
--- For people: the facts of the run, then one server as a page, several as a
-- table, worst first, and how many were graded what; of a sweep, its figures
-- too. Nothing is written before `close`, because only then is known which of
-- the two.
local facts = require "pptpgrade.report.facts"
local layout = require "pptpgrade.report.layout"
local page = require "pptpgrade.report.page"
local rows = require "pptpgrade.report.table"
local study = require "pptpgrade.report.study"

local M = {}

local WIDTH, NARROWEST = 80, 40

local Report = {}
Report.__index = Report

-- The rows of kind `scan` that stood before the verdicts, or nil. They are read
-- after the report was begun.
local function sweeps(self)
  local heads = type(self.run) == "table" and self.run.sweep
  return type(heads) == "table" and heads[1] and heads or nil
end

-- Pages and rows are made at once: a verdict with all its evidence need not
-- be kept.
function Report:add(verdict)
  if self.count == 0 or self.opts.verbose then
    self.pages[#self.pages + 1] = page.render(verdict, self.opts)
  end
  if sweeps(self) then
    self.study = self.study or study.new()
    self.study:add(verdict)
  end
  self.count = self.count + 1
  self.rows[self.count] = rows.row(verdict, self.opts.all)
  return true
end

-- How many were graded what.
local function counted(self)
  local run = facts.of(self.run)
  return table.concat(layout.wrap("",
    rows.counted(self.rows, run and run.failed or 0), self.opts.width),
    "\n") .. "\n"
end

-- The servers' part, and what ends a report of several.
local function body(self)
  local parts = { self.pages[1] or "no server was graded\n" }
  if self.count > 1 then
    parts[1] = rows.render(self.rows, self.opts)
    if self.opts.verbose then
      table.move(self.pages, 1, #self.pages, 2, parts)
    end
    parts[#parts + 1] = counted(self)
  end
  if self.study then
    parts[#parts + 1] = table.concat(
      self.study:lines(sweeps(self), self.opts.width), "\n") .. "\n"
  end
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

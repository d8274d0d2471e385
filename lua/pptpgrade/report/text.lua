-- SPDX-License-Identifier: BSD-2-Clause
--- For people: the facts of the run, then one server as a page, several as a
-- table, worst first, and how many were graded what; of a sweep, its figures
-- too. Nothing is written before `close`, because only then is known which of
-- the two.
local facts = require "pptpgrade.report.facts"
local layout = require "pptpgrade.report.layout"
local page = require "pptpgrade.report.page"
local sorter = require "pptpgrade.sorter"
local study = require "pptpgrade.report.study"
local tables = require "pptpgrade.report.table"

local M = {}

local WIDTH, NARROWEST = 80, 40

local Report = {}
Report.__index = Report

local PAGES = 1 << 20 -- bytes of pages in memory

-- The rows of kind `scan` that stood before the verdicts, or nil. They are read
-- after the report was begun.
local function sweeps(self)
  local heads = type(self.run) == "table" and self.run.sweep
  return type(heads) == "table" and heads[1] and heads or nil
end

-- Pages and rows are made at once: a verdict with all its evidence need not
-- be kept.
function Report:add(verdict)
  local ok, why = true, nil
  if self.count == 0 or self.opts.verbose then
    ok, why = self.pages:add(("%012d"):format(self.count) ..
                             page.render(verdict, self.opts))
  end
  if sweeps(self) then
    self.study = self.study or study.new()
    self.study:add(verdict)
  end
  self.count = self.count + 1
  if ok then
    ok, why = self.table:add(verdict)
  end
  return ok, why and "its temporary file: " .. why
end

-- Each part is one more paragraph.
local function put_part(self, text)
  local ok, why = self.write(self.begun and "\n" .. text or text)
  self.begun = true
  return ok, why
end

local function put_pages(self)
  for text in self.pages:sorted() do
    local ok, why = put_part(self, text:sub(13))
    if not ok then
      return nil, why
    end
  end
  return true
end

local function put_table(self)
  local first = true
  return self.table:write(function(bytes)
    local put = first and put_part or function(_, more)
      return self.write(more)
    end
    first = false
    return put(self, bytes)
  end)
end

-- The table, the pages that were asked for, and how many were graded what.
local function put_servers(self)
  local ok, why = put_table(self)
  if ok and self.opts.verbose then
    ok, why = put_pages(self)
  end
  if not ok then
    return nil, why
  end
  local run = facts.of(self.run)
  return put_part(self, table.concat(layout.wrap("",
    self.table:counted(run and run.failed or 0), self.opts.width), "\n") ..
    "\n")
end

local function put_body(self)
  if self.count == 0 then
    return put_part(self, "no server was graded\n")
  end
  local put = self.count == 1 and put_pages or put_servers
  local ok, why = put(self)
  if ok and self.study then
    return put_part(self, table.concat(
      self.study:lines(sweeps(self), self.opts.width), "\n") .. "\n")
  end
  return ok, why
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
  if head[1] then
    local ok, why = put_part(self, table.concat(head, "\n") .. "\n")
    if not ok then
      return nil, why
    end
  end
  return put_body(self)
end

--- @tparam function write bytes -> true | nil, message
-- @tparam table opts width (40 and more), color, all, verbose, remedies, run,
--   temporary (as report/table has it)
function M.open(write, opts)
  local width = math.tointeger(opts.width or WIDTH) or WIDTH
  local own = {
    width = math.max(width, NARROWEST), color = opts.color, all = opts.all,
    verbose = opts.verbose, remedies = opts.remedies,
    temporary = opts.temporary,
  }
  return setmetatable({
    write = write, run = opts.run, count = 0, opts = own,
    table = tables.open(own),
    pages = sorter.new(own.temporary, own.temporary and PAGES or math.huge),
  }, Report)
end

return M

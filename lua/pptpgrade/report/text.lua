-- SPDX-License-Identifier: BSD-2-Clause
--- For people: one server as a page, several as a table, worst first. Nothing
-- is written before `close`, because only then is known which of the two.
local page = require "pptpgrade.report.page"

local M = {}

local Report = {}
Report.__index = Report

-- Pages and rows are made at once: a verdict with all its evidence need not
-- be kept.
function Report:add(verdict)
  if self.count == 0 or self.opts.verbose then
    self.pages[#self.pages + 1] = page.render(verdict, self.opts)
  end
  self.count = self.count + 1
  self.rows[self.count] = require "pptpgrade.report.table".row(verdict)
  return true
end

function Report:close()
  if self.count == 0 then
    return true
  elseif self.count == 1 then
    return self.write(self.pages[1])
  end
  local parts = {
    require "pptpgrade.report.table".render(self.rows, self.opts),
  }
  for _, text in ipairs(self.opts.verbose and self.pages or {}) do
    parts[#parts + 1] = text
  end
  return self.write(table.concat(parts, "\n"))
end

--- @tparam function write bytes -> true | nil, message
-- @tparam table opts width (80 and more), color, all, verbose, remedies
function M.open(write, opts)
  local width = math.max(math.tointeger(opts.width or 80) or 80, 80)
  return setmetatable({
    write = write, count = 0, rows = {}, pages = {},
    opts = { width = width, color = opts.color, all = opts.all,
             verbose = opts.verbose, remedies = opts.remedies },
  }, Report)
end

return M

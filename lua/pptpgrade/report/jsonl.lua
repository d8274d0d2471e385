-- SPDX-License-Identifier: BSD-2-Clause
--- JSON Lines: one verdict a line, written as it comes.
local json = require "pptpgrade.report.encode"

local M = {}

local Report = {}
Report.__index = Report

function Report:add(verdict)
  return self.write(json.encode(verdict) .. "\n")
end

function Report.close()
  return true
end

--- @tparam function write bytes -> true | nil, message
function M.open(write)
  return setmetatable({ write = write }, Report)
end

return M

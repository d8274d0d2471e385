-- SPDX-License-Identifier: BSD-2-Clause
--- JSON: one document, `{"schema":1,"verdicts":[...]}`. A verdict is written as
-- it comes, so a long run needs no more memory than a short one.
local json = require "pptpgrade.report.encode"

local M = {}

local Report = {}
Report.__index = Report

local head = '{"schema":1,"verdicts":['

function Report:add(verdict)
  local before = self.begun and ",\n" or head .. "\n"
  self.begun = true
  return self.write(before .. json.encode(verdict))
end

function Report:close()
  return self.write((self.begun and "\n" or head) .. "]}\n")
end

--- @tparam function write bytes -> true | nil, message
function M.open(write)
  return setmetatable({ write = write }, Report)
end

return M

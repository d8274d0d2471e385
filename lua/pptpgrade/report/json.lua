-- SPDX-License-Identifier: BSD-2-Clause
--- JSON: one document, `{"schema":1,"verdicts":[...],"run":{...}}`. A verdict
-- is written as it comes, so a long run needs no more memory than a short one;
-- the run's facts are known at its end.
local brief = require "pptpgrade.report.brief"
local facts = require "pptpgrade.report.facts"
local json = require "pptpgrade.report.encode"

local M = {}

local Report = {}
Report.__index = Report

local head = '{"schema":1,"verdicts":['

function Report:add(verdict)
  local before = self.begun and ",\n" or head .. "\n"
  self.begun = true
  return self.write(before .. json.encode(
    self.brief and brief.of(verdict) or verdict))
end

--- Whether brief verdicts are what it writes.
function Report:shows_brief()
  return self.brief
end

function Report:close()
  local run = facts.json(self.run)
  return self.write((self.begun and "\n" or head) .. "]" ..
    (run and ',"run":' .. run or "") .. "}\n")
end

--- @tparam function write bytes -> true | nil, message
-- @tparam[opt] table opts run: its facts; brief: whether verdicts are brief
function M.open(write, opts)
  opts = opts or {}
  return setmetatable({ write = write, run = opts.run, brief = opts.brief },
                      Report)
end

return M

-- SPDX-License-Identifier: BSD-2-Clause
--- JSON Lines: one verdict a line, written as it comes; where asked, a last
-- line `{"run":{...}}`.
local brief = require "pptpgrade.report.brief"
local facts = require "pptpgrade.report.facts"
local json = require "pptpgrade.report.encode"

local M = {}

local Report = {}
Report.__index = Report

function Report:add(verdict)
  return self.write(json.line(self.brief and brief.of(verdict) or verdict))
end

--- Whether brief verdicts are what it writes.
function Report:shows_brief()
  return self.brief
end

function Report:close()
  local run = self.with_run and facts.json(self.run)
  return not run or self.write('{"run":' .. run .. "}\n")
end

--- @tparam function write bytes -> true | nil, message
-- @tparam[opt] table opts run: its facts; with_run: whether they are written;
--   brief: whether verdicts are brief
function M.open(write, opts)
  opts = opts or {}
  return setmetatable({ write = write, run = opts.run, brief = opts.brief,
                        with_run = opts.with_run }, Report)
end

return M

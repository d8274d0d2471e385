-- SPDX-License-Identifier: BSD-2-Clause
-- What this tree says of simulated servers: for each audit its case, its
-- records with the verdict as JSON, and the page. Run by tests/same/run in
-- either tree, so it stands on public names alone.
--
--   tests/lab/lua told.lua KIND COUNT FOLDER
local matrix = require "matrix"
local pptp = require "pptpgrade"

local kind, count, folder = arg[1], tonumber(arg[2]), arg[3]

local function open(name)
  return assert(io.open(folder .. "/" .. name, "w"))
end

local function report(format, file)
  return pptp.report(format, function(text)
    return file:write(text)
  end)
end

local pages, verdicts = open(kind .. ".txt"), open(kind .. ".jsonl")
local lines = report("jsonl", verdicts)
local cases = matrix.cases(kind)
for number = 1, count do
  local case = matrix.case(number, cases)
  local verdict = matrix.audit(case).verdict
  local page = report("text", pages)
  pages:write(matrix.line(case), "\n")
  page:add(verdict)
  page:close()
  lines:add(verdict)
end
lines:close()
pages:close()
verdicts:close()

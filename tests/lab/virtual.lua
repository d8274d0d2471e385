-- SPDX-License-Identifier: BSD-2-Clause
-- The servers that `pptp-lab --truth` names, surveyed and graded in virtual
-- time, with no loss: a verdict a line, as pptpgrade -f jsonl has it.
--
--   tests/lab/lua virtual.lua TRUTH
local json = require "pptpgrade.json"
local matrix = require "matrix"

for line in io.lines(arg[1]) do
  local case = assert(json.decode(line))
  local address = case.address
  case.loss, case.duplicate, case.reorder, case.stall = 0, 0, 0, 0
  case.delay, case.address = 0.001, nil
  local verdict = matrix.audit(case).verdict
  verdict.target = address
  print(json.encode(verdict))
end

-- SPDX-License-Identifier: BSD-2-Clause
-- The servers that `pptp-lab --truth` names, surveyed and graded in virtual
-- time, with no loss: a verdict a line, as pptpgrade -f jsonl has it. Some are
-- left out: see is_race.
--
--   tests/lab/lua virtual.lua TRUTH
local core = require "pptpgrade.core"
local encode = require "pptpgrade.report.encode".encode
local matrix = require "matrix"

-- A server that ends the connection at our first packet has sent its offer by
-- then, or not: on a wire both are true, in turns.
local function is_race(case)
  return (case.quirk == "rst_at" or case.quirk == "fin_at") and
    case.detail == 3
end

local function verdict_on(case)
  local address = case.address
  case.loss, case.duplicate, case.reorder, case.stall = 0, 0, 0, 0
  case.delay, case.address = 0.001, nil
  local verdict = matrix.audit(case).verdict
  verdict.target = address
  return verdict
end

for line in io.lines(arg[1]) do
  local case = assert(core.record(line))
  if not is_race(case) then
    print(encode(verdict_on(case)))
  end
end

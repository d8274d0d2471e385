-- SPDX-License-Identifier: BSD-2-Clause
--- A verdict in about 1 KB, for sweeps: what was found, without the
-- conversations that show it, and without the texts that an id stands for.
-- Every report reads such a verdict as it reads a whole one.
local reads = require "pptpgrade.record"

local M = {}

local list, tables = reads.list, reads.tables

local same = { "target", "name", "port", "labels", "grade", "best", "worst",
               "confidence", "summary", "change" }
local of_product = { "name", "vendor", "os", "device_type", "cpe", "confidence",
                     "basis" }
local stages = { "tcp", "control", "call", "gre", "authentication" }

local function some(t, keys)
  local new = {}
  for _, key in ipairs(keys) do
    new[key] = t[key]
  end
  return new
end

local function each(items, keys)
  local found = {}
  for i, item in ipairs(tables(items)) do
    found[i] = some(item, keys)
  end
  return found
end

--- The brief form of a verdict. Pure.
-- @tparam table verdict whole; a brief one is given back as it is
-- @treturn table target, name, port, labels, grade, best, worst, confidence,
--   summary; caps ({id, grade}), findings ({id, severity}), product; stages and
--   methods (name -> state), other (methods that have no name there, where
--   there are any), time, source
function M.of(verdict)
  local e = verdict.evidence
  if type(e) ~= "table" then
    return verdict
  end
  local new, login = some(verdict, same), list(e.authentication)
  new.caps = each(verdict.caps, { "id", "grade" })
  new.findings = each(verdict.findings, { "id", "severity" })
  new.product = type(verdict.product) == "table" and
    some(verdict.product, of_product) or nil
  new.stages, new.methods = {}, login.methods
  for _, name in ipairs(stages) do
    new.stages[name] = list(e[name]).state
  end
  new.other = list(login.other)[1] and login.other or nil
  new.time, new.source = e.time, e.source
  return new
end

return M

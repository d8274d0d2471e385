-- SPDX-License-Identifier: BSD-2-Clause
--- A verdict in about 1 KB, for sweeps: what was found, without the
-- conversations that show it, and without the texts that an id stands for.
-- Every report reads such a verdict as it reads a whole one.
local reads = require "pptpgrade.record"

local M = {}

local list, tables = reads.list, reads.tables

-- Of each item its id, and how bad it is.
local function each(items, key)
  local found = {}
  for i, item in ipairs(tables(items)) do
    found[i] = { id = item.id, [key] = item[key] }
  end
  return found
end

local function product_of(verdict)
  local p = verdict.product
  return type(p) == "table" and {
    name = p.name, vendor = p.vendor, os = p.os, device_type = p.device_type,
    cpe = p.cpe, confidence = p.confidence, basis = p.basis,
  } or nil
end

local function stages_of(e)
  return {
    tcp = list(e.tcp).state, control = list(e.control).state,
    call = list(e.call).state, gre = list(e.gre).state,
    authentication = list(e.authentication).state,
  }
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
  local login = list(e.authentication)
  return {
    target = verdict.target, name = verdict.name, port = verdict.port,
    labels = verdict.labels, grade = verdict.grade, best = verdict.best,
    worst = verdict.worst, confidence = verdict.confidence,
    summary = verdict.summary, change = verdict.change,
    caps = each(verdict.caps, "grade"),
    findings = each(verdict.findings, "severity"),
    product = product_of(verdict), stages = stages_of(e),
    methods = login.methods, time = e.time, source = e.source,
    other = list(login.other)[1] and login.other or nil,
  }
end

return M

-- SPDX-License-Identifier: BSD-2-Clause
--- How exposed is a PPTP server? The library's face; sets no global.
--
-- What judges (survey, evidence, grade) is pure Lua and loads anywhere, Nmap's
-- Lua 5.3 too. What meets the network (audit, audit_all, scan) needs
-- pptpgrade.net, Lua 5.4 and libpcap, and asks for it only when it is called.
local M = {}

--- The release; the Makefile has the same number.
M.version = "0.1.0"

--- Surveys many servers, and gives the evidence of each as it finishes.
-- @see pptpgrade.audit for arguments and results
function M.audit_all(targets, opts)
  return require "pptpgrade.audit".audit_all(targets, opts)
end

--- Surveys one server.
-- @see pptpgrade.audit for arguments and results
function M.audit(target, opts)
  return require "pptpgrade.audit".audit(target, opts)
end

--- Sweeps very many targets, and gives the evidence of each that has a row.
-- @see pptpgrade.sweep for arguments and results
function M.scan(opts)
  return require "pptpgrade.sweep".scan(opts)
end

--- A report in one format.
-- @tparam string format one that docs/reports.md lists
-- @tparam function write bytes -> true | nil, message
-- @tparam[opt] table opts color, width, all, verbose, policy
-- @treturn table r; r:add(verdict) and r:close() give true or nil, message
-- @raise where the format is unknown
function M.report(format, write, opts)
  return require "pptpgrade.report".open(format, write, opts)
end

--- What a verdict follows from. Pure: no I/O, no clock.
-- @tparam table evidence
-- @tparam[opt] table policy what M.policy gave
-- @treturn table verdict
function M.grade(evidence, policy)
  return require "pptpgrade.grade".grade(evidence, policy)
end

--- What a line of a report shows of a verdict. Pure, and cheaper than M.grade.
-- @see pptpgrade.judge.grade for what it gives
function M.outline(evidence, policy)
  return require "pptpgrade.grade".outline(evidence, policy)
end

--- What a brief report shows of a verdict. Pure, and cheaper than M.grade.
-- @see pptpgrade.judge.grade for what it gives
function M.brief(evidence, policy)
  return require "pptpgrade.grade".brief(evidence, policy)
end

--- A policy file, loaded as text, without an environment.
-- @tparam string file
-- @treturn table|nil policy; nil, message
function M.policy(file)
  return require "pptpgrade.policy".load(file)
end

--- What a finding or a grade means, why, and how to fix it.
-- @tparam string id PPTP-0NN or a letter
-- @treturn string|nil text; nil, message
function M.explain(id)
  return require "pptpgrade.explain".explain(id)
end

-- Modules that are part of the face, loaded when first touched.
local lazy = { survey = "pptpgrade.survey", evidence = "pptpgrade.evidence" }

return setmetatable(M, {
  __index = function(t, key)
    if lazy[key] then
      t[key] = require(lazy[key])
      return rawget(t, key)
    end
  end,
})

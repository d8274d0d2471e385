-- SPDX-License-Identifier: BSD-2-Clause
local nmap = require "nmap"
local shortport = require "shortport"
local stdnse = require "stdnse"
local survey = stdnse.silent_require "pptpgrade.survey"
local grade = stdnse.silent_require "pptpgrade.grade"
local exposure = stdnse.silent_require "pptpgrade.exposure"
local converse = stdnse.silent_require "pptpgrade.nmap".converse

description = [[
Tells how exposed a PPTP server is, with a grade from A to F, without logging
in.
]]

author = "The pptpgrade authors"
license = "Simplified (2-clause) BSD license--See " ..
  "https://nmap.org/svn/docs/licenses/BSD-simplified"
categories = { "discovery", "intrusive" }
dependencies = { "pptp-version" }

portrule = shortport.port_or_service(1723, "pptp")

action = function(host, port)
  local new = stdnse.output_table
  local options, why = exposure.options(stdnse.get_script_args,
                                        nmap.registry.args)
  if not options then
    return exposure.refusal(new, why)
  end
  local ends = options.limit and nmap.clock() + options.limit
  local target = { target = host.ip:gsub("%%.*", ""), port = port.number,
                   name = host.targetname }
  local evidence = survey.run(target, options, converse(host, port, ends))
  local verdict = grade.grade(evidence, options.policy)
  host.registry.pptp_exposure = exposure.worse(host.registry.pptp_exposure,
                                               verdict)
  if exposure.fill_version(port.version, verdict) then
    nmap.set_port_version(host, port)
  end
  return exposure.result(new, verdict, nmap.verbosity())
end

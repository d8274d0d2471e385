-- SPDX-License-Identifier: BSD-2-Clause
local nmap = require "nmap"
local shortport = require "shortport"
local stdnse = require "stdnse"
local survey = stdnse.silent_require "pptpgrade.survey"
local grade = stdnse.silent_require "pptpgrade.grade"
local exposure = stdnse.silent_require "pptpgrade.nmap.result"
local converse = stdnse.silent_require "pptpgrade.nmap".converse

description = [[
Tells how exposed a PPTP server is, with a grade from A to F, without logging
in.

The script sets up calls as a client would: the control connection on TCP port
1723, then PPP inside GRE. It finds out whether anybody may place a call,
whether GRE passes in both directions, which login methods the server offers
(PAP, CHAP-MD5, MS-CHAPv1, MS-CHAPv2, EAP), and, by asking for each of the
others once, which ones it accepts or refuses. No password, no user's name and
no answer to a challenge is sent, and every call is closed as the protocol wants
it. One server gets at most seven conversations, one at a time and a second
apart.

The weakest method that is accepted decides the grade: no login, PAP, SPAP,
CHAP-MD5 and MS-CHAPv1 are F, MS-CHAPv2 is E, and EAP, whose inner method does
not show, is D-F. Where something could not be seen the grade is a range, from
the best that is possible to the worst. No PPTP server that works gets better
than D. The rules, their reasons and their sources are in pptpgrade's
docs/grading.md; pptpgrade, the program, gives the same verdicts without Nmap.

GRE needs raw packets, so run Nmap as root. Without that, through a proxy and
over IPv6, the control connection and the call are tested alone, and the result
says so. The verdict, as a table, is in host.registry.pptp_exposure.
]]

---
-- @usage
-- nmap -p 1723 --script pptp-exposure <target>
-- @usage
-- nmap -p 1723 --script pptp-exposure \
--   --script-args pptp-exposure.depth=call <target>
--
-- @args pptp-exposure.depth How far to go: <code>control</code> (one message
--       and its reply), <code>call</code> (one call, as far as the first
--       offer of a login: the gentle setting) or <code>auth</code> (every
--       method is asked about). Default: <code>auth</code>
-- @args pptp-exposure.timeout How long to wait for each control reply after
--       the first one, such as <code>3s</code>. Default: <code>5s</code>
-- @args pptp-exposure.limit How long one server may take in all, such as
--       <code>60s</code>. What was seen until then is graded. Keep it below
--       <code>--host-timeout</code> and <code>--script-timeout</code>, which
--       leave no result. Default: none, but a survey ends within 150 s
-- @args pptp-exposure.contact Whom the server's owner can ask about this: sent
--       in the first message, at most 64 bytes. Default: nobody
-- @args pptp-exposure.policy A Lua file with other grades for what was seen.
--       Default: the rules above
--
-- @see pptp-version.nse
--
-- @output
-- PORT     STATE SERVICE
-- 1723/tcp open  pptp
-- | pptp-exposure:
-- |   control: answered (Poptop on Linux)
-- |   call: accepted
-- |   gre: reachable
-- |   login: required
-- |   methods:
-- |     MS-CHAPv1 (accepted) - F
-- |     MS-CHAPv2 (offered) - E
-- |   refused:
-- |     PAP
-- |     CHAP-MD5
-- |     EAP
-- |   disclosed:
-- |     host name: local
-- |     vendor: linux
-- |     firmware: 1
-- |     challenge name: pptpd
-- |   warnings:
-- |     high PPTP-014 MS-CHAPv1 accepted
-- |     high PPTP-015 MS-CHAPv2 accepted (single-DES strength)
-- |     high PPTP-017 Downgrade possible: weaker method accepted than preferred
-- |     medium PPTP-001 PPTP control channel reachable
-- |     medium PPTP-002 Calls accepted before any login
-- |     medium PPTP-003 GRE data plane reachable
-- |     low PPTP-020 CHAP challenge follows from the LCP magic number (pppd)
-- |   not tested:
-- |     MPPE and EAP's inner method (visible only after a login)
-- |   summary: MS-CHAPv1 is accepted: one recorded login gives up the password where the client sends its LM response.
-- |   confidence: proven
-- |_  grade: F
--
-- @xmloutput
-- <elem key="control">answered (Poptop on Linux)</elem>
-- <elem key="call">accepted</elem>
-- <elem key="gre">reachable</elem>
-- <elem key="login">required</elem>
-- <table key="methods">
-- <table>
-- <elem key="name">MS-CHAPv1</elem>
-- <elem key="state">accepted</elem>
-- <elem key="strength">F</elem>
-- </table>
-- <table>
-- <elem key="name">MS-CHAPv2</elem>
-- <elem key="state">offered</elem>
-- <elem key="strength">E</elem>
-- </table>
-- </table>
-- <table key="refused">
-- <elem>PAP</elem>
-- <elem>CHAP-MD5</elem>
-- <elem>EAP</elem>
-- </table>
-- <table key="disclosed">
-- <elem key="host name">local</elem>
-- <elem key="vendor">linux</elem>
-- <elem key="firmware">1</elem>
-- <elem key="challenge name">pptpd</elem>
-- </table>
-- <table key="warnings">
-- <elem>high PPTP-014 MS-CHAPv1 accepted</elem>
-- <elem>high PPTP-015 MS-CHAPv2 accepted (single-DES strength)</elem>
-- <elem>high PPTP-017 Downgrade possible: weaker method accepted than preferred</elem>
-- <elem>medium PPTP-001 PPTP control channel reachable</elem>
-- <elem>medium PPTP-002 Calls accepted before any login</elem>
-- <elem>medium PPTP-003 GRE data plane reachable</elem>
-- <elem>low PPTP-020 CHAP challenge follows from the LCP magic number (pppd)</elem>
-- </table>
-- <table key="not tested">
-- <elem>MPPE and EAP&apos;s inner method (visible only after a login)</elem>
-- </table>
-- <elem key="summary">MS-CHAPv1 is accepted: one recorded login gives up the password where the client sends its LM response.</elem>
-- <elem key="confidence">proven</elem>
-- <elem key="grade">F</elem>

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

-- SPDX-License-Identifier: BSD-2-Clause
--- What is worth telling about a server: one row each, with what proves it.
--
-- `detect(view)` gives the evidence in words and bytes, or nil. A view has
-- evidence, seen (its habits), product, vulnerabilities, deception, drawn (how
-- the challenge follows from the magic number) and policy. Strings of the
-- server's are in there as they came; whoever prints them escapes them. What
-- needs a look at several conversations, or at single bytes, is in
-- oddities.lua. `cvss` is our own estimate, version 3.1. `shown_by` is what has
-- to be tested before its absence means anything, in compare.lua's words.
local evidence = require "pptpgrade.judge.evidence"
local lists = require "pptpgrade.lists"
local oddities = require "pptpgrade.judge.oddities"
local reads = require "pptpgrade.record"
local results = require "pptpgrade.judge.results"
local words = require "pptpgrade.judge.words"

local M = {}

local stage, accepts = reads.stage, evidence.accepts
local quoted, spaced = words.quoted, words.spaced

local function proof_of(e, method)
  local proof = (e.authentication.proofs or {})[method] or {}
  local text = proof.text or "in a Configure-Request"
  if type(proof.bytes) == "string" then
    return spaced(proof.bytes) .. " " .. text
  end
  return text
end

local function method_finding(method)
  return function(view)
    return accepts(view.evidence, method) and proof_of(view.evidence, method)
      or nil
  end
end

local function hashed_chap(view)
  local texts = {}
  for _, method in ipairs(view.evidence.authentication.other or {}) do
    if reads.hashes[method] then
      texts[#texts + 1] = evidence.title(method) .. " by " ..
        proof_of(view.evidence, method)
    end
  end
  return texts[1] and table.concat(texts, "; ")
end

local function control_answers(view)
  local control = stage(view.evidence, "control")
  if control.state == "answered" or control.state == "refused" then
    return "SCCRP, " .. results.text("control", control)
  end
end

local function call_accepted(view)
  local call = stage(view.evidence, "call")
  if call.state == "accepted" and not view.disconnected then
    return ("OCRP, %s, call ID %s"):format(results.text("call", call),
                                           tostring(call.call_id))
  end
end

local function gre_reachable(view)
  local gre = stage(view.evidence, "gre")
  if gre.state == "reachable" then
    return ("%s packets with our call ID, and ours were answered")
      :format(tostring(gre.packets_received))
  end
end

local function no_login(view)
  local known = view.evidence.authentication
  if known.state == "not_required" then
    return known.proof and known.proof.text or "a network protocol's request"
  end
end

-- What runs inside EAP does not show: nothing is known to be weaker than it.
local strength = { pap = 1, spap = 2, chap_md5 = 3, mschap_v1 = 4,
                   mschap_v2 = 5 }

-- Offered this, and took something weaker when asked to.
local function downgrade(view)
  local e, first, last = view.evidence, nil, nil
  for method, rank in pairs(strength) do
    local state = evidence.method_state(e, method)
    if state == "offered" and (not first or rank > strength[first]) then
      first = method
    elseif state == "accepted" and (not last or rank < strength[last]) then
      last = method
    end
  end
  if first and last and strength[last] < strength[first] then
    return ("%s by itself, %s after a Configure-Nak")
      :format(evidence.title(first), evidence.title(last))
  end
end

local function predictable(view)
  if view.drawn then
    return ("%d bytes of challenge follow from magic number %08x")
      :format(view.drawn.bytes, view.drawn.magic)
  end
end

local function host_name(view)
  local name = stage(view.evidence, "control").host_name
  local plain = view.policy.names.host
  if type(name) == "string" and not lists.contains(plain, name) then
    return "SCCRP host name " .. quoted(name)
  end
end

-- The names in the challenges of all conversations that pass, in quotes, each
-- once; EAP has none.
local function told_names(view, test)
  local told, known
  for _, record in ipairs(view.evidence.conversations) do
    local name = stage(record, "challenge").name
    if type(name) == "string" and not (known and known[name]) and
       test(name) then
      told, known = told or {}, known or {}
      told[#told + 1], known[name] = quoted(name), true
    end
  end
  return told and "CHAP challenge name " .. table.concat(told, ", ")
end

local function challenge_name(view)
  return told_names(view, function(name)
    return not lists.contains(view.policy.names.challenge, reads.trimmed(name))
  end)
end

local function discloses_product(view)
  local control = stage(view.evidence, "control")
  if type(control.vendor) == "string" and control.vendor ~= "" then
    return ("SCCRP vendor %s, firmware %s")
      :format(quoted(control.vendor), tostring(control.firmware_revision))
  end
end

local function says_hacked(text)
  return type(text) == "string" and text:lower():find("hacked", 1, true)
end

local function compromised(view)
  local name = stage(view.evidence, "control").host_name
  if says_hacked(name) then
    return "SCCRP host name " .. quoted(name)
  end
  return told_names(view, says_hacked)
end

-- Names that servers ship with, and that somebody would have changed.
local shipped = { "pptpd", "MikroTik", "Draytek", "DrayTek", "Vigor" }

local function default_names(view)
  local control = stage(view.evidence, "control")
  local told = told_names(view, function(name)
    return lists.contains(shipped, reads.trimmed(name))
  end)
  if told then
    return told
  elseif control.vendor == "MikroTik" and control.host_name == "MikroTik" then
    return "SCCRP host name " .. quoted(control.host_name)
  end
end

local function deceptive(view)
  if not view.deception.likely then
    return nil
  end
  local texts = {}
  for _, sign in ipairs(view.deception) do
    texts[#texts + 1] = sign.text
  end
  return table.concat(texts, "; ")
end

-- A sweep asks a second port, which hardly anybody listens to.
local function any_port(view)
  local text
  for _, record in ipairs(view.evidence.conversations) do
    if stage(record, "tcp").answers_any_port == true then
      text = "a SYN to a second port, picked at random, had a SYN-ACK too"
    end
    if text and stage(record, "control").reason == "silent_network" then
      return text .. "; of its network, 16 conversations met silence, and " ..
        "it was not asked further"
    end
  end
  return text
end

local function odd(check)
  return function(view)
    return check(view.evidence, view.seen)
  end
end

-- A name that its behaviour belies names nothing that could be retired.
local function ended(view)
  local product = view.product
  if product and product.ended and not product.contradiction then
    return product.name .. ": " .. product.ended
  end
end

local function prompt(view)
  return oddities.prompt(view.evidence, function(text)
    return lists.contains(view.policy.names.prompt, text)
  end)
end

local function flaws_text(list)
  local texts, basis = {}, nil
  for _, known in ipairs(list) do
    if known.basis == basis then
      texts[#texts] = texts[#texts] .. ", " .. known.id
    else
      basis = known.basis
      texts[#texts + 1] = basis .. ": " .. known.id
    end
  end
  return texts[1] and table.concat(texts, "; ") or false
end

-- Servers with the same flaws share their list.
local told_flaws = setmetatable({}, { __mode = "k" })

local function potential(view)
  local list = view.vulnerabilities
  if told_flaws[list] == nil then
    told_flaws[list] = flaws_text(list)
  end
  return told_flaws[list] or nil
end

M.list = {
  { id = "PPTP-001", title = "PPTP control channel reachable",
    shown_by = "control",
    severity = "medium", cwe = { 1125, 327 }, remedy = "close",
    cvss = "5.3 AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N",
    why = "The server reads control messages before any login.",
    blind = "The version, and with it the flaws, of what reads them.",
    source = "RFC 2637; DISA V-207206", detect = control_answers },
  { id = "PPTP-002", title = "Calls accepted before any login",
    shown_by = "call",
    severity = "medium", cwe = { 284 }, remedy = "allow_list",
    cvss = "5.3 AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L",
    why = "An Outgoing-Call-Request of a caller that showed no password is " ..
      "granted.",
    blind = "Whether other addresses may call, and limits that set in later.",
    source = "RFC 2637 2.8", detect = call_accepted },
  { id = "PPTP-003", title = "GRE data plane reachable",
    shown_by = "gre",
    severity = "medium", cwe = { 1125 }, remedy = "close",
    cvss = "5.3 AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N",
    why = "PPP is spoken before any login, and GRE has no protection of its " ..
      "own.",
    blind = "Other paths to the same server.",
    source = "RFC 2637 4", detect = gre_reachable },
  { id = "PPTP-010", title = "No authentication required",
    shown_by = "login",
    severity = "critical", cwe = { 306 }, remedy = "require_login",
    cvss = "9.8 AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    why = "A network protocol was requested of a caller that had shown no " ..
      "password.",
    blind = "What lies behind, because the address offered is never taken.",
    source = "RFC 1661 3.5; CWE-306", detect = no_login },
  { id = "PPTP-011", title = "PAP accepted",
    shown_by = "pap",
    severity = "critical", cwe = { 319, 523 }, remedy = "no_pap",
    cvss = "8.1 AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:H",
    why = "The password itself crosses the network.",
    blind = "Whether anyone logs in that way.",
    source = "RFC 1334 2", detect = method_finding "pap" },
  { id = "PPTP-012", title = "SPAP accepted",
    shown_by = "offer",
    severity = "critical", cwe = { 327, 319 }, remedy = "no_pap",
    cvss = "8.1 AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:H",
    why = "The password crosses the network in a form that can be turned " ..
      "back.",
    blind = "Whether anyone logs in that way.",
    source = "CWE-327", detect = method_finding "spap" },
  { id = "PPTP-013", title = "CHAP-MD5 accepted (tunnel cannot be encrypted)",
    shown_by = "chap_md5",
    severity = "high", cwe = { 311, 326, 257 }, remedy = "no_chap",
    cvss = "7.4 AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:N",
    why = "MPPE cannot be keyed from it; the server keeps passwords as " ..
      "they are.",
    blind = "Whether anyone logs in that way.",
    source = "RFC 3079 2; RFC 1994 2.2", detect = method_finding "chap_md5" },
  { id = "PPTP-014", title = "MS-CHAPv1 accepted",
    shown_by = "mschap_v1",
    severity = "high", cwe = { 327, 326 }, remedy = "no_mschap_v1",
    cvss = "7.4 AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:N",
    why = "One recorded login gives up the password where the client sends " ..
      "its LM response; without that, its NT hash for 2^56 work.",
    blind = "Whether anyone logs in that way, and with which responses.",
    source = "Schneier and Mudge 1998", detect = method_finding "mschap_v1" },
  { id = "PPTP-015", title = "MS-CHAPv2 accepted (single-DES strength)",
    shown_by = "mschap_v2",
    severity = "high", cwe = { 327, 326 }, remedy = "migrate",
    cvss = "7.4 AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:N",
    why = "One recorded login yields the password's hash for 2^56 work.",
    blind = "Whether MPPE is required: it shows only after a login.",
    source = "Marlinspike and Hulton, DEF CON 20 (2012); Microsoft " ..
      "Security Advisory 2743314",
    detect = method_finding "mschap_v2" },
  { id = "PPTP-016", title = "EAP accepted; inner method not observable",
    shown_by = "eap",
    severity = "medium", cwe = { 327 }, remedy = "eap_tls",
    cvss = "5.9 AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:N/A:N",
    why = "What runs inside EAP may be as weak as CHAP-MD5.",
    blind = "The inner method: seeing it means to begin a login.",
    source = "RFC 3748", detect = method_finding "eap" },
  { id = "PPTP-017",
    title = "Downgrade possible: weaker method accepted than preferred",
    shown_by = "methods",
    severity = "high", cwe = { 757 }, remedy = "single_method",
    cvss = "7.4 AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:N",
    why = "LCP has no protection: whoever sits on the way asks for the " ..
      "weaker one.",
    blind = "Whether clients would follow.",
    source = "RFC 1661 5.3; CWE-757", detect = downgrade },
  { id = "PPTP-018",
    title = "CHAP with SHA-1, SHA-256 or SHA3-256 accepted (tunnel cannot " ..
      "be encrypted)",
    shown_by = "offer",
    severity = "high", cwe = { 311, 257 }, remedy = "no_chap",
    cvss = "7.4 AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:N",
    why = "MPPE cannot be keyed from it; the server keeps passwords as " ..
      "they are.",
    blind = "Whether anyone logs in that way.",
    source = "IANA PPP authentication algorithms; RFC 3079 2; RFC 1994 2.2",
    detect = hashed_chap },
  { id = "PPTP-020",
    title = "CHAP challenge follows from the LCP magic number (pppd)",
    shown_by = "challenge",
    severity = "low", cwe = { 338, 330 }, remedy = "migrate",
    cvss = "3.7 AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:N/A:N",
    why = "Both come from one drand48(): who sees the magic number knows " ..
      "the challenge. It also proves pppd, whatever the vendor string says.",
    blind = "The rest of the generator's use.",
    source = "RFC 1994 2.3; pppd magic.c", detect = predictable },
  { id = "PPTP-021", title = "CHAP challenge reused or constant",
    shown_by = "challenges",
    severity = "high", cwe = { 323, 330 }, remedy = "vendor_update",
    cvss = "7.5 AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N",
    why = "Two conversations got the same challenge: an answer that was " ..
      "recorded once fits again, and answers can be computed in advance.",
    blind = "How many challenges there are in all.",
    source = "RFC 1994 2.3", detect = odd(oddities.challenge_reused) },
  { id = "PPTP-022", title = "CHAP challenge of a wrong size",
    shown_by = "challenge",
    severity = "medium", cwe = { 326 }, remedy = "vendor_update",
    cvss = "5.9 AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:N/A:N",
    why = "Fewer than 8 bytes can be computed in advance; MS-CHAPv1 has 8, " ..
      "and MS-CHAPv2 has 16.",
    blind = "Whether the bytes are random.",
    source = "RFC 1994 4.1; RFC 2433 3; RFC 2759 3",
    detect = odd(oddities.challenge_size) },
  { id = "PPTP-023", title = "LCP magic number constant, zero or a counter",
    shown_by = "offers",
    severity = "info", cwe = { 330 }, remedy = "vendor_update", cvss = "0.0",
    why = "A magic number should be as unique as can be; one that is not " ..
      "hints at a poor source of randomness behind the rest.",
    blind = "What else is drawn from the same source.",
    source = "RFC 1661 6.4", detect = odd(oddities.magic) },
  { id = "PPTP-030", title = "Host or site name disclosed in SCCRP",
    shown_by = "control",
    severity = "low", cwe = { 200 }, remedy = "generic_name",
    cvss = "5.3 AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N",
    why = "Anyone learns whose server it is.",
    blind = "Whether the name is true.",
    source = "RFC 2637 2.2", detect = host_name },
  { id = "PPTP-031",
    title = "Internal computer name disclosed in CHAP challenge",
    shown_by = "challenge",
    severity = "low", cwe = { 200, 497 }, remedy = "generic_name",
    cvss = "5.3 AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N",
    why = "Anyone learns a name from inside, often a domain controller's.",
    blind = "Whether the name is true.",
    source = "RFC 1994 4.1", detect = challenge_name },
  { id = "PPTP-032", title = "MAC address disclosed",
    shown_by = "offer",
    severity = "low", cwe = { 200 }, remedy = "no_multilink",
    cvss = "5.3 AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N",
    why = "The Endpoint Discriminator of multilink carries the address of " ..
      "a network card: its maker, and the same box behind other addresses.",
    blind = "Whether the address is the card's own.",
    source = "RFC 1990 5.1.3", detect = odd(oddities.mac) },
  { id = "PPTP-033", title = "Stable host identifier disclosed",
    shown_by = "offer",
    severity = "info", cwe = { 200 }, remedy = "no_multilink", cvss = "0.0",
    why = "An Endpoint Discriminator that stays tells that two addresses " ..
      "are one server.",
    blind = "How long it stays.",
    source = "RFC 1990 5.1.3", detect = odd(oddities.identifier) },
  { id = "PPTP-034", title = "Product disclosed",
    shown_by = "control",
    severity = "info", cwe = { 200 }, remedy = "close", cvss = "0.0",
    why = "The reply names its maker.",
    blind = "Whether the name is true: honeypots and clones send it too.",
    source = "RFC 2637 2.2", detect = discloses_product },
  { id = "PPTP-035", title = "Uninitialised bytes in messages",
    shown_by = "call",
    severity = "low", cwe = { 908, 200 }, remedy = "vendor_update",
    cvss = "3.7 AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:N/A:N",
    why = "Reserved fields, and what follows the end of a name, must be " ..
      "zero. What stands there comes from the server's memory.",
    blind = "What it was; and messages other than the replies, but for a " ..
      "note that there was something.",
    source = "RFC 2637 2; CWE-908", detect = odd(oddities.residue) },
  { id = "PPTP-036", title = "Call-ID predictable, or a counter of activity",
    shown_by = "calls",
    severity = "info", cwe = { 340, 200 }, remedy = "migrate", cvss = "0.0",
    why = "GRE has no other secret than the Call-ID; and a counter tells " ..
      "how many others call.",
    blind = "A device on the way that rewrites Call-IDs.",
    source = "RFC 2637 2.8; poptop pptpmanager.c; Linux pptp.c",
    detect = odd(oddities.call_ids) },
  { id = "PPTP-037", title = "EAP identity prompt disclosed",
    shown_by = "eap",
    severity = "info", cwe = { 200 }, remedy = "generic_name", cvss = "0.0",
    why = "The request for an identity says something before any login.",
    blind = "Whether it is true.",
    source = "RFC 3748 5.1", detect = prompt },
  { id = "PPTP-040", title = "Name indicates a compromised device",
    shown_by = "challenge",
    severity = "critical", cwe = { 506 }, remedy = "incident",
    cvss = "9.8 AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    why = "Attackers rename devices that they have taken.",
    blind = "Who wrote the name, and when.",
    source = "GVM VT 108661", detect = compromised },
  { id = "PPTP-041", title = "End-of-life implementation",
    shown_by = "control",
    severity = "high", cwe = { 1104 }, remedy = "retire",
    cvss = "7.5 AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H",
    why = "Nobody mends its flaws any more.",
    blind = "Whether the reply's strings are true: they can be forged.",
    source = "the makers' announcements", detect = ended },
  { id = "PPTP-042", title = "Default, unmodified names",
    shown_by = "challenge",
    severity = "info", cwe = { 1188 }, remedy = "generic_name", cvss = "0.0",
    why = "Names as they were shipped hint at a configuration as shipped.",
    blind = "The rest of the configuration.",
    source = "pptpd's sample options; RouterOS", detect = default_names },
  { id = "PPTP-060", title = "Deception or honeypot likely",
    shown_by = "call",
    severity = "info", cwe = {}, remedy = "none", cvss = "0.0",
    why = "What it sends is what decoys send, so no letter would mean " ..
      "anything.",
    blind = "Who runs it, and why.",
    source = "dionaea packets.py; public port-faker documents",
    detect = deceptive },
  { id = "PPTP-061", title = "Answers at any port",
    shown_by = "any_port",
    severity = "info", cwe = {}, remedy = "none", cvss = "0.0",
    why = "What accepts at every port is a firewall, a proxy or a decoy in " ..
      "front of hosts, so that an open port says nothing about PPTP. The " ..
      "grade stays what the rest of the evidence makes it.",
    blind = "What stands behind it: a server may, at this port alone.",
    source = "Izhikevich et al., LZR, USENIX Security 2021",
    detect = any_port },
  { id = "PPTP-070", title = "Potential CVEs of the product's family",
    shown_by = "control",
    severity = "info", cwe = { 1395 }, remedy = "patch", cvss = "0.0",
    why = "These were published for the family. They never move the grade.",
    blind = "The version: none of these servers shows it.",
    source = "NVD", detect = potential },
  { id = "PPTP-080", title = "Protocol violation",
    shown_by = "call",
    severity = "info", cwe = {}, remedy = "vendor_update", cvss = "0.0",
    why = "A message is not as the protocol wants it: a Disconnect with " ..
      "result 0 or of another call, a Call-ID that is not echoed, a length " ..
      "or a type that is not there.",
    blind = "The reason of a Stop request, which records do not keep; and " ..
      "whether a device on the way did it.",
    source = "RFC 2637 2", detect = odd(oddities.breaches) },
}

M.by_id = {}
for _, finding in ipairs(M.list) do
  M.by_id[finding.id] = finding
end

return M

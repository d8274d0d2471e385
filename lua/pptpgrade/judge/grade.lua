-- SPDX-License-Identifier: BSD-2-Clause
--- Evidence in, a verdict out. Pure: no I/O, no clock.
--
-- Every fact that holds the grade down is a cap, and a cap is an interval: what
-- is known has one letter, what is not known reaches from no harm to its own
-- letter. The verdict is the highest of all lower ends to the highest of all
-- upper ends. So not to know a thing can only widen the grade, and knowing
-- something good never outweighs something bad.
local contact = require "pptpgrade.judge.contact"
local cves = require "pptpgrade.product.cves"
local deception = require "pptpgrade.judge.deception"
local drand48 = require "pptpgrade.product.drand48"
local evidence = require "pptpgrade.judge.evidence"
local findings = require "pptpgrade.judge.findings"
local gre = require "pptpgrade.judge.gre"
local limits = require "pptpgrade.judge.limits"
local lists = require "pptpgrade.lists"
local observe = require "pptpgrade.product.observe"
local choice = require "pptpgrade.remedy.choice"
local policies = require "pptpgrade.policy"
local remedies = require "pptpgrade.judge.remedies"
local strings = require "pptpgrade.product.strings"
local summary = require "pptpgrade.judge.summary"
local weigh = require "pptpgrade.product.weigh"
local words = require "pptpgrade.judge.words"

local M = {}

local stage = evidence.stage
local letter, span = words.letter, words.span

--- How bad a letter is: 1 for A to 6 for F, nil for anything else ("?").
-- @tparam string text
-- @treturn integer|nil
function M.rank(text)
  local best, worst = policies.range(text)
  return best == worst and best or nil
end

-- ---- confidence -------------------------------------------------------------

-- Whether each refusal that the grade leans on, and the login that it requires,
-- are the server's own word, and not only an end of the connection.
local function refusals_spoken(view)
  local known = view.evidence.authentication
  for _, method in ipairs(evidence.methods) do
    local proof = (known.proofs or {})[method]
    if proof and proof.state == "refused" and proof.ended and
       proof.ended ~= "terminate" then
      return false
    end
  end
  return not (known.proof and known.proof.ended) or
    known.proof.ended == "terminate"
end

-- Where the grade hangs on GRE that was silent: what is known of the way
-- between here and a server that works ("proven", "unproven"), or "unasked".
local function silence(view)
  local found = stage(view.evidence, "gre")
  for _, cap in ipairs(view.caps) do
    if cap.id == "C28" and
       (found.state == "silent" or found.state == "inbound_only") then
      return found.local_path or "unasked"
    end
  end
end

local function confidence(view)
  if view.deception.likely or #view.caps == 0 then
    return "none"
  elseif view.contact.kind ~= "open" then
    return view.contact.kind == "closed" and "proven" or "inferred"
  elseif view.best == view.worst and
         (letter(view.worst) == "F" or refusals_spoken(view)) then
    return "proven"
  elseif view.silence == "unproven" then
    return "inferred"
  end
  return "observed"
end

-- ---- findings and the rest --------------------------------------------------

local byte_of = {} -- by two hex digits, in lower case
for byte = 0, 255 do
  byte_of[("%02x"):format(byte)] = string.char(byte)
end

local function bytes_of(hex)
  if type(hex) ~= "string" or #hex % 2 ~= 0 or hex:find("%X") then
    return nil
  end
  return (hex:lower():gsub("..", byte_of))
end

-- The magic number of the Configure-Request that we acknowledged.
local function magic_of(record)
  local magic
  for _, offer in ipairs(evidence.offers(record)) do
    if offer.answer == "ack" then
      magic = evidence.option(offer, 5)
    end
  end
  return math.type(magic) and math.tointeger(magic)
end

-- How a challenge follows from a magic number, or nil; and whether there was
-- one that could have.
local function drawn(view)
  local tried
  for _, record in ipairs(view.evidence.conversations) do
    local magic = magic_of(record)
    local challenge = bytes_of(stage(record, "challenge").value)
    if magic and challenge and drand48.relation(magic, challenge) then
      return { magic = magic, bytes = #challenge }, true
    end
    tried = tried or magic and challenge and #challenge >= drand48.LEAST
  end
  return nil, tried
end

local severities = { "critical", "high", "medium", "low", "info" }

local function finding_of(known, severity, text)
  return { id = known.id, title = known.title, severity = severity,
           cwe = known.cwe, cvss = known.cvss, evidence = text,
           remedy = choice.text(known.remedy) }
end

-- Worst severity first, then by their ids, in whose order the list is.
local function collect_findings(view)
  local found, all, chosen = {}, {}, view.policy.findings
  for _, known in ipairs(findings.list) do
    local severity = chosen[known.id]
    local text = severity ~= false and known.detect(view)
    if text then
      severity = severity or known.severity
      local list = found[severity] or {}
      list[#list + 1] = finding_of(known, severity, text)
      found[severity] = list
    end
  end
  for _, severity in ipairs(severities) do
    local list = found[severity]
    if list then
      table.move(list, 1, #list, #all + 1, all)
    end
  end
  return all
end

local function has_cap(view, id)
  return lists.find(view.caps, function(cap) return cap.id == id end) ~= nil
end

-- What is closed, or no PPTP, is not advised how to close PPTP.
local function settled(view)
  return #view.caps > 0 and (view.worst <= 1 or has_cap(view, "C22"))
end

-- Behind a port forward stands another box than the one that is asked.
local function collect_remedies(view)
  if #view.caps == 0 or settled(view) then
    return {}
  end
  local forwarded = gre.is_forwarded(view.evidence.conversations)
  return remedies.of(view.evidence, not forwarded and view.product or nil,
                     true)
end

local function collect_by_hand(view)
  local e = view.evidence
  return settled(view) and {} or
    choice.by_hand(e.target, e.port, view.silence)
end

local function shown_caps(view)
  local list = {}
  for i, cap in ipairs(view.caps) do
    list[i] = { id = cap.id, grade = cap.grade, reason = cap.reason,
                source = cap.source }
  end
  return list
end

-- What the evidence shows of the server behind the port.
local function look_behind(view)
  local e, policy = view.evidence, view.policy
  local follows, tried = drawn(view)
  view.drawn = follows
  local seen = observe.observe(e)
  if tried then
    seen.drawn = follows ~= nil
  end
  view.seen = seen
  local found = weigh.identify(seen)
  found.dionaea = deception.is_dionaea(e)
  local reply = stage(e, "control")
  local row = strings.match(reply)
  view.product = weigh.product(reply, found, row)
  view.deception = deception.signs(e, policy.deception.indicators,
                                   view.product, row)
  view.compromised = findings.by_id["PPTP-040"].detect(view) ~= nil
end

local nothing, undeceived = {}, { likely = false }

-- Most targets of a sweep show nothing but their port, if that.
local function make_view(e, policy)
  local found = contact.of(e.conversations)
  local view = { evidence = e, policy = policy, contact = found,
                 bare = found.is_all and found.kind ~= "open" }
  if view.bare then
    view.seen, view.deception = nothing, undeceived
    view.has_offer, view.disconnected = false, false
  else
    view.has_offer = limits.has_offer(e)
    view.disconnected = limits.all_disconnected(e.conversations)
    look_behind(view)
  end
  limits.collect(view)
  return view
end

local function check(e, policy)
  if type(e) ~= "table" or type(e.conversations) ~= "table" or
     type(e.authentication) ~= "table" then
    error("grade: evidence is needed, as evidence.merge makes it", 3)
  elseif policy ~= nil and
         (type(policy) ~= "table" or type(policy.stages) ~= "table") then
    error("grade: a policy is needed, as policy.load makes it", 3)
  end
end

-- What a line of a report shows.
local function outline_of(view)
  local e, known = view.evidence, #view.caps > 0
  return {
    target = e.target, name = e.name, port = e.port, labels = e.labels,
    grade = known and not view.deception.likely and
      span(view.best, view.worst) or "?",
    best = known and letter(view.best) or "?",
    worst = known and letter(view.worst) or "?",
    caps = shown_caps(view), product = view.product, evidence = e,
  }
end

-- What a brief report shows.
local function brief_of(view)
  local verdict = outline_of(view)
  view.vulnerabilities = view.bare and {} or cves.potential(view.product)
  view.silence = silence(view)
  verdict.confidence, verdict.summary = confidence(view), summary.text(view)
  verdict.findings = view.bare and {} or collect_findings(view)
  return verdict
end

local function whole_of(view)
  local verdict = brief_of(view)
  verdict.potential_vulnerabilities = view.vulnerabilities
  verdict.remedies = collect_remedies(view)
  verdict.check_by_hand = collect_by_hand(view)
  return verdict
end

--- Judges one server, as far as a line of a report shows it.
-- @tparam table e as M.grade has it
-- @tparam table|nil policy
-- @treturn table of what M.grade gives: target, name, port, labels, grade,
--   best, worst, caps, product, evidence
-- @raise where the evidence or the policy is none
function M.outline(e, policy)
  check(e, policy)
  return outline_of(make_view(e, policy or policies.default))
end

--- Judges one server, as far as a brief report shows it.
-- @tparam table e as M.grade has it
-- @tparam table|nil policy
-- @treturn table what M.outline gives, and confidence, summary, findings
-- @raise where the evidence or the policy is none
function M.brief(e, policy)
  check(e, policy)
  return brief_of(make_view(e, policy or policies.default))
end

--- Judges one server.
-- @tparam table e evidence, as evidence.merge makes it; left as it is
-- @tparam table|nil policy as policy.load makes it; nil for the default
-- @treturn table verdict: target, name, port, labels, grade, best, worst,
--   confidence, summary, caps, findings, product, potential_vulnerabilities,
--   remedies, check_by_hand, evidence. The grade "?" has best and worst where
--   what answers looks like a decoy: those that it deserves if it is none
-- @raise where the evidence or the policy is none
function M.grade(e, policy)
  check(e, policy)
  return whole_of(make_view(e, policy or policies.default))
end

return setmetatable(M, { __call = function(_, e, policy)
  return M.grade(e, policy)
end })

-- SPDX-License-Identifier: BSD-2-Clause
--- Evidence in, a verdict out. Pure: no I/O, no clock.
--
-- Every fact that holds the grade down is a cap, and a cap is an interval: what
-- is known has one letter, what is not known reaches from no harm to its own
-- letter. The verdict is the highest of all lower ends to the highest of all
-- upper ends. So not to know a thing can only widen the grade, and knowing
-- something good never outweighs something bad.
local behaviour = require "pptpgrade.behaviour"
local caps = require "pptpgrade.caps"
local deception = require "pptpgrade.deception"
local drand48 = require "pptpgrade.drand48"
local evidence = require "pptpgrade.evidence"
local findings = require "pptpgrade.findings"
local policies = require "pptpgrade.policy"
local products = require "pptpgrade.products"
local remedies = require "pptpgrade.remedies"

local M = {}

local stage, title = evidence.stage, evidence.title

local function letter(number)
  return string.char(64 + number)
end

local function span(best, worst)
  if best == worst then
    return letter(best)
  end
  return letter(best) .. "-" .. letter(worst)
end

--- How bad a letter is: 1 for A to 6 for F, nil for anything else ("?").
-- @tparam string text
-- @treturn integer|nil
function M.rank(text)
  local best, worst = policies.range(text)
  return best == worst and best or nil
end

-- ---- caps -------------------------------------------------------------------

-- `certain` false: from no harm at all (the floor) to the grade's worst end.
local function add(view, id, grade, more)
  local cap = caps.by_id[id]
  local best, worst = policies.range(grade)
  if more and more.floor then
    best = math.min(worst, more.floor)
  end
  view.caps[#view.caps + 1] = {
    id = id, grade = span(best, worst), best = best, worst = worst,
    reason = more and more.reason or cap.reason, source = cap.source,
    order = cap.order, methods = more and more.methods,
  }
end

local function conversations(view)
  return view.evidence.conversations
end

-- Silence says something only where it was waited for to the end, by a host
-- that could send and has lost nothing of what came.
local function waited(record)
  local tcp = stage(record, "tcp")
  local ended = record.ended_by
  local reason = type(tcp.reason) == "string" and tcp.reason or ""
  return (tcp.state == "silent" or tcp.state == "filtered") and
    ended ~= "aborted" and ended ~= "error" and ended ~= "running" and
    reason ~= "error" and reason:sub(1, 6) ~= "local-" and
    not evidence.has_note(record, "capture_drops")
end

-- Echo requests go out beside the SYNs. Where some of them had no answer, the
-- way loses packets, and the SYNs may be among them; ICMP about the SYN needs
-- no such witness.
local function way_holds(record)
  local host = stage(record, "host")
  return stage(record, "tcp").state == "filtered" or not host.asked or
    host.answered == host.asked
end

local function heard_nothing(record)
  return waited(record) and way_holds(record)
end

local function host_lives(view)
  if stage(view.evidence, "host").state == "alive" then
    return true
  end
  for _, record in ipairs(conversations(view)) do
    for _, name in ipairs { "tcp", "gre" } do
      local from = stage(record, name).icmp_from
      if from and from == record.target then
        return true
      end
    end
  end
  return false
end

local function any(view, test)
  for _, record in ipairs(conversations(view)) do
    if test(record) then
      return true
    end
  end
  return false
end

local function cap_port(view)
  local tcp, stages = stage(view.evidence, "tcp"), view.policy.stages
  if tcp.state == "closed" then
    add(view, "C20", stages.closed)
  elseif any(view, heard_nothing) and host_lives(view) then
    add(view, "C21", stages.unanswered)
  end
end

local function is_code(value, ...)
  for _, code in ipairs { ... } do
    if value == code then
      return true
    end
  end
  return false
end

local function has_offer(record)
  local state = stage(record, "lcp").state
  return state == "offered" or state == "opened"
end

-- The server took the call, and took it back before any LCP.
local function disconnected(record)
  local finish = evidence.server_end(record)
  return not has_offer(record) and finish ~= nil and
    finish.what == "disconnect"
end

local function all_disconnected(view)
  local calls = 0
  for _, record in ipairs(conversations(view)) do
    if stage(record, "call").state == "accepted" then
      calls = calls + 1
      if not disconnected(record) then
        return false
      end
    end
  end
  return calls > 0
end

-- ICMP for GRE, from the target itself, in a call, while our kernel was kept
-- from answering in our stead.
local function gre_refused(record)
  local gre = stage(record, "gre")
  local reason = type(gre.reason) == "string" and gre.reason or ""
  return stage(record, "call").state == "accepted" and
    (gre.state == "unreachable" or gre.state == "filtered") and
    reason:sub(1, 7) == "icmp-3-" and gre.icmp_from == record.target and
    not evidence.has_note(record, "no_guard") and
    not evidence.has_note(record, "local_icmp")
end

local method_caps = { pap = "C07", spap = "C15", chap_md5 = "C06",
                      mschap_v1 = "C05", mschap_v2 = "C03", eap = "C04" }

-- "a", "a and b", "a, b and c"
local function join(words, last)
  local n = #words
  if n < 2 then
    return words[1] or ""
  end
  return table.concat(words, ", ", 1, n - 1) .. " " .. last .. " " .. words[n]
end

local function titles_of(methods)
  local words = {}
  for i, method in ipairs(methods) do
    words[i] = title(method)
  end
  return words
end

local function floor_of(view)
  return (policies.range(view.policy.stages.call))
end

local function cap_methods(view)
  local e, grades = view.evidence, view.policy.methods
  local open, worst = {}, 0
  for method, id in pairs(method_caps) do
    if evidence.accepts(e, method) then
      add(view, id, grades[method])
    end
  end
  for _, method in ipairs(evidence.methods) do
    local state = evidence.method_state(e, method)
    if state == "unknown" or state == "not_tested" then
      open[#open + 1] = method
      local _, upper = policies.range(grades[method])
      worst = math.max(worst, upper)
    end
  end
  if #open > 0 then
    add(view, "C17", letter(worst), { floor = floor_of(view), methods = open,
      reason = "whether " .. join(titles_of(open), "or") ..
        (#open == 1 and " is" or " are") .. " accepted is not known" })
  end
  local other = e.authentication.other or {}
  if #other > 0 then
    add(view, "C16", grades.other, { reason = "an unassigned method (" ..
      table.concat(other, ", ") .. ") is accepted" })
  end
end

local function cap_login(view)
  local state = view.evidence.authentication.state
  if state == "not_required" then
    add(view, "C08", view.policy.no_login)
  elseif state ~= "required" then
    add(view, "C18", view.policy.no_login, { floor = floor_of(view) })
  end
end

local function cap_call(view)
  local stages, gre = view.policy.stages, stage(view.evidence, "gre")
  if view.disconnected then
    add(view, "C25", stages.refused)
    return
  end
  add(view, "C02", stages.call)
  if has_offer(view.evidence) then
    if gre.state ~= "reachable" then
      add(view, "C28", stages.gre_unknown)
    end
    cap_methods(view)
    cap_login(view)
  elseif gre.state ~= "reachable" and gre.state ~= "inbound_only" and
         any(view, gre_refused) then
    add(view, "C27", stages.no_gre)
  else
    add(view, "C28", stages.gre_unknown)
  end
end

local function cap_answer(view)
  local stages = view.policy.stages
  local call = stage(view.evidence, "call")
  add(view, "C01", stages.answers)
  if call.state == "accepted" then
    cap_call(view)
  elseif call.state == "refused" then
    if is_code(call.result_code, 7) then
      add(view, "C24", stages.not_authorized)
    else
      add(view, "C25", stages.refused)
    end
  else
    add(view, "C26", stages.call_unknown)
  end
end

local function cap_control(view)
  local stages = view.policy.stages
  local control = stage(view.evidence, "control")
  if control.state == "answered" then
    cap_answer(view)
  elseif control.state == "refused" then
    add(view, "C01", stages.answers)
    if is_code(control.result_code, 4, 5) then
      add(view, "C24", stages.not_authorized)
    else
      add(view, "C25", stages.refused)
    end
  elseif control.state == "not_pptp" then
    add(view, "C22", stages.other_protocol)
  else
    add(view, "C23", stages.no_reply)
  end
end

local function worse_first(a, b)
  if a.worst ~= b.worst then
    return a.worst > b.worst
  elseif a.best ~= b.best then
    return a.best > b.best
  end
  return a.order < b.order
end

local function collect_caps(view)
  local e = view.evidence
  if stage(e, "tcp").state == "open" or
     stage(e, "control").state ~= "not_tested" then
    cap_control(view)
    if view.compromised and view.policy.compromised then
      add(view, "C09", view.policy.compromised)
    end
  else
    cap_port(view)
  end
  table.sort(view.caps, worse_first)
end

local function bounds(view)
  local best, worst = 1, 1
  for _, cap in ipairs(view.caps) do
    best, worst = math.max(best, cap.best), math.max(worst, cap.worst)
  end
  return best, worst
end

-- ---- confidence -------------------------------------------------------------

-- Whether each refusal that the grade leans on is the server's own word, and
-- not only an end of the connection.
local function refusals_spoken(view)
  for _, method in ipairs(evidence.methods) do
    local proof = (view.evidence.authentication.proofs or {})[method]
    if proof and proof.state == "refused" and proof.ended and
       proof.ended ~= "terminate" then
      return false
    end
  end
  return true
end

-- Where the grade hangs on GRE that was silent: what is known of the way
-- between here and a server that works ("proven", "unproven"), or "unasked".
local function silence(view)
  local gre = stage(view.evidence, "gre")
  for _, cap in ipairs(view.caps) do
    if cap.id == "C28" and
       (gre.state == "silent" or gre.state == "inbound_only") then
      return gre.local_path or "unasked"
    end
  end
end

local function confidence(view, best, worst)
  local tcp = stage(view.evidence, "tcp")
  if #view.caps == 0 then
    return "none"
  elseif tcp.state ~= "open" and
         stage(view.evidence, "control").state == "not_tested" then
    return tcp.state == "closed" and tcp.reason == "rst" and "proven" or
      "inferred"
  elseif best == worst and (letter(worst) == "F" or refusals_spoken(view)) then
    return "proven"
  elseif silence(view) == "unproven" then
    return "inferred"
  end
  return "observed"
end

-- ---- the sentence -----------------------------------------------------------

local leads = {
  C08 = "No login is required: the server %s",
  C09 = "The server's own name says that it was compromised",
  C07 = "PAP is accepted: one recorded login shows the password",
  C15 = "SPAP is accepted: one recorded login gives up the password",
  C05 = "MS-CHAPv1 is accepted: one recorded login gives up the password",
  C06 = "CHAP-MD5 is accepted: a tunnel opened with it cannot be encrypted",
  C03 = "MS-CHAPv2 is accepted: one recorded login yields the password's " ..
    "hash for 2^56 work",
}

local states = {
  C20 = "Port %s is closed: no PPTP here",
  C21 = "Port %s does not answer, though the host does",
  C22 = "Port %s is open, but what answers is not PPTP",
  C23 = "Port %s opens, but no reply came to the whole request",
  C24 = "PPTP answers and refuses us: its parser is open to the public",
  C25 = "PPTP answers; the call did not last, which may be different later",
  C26 = "PPTP answers; whether it takes calls is not known",
  C27 = "Anyone may place a call, but the host itself refuses GRE",
  C28 = "Anyone may place a call; GRE was not shown to pass, so the logins " ..
    "are not known",
}

local function cap_of(view, id)
  for _, cap in ipairs(view.caps) do
    if cap.id == id then
      return cap
    end
  end
end

-- What another server says about the silence of this one.
local paths = {
  proven = "; it passes to another server, so that what drops it is on this " ..
    "one's side",
  unproven = "; nor did it to a server that should work, so that what drops " ..
    "it may be on our side",
}

-- What is left open beside a method that is known.
local function doubts(view)
  local words, unknown = {}, cap_of(view, "C17")
  if unknown then
    words[#words + 1] = "whether " .. join(titles_of(unknown.methods), "or") ..
      (#unknown.methods == 1 and " is too" or " are too")
  end
  if cap_of(view, "C18") then
    words[#words + 1] = "whether a login is required"
  end
  if cap_of(view, "C28") then
    words[#words + 1] = "whether GRE passes both ways"
  end
  return join(words, "and")
end

-- Only where the letter is open; else what is not known changes nothing.
local function with_doubts(view, text)
  local open = doubts(view)
  if view.best == view.worst then
    return text .. "."
  elseif open ~= "" then
    return text .. "; " .. open .. " is not known."
  elseif cap_of(view, "C04") then
    return text .. "; what runs inside EAP, beside it, does not show."
  end
  return text .. "; an unassigned method stands beside it."
end

local function no_login_text(view)
  local proof = view.evidence.authentication.proof
  return leads.C08:format(proof and proof.text or "went on without one")
end

local function login_summary(view)
  for _, cap in ipairs(caps.list) do
    if leads[cap.id] and cap_of(view, cap.id) then
      local text = cap.id == "C08" and no_login_text(view) or leads[cap.id]
      return with_doubts(view, text)
    end
  end
  local open, other = doubts(view), cap_of(view, "C16")
  local text = "EAP is accepted, and what runs inside it does not show"
  if other then
    text = other.reason:sub(1, 1):upper() .. other.reason:sub(2)
  elseif not cap_of(view, "C04") then
    text = "PPP answers, but no login method was seen"
  elseif open == "" then
    text = "Only EAP is accepted, and what runs inside it does not show"
  end
  return text .. (open ~= "" and "; " .. open .. " is not known." or ".")
end

local function silent_summary(view)
  local failure = view.evidence.error
  if type(failure) == "table" then
    failure = failure.message
  end
  if failure then
    return "Nothing could be learned: " .. tostring(failure) .. "."
  elseif host_lives(view) and any(view, waited) then
    return "Port " .. tostring(view.evidence.port or 1723) .. " did not " ..
      "answer, nor did some echo requests: the way there loses packets."
  elseif any(view, waited) then
    return "Nothing was heard from the host, which does not prove that " ..
      "nothing is there."
  end
  return "Nothing was asked that a grade could rest on."
end

local function summary(view)
  if view.deception.likely then
    return "What answers looks like a decoy, so no letter would mean anything."
  elseif #view.caps == 0 then
    return silent_summary(view)
  elseif has_offer(view.evidence) and not view.disconnected and
         cap_of(view, "C02") then
    return login_summary(view)
  end
  for _, cap in ipairs(caps.list) do
    if states[cap.id] and cap_of(view, cap.id) then
      return states[cap.id]:format(tostring(view.evidence.port or 1723)) ..
        (paths[cap.id == "C28" and silence(view)] or "") .. "."
    end
  end
  return leads.C09 .. "."
end

-- ---- findings and the rest --------------------------------------------------

local function bytes_of(hex)
  if type(hex) ~= "string" or #hex % 2 ~= 0 or hex:find("%X") then
    return nil
  end
  return (hex:gsub("%x%x", function(two)
    return string.char(tonumber(two, 16))
  end))
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
  for _, record in ipairs(conversations(view)) do
    local magic = magic_of(record)
    local challenge = bytes_of(stage(record, "challenge").value)
    if magic and challenge and drand48.relation(magic, challenge) then
      return { magic = magic, bytes = #challenge }, true
    end
    tried = tried or magic and challenge and #challenge >= drand48.LEAST
  end
  return nil, tried
end

local severity_order = { critical = 1, high = 2, medium = 3, low = 4,
                         info = 5 }

local function collect_findings(view)
  local list = {}
  for _, known in ipairs(findings.list) do
    local chosen = view.policy.findings[known.id]
    local text = chosen ~= false and known.detect(view)
    if text then
      list[#list + 1] = {
        id = known.id, title = known.title, severity = chosen or known.severity,
        cwe = known.cwe, cvss = known.cvss, evidence = text,
        remedy = remedies.text(known.remedy),
      }
    end
  end
  table.sort(list, function(a, b)
    if a.severity ~= b.severity then
      return severity_order[a.severity] < severity_order[b.severity]
    end
    return a.id < b.id
  end)
  return list
end

local function collect_remedies(view)
  if view.deception.likely or #view.caps == 0 then
    return {}
  end
  local v2 = select(2, policies.range(view.policy.methods.mschap_v2))
  return remedies.pick {
    product = view.product,
    open = view.worst > 1 and not cap_of(view, "C22"),
    weak = has_offer(view.evidence) and view.worst > v2,
    no_login = view.evidence.authentication.state == "not_required",
  }
end

local function shown_caps(view)
  local list = {}
  for i, cap in ipairs(view.caps) do
    list[i] = { id = cap.id, grade = cap.grade, reason = cap.reason,
                source = cap.source }
  end
  return list
end

local function make_view(e, policy)
  local view = { evidence = e, policy = policy, caps = {} }
  local follows, tried = drawn(view)
  view.drawn, view.disconnected = follows, all_disconnected(view)
  local seen = behaviour.observe(e)
  if tried then
    seen.drawn = follows ~= nil
  end
  view.seen = seen
  view.product = products.product(stage(e, "control"),
                                  behaviour.identify(seen))
  view.deception = deception.signs(e, policy.deception.indicators,
                                   view.product)
  view.vulnerabilities = products.potential(view.product)
  view.compromised = findings.by_id["PPTP-040"].detect(view) ~= nil
  collect_caps(view)
  view.best, view.worst = bounds(view)
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

--- Judges one server.
-- @tparam table e evidence, as evidence.merge makes it; left as it is
-- @tparam table|nil policy as policy.load makes it; nil for the default
-- @treturn table verdict: target, name, port, labels, grade, best, worst,
--   confidence, summary, caps, findings, product, potential_vulnerabilities,
--   remedies, check_by_hand, evidence
-- @raise where the evidence or the policy is none
function M.grade(e, policy)
  check(e, policy)
  local view = make_view(e, policy or policies.default)
  local gradable = #view.caps > 0 and not view.deception.likely
  return {
    target = e.target, name = e.name, port = e.port, labels = e.labels,
    grade = gradable and span(view.best, view.worst) or "?",
    best = gradable and letter(view.best) or "?",
    worst = gradable and letter(view.worst) or "?",
    confidence = gradable and confidence(view, view.best, view.worst) or
      "none",
    summary = summary(view), caps = shown_caps(view),
    findings = collect_findings(view), product = view.product,
    potential_vulnerabilities = view.vulnerabilities,
    remedies = collect_remedies(view),
    check_by_hand = remedies.by_hand(e.target, e.port, silence(view)),
    evidence = e,
  }
end

return setmetatable(M, { __call = function(_, e, policy)
  return M.grade(e, policy)
end })

-- SPDX-License-Identifier: BSD-2-Clause
--- Which conversation to hold next with one server, or that enough is known.
--
-- `next` is pure: evidence in, a plan or a reason to stop out. `run` is the one
-- driver; it neither sleeps nor reads a clock, because how long to wait is part
-- of a plan, and whoever owns the sockets does the waiting.
--
-- The rules, each with its reason:
--
-- * The first conversation begins with a raw SYN (its answer has a
--   fingerprint, and costs the server nothing) and names no method: what a
--   server offers by itself is the strongest fact there is.
-- * Depth syn, control and call are one conversation. Only auth goes on, and
--   only where an offer was seen: without one there is nothing to Nak.
-- * One method named a conversation: pppd forgets its other methods after a
--   Nak that it follows, so a second name in the same call would test less.
-- * Weakest first: whatever cuts the survey short, the answer that decides the
--   grade is already there. A method that a walk has settled is not asked.
-- * No login asked for, and a network protocol requested: the worst there is,
--   and no method can be named to a server that wants none. Done.
-- * A Nak that led to a request without option 3 has shown whether declining
--   works; where none did, one conversation Rejects option 3 once. It names a
--   refused method, where there is one: the Reject then follows Naks, as that
--   of a client which cannot do what the server wants does.
-- * A method that stayed unknown is asked once more, after all others: packets
--   get lost, and a second loss is left as what it is, unknown.
-- * Silent or one-way GRE gets one confirming conversation, so that a lost
--   packet does not decide; ICMP's word or a Disconnect needs none.
-- * Where offers come and the target itself answers our GRE with ICMP, as a
--   port forward of TCP alone makes it do, one conversation more confirms that:
--   no Nak of ours would arrive.
-- * A hand-made SYN alone says nothing certain about a port: depth syn has a
--   connect() too, which is closed at once.
-- * A conversation that fails before any offer, where one before it came to an
--   offer, met a busy server: again after 5 s, then that method is given up.
--   Two in a row that do not even connect: leave the server alone.
-- * Seven conversations, 1 s apart, 25 s and 9 s of farewell each, 150 s in
--   all; a conversation begins only where all of it fits. Three for Cisco,
--   whose calls leak memory (CVE-2008-1150, CVE-2008-1151): each asks for all
--   that is open, one method after the other. What a budget cuts stays unknown.
local facts = require "pptpgrade.judge.evidence"
local gre = require "pptpgrade.judge.gre"
local lists = require "pptpgrade.lists"
local reads = require "pptpgrade.record"

local M = {}

local CONVERSATIONS = 7
local CISCO_CONVERSATIONS = 3
local TOTAL = 150 -- seconds
local LONGEST = 34 -- seconds: of one conversation 25, and its farewell 9
local APART = 1
local AFTER_BUSY = 5
local CONFIRMED = 2 -- conversations in which the target refused our GRE

--- From the weakest to the strongest.
M.methods = { "pap", "chap_md5", "mschap_v1", "mschap_v2", "eap" }

local depths = { syn = "syn", control = "control", call = "call",
                 auth = "call" }

local offers = facts.offers

local function has_offer(record)
  return offers(record)[1] ~= nil
end

local function state(record, name)
  return facts.stage(record, name).state
end

-- Where a Nak of ours led to a request without option 3.
local function dropped_login(record)
  for i, offer in ipairs(offers(record)) do
    if i > 1 and offer.authentication == "none" then
      return true
    end
  end
  return false
end

local function wants_login(record)
  local offer = offers(record)[1]
  return offer ~= nil and offer.authentication ~= "none"
end

local function is_cisco(records)
  return lists.find(records, facts.is_cisco) ~= nil
end

-- Busy: it had answered before, and now fails before any offer.
local function busy_at(records, i)
  if has_offer(records[i]) then
    return false
  end
  for k = 1, i - 1 do
    if has_offer(records[k]) then
      return true
    end
  end
  return false
end

local function wait_after(records, i)
  return busy_at(records, i) and AFTER_BUSY or APART
end

-- Seconds that the conversations and the pauses between them took.
local function spent(records)
  local total = 0
  for i, record in ipairs(records) do
    total = total + facts.number(record.duration_us) / 1000000
    if i < #records then
      total = total + wait_after(records, i)
    end
  end
  return total
end

-- What a conversation was for: methods, "decline", or "". The plan knows;
-- a record tells only what was really sent.
local function purpose(plans, records, i)
  local from = plans[i] or
    { ask = records[i].asked, decline = records[i].declined }
  return from.decline and "decline" or
    type(from.ask) == "string" and from.ask or ""
end

-- purpose -> { held = conversations that came to an offer, failed = others }
local function history(plans, records)
  local past = {}
  for i, record in ipairs(records) do
    local kind = has_offer(record) and "held" or "failed"
    for key in purpose(plans, records, i):gmatch("[^,]+") do
      past[key] = past[key] or { held = 0, failed = 0 }
      past[key][kind] = past[key][kind] + 1
    end
  end
  return past
end

local function is_open_question(evidence, method)
  local known = evidence.authentication.methods[method]
  return known == nil or known == "unknown" or known == "not_tested"
end

-- `tries`: how often a method may have been held and still be asked.
local function weakest_unknown(evidence, past, tries)
  for _, method in ipairs(M.methods) do
    local p = past[method] or { held = 0, failed = 0 }
    if is_open_question(evidence, method) and p.held == tries and
       p.failed < 2 then
      return method
    end
  end
end

local function weakest_refused(evidence)
  for _, method in ipairs(M.methods) do
    if evidence.authentication.methods[method] == "refused" then
      return method
    end
  end
end

local function should_decline(evidence, past)
  local p = past.decline or { held = 0, failed = 0 }
  local login = evidence.authentication.state
  return (login == nil or login == "unknown" or login == "not_tested") and
    p.held == 0 and p.failed < 2 and
    not lists.find(evidence.conversations, dropped_login)
end

-- All that is open about a Cisco server at once, and the Reject at the end.
local function cisco_question(evidence)
  local open = {}
  for _, method in ipairs(M.methods) do
    if is_open_question(evidence, method) then
      open[#open + 1] = method
    end
  end
  local login = evidence.authentication.state
  local decline = login ~= "required" and login ~= "not_required" and
    not lists.find(evidence.conversations, function(record)
      return record.declined or dropped_login(record)
    end) or nil
  if open[1] then
    return { ask = table.concat(open, ","), decline = decline }
  end
  return decline and { ask = weakest_refused(evidence), decline = true }
end

-- What to do next about a server that made an offer: fields of a plan.
local function question(evidence, past)
  if is_cisco(evidence.conversations) then
    return cisco_question(evidence)
  end
  local ask = weakest_unknown(evidence, past, 0)
  if ask then
    return { ask = ask }
  elseif should_decline(evidence, past) then
    return { ask = weakest_refused(evidence), decline = true }
  end
  ask = weakest_unknown(evidence, past, 1)
  return ask and { ask = ask }
end

-- Why a server without any offer needs no further conversation, or nil.
local function settled_without_offer(records)
  local record = records[#records]
  local passes = state(record, "gre")
  if state(record, "tcp") ~= "open" then
    return "no TCP connection"
  elseif state(record, "control") ~= "answered" then
    return "no PPTP control connection"
  elseif state(record, "call") ~= "accepted" then
    return "no call"
  elseif passes == "not_tested" then
    return "GRE could not be tested"
  elseif passes == "unreachable" or passes == "filtered" then
    return "GRE does not pass"
  elseif record.ended_by == "disconnect" or record.ended_by == "terminate" then
    return "the server ended the call before an offer"
  elseif #records > 1 then
    return "no offer, confirmed"
  end
end

local function gone(records)
  local n = #records
  return n > 2 and state(records[n], "tcp") ~= "open" and
    state(records[n - 1], "tcp") ~= "open"
end

-- Why nothing more may be asked, or nil.
local function over_budget(records, wait)
  local most = is_cisco(records) and CISCO_CONVERSATIONS or CONVERSATIONS
  if #records >= most then
    return ("budget: %d conversations"):format(most)
  elseif spent(records) + wait + LONGEST > TOTAL then
    return ("budget: %d s"):format(TOTAL)
  end
end

-- The next question after `records`, or nil and why there is none.
local function decide(evidence, plans)
  local records = evidence.conversations
  if not lists.find(records, has_offer) then
    local why = settled_without_offer(records)
    return not why and {} or nil, why
  elseif evidence.authentication.state == "not_required" then
    return nil, "login is not required"
  elseif not lists.find(records, wants_login) then
    return nil, "no login was asked for"
  elseif gone(records) then
    return nil, "it no longer accepts connections"
  elseif select(2, gre.is_forwarded(records)) >= CONFIRMED then
    return nil, "GRE does not reach it"
  end
  -- It asks for the same as before: `history` counts the failure.
  local found = question(evidence, history(plans, records))
  return found, "all that can be known is known"
end

local function plan_of(opts, fields)
  local depth = depths[opts.depth or "auth"]
  return {
    target = opts.target, port = opts.port, name = opts.name,
    labels = opts.labels, timeout = opts.timeout, contact = opts.contact,
    depth = depth, connect = depth == "syn" or nil, syn = fields.syn,
    wait = fields.wait, ask = fields.ask, decline = fields.decline,
  }
end

--- What to do next. Pure.
-- @tparam table|nil evidence of this target so far; nil before the first
-- @tparam table opts target, port, name, labels, depth, timeout, contact,
--   first_wait (seconds before the first conversation); and plans: those that
--   led to evidence.conversations, in order (without them the records have to
--   tell what they were for)
-- @treturn table|nil plan: target, port, name, labels, depth, ask, decline,
--   syn, connect (at depth syn), wait (seconds), timeout, contact
-- @treturn string where there is none: why, in a few words
function M.next(evidence, opts)
  if type(opts) ~= "table" or not depths[opts.depth or "auth"] then
    error("survey.next: no such depth: " ..
          tostring(type(opts) == "table" and opts.depth), 2)
  end
  local records = evidence and evidence.conversations or {}
  local last = records[#records]
  if not last then
    return plan_of(opts, { syn = true, wait = opts.first_wait })
  elseif last.ended_by == "aborted" then
    return nil, "stopped"
  elseif (opts.depth or "auth") ~= "auth" then
    return nil, "one conversation was asked for"
  end
  local fields, why = decide(evidence, opts.plans or {})
  if not fields then
    return nil, why
  end
  local wait = wait_after(records, #records)
  why = over_budget(records, wait)
  if why then
    return nil, why
  end
  fields.wait = wait
  return plan_of(opts, fields)
end

-- Evidence of a target that nothing could be asked of.
local function nothing(opts, message, code)
  local methods = {}
  for _, method in ipairs(M.methods) do
    methods[method] = "not_tested"
  end
  local evidence = {
    schema = 1, target = opts.target, port = opts.port, name = opts.name,
    labels = opts.labels, conversations = {}, error = message, code = code,
    authentication = { state = "not_tested", methods = methods, other = {},
                       proofs = setmetatable({}, { __jsontype = "object" }) },
  }
  for _, stage in ipairs { "tcp", "control", "call", "gre", "lcp", "challenge",
                           "network", "teardown" } do
    evidence[stage] = { state = "not_tested" }
  end
  return evidence
end

--- The one conversation with a server that is known to work, which tells
-- whether GRE passes between here and anywhere.
-- @tparam table target target, port, name
-- @tparam table opts timeout, contact
-- @treturn table plan
function M.control(target, opts)
  return { target = target.target, port = target.port, name = target.name,
           timeout = opts.timeout, contact = opts.contact, depth = "call" }
end

--- What that conversation tells.
-- @tparam table|nil record nil where there was none
-- @treturn string "proven" or "unproven"
function M.local_path(record)
  return record and state(record, "gre") == "reachable" and "proven" or
    "unproven"
end

-- One target's survey while it is under way.
local Survey = {}
Survey.__index = Survey

--- Begins to survey one target: plans out, records in, and evidence at the end.
-- @tparam string|table target an address, or { target=, port=, name=, labels= }
-- @tparam table|nil opts as M.run has them; left as they are
-- @treturn table survey: survey:plan() and survey:take(...)
function M.begin(target, opts)
  opts = opts or {}
  if type(target) ~= "table" then
    target = { target = target }
  end
  return setmetatable({
    path = opts.local_path, evidence = nil, failed = false,
    opts = {
      target = target.target, port = target.port or opts.port or reads.PORT,
      name = target.name, labels = target.labels, depth = opts.depth,
      timeout = opts.timeout, contact = opts.contact,
      first_wait = opts.first_wait, plans = {},
    },
  }, Survey)
end

--- The next conversation to hold.
-- @treturn table|nil plan, as M.next gives it; nil where enough is known
-- @treturn table the evidence, where there is no plan
function Survey:plan()
  local plan = not self.failed and M.next(self.evidence, self.opts)
  if not plan then
    return nil, facts.with_local_path(self.evidence, self.path)
  end
  self.opts.plans[#self.opts.plans + 1] = plan
  return plan
end

--- What came of the plan given last. What failed ends the survey.
-- @tparam table|nil record; nil, message, code where there is none
function Survey:take(record, message, code)
  if record then
    self.evidence = facts.merge(self.evidence, record)
    return
  end
  local evidence = self.evidence or nothing(self.opts, message, code)
  evidence.error, evidence.code = message, code
  self.evidence, self.failed = evidence, true
end

--- Surveys one target.
-- @tparam string|table target an address, or { target=, port=, name=, labels= }
-- @tparam table|nil opts depth, port, timeout, contact, first_wait, local_path
--   ("proven" or "unproven": what M.local_path said of another server)
-- @tparam function converse plan -> record | nil, message, code; may yield
-- @treturn table evidence; what failed, and nothing came after it, is
--   evidence.error (and evidence.code)
function M.run(target, opts, converse)
  local survey = M.begin(target, opts)
  local plan, evidence = survey:plan()
  while plan do
    survey:take(converse(plan))
    plan, evidence = survey:plan()
  end
  return evidence
end

return M

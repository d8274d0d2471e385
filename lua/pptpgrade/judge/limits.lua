-- SPDX-License-Identifier: BSD-2-Clause
--- Which caps hold a grade down, and how far: what judge/contact.lua and the
-- evidence show, put into the policy's letters.
--
-- A cap is an interval: what is known has one letter, what is not known reaches
-- from no harm to the worst that it may hide.
local caps = require "pptpgrade.judge.caps"
local contact = require "pptpgrade.judge.contact"
local ends = require "pptpgrade.judge.ends"
local evidence = require "pptpgrade.judge.evidence"
local gre = require "pptpgrade.judge.gre"
local lists = require "pptpgrade.lists"
local oddities = require "pptpgrade.judge.oddities"
local policies = require "pptpgrade.policy"
local reads = require "pptpgrade.record"
local words = require "pptpgrade.judge.words"

local M = {}

local stage, has_note = reads.stage, reads.has_note
local letter, span = words.letter, words.span

-- `more`: floor (not certain: from no harm at all, the floor, to the grade's
-- worst end), reason, methods.
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

-- A stage that hides what lies behind it reaches to the worst that may lie
-- there, whatever the policy says of the stage itself.
local function add_unknown(view, id, grade)
  local best, worst = policies.range(grade)
  add(view, id, span(best, math.max(worst, policies.worst(view.policy))))
end

-- Whether a record went as far as to ask about a stage.
local asked = {
  control = function(record)
    return stage(record, "control").state ~= "not_tested" or
      record.depth ~= "syn" and contact.is_open(record)
  end,
  call = function(record)
    return stage(record, "call").state ~= "not_tested" or
      record.depth ~= "syn" and record.depth ~= "control" and
      stage(record, "control").state == "answered"
  end,
}

-- Whether all that asked about a stage were refused with one of these results.
local function all_say(view, name, ...)
  local codes, any_asked = {}, false
  for _, code in ipairs { ... } do
    codes[code] = true
  end
  for _, record in ipairs(view.evidence.conversations) do
    local one = stage(record, name)
    if asked[name](record) then
      any_asked = true
      if one.state ~= "refused" or not codes[one.result_code or false] then
        return false
      end
    end
  end
  return any_asked
end

local function cap_port(view)
  local kind, stages = view.contact.kind, view.policy.stages
  if kind == "closed" or kind == "refused" then
    add(view, "C20", stages.closed)
  elseif kind == "unanswered" then
    add(view, "C21", stages.unanswered)
  end
end

local method_caps = { pap = "C07", spap = "C15", chap_md5 = "C06",
                      mschap_v1 = "C05", mschap_v2 = "C03", eap = "C04" }

local function floor_of(view)
  return (policies.range(view.policy.stages.call))
end

local function cap_unknown_methods(view)
  local open, worst = {}, 0
  for _, method in ipairs(evidence.methods) do
    local state = evidence.method_state(view.evidence, method)
    if state == "unknown" or state == "not_tested" then
      open[#open + 1] = method
      local _, upper = policies.range(view.policy.methods[method])
      worst = math.max(worst, upper)
    end
  end
  if #open > 0 then
    add(view, "C17", letter(worst), { floor = floor_of(view), methods = open,
      reason = "whether " .. words.methods(open, "or") ..
        (#open == 1 and " is" or " are") .. " accepted is not known" })
  end
end

-- Where evidence does not tell whether there are others.
local function cap_untold_methods(view)
  local worst = 0
  for _, key in ipairs { "chap_hash", "other" } do
    local _, upper = policies.range(view.policy.methods[key])
    worst = math.max(worst, upper)
  end
  add(view, "C17", letter(worst), { floor = floor_of(view), methods = {},
    reason = "whether other methods are accepted is not known" })
end

-- Hashed CHAP that IANA names, and what nobody named.
local function cap_other_methods(view)
  local named, unnamed = {}, {}
  for _, method in ipairs(view.evidence.authentication.other) do
    local into = reads.hashes[method] and named or unnamed
    into[#into + 1] = method
  end
  if named[1] then
    add(view, "C29", view.policy.methods.chap_hash, { methods = named,
      reason = words.methods(named, "and") ..
        (#named == 1 and " is" or " are") .. " accepted" })
  end
  if unnamed[1] then
    add(view, "C16", view.policy.methods.other, { methods = unnamed,
      reason = ("an unassigned method (%s) is accepted"):format(
        table.concat(unnamed, ", ")) })
  end
end

local function cap_methods(view)
  for method, id in pairs(method_caps) do
    if evidence.accepts(view.evidence, method) then
      add(view, id, view.policy.methods[method])
    end
  end
  cap_unknown_methods(view)
  local told = type(view.evidence.authentication.other) == "table"
  local cap_others = told and cap_other_methods or cap_untold_methods
  cap_others(view)
end

local function cap_login(view)
  local state = view.evidence.authentication.state
  if state == "not_required" then
    add(view, "C08", view.policy.no_login)
  elseif state ~= "required" then
    add(view, "C18", view.policy.no_login, { floor = floor_of(view) })
  end
  if oddities.challenge_reused(view.evidence, view.seen) then
    add(view, "C10", view.policy.challenge_reused)
  end
end

local function cap_call(view)
  local stages = view.policy.stages
  if view.disconnected then
    add_unknown(view, "C25", stages.refused)
    return
  end
  add(view, "C02", stages.call)
  if M.has_offer(view.evidence) then
    if stage(view.evidence, "gre").state ~= "reachable" then
      add_unknown(view, "C28", stages.gre_unknown)
    end
    cap_methods(view)
    cap_login(view)
  elseif gre.is_refused(view.evidence.conversations) then
    add(view, "C27", stages.no_gre)
  else
    add_unknown(view, "C28", stages.gre_unknown)
  end
end

-- A refusal that names us, or one that may be gone a minute later.
local function cap_refusal(view, name, ...)
  if all_say(view, name, ...) then
    add(view, "C24", view.policy.stages.not_authorized)
  else
    add_unknown(view, "C25", view.policy.stages.refused)
  end
end

local function cap_answer(view)
  local call = stage(view.evidence, "call").state
  add(view, "C01", view.policy.stages.answers)
  if call == "accepted" then
    cap_call(view)
  elseif call == "refused" then
    cap_refusal(view, "call", 7)
  else
    add_unknown(view, "C26", view.policy.stages.call_unknown)
  end
end

-- The start of a reply was there: PPTP answers, whatever became of the rest.
local function speaks_pptp(record)
  return stage(record, "control").pptp == true
end

-- What came ended before it showed whether it is PPTP.
local function is_cut(record)
  return has_note(record, "control_cut")
end

local function cap_control(view)
  local stages = view.policy.stages
  local state = stage(view.evidence, "control").state
  local records = view.evidence.conversations
  if state == "answered" then
    cap_answer(view)
  elseif state == "refused" then
    add(view, "C01", stages.answers)
    cap_refusal(view, "control", 4, 5)
  elseif lists.find(records, speaks_pptp) then
    cap_answer(view)
  elseif state == "not_pptp" and not lists.find(records, is_cut) then
    add(view, "C22", stages.other_protocol)
  else
    add_unknown(view, "C23", stages.no_reply)
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

--- Whether a record or evidence came to an offer.
function M.has_offer(record)
  local state = stage(record, "lcp").state
  return state == "offered" or state == "opened"
end

-- The server took the call, and took it back before any LCP; or may have done
-- so, where the record does not tell who ended it.
local function disconnected(record)
  local finish = ends.server_end(record)
  local notified = type(stage(record, "call").disconnect) == "table"
  return not M.has_offer(record) and
    (finish ~= nil and finish.what == "disconnect" or
     notified and not ends.is_told(record))
end

--- Whether every call that was taken was taken back before any LCP.
function M.all_disconnected(records)
  local calls = 0
  for _, record in ipairs(records) do
    if stage(record, "call").state == "accepted" then
      calls = calls + 1
      if not disconnected(record) then
        return false
      end
    end
  end
  return calls > 0
end

--- Puts the caps of a view into it, worst first, and what they span.
-- @tparam table view evidence, policy, contact, seen, disconnected,
--   compromised; caps, cap_by_id, best and worst are set
function M.collect(view)
  view.caps = {}
  if view.contact.kind == "open" then
    cap_control(view)
    if view.compromised and view.policy.compromised then
      add(view, "C09", view.policy.compromised)
    end
  else
    cap_port(view)
  end
  table.sort(view.caps, worse_first)
  view.best, view.worst, view.cap_by_id = 1, 1, {}
  for _, cap in ipairs(view.caps) do
    view.cap_by_id[cap.id] = view.cap_by_id[cap.id] or cap
    view.best = math.max(view.best, cap.best)
    view.worst = math.max(view.worst, cap.worst)
  end
end

return M

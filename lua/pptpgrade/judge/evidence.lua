-- SPDX-License-Identifier: BSD-2-Clause
--- What the records of one server add up to. Pure: tables in, a new table out.
-- What one record shows of the login methods, judge/methods.lua says; which
-- records belong together, judge/surveys.lua.
local judged = require "pptpgrade.judge.methods"
local lists = require "pptpgrade.lists"
local reads = require "pptpgrade.record"
local surveys = require "pptpgrade.judge.surveys"

local M = {}

local stage_of = reads.stage

M.schema = 1

--- The methods that a survey asks about, weakest first.
M.methods = { "pap", "chap_md5", "mschap_v1", "mschap_v2", "eap" }

-- How a record is read, for those who judge evidence.
for _, name in ipairs { "title", "stage", "number", "offers", "farewells",
                        "option", "has_note", "is_cisco" } do
  M[name] = reads[name]
end
M.server_end = require "pptpgrade.judge.ends".server_end

local certainty = reads.ranks { "not_tested", "unknown", "refused",
                               "accepted", "offered" }
local login_certainty = reads.ranks { "not_tested", "unknown", "required",
                                     "not_required" }

local function beats(rank, new, old)
  return not old or rank[new.state] > rank[old.state]
end

-- Proofs are an object in JSON even where there are none.
local object = { __jsontype = "object" }

local function no_proofs()
  return setmetatable({}, object)
end

-- Proofs by method and methods in their order, nil where no record has any; and
-- what is known of the login.
local function authentication_of(records)
  local proofs, order, login
  for index, record in ipairs(records) do
    local found, named = judged.proofs(record)
    for method, proof in next, found do
      proofs = proofs or no_proofs()
      if beats(certainty, proof, proofs[method]) then
        proof.conversation = index
        proofs[method] = proof
      end
    end
    for _, method in ipairs(named) do
      order = order or {}
      order[#order + 1] = method
    end
    local here = judged.login(record)
    if beats(login_certainty, here, login) then
      if here.text then
        here.conversation = index
      end
      login = here
    end
  end
  return proofs, order, login or { state = "not_tested" }
end

local function other_methods(order)
  local other, known = {}, {}
  for _, method in ipairs(order) do
    if not reads.titles[method] and not known[method] then
      known[method] = true
      other[#other + 1] = method
    end
  end
  return other
end

local function state_in(proofs, method)
  return proofs[method] and proofs[method].state or "not_tested"
end

local function authentication_told(proofs, order, login)
  local methods = {
    pap = state_in(proofs, "pap"), chap_md5 = state_in(proofs, "chap_md5"),
    mschap_v1 = state_in(proofs, "mschap_v1"),
    mschap_v2 = state_in(proofs, "mschap_v2"), eap = state_in(proofs, "eap"),
  }
  local spap = proofs.spap and proofs.spap.state
  if spap == "offered" or spap == "accepted" then
    methods.spap = spap
  end
  return { state = login.state, methods = methods, proofs = proofs,
           other = other_methods(order), proof = login.text and login or nil }
end

-- Most servers of a sweep show nothing of logins.
local no_authentication = authentication_told(no_proofs(), {},
                                              { state = "not_tested" })

local function authentication(records)
  local proofs, order, login = authentication_of(records)
  if not proofs and login.state == "not_tested" then
    return no_authentication
  end
  return authentication_told(proofs or no_proofs(), order or {}, login)
end

-- A state that came in a packet says more than one that connect() told, and
-- one with a reason more than one without.
local function weight(stage)
  if stage.reason == "syn-ack" or stage.reason == "rst" then
    return 2
  end
  return stage.reason and 1 or 0
end

local function better(rank, new, old)
  local a, b = rank[new.state], rank[old.state]
  return a > b or a == b and weight(new) > weight(old)
end

local untested = { state = "not_tested" }

-- An answer to GRE outside any call says nothing about one inside: poptop
-- opens its socket at the call.
local function best(name, records, outside)
  local found, rank = untested, reads.orders[name]
  for i = 1, #records do
    local record = records[i]
    local stage = stage_of(record, name)
    if (name ~= "gre" or (record.kind == "gre") == (outside == true)) and
       better(rank, stage, found) then
      found = stage
    end
  end
  if name == "gre" and not outside and found == untested then
    return best(name, records, true)
  end
  return found
end

-- The same of one record alone: most surveys of a sweep have no other.
local function only(name, records)
  local stage = stage_of(records[1], name)
  return stage.state == "not_tested" and not stage.reason and untested or stage
end

local function check(evidence, record)
  if type(record) ~= "table" or type(record.target) ~= "string" then
    error("evidence.merge: a record with a target is needed", 3)
  elseif evidence and type(evidence.conversations) ~= "table" then
    error("evidence.merge: evidence has no conversations", 3)
  end
  local first = evidence and evidence.conversations[1]
  if first and first.target ~= record.target then
    error("evidence.merge: a record of " .. record.target ..
          " for evidence of " .. first.target, 3)
  end
end

-- The first record's of these that has any.
local function first_told(records, key)
  for _, record in ipairs(records) do
    if record[key] then
      return record[key]
    end
  end
end

-- What records add up to.
local function sum_of(records, name, labels)
  local first, pick = records[1], records[2] and best or only
  return {
    schema = M.schema, conversations = records,
    target = first.target, port = first.port,
    time = first.time, source = first.source,
    name = name or first_told(records, "name"),
    labels = labels or first_told(records, "labels"),
    tcp = pick("tcp", records), host = pick("host", records),
    control = pick("control", records), call = pick("call", records),
    gre = pick("gre", records), lcp = pick("lcp", records),
    challenge = pick("challenge", records), network = pick("network", records),
    teardown = pick("teardown", records),
    authentication = authentication(records),
  }
end

local summed = {
  schema = true, conversations = true, target = true, port = true, time = true,
  source = true, name = true, labels = true, authentication = true,
}
for name in pairs(reads.orders) do
  summed[name] = true
end

-- The same; `known` has what stands beside it.
local function made_of(records, known)
  local new = sum_of(records, known.name, known.labels)
  for key, value in next, known do
    if not summed[key] then
      new[key] = value
    end
  end
  return M.with_local_path(new, known.gre and known.gre.local_path)
end

--- Adds a record to what is known of its server.
-- @tparam table|nil evidence nil for the first record; left as it is
-- @tparam table record left as it is; the evidence refers to it
-- @treturn table evidence; what was not tested may be one table for many, so
--   leave what is in it as it is
-- @raise where the record is none, or of another target
function M.merge(evidence, record)
  check(evidence, record)
  local records = lists.copy(evidence and evidence.conversations or {})
  records[#records + 1] = record
  return made_of(records, evidence or {})
end

--- The evidence of the newest survey among records of one server, whatever
-- their order.
-- @tparam table records one and more, of one target and port; left as they are
-- @treturn table evidence; `older` tells how many records were left out, where
--   there were any
-- @raise where a record is none, or of another target
function M.newest(records)
  for i, record in ipairs(records) do
    check(i > 1 and { conversations = records } or nil, record)
  end
  local chosen, older = surveys.newest(records)
  return made_of(chosen, { older = older > 0 and older or nil })
end

--- Evidence that tells whether GRE passes between here and a server that is
-- known to work.
-- @tparam table evidence left as it is
-- @tparam string|nil path "proven", "unproven"; nil where none was asked
-- @treturn table evidence
function M.with_local_path(evidence, path)
  if path == nil then
    return evidence
  end
  local new = lists.copy(evidence)
  new.gre = lists.copy(reads.stage(evidence, "gre"))
  new.gre.local_path = path
  return new
end

--- Whether anything was asked at all: where a signal came before the first
-- packet, there is nothing to tell.
-- @tparam table evidence
-- @treturn boolean
function M.was_asked(evidence)
  for _, record in ipairs(evidence.conversations) do
    if record.ended_by ~= "aborted" or (record.packets_sent or 0) > 0 then
      return true
    end
  end
  return false
end

--- What is known of a method.
-- @tparam table evidence
-- @tparam string method
-- @treturn string offered, accepted, refused, unknown or not_tested
function M.method_state(evidence, method)
  local known = evidence.authentication or {}
  local state = reads.list(known.methods)[method]
  if state then
    return state
  end
  local proof = reads.list(known.proofs)[method]
  return proof and proof.state or "not_tested"
end

--- Whether the server asks for a method, by itself or when told to.
-- @tparam table evidence
-- @tparam string method
-- @treturn boolean
function M.accepts(evidence, method)
  local state = M.method_state(evidence, method)
  return state == "offered" or state == "accepted"
end

return M

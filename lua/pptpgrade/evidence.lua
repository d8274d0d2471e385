-- SPDX-License-Identifier: BSD-2-Clause
--- What the records of one server add up to. Pure: tables in, a new table out.
--
-- A record says what was asked and what came; here is decided what follows
-- from it: which methods a server offers, accepts or refuses, and whether it
-- wants a login. The rules, each with its reason:
--
-- * A method that the server itself asked for, in any conversation, is never
--   refused: a server may narrow its set within a call and from call to call.
-- * A retransmission concludes nothing. The Nak may have been lost.
-- * A refusal is read only from a conversation whose Naks all named that one
--   method: pppd forgets its other methods after a Nak that it follows. Cisco
--   IOS does not look at what a Nak names, and may only be asked three times.
-- * One other method is no refusal yet: pppd with everything allowed answers a
--   Nak towards PAP with CHAP-MD5, and the second one with PAP.
-- * A link that ends is an answer only to the Nak right before it, only within
--   five seconds, only where our packets were known to arrive, and only where
--   we had not said goodbye ourselves.
local M = {}

M.schema = 1

--- The methods that a survey asks about, weakest first.
M.methods = { "pap", "chap_md5", "mschap_v1", "mschap_v2", "eap" }

local titles = {
  pap = "PAP", spap = "SPAP", chap_md5 = "CHAP-MD5", mschap_v1 = "MS-CHAPv1",
  mschap_v2 = "MS-CHAPv2", eap = "EAP",
}

local DIRECT_US = 5000000 -- an end later than this answers nothing
-- The same where the server had sent its request again, so often at most: who
-- gives up has sent it some ten times, and waited a second or more after each.
local PROMPT_US = 750000
local AGAIN = 2

-- What a stage can show, least first.
local orders = {
  tcp = { "not_tested", "silent", "filtered", "closed", "open" },
  host = { "not_tested", "silent", "alive" },
  control = { "not_tested", "silent", "closed", "not_pptp", "refused",
              "answered" },
  call = { "not_tested", "silent", "closed", "refused", "accepted" },
  gre = { "not_tested", "silent", "filtered", "unreachable", "inbound_only",
          "reachable" },
  lcp = { "not_tested", "silent", "offered", "opened" },
  challenge = { "not_tested", "none", "seen" },
  network = { "not_tested", "none", "asked" },
  teardown = { "not_tested", "aborted", "server_closed", "clean" },
}

local function ranks(order)
  local rank = {}
  for i, state in ipairs(order) do
    rank[state] = i
  end
  return rank
end

for stage, order in pairs(orders) do
  orders[stage] = ranks(order)
end

local certainty = ranks { "not_tested", "unknown", "refused", "accepted",
                          "offered" }
local login_certainty = ranks { "not_tested", "unknown", "required",
                                "not_required" }

-- A state that came in a packet says more than one that connect() told, and
-- one with a reason more than one without.
local function weight(stage)
  if stage.reason == "syn-ack" or stage.reason == "rst" then
    return 2
  end
  return stage.reason and 1 or 0
end

--- A method's name for people: "MS-CHAPv1"; an unassigned one as it is.
-- @tparam string method
-- @treturn string
function M.title(method)
  return titles[method] or method
end

--- One stage of a record or of evidence; never nil.
-- @tparam table from
-- @tparam string name
-- @treturn table with `state`
function M.stage(from, name)
  local stage = from[name]
  if type(stage) == "table" and orders[name][stage.state] then
    return stage
  end
  return { state = "not_tested" }
end

local stage_of = M.stage

local function list(value)
  return type(value) == "table" and value or {}
end

local function only_tables(items)
  local found = {}
  for _, item in ipairs(items) do
    if type(item) == "table" then
      found[#found + 1] = item
    end
  end
  return found
end

-- The tables of a list: records also come from files that anyone wrote. The
-- list itself where it holds nothing else.
local function tables(value)
  local items = list(value)
  for i = 1, #items do
    if type(items[i]) ~= "table" then
      return only_tables(items)
    end
  end
  return items
end

--- A number of a record; 0 where it is none.
function M.number(value)
  return type(value) == "number" and value or 0
end

local function time_of(message)
  local at = list(message).at_us
  return type(at) == "number" and at or nil
end

-- A request that says `same_as` has the options and the bytes of that one,
-- counted from 0; the identifier in the bytes is its own.
local function resolved(offer, first)
  local whole = {}
  for key, value in pairs(offer) do
    whole[key] = value
  end
  whole.options = first.options
  if type(first.raw) == "string" and
     math.type(offer.identifier) == "integer" then
    whole.raw = ("%s%02x%s"):format(first.raw:sub(1, 2),
                                    offer.identifier & 255, first.raw:sub(5))
  end
  return whole
end

--- The Configure-Requests of a record, in order, each with its options.
-- @tparam table record
-- @treturn table list; it may be the record's own, so leave it as it is
function M.offers(record)
  local offers = tables(stage_of(record, "lcp").offers)
  local copy
  for i, offer in ipairs(offers) do
    local at = offer.options == nil and math.tointeger(offer.same_as)
    local first = at and at + 1 < i and offers[at + 1]
    if first then
      copy = copy or table.move(offers, 1, #offers, 1, {})
      copy[i] = resolved(offer, first)
    end
  end
  return copy or offers
end

local offers_of = M.offers

--- The farewell messages of a record, in order.
-- @tparam table record
-- @treturn table list; it may be the record's own, so leave it as it is
function M.farewells(record)
  return tables(stage_of(record, "teardown").messages)
end

--- The value of an option of a Configure-Request.
-- @tparam table offer
-- @tparam integer kind
-- @treturn any the last one's value; nil where there is none
-- @treturn boolean whether there is such an option
function M.option(offer, kind)
  local value, found = nil, false
  for _, option in ipairs(tables(offer.options)) do
    if option.type == kind then
      value, found = option.value, true
    end
  end
  return value, found
end

--- Whether a record has a note of this code.
-- @tparam table record
-- @tparam string code
-- @treturn boolean
function M.has_note(record, code)
  for _, note in ipairs(tables(record.notes)) do
    if note.code == code then
      return true
    end
  end
  return false
end

-- What a Configure-Request asks for: a method, "none", "malformed" where an
-- option 3 is there but names nothing, nil where the record does not say.
local function wanted_by(offer)
  if offer.authentication == "none" and select(2, M.option(offer, 3)) then
    return "malformed"
  end
  return type(offer.authentication) == "string" and offer.authentication or nil
end

-- The server's own option 3, from its type to its last byte.
local function option_bytes(offer)
  local raw = type(offer.raw) == "string" and offer.raw or ""
  local at = 9 -- behind code, identifier and length, two digits a byte
  while at + 3 <= #raw do
    local kind = tonumber(raw:sub(at, at + 1), 16)
    local length = tonumber(raw:sub(at + 2, at + 3), 16)
    if not kind or not length or length < 2 then
      return nil
    elseif kind == 3 then
      return raw:sub(at, at + 2 * length - 1)
    end
    at = at + 2 * length
  end
end

-- The method that our answer named, or nil.
local function nak_of(offer)
  local answer = offer.answer
  if type(answer) == "string" and answer:sub(1, 4) == "nak:" then
    return answer:sub(5)
  end
end

local function declines(offer)
  if offer.answer ~= "reject" then
    return false
  end
  for _, kind in ipairs(list(offer.rejected)) do
    if kind == 3 then
      return true
    end
  end
  return false
end

local function is_news(offers, i)
  return i == 1 or offers[i].news == true
end

local ends = {
  ["terminate-request"] = "terminate",
  ["call-disconnect-notify"] = "disconnect",
  ["stop-control-connection-request"] = "stop",
  fin = "closed",
  rst = "reset",
}

-- The first end among the farewells that is the server's and comes before any
-- of ours; and when ours began. A Terminate-Ack is an answer, not a farewell.
local function end_among_farewells(record)
  for _, message in ipairs(M.farewells(record)) do
    local what, at = ends[message.name], time_of(message)
    if at and message.by == "server" and what then
      return { at_us = at, what = what }, math.huge
    elseif at and message.by == "us" and message.name ~= "terminate-ack" then
      return nil, at
    end
  end
  return nil, math.huge
end

--- How the server ended a conversation, where it did so before we began to.
-- @tparam table record
-- @treturn table|nil at_us, what: terminate, disconnect, stop, closed, reset
function M.server_end(record)
  local found, ours = end_among_farewells(record)
  local terminated = time_of(stage_of(record, "lcp").terminate)
  local disconnected = time_of(stage_of(record, "call").disconnect)
  local before = found and found.at_us or math.huge
  if terminated and terminated <= ours and terminated <= before then
    return { at_us = terminated, what = "terminate" }
  elseif disconnected and disconnected < ours and disconnected < before then
    return { at_us = disconnected, what = "disconnect" }
  end
  return found
end

-- Our own host's ICMP makes poptop close: such an end is our doing. And what
-- never arrived was not answered.
local function end_means_something(record, finish)
  if record.ended_by == "aborted" or
     stage_of(record, "gre").to_server == "unknown" then
    return false
  end
  return finish.what == "terminate" or
    not (M.has_note(record, "no_guard") or M.has_note(record, "local_icmp"))
end

-- Within what time after our answer to offer i an end of the link is its
-- reply; nil where it may be a server giving up.
local function reply_time(offers, i)
  if is_news(offers, i) then
    return DIRECT_US
  end
  for k = 1, AGAIN do
    if offers[i - k].identifier ~= offers[i].identifier then
      break
    elseif is_news(offers, i - k) then
      return PROMPT_US
    end
  end
end

-- The end of the link as the direct reply to what we answered to offer i.
local function ended_in_reply(record, i)
  local offers = offers_of(record)
  local answered = time_of { at_us = offers[i].answered_us }
  local finish, within = M.server_end(record), reply_time(offers, i)
  if i == #offers and answered and finish and within and
     finish.at_us >= answered and finish.at_us <= answered + within and
     end_means_something(record, finish) then
    return finish
  end
end

-- Windows puts a RAS error behind its magic number and this mark.
local function ras_error(data)
  if type(data) == "string" and #data == 24 and
     data:sub(9, 16) == "003ccd74" then
    return tonumber(data:sub(17), 16)
  end
end

local function terminate_text(terminate)
  local code = ras_error(terminate.data)
  if code then
    return ("terminated: RAS error %d"):format(code)
  elseif type(terminate.text) == "string" and terminate.text ~= "" then
    return 'terminated: "' .. terminate.text .. '"'
  end
  return "terminated the link"
end

local end_texts = {
  disconnect = "disconnected the call",
  stop = "stopped the control connection",
  closed = "closed the connection",
  reset = "reset the connection",
}

local function end_text(record, finish)
  return end_texts[finish.what] or
    terminate_text(list(stage_of(record, "lcp").terminate))
end

-- What the server did after it had dropped option 3.
local function dropped_text(record)
  local finish = M.server_end(record)
  if finish and finish.what == "terminate" then
    return end_text(record, finish)
  end
  return "asked for no login instead"
end

--- Whether a record is of a Cisco IOS server, by its own word.
-- @tparam table record
-- @treturn boolean
function M.is_cisco(record)
  local vendor = stage_of(record, "control").vendor
  return type(vendor) == "string" and vendor:find("^Cisco Systems") ~= nil
end

-- Why method is refused in this record: a proof, or nil.
local function refusal(record, method)
  local offers, times, last = offers_of(record), {}, nil
  local several = M.is_cisco(record)
  for i, offer in ipairs(offers) do
    local wanted = wanted_by(offer)
    if last and is_news(offers, i) then
      if wanted == "none" then
        return { offer = i, text = dropped_text(record) }
      elseif wanted and wanted ~= method then
        times[wanted] = (times[wanted] or 0) + 1
        if times[wanted] == 2 then
          return { offer = i, bytes = option_bytes(offer),
                   text = "asked for " .. M.title(wanted) .. " instead" }
        end
      end
    end
    if nak_of(offer) == method then
      last = i
    elseif nak_of(offer) and several then
      times, last = {}, nil
    elseif nak_of(offer) or declines(offer) then
      return nil -- it may have forgotten this method for another's sake
    elseif offer.answer and offer.answer ~= "none" then
      last = nil
    end
  end
  local finish = last and ended_in_reply(record, last)
  if finish then
    return { offer = last, text = end_text(record, finish),
             ended = finish.what }
  end
end

-- The methods that the server itself asked for: proofs by method, and the
-- methods in the order in which they came.
local function asked_for(record)
  local offers, proofs, order, after = offers_of(record), {}, {}, nil
  for i, offer in ipairs(offers) do
    local wanted = wanted_by(offer)
    if wanted and wanted ~= "none" and not proofs[wanted] and
       (not after or is_news(offers, i)) then
      local text = after and "after our " .. after
        or i == 1 and "in its first Configure-Request"
        or "in a Configure-Request before any Nak"
      proofs[wanted] = { state = after and "accepted" or "offered", offer = i,
                         bytes = option_bytes(offer), text = text }
      order[#order + 1] = wanted
    end
    if nak_of(offer) then
      after = "Configure-Nak"
    elseif declines(offer) then
      after = after or "Configure-Reject"
    end
  end
  return proofs, order
end

local why_unknown = {
  silent = "no answer in time",
  budget = "the budget ended first",
  aborted = "stopped before an answer",
  complete = "no answer that settles it",
}

local function unknown(record)
  return { state = "unknown", text = why_unknown[record.ended_by] or
             "the conversation ended before an answer" }
end

local function named_by_us(record)
  local named = {}
  if type(record.asked) == "string" then
    named[record.asked] = true
  end
  for _, offer in ipairs(offers_of(record)) do
    local method = nak_of(offer)
    if method then
      named[method] = true
    end
  end
  return named
end

-- Proofs of one record, by method, and the order of what the server named.
local function proofs_of(record)
  local proofs, order = asked_for(record)
  for method in pairs(named_by_us(record)) do
    if not proofs[method] then
      local proof = refusal(record, method)
      if proof then
        proof.state = "refused"
      end
      proofs[method] = proof or unknown(record)
    end
  end
  return proofs, order
end

local function required(offer, i, text)
  return { state = "required", offer = i, text = text,
           bytes = option_bytes(offer) }
end

local function names_of(protocols)
  local names = {}
  for i, name in ipairs(list(protocols)) do
    names[i] = tostring(name):upper()
  end
  return table.concat(names, ", ")
end

-- Whether a login is wanted, as far as one record shows it.
local function login_of(record)
  local network = stage_of(record, "network")
  if network.state == "asked" then
    return { state = "not_required", text = "asked for " ..
               names_of(network.protocols) .. " without a login" }
  end
  local offers, declined = offers_of(record), false
  for i, offer in ipairs(offers) do
    if declined and offer.answer == "ack" and wanted_by(offer) == "none" then
      local finish = M.server_end(record)
      local acked = time_of { at_us = offer.answered_us }
      if finish and acked and finish.at_us >= acked and
         end_means_something(record, finish) then
        return required(offer, i, end_text(record, finish))
      end
    end
    declined = declined or nak_of(offer) ~= nil or declines(offer)
  end
  local last = offers[#offers]
  local finish = last and (nak_of(last) or declines(last)) and
    ended_in_reply(record, #offers)
  if finish then
    return required(last, #offers, end_text(record, finish))
  end
  return { state = last and "unknown" or "not_tested" }
end

local function beats(rank, new, old)
  return not old or rank[new.state] > rank[old.state]
end

local function copy(t)
  local new = {}
  for key, value in pairs(t) do
    new[key] = value
  end
  return new
end

-- Proofs are an object in JSON even where there are none.
local object = { __jsontype = "object" }

local function authentication_of(records)
  local proofs, order, login = setmetatable({}, object), {}, nil
  for index, record in ipairs(records) do
    local found, named = proofs_of(record)
    for _, method in ipairs(named) do
      order[#order + 1] = method
    end
    for method, proof in pairs(found) do
      if beats(certainty, proof, proofs[method]) then
        proof.conversation = index
        proofs[method] = proof
      end
    end
    local here = login_of(record)
    if beats(login_certainty, here, login) then
      here.conversation = here.text and index or nil
      login = here
    end
  end
  return proofs, order, login or { state = "not_tested" }
end

local function other_methods(order)
  local other, known = {}, {}
  for _, method in ipairs(order) do
    if not titles[method] and not known[method] then
      known[method] = true
      other[#other + 1] = method
    end
  end
  return other
end

local function authentication(records)
  local proofs, order, login = authentication_of(records)
  local methods = {}
  for _, method in ipairs(M.methods) do
    methods[method] = proofs[method] and proofs[method].state or "not_tested"
  end
  local spap = proofs.spap and proofs.spap.state
  if spap == "offered" or spap == "accepted" then
    methods.spap = spap
  end
  return { state = login.state, methods = methods, proofs = proofs,
           other = other_methods(order), proof = login.text and login or nil }
end

local function better(name, new, old)
  local a, b = orders[name][new.state], orders[name][old.state]
  return a > b or a == b and weight(new) > weight(old)
end

-- An answer to GRE outside any call says nothing about one inside: poptop
-- opens its socket at the call.
local function best(name, records, outside)
  local found = { state = "not_tested" }
  for _, record in ipairs(records) do
    local stage = stage_of(record, name)
    if (name ~= "gre" or (record.kind == "gre") == outside) and
       better(name, stage, found) then
      found = stage
    end
  end
  if name == "gre" and not outside and found.state == "not_tested" and
     not found.reason then
    return best(name, records, true)
  end
  return found
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

--- Adds a record to what is known of its server.
-- @tparam table|nil evidence nil for the first record; left as it is
-- @tparam table record left as it is; the evidence refers to it
-- @treturn table evidence
-- @raise where the record is none, or of another target
function M.merge(evidence, record)
  check(evidence, record)
  local new = copy(evidence or {})
  local records = copy(evidence and evidence.conversations or {})
  records[#records + 1] = record
  local first = records[1]
  new.schema, new.conversations = M.schema, records
  new.target, new.port = first.target, first.port
  new.time, new.source = first.time, first.source
  new.name = new.name or record.name
  new.labels = new.labels or record.labels
  for name in pairs(orders) do
    new[name] = best(name, records, false)
  end
  new.authentication = authentication(records)
  return M.with_local_path(new, evidence and evidence.gre and
                             evidence.gre.local_path)
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
  local new = copy(evidence)
  new.gre = copy(stage_of(evidence, "gre"))
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
  local proof = list(known.proofs)[method]
  return list(known.methods)[method] or proof and proof.state or "not_tested"
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

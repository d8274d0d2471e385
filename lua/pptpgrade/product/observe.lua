-- SPDX-License-Identifier: BSD-2-Clause
--- What habits evidence shows: facts of all its conversations, put together.
-- Whose habits they are, product/weigh.lua says.
local reads = require "pptpgrade.record"

local M = {}

local stage = reads.stage

local CALLS = 3 -- two steps between Call-IDs; one may be chance
local CALLS_128 = 4 -- by which a product is proven
local STEP_MOST = 16 -- others' calls between two of ours

-- A conversation comes twice where both its record and its capture were read.
local function key_of(record)
  local call = stage(record, "call")
  if call.state == "accepted" and call.peer_call_id and call.call_id then
    return ("%s %s %s"):format(tostring(record.source),
                               tostring(call.peer_call_id),
                               tostring(call.call_id))
  end
end

--- The conversations of evidence, each once, in the order of their times.
-- @tparam table e evidence
-- @treturn table list of records
function M.conversations(e)
  if not e.conversations[2] then
    return e.conversations
  end
  local list, known = {}, {}
  for i, record in ipairs(e.conversations) do
    local key = key_of(record)
    if not key or not known[key] then
      list[#list + 1] = { at = tostring(record.time or ""), i = i,
                          record = record }
    end
    if key then
      known[key] = true
    end
  end
  table.sort(list, function(a, b)
    if a.at ~= b.at then
      return a.at < b.at
    end
    return a.i < b.i
  end)
  for i, item in ipairs(list) do
    list[i] = item.record
  end
  return list
end

--- A number of a record as an integer; nil where it is none: records also
-- come from files that anyone wrote.
function M.integer(value)
  return math.type(value) and math.tointeger(value) or nil
end

local whole = M.integer

--- Whether every item passes.
-- @tparam table list
-- @tparam function test item -> boolean
-- @treturn boolean
function M.all(list, test)
  for _, item in ipairs(list) do
    if not test(item) then
      return false
    end
  end
  return true
end

local all = M.all

--- Differences of neighbours, in as many bits as the numbers have.
-- @tparam table list of integers
-- @tparam integer mask such as 0xffff
-- @treturn table
function M.steps(list, mask)
  local steps = {}
  for i = 2, #list do
    steps[i - 1] = (list[i] - list[i - 1]) & mask
  end
  return steps
end

local function swapped(id)
  return (id & 0xff) << 8 | id >> 8
end

local function counts_up(ids)
  return all(M.steps(ids, 0xffff), function(step)
    return step > 0 and step <= STEP_MOST
  end)
end

-- Steps of 128: "128" where there are four calls and one step is an odd
-- multiple, else nothing that is known: steps of 256 are those of a counter in
-- the wrong byte order, too.
local function rule_of_128(ids, steps)
  local bits = 0
  for _, step in ipairs(steps) do
    bits = bits | step
  end
  return #ids >= CALLS_128 and bits & 128 ~= 0 and "128" or nil
end

local function rule_of(ids)
  local steps = M.steps(ids, 0xffff)
  local turned = {}
  for i, id in ipairs(ids) do
    turned[i] = swapped(id)
  end
  if all(steps, function(step) return step == 0 end) then
    return "same"
  elseif counts_up(ids) then
    return "up"
  elseif counts_up(turned) then
    return "swapped"
  elseif all(steps, function(step) return step > 0 and step % 128 == 0 end)
  then
    return rule_of_128(ids, steps)
  end
  return "scattered"
end

-- Most servers of a sweep show few habits: what shows none is this table.
local none = {}

-- The table of a kind of habits, made where there are any.
local function of(seen, kind)
  if seen[kind] == none then
    seen[kind] = {}
  end
  return seen[kind]
end

-- Puts a value, where there is one, behind those of its kind.
local function put(seen, kind, value)
  if value ~= nil then
    local list = of(seen, kind)
    list[#list + 1] = value
  end
end

local function add_call(seen, record)
  local call = stage(record, "call")
  if call.state == "accepted" then
    put(seen, "calls", whole(call.call_id))
    put(seen, "replies", { call = call, ours = record.kind == "conversation" })
  end
end

-- A first packet may be lost, so 1 is only believed where it came twice.
local function add_sequence(seen, record)
  local first = whole(stage(record, "gre").first_sequence)
  if first == 0 then
    seen.first_sequence = 0
  elseif first == 1 and seen.first_sequence ~= 0 then
    seen.ones = (seen.ones or 0) + 1
    seen.first_sequence = seen.ones > 1 and 1 or nil
  end
end

local function add_disconnect(seen, call)
  local id = whole(call.disconnect.call_id)
  local ours, its = whole(call.peer_call_id), whole(call.call_id)
  local farewells = of(seen, "farewells")
  farewells.notifies = true
  farewells["result " .. tostring(call.disconnect.result_code)] = true
  if id and ours and its and id ~= its and
     (id == ours or id == swapped(ours)) then
    farewells["our id"] = true
    farewells.swapped = farewells.swapped or id ~= ours
  end
end

-- What the server does upon our Call-Clear-Request and nothing else of ours.
local function add_farewell(seen, record)
  local call = stage(record, "call")
  if type(call.disconnect) == "table" then
    return add_disconnect(seen, call)
  end
  local cleared = false
  for _, message in ipairs(reads.farewells(record)) do
    if message.by == "us" and message.name == "call-clear-request" then
      cleared = true
    elseif message.by == "us" and message.name ~= "terminate-ack" then
      cleared = false
    elseif cleared and (message.name == "fin" or message.name == "rst") then
      of(seen, "farewells").closes = true
      return
    end
  end
end

local function types_of(offer)
  local types = {}
  for i, option in ipairs(type(offer.options) == "table" and offer.options or
                          {}) do
    types[i] = type(option) == "table" and whole(option.type) or -1
  end
  return types
end

-- How the same request comes again: behind which pause, with which identifier.
local function add_resends(seen, offers)
  for i = 2, #offers do
    local a, b = offers[i - 1], offers[i]
    local id, before = whole(b.identifier), whole(a.identifier)
    if b.news == false and id and before and
       type(a.at_us) == "number" and type(b.at_us) == "number" then
      local kind = id == before and "same" or
        id == (before + 1) & 0xff and "next" or nil
      if kind then
        of(seen, "resends")[kind] = (seen.resends[kind] or 0) + 1
        put(seen, "gaps", (b.at_us - a.at_us) / 1000000)
      end
    end
  end
end

local function add_lcp(seen, record)
  local offers = reads.offers(record)
  local first = offers[1]
  if not first then
    return
  end
  local types = types_of(first)
  put(seen, "orders", types)
  put(seen, "order_words", table.concat(types, "-"))
  put(seen, "identifiers", whole(first.identifier))
  put(seen, "mrus", whole((reads.option(first, 1))))
  put(seen, "magics", whole((reads.option(first, 5))))
  add_resends(seen, offers)
end

local function add_end(seen, record)
  local terminate = stage(record, "lcp").terminate
  if type(terminate) ~= "table" then
    return
  end
  local data = type(terminate.data) == "string" and terminate.data or ""
  if #data == 24 and data:sub(9, 16) == "003ccd74" then
    seen.ras_error = true
  elseif type(terminate.text) == "string" and terminate.text ~= "" then
    of(seen, "terminates")[terminate.text] = true
  end
end

local function add_challenge(seen, record)
  local challenge = stage(record, "challenge")
  if challenge.state ~= "seen" then
    return
  elseif challenge.method == "eap" then
    seen.prompt = seen.prompt or
      challenge.type == 1 and challenge.text or nil
  elseif type(challenge.name) == "string" then
    put(seen, "names", { method = challenge.method, name = challenge.name })
  end
end

--- The habits that evidence shows.
-- @tparam table e evidence
-- @treturn table of lists and sets, of which those that are empty may be one:
--   leave them as they are. Its `drawn` is for whoever knows whether a
--   challenge followed from its magic number (nil: none could be tried)
function M.observe(e)
  local seen = { calls = none, replies = none, farewells = none,
                 orders = none, order_words = none, identifiers = none,
                 mrus = none, magics = none, resends = none, gaps = none,
                 names = none, terminates = none,
                 conversations = M.conversations(e),
                 host = stage(e, "control").host_name }
  for _, record in ipairs(seen.conversations) do
    add_call(seen, record)
    add_sequence(seen, record)
    add_farewell(seen, record)
    add_lcp(seen, record)
    add_end(seen, record)
    add_challenge(seen, record)
    seen.set_link_info = seen.set_link_info or
      reads.has_note(record, "set_link_info") or nil
  end
  seen.call_ids = #seen.calls >= CALLS and rule_of(seen.calls) or nil
  return seen
end

return M

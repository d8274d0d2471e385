-- SPDX-License-Identifier: BSD-2-Clause
--- What a server's messages give away beside what they are for: challenges and
-- numbers that repeat, identifiers of the box, bytes that should be zero, and
-- breaches of the protocol. Each check is pure: evidence, and what
-- product/observe.lua made of it, in; words or nil out.
local evidence = require "pptpgrade.judge.evidence"
local observe = require "pptpgrade.product.observe"
local reads = require "pptpgrade.record"

local M = {}

local stage, whole = evidence.stage, observe.integer

local LEAST = 3 -- conversations: two equal steps are no accident
local EQUAL = 4 -- bytes, so that chance does not repeat a challenge
local PREFIX = 32 -- hex digits: Windows counts in what follows 16 bytes
local NEAR = 0x10000 -- a step of a magic number that is a count or a clock
local SHOWN = 16 -- bytes of what should be zero
local EAP_IDENTITY = 1

local function hex_bytes(value)
  return type(value) == "string" and #value % 2 == 0 and
    value:find("^%x*$") and #value // 2 or 0
end

-- ---- challenges -------------------------------------------------------------

--- The same challenge in two conversations. A challenge that is sent again
-- within one is in its record only once.
function M.challenge_reused(_, seen)
  local counts, most = {}, nil
  for _, record in ipairs(seen.conversations) do
    local value = stage(record, "challenge").value
    if hex_bytes(value) >= EQUAL then
      counts[value] = (counts[value] or 0) + 1
      if counts[value] > (most and counts[most] or 1) then
        most = value
      end
    end
  end
  return most and ("challenge %s in %d conversations"):format(most,
                                                              counts[most])
end

local sizes = { mschap_v1 = 8, mschap_v2 = 16 }

--- A challenge of fewer than 8 bytes, or of another size than MS-CHAP has.
function M.challenge_size(e)
  for _, record in ipairs(e.conversations) do
    local challenge = stage(record, "challenge")
    local length, must = whole(challenge.length), sizes[challenge.method]
    if challenge.state == "seen" and challenge.method ~= "eap" and
       length and (length < 8 or must and length ~= must) then
      return ("a challenge of %d byte%s for %s"):format(length,
        length == 1 and "" or "s",
        evidence.title(tostring(challenge.method or "CHAP")))
    end
  end
end

-- ---- numbers ----------------------------------------------------------------

local function hexadecimals(list)
  local words = {}
  for i, number in ipairs(list) do
    words[i] = ("%08x"):format(number & 0xffffffff)
  end
  return table.concat(words, ", ")
end

--- LCP magic numbers that are zero, the same, or count up.
function M.magic(_, seen)
  local magics = seen.magics
  if #magics < LEAST then
    return nil
  end
  local steps = observe.steps(magics, 0xffffffff)
  local how
  if observe.all(magics, function(magic) return magic == 0 end) then
    how = "zero"
  elseif observe.all(steps, function(step) return step == 0 end) then
    how = "the same"
  elseif observe.all(steps, function(step)
    return step > 0 and step < NEAR
  end) then
    how = "counting up"
  end
  return how and ("magic numbers %s in %d conversations: %s"):format(
    how, #magics, hexadecimals(magics))
end

local id_rules = {
  swapped = "they count the calls of the host, in the other byte order",
  ["128"] = "steps of 128 count the connections since the daemon began",
  up = "they count the calls of the host",
  same = "the same each time",
}

--- Call-IDs that can be foretold.
function M.call_ids(_, seen)
  local rule = id_rules[seen.call_ids]
  return rule and ("call IDs %s: %s"):format(table.concat(seen.calls, ", "),
                                             rule)
end

-- ---- who the box is ---------------------------------------------------------

-- Endpoint Discriminators of the first requests: class and address.
local function endpoints(seen)
  local list = {}
  if not seen.orders[1] then
    return list
  end
  for _, record in ipairs(seen.conversations) do
    local first = evidence.offers(record)[1]
    local value = first and evidence.option(first, 19)
    if type(value) == "table" and type(value.address) == "string" then
      list[#list + 1] = { class = value.class, address = value.address }
    end
  end
  return list
end

--- A MAC address in an Endpoint Discriminator.
function M.mac(_, seen)
  for _, one in ipairs(endpoints(seen)) do
    if one.class == 3 and hex_bytes(one.address) == 6 and
       one.address:find("[^0]") then
      return "Endpoint Discriminator " ..
        one.address:gsub("%x%x", "%0:"):gsub(":$", "")
    end
  end
end

local classes = { [1] = "local", [2] = "IPv4", [4] = "magic",
                  [5] = "telephone" }

--- An Endpoint Discriminator that stays as it is, and is not the address that
-- was asked anyhow.
function M.identifier(e, seen)
  local counts = {}
  for _, one in ipairs(endpoints(seen)) do
    local start = one.address:sub(1, PREFIX)
    local key = classes[one.class] and one.address ~= e.target and
      #start >= 7 and classes[one.class] .. " " .. start
    if key then
      counts[key] = (counts[key] or 0) + 1
      if counts[key] == 2 then
        return "Endpoint Discriminator, class " .. key ..
          ", in two conversations"
      end
    end
  end
end

--- What a server says when it asks for an EAP identity.
-- @tparam table e
-- @tparam function says_nothing text -> whether it tells nothing
function M.prompt(e, says_nothing)
  for _, record in ipairs(e.conversations) do
    local challenge = stage(record, "challenge")
    local text = challenge.text
    if challenge.method == "eap" and challenge.type == EAP_IDENTITY and
       type(text) == "string" and not says_nothing(text) then
      return 'EAP identity prompt "' .. text .. '"'
    end
  end
end

-- ---- bytes that should be zero ----------------------------------------------

-- Hex digits of bytes from..to (both count, from 0) of a message.
local function slice(raw, from, to)
  return raw:sub(2 * from + 1, 2 * to + 2)
end

-- What stands in a name field behind the zero that ends the name.
local function behind_zero(raw, from, to)
  local hex = slice(raw, from, to)
  local at = hex:find("00", 1, true)
  while at and at % 2 == 0 do -- the halves of two bytes
    at = hex:find("00", at + 1, true)
  end
  return at and hex:sub(at + 2) or ""
end

local function shown(hex)
  local first = hex:find("[^0]")
  first = first - (first + 1) % 2
  local last = hex:match(".*()[^0]")
  last = last + last % 2
  local text = hex:sub(first, math.min(last, first + 2 * SHOWN - 1))
  return text .. (last - first + 1 > 2 * SHOWN and "..." or "")
end

local replies = {
  { stage = "control",
    { name = "SCCRP reserved field", from = 10, to = 11 },
    { name = "SCCRP host name, behind its end", from = 28, to = 91,
      text = true },
    { name = "SCCRP vendor, behind its end", from = 92, to = 155,
      text = true } },
  { stage = "call", { name = "OCRP reserved field", from = 10, to = 11 } },
}

local replied = { answered = true, accepted = true, refused = true }

local ZEROS = ("00"):rep(64)

-- Most messages have zeros there: whether they are hexadecimal at all is asked
-- of the rest.
local function residue_of(field, raw)
  if #raw // 2 <= field.to then
    return nil
  end
  local hex = field.text and behind_zero(raw, field.from, field.to) or
    slice(raw, field.from, field.to)
  return hex ~= ZEROS:sub(1, #hex) and hex_bytes(raw) > 0 and
    field.name .. ": " .. shown(hex) or nil
end

-- Adds a text once; of each kind, the first.
local function put(list, text, kind)
  if text and not list[kind or text] then
    list[kind or text] = true
    list[#list + 1] = text
  end
end

local function told(list)
  return list[1] and table.concat(list, "; ")
end

--- Bytes that should be zero and are not.
function M.residue(e)
  local found = {}
  for _, record in ipairs(e.conversations) do
    for _, reply in ipairs(replies) do
      local from = stage(record, reply.stage)
      local raw = replied[from.state] and from.raw
      for _, field in ipairs(type(raw) == "string" and reply or {}) do
        put(found, residue_of(field, raw), field)
      end
    end
    if not found[1] then
      put(found, reads.note_text(record, "reserved"))
    end
  end
  return told(found)
end

-- ---- breaches ---------------------------------------------------------------

local function disconnect_breach(call)
  local of, ours = whole(call.disconnect.call_id), call.peer_call_id
  if call.disconnect.result_code == 0 then
    return "Call-Disconnect-Notify with result 0"
  elseif of and of == ours and of ~= call.call_id then
    return "Call-Disconnect-Notify with our call ID, not with its own"
  elseif of and of ~= call.call_id then
    return "Call-Disconnect-Notify with another call ID than its own"
  end
end

local function reply_breach(record)
  local control, call = stage(record, "control"), stage(record, "call")
  local version, failure = whole(control.protocol_version),
    whole(call.error_code)
  if control.state == "answered" and version and version ~= 0x0100 then
    return ("SCCRP of version %04x"):format(version)
  elseif call.state == "accepted" and failure and failure ~= 0 then
    return ("OCRP with result 1 and error %d"):format(failure)
  end
end

-- Notes of breaches. Those of a stream's loss count where we held the stream:
-- a capture may lack what was there.
local breaches = { "peer_call_id", "long_message", "unexpected_control" }
local held_breaches = { "lost_sync", "malformed" }

--- Where a server breaks the protocol.
function M.breaches(e)
  local found = {}
  for _, record in ipairs(e.conversations) do
    local call = stage(record, "call")
    put(found, type(call.disconnect) == "table" and disconnect_breach(call) or
          nil)
    put(found, reply_breach(record))
    for _, code in ipairs(breaches) do
      put(found, reads.note_text(record, code), code)
    end
    if record.kind == "conversation" then
      for _, code in ipairs(held_breaches) do
        put(found, reads.note_text(record, code), code)
      end
    end
  end
  return told(found)
end

return M

-- SPDX-License-Identifier: BSD-2-Clause
--- What a record says, read so that it never raises: records also come from
-- files that anyone wrote. Here are words and numbers of one record; what
-- follows from them is judged elsewhere.
local lists = require "pptpgrade.lists"

local M = {}

local type = type

--- Where a control connection goes (RFC 2637 3).
M.PORT = 1723

--- Methods that the evidence knows by a field of their own, for people.
M.titles = {
  pap = "PAP", spap = "SPAP", chap_md5 = "CHAP-MD5", mschap_v1 = "MS-CHAPv1",
  mschap_v2 = "MS-CHAPv2", eap = "EAP",
}

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

--- The place of each member of a list.
-- @tparam table order
-- @treturn table member -> place
function M.ranks(order)
  local rank = {}
  for i, state in ipairs(order) do
    rank[state] = i
  end
  return rank
end

for stage, order in pairs(orders) do
  orders[stage] = M.ranks(order)
end

--- CHAP with a hash other than MD5, as IANA assigns algorithms: for people.
M.hashes = { ["c223:06"] = "CHAP-SHA-1", ["c223:07"] = "CHAP-SHA-256",
             ["c223:08"] = "CHAP-SHA3-256" }

--- What each stage can show: stage -> state -> rank, least first.
M.orders = orders

--- A method's name for people: "MS-CHAPv1"; an unassigned one as it is.
-- @tparam string method
-- @treturn string
function M.title(method)
  return M.titles[method] or M.hashes[method] or method
end

local absent = { state = "not_tested" }

--- One stage of a record or of evidence; never nil.
-- @tparam table from
-- @tparam string name
-- @treturn table with `state`; what has no such stage shares one, so leave it
--   as it is
function M.stage(from, name)
  local stage = from[name]
  if type(stage) == "table" and orders[name][stage.state] then
    return stage
  end
  return absent
end

local stage_of = M.stage

--- A table as it is; an empty one for anything else.
function M.list(value)
  return type(value) == "table" and value or {}
end

local list = M.list

local function only_tables(items)
  local found = {}
  for _, item in ipairs(items) do
    if type(item) == "table" then
      found[#found + 1] = item
    end
  end
  return found
end

--- The tables of a list; the list itself where it holds nothing else.
function M.tables(value)
  local items = list(value)
  for i = 1, #items do
    if type(items[i]) ~= "table" then
      return only_tables(items)
    end
  end
  return items
end

local tables = M.tables

--- A number of a record; 0 where it is none.
function M.number(value)
  return type(value) == "number" and value or 0
end

--- A name without the blanks behind it, which fixed fields may be filled with.
function M.trimmed(name)
  return (name:gsub(" +$", ""))
end

--- When a message came, in microseconds of its record; nil where it is not
-- told.
function M.time_of(message)
  local at = list(message).at_us
  return type(at) == "number" and at or nil
end

-- A request that says `same_as` has the options and the bytes of that one,
-- which is counted from 0; the identifier in the bytes is its own.
local function resolved(offer, first)
  local whole = lists.copy(offer)
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
  local whole
  for i = 2, #offers do
    local offer = offers[i]
    local at = offer.options == nil and math.tointeger(offer.same_as)
    local first = at and at + 1 < i and offers[at + 1]
    if first then
      whole = whole or table.move(offers, 1, #offers, 1, {})
      whole[i] = resolved(offer, first)
    end
  end
  return whole or offers
end

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

--- The text of a record's note of this code; nil where it has none.
-- @tparam table record
-- @tparam string code
-- @treturn string|nil
function M.note_text(record, code)
  for _, note in ipairs(tables(record.notes)) do
    if note.code == code then
      return tostring(note.text or code)
    end
  end
end

--- Whether a record's notes are all there to be looked at. Where they are not,
-- nothing may be concluded from a note that is missing.
-- @tparam table record
-- @treturn boolean
function M.has_notes(record)
  for _, note in ipairs(list(record.notes)) do
    if type(note) ~= "table" or type(note.code) ~= "string" then
      return false
    end
  end
  return type(record.notes) == "table"
end

--- What a Configure-Request asks for: a method, "none", "malformed" where an
-- option 3 is there but names nothing, nil where the record does not say.
function M.wanted_by(offer)
  if offer.authentication == "none" and select(2, M.option(offer, 3)) then
    return "malformed"
  end
  return type(offer.authentication) == "string" and offer.authentication or nil
end

-- Option 3 by the method's name (RFC 1661 6.2): its protocol, and CHAP's
-- algorithm.
local options = {
  pap = "0304c023", spap = "0304c027", eap = "0304c227",
  chap_md5 = "0305c22305", mschap_v1 = "0305c22380", mschap_v2 = "0305c22381",
}

--- The server's own option 3, from its type to its last byte; or nil.
-- The record tells its bytes where they are not those of the method's name.
function M.option_bytes(offer)
  local told, name = offer.authentication_option, offer.authentication
  if type(told) == "string" then
    return told
  elseif type(name) ~= "string" then
    return nil
  end
  local protocol, algorithm = name:match("^(%x%x%x%x):?(%x*)$")
  return options[name] or
    protocol and ("03%02x"):format(4 + #algorithm // 2) .. protocol .. algorithm
end

--- The method that our answer named, or nil.
function M.nak_of(offer)
  local answer = offer.answer
  if type(answer) == "string" and answer:sub(1, 4) == "nak:" then
    return answer:sub(5)
  end
end

--- Whether our answer rejected option 3.
function M.declines(offer)
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

--- Whether a Configure-Request is no retransmission; the first never is.
function M.is_news(offers, i)
  return i == 1 or offers[i].news == true
end

--- Whether a record is of a Cisco IOS server, by its own word.
-- @tparam table record
-- @treturn boolean
function M.is_cisco(record)
  local vendor = stage_of(record, "control").vendor
  return type(vendor) == "string" and vendor:find("^Cisco Systems") ~= nil
end

-- ---- times ------------------------------------------------------------------

-- Days since 1970-01-01, by the Gregorian calendar's cycle of 400 years, whose
-- years begin with March.
local function days(year, month, day)
  if month < 3 then
    year, month = year - 1, month + 12
  end
  local of_year = (153 * (month - 3) + 2) // 5 + day - 1
  return 365 * year + year // 4 - year // 100 + year // 400 + of_year - 719468
end

--- A record's time (RFC 3339, UTC) as microseconds since 1970; nil where it
-- cannot be read.
-- @param text
-- @treturn integer|nil
function M.microseconds(text)
  if type(text) ~= "string" then
    return nil
  end
  local year, month, day, hour, minute, second, rest =
    text:match("^(%d%d%d%d)%-(%d%d)%-(%d%d)T(%d%d):(%d%d):(%d%d)([.%d]*)Z$")
  if not year then
    return nil
  end
  local fraction = math.tointeger((rest:sub(2) .. "000000"):sub(1, 6)) or
    math.tointeger(tonumber((rest:sub(2) .. "000000"):sub(1, 6)))
  local date = days(math.tointeger(tonumber(year)),
                    math.tointeger(tonumber(month)),
                    math.tointeger(tonumber(day)))
  return ((date * 24 + tonumber(hour)) * 60 + tonumber(minute)) * 60000000 +
    tonumber(second) * 1000000 + (fraction or 0)
end

return M

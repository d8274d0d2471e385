-- SPDX-License-Identifier: BSD-2-Clause
--- Records as the C core writes them, made up for tests; and a few servers
-- that answer Configure-Naks as real ones do.
local M = {}

M.TARGET = "192.0.2.1"

local bytes = {
  pap = "0304c023", spap = "0304c027", chap_md5 = "0305c22305",
  mschap_v1 = "0305c22380", mschap_v2 = "0305c22381", eap = "0304c227",
  ["c223:07"] = "0305c22307", ["c223:0a"] = "0305c2230a",
  none = "", malformed = "0303c2",
}

local function over(base, given)
  for key, value in pairs(given or {}) do
    base[key] = value
  end
  return base
end

--- A record in which nothing was tested, with `given` over it.
function M.record(given)
  local record = {
    schema = 1, kind = "conversation", target = M.TARGET, port = 1723,
    time = "2026-11-22T22:40:00.123456Z", source = "192.0.2.9",
    depth = "call", ended_by = "complete", duration_us = 200000, notes = {},
  }
  for _, stage in ipairs { "tcp", "host", "control", "call", "gre", "lcp",
                           "challenge", "network", "teardown" } do
    record[stage] = { state = "not_tested" }
  end
  return over(record, given)
end

function M.syn(state, reason, given)
  return M.record(over({ kind = "syn", depth = "syn",
                         tcp = { state = state, reason = reason } }, given))
end

-- What connect() meets where the raw SYN met this.
local met = { rst = { state = "refused", reason = "rst" },
              refused = { state = "refused" },
              timeout = { state = "timeout", reason = "timeout" } }

--- First contact with a port that is not open: a raw SYN (none where `reason`
-- is "refused") and connect() agree, and all echo requests are answered.
function M.contact(state, reason, given)
  local record = M.record { depth = "control", ended_by = "silent", tcp = {
    state = state, reason = reason,
    connect = M.copy(met[reason] or { state = "unreachable",
                                      reason = reason }) } }
  if state ~= "closed" then
    record.host = { state = "alive", reason = "echo-reply", asked = 11,
                    answered = 11 }
  end
  return over(record, given)
end

--- An SCCRP; `given` over it.
function M.control(given)
  return over({ state = "answered", pptp = true, protocol_version = 256,
                result_code = 1, error_code = 0, framing_capabilities = 0,
                bearer_capabilities = 0, maximum_channels = 1,
                firmware_revision = 1, host_name = "local",
                vendor = "linux" }, given)
end

--- TCP open and control answered; `given` over it.
function M.connected(given)
  return M.record(over({
    tcp = { state = "open", reason = "syn-ack", rtt_us = 600, ttl = 64 },
    control = M.control(),
  }, given))
end

function M.accepted(given)
  return over({ state = "accepted", call_id = 128, peer_call_id = 6700,
                result_code = 1, connect_speed = 100000000,
                receive_window = 64 }, given)
end

--- A call was taken; `given` over it.
function M.called(given)
  return M.connected(over({ call = M.accepted() }, given))
end

function M.reachable()
  return { state = "reachable", from_server = "proven", to_server = "proven",
           first_packet_us = 4100, packets_received = 31 }
end

-- A Configure-Request's bytes: ACCM, what it asks for, magic, PFC, ACFC.
local function packet(identifier, method, magic)
  local options = "020600000000" .. bytes[method] ..
    ("0506%08x"):format(magic) .. "07020802"
  return ("01%02x%04x"):format(identifier, 4 + #options // 2) .. options
end

--- One Configure-Request.
function M.offer(method, given)
  given = given or {}
  local identifier = given.identifier or 1
  local options = { { type = 2, name = "accm", value = 0 } }
  if method ~= "none" then
    options[2] = { type = 3, name = "authentication",
                   value = method ~= "malformed" and method or nil }
  end
  options[#options + 1] = { type = 5, name = "magic",
                            value = given.magic or 0xaa6a6ace }
  return over({
    identifier = identifier, at_us = 20000, news = true, options = options,
    authentication = method == "malformed" and "none" or method,
    authentication_option = method == "malformed" and bytes.malformed or nil,
    answer = "none", raw = packet(identifier, method, 0xaa6a6ace),
  }, given)
end

--- A conversation that came to LCP. `says`: list of { method, answer, given },
-- 0.1 s apart. `ending`: how the server ends it, `after` microseconds behind
-- the last answer: terminate, closed, reset, disconnect, stop.
function M.talk(says, given)
  given = given or {}
  local offers, at = {}, 0
  for i, one in ipairs(says) do
    at = 100000 * i
    offers[i] = M.offer(one[1], over({
      identifier = i, at_us = at, answer = one[2] or "none",
      answered_us = one[2] and at + 100 or nil,
    }, one[3]))
  end
  local lcp = { state = "opened", offers = offers }
  local messages, by = {}, at + 100 + (given.after or 2000)
  local names = { closed = "fin", reset = "rst",
                  disconnect = "call-disconnect-notify",
                  stop = "stop-control-connection-request" }
  if given.ours then
    messages[1] = { name = given.ours, by = "us", at_us = by - 1 }
  end
  if given.ending == "terminate" then
    lcp.terminate = { by = "server", identifier = 9, at_us = by,
                      text = given.text, data = given.data }
    messages[#messages + 1] = { name = "terminate-request", by = "server",
                                at_us = by }
    messages[#messages + 1] = { name = "terminate-ack", by = "us", at_us = by }
  elseif given.ending then
    messages[#messages + 1] = { name = names[given.ending], by = "server",
                                at_us = by }
  end
  if not given.ours then
    messages[#messages + 1] = { name = "call-clear-request", by = "us",
                                at_us = by + 10 }
  end
  return M.called(over({
    asked = given.asked, gre = M.reachable(), lcp = lcp,
    teardown = { state = "clean", messages = messages },
  }, given.record))
end

--- A login declined: the server ends the link.
function M.login_required(method)
  return M.talk({ { method or "mschap_v2", "reject", { rejected = { 3 } } },
                  { "none", "ack" } },
                { ending = "terminate",
                  text = "peer refused to authenticate" })
end

--- Evidence of some records.
function M.evidence(...)
  local merge = require "pptpgrade.evidence".merge
  local evidence
  for _, record in ipairs { ... } do
    evidence = merge(evidence, record)
  end
  return evidence
end

local function set(...)
  local members = {}
  for _, member in ipairs { ... } do
    members[member] = true
  end
  return members
end

-- ---- servers ----------------------------------------------------------------
-- A server is a function that begins a call: it gives its first request and a
-- function from the method of a Nak (or "reject") to the next request; nil ends
-- the link.

local digests = { "chap_md5", "mschap_v2", "mschap_v1" }

--- pppd: follows a Nak towards a CHAP it may use and forgets the rest;
-- drops what it asked for otherwise.
function M.pppd(...)
  local allowed = set(...)
  return function()
    local eap, pap, chap = allowed.eap, allowed.pap, {}
    for _, digest in ipairs(digests) do
      chap[digest] = allowed[digest]
    end
    local function current()
      if eap then
        return "eap"
      end
      for _, digest in ipairs(digests) do
        if chap[digest] then
          return digest
        end
      end
      return pap and "pap" or "none"
    end
    local function after(nak)
      local was = current()
      eap = false
      if nak == "reject" then
        chap, pap = {}, false
      elseif was ~= "eap" and was ~= "pap" and
             (nak == "pap" or nak == "eap") then
        chap = {}
      elseif chap[nak] then
        chap = { [nak] = true }
      elseif was == "pap" then
        pap = false
      elseif was ~= "eap" then
        chap[was] = nil
      end
      return current()
    end
    return current(), after
  end
end

--- accel-ppp: walks its list, whatever is suggested, and asks for the last
-- one again and again.
function M.accel(...)
  local list = { ... }
  return function()
    local at = 1
    return list[1], function()
      at = math.min(at + 1, #list)
      return list[at]
    end
  end
end

--- mpd: follows a suggestion that it allows; else its first remaining one.
function M.mpd(...)
  local list, allowed = { ... }, set(...)
  return function()
    return list[1], function(nak)
      if allowed[nak] then
        return nak
      end
      return list[2] or list[1]
    end
  end
end

--- Holds the conversation that asks for `ask`, as the C core does.
function M.converse(server, ask)
  local wanted, after = server()
  local says, times, ending = {}, {}, nil
  while true do
    local one = { wanted }
    says[#says + 1] = one
    if wanted == "none" or wanted == ask or not ask then
      one[2] = "ack"
      ending = wanted == "none" and "terminate" or nil
      break
    end
    times[wanted] = (times[wanted] or 0) + (#says > 1 and 1 or 0)
    if times[wanted] == 2 then
      break
    end
    one[2] = "nak:" .. ask
    wanted = after(ask)
  end
  return M.talk(says, { asked = ask, ending = ending,
                        text = "peer refused to authenticate" })
end

--- The records of a whole survey, weakest method first.
function M.survey(server)
  local records = { M.converse(server) }
  for _, method in ipairs { "pap", "chap_md5", "mschap_v1", "mschap_v2",
                            "eap" } do
    records[#records + 1] = M.converse(server, method)
  end
  return records
end

-- ---- comparing --------------------------------------------------------------

--- A deep copy.
function M.copy(value)
  if type(value) ~= "table" then
    return value
  end
  local new = {}
  for key, item in pairs(value) do
    new[key] = M.copy(item)
  end
  return new
end

--- Makes reading or writing an undeclared global an error; returns the undoing.
function M.strict()
  local before = getmetatable(_G)
  setmetatable(_G, {
    __index = function(_, key)
      error("undeclared global read: " .. tostring(key), 2)
    end,
    __newindex = function(_, key)
      error("global written: " .. tostring(key), 2)
    end,
  })
  return function()
    setmetatable(_G, before)
  end
end

--- The verdict of a survey of `server`, with `given` over each record.
function M.verdict(server, given)
  local merge, found = require "pptpgrade.evidence".merge, nil
  for _, record in ipairs(M.survey(server)) do
    found = merge(found, over(record, given))
  end
  return require "pptpgrade.grade".grade(found)
end

local every_byte = {}
for byte = 0, 255 do
  every_byte[#every_byte + 1] = string.char(byte)
end

--- What a name may hold that a report could take for its own.
M.names = {
  table.concat(every_byte), "<script>alert(1)</script>", "]]>", "&lt;", "\\",
  '"><img src=x onerror=alert(1)>', "=cmd|' /C calc'!A0", "+1", "-1", "@x",
  "\tx", "\rx", "a\r\nb,\"c\"", "\u{202e}x", "|'servers'=0", "a;b,c",
  '"} 1\nfake{a="', "",
}

--- What a hostile server may send in a string.
M.hostile = {
  "%d%s%n", "%", "%1", "(((", "[a-", ".*", "^$", "\0", "a\0b", "\27[2J",
  "\255\254", "'\"\\", ("x"):rep(64), "\r\nX: y", "%b()", "%f[%w]",
}

return M

-- SPDX-License-Identifier: BSD-2-Clause
--- What the conversations with one server showed, stage by stage, in words.
-- Every text is printable ASCII: what the server sent stands in it escaped.
local contact = require "pptpgrade.judge.contact"
local escape = require "pptpgrade.report.escape"
local layout = require "pptpgrade.report.layout"
local lists = require "pptpgrade.lists"
local reads = require "pptpgrade.record"
local results = require "pptpgrade.judge.results"
local words = require "pptpgrade.judge.words"

local M = {}

local safe, word = escape.value, words.state

local function quoted(bytes)
  return words.quoted(safe(bytes))
end

local function stage(e, name)
  return type(e[name]) == "table" and e[name] or { state = "not_tested" }
end

local function joined(list)
  return table.concat(list, ", ")
end

local reasons = {
  ["syn-ack"] = "SYN-ACK", rst = "RST", refused = "connection refused",
  timeout = "no answer in time",
  error = "this host refused to send: see its firewall and its interfaces",
  ["no-privilege"] = "needs CAP_NET_RAW", ipv6 = "PPTP's GRE is IPv4 only",
  proxy = "the connection goes through a proxy",
}

--- Why a stage is what it is, for people; nil where nothing is told.
-- @tparam table s tcp or gre
function M.reason(s)
  if not s.reason then
    return nil
  end
  local icmp = tostring(s.reason):match("icmp%-(.*)$")
  if icmp then
    local ours = s.reason:find("^local") ~= nil
    return ("%sICMP %s%s%s"):format(
      ours and "our own host's " or "", (safe(icmp):gsub("%-", "/")),
      s.icmp_from and " from " .. safe(s.icmp_from) or "",
      ours and ": remove that rule" or "")
  end
  return reasons[s.reason] or safe(s.reason)
end

local connect_words = {
  refused = "was refused", unreachable = "found no way", reset = "was reset",
  timeout = "had no answer", error = "failed on this host",
}

-- What connect() met, where it did not connect.
local function connect_text(s)
  local connect = reads.list(s.connect)
  local text = connect_words[connect.state]
  if not text then
    return nil
  end
  local reason = connect.reason ~= "timeout" and M.reason(connect)
  return "connect() " .. text .. (reason and " by " .. reason or "")
end

local function tcp_text(e)
  local s = stage(e, "tcp")
  local parts = { M.reason(s) }
  if s.rtt_us and parts[1] then
    parts[1] = parts[1] .. " in " .. layout.duration(s.rtt_us)
  end
  if s.ttl then
    parts[#parts + 1] = "TTL " .. safe(s.ttl)
  end
  parts[#parts + 1] = connect_text(s)
  local host = stage(e, "host")
  if host.state ~= "not_tested" then
    parts[#parts + 1] = "the host is " .. safe(word(host.state))
  end
  return joined(parts)
end

--- A product's name with its system; nil where none is known.
-- @tparam table|nil product
-- @treturn string|nil
function M.product(product)
  product = reads.list(product)
  if not product.name or product.name == "unknown" then
    return nil
  end
  local text = safe(product.name)
  if product.os and not text:find(tostring(product.os), 1, true) then
    text = text .. " on " .. safe(product.os)
  end
  return text
end

local function control_text(e, verdict)
  local s = stage(e, "control")
  if s.state == "not_pptp" then
    return ("%s: %s"):format(safe(s.service or "unknown"),
                             safe(s.first_bytes or "no bytes"))
  elseif s.state ~= "answered" and s.state ~= "refused" then
    return ""
  end
  local told = { quoted(s.host_name or ""), quoted(s.vendor or ""),
                 "firmware " .. safe(s.firmware_revision) }
  local text = joined(told)
  if s.state == "refused" then
    text = safe(results.text("control", s)) .. "; " .. text
  end
  local product = M.product(verdict.product)
  return product and ("%s (%s)"):format(product, text) or text
end

local function call_text(e)
  local s = stage(e, "call")
  if s.state == "accepted" then
    return ("from %s; call ID %s"):format(e.source and safe(e.source) or
                                          "our address", safe(s.call_id))
  elseif s.state == "refused" then
    return safe(results.text("call", s))
  end
  return ""
end

local function any_note(e, code)
  return lists.find(reads.tables(e.conversations), function(record)
    return reads.has_note(record, code)
  end) ~= nil
end

local function gre_text(e)
  local s = stage(e, "gre")
  local parts = { M.reason(s) }
  local first = s.first_packet_us or s.rtt_us
  if s.state == "reachable" or s.state == "inbound_only" then
    parts = {}
    if first then
      parts[1] = "first packet after " .. layout.duration(first)
    end
    if s.packets_received then
      parts[#parts + 1] = ("%s packets"):format(safe(s.packets_received))
    end
    parts[#parts + 1] = M.reason(s) -- what our own host did
  end
  if s.state == "inbound_only" and s.reason ~= "error" and
     s.to_server ~= "refused" then
    parts[#parts + 1] = "ours were not answered"
  end
  if any_note(e, "capture_drops") then
    parts[#parts + 1] = "our capture lost packets: take fewer --jobs"
  end
  if s.state ~= "reachable" and s.local_path then
    parts[#parts + 1] = s.local_path == "proven" and
      "another server's passes" or "nor does another server's pass"
  end
  return joined(parts)
end

local farewells = { clean = "closed cleanly", aborted = "not closed cleanly",
                    server_closed = "closed by the server" }

-- "all closed cleanly", or how many were closed in which way.
local function closed_text(records)
  local counts, order = {}, {}
  for _, record in ipairs(records) do
    local how = farewells[stage(record, "teardown").state]
    if how and not counts[how] then
      order[#order + 1] = how
    end
    if how then
      counts[how] = (counts[how] or 0) + 1
    end
  end
  if #order == 1 and counts[order[1]] == #records then
    return (#records > 1 and "all " or "") .. order[1]
  end
  for i, how in ipairs(order) do
    order[i] = counts[how] .. " " .. how
  end
  return order[1] and joined(order)
end

local SURVEY = 150000000 -- microseconds, at most

-- From the first one's start to the last one's end, pauses and all. Where a
-- start is not known, or a survey cannot have taken so long (several were, or
-- the clock jumped), the conversations alone.
local function time_taken(records)
  local first, last, total = math.huge, 0, 0
  for _, record in ipairs(records) do
    local took = tonumber(record.duration_us) or 0
    local start = reads.microseconds(record.time)
    first = math.min(first, start or -math.huge)
    last = math.max(last, (start or 0) + took)
    total = total + took
  end
  local whole = last - first
  return first > 0 and whole >= total and whole <= SURVEY and whole or total
end

local function login_text(e)
  local records = reads.tables(e.conversations)
  local total = time_taken(records)
  local parts = { ("%d conversation%s in %s"):format(
    #records, #records == 1 and "" or "s", layout.duration(total)) }
  parts[2] = closed_text(records)
  return joined(parts)
end

-- Notes that say how a server was asked, or that it was heard in part.
local told = { "syn_differs", "odd_segment", "syn_icmp", "not_delivered",
               "capture_deaf", "own_host", "gre_icmp", "control_cut",
               "odd_result" }

local function note_texts(e)
  local texts = {}
  for _, code in ipairs(told) do
    for _, record in ipairs(reads.tables(e.conversations)) do
      local text = reads.note_text(record, code)
      if text and (code ~= "capture_deaf" or contact.is_deaf(record)) then
        texts[#texts + 1] = safe(text)
        break
      end
    end
  end
  if e.older then
    texts[#texts + 1] = ("%s older record%s of this server left out: " ..
      "a newer survey decides"):format(safe(e.older),
                                       e.older == 1 and "" or "s")
  end
  return texts
end

--- The stages of a survey, in order.
-- @tparam table verdict with its evidence
-- @treturn table list of { id, title, state, text }: id `tcp` `control` `call`
--   `gre` `login`; state in words ("not tested"); text may be empty
function M.of(verdict)
  local e = verdict.evidence
  local list = {
    { "tcp", "port", "tcp", tcp_text(e) },
    { "control", "control", "control", control_text(e, verdict) },
    { "call", "call", "call", call_text(e) },
    { "gre", "GRE", "gre", gre_text(e) },
    { "login", "login", "authentication", login_text(e) },
  }
  for i, one in ipairs(list) do
    list[i] = { id = one[1], title = one[2],
                state = safe(word(stage(e, one[3]).state)), text = one[4] }
  end
  return list
end

--- The same of a brief verdict, which has the states alone.
-- @tparam table states stage -> state
-- @treturn table list as above, each text ""
function M.brief(states)
  local list = {}
  for i, one in ipairs { { "tcp", "port" }, { "control", "control" },
                         { "call", "call" }, { "gre", "GRE" },
                         { "login", "login", "authentication" } } do
    list[i] = { id = one[1], title = one[2], text = "",
                state = word(states[one[3] or one[1]]) }
  end
  return list
end

--- Notes about how a server was asked, and how it was heard.
-- @tparam table verdict with its evidence
-- @treturn table list of texts
function M.notes(verdict)
  return note_texts(verdict.evidence)
end

return M

-- SPDX-License-Identifier: BSD-2-Clause
--- What first contact with a port showed: whether it is open, and where it is
-- not, what that rests on.
--
-- What a hand-made SYN alone met says nothing about the port: hosts, boxes on
-- the way and proxies treat it otherwise than the kernel's own. So no port is
-- closed or filtered before a connect() of ours has had its say, and where the
-- two met different things, nothing is concluded. Whatever a record does not
-- tell is not known: without its list of notes, its reason or its counts, no
-- record is good news.
local reads = require "pptpgrade.record"

local M = {}

local stage, has_note = reads.stage, reads.has_note

local WITNESSES = 10 -- echo requests, each beside a SYN

local no_connect = { state = "not_tried" }

-- What a record's connect() met: a table with `state`.
local function connect_of(record)
  local connect = stage(record, "tcp").connect
  if type(connect) == "table" and type(connect.state) == "string" then
    return connect
  end
  return no_connect
end

M.connect = connect_of

local connected = { connected = true, reset = true }

-- What comes over a connection, or in a call, alone.
local heard = {
  lcp = { offered = true, opened = true }, challenge = { seen = true },
  network = { asked = true }, gre = { reachable = true, inbound_only = true },
}

local function is_beyond(record)
  for name, states in pairs(heard) do
    if states[stage(record, name).state] and
       (name ~= "gre" or record.kind ~= "gre") then
      return true
    end
  end
  return stage(record, "control").state ~= "not_tested" or
    stage(record, "call").state ~= "not_tested"
end

local function has_syn_ack(record)
  local connect = connect_of(record)
  return stage(record, "tcp").state == "open" or
    connected[connect.state] == true or connect.reason == "syn-ack"
end

--- Whether a SYN-ACK came, to whichever SYN, or more than one.
function M.is_open(record)
  return has_syn_ack(record) or is_beyond(record)
end

--- Whether the SYN was answered and the connection after it was not.
function M.is_half_open(record)
  local connect = connect_of(record)
  return stage(record, "tcp").state == "open" and
    connect.state ~= "not_tried" and not connected[connect.state] and
    connect.reason ~= "syn-ack"
end

--- Whether our capture heard nothing while the kernel connected. What it heard
-- late counts more than the note.
function M.is_deaf(record)
  return has_note(record, "capture_deaf") and
    connect_of(record).reason ~= "syn-ack"
end

local function is_icmp(reason)
  return type(reason) == "string" and reason:sub(1, 5) == "icmp-"
end

local cut_short = { aborted = true, error = true, running = true }

-- Silence says something only where it was waited for to the end, by a host
-- that could send, did not refuse itself, and has lost nothing of what came.
local function waited(record)
  local tcp = stage(record, "tcp")
  local reason = tcp.reason
  return (tcp.state == "silent" and reason == "timeout" or
          is_icmp(reason) and
          (tcp.icmp_from == nil or tcp.icmp_from ~= record.source)) and
    type(record.ended_by) == "string" and not cut_short[record.ended_by] and
    not (has_note(record, "capture_drops") or has_note(record, "send_failed"))
end

local failed = { unreachable = true, timeout = true, refused = true }

-- Whether connect() met a RST, or a refusal that may have been one.
local function may_be_rst(connect)
  return connect.reason == "rst" or
    connect.state == "refused" and not is_icmp(connect.reason)
end

-- Who refuses by ICMP refuses the kernel's SYN so, too: its silence may be a
-- loss on the way to a port that only hand-made SYNs do not reach.
local function is_refused_alone(record)
  local connect = connect_of(record)
  return is_icmp(stage(record, "tcp").reason) and
    connect.state == "timeout" and not is_icmp(connect.reason)
end

local untried = { not_tried = true, error = true }

local function closed_kind(record)
  local reason, connect = stage(record, "tcp").reason, connect_of(record)
  if untried[connect.state] then
    return reason == "rst" and "alone" or "untold"
  elseif has_note(record, "syn_differs") then
    return "differs"
  elseif reason == "refused" then
    return connect.state == "refused" and "refused" or "differs"
  elseif reason ~= "rst" or connect.state == "refused" and not connect.reason
  then
    return "untold"
  end
  return connect.state == "refused" and connect.reason == "rst" and "closed" or
    "differs"
end

-- Whether the way between here and there lost nothing while SYNs were silent.
local function witness_kind(record)
  local host = stage(record, "host")
  local asked, answered = reads.number(host.asked), reads.number(host.answered)
  if asked >= WITNESSES and asked == answered then
    return "unanswered"
  elseif host.state == "alive" or answered > 0 then
    return answered < asked and "lossy" or "unwitnessed"
  end
  return "silence"
end

local function silent_kind(record)
  local connect = connect_of(record)
  if not waited(record) then
    return "unheard"
  elseif untried[connect.state] then
    return stage(record, "host").state == "alive" and "alone" or "silence"
  elseif may_be_rst(connect) or is_refused_alone(record) then
    return "differs"
  end
  local kind = failed[connect.state] and witness_kind(record) or "unheard"
  local seen = is_icmp(connect.reason) or connect.reason == "timeout"
  return kind == "unanswered" and not seen and "unwitnessed" or kind
end

-- What a record without a SYN-ACK shows.
local function kind_of(record)
  local state = stage(record, "tcp").state
  if state == "not_tested" then
    return "none"
  elseif has_note(record, "odd_segment") then
    return "odd"
  elseif not reads.has_notes(record) then
    return "unheard"
  end
  return (state == "closed" and closed_kind or silent_kind)(record)
end

-- What counts most first: whatever speaks against "closed" goes before it.
local order = reads.ranks { "differs", "odd", "closed", "refused", "unanswered",
                            "lossy", "unwitnessed", "alone", "untold",
                            "silence", "unheard", "none" }

-- What lies behind first contact, and the notes of first contact itself.
local behind = { "control", "call", "gre", "lcp", "challenge", "network",
                 "teardown" }
local own_notes = { capture_deaf = true, capture_drops = true,
                    send_failed = true, syn_differs = true, odd_segment = true,
                    own_host = true, unanswered = true }

-- Whether a stage holds nothing, not even beside its state.
local function is_empty(found)
  if found == nil then
    return true
  elseif type(found) ~= "table" or found.state ~= "not_tested" then
    return false
  end
  for key, value in next, found do
    if key ~= "state" and (type(value) ~= "table" or next(value) ~= nil) then
      return false
    end
  end
  return true
end

local function is_bare(record)
  for _, name in ipairs(behind) do
    if not is_empty(record[name]) then
      return false
    end
  end
  for _, note in ipairs(reads.tables(record.notes)) do
    if not own_notes[note.code] then
      return false
    end
  end
  return true
end

-- Whether records hold nothing but first contact.
local function is_all(records)
  for _, record in ipairs(records) do
    if not is_bare(record) then
      return false
    end
  end
  return true
end

--- What all records of a survey show of the port.
-- @tparam table records
-- @treturn table kind, record (the one that shows it; nil where there are no
--   records), is_all (whether the records hold nothing but first contact: where
--   it is not open, there is nothing to judge beside it). Kinds: open; closed
--   (RST to both); refused (connect() alone); unanswered (neither answered, the
--   way loses nothing); and those that prove nothing: differs (SYN and
--   connect() met different things), odd (a segment that neither opens nor
--   closes), lossy, unwitnessed (the way may lose packets), alone (no connect()
--   was tried), untold, silence, unheard (not waited for, or lost by us), none
--   (not asked)
function M.of(records)
  local best, shown_by
  local all = is_all(records)
  local is_open = all and has_syn_ack or M.is_open
  for _, record in ipairs(records) do
    if is_open(record) then
      return { kind = "open", record = record, is_all = all }
    end
    local kind = kind_of(record)
    if not best or order[kind] < order[best] then
      best, shown_by = kind, record
    end
  end
  return { kind = best or "none", record = shown_by, is_all = all }
end

return M

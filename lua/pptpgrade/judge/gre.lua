-- SPDX-License-Identifier: BSD-2-Clause
--- What a survey shows of GRE between here and the server: whether the host
-- itself refuses it, and whether it stopped.
local reads = require "pptpgrade.record"

local M = {}

local stage, has_note = reads.stage, reads.has_note

local TWICE = 2 -- one ICMP may come before the server's socket is open

local function has_call(record)
  return stage(record, "call").state == "accepted"
end

-- ICMP from the target itself, by the reason that decided.
local function reason_icmp(record)
  local gre = stage(record, "gre")
  local reason = type(gre.reason) == "string" and gre.reason or ""
  return gre.icmp_from == record.target and reason:match("^icmp%-3%-(%d+)$")
end

--- Whether the target itself answered our GRE with ICMP in a call. The record
-- says so (`to_server`) only of a call that had no end yet; where GRE came from
-- the server all the same, a note has the ICMP.
-- @treturn string|nil "3/2"; "unreachable" where its code is not told
function M.target_icmp(record)
  if not has_call(record) or stage(record, "gre").to_server ~= "refused" then
    return nil
  end
  local code = reason_icmp(record)
  return code and "3/" .. code or
    (reads.note_text(record, "gre_icmp") or ""):match("ICMP (%d+/%d+)") or
    "unreachable"
end

-- ICMP from the target itself met two requests of ours, while our kernel was
-- kept from answering in our stead, and before the call or the connection had
-- an end: `refusals` counts those. Nothing of the server's came, and our
-- capture lost nothing that may have.
local function refuses(record)
  local gre = stage(record, "gre")
  return M.target_icmp(record) ~= nil and reason_icmp(record) and
    (gre.state == "unreachable" or gre.state == "filtered") and
    reads.number(gre.refusals) >= TWICE and
    reads.has_notes(record) and not has_note(record, "no_guard") and
    not has_note(record, "local_icmp") and
    not has_note(record, "capture_drops")
end

local function hears(record)
  local state = stage(record, "gre").state
  return has_call(record) and (state == "reachable" or state == "inbound_only")
end

M.hears = hears

--- Whether the host itself refuses GRE, in all that the records show.
-- @tparam table records
-- @treturn boolean
function M.is_refused(records)
  local found = false
  for _, record in ipairs(records) do
    if hears(record) then
      return false
    end
    found = found or refuses(record)
  end
  return found
end

--- Whether calls are taken behind a host that refuses our GRE, as a port
-- forward of TCP alone does.
-- @tparam table records
-- @treturn string|nil the ICMP, "3/2"
-- @treturn integer in how many conversations
function M.is_forwarded(records)
  local icmp, count = nil, 0
  for _, record in ipairs(records) do
    if stage(record, "gre").state == "reachable" then
      return nil, 0
    end
    local here = M.target_icmp(record)
    icmp = icmp or here
    count = count + (here and 1 or 0)
  end
  return icmp, count
end

local given_up = { silent = true, budget = true }

-- Calls in which GRE was heard at first, and those in which it was not.
local function calls_of(records)
  local heard, silent, once, ended = 0, 0, true, 0
  for _, record in ipairs(records) do
    local gre = stage(record, "gre")
    if hears(record) then
      heard, silent = heard + 1, 0
      once = once and gre.packets_received == 1
      ended = ended + (given_up[record.ended_by] and 1 or 0)
    elseif has_call(record) and gre.state == "silent" then
      silent = silent + 1
    end
  end
  return heard, silent, once, ended
end

local REPEATS = 3 -- of a request that we had answered, each time

-- Whether the server sent a request again and again though we answered it, to
-- the end: with `answer` where that was always the same.
local function is_repeated(record, answer)
  local offers, count = reads.offers(record), 0
  for i = #offers, 2, -1 do
    local before = offers[i - 1].answer
    if reads.is_news(offers, i) or type(before) ~= "string" or
       before == "none" or answer and before ~= answer then
      break
    end
    count = count + 1
  end
  return count >= REPEATS and given_up[record.ended_by] == true
end

-- Our packets, where the server's own went on: in how many calls they arrived
-- before they did so no more; 0 where it was a part of each call.
local function ours_stopped(records)
  local arrived, lost, repeated, all = 0, 0, false, true
  for _, record in ipairs(records) do
    if hears(record) then
      local to_server = stage(record, "gre").to_server
      if to_server == "proven" then
        arrived, lost = arrived + 1, 0
        repeated = repeated or is_repeated(record, "ack")
      elseif to_server ~= "refused" and is_repeated(record) then
        lost = lost + 1
      end
      all = all and given_up[record.ended_by] == true
    end
  end
  return arrived > 0 and (lost > 0 and arrived or repeated and all and 0) or nil
end

--- How GRE stopped, in words; nil where it did not.
-- @tparam table records
-- @treturn string|nil
function M.stopped(records)
  local heard, silent, once, ended = calls_of(records)
  if heard == 0 then
    return nil
  elseif silent > 0 then
    return heard == 1 and "GRE was heard in the first call alone" or
      ("GRE was heard in the first %d calls alone"):format(heard)
  elseif once and (heard > 1 or ended > 0) then
    return "after a call's first packet no more GRE was heard"
  end
  local ours = ours_stopped(records)
  if ours == 0 then
    return "the server repeats what we acknowledged, as if no GRE of ours " ..
      "arrived after a call's first packet"
  elseif ours then
    return ("GRE of ours was seen to arrive in the first %s alone"):format(
      ours == 1 and "call" or ours .. " calls")
  end
end

return M

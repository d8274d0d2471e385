-- SPDX-License-Identifier: BSD-2-Clause
--- How a server ended a conversation, and whether that answers something.
--
-- A link that ends is an answer only to the Nak right before it, only within
-- five seconds, only where our packets were known to arrive, and only where we
-- had not said goodbye ourselves. Where a record does not say who said goodbye,
-- or when, nothing is concluded from an end.
local reads = require "pptpgrade.record"

local M = {}

local stage_of, list, time_of = reads.stage, reads.list, reads.time_of
local offers_of, is_news = reads.offers, reads.is_news

local DIRECT_US = 5000000 -- an end later than this answers nothing
-- The same where the server had sent its request again, so often at most: who
-- gives up has sent it some ten times, and waited a second or more after each.
local PROMPT_US = 750000
local AGAIN = 2

local ends = {
  ["terminate-request"] = "terminate",
  ["call-disconnect-notify"] = "disconnect",
  ["stop-control-connection-request"] = "stop",
  fin = "closed",
  rst = "reset",
}


local function is_whole(message)
  return time_of(message) and type(message.name) == "string" and
    (message.by == "us" or message.by == "server")
end

--- Whether a record tells of each farewell message whose it is, and when it
-- came.
function M.is_told(record)
  for _, message in ipairs(reads.farewells(record)) do
    if not is_whole(message) then
      return false
    end
  end
  return type(stage_of(record, "teardown").messages) == "table"
end

-- The first end among the farewells that is the server's and comes before any
-- of ours; and when ours began: 0 where that is not told. A Terminate-Ack is
-- an answer, not a farewell.
local function end_among_farewells(record)
  if type(stage_of(record, "teardown").messages) ~= "table" then
    return nil, 0
  end
  for _, message in ipairs(reads.farewells(record)) do
    local what, at = ends[message.name], time_of(message)
    if not is_whole(message) then
      return nil, at or 0
    elseif message.by == "server" and what then
      return { at_us = at, what = what }, math.huge
    elseif message.by == "us" and message.name ~= "terminate-ack" then
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
  local arrived = stage_of(record, "gre").to_server
  if type(record.ended_by) ~= "string" or record.ended_by == "aborted" or
     arrived ~= "proven" then
    return false
  end
  return finish.what == "terminate" or reads.has_notes(record) and
    not (reads.has_note(record, "no_guard") or
         reads.has_note(record, "local_icmp"))
end

M.means_something = end_means_something

-- Within what time after our answer to offer i an end of the link is its
-- reply; nil where it may be a server giving up.
local function reply_time(offers, i)
  if is_news(offers, i) then
    return DIRECT_US
  end
  for k = 1, AGAIN do
    local identifier = offers[i - k].identifier
    if not identifier or identifier ~= offers[i].identifier then
      break
    elseif is_news(offers, i - k) then
      return PROMPT_US
    end
  end
end

--- The end of the link as the direct reply to what we answered to offer i.
function M.in_reply(record, i)
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

--- An end in words.
-- @tparam table record
-- @tparam table finish of M.server_end
-- @treturn string
function M.text(record, finish)
  return end_texts[finish.what] or
    terminate_text(list(stage_of(record, "lcp").terminate))
end

return M

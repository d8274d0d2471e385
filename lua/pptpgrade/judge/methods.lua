-- SPDX-License-Identifier: BSD-2-Clause
--- Which login methods a record shows as offered, accepted or refused, and
-- whether the server wants a login. The rules, each with its reason:
--
-- * A method that the server itself asked for, in any conversation, is never
--   refused: a server may narrow its set within a call and from call to call.
-- * A retransmission concludes nothing. The Nak may have been lost.
-- * A refusal is read only from a conversation whose Naks all named that one
--   method: pppd forgets its other methods after a Nak that it follows. Cisco
--   IOS does not look at what a Nak names, and may only be asked three times.
-- * One other method is no refusal yet: pppd with everything allowed answers a
--   Nak towards PAP with CHAP-MD5, and the second one with PAP.
--
-- When an end of the link is an answer, judge/ends.lua says.
local ends = require "pptpgrade.judge.ends"
local reads = require "pptpgrade.record"

local M = {}

local stage_of, list, time_of = reads.stage, reads.list, reads.time_of
local offers_of, is_news, nak_of = reads.offers, reads.is_news, reads.nak_of
local wanted_by, option_bytes = reads.wanted_by, reads.option_bytes
local declines, end_text = reads.declines, ends.text

-- What the server did after it had dropped option 3.
local function dropped_text(record)
  local finish = ends.server_end(record)
  if finish and finish.what == "terminate" then
    return end_text(record, finish)
  end
  return "asked for no login instead"
end

-- Why method is refused in this record: a proof, or nil.
local function refusal(record, method)
  local offers, times, last = offers_of(record), {}, nil
  local several = reads.is_cisco(record)
  for i, offer in ipairs(offers) do
    local wanted = wanted_by(offer)
    if last and is_news(offers, i) then
      if wanted == "none" then
        return { offer = i, text = dropped_text(record) }
      elseif wanted and wanted ~= method then
        times[wanted] = (times[wanted] or 0) + 1
        if times[wanted] == 2 then
          return { offer = i, bytes = option_bytes(offer),
                   text = "asked for " .. reads.title(wanted) .. " instead" }
        end
      end
    end
    if nak_of(offer) == method then
      last = i
    elseif nak_of(offer) and several then
      times, last = {}, nil
    elseif nak_of(offer) or declines(offer) then
      return nil -- it may have forgotten this method for another's sake
    elseif offer.answer ~= "none" then
      last = nil
    end
  end
  local finish = last and ends.in_reply(record, last)
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

local none = {}

--- Proofs of one record, by method, and the order of what the server named.
-- Those of records without any are shared: leave them as they are.
function M.proofs(record)
  if not offers_of(record)[1] and type(record.asked) ~= "string" then
    return none, none
  end
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

local function required(record, finish, i)
  return { state = "required", offer = i, text = end_text(record, finish),
           ended = finish.what, bytes = option_bytes(offers_of(record)[i]) }
end

local function names_of(protocols)
  local names = {}
  for i, name in ipairs(list(protocols)) do
    names[i] = tostring(name):upper()
  end
  return table.concat(names, ", ")
end

local unasked = { state = "not_tested" }

--- Whether a login is wanted, as far as one record shows it. Records that show
-- nothing share what is given: leave it as it is.
function M.login(record)
  local network = stage_of(record, "network")
  if network.state == "asked" then
    return { state = "not_required", text = "asked for " ..
               names_of(network.protocols) .. " without a login" }
  end
  local offers, declined = offers_of(record), false
  for i, offer in ipairs(offers) do
    if declined and offer.answer == "ack" and wanted_by(offer) == "none" then
      local finish = ends.server_end(record)
      local acked = time_of { at_us = offer.answered_us }
      if finish and acked and finish.at_us >= acked and
         ends.means_something(record, finish) then
        return required(record, finish, i)
      end
    end
    declined = declined or nak_of(offer) ~= nil or declines(offer)
  end
  local last = offers[#offers]
  local finish = last and (nak_of(last) or declines(last)) and
    ends.in_reply(record, #offers)
  if finish then
    return required(record, finish, #offers)
  end
  return last and { state = "unknown" } or unasked
end

return M

-- SPDX-License-Identifier: BSD-2-Clause
--- Signs that a server is a decoy. Two of them, or one that decides, and a
-- letter would mean nothing.
local evidence = require "pptpgrade.judge.evidence"

local M = {}

local stage = evidence.stage

local function number_at(hex, at, bytes)
  return type(hex) == "string" and
    tonumber(hex:sub(2 * at + 1, 2 * (at + bytes)), 16) or nil
end

--- dionaea answers every call with the same constants, and not with our ID.
-- @tparam table e evidence
-- @treturn string|nil what shows it
function M.is_dionaea(e)
  for _, record in ipairs(e.conversations) do
    local call = stage(record, "call")
    local echoed = number_at(call.raw, 14, 2)
    if call.call_id == 0x0480 and call.connect_speed == 100000000 and
       call.receive_window == 0x2000 and
       (evidence.has_note(record, "peer_call_id") or
        echoed and call.peer_call_id and echoed ~= call.peer_call_id) then
      return "OCRP with dionaea's constants, and not with our call ID"
    end
  end
end

-- Scan engines print replies as text; port fakers send that text.
local replayed = "4669726d776172653a20" -- "Firmware: "

local function replayed_text(e)
  local bytes = stage(e, "control").first_bytes
  if type(bytes) == "string" and bytes:sub(1, #replayed) == replayed then
    return "a scan engine's text in place of a reply"
  end
end

local function loopback(e)
  for _, record in ipairs(e.conversations) do
    if evidence.has_note(record, "loopback") then
      return "its LCP magic number is ours"
    end
  end
end

-- One sign at most comes from the reply, however much of it is wrong.
local function reply(e, _, row)
  local control = stage(e, "control")
  if control.vendor == "linux" and
     (control.framing_capabilities ~= 0 or control.bearer_capabilities ~= 0 or
      control.host_name ~= "local") then
    return "vendor linux without Poptop's constants"
  elseif row and (row.device_type == "honeypot" or row.decoy) then
    return "SCCRP of: " .. row.name
  elseif control.vendor == "Microsoft" and
         control.framing_capabilities == 0 and
         control.bearer_capabilities == 0 and
         control.maximum_channels == 1 then
    return "vendor Microsoft with a decoy's numbers"
  end
end

-- What Linux answers our SYN's options with: MSS, SACK, window scale.
local LINUX_OPTIONS = "2 1 1 4 1 3"

-- Systems that do not answer so.
local not_linux = { Windows = true, IOS = true, ["PIX OS"] = true,
                    FreeBSD = true, ["DragonFly BSD"] = true,
                    OpenBSD = true }

local function option_kinds(tcp)
  local kinds = {}
  for i, option in ipairs(type(tcp.options) == "table" and tcp.options or {})
  do
    kinds[i] = tostring(type(option) == "table" and option.kind)
  end
  return table.concat(kinds, " ")
end

-- The SYN-ACK tells another system than the strings. A proxy on the way may be
-- why, so that it decides nothing by itself.
local function other_system(e, _, row)
  if not row or not not_linux[row.os] then
    return nil
  end
  for _, record in ipairs(e.conversations) do
    local tcp = stage(record, "tcp")
    if math.type(tcp.ttl) and tcp.ttl <= 64 and
       option_kinds(tcp) == LINUX_OPTIONS then
      return ("strings of %s, and the SYN-ACK of Linux"):format(row.os)
    end
  end
end

-- dionaea's Disconnect says that it has length 0, and so ends the stream. Only
-- where we held the stream: a capture may lack bytes.
local function broken_stream(e)
  for _, record in ipairs(e.conversations) do
    if record.kind == "conversation" and
       stage(record, "call").state == "accepted" and
       evidence.has_note(record, "lost_sync") then
      return "its control stream breaks after the call's reply"
    end
  end
end

local function impersonation(_, product)
  return product and product.contradiction
end

M.list = {
  { id = "dionaea_call", decisive = true, detect = M.is_dionaea },
  { id = "replayed_text", decisive = true, detect = replayed_text },
  { id = "loopback", detect = loopback },
  { id = "broken_stream", detect = broken_stream },
  { id = "reply", strings = true, detect = reply },
  { id = "other_system", strings = true, detect = other_system },
  { id = "impersonation", strings = true, detect = impersonation },
}

-- Where PPP answers there is a server, whatever it calls itself: all that
-- belies its strings is then one sign, and not one each.
local function speaks_ppp(e)
  for _, record in ipairs(e.conversations) do
    if evidence.offers(record)[1] then
      return true
    end
  end
  return false
end

--- The signs that evidence shows.
-- @tparam table e evidence
-- @tparam integer enough how many undecided ones make a decoy likely
-- @tparam table|nil product of weigh.product
-- @tparam table|nil row what strings.match gives for the reply
-- @treturn table list of { id, text, decisive }; `likely` a boolean
function M.signs(e, enough, product, row)
  local found, count, belied = { likely = false }, 0, false
  local once = speaks_ppp(e)
  for _, sign in ipairs(M.list) do
    local text = sign.detect(e, product, row)
    if text then
      found[#found + 1] = { id = sign.id, text = text,
                            decisive = sign.decisive or false }
      found.likely = found.likely or sign.decisive == true
      if not (once and sign.strings and belied) then
        count = count + 1
      end
      belied = belied or sign.strings == true
    end
  end
  found.likely = found.likely or count >= enough
  return found
end

return M

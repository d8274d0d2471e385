-- SPDX-License-Identifier: BSD-2-Clause
--- Signs that a server is a decoy. Two of them, or one that decides, and a
-- letter would mean nothing.
local evidence = require "pptpgrade.evidence"
local products = require "pptpgrade.products"

local M = {}

local stage = evidence.stage

local function number_at(hex, at, bytes)
  return type(hex) == "string" and
    tonumber(hex:sub(2 * at + 1, 2 * (at + bytes)), 16) or nil
end

-- dionaea answers every call with the same constants, and not with our ID.
local function dionaea_call(e)
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
local function reply(e)
  local control = stage(e, "control")
  local row = products.match(control)
  if control.vendor == "linux" and
     (control.framing_capabilities ~= 0 or control.bearer_capabilities ~= 0 or
      control.host_name ~= "local") then
    return "vendor linux without Poptop's constants"
  elseif row and row.device_type == "honeypot" then
    return "SCCRP of: " .. row.name
  elseif control.vendor == "Microsoft" and
         control.framing_capabilities == 0 and
         control.bearer_capabilities == 0 and
         control.maximum_channels == 1 then
    return "vendor Microsoft with a decoy's numbers"
  end
end

M.list = {
  { id = "dionaea_call", decisive = true, detect = dionaea_call },
  { id = "replayed_text", decisive = true, detect = replayed_text },
  { id = "loopback", detect = loopback },
  { id = "reply", detect = reply },
}

--- The signs that evidence shows.
-- @tparam table e evidence
-- @tparam integer enough how many undecided ones make a decoy likely
-- @treturn table list of { id, text, decisive }; `likely` a boolean
function M.signs(e, enough)
  local found = { likely = false }
  for _, sign in ipairs(M.list) do
    local text = sign.detect(e)
    if text then
      found[#found + 1] = { id = sign.id, text = text,
                            decisive = sign.decisive or false }
      found.likely = found.likely or sign.decisive == true
    end
  end
  found.likely = found.likely or #found >= enough
  return found
end

return M

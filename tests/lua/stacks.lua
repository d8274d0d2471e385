-- SPDX-License-Identifier: BSD-2-Clause
--- Surveys of the stacks that behaviour can name, as records: each as its own
-- source or captures show it, with whatever a test changes.
local R = require "records"

local M = {}

local PPPD, MAGIC = "50fc0665f2f8fe976f13c1dccd7c6a46", 0xaa6a6ace
local NOT_PPPD = "7d81539226c04ce02417ddd18335ed55"

local function options(order, magic, mru)
  local list = {}
  for kind in order:gmatch "%d+" do
    list[#list + 1] = { type = tonumber(kind) }
  end
  for _, option in ipairs(list) do
    option.value = option.type == 5 and magic or option.type == 1 and mru or
      option.type == 3 and "mschap_v2" or nil
  end
  return list
end

-- Conversations with one stack. What a stack has: control, ids (of its calls),
-- call (fields of its OCRP), sequence, order, mru, identifier (of the first
-- request), magic, challenge, name, after (farewell messages), disconnect,
-- ending and text (of LCP), notes.
local function record_of(stack, i, id)
  local magic = stack.magic and stack.magic + 0x01234567 * (i - 1) or MAGIC
  local says = { { "mschap_v2", "ack", {
    identifier = (stack.identifier or 1) + (stack.random and 37 * i or 0),
    options = options(stack.order or "2-3-5-7-8", magic, stack.mru),
  } } }
  local record = R.talk(says, { ending = stack.ending, text = stack.text,
                                data = stack.data })
  record.time = ("2026-11-22T22:40:%02d.000000Z"):format(i)
  record.control = R.control(stack.control)
  record.call = R.accepted(stack.call)
  record.call.call_id, record.call.peer_call_id = id, 6700 + i
  if stack.disconnect then
    record.call.disconnect = stack.disconnect(record.call)
  end
  record.gre.first_sequence = stack.sequence or 0
  record.notes = stack.notes or {}
  record.teardown.messages = stack.after or {
    { name = "call-clear-request", by = "us", at_us = 300000 },
    { name = "fin", by = "server", at_us = 300500 },
  }
  if stack.challenge then
    record.challenge = { state = "seen", method = "mschap_v2", length = 16,
                         name = stack.name or "gate",
                         value = stack.challenge }
  end
  return record
end

local function evidence_of(stack)
  local records = {}
  for i, id in ipairs(stack.ids or { 128, 256, 384, 512 }) do
    records[i] = record_of(stack, i, id)
  end
  return R.evidence(table.unpack(records))
end

local function with(base, more)
  local stack = R.copy(base)
  for key, value in pairs(more) do
    stack[key] = value
  end
  return stack
end

local notified = { { name = "call-clear-request", by = "us", at_us = 1 },
                   { name = "call-disconnect-notify", by = "server",
                     at_us = 2 },
                   { name = "fin", by = "server", at_us = 3 } }

local function says(result, of)
  return function(call)
    return { call_id = of and of(call) or call.call_id, result_code = result,
             error_code = 0, cause_code = 0, at_us = 2 }
  end
end

local poptop = { challenge = PPPD, name = "pptpd" }
local accel = {
  control = { vendor = "cananian", framing_capabilities = 3,
              bearer_capabilities = 3 },
  ids = { 900, 901, 903 }, sequence = 1, order = "3-1-5", mru = 1400,
  magic = 0x11223344, random = true, challenge = NOT_PPPD, name = "",
  after = notified,
  disconnect = says(4, function(call) return call.peer_call_id end),
}
local windows = {
  control = { vendor = "Microsoft", host_name = "", firmware_revision = 0,
              maximum_channels = 0, framing_capabilities = 2,
              bearer_capabilities = 3 },
  ids = { 2989, 11755, 50142 }, order = "1-3-5-7-8-13-17-19-23", mru = 1400,
  call = { connect_speed = 14945108, receive_window = 16384 },
  identifier = 0, magic = 0x4b706197, challenge = NOT_PPPD, name = "VPN02",
  after = notified, disconnect = says(0, function() return 0 end),
  notes = { { code = "set_link_info", text = "Set-Link-Info", count = 1 } },
}
local mikrotik = {
  control = { vendor = "MikroTik", host_name = "branch",
              maximum_channels = 0, framing_capabilities = 2 },
  ids = { 5, 900, 77 }, order = "3-1-5", mru = 1450, magic = 0x3d07fa45,
  challenge = NOT_PPPD, name = "branch", after = notified,
  disconnect = says(4), call = { receive_window = 100 },
}
local cisco = {
  control = { vendor = "Cisco Systems, Inc.", host_name = "c7206",
              firmware_revision = 4608, maximum_channels = 0,
              framing_capabilities = 3, bearer_capabilities = 3 },
  ids = { 24, 4000, 77 }, order = "3-5", magic = 0x986d5844,
  challenge = NOT_PPPD, name = "c7206   ", after = notified,
  disconnect = says(4), call = { connect_speed = 64000, receive_window = 16 },
}
local draytek = {
  control = { vendor = "DrayTek", host_name = "Vigor" },
  ids = { 24, 4000, 77 }, magic = 0x6bbe54ff, challenge = NOT_PPPD,
  name = "Draytek", after = notified, disconnect = says(4),
  call = { receive_window = 100 },
}
local mpd = {
  control = { vendor = "FreeBSD MPD", host_name = "gw",
              firmware_revision = 257, maximum_channels = 0,
              framing_capabilities = 3, bearer_capabilities = 3 },
  ids = { 700, 700, 700 }, order = "8-7-2-1-5-3", mru = 1500,
  magic = 0x51515151, challenge = NOT_PPPD, after = notified,
  disconnect = says(3),
  call = { connect_speed = 64000, receive_window = 16, processing_delay = 1 },
}
local npppd = {
  control = { vendor = "", host_name = "", firmware_revision = 1280,
              maximum_channels = 4, framing_capabilities = 2,
              bearer_capabilities = 2 },
  ids = { 31000 }, sequence = 1, order = "1-7-8-5-3", mru = 1400,
  magic = 0x61616161, challenge = NOT_PPPD, after = notified,
  disconnect = says(4),
  call = { connect_speed = 2524971008, receive_window = 64,
           physical_channel = 31000 },
}

local all = { poptop = poptop, accel = accel, windows = windows,
              mikrotik = mikrotik, cisco = cisco, draytek = draytek,
              mpd = mpd, npppd = npppd }

M.PPPD, M.NOT_PPPD, M.MAGIC = PPPD, NOT_PPPD, MAGIC
M.options, M.record_of, M.evidence_of = options, record_of, evidence_of
M.with, M.says, M.all = with, says, all

return M

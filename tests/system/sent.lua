-- SPDX-License-Identifier: BSD-2-Clause
-- sent.lua: every packet and every control message that pptpgrade sends, from
-- real conversations with a server of a few lines, one a line on stdout:
--
--   case <tab> connect | stream | packet | encoded <tab> hexadecimal bytes
--
-- `encoded` is a control message of the encoder's that no conversation sends.
local core = require "pptpgrade.core"

local US, SERVER = "192.0.2.1", "192.0.2.2"
local US6, SERVER6 = "2001:db8::1", "2001:db8::2"
local CALL, SERVERS_CALL = 0x1a2c, 0x80
local LCP, CHAP, IPCP, CCP = 0xc021, 0xc223, 0x8021, 0x80fd

local function hex(bytes)
  return (bytes:gsub(".", function(c)
    return ("%02x"):format(c:byte())
  end))
end

local function unhex(text)
  return (text:gsub("%s+", ""):gsub("%x%x", function(pair)
    return string.char(tonumber(pair, 16))
  end))
end

local function frame(protocol, code, identifier, body)
  return string.pack(">I2I2BBI2", 0xff03, protocol, code, identifier,
                     4 + #body) .. body
end

-- ---- the server -----------------------------------------------------------

local Server = {}
Server.__index = Server

-- What it has to say is a list of { event, data, delay }.
function Server:say(event, data, delay)
  self.says[#self.says + 1] = { event = event, data = data,
                                delay = delay or 0.01 }
end

function Server:ppp(protocol, code, identifier, body, delay)
  self:say("packet", frame(protocol, code, identifier, body), delay)
end

-- Numbered in the order in which they leave.
function Server:gre(payload)
  local packet = core.gre { source = SERVER, target = US, call_id = CALL,
                            sequence = self.sequence, payload = payload }
  self.sequence = self.sequence + 1
  return packet
end

function Server:offer(delay)
  local offer = table.remove(self.offers, 1)
  if offer then
    self.identifier = self.identifier + 1
    self:ppp(LCP, 1, self.identifier, unhex(offer), delay)
  else
    self:ppp(LCP, 5, 99, "peer refused to authenticate", delay)
  end
end

function Server:stream(data)
  local message = core.decode("control", data)
  local kind = message.control_message_type
  if kind == 1 then
    self:say("stream", core.encode("sccrp", { result_code = 1 }))
    if self.asks_echo then
      self:say("stream", core.encode("echo_request",
                                     { identifier = 0x01020304 }))
    end
  elseif kind == 3 then
    self:say("stream", core.encode("stop_ccrp", { result_code = 1 }))
    self:say("closed")
  elseif kind == 7 then
    self:say("stream", core.encode("ocrp", {
      result_code = 1, call_id = SERVERS_CALL, peer_call_id = CALL }))
    if self.stops then
      self:say("stream", core.encode("stop_ccrq", { reason = 1 }), 0.5)
    elseif self.offers then
      self:offer(0.1)
    end
  elseif kind == 12 then
    self:say("stream", core.encode("cdn", { result_code = 4,
                                            call_id = SERVERS_CALL }))
  end
end

function Server:lcp(packet, bytes)
  local body = bytes:sub(-(packet.length - 4)):sub(1, packet.length - 4)
  if packet.length == 4 then
    body = ""
  end
  if packet.code == 1 and self.rejects_magic and body ~= "" then
    self:ppp(LCP, 4, packet.identifier, body)
  elseif packet.code == 1 then
    self:ppp(LCP, 2, packet.identifier, body)
  elseif packet.code == 2 then
    for _, after in ipairs(self.after or {}) do
      self:ppp(table.unpack(after))
    end
  elseif packet.code == 3 or packet.code == 4 then
    self:offer()
  elseif packet.code == 5 then
    self:ppp(LCP, 6, packet.identifier, "")
  end
end

function Server:packet(data)
  local layers = core.dissect(data)
  local last = layers[#layers]
  if last.layer == "lcp" and self.offers then
    self:lcp(last, data)
  end
end

-- ---- the conversations ----------------------------------------------------

local function put(case, action, data)
  io.write(case, "\t", action, "\t", hex(data or ""), "\n")
end

-- What is said first comes first; what is due later waits, in virtual time.
local function next_event(c, says, now)
  local first
  for i, it in ipairs(says) do
    it.at = it.at or now + it.delay
    if not first or it.at < says[first].at then
      first = i
    end
  end
  local deadline = c:deadline()
  if first and not (deadline and deadline < says[first].at) then
    return table.remove(says, first)
  end
  return deadline and { event = "tick", at = deadline }
end

local function converse(case, config, server)
  config.source = config.source or US
  config.target = config.target or SERVER
  config.call_id, config.now, config.time = CALL, 0, 0
  config.random = (case .. ("."):rep(16)):sub(1, 16)
  local c = core.conversation(config)
  local now = 0
  server = setmetatable(server or {}, Server)
  server.says, server.sequence, server.identifier = {}, 0, 0
  for _ = 1, 500 do
    for action, data in c.output, c do
      if action == "connect" then
        server:say("connected")
      elseif action == "stream" and not server.silent then
        server:stream(data)
      elseif action == "packet" then
        server:packet(data)
      end
      if action == "connect" or action == "stream" or action == "packet" then
        put(case, action, data)
      end
    end
    local event = next_event(c, server.says, now)
    if c:finished() or not event then
      return c:record()
    end
    now = math.max(now, event.at)
    c:input(event.event, event.event == "packet" and server:gre(event.data)
                         or event.data, now)
  end
  error(case .. " does not end")
end

converse("syn", { depth = "syn", syn = true })
converse("syn6", { depth = "syn", syn = true, source = US6,
                   target = SERVER6 })
converse("gre", { gre = true })
converse("contact", { depth = "control", contact = "noc@example.net" })
converse("stop", {}, { stops = true, asks_echo = true })
converse("accept", {}, {
  offers = { "01040578 020600000000 0305c22381 0506aabbccdd 0702 0802" ..
             " 130601616263" },
  after = {
    { LCP, 9, 7, unhex "aabbccdd" .. "hello" },
    { CCP, 1, 1, unhex "120601000060", 0.1 },
    { CHAP, 1, 9, "\16" .. ("c"):rep(16) .. "pptpd", 2 },
  },
})
for _, method in ipairs { "pap", "chap_md5", "mschap_v1", "mschap_v2",
                          "eap" } do
  local other = method == "pap" and "0305c22381" or "0304c023"
  converse("ask " .. method, { ask = method },
           { offers = { other, "0304c02d" } })
end
converse("options", {}, {
  offers = { "0304c023 0d0306 1104064e 17040001",
             "0304c023 0506aabbccdd" },
})
converse("decline", { decline = true }, {
  offers = { "0304c023 0506aabbccdd", "0506aabbccdd" },
  after = { { IPCP, 1, 1, unhex "03060a000001" } },
})
converse("magic", {}, { offers = { "0305c22305" }, rejects_magic = true })
converse("silence", {}, { silent = true })

-- ---- the encoder ----------------------------------------------------------

local derived = { control_message_type = true, length = true, name = true,
                  magic_cookie = true, pptp_message_type = true,
                  protocol_version = true }

for _, kind in ipairs { "sccrq", "sccrp", "stop_ccrq", "stop_ccrp",
                        "echo_request", "echo_reply", "ocrq", "ocrp", "icrq",
                        "icrp", "iccn", "ccrq", "cdn", "wen", "sli" } do
  local names, fields = {}, core.decode(kind, core.encode(kind, {}))
  for name, value in pairs(fields) do
    if not derived[name] then
      names[#names + 1] = name
      fields[name] = value == "" and name or value
    end
  end
  table.sort(names)
  for i, name in ipairs(names) do
    -- Reserved fields stay 0, as an encoder leaves them.
    if fields[name] == 0 and not name:find("^reserved") then
      fields[name] = i
    end
  end
  put("encoder", "encoded", core.encode(kind, fields))
end

-- SPDX-License-Identifier: BSD-2-Clause
--- Conversations inside Nmap: what core.conversation wants is done with nsock,
-- dnet and NSE's packet capture. Every wait is one of NSE's, so that nothing
-- here ever blocks Nmap; and all times are those of one clock, Nmap's, which
-- is that of the kernel's time stamps on captured packets too.
local nmap = require "nmap"
local stdnse = require "stdnse"
local lists = require "pptpgrade.lists"

local M = {}

local POLL = 50 -- ms: how long one of connection and capture may be left alone
local SNAPLEN = 2048
-- In Nmap's registry, to the end of a scan.
local GUARD = "pptpgrade_guard"
local RUN = "pptpgrade_run"
local refusals = { ["conn-refused"] = true, reset = true } -- a port's reasons

-- The build for this Lua beside the Lua files, or where Lua looks for modules.
local function load_core()
  local path = nmap.fetchfile(("nselib/pptpgrade/core-%s.so"):format(
    _VERSION:match("%d%.%d")))
  if not path then
    return require "pptpgrade.core"
  end
  local open, why = package.loadlib(path, "luaopen_pptpgrade_core")
  if not open then
    error(why, 0)
  end
  package.loaded["pptpgrade.core"] = open("pptpgrade.core")
  return package.loaded["pptpgrade.core"]
end

local core = load_core()

local function without_zone(address)
  return (address:gsub("%%.*", ""))
end

-- Nmap's name for a link-local address lacks the zone without which the system
-- cannot connect.
local function reachable(host)
  if host.ip:find("^fe[89ab]%x:") and host.interface then
    return without_zone(host.ip) .. "%" .. host.interface
  end
  return host
end

-- A connected UDP socket sends nothing, and tells which address is ours.
local function find_source(host, port)
  local socket = nmap.new_socket("udp")
  local ok, why = socket:connect(reachable(host), port.number, "udp")
  if ok then
    ok, why = socket:get_info()
  end
  return ok and without_zone(why) or nil, socket, why
end

local function find_device(host, source)
  if host.interface or nmap.get_interface() then
    return host.interface or nmap.get_interface()
  end
  for _, interface in ipairs(nmap.list_interfaces() or {}) do
    if interface.address == source then
      return interface.device
    end
  end
  return "any"
end

-- Of GRE only what is with this server or has our Call-ID: each packet costs a
-- turn of NSE's scheduler, and other threads' calls are not ours to look at.
local function narrow(filter, target, call_id)
  return ("(%s) and (not ip proto 47 or host %s or " ..
    "ip[((ip[0] & 15) << 2) + 6 : 2] = %d)"):format(filter, target, call_id)
end

-- All records of a scan have the same.
local function run_of_scan()
  nmap.registry[RUN] = nmap.registry[RUN] or
    core.random(8):gsub(".", function(c)
      return ("%02x"):format(c:byte())
    end)
  return nmap.registry[RUN]
end

-- ---- One conversation.

local Talk = {}
Talk.__index = Talk

function Talk:make_conversation(raw, proxied)
  local plan = self.plan
  return core.conversation {
    source = self.source, target = without_zone(self.host.ip),
    port = plan.port, depth = plan.depth, ask = plan.ask, raw = raw,
    decline = plan.decline, timeout = plan.timeout, contact = plan.contact,
    name = plan.name, labels = plan.labels, proxied = proxied,
    ttl = nmap.get_ttl(),
    time = self.began, now = self.began, run = run_of_scan(),
  }
end

-- The capture, and the way for packets of ours.
function Talk:open_raw(filter)
  local pcap, dnet = nmap.new_socket(), nmap.new_dnet()
  local device = find_device(self.host, self.source)
  local ok, why = pcall(function()
    pcap:pcap_open(device, SNAPLEN, false, filter)
    dnet:ip_open()
  end)
  if not ok then
    stdnse.verbose1("no raw packets on %s: %s", device,
                    (tostring(why):gsub("^[^:]*:%d+: ", "")))
    return false
  end
  self.pcap, self.dnet = pcap, dnet
  return true
end

function Talk:prepare(raw)
  self.began = nmap.clock()
  self.c = self:make_conversation(raw)
  if self.plan.depth == "call" and raw and #self.host.bin_ip == 4 and
     not self:open_raw(narrow(self.c:filter(), self.host.ip,
                              self.c:call_id())) then
    self.c = self:make_conversation(false)
  end
end

-- Where the connection's other end is somebody else, it is a proxy, and raw
-- packets would go past it: they would tell of us, and nothing of the server.
function Talk:is_proxied()
  local ok, _, _, address, port = self.socket:get_info()
  return ok and (port ~= self.plan.port or
                 without_zone(address) ~= without_zone(self.host.ip))
end

-- Nmap's "ERROR" is a RST, ICMP or no answer to ARP, and only its own scan
-- tells which. All other words are a failure of its own.
function Talk:outcome(why)
  if why == "TIMEOUT" then
    return "timeout"
  elseif why ~= "ERROR" then
    self.c:note("connect_failed")
    return "failed"
  end
  return refusals[self.reason] and "refused" or "unreachable"
end

function Talk:new_socket()
  if self.socket then
    self.socket:close()
  end
  local wait = math.max(self.c:deadline() - nmap.clock(), 0.001)
  self.socket, self.closed = nmap.new_socket(), false
  self.socket:set_timeout(math.ceil(wait * 1000))
end

local function is_syn_ack(packet, port)
  return lists.find(core.dissect(packet), function(layer)
    return layer.layer == "tcp" and layer.source_port == port and
      (layer.flags or 0) & 0x12 == 0x12 -- SYN and ACK
  end) ~= nil
end

-- A packet may come after the kernel has told of it.
function Talk:hear_syn_ack()
  local ends = nmap.clock() + POLL / 1000
  while nmap.clock() < ends do
    local packet = self:sniff(math.ceil((ends - nmap.clock()) * 1000))
    if packet and is_syn_ack(packet, self.plan.port) then
      return true
    end
  end
  return false
end

-- The handshake is in the capture, with the server's fingerprint, and so is
-- what was said instead of it.
function Talk:connect()
  self:new_socket()
  local ok, why = self.socket:connect(reachable(self.host), self.plan.port,
                                      "tcp")
  local deaf = false
  if ok and self:is_proxied() then
    self:close_raw()
    self.c = self:make_conversation(false, true)
    self.c:output(nmap.clock()) -- "connect"
  elseif not ok then
    while self:sniff(1) do end
  elseif self.plan.syn and self.pcap then
    deaf = not self:hear_syn_ack()
  end
  self.closed = not ok
  self.c:input(ok and "connected" or self:outcome(why), nil, nmap.clock())
  if deaf then -- replies come by another interface
    self.c:note("capture_deaf")
  end
end

-- One packet. Its time is the kernel's: Nmap may have been busy elsewhere.
function Talk:sniff(ms)
  if not self.pcap then
    return false
  end
  self.pcap:set_timeout(ms)
  local ok, _, _, packet, time = self.pcap:pcap_receive()
  if ok then
    self.c:input("packet", packet, time)
  end
  return ok and packet
end

-- What the server sends into a call before the control connection's bytes must
-- be seen before them: the words of a Terminate before the Disconnect.
function Talk:heard(event, data)
  while self.calling and self:sniff(1) do end
  self.c:input(event, data, nmap.clock())
end

function Talk:listen(ms)
  if self.closed then
    return false
  end
  self.socket:set_timeout(ms)
  local ok, data = self.socket:receive()
  if ok then
    self:heard("stream", data)
  elseif data ~= "TIMEOUT" then
    self.closed = true
    self:heard(data == "EOF" and not self.broken and "closed" or "reset")
  end
  return self.closed or ok
end

local actions = {}

function actions.connect(self)
  self:connect()
end

function actions.stream(self, data)
  self.listening = true
  if not self.closed and not self.broken then
    self.broken = not self.socket:send(data) -- reading tells the rest
  end
end

function actions.packet(self, data)
  self.calling, self.listening = true, false
  local raised, sent = pcall(self.dnet.ip_send, self.dnet, data, self.host)
  if not raised or not sent then
    self.c:note("send_failed")
  end
end

function actions.guard(self)
  nmap.registry[GUARD] = nmap.registry[GUARD] or core.guard()
  if not nmap.registry[GUARD] then
    self.c:note("no_guard")
  end
end

-- Bytes that nobody read would make the kernel end the connection with RST.
function actions.close(self)
  if self.socket then
    self.socket:set_timeout(1)
  end
  while not self.closed and self.socket:receive() do end
end

function Talk:perform()
  local action, data = self.c:output(nmap.clock())
  while action do
    actions[action](self, data)
    action, data = self.c:output(nmap.clock())
  end
end

-- Packets and the connection's bytes, first those that are more likely to come.
function Talk:wait_in_call(ms)
  if self.listening and not self.closed then
    if not self:listen(ms) then
      self:sniff(1)
    end
  elseif not self:sniff(ms) then
    self:listen(1)
  end
end

function Talk:wait_until(due)
  local ms = math.ceil((due - nmap.clock()) * 1000)
  if ms <= 0 then
    self.c:input("tick", nil, nmap.clock())
  elseif self.calling then
    self:wait_in_call(math.min(ms, POLL))
  elseif self.closed then
    stdnse.sleep(ms / 1000)
  else
    self:listen(ms)
  end
end

function Talk:close_raw()
  if self.pcap then
    self.pcap:pcap_close()
    self.dnet:ip_close()
    self.pcap, self.dnet = nil, nil
  end
end

function Talk:run(holder, ends)
  self:perform()
  holder:close()
  while not self.c:finished() do
    self:wait_until(math.min(self.c:deadline(), ends))
    if nmap.clock() >= ends then
      self.c:abort(nmap.clock())
      ends = math.huge
    end
    self:perform()
  end
  if self.socket then
    self.socket:close()
  end
  self:close_raw()
  return self.c:record()
end

--- What survey.run holds its conversations with, in a script for one port.
-- @tparam table host NSE's
-- @tparam table port NSE's
-- @tparam[opt] number ends when to stop, on nmap.clock(): the conversation
--   then says farewell, and no other is begun
-- @treturn function plan -> record | nil, message, code. A plan's raw SYN is
--   left out: Nmap has sent its own, and what it met is no part of the record.
function M.converse(host, port, ends)
  local lock = nmap.mutex("pptpgrade " .. host.ip) -- one conversation at a time
  ends = ends or math.huge
  return function(plan)
    if nmap.clock() + (plan.wait or 0) >= ends then
      return nil, "the time limit was reached", "limit"
    end
    stdnse.sleep(plan.wait or 0)
    lock "lock"
    -- It holds our place among Nmap's sockets until the connection is made.
    local source, holder, why = find_source(host, port)
    local talk = setmetatable({ host = host, plan = plan, source = source,
                                reason = port.reason, closed = true }, Talk)
    local record
    if source then
      talk:prepare(nmap.is_privileged())
      record = talk:run(holder, ends)
    end
    lock "done"
    return record, not record and tostring(why) or nil, "route"
  end
end

return M

-- SPDX-License-Identifier: BSD-2-Clause
-- Nmap's sockets, captures and clock without Nmap, in virtual time: waiting
-- moves the clock, and a server in a few lines answers. install(world) puts it
-- where `require` finds it; what happened stays in world.
local core = require "pptpgrade.core"

local M = {}

local SERVER, CLIENT = "192.0.2.1", "192.0.2.2"

-- ---- The server: bytes and packets in, bytes and packets out.

local function control_answers(world, fields)
  local kind = fields.control_message_type
  if kind == 1 then
    return core.encode("sccrp", { result_code = 1, host_name = "local",
                                  vendor_string = "linux" })
  elseif kind == 7 then
    world.call_id = fields.call_id
    return core.encode("ocrp", { result_code = 1, call_id = 128,
                                 peer_call_id = fields.call_id })
  elseif kind == 12 then
    world.over = true
    return nil
  elseif kind == 3 then
    return core.encode("stop_ccrp", { result_code = 1 })
  end
end

local function say(world, frame)
  world.sequence = (world.sequence or -1) + 1
  table.insert(world.packets, core.gre {
    source = SERVER, target = CLIENT, call_id = world.call_id,
    sequence = world.sequence, acknowledgment = world.heard,
    payload = core.encode("ppp", frame) })
end

local function lcp(world, code, identifier, options, data)
  say(world, { protocol = 0xc021, code = code, identifier = identifier,
               options = options, data = data })
end

local function packet_answers(world, packet)
  world.sent[#world.sent + 1] = packet
  for _, layer in ipairs((core.dissect(packet))) do
    if layer.layer == "gre" then
      world.heard = layer.sequence_number or world.heard
    elseif layer.layer == "lcp" and layer.code == 1 then
      lcp(world, 2, layer.identifier, layer.options)
      lcp(world, 1, 1, { { type = 3, value = "mschap_v2" },
                         { type = 5, value = 0x01020304 } })
    elseif layer.layer == "lcp" and layer.code == 2 then
      say(world, { protocol = 0xc223, code = 1, identifier = 9,
                   value = ("07"):rep(16), peer_name = "pptpd" })
    elseif layer.layer == "lcp" and layer.code == 5 then
      lcp(world, 6, layer.identifier)
    end
  end
end

-- ---- nsock, dnet, pcap.

local Socket = {}
Socket.__index = Socket

local function wait(world, queue, ms)
  local late = world.late and ms < 2 -- what comes is not there at once
  if queue[1] and not late then
    return table.remove(queue, 1)
  end
  world.waits[#world.waits + 1] = ms
  world.clock = world.clock + ms / 1000
end

-- What the capture has of the kernel's connect(): its SYN, and the answer where
-- replies come by that interface.
local function capture_handshake(world, port)
  local syn = core.syn { source = CLIENT, target = SERVER, sequence = 1,
                         source_port = 40000, port = port }
  local answer = core.syn { source = SERVER, target = CLIENT, sequence = 9,
                            source_port = port, port = 40000 }
  table.insert(world.packets, syn)
  if not world.deaf then
    table.insert(world.packets, answer:sub(1, 28) .. "\0\0\0\2" ..
                 answer:sub(33, 33) .. "\18" .. answer:sub(35))
  end
end

function Socket:set_timeout(ms)
  assert(math.type(ms) == "integer" and ms > 0)
  self.timeout = ms
end

function Socket:connect(host, port, protocol)
  assert(math.type(port) == "integer")
  local world = self.world
  world.address = type(host) == "table" and host.ip or host
  self.protocol = protocol
  if protocol == "udp" then
    return not world.no_route, world.no_route
  end
  world.connects[#world.connects + 1] = world.clock
  local failure = world.failures and table.remove(world.failures, 1)
  world.clock = world.clock +
    (failure == "TIMEOUT" and self.timeout / 1000 or 0.001)
  if failure then
    return nil, failure
  end
  self.ip, self.port = world.address, port
  if world.captures then
    capture_handshake(world, port)
  end
  if world.proxy then
    self.ip, self.port = world.proxy, 1080
  end
  return true
end

function Socket:get_info()
  if self.ip == nil and self.protocol ~= "udp" then
    return nil, "ERROR"
  end
  return true, self.world.source or CLIENT, 40000, self.ip, self.port
end

function Socket:send(bytes)
  local world = self.world
  if world.resets_at_send then
    world.reset = true
    return nil, "ERROR"
  end
  world.streams[#world.streams + 1] = bytes
  local answer = not world.mute and
    control_answers(world, core.decode("control", bytes))
  if answer then
    table.insert(world.stream, answer)
  end
  return true
end

function Socket:receive()
  local world = self.world
  local bytes = table.remove(world.stream, 1)
  if bytes then
    return true, bytes
  elseif world.reset then
    return nil, world.resets_at_send and "EOF" or "ERROR"
  elseif world.over then
    return nil, "EOF"
  end
  wait(world, {}, self.timeout)
  return nil, "TIMEOUT"
end

function Socket:close()
  self.world.closed = (self.world.closed or 0) + 1
end

function Socket:pcap_open(device, snaplen, promiscuous, filter)
  local world = self.world
  if world.no_capture then
    error "can't open pcap reader"
  end
  assert(snaplen > 0 and promiscuous == false)
  world.device, world.filter = device, filter
  world.captures = (world.captures or 0) + 1
end

function Socket:pcap_receive()
  local packet = wait(self.world, self.world.packets, self.timeout)
  if packet then
    return true, #packet, "", packet, self.world.clock
  end
  return nil, "TIMEOUT"
end

function Socket:pcap_close()
  self.world.captures = self.world.captures - 1
end

local Dnet = {}
Dnet.__index = Dnet

function Dnet.ip_open() end
function Dnet.ip_close() end

function Dnet:ip_send(packet, host)
  assert(type(host) == "table")
  packet_answers(self.world, packet)
  return true
end

-- Puts `nmap` and `stdnse` where the adapter finds them, and gives a fresh
-- adapter.
local function forget()
  package.loaded["pptpgrade.nmap"] = nil
  package.loaded["pptpgrade.nmap.converse"] = nil
end

function M.install(world)
  world.clock, world.waits, world.sleeps = 1000, {}, {}
  world.stream, world.packets, world.sent, world.streams = {}, {}, {}, {}
  world.locks, world.said, world.registry = {}, {}, {}
  world.connects = {} -- when each was asked for
  package.loaded.nmap = {
    registry = world.registry,
    clock = function() return world.clock end,
    get_ttl = function() return world.ttl or 64 end,
    get_interface = function() return world.interface end,
    is_privileged = function() return not world.unprivileged end,
    fetchfile = function() return world.file end,
    list_interfaces = function()
      return { { device = "lo", address = "127.0.0.1" },
               { device = "eth7", address = CLIENT } }
    end,
    new_socket = function() return setmetatable({ world = world }, Socket) end,
    new_dnet = function() return setmetatable({ world = world }, Dnet) end,
    mutex = function(key)
      world.mutex = key
      return function(what)
        world.locks[#world.locks + 1] = what
      end
    end,
  }
  package.loaded.stdnse = {
    sleep = function(seconds)
      world.sleeps[#world.sleeps + 1] = seconds
      world.clock = world.clock + seconds
    end,
    verbose1 = function(format, ...)
      world.said[#world.said + 1] = format:format(...)
    end,
  }
  forget()
  return require "pptpgrade.nmap"
end

function M.remove()
  package.loaded.nmap, package.loaded.stdnse = nil, nil
  forget()
end

M.server, M.client = SERVER, CLIENT

return M

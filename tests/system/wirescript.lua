-- SPDX-License-Identifier: BSD-2-Clause
-- usage: wirescript.lua SOURCE TARGET; what net.sender and net.capture do for
-- who has no capability, a line each.
local core, net = require "pptpgrade.core", require "pptpgrade.net"
local source, target = arg[1], arg[2]

local function syn(fields)
  fields.source, fields.sequence = fields.source or source, 7
  fields.target = fields.target or target
  fields.source_port = fields.source_port or 61440
  return core.syn(fields)
end

local capture <close> = assert(net.capture { filter = "tcp or icmp" })
local narrow <close> = assert(net.capture { filter = "src host " .. target })
local sender <close> = assert(net.sender())
print("apart", capture:apart(), sender:apart())
print("silence", capture:next(0))
print("sent", sender:send(syn {}))
local packet, meta = capture:next(5)
print("ours", #packet == meta.length, core.dissect(packet)[2].sequence_number)
local ip, tcp = table.unpack(core.dissect((assert(narrow:next(5)))))
print("answer", ip.source, tcp.source_port, tcp.flags,
      tcp.acknowledgment_number)
print("another port", sender:send(syn { port = 1724 }))
print("low port", sender:send(syn { source_port = 61439 }))
print("foreign", sender:send(syn { source = "192.0.2.77" }))
print("multicast", sender:send(syn { target = "224.0.0.1" }))
print("broken", sender:send "no packet")
print("gre", sender:send(core.gre { source = source, target = target,
                                    call_id = 5, acknowledgment = 0 }))
print("data", sender:send(core.gre { source = source, target = target,
                                     call_id = 5, sequence = 1,
                                     payload = "x" }))
print("drops", capture:drops(), narrow:drops())
print("filter", select(3, net.capture { filter = "no such words" }))
print("interface", select(3, net.capture { interface = "nosuch0" }))
print("its own", select(3, net.sender { interface = "veth0" }))

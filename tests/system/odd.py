#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Hosts whose TCP is odd, each at an address of its own, on one interface.

odd.py INTERFACE ADDRESS=MANNER...

No kernel has these addresses: ARP and echo requests are answered here too. What
comes back for a SYN to port 1723 is the manner's:

  ack            an ACK without SYN (a challenge ACK)
  rst            a RST that acknowledges nothing
  shut           a SYN-ACK with window 0, and nothing after it
  bare           a SYN-ACK without options; takes all, says nothing
  late           a SYN-ACK after 1.2 s, to the first SYN of its port alone
  quote:CODE     ICMP 3/CODE that quotes another sequence number, then SYN-ACKs
  soft:CODE      ICMP 3/CODE with a true quote each time, a SYN-ACK 50 ms later
  hard:CODE      ICMP 3/CODE with a true quote, and nothing else
  wrong          a SYN-ACK that acknowledges something else, until a RST came
  early          a SYN-ACK that carries 16 bytes
  refuse         a RST as it should be
  once:N         N SYNs are answered, by SYN-ACKs; no more of any address
  none           nothing

It prints "ready", and ends by itself after five minutes.
"""
import heapq
import ipaddress
import random
import select
import signal
import socket
import struct
import sys
import time

FIN, SYN, RST, ACK = 1, 2, 4, 16
PORT, MSS = 1723, bytes.fromhex("020405b4")
ROUTER = ipaddress.ip_address("198.18.200.2").packed  # who sends the ICMP
REQUEST = bytes.fromhex("001000011a2b3c4d0005000000000001")  # Echo-Request


def folded(data):
    words = struct.unpack(f"!{(len(data) + 1) // 2}H", data + b"\0" * (len(data) & 1))
    total = sum(words)
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return struct.pack("!H", 0xFFFF - total)


def packet(protocol, source, target, body):
    header = bytearray(struct.pack("!BxHHHBBxx", 0x45, 20 + len(body), 0,
                                   0x4000, 60, protocol) + source + target)
    header[10:12] = folded(bytes(header))
    return bytes(header) + body


class Flow:
    """One caller's port, as the host that it calls sees it."""

    def __init__(self):
        self.ours, self.syns = random.getrandbits(32), 0


class Host:
    def __init__(self, address, manner):
        self.address = ipaddress.ip_address(address).packed
        self.manner, _, number = manner.partition(":")
        self.number = int(number or 0)
        self.flows, self.reset, self.syns = {}, False, 0

    def segment(self, caller, port, ack, flags, seq=0, window=64000, data=b"",
                options=MSS):
        options = options if flags & SYN else b""
        body = bytearray(struct.pack(
            "!HHIIBBHxxxx", PORT, port, seq & 0xFFFFFFFF, ack & 0xFFFFFFFF,
            (20 + len(options)) << 2, flags, window) + options + data)
        pseudo = self.address + caller + struct.pack("!HH", 6, len(body))
        body[16:18] = folded(pseudo + bytes(body))
        return packet(6, self.address, caller, bytes(body))

    def unreachable(self, ip, true=True):
        quote = bytearray(ip[:28])
        if not true:
            quote[24:28] = bytes(255 - b for b in quote[24:28])
        body = bytearray(struct.pack("!BBxxxxxx", 3, self.number) + quote)
        body[2:4] = folded(bytes(body))
        return packet(1, ROUTER, ip[12:16], bytes(body))

    def syn(self, ip, caller, port, seq):
        """[(seconds, packet)]"""
        flow = self.flows.setdefault((caller, port), Flow())
        flow.syns += 1
        self.syns += 1
        first = flow.syns == 1
        accept = self.segment(caller, port, seq + 1, SYN | ACK, flow.ours)
        refuse = self.segment(caller, port, seq + 1, RST | ACK)
        manner = self.manner
        if manner == "ack":
            return [(0, self.segment(caller, port, seq + 1, ACK, flow.ours))]
        if manner == "rst":
            return [(0, self.segment(caller, port, 0, RST, flow.ours))]
        if manner == "shut":
            return [(0, self.segment(caller, port, seq + 1, SYN | ACK,
                                     flow.ours, 0, options=b""))]
        if manner == "bare":
            return [(0, self.segment(caller, port, seq + 1, SYN | ACK,
                                     flow.ours, options=b""))]
        if manner == "late":
            return [(1.2, accept)] if first else []
        if manner == "quote":
            return [(0, self.unreachable(ip, False) if first else accept)]
        if manner == "soft":
            return [(0, self.unreachable(ip)), (0.05, accept)]
        if manner == "hard":
            return [(0, self.unreachable(ip))]
        if manner == "wrong":
            return [(0, accept if self.reset else self.segment(
                caller, port, seq + 99, SYN | ACK, flow.ours, 0))]
        if manner == "early":
            return [(0, self.segment(caller, port, seq + 1, SYN | ACK,
                                     flow.ours, data=REQUEST))]
        if manner == "refuse":
            return [(0, refuse)]
        if manner == "once" and self.syns <= self.number:
            return [(0, accept)]
        return []

    def tcp(self, ip):
        caller, body = ip[12:16], ip[20:]
        port, target, seq, _, offset, flags = struct.unpack("!HHIIBB",
                                                            body[:14])
        data = body[offset >> 2:]
        if target != PORT:
            return []
        if flags & (SYN | ACK) == SYN:
            return self.syn(ip, caller, port, seq)
        self.reset = self.reset or bool(flags & RST)
        if flags & RST or self.manner == "shut" or not (data or flags & FIN):
            return []
        said = len(REQUEST) if self.manner == "early" else 0
        flow = self.flows.setdefault((caller, port), Flow())
        return [(0, self.segment(caller, port, seq + len(data) + (flags & FIN),
                                 ACK, flow.ours + 1 + said))]

    def answers(self, ip):
        if ip[0] != 0x45:
            return []
        if ip[9] == 1 and ip[20] == 8:
            body = bytearray(ip[20:])
            body[0], body[2:4] = 0, b"\0\0"
            body[2:4] = folded(bytes(body))
            return [(0, packet(1, self.address, ip[12:16], bytes(body)))]
        return self.tcp(ip) if ip[9] == 6 else []


class Wire:
    def __init__(self, interface, hosts):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                                    socket.htons(3))
        self.socket.bind((interface, 0))
        self.mac = self.socket.getsockname()[4]
        self.hosts = {host.address: host for host in hosts}
        self.later, self.number = [], 0

    def arp(self, frame):
        host = self.hosts.get(frame[38:42])
        if host and frame[20:22] == b"\0\1":
            self.socket.send(frame[6:12] + self.mac + frame[12:20] + b"\0\2" +
                             self.mac + host.address + frame[22:32])

    def ip(self, frame):
        ip = frame[14:14 + int.from_bytes(frame[16:18], "big")]
        host = self.hosts.get(ip[16:20])
        for seconds, answer in host.answers(ip) if host else ():
            self.number += 1
            heapq.heappush(self.later, (
                time.monotonic() + seconds, self.number,
                frame[6:12] + self.mac + frame[12:14] + answer))

    def receive(self):
        frame, address = self.socket.recvfrom(65535)
        if address[2] == socket.PACKET_OUTGOING:
            return
        if frame[12:14] == b"\x08\x06":
            self.arp(frame)
        elif frame[12:14] == b"\x08\0":
            self.ip(frame)

    def send_due(self):
        while self.later and self.later[0][0] <= time.monotonic():
            self.socket.send(heapq.heappop(self.later)[2])

    def run(self):
        while True:
            wait = max(0, self.later[0][0] - time.monotonic()) \
                if self.later else None
            if select.select([self.socket], [], [], wait)[0]:
                self.receive()
            self.send_due()


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    signal.alarm(300)
    hosts = [Host(*argument.split("=", 1)) for argument in sys.argv[2:]]
    wire = Wire(sys.argv[1], hosts)
    print("ready", flush=True)
    wire.run()


if __name__ == "__main__":
    main()

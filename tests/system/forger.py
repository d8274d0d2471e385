#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Answers SYNs that it never saw: to a sweep's ports, with a number that it
guessed. In the far end's namespace, while a sweep runs.

forger.py COUNT MAC [FILE]  of each: SYN-ACK, RST, ICMP 3/13, and RST without ACK,
                            to the near end with this address; says how many of
                            the first three that were. With FILE they are not
                            sent, and become a capture
"""
import itertools
import random
import socket
import struct
import sys

NEAR = bytes([192, 0, 2, 1])
FIRST = 10 << 24 | 16 << 16
BITS = 16
PORTS = 24576, 32767
ROUTER = bytes([10, 16, 0, 1])


def ones_sum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ip(source, destination, protocol, payload):
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 0, 0, 64,
                       protocol, 0, source, destination)
    return head[:10] + struct.pack("!H", ones_sum(head)) + head[12:] + payload


def tcp(source, destination, ports, numbers, flags):
    bare = struct.pack("!HHIIBBHHH", *ports, *numbers, 0x50, flags, 65160, 0, 0)
    pseudo = source + destination + struct.pack("!HH", 6, len(bare))
    return bare[:16] + struct.pack("!H", ones_sum(pseudo + bare)) + bare[18:]


def answer(flags):
    target = struct.pack("!I", FIRST + random.getrandbits(BITS))
    numbers = random.getrandbits(32), random.getrandbits(32)
    ports = 1723, random.randint(*PORTS)
    return ip(target, NEAR, 6, tcp(target, NEAR, ports, numbers, flags))


def unreachable():
    target = struct.pack("!I", FIRST + random.getrandbits(BITS))
    ports = random.randint(*PORTS), 1723
    numbers = random.getrandbits(32), 0
    quoted = ip(NEAR, target, 6, tcp(NEAR, target, ports, numbers, 2))
    body = struct.pack("!BBHI", 3, 13, 0, 0) + quoted
    body = body[:2] + struct.pack("!H", ones_sum(body)) + body[4:]
    return ip(ROUTER, NEAR, 1, body)


def frames(to, mine):
    while True:
        for packet in answer(18), answer(20), unreachable():
            yield to + mine + b"\x08\0" + packet, 1
        yield to + mine + b"\x08\0" + answer(4), 0  # answers no SYN at all


def capture(path):
    file = open(path, "wb")
    file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))

    def write(frame):
        size = len(frame)
        file.write(struct.pack("<IIII", 0, 0, size, size) + frame)
    return write


def wire():
    out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    out.bind(("veth0", 0))
    return out.send


def main():
    with open("/sys/class/net/veth0/address", encoding="ascii") as file:
        mine = bytes.fromhex(file.read().replace(":", ""))
    to = bytes.fromhex(sys.argv[2].replace(":", ""))
    put = capture(sys.argv[3]) if len(sys.argv) > 3 else wire()
    told = 0
    for frame, tells in itertools.islice(frames(to, mine),
                                         4 * int(sys.argv[1])):
        put(frame)
        told += tells
    print(told)


main()

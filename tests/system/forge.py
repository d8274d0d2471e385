#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Sends what somebody would who wants to be in a sweep's results.

forge.py SOURCE DESTINATION COUNT   so many of each: SYN-ACKs and RSTs from
                                    SOURCE's port 1723 to the sweep's ports,
                                    and ICMP 3/13 that quotes a SYN to it; all
                                    but the number is right
"""
import random
import socket
import struct
import sys


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total & 0xffff) + (total >> 16)
    return ~(total + (total >> 16)) & 0xffff


def ip(source, target, protocol, payload):
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 1, 0, 60,
                       protocol, 0, source, target)
    return (head[:10] + struct.pack("!H", checksum(head)) + head[12:] +
            payload)


def tcp(source, target, ports, numbers, flags):
    body = struct.pack("!HHIIBBHHH", *ports, *numbers, 5 << 4, flags, 65160,
                       0, 0)
    pseudo = source + target + struct.pack("!HH", 6, len(body))
    body = body[:16] + struct.pack("!H", checksum(pseudo + body)) + body[18:]
    return ip(source, target, 6, body)


def icmp(source, target, quote):
    body = struct.pack("!BBHI", 3, 13, 0, 0) + quote
    body = body[:2] + struct.pack("!H", checksum(body)) + body[4:]
    return ip(source, target, 1, body)


def main():
    them, us = (socket.inet_aton(text) for text in sys.argv[1:3])
    out = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    for _ in range(int(sys.argv[3])):
        port = random.randrange(24576, 32768)
        number = random.randrange(1 << 32)
        quote = tcp(us, them, (port, 1723), (number, 0), 2)[:28]
        for packet in (tcp(them, us, (1723, port), (7, number), 0x12),
                       tcp(them, us, (1723, port), (0, number), 0x14),
                       icmp(them, us, quote)):
            out.sendto(packet, (sys.argv[2], 0))


main()

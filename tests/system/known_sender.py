#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Sends what is known beforehand, for the test of the far end's counter.

known_sender.py near|far|end SENDER     targets: 198.18.0.0 and 4095 more

SENDER: even (each once, a /24 after the other), wrong (one short, one twice,
in order, with a pause amidst, three to another port), answered (ten ask;
SYN-ACKs; RSTs to seven, an ACK to one), own (ports of a sweep and others).
"""
import socket
import struct
import sys
import time

SYN, RST, ACK = 2, 4, 16
SWEEP, KERNEL, TARGETS = 25000, 40000, 4096
FIRST = 198 << 24 | 18 << 16
NEAR = bytes([192, 0, 2, 1])


def frame(target, flags, port=SWEEP, to=1723, back=False):
    near, far = (NEAR, port), (struct.pack("!I", FIRST + target), to)
    (source, sport), (destination, dport) = (far, near) if back else (near, far)
    tcp = struct.pack("!HHIIBBHHH", sport, dport, 1, 0, 0x50, flags, 1024, 0,
                      0)
    return (b"\xff" * 6 + b"\x02" + b"\0" * 5 + b"\x08\0" +
            struct.pack("!BBHHHBBH4s4s", 0x45, 0, 40, 0, 0, 64, 6, 0, source,
                        destination) + tcp)


def even():
    for number in range(TARGETS):
        yield frame(number % 16 * 256 + number // 16, SYN)


def wrong():
    for port in (80, 443, 50000):
        yield frame(9, SYN, to=port)
    for target in range(TARGETS):
        if target != 77:
            yield frame(target, SYN)
        if target == TARGETS // 2:
            time.sleep(0.6)  # eleven whole windows
        if target == 1000:
            yield frame(target, SYN)


def answered():
    return (frame(target, SYN) for target in range(10))


def syn_acks():
    yield from (frame(target, SYN | ACK, back=True) for target in range(10))
    yield frame(3, SYN | ACK, back=True)


def ends():
    yield from (frame(target, RST) for target in range(7))
    yield frame(7, ACK)
    yield frame(8, ACK, port=SWEEP + 1)  # of no connection


def own():
    for target in range(4):
        yield frame(target, SYN)
        yield frame(target, SYN, port=KERNEL)


SENT = {
    ("near", "even"): even,
    ("near", "wrong"): wrong,
    ("near", "answered"): answered,
    ("far", "answered"): syn_acks,
    ("end", "answered"): ends,
    ("near", "own"): own,
}


def main():
    out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    out.bind(("veth0", 0))
    for it in SENT.get((sys.argv[1], sys.argv[2]), lambda: ())():
        out.send(it)


main()

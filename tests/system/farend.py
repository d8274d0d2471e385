#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Counts at a sweep's far end, and shares no line with who sweeps.

farend.py INTERFACE FILE    until SIGTERM, then writes a JSON object: SYNs by
                            "address:port", resets by address, SYNs by tenth of
                            a second since the first
"""
import collections
import json
import signal
import socket
import struct
import sys
import time

SO_RCVBUFFORCE = 33  # no name of Python's

syns, resets = collections.Counter(), collections.Counter()
tenths = collections.Counter()
began = None


def count(frame):
    global began
    if frame[12:14] != b"\x08\x00" or frame[14] != 0x45 or frame[23] != 6:
        return
    target = socket.inet_ntoa(frame[30:34])
    port, = struct.unpack("!H", frame[36:38])
    flags = frame[47]
    if flags & 4:
        resets[target] += 1
    elif flags & 0x12 == 2:
        began = began or time.monotonic()
        syns[f"{target}:{port}"] += 1
        tenths[int((time.monotonic() - began) * 10)] += 1


def end(*_):
    with open(sys.argv[2], "w", encoding="ascii") as out:
        json.dump({"syns": syns, "resets": resets, "tenths": tenths}, out)
    sys.exit(0)


def main():
    heard = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                          socket.htons(0x0800))
    heard.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 24)
    heard.bind((sys.argv[1], 0x0800))
    signal.signal(signal.SIGTERM, end)
    print("ready", flush=True)
    while True:
        frame, where = heard.recvfrom(2048)
        if where[2] != socket.PACKET_OUTGOING:
            count(frame)


main()

#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Says to pptp-wire what its users would who sweep, bent.

usage: sweepfeed.py HELPER COUNT

The messages are those of native/net/sweeper_messages.h, a helper for each forty.
Each has to have one answer. Prints how many were asked, and how many sweeps began;
exit status 1 where an answer is missing, or a helper ends.
"""
import os
import random
import socket
import struct
import sys

SWEEP = 15
CONFIG, EXCLUDE, PORTS, ENTRIES, OPEN, REMEMBER, LOSE, START = range(1, 9)
TAKE, JUDGE, LOW, DONE, STAND, STOP, ANSWER = range(9, 16)
COUNTS = 17
chance = random.Random(1)


def address(text):
    return b"\4" + socket.inet_aton(text)


def config():
    return bytes([CONFIG]) + struct.pack(
        f"!QQQQQIQQQQQHH{COUNTS}Q", 256, 7, 0, 256, 0, 0, 10 ** 10, 10 ** 9,
        20000, 1, 2, 24576, 8192, *([0] * COUNTS)) + \
        b"\0" + b"\0" + struct.pack("!QQBBB", 1 << 16, 1 << 20, 0, 0, 0)


def entry(first, targets):
    return address(first) + struct.pack("!QHB", targets, 1723, 0)


def leave(first, last):
    return bytes([EXCLUDE, 1]) + address(first) + address(last)


def originals():
    yield config()
    yield leave("198.18.99.0", "198.18.99.255")
    yield bytes([ENTRIES]) + entry(chance.choice(
        ["198.18.98.0"] * 8 + ["198.18.99.0", "223.255.255.1", "224.0.0.0"]),
        256)
    yield bytes([OPEN])
    yield bytes([START])
    while True:
        kind = chance.randrange(1, 16)
        yield bytes([kind]) + chance.choice(
            [b"", struct.pack("!Q", chance.randrange(300))])


def bend(message):
    message = bytearray(message)
    if chance.random() < 0.15:
        for _ in range(1 + chance.randrange(2)):
            message[chance.randrange(len(message))] ^= 1 << chance.randrange(8)
    if chance.random() < 0.02:
        del message[1 + chance.randrange(len(message)):]
    return bytes(message)


class Feeder:
    def __init__(self, helper):
        self.socket, its = socket.socketpair(socket.AF_UNIX,
                                             socket.SOCK_SEQPACKET)
        self.child = os.fork()
        if self.child == 0:
            os.dup2(its.fileno(), 3)
            os.execv(helper, ["pptp-wire"])
        its.close()
        self.socket.settimeout(10)
        assert self.socket.recv(65536)[0] == 1
        # In a batch, behind its length; from here on there are none.
        self.socket.send(bytes([0, 5, SWEEP, 0, 0, 0, 1]))
        answer = self.socket.recv(65536)
        assert answer[2:7] == bytes([12, 0, 0, 0, 1]), answer
        self.began = 0

    def ask(self, message):
        self.socket.send(message)
        answer = self.socket.recv(65536)
        if not answer:
            raise EOFError("the helper ended")
        if answer[0] != ANSWER:
            raise ValueError("no answer")
        self.began |= message == bytes([START]) and answer[1:9] == bytes(8)

    def close(self):
        self.socket.close()
        return os.waitstatus_to_exitcode(os.waitpid(self.child, 0)[1])


def main():
    helper, count = sys.argv[1], int(sys.argv[2])
    asked = began = 0
    while asked < count:
        feeder, messages = Feeder(helper), originals()
        for _ in range(40):
            message = next(messages)
            # Whom to leave alone is the user's to say: he says it.
            said = message[0] == EXCLUDE and len(message) > 9
            feeder.ask(message if said else bend(message))
            asked += 1
        began += feeder.began
        if feeder.close() != 0:
            return 1
    print(f"{asked} asked, {began} began")
    return 0


sys.exit(main())

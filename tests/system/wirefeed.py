#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Says to pptp-wire what its users would, bent.

usage: wirefeed.py HELPER SOURCE TARGET COUNT

The messages are those of native/net/wire_messages.h, one to eight in a batch of
native/net/wire_batch.h. Each has to have one answer with its number. Prints how
many were asked, how many were granted; exit status 1 where an answer is missing,
or the helper ends.
"""
import os
import random
import socket
import struct
import sys

SETTINGS, OUT, IN, EXCLUDE, TALK, HUSH, SEND = range(2, 9)
ROOM = 16384  # of a batch
DRAIN, DROPS, GUARD, ANSWER = 9, 10, 11, 12


def address(text):
    return b"\4" + socket.inet_aton(text)


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total & 0xffff) + (total >> 16)
    return ~(total + (total >> 16)) & 0xffff


def packet(source, target, protocol, payload):
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), 0, 0x4000, 64,
                       protocol, 0)
    ends = socket.inet_aton(source) + socket.inet_aton(target)
    full = head + ends
    return full[:10] + struct.pack("!H", checksum(full)) + full[12:] + payload


class Feeder:
    def __init__(self, helper, source, target):
        self.source, self.target = source, target
        self.random = random.Random(1)
        ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.child = os.fork()
        if self.child == 0:
            os.dup2(its.fileno(), 3)
            os.execv(helper, ["pptp-wire"])
        its.close()
        self.socket, self.granted, self.heard = ours, 0, b""
        self.socket.settimeout(10)
        assert self.socket.recv(4096)[0] == 1
        for kind, fields in (
                (SETTINGS, struct.pack("!IBB", 1 << 20, 0, 0)),
                (OUT, struct.pack("!I", 0) + address(source)),
                (IN, b"\5veth0"), (GUARD, b""),
                (EXCLUDE, address("198.18.99.0") + address("198.18.99.255"))):
            self.ask(bytes([kind]) + struct.pack("!I", 1) + fields)
        self.talk = struct.pack("!IBBH", 7, 0, 1, 1723) + address(source) + \
            address(target)

    def ask(self, message):
        """The errno of its answer."""
        return self.ask_all([message])[0]

    def next_answer(self):
        while True:
            while not self.heard:
                self.heard = self.socket.recv(65536)
                if not self.heard:
                    raise EOFError("the helper ended")
            length = struct.unpack("!H", self.heard[:2])[0]
            message = self.heard[2:2 + length]
            self.heard = self.heard[2 + length:]
            if len(message) != length:
                raise ValueError("a message that is cut")
            if message[0] == ANSWER:
                return message

    def ask_all(self, messages, cut=0):
        """The errno of each answer. Bytes are cut off the last."""
        errors = []
        batch = b"".join(struct.pack("!H", len(m)) + m for m in messages)
        self.socket.send(batch[:len(batch) - cut])
        for i, message in enumerate(messages):
            answer = self.next_answer()
            whole = len(message) >= 5 and not (cut and i == len(messages) - 1)
            if answer[1:5] != (message[1:5] if whole else answer[1:5]):
                raise ValueError("an answer to another request")
            self.granted += answer[13:17] == bytes(4)
            errors.append(struct.unpack("!I", answer[9:13])[0])
        return errors

    def packet(self):
        syn = struct.pack("!HHIIBBHHH", 0xf007, 1723, 1, 0, 0x50, 2, 64240, 0, 0)
        echo = struct.pack("!BBHHH", 8, 0, 0xf7fe, 1, 0)
        gre = struct.pack("!HHHHI", 0x2081, 0x880b, 0, 5, 0xffffffff)
        return self.random.choice(
            [packet(self.source, self.target, 6, syn),
             packet(self.source, self.target, 1, echo),
             packet(self.source, self.target, 47, gre)])

    def original(self):
        kind = self.random.choice([TALK, HUSH, SEND, SEND, SEND, DRAIN, DROPS])
        number = struct.pack("!I", self.random.choice([1, 7]))
        fields = {TALK: self.talk, SEND: number + self.packet()
                  }.get(kind, number)
        return bytearray(bytes([kind]) + self.random.randbytes(4) + fields)

    def mutant(self):
        message = self.original()
        for _ in range(self.random.randrange(4)):
            at = self.random.randrange(len(message))
            message[at] ^= 1 << self.random.randrange(8)
        dice = self.random.randrange(32)
        if dice == 0:
            del message[self.random.randrange(1, len(message)):]
        elif dice == 1:
            message += self.random.randbytes(self.random.randrange(3000))
        return bytes(message)

    def feed(self, most):
        """How many were asked."""
        mutants = [self.mutant()
                   for _ in range(min(most, self.random.randint(1, 8)))]
        while sum(map(len, mutants)) > ROOM - 2 * len(mutants):
            mutants.pop()
        cut = 0
        if self.random.randrange(32) == 0:
            cut = self.random.randint(1, len(mutants[-1]))
        self.ask_all(mutants, cut)
        return len(mutants)


def main():
    helper, source, target, count = sys.argv[1:5]
    feeder = Feeder(helper, source, target)
    left = int(count)
    while left > 0:
        left -= feeder.feed(left)
    feeder.socket.close()
    print(f"{count} asked, {feeder.granted} granted")
    return os.waitstatus_to_exitcode(os.waitpid(feeder.child, 0)[1])


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Asks pptp-wire for what its own limits forbid, in well-formed messages.

usage: wirelimits.py HELPER SOURCE TARGET SECONDS

Prints a line a limit: the name of what was answered, or of what was sent.
"""
import collections
import errno
import struct
import sys
import time

from wirefeed import HUSH, SEND, TALK, Feeder, address, packet

MANY = 256  # public addresses
BATCH = 128  # of messages at once


def name(error):
    return errno.errorcode.get(error, "granted")


def talk(feeder, number, target, contact=0):
    """Begins a conversation."""
    return name(feeder.ask(
        bytes([TALK]) + struct.pack("!IIBBH", number, number, contact, 0, 1723)
        + address(feeder.source) + address(target)))


def hush(feeder, number):
    """Ends it."""
    feeder.ask(bytes([HUSH]) + struct.pack("!II", number, number))


def many(feeder):
    """Public addresses one after another, none at the same time as another."""
    answers = set()
    for i in range(MANY):
        answers.add(talk(feeder, i + 1, f"8.8.0.{i}"))
        hush(feeder, i + 1)
    print("public", *answers)
    print("one more", talk(feeder, 1000, "8.8.1.0"))
    print("one of them", talk(feeder, 1001, "8.8.0.9"))
    print("private", talk(feeder, 1002, "10.0.0.1"))
    print("with contact", talk(feeder, 1003, "8.8.1.0", 1))


def flood(feeder, target, seconds):
    """As many SYNs as there is time for, whatever is answered."""
    syn = struct.pack("!HHIIBBHHH", 0xf007, 1723, 1, 0, 0x50, 2, 64240, 0, 0)
    message = bytes([SEND]) + struct.pack("!II", 9, 1) + \
        packet(feeder.source, target, 6, syn)
    talk(feeder, 2000, target)
    answers = collections.Counter()
    begun = time.monotonic()
    while time.monotonic() < begun + seconds:
        answers.update(map(name, feeder.ask_all([message] * BATCH)))
    took = int((time.monotonic() - begun) * 1000)
    print("flood", answers.total(), answers.pop("granted", 0),
          answers.pop("EAGAIN", 0), took, *answers)


def main():
    helper, source, target, seconds = sys.argv[1:5]
    feeder = Feeder(helper, source, target)
    print("excluded", talk(feeder, 5000, "198.18.99.7"))
    print("beside", talk(feeder, 5001, "198.18.100.0"))
    many(feeder)
    flood(feeder, target, float(seconds))


main()

#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Control connections that go by a script, each address another one.

scripted.py [--eager] ADDRESS=SCRIPT...

All listen on port 1723. A script is the name of a function below that begins
with script_. None of them looks at a login. --eager: on the first processor,
before every other program, so that what a script does is done before the other
side looks.

It prints "ready" when all listen, and ends by itself after five minutes.
"""
import os
import signal
import socket
import struct
import sys
import threading
import time

PORT, COOKIE = 1723, 0x1A2B3C4D
OUR_CALL = 0x0080


def message(kind, body):
    return struct.pack("!HHIHH", 12 + len(body), 1, COOKIE, kind, 0) + body


def start_reply(result=1, error=0, more=b"", firmware=1, host=b"gateway",
                vendor=b"Example"):
    return message(2, struct.pack("!HBBIIHH64s64s", 0x0100, result, error, 3,
                                  3, 0, firmware, host, vendor) + more)


def call_reply(peer, result=1, error=0, speed=100000000):
    return message(8, struct.pack("!HHBBHIHHI", OUR_CALL, peer, result, error,
                                  0, speed, 64, 0, 0))


def disconnect():
    return message(13, struct.pack("!HBBHH128s", OUR_CALL, 4, 0, 0, 0, b""))


STOP_REQUEST = message(3, b"\1\0\0\0")
STOP_REPLY = message(4, b"\1\0\0\0")
LCP = b"\xff\3\xc0\x21"
PAP_REQUEST = LCP + bytes.fromhex("0101000e0304c0230506deadbeef")


class Caller:
    def __init__(self, connection):
        self.connection = connection
        self.address = connection.getpeername()[0]
        self.call, self.sequence, self.heard = 0, 0, None
        self.rest = b""
        self.gre = socket.socket(socket.AF_INET, socket.SOCK_RAW, 47)
        self.gre.bind((connection.getsockname()[0], 0))
        self.gre.connect((self.address, 0))

    def say(self, data):
        self.connection.sendall(data)

    def hear(self):
        """(kind, body) of the next message, or None at the end."""
        while len(self.rest) < 12 or \
                len(self.rest) < struct.unpack("!H", self.rest[:2])[0]:
            data = self.connection.recv(4096)
            if not data:
                return None
            self.rest += data
        length, _, _, kind = struct.unpack("!HHIH", self.rest[:10])
        body, self.rest = self.rest[12:length], self.rest[length:]
        if kind == 7:
            self.call = struct.unpack("!H", body[:2])[0]
        return kind, body

    def send_ppp(self, frame):
        flags, tail = 0x3001, b""
        if self.heard is not None:
            flags, tail = 0x3081, struct.pack("!I", self.heard)
        self.gre.send(struct.pack("!HHHHI", flags, 0x880B, len(frame),
                                  self.call, self.sequence) + tail + frame)
        self.sequence += 1

    def hear_ppp(self, seconds):
        """The PPP frames of a time, as they come."""
        end = time.monotonic() + seconds
        while True:
            self.gre.settimeout(max(0.001, end - time.monotonic()))
            try:
                gre = self.gre.recv(4096)[20:]
            except OSError:
                return
            flags, _, length, call = struct.unpack("!HHHH", gre[:8])
            if call != OUR_CALL or not flags & 0x1000:
                continue
            self.heard = struct.unpack("!I", gre[8:12])[0]
            at = 16 if flags & 0x80 else 12
            yield gre[at:at + length]


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                          struct.pack("ii", 1, 0))
    connection.close()


# ---- what is no PPTP, or not for long

def script_reset(caller):
    reset(caller.connection)


def script_banner_reset(caller):
    caller.say(b"220 not for you\r\n")
    reset(caller.connection)


def script_shut(_):
    pass


def script_mute(caller):
    while caller.connection.recv(4096):
        pass


def script_echo(caller):
    while data := caller.connection.recv(4096):
        caller.say(data)


def script_noise(caller):
    caller.say(bytes((i * 151 + 7) % 251 for i in range(700)))


def script_cut(caller):
    caller.hear()
    caller.say(start_reply()[:40])


def script_long(caller):
    caller.hear()
    caller.say(start_reply(more=bytes(224 - 156)))
    script_mute(caller)


# ---- a whole control connection, with one thing odd

def follow(caller, start, reply, after=lambda caller: None, linger=0):
    """`start` for SCCRQ, `reply` for OCRQ (given the Call-ID), then `after`.

    `linger`: seconds from a request to stop to the answer.
    """
    while heard := caller.hear():
        kind = heard[0]
        if kind == 1:
            caller.say(start)
        elif kind == 7:
            caller.say(reply(caller.call))
            threading.Thread(target=after, args=(caller,),
                             daemon=True).start()
        elif kind == 12:
            caller.say(disconnect())
        elif kind == 3:
            time.sleep(linger)
            caller.say(STOP_REPLY)
            return


def lcp_of(frame):
    return frame[4:] if frame[:2] == b"\xff\3" else frame[2:]


def ask_for(request, caller):
    """An opened LCP: `request` asks for a login, and nothing more is said."""
    caller.send_ppp(request)
    for lcp in map(lcp_of, caller.hear_ppp(60)):
        if lcp[:1] == b"\1":
            caller.send_ppp(LCP + b"\2" + lcp[1:])
        elif lcp[:1] == b"\5":
            caller.send_ppp(LCP + b"\6" + lcp[1:4])


def ask_for_pap(caller):
    ask_for(PAP_REQUEST, caller)


def script_pap(caller):
    follow(caller, start_reply(), call_reply, ask_for_pap)


def script_result_zero(caller):
    follow(caller, start_reply(0, 0), call_reply, ask_for_pap)


def script_result_word(caller):
    follow(caller, start_reply(0, 1), call_reply, ask_for_pap)


def script_unasked(caller):
    follow(caller, start_reply() + call_reply(0),
           lambda call: call_reply(call, 7))


def script_twice(caller):
    follow(caller, start_reply() * 2, lambda call: call_reply(call, 7))


def script_stops(caller):
    """Refuses the call, and then asks to stop every 0.9 s."""
    caller.hear()
    caller.say(start_reply())
    caller.hear()
    caller.say(call_reply(caller.call, 7))
    for _ in range(60):
        time.sleep(0.9)
        caller.say(STOP_REQUEST)


# ---- messages at times at which they are not expected

def script_early(caller):
    """GRE 0.3 s before the call is taken."""
    def reply(call):
        caller.send_ppp(PAP_REQUEST)
        time.sleep(0.3)
        return call_reply(call)
    follow(caller, start_reply(), reply)


def script_junk(caller):
    """The call is taken, and what follows in the same segment is no message."""
    follow(caller, start_reply(), lambda call: call_reply(call) + bytes(20))


def script_taken_back(caller):
    """Something to acknowledge right before the call is taken back."""
    def after(caller):
        time.sleep(0.05)
        caller.send_ppp(LCP + bytes.fromhex("0c01000c0000000061626364"))
        time.sleep(0.05)
        caller.say(disconnect())
    follow(caller, start_reply(), call_reply, after, 1)


def script_terminates(caller):
    """Two Terminate-Requests, each with an identifier of its own."""
    def later():
        for identifier in (7, 8):
            time.sleep(0.6)
            caller.send_ppp(LCP + bytes((5, identifier, 0, 4)))

    def after(caller):
        time.sleep(0.05)
        threading.Thread(target=later, daemon=True).start()
        caller.send_ppp(PAP_REQUEST)
        for lcp in map(lcp_of, caller.hear_ppp(20)):
            if lcp[:1] == b"\1":
                caller.send_ppp(LCP + b"\2" + lcp[1:])
    follow(caller, start_reply(), call_reply, after)


def script_huge(caller):
    """26 times a request of 382 options, two bytes each."""
    request = LCP + struct.pack("!BBH", 1, 1, 4 + 764) + b"\x13\2" * 382

    def after(caller):
        for _ in range(26):
            time.sleep(0.05)
            caller.send_ppp(request)
    follow(caller, start_reply(), call_reply, after)


# ---- odd, and right

def script_asks_first(caller):
    """An Echo-Request as soon as there is a connection, and nothing else."""
    caller.say(message(5, struct.pack("!I", 1)))
    script_mute(caller)


def script_minus_one(caller):
    """First sequence number 1, and an acknowledgement of what never came."""
    def after(caller):
        caller.sequence, caller.heard = 1, 0xFFFFFFFF
        caller.send_ppp(PAP_REQUEST)
    follow(caller, start_reply(vendor=b"Cisco Systems, Inc."), call_reply,
           after)


def script_multilink(caller):
    """CHAP-MD5 beside an MRRU and an Endpoint-Discriminator of class 0."""
    request = LCP + bytes.fromhex("0102001c 010405dc 0305c22305"
                                  "0506a1b2c3d4 0702 110405dc 130300")
    follow(caller, start_reply(), call_reply,
           lambda caller: ask_for(request, caller))


def script_clears(caller):
    """Windows' fields, and a Call-Clear-Request of the server's own."""
    def after(caller):
        time.sleep(0.1)
        port = caller.connection.getpeername()[1]
        caller.say(message(15, struct.pack("!HHII", port, 0, 0xFFFFFFFF,
                                           0xFFFFFFFF)))
        time.sleep(1)
        caller.say(message(12, struct.pack("!HH", OUR_CALL, 0)))
    follow(caller, start_reply(firmware=3790, host=b"", vendor=b"Microsoft"),
           lambda call: call_reply(call, speed=0x00E1F505), after)


def serve(listener, script):
    def one(connection):
        try:
            with connection:
                script(Caller(connection))
        except OSError:
            pass

    while True:
        connection = listener.accept()[0]
        if EAGER:
            one(connection)
        else:
            threading.Thread(target=one, args=(connection,),
                             daemon=True).start()


EAGER = "--eager" in sys.argv


def main():
    pairs = [a.split("=", 1) for a in sys.argv[1:] if a != "--eager"]
    if not pairs:
        sys.exit(__doc__)
    signal.alarm(300)
    if EAGER:
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50))
    for address, name in pairs:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, PORT))
        listener.listen(512)
        threading.Thread(target=serve, daemon=True, args=(
            listener, globals()["script_" + name])).start()
    print("ready", flush=True)
    while True:
        time.sleep(60)


if __name__ == "__main__":
    main()

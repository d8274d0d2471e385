#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Stands in pptp-wire's place, and writes down what its user says to it.

The helper itself is beside this file, as pptp-wire.real; what was said is in
pptp-wire.said there, a line of hexadecimal digits a message.
"""
import os
import select
import socket
import sys

here = os.path.dirname(os.path.abspath(sys.argv[0]))
user = socket.socket(fileno=3)
ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
child = os.fork()
if child == 0:
    ours.close()
    os.dup2(its.fileno(), 3)
    os.execv(os.path.join(here, "pptp-wire.real"), ["pptp-wire"])
its.close()
with open(os.path.join(here, "pptp-wire.said"), "a", encoding="ascii") as said:
    way = {user: ours, ours: user}
    while True:
        for one in select.select(list(way), [], [])[0]:
            message = one.recv(1 << 18)
            if not message:
                ours.close()
                sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
            if one is user:
                said.write(message.hex() + "\n")
                said.flush()
            way[one].send(message)

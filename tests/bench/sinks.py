# SPDX-License-Identifier: BSD-2-Clause
"""Where a sweep's packets go, and are counted by the kernel: an ifb, which
frees each at once, so that only the sender pays; or the far end of a veth pair,
which drops each as it comes, so that both ends pay. Nobody answers.
"""
import os
import signal
import subprocess
import threading
import time

from beds import must, run

SAMPLE = 0.01  # seconds between two looks at the counter
QUIET = 0.1  # seconds without a packet, after which no more will come
DROP = """table netdev wall {
    chain in { type filter hook ingress device veth0 priority 0; policy drop; }
}"""


class Sink:
    """A namespace to send from, and who counts what comes."""

    source, gateway = "192.0.2.1", "192.0.2.254"

    def __init__(self, kind, drop=True):
        self.kind, self.drop = kind, drop
        self.interface = "ifb0" if kind == "ifb" else "veth0"
        self.near, self.far = (f"pptp-sink-{os.getpid()}-{end}"
                               for end in ("near", "far"))
        self.counter = self.far if kind == "veth" else self.near
        self.mac, self.gateway_mac = None, "02:00:00:00:00:01"
        self.holder = None

    def __enter__(self):
        try:
            self.join()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.holder:
            self.holder.kill()
            self.holder.wait()
        for name in (self.near, self.far):
            for pid in run(["ip", "netns", "pids", name]).stdout.split():
                os.kill(int(pid), signal.SIGKILL)
            run(["ip", "netns", "delete", name])

    def join(self):
        for name in (self.near, self.far):
            must("ip", "netns", "add", name)
            must("ip", "netns", "exec", name, "sysctl", "-qw",
                 "net.ipv6.conf.all.disable_ipv6=1",
                 "net.ipv6.conf.default.disable_ipv6=1")
            must("ip", "-n", name, "link", "set", "lo", "up")
        if self.kind == "ifb":
            must("ip", "-n", self.near, "link", "add", "ifb0", "type", "ifb")
        else:
            self.join_veth()
        must("ip", "-n", self.near, "link", "set", self.interface, "up")
        must("ip", "-n", self.near, "address", "add", self.source + "/24",
             "dev", self.interface)
        must("ip", "-n", self.near, "neighbour", "add", self.gateway, "lladdr",
             self.gateway_mac, "nud", "permanent", "dev", self.interface)
        must("ip", "-n", self.near, "route", "add", "default", "via",
             self.gateway, "dev", self.interface)
        self.mac = self.mac_of(self.near)
        # Its /proc/PID/net is the namespace's.
        self.holder = subprocess.Popen(
            ["ip", "netns", "exec", self.counter, "sleep", "infinity"])

    def join_veth(self):
        must("ip", "-n", self.near, "link", "add", "veth0", "type", "veth",
             "peer", "name", "veth0", "netns", self.far)
        must("ip", "-n", self.far, "link", "set", "veth0", "up")
        self.gateway_mac = self.mac_of(self.far)
        if self.drop:
            must("ip", "netns", "exec", self.far, "nft", DROP)

    def mac_of(self, name):
        return must("ip", "netns", "exec", name, "cat",
                    f"/sys/class/net/{self.interface}/address").strip()

    def inside(self, *command):
        return ["ip", "netns", "exec", self.near, *command]

    def beyond(self, *command):
        return ["ip", "netns", "exec", self.far, *command]

    def count(self):
        """Packets that came, ever."""
        with open(f"/proc/{self.holder.pid}/net/dev",
                  encoding="ascii") as file:
            for line in file:
                name, _, numbers = line.strip().partition(":")
                if name == self.interface:
                    return int(numbers.split()[1])
        return 0


class Meter(threading.Thread):
    """How many packets came to a sink, and in which time."""

    def __init__(self, sink):
        super().__init__(daemon=True)
        self.sink, self.done = sink, threading.Event()
        self.begun = self.last = self.before = sink.count()
        self.first_at = self.last_at = None
        self.at_first = None

    def look(self):
        now, count = time.monotonic(), self.sink.count()
        if count == self.last:
            return
        if self.first_at is None:
            self.first_at, self.at_first = now, count
        self.last, self.last_at = count, now

    def run(self):
        while not self.done.wait(SAMPLE):
            self.look()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.join()
        self.look()

    def has(self, count):
        """So many came, and for a while no more."""
        return (self.packets >= count and
                time.monotonic() > self.last_at + QUIET)

    @property
    def packets(self):
        return self.last - self.begun

    @property
    def rate(self):
        """Packets a second, between the first look that saw some and the last
        that saw more."""
        if self.first_at is None or self.last_at <= self.first_at:
            return 0
        return (self.last - self.at_first) / (self.last_at - self.first_at)

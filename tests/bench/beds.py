# SPDX-License-Identifier: BSD-2-Clause
"""Where the bench measures: the real servers in one namespace, or the server
model on the other end of a veth pair. Each is gone when its block ends.
"""
import os
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
REPO = os.path.dirname(os.path.dirname(HERE))
BUILD = os.path.abspath(
    os.environ.get("PPTP_BUILD", os.path.join(REPO, "build")))
REALSERVER = os.path.join(REPO, "tests", "system", "realserver")
FIRST = "198.18.0.1"  # of the modelled servers
LIFE = "600"  # seconds; real servers end by themselves after these


def built(name):
    return os.path.join(BUILD, name)


def run(command, **more):
    return subprocess.run(command, capture_output=True, text=True, timeout=300,
                          check=False, **more)


def must(*command):
    done = run(command)
    if done.returncode != 0:
        sys.exit(f"bench: {' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


class RealServers:
    """The real servers: address[PROFILE] is where each is."""

    def __init__(self):
        self.name = f"pptp-bench-{os.getpid()}"
        self.address = {}

    def __enter__(self):
        up = run([os.path.join(REALSERVER, "up"), "-n", self.name, "-l", LIFE])
        if up.returncode != 0:
            sys.exit("bench: no real servers: " + up.stderr.strip())
        for line in up.stdout.splitlines():
            key, value = line.split()
            if key not in ("netns", "run"):
                self.address[key] = value
        return self

    def __exit__(self, *_):
        run([os.path.join(REALSERVER, "down"), self.name])

    def inside(self, *command):
        return ["ip", "netns", "exec", self.name, *command]


class Lab:
    """COUNT modelled servers, of which a share says nothing at all."""

    first, network = FIRST, "198.18.0.0/16"

    def __init__(self, count, silent=0, options=("-s", "1")):
        self.count, self.server = count, None
        self.people = ["-a", self.first, "-n", str(count), "-k", "friendly",
                       "-d", str(silent), *options]
        self.near, self.far = (f"pptp-bench-{os.getpid()}-{end}"
                               for end in ("near", "far"))

    def __enter__(self):
        try:
            self.join_namespaces()
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.server:
            self.server.terminate()
            self.server.wait()
        for name in (self.near, self.far):
            # What an interrupted bench left running there.
            for pid in run(["ip", "netns", "pids", name]).stdout.split():
                os.kill(int(pid), signal.SIGKILL)
            run(["ip", "netns", "delete", name])

    def join_namespaces(self):
        for name in (self.near, self.far):
            must("ip", "netns", "add", name)
            must("ip", "netns", "exec", name, "sysctl", "-qw",
                 "net.ipv6.conf.all.disable_ipv6=1",
                 "net.ipv6.conf.default.disable_ipv6=1")
        must("ip", "-n", self.near, "link", "add", "veth0", "type", "veth",
             "peer", "name", "veth0", "netns", self.far)
        must("ip", "-n", self.near, "address", "add", "192.0.2.1/24", "dev",
             "veth0")
        for name in (self.near, self.far):
            must("ip", "-n", name, "link", "set", "lo", "up")
            must("ip", "-n", name, "link", "set", "veth0", "up")
        # By way of the first of them: one neighbour for all.
        must("ip", "-n", self.near, "route", "add", self.network, "via",
             self.first, "dev", "veth0", "onlink")

    def start(self):
        self.server = subprocess.Popen(
            self.beyond(built("pptp-lab"), "-i", "veth0", *self.people))
        for _ in range(50):
            if self.answers():
                return
            time.sleep(0.1)
        sys.exit("bench: the server model does not answer")

    def answers(self):
        return run(self.bare(50, 50, 1)).stdout.strip() not in ("", "0")

    def inside(self, *command):
        return ["ip", "netns", "exec", self.near, *command]

    def beyond(self, *command):
        return ["ip", "netns", "exec", self.far, *command]

    def bare(self, count, jobs, timeout):
        return self.inside(built("bench-bare"), self.first, str(count), str(jobs),
                           str(timeout))

    def addresses(self, count):
        a, b, c, d = map(int, self.first.split("."))
        start = ((a * 256 + b) * 256 + c) * 256 + d
        return [".".join(str(number >> shift & 255)
                         for shift in (24, 16, 8, 0))
                for number in range(start, start + count)]

    def cpu(self):
        """Seconds that the model has computed so far."""
        with open(f"/proc/{self.server.pid}/stat", encoding="ascii") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

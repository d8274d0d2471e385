# SPDX-License-Identifier: BSD-2-Clause
"""Other scanners: Debian's packages, unpacked and never installed; zmap's HEAD
where ZMAP names it. A peer that cannot be had is said, and has no row.
"""
import glob
import os
import shutil

from beds import REPO, run
from measure import say


class Peer:
    """A program that sweeps; `command` is its words for a sweep."""

    ends = True  # by itself, when all is sent

    def __init__(self, name, program, environment=()):
        self.name, self.program = name, program
        self.environment = environment

    def start(self):
        return ["env", *self.environment, self.program]

    def version(self):
        done = run([*self.start(), "--version"])
        words = (done.stdout + done.stderr).split()
        numbers = [word for word in words if word[:1].isdigit()
                   or word[:1] == "v" and word[1:2].isdigit()]
        return numbers[0] if numbers else "of unknown version"


class Zmap(Peer):
    def command(self, sink, targets, rate, out, cooldown=0):
        return [*self.start(), "-p", "1723", "-i", sink.interface,
                "-G", sink.gateway_mac, "-S", sink.source, "-r", str(rate),
                "-B", "0", "-T", "1", "-c", str(cooldown), "-C", "/dev/null",
                "-b", "/dev/null", "-o", out, "-q", "-v", "0", targets]


class Masscan(Peer):
    ends = False  # its receiver waits for a packet, and none comes

    def command(self, sink, targets, rate, out, cooldown=0):
        return [*self.start(), "-p1723", "--adapter", sink.interface,
                "--adapter-ip", sink.source, "--adapter-mac", sink.mac,
                "--router-mac", sink.gateway_mac,
                "--rate", str(rate or 100000000),
                "--wait", str(cooldown), "-oL", out, targets]


def unpacked():
    """The folder of Debian's packages, or None."""
    done = run([os.path.join(REPO, "tests", "peers"), "scanners", "zmap",
                "masscan"])
    if done.returncode != 0:
        say("  NOT MEASURED: zmap, masscan: " + done.stderr.strip())
        return None
    return done.stdout.strip()


def peers():
    """Those that can be had: [Peer], each with its version said."""
    found, folder = [], unpacked()
    if folder is not None:
        libraries = glob.glob(os.path.join(folder, "usr", "lib", "*-linux-*"))
        environment = ["LD_LIBRARY_PATH=" + ":".join(libraries)]
        found += [Zmap("zmap", os.path.join(folder, "usr/sbin/zmap"),
                       environment),
                  Masscan("masscan", os.path.join(folder, "usr/bin/masscan"),
                          environment)]
    if os.environ.get("ZMAP"):
        found.append(Zmap("zmap HEAD", os.environ["ZMAP"]))
    else:
        say("  NOT MEASURED: zmap's HEAD: ZMAP=PATH names no program")
    for peer in found:
        say(f"  {peer.name} {peer.version()}: {peer.program}")
    return found


def has_nmap():
    if shutil.which("nmap"):
        return True
    say("  NOT MEASURED: nmap: it is not installed")
    return False

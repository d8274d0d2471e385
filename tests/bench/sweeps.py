# SPDX-License-Identifier: BSD-2-Clause
"""A million addresses, of which one in a hundred is a server: what it takes to
find and to ask them all, beside other ways; and what those do who accept and
say nothing.
"""
import json
import os
import random
import statistics
import tempfile

import labs
from beds import BUILD, Lab, built, must, run
from measure import cost, say
from peers import Zmap, has_nmap
from rounds import ROUNDS, judge, shown, turns
from sending import FarEnd, scan

MILLION, WHOLE = 1 << 20, "10.16.0.0/12"
SILENT = 99  # percent
RATE, COOLDOWN = 200000, 2
OF_CALL, OF_NMAP, OF_TIME = 0.65, 0.45, 1.3
ALONE, CALL, NMAP = "zmap alone", "zmap | call", "zmap, nmap"
OURS, GRADED = "scan call", "scan call | -e -"
DEAF = 100  # of 10,000 that accept and say nothing
DEAF_RATE, DEAF_SPEED = 100000, 0.9
WAITING_KIB = 6
LIMIT = 240  # seconds


class Million(Lab):
    """And who of them is a server."""

    first, network = "10.16.0.1", WHOLE
    interface, source = "veth0", "192.0.2.1"

    def __init__(self, seed, *options):
        super().__init__(MILLION, SILENT, ("-s", str(seed), *options))
        self.people[1] = "10.16.0.0"
        lines = must(built("pptp-lab"), "--heard", *self.people).splitlines()
        self.truth = {json.loads(line)["address"] for line in lines}
        self.gateway_mac = None

    def answers(self):
        """The first that is a server."""
        address = sorted(self.truth)[0]
        if run(self.inside("ping", "-c", "1", "-W", "1",
                           address)).returncode != 0:
            return False
        self.gateway_mac = must(
            *self.beyond("cat", "/sys/class/net/veth0/address")).strip()
        return True


class Way:
    """One way to ask them all: a shell's words, and who was found by it."""

    def __init__(self, name, words, found):
        self.name, self.words, self.found = name, words, found
        self.costs, self.missed = [], 0

    def run(self, lab):
        it = cost(lab.inside("sh", "-c", self.words), LIMIT)
        self.costs.append(it)
        self.missed = max(self.missed, len(lab.truth - self.found()))

    def of(self, other, part):
        """The median of the rounds' ratios."""
        return statistics.median(
            getattr(a, part) / getattr(b, part)
            for a, b in zip(self.costs, other.costs))


def lines_of(path):
    with open(path, encoding="utf-8") as file:
        return {line.strip() for line in file}


def accepted(path):
    """Who accepted a call, by records."""
    found = set()
    with open(path, encoding="utf-8") as file:
        for line in file:
            record = json.loads(line)
            if record.get("call", {}).get("state") == "accepted":
                found.add(record["target"])
    return found


def judged_ones(path):
    with open(path, encoding="utf-8") as file:
        return {verdict["target"] for verdict in map(json.loads, file)
                if verdict["grade"] != "?"}


def joined(words):
    return " ".join(words)


def others(lab, zmap, folder):
    """What is done without us, or without our sweep."""
    found, calls = (os.path.join(folder, name) for name in ("found", "calls"))
    alone, piped = (joined(zmap.command(lab, WHOLE, RATE, out, COOLDOWN))
                    for out in (found, "-"))
    ways = [Way(ALONE, alone, lambda: lines_of(found)),
            Way(CALL, f"{piped} | {built('pptp-probe')} call -q -j 4096 "
                f"-T - > {calls}", lambda: accepted(calls))]
    if has_nmap():
        script = joined(labs.nmap("pptp-version"))
        ways.append(Way(NMAP, f"{alone} && {script} -iL {found} "
                        f"-oG {folder}/nmap > {folder}/said",
                        lambda: lines_of(found)))
    return ways


def own(folder):
    rows, verdicts = (os.path.join(folder, name)
                      for name in ("rows", "verdicts"))
    sweep = joined(scan(WHOLE, rate=RATE, depth="call", cooldown=COOLDOWN))
    return [Way(OURS, f"{sweep} > {rows}", lambda: accepted(rows)),
            Way(GRADED, f"{sweep} | {built('pptpgrade')} -q -e - -f jsonl "
                f"--brief > {verdicts}", lambda: judged_ones(verdicts))]


def table(ways):
    say(f"  {'':18}{'seconds':>22}{'CPU seconds':>22}{'missed':>8}")
    for way in ways:
        wall, cpu = (shown([getattr(it, part) for it in way.costs])
                     for part in ("wall", "cpu"))
        say(f"  {way.name:18}{wall:>22}{cpu:>22}{way.missed:8}")


def judged(ways):
    named = {way.name: way for way in ways}
    ours, graded = named[OURS], named[GRADED]
    for way in (ours, graded):
        judge(f"{way.name}: {way.missed} were missed; none may be",
              way.missed == 0)
    for name, most in ((CALL, OF_CALL), (NMAP, OF_NMAP)):
        if name in named:
            share = ours.of(named[name], "cpu")
            judge(f"{share:.2f} of the processor time of '{name}'; at most "
                  f"{most}", share <= most and ours.missed == 0)
    if ALONE in named:
        share = graded.of(named[ALONE], "wall")
        judge(f"the last verdict after {share:.2f} of the time of zmap alone; "
              f"at most {OF_TIME}", share <= OF_TIME and graded.missed == 0)


def million(peers):
    seed = random.randrange(1, 1 << 31)
    say(f"{MILLION} addresses, 1 % servers (seed {seed}), {RATE} a second, "
        f"depth call, medians of {ROUNDS} (range):")
    with tempfile.TemporaryDirectory(dir=BUILD) as folder, \
            Million(seed) as lab:
        ways = own(folder)
        zmap = next((it for it in peers if isinstance(it, Zmap)), None)
        if zmap is not None:
            ways += others(lab, zmap, folder)
        for order in turns(ways):
            for way in order:
                way.run(lab)
        table(ways)
        judged(ways)


def sent(seed, *options):
    """One sweep: SYNs a second at the far end, and its memory."""
    with Million(seed, *options) as lab:
        far = FarEnd(lab, "10.16.0.0", MILLION, "-s", "24576-32767")
        it = cost(lab.inside(*scan(WHOLE, rate=DEAF_RATE, depth="call",
                                   cooldown=COOLDOWN)), LIMIT)
        told = json.loads(far.end())
    return told["syns"] / told["seconds"], it.peak


def deaf():
    seed = random.randrange(1, 1 << 31)
    count = MILLION * DEAF // 10000
    say(f"1 % more that accept and say nothing, {DEAF_RATE} a second, medians "
        f"of {ROUNDS} (range):")
    speeds, waiting = [], []
    for order in turns([(), ("--deaf", str(DEAF))]):
        runs = {options: sent(seed, *options) for options in order}
        (without, less), (beside, more) = (runs[key] for key in
                                           sorted(runs, key=len))
        speeds.append(beside / without)
        waiting.append((more - less) / count)
    judge(f"sending at {shown(speeds)} of its speed without them; at least "
          f"{DEAF_SPEED}", statistics.median(speeds) >= DEAF_SPEED)
    judge(f"{shown(waiting, 1)} KiB for each that waits; at most "
          f"{WAITING_KIB}", statistics.median(waiting) <= WAITING_KIB)

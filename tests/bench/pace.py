# SPDX-License-Identifier: BSD-2-Clause
"""Whether a sweep keeps its rate, and how evenly it meets each network: counted
at the far end, by who shares nothing with any scanner.
"""
import json
import os
import statistics
import tempfile

from beds import BUILD
from measure import cost, say
from rounds import ROUNDS, judge, turns
from sending import FarEnd, scan
from sinks import Meter, Sink

RATES = (1000, 10000, 100000)
SECONDS = 4
MEAN = 0.5  # percent off
WORST = 1.1  # of the rate, in any 50 ms, beside one batch
WINDOWS = 20  # a second
CORE = {10000: 0.05}  # of a processor
MILLION, WHOLE = 1 << 20, "10.16.0.0/12"
HITS = 2  # of a /24 in a 256th of the order


def targets(count):
    last = (10 << 24) + count - 1
    return "10.0.0.0-" + ".".join(str(last >> shift & 255)
                                  for shift in (24, 16, 8, 0))


class Seen:
    """What one run looked like at the far end."""

    def __init__(self, sink, first, count, command, ends=True):
        far = FarEnd(sink, first, count)
        with Meter(sink) as meter:
            over = None if ends else lambda: meter.has(count)
            self.cost = cost(sink.inside(*command), over=over)
        self.told = json.loads(far.end())
        if self.told["dropped"]:
            raise SystemExit("bench: the far end did not count all")

    def mean(self, rate):
        """In percent off the rate."""
        kept = (self.told["syns"] - 1) / self.told["seconds"]
        return (kept / rate - 1) * 100

    def worst(self, rate):
        """Of any whole window, how much above its share of the rate."""
        windows = self.told["windows"][:-1]
        return max(windows) / (rate / WINDOWS)

    def core(self):
        return self.cost.cpu / self.told["seconds"]


def show(name, rate, runs):
    means, worsts, cores = ([f(run) for run in runs] for f in (
        lambda run: run.mean(rate), lambda run: run.worst(rate), Seen.core))
    say(f"  {name:17}{rate:8}/s: mean {statistics.median(means):+6.2f} % "
        f"({min(means):+.2f} to {max(means):+.2f}), worst 50 ms "
        f"{statistics.median(worsts):5.2f} ({min(worsts):.2f}-"
        f"{max(worsts):.2f}), {statistics.median(cores):.3f} of a core")
    return (statistics.median(part) for part in (means, worsts, cores))


def judged(rate, runs):
    mean, worst, core = show("pptp-probe scan", rate, runs)
    batch = min(max(rate // 1000, 1), 256)
    most = WORST + batch * WINDOWS / rate
    judge(f"{rate}/s: mean {mean:+.2f} %; at most {MEAN} off",
          abs(mean) <= MEAN)
    judge(f"{rate}/s: worst 50 ms {worst:.2f} of it; at most {most:.2f}",
          worst <= most)
    if rate in CORE:
        judge(f"{rate}/s: {core:.3f} of a core; at most {CORE[rate]}",
              core <= CORE[rate])


def rates(peers):
    say(f"rates, {SECONDS} s each, at the far end of a veth pair, medians of "
        f"{ROUNDS} (range); of others one run:")
    with tempfile.TemporaryDirectory(dir=BUILD) as folder, \
            Sink("veth") as sink:
        ours = {rate: [] for rate in RATES}
        for order in turns(RATES):
            for rate in order:
                count = rate * SECONDS
                ours[rate].append(Seen(sink, "10.0.0.0", count, scan(
                    targets(count), rate=rate)))
        for rate in RATES:
            judged(rate, ours[rate])
        for peer in peers:
            for rate in RATES:
                count = rate * SECONDS
                # a block that is a power of two: not all take ranges
                bits = 32 - (count - 1).bit_length()
                show(peer.name, rate, [Seen(
                    sink, "10.0.0.0", 1 << (32 - bits), peer.command(
                        sink, f"10.0.0.0/{bits}", rate,
                        os.path.join(folder, "found")), peer.ends)])


def evenly(peers):
    say(f"{MILLION} targets at 200,000/s, how they are met:")
    with tempfile.TemporaryDirectory(dir=BUILD) as folder, \
            Sink("veth") as sink:
        told = Seen(sink, "10.16.0.0", MILLION,
                    scan(WHOLE, rate=200000)).told
        asked = told["asked"]
        once, twice = asked[1], sum(asked[2:])
        judge(f"{asked[0]} were not asked, {twice} twice (the first hundredth "
              "is)", asked[0] == 0 and once + twice == MILLION and
              sum(asked[3:]) == 0 and twice <= MILLION / 100 + 1)
        judge(f"of a /24 at most {told['in_256th']} in {MILLION // 256} in a "
              f"row; at most {HITS}", told["in_256th"] <= HITS)
        for peer in peers:
            told = Seen(sink, "10.16.0.0", MILLION, peer.command(
                sink, WHOLE, 200000, os.path.join(folder, "found")),
                peer.ends).told
            say(f"  {peer.name}: of a /24 {told['in_256th']} in a row, "
                f"{told['asked'][0]} not asked")

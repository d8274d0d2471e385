# SPDX-License-Identifier: BSD-2-Clause
"""What a sweep's sent probe costs beside a bare loop that sends the same frame,
and beside other scanners; counted by the kernel at the far end.
"""
import os
import statistics
import subprocess
import tempfile

from beds import BUILD, built, must
from measure import MIB, cost, say
from rounds import ROUNDS, judge, shown, turns
from sinks import Meter, Sink

FAST = 50000000  # packets a second: as fast as it goes
BARE = "bare loop"
OURS = "pptp-probe scan"
PROBES = {"ifb": (1 << 21, "10.0.0.0/11"), "veth": (1 << 20, "10.16.0.0/12")}
OF_BARE = {"ifb": 1.25, "veth": 1.15}  # at most, of its processor time
OF_ZMAP = 0.8
SIZES = (100000, 1000000, 10000000)
APART = 1.25  # the dearest target, of the cheapest
BITS, OVERHEAD = 2, 96  # a target; MiB
FRAME_TARGETS = "10.0.0.0/28"


def scan(*options, rate=FAST, depth="syn", cooldown=0.1):
    return [built("pptp-probe"), "scan", "-q", "-d", depth, "--rate",
            str(rate), "--cooldown", str(cooldown), "--retry-after",
            str(cooldown), "--per-24", "0", "--contact", "bench", *options]


class FarEnd:
    """tests/bench/farend.c on a sink's far end: `told` is what it counted."""

    def __init__(self, sink, first, count, *options):
        self.path = os.path.join(BUILD, f"bench-{os.getpid()}.far")
        command = sink.beyond(built("bench-farend"), "-i", "veth0", "-a", first,
                              "-n", str(count), "-o", self.path, *options)
        self.child = subprocess.Popen(command, stdout=subprocess.PIPE)
        self.child.stdout.readline()  # ready

    def end(self):
        """Everything that it tells, as text of JSON."""
        self.child.terminate()
        self.child.wait()
        self.child.stdout.close()
        with open(self.path, encoding="ascii") as file:
            told = file.read()
        os.unlink(self.path)
        return told


def own_frame(folder):
    """The frame of a SYN of ours, as it came."""
    path = os.path.join(folder, "frame")
    with Sink("veth") as sink:
        far = FarEnd(sink, "10.0.0.0", 16, "-f", path)
        must(*sink.inside(*scan(FRAME_TARGETS, rate=1000)))
        far.end()
    return path


class Contender:
    def __init__(self, name, command, count=None):
        """`count`: it does not end by itself when so many are sent."""
        self.name, self.command, self.count = name, command, count
        self.each, self.of_bare, self.rates = [], [], []

    def run(self, sink):
        """Processor time, in ns, for each packet that came."""
        with Meter(sink) as meter:
            over = self.count and (lambda: meter.has(self.count))
            it = cost(sink.inside(*self.command), over=over)
        if meter.packets == 0:
            raise SystemExit(f"bench: {self.name}: no packet came")
        self.each.append(it.cpu * 1e9 / meter.packets)
        self.rates.append(meter.rate)
        return self.each[-1]


def contenders(sink, peers, frame, folder):
    count, targets = PROBES[sink.kind]
    bare = Contender(BARE, [built("bench-bare-send"), sink.interface, frame,
                            str(count)])
    others = [Contender(OURS, scan(targets))]
    others += [Contender(peer.name, peer.command(
        sink, targets, 0, os.path.join(folder, "found")),
        None if peer.ends else count) for peer in peers]
    return bare, others


def rounds_of(sink, bare, others):
    """The bare loop before and after each round: it is the round's unit."""
    for number, order in enumerate(turns(others)):
        before = bare.run(sink)
        costs = [contender.run(sink) for contender in order]
        unit = (before + bare.run(sink)) / 2
        for contender, each in zip(order, costs):
            contender.of_bare.append(each / unit)
        assert len(order[0].of_bare) == number + 1


def table(bare, others):
    say(f"  {'':17}{'ns a probe':>18}{'of bare':>20}{'Mpps':>20}")
    for it in (bare, *others):
        of_bare = shown(it.of_bare) if it.of_bare else "1"
        rates = shown([rate / 1e6 for rate in it.rates])
        say(f"  {it.name:17}{shown(it.each, 0):>18}{of_bare:>20}{rates:>20}")


def judged(kind, bare, others):
    named = {it.name: it for it in others}
    ours = named[OURS]
    middle = statistics.median(ours.of_bare)
    judge(f"{kind}: {middle:.2f} of the bare loop's processor time; at most "
          f"{OF_BARE[kind]}", middle <= OF_BARE[kind], bare.each)
    if kind == "veth":
        share = statistics.median(bare.rates) / statistics.median(ours.rates)
        judge(f"{kind}: the bare loop is {share:.2f} times as fast; at most "
              f"{OF_BARE[kind]}", share <= OF_BARE[kind], bare.each)
    for name in ("zmap", "zmap HEAD"):
        if kind == "ifb" and name in named:
            share = statistics.median(
                a / b for a, b in zip(ours.each, named[name].each))
            judge(f"{kind}: {share:.2f} of {name}'s; at most {OF_ZMAP}",
                  share <= OF_ZMAP, bare.each)


def sending(peers):
    with tempfile.TemporaryDirectory(dir=BUILD) as folder:
        frame = own_frame(folder)
        for kind in ("ifb", "veth"):
            with Sink(kind) as sink:
                bare, others = contenders(sink, peers, frame, folder)
                say(f"processor time a sent probe, whole process, {kind}, "
                    f"{PROBES[kind][0]} probes, medians of {ROUNDS} (range):")
                rounds_of(sink, bare, others)
                table(bare, others)
                judged(kind, bare, others)


def of_size(sink, count):
    """So many targets from 10.0.0.0 on."""
    last = (10 << 24) + count - 1
    address = ".".join(str(last >> shift & 255) for shift in (24, 16, 8, 0))
    return cost(sink.inside(*scan(f"10.0.0.0-{address}")))


def sizes():
    """What a target costs, and what it needs, whatever their number."""
    say("processor time a target at depth syn, start subtracted, ifb:")
    each, peaks = {count: [] for count in SIZES}, []
    with Sink("ifb") as sink:
        for order in turns(SIZES):
            start = of_size(sink, 1).cpu
            for count in order:
                it = of_size(sink, count)
                each[count].append((it.cpu - start) * 1e9 / count)
                if count == SIZES[-1]:
                    peaks.append(it.peak)
    for count in SIZES:
        say(f"  {count:9} targets: {shown(each[count], 0)} ns")
    middles = [statistics.median(each[count]) for count in SIZES]
    apart = max(middles) / min(middles)
    judge(f"the dearest costs {apart:.2f} of the cheapest; at most {APART}",
          apart <= APART)
    peak = statistics.median(peaks) / MIB
    most = SIZES[-1] * BITS / 8 / (1 << 20) + OVERHEAD
    judge(f"{peak:.1f} MiB for {SIZES[-1]} targets; at most {most:.1f}",
          peak <= most)

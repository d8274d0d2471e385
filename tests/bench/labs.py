# SPDX-License-Identifier: BSD-2-Clause
"""Speed and memory on modelled servers. The model takes a processor of its
own: what share of it says who was the limit.
"""
import statistics

from beds import Lab, built
from measure import MIB, aim, cost, median, medians, say

ALL = 10000  # servers that all answer
FEW = 500  # of them, where each takes many seconds
TARGETS = 10000  # of which few answer
SILENT = 90  # percent
PATIENCE = 8  # seconds that the bare client waits for a silent target
IN_NMAP = 256
ROUNDS = 3
LONG = 8  # seconds; what takes longer is run once
DEFAULT = "default"
BARE, NMAP = "bare client", "nmap pptp-version"
# What each row reaches at least, of the bare client's rate and of Nmap's.
OF_BARE = {"pptp-probe control": 0.8, "pptpgrade control": 0.4}
OF_NMAP = {"pptp-probe call": 1, "pptpgrade call": 2,
           "pptpgrade call jsonl": 1}


class Row:
    def __init__(self, name, jobs, command, count):
        self.name, self.jobs = name, jobs
        self.command, self.count = command, count
        self.costs, self.models = [], []  # one a round

    def measure(self, lab):
        model = lab.cpu()
        it = cost(self.command)
        self.costs.append(it)
        self.models.append((lab.cpu() - model) / it.wall)

    def rate(self, number):
        return self.count / self.costs[number].wall

    def beside(self, rows):
        """Median of the rounds' ratios to the same jobs, or to the best: the
        machine may be slower in one round than in another."""
        same = [row for row in rows if row.jobs == self.jobs] or rows
        return statistics.median(
            self.rate(i) / max(row.rate(i) for row in same)
            for i in range(min(len(row.costs) for row in [self, *same])))


class Table:
    """Rows on one lab, measured in turns."""

    def __init__(self, lab):
        self.lab, self.rows = lab, []

    def bare(self, jobs, count):
        self.rows.append(Row(BARE, jobs, self.lab.bare(count, jobs, PATIENCE),
                             count))

    def nmap(self, count):
        command = nmap("pptp-version") + self.lab.addresses(count)
        self.rows.append(Row(NMAP, "", self.lab.inside(*command), count))

    def ours(self, program, depth, jobs, count, *how):
        if jobs != DEFAULT:
            how += ("-j", str(jobs))
        name = " ".join([program, depth, *how[1:2]] if "-f" in how else
                        [program, depth])
        self.rows.append(Row(name, jobs,
                             ours(self.lab, program, depth, count, *how),
                             count))

    def named(self, name):
        return [row for row in self.rows if row.name == name]

    def measure(self):
        for number in range(ROUNDS):
            for row in self.rows:
                if number == 0 or row.costs[0].wall < LONG:
                    row.measure(self.lab)
        say(f"  {'':24}{'':>8}{'servers':>9}{'CPU us':>9}{'model':>7}"
            f"{'peak':>7}{'of':>7}{'of':>7}")
        say(f"  {'':24}{'jobs':>8}{'/s':>9}{'/server':>9}{'CPU %':>7}"
            f"{'MiB':>7}{'bare':>7}{'nmap':>7}")
        for row in self.rows:
            self.show(row)

    def show(self, row):
        middle = median(row.costs)
        say(f"  {row.name:24}{row.jobs:>8}{row.count / middle.wall:9.0f}"
            f"{middle.cpu * 1e6 / row.count:9.0f}"
            f"{statistics.median(row.models) * 100:7.0f}"
            f"{middle.peak / MIB:7.1f}{row.beside(self.named(BARE)):7.2f}"
            f"{row.beside(self.named(NMAP)):7.2f}")

    def best(self, name, reference):
        """Among a name's rows."""
        return max(row.beside(self.named(reference))
                   for row in self.named(name))


def nmap(script):
    return ["nmap", "-n", "-Pn", "-p1723", "--script", script]


def ours(lab, program, depth, count, *options):
    first, last = lab.addresses(count)[::count - 1]
    depth = [depth] if program == "pptp-probe" else ["-d", depth]
    return lab.inside(built(program), *depth, "-q", *options,
                      f"{first}-{last}")


def all_answer():
    say(f"speed on {ALL} modelled servers that all answer (auth: {FEW}); "
        f"medians of {ROUNDS}:")
    with Lab(ALL) as lab:
        table = Table(lab)
        for jobs in (64, 512):
            table.bare(jobs, ALL)
        table.nmap(ALL)
        for depth in ("control", "call"):
            for jobs in (64, 512):
                table.ours("pptp-probe", depth, jobs, ALL)
        for depth in ("control", "call"):
            table.ours("pptpgrade", depth, DEFAULT, ALL)
            table.ours("pptpgrade", depth, DEFAULT, ALL, "-f", "jsonl")
        table.ours("pptpgrade", "auth", DEFAULT, FEW)
        table.measure()
    for name, least in OF_BARE.items():
        share = table.best(name, BARE)
        aim(f"{name}: {share:.2f} of the bare client; at least {least}",
            share >= least)
    for name, least in OF_NMAP.items():
        share = table.best(name, NMAP)
        aim(f"{name}: {share:.2f} of nmap's banner rate; at least {least}",
            share >= least)


def most_are_silent():
    say(f"speed on {TARGETS} targets, {100 - SILENT} % of which answer:")
    with Lab(TARGETS, SILENT) as lab:
        table = Table(lab)
        table.bare(TARGETS, TARGETS)
        table.nmap(TARGETS)
        table.ours("pptp-probe", "control", 4096, TARGETS)
        table.ours("pptp-probe", "call", 4096, TARGETS)
        for jobs in (DEFAULT, 1024, 4096):
            table.ours("pptpgrade", "call", jobs, TARGETS)
        table.measure()
        for program in ("pptp-probe", "pptpgrade"):
            share = table.best(f"{program} call", NMAP)
            aim(f"{program}, depth call: {share:.1f} times nmap's rate; "
                "at least 10", share >= 10)
        memory(lab)


def memory(lab):
    """Each target is under way for seconds, so all of them are at once."""
    few, many = 64, 4096
    say(f"memory at depth call, {100 - SILENT} % answering, peaks in MiB:")
    for program in ("pptp-probe", "pptpgrade"):
        small, large = (cost(ours(lab, program, "call", count, "-j",
                                  str(count))) for count in (few, many))
        each = [(getattr(large, part) - getattr(small, part)) / (many - few)
                for part in ("peak", "anonymous", "mapped")]
        say(f"  {program:11}{few} at once {small.peak / MIB:6.1f}, {many} at "
            f"once {large.peak / MIB:6.1f}: {each[0]:5.1f} KiB each\n"
            f"  {'':11}({each[1]:.1f} its own, {each[2]:.1f} mapped: "
            "the ring of the capture)")


def inside_nmap():
    """Our script beside Nmap's own, in the same Nmap."""
    script = nmap("pptp-exposure") + [
        "--datadir", built("nmap"), "--script-args",
        "pptp-exposure.depth=control"]
    with Lab(IN_NMAP) as lab:
        targets = lab.addresses(IN_NMAP)
        base = medians(lab.inside(*nmap("pptp-version"), *targets), ROUNDS)
        own = medians(lab.inside(*script, *targets), ROUNDS)
    say(f"inside Nmap on {IN_NMAP} modelled servers, medians of {ROUNDS}:")
    for name, it in (("pptp-version", base), ("pptp-exposure control", own)):
        say(f"  {name:27}{it.wall:8.2f} s{IN_NMAP / it.wall:8.0f}/s"
            f"{it.cpu * 1e6 / IN_NMAP:9.0f} CPU us/server"
            f"{it.peak / MIB:7.1f} MiB")
    aim(f"{own.wall / base.wall:.2f} times the time of pptp-version; "
        "at most 2", own.wall <= 2 * base.wall)

# SPDX-License-Identifier: BSD-2-Clause
"""Judging records at the scale of a sweep: how fast, and in how much memory.
The records are the modelled servers' own, under made-up addresses.
"""
import json
import os
import random
import sys
import tempfile

import labs
from beds import BUILD, Lab, built, run
from measure import MIB, aim, cost, medians, say

SERVERS = 2000  # modelled, of which half are silent
RECORDS = 20000  # judged for a figure
MANY = int(os.environ.get("PPTP_BENCH_RECORDS", "1000000"))
ROUNDS = 3
RATE = 4000  # verdicts a second, at least
SILENT_US = 20
PEAK = 64  # MiB
SCAN = '{"schema":1,"kind":"scan","run":"0123456789abcdef"}\n'


def records():
    """Those of servers that answered, and those of silent ones."""
    with Lab(SERVERS, 50) as lab:
        command = labs.ours(lab, "pptp-probe", "call", SERVERS, "-j",
                            str(SERVERS))
        lines = run(command).stdout.splitlines()
    parsed = [json.loads(line) for line in lines]
    answered = [line for line, record in zip(lines, parsed)
                if record["lcp"]["state"] == "opened"]
    silent = [line for line, record in zip(lines, parsed)
              if record["tcp"]["state"] == "silent"]
    if not answered or not silent:
        sys.exit("bench: the server model gave no records to judge")
    return answered, silent


def readdressed(line, number):
    """The same record of another server."""
    head, _, rest = line.partition('"target":"')
    _, _, tail = rest.partition('"')
    address = ".".join(str(number >> shift & 255) for shift in (24, 16, 8, 0))
    return f'{head}"target":"{address}"{tail}\n'


def write(path, lines, numbers, head=""):
    with open(path, "w", encoding="ascii") as file:
        file.write(head)
        for i, number in enumerate(numbers):
            file.write(readdressed(lines[i % len(lines)], (10 << 24) + number))


def judged(path, *options):
    return [built("pptpgrade"), "-q", "-e", path, *options]


def startup():
    return medians([built("pptpgrade"), "-V"], 5).cpu


def rates(folder, answered, silent):
    path, start = os.path.join(folder, "records"), startup()
    write(path, answered, range(RECORDS), SCAN)
    loop = reference()
    say(f"judging {RECORDS} records of a sweep at depth call, one core "
        f"(an empty loop of 10^7 turns: {loop:.2f} s):")
    for name, options in (("text", ()), ("jsonl", ("-f", "jsonl")),
                          ("jsonl --brief", ("-f", "jsonl", "--brief"))):
        rate = RECORDS / (medians(judged(path, *options), ROUNDS).cpu - start)
        aim(f"{name:14} {rate:6.0f} verdicts/s; at least {RATE}", rate >= RATE)
    write(path, silent, range(RECORDS), SCAN)
    for name, options in (("text", ()), ("jsonl --brief",
                                         ("-f", "jsonl", "--brief"))):
        each = (medians(judged(path, *options), ROUNDS).cpu - start) \
            * 1e6 / RECORDS
        aim(f"{name:14} {each:6.1f} us for a target that did not answer; at "
            f"most {SILENT_US}", each <= SILENT_US)


def reference():
    return medians(["lua5.4", "-e", "for i = 1, 10000000 do end"], ROUNDS).cpu


def peak(name, path, *options):
    it = cost(judged(path, *options), 1800)
    aim(f"{name:24} {it.peak / MIB:6.1f} MiB at most, {it.cpu:6.1f} s of "
        f"processor; at most {PEAK} MiB", it.peak / MIB <= PEAK)


def memory(folder, answered, silent):
    """Neighbours follow each other; shuffled, none does; twice, each server
    has a second record at the other end of the file."""
    path = os.path.join(folder, "many")
    shuffled = list(range(MANY))
    random.Random(1).shuffle(shuffled)
    half = range(MANY // 2)
    say(f"memory, {MANY} records of silent targets:")
    for name, numbers, head in (("a sweep", range(MANY), SCAN),
                                ("neighbours", range(MANY), ""),
                                ("shuffled", shuffled, ""),
                                ("twice", [*half, *half], "")):
        write(path, silent, numbers, head)
        peak(name + ", jsonl --brief", path, "-f", "jsonl", "--brief")
        peak(name + ", text", path)
    write(path, [answered[0], *silent[:9]], range(MANY), SCAN)
    peak("a tenth answers, text", path)


def judging():
    answered, silent = records()
    with tempfile.TemporaryDirectory(dir=BUILD) as folder:
        rates(folder, answered, silent)
        memory(folder, answered, silent)


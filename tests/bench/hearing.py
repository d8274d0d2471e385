# SPDX-License-Identifier: BSD-2-Clause
"""What a sweep's pieces cost: to make a probe, to hear a reply, to write a row.
"""
import json
import os
import signal
import statistics
import subprocess
import tempfile
import time

from beds import BUILD, built, must
from measure import say
from rounds import ROUNDS, judge, shown
from sending import scan
from sinks import Sink

PROBES, ROWS, HEARD = 8000000, 2000000, 4000000
PROBE_NS, OF_DRY_RUN = 60, 0.5
ROW_NS, ROW_BYTES = 1000, 220
REPLIES, TARGETS = 1 << 18, "10.0.0.0/14"
RATE = 500000  # replies a second
REPLY_NS, OF_CAPTURE = 120, 0.1
ENOUGH = 0.95  # of that rate, or it was not tried


def numbers(*command):
    return [float(word) for word in must(*command).split()]


def dry_run():
    """What zmap's HEAD takes for a probe that it does not send, in ns; None:
    there is none."""
    zmap = os.environ.get("ZMAP")
    if not zmap:
        say("  NOT MEASURED: zmap's --fast-dryrun: ZMAP=PATH names no program")
        return None
    command = [zmap, "-p", "1723", "--fast-dryrun", "-T", "1", "-n",
               str(PROBES), "-r", "0", "-B", "0", "-c", "0", "-C", "/dev/null",
               "-S", "192.0.2.1", "-G", "02:00:00:00:00:01", "-i", "lo", "-q"]
    before = os.times()
    must(*command)
    after = os.times()
    return (after.children_user + after.children_system -
            before.children_user - before.children_system) * 1e9 / PROBES


def pieces():
    say(f"pieces of a sweep, one core, medians of {ROUNDS} (range):")
    probes, hear, rows, dry = [], [], [], []
    for _ in range(ROUNDS):
        probes += numbers(built("bench-pieces"), "probe", str(PROBES))
        hear += numbers(built("bench-pieces"), "hear", str(HEARD))
        rows.append(numbers(built("bench-pieces"), "row", str(ROWS)))
    judge(f"making a probe, all IPv4 but 600 ranges: {shown(probes, 1)} ns; "
          f"at most {PROBE_NS}", statistics.median(probes) <= PROBE_NS)
    dry = dry_run()
    if dry is not None:
        share = statistics.median(probes) / dry
        judge(f"{share:.2f} of zmap's {dry:.0f} ns (--fast-dryrun); at most "
              f"{OF_DRY_RUN}", share <= OF_DRY_RUN)
    say(f"  decoding and checking a reply, without a kernel: "
        f"{shown(hear, 1)} ns")
    times, sizes = zip(*rows)
    judge(f"the row of a SYN: {shown(times, 0)} ns; at most {ROW_NS}",
          statistics.median(times) <= ROW_NS)
    judge(f"the row of a SYN: {max(sizes):.0f} bytes; at most {ROW_BYTES}",
          max(sizes) <= ROW_BYTES)


class Replier:
    """Resets for all SYNs that came, at once."""

    def __init__(self, sink, *made_up):
        self.child = subprocess.Popen(
            sink.beyond(built("bench-replies"), "veth0", str(RATE),
                        str(REPLIES), *made_up),
            stdout=subprocess.PIPE, text=True)
        self.line()

    def line(self):
        return self.child.stdout.readline().split()

    def end(self):
        """How many left, and how many a second."""
        sent, seconds = self.line()
        self.child.wait()
        self.child.stdout.close()
        return int(sent), int(sent) / float(seconds)


def receiver_ns(pid):
    """Processor time of the thread that was begun first."""
    task = sorted(os.listdir(f"/proc/{pid}/task"), key=int)[1]
    with open(f"/proc/{pid}/task/{task}/schedstat", encoding="ascii") as file:
        return int(file.read().split()[0])


def heard(sink, folder):
    """A sweep whose targets all reply when it has been sent: ns a reply of the
    receiving thread, replies a second, and how many it lost."""
    rows = os.path.join(folder, "rows")
    replier = Replier(sink)
    child = subprocess.Popen(sink.inside(*scan(
        TARGETS, "-o", rows, rate=150000, cooldown=3)))
    replier.line()  # sending
    before = receiver_ns(child.pid)
    sent, rate = replier.end()
    time.sleep(0.2)
    used = receiver_ns(child.pid) - before
    if child.wait() not in (0, 4):
        raise SystemExit("bench: the sweep that hears replies failed")
    with open(rows + ".meta", encoding="ascii") as file:
        told = json.load(file)
    lost = sent - told["rsts"]
    for name in (rows, rows + ".meta", rows + ".journal"):
        os.unlink(name)
    return used / max(told["rsts"], 1), rate, lost


def captured(sink):
    """The same replies, read by the prober's capture: ns each."""
    child = subprocess.Popen(
        sink.inside(built("bench-pieces"), "capture", "veth0"),
        stdout=subprocess.PIPE, text=True)
    child.stdout.readline()  # ready
    replier = Replier(sink, "made-up")
    replier.line()
    replier.end()
    time.sleep(0.2)
    child.send_signal(signal.SIGTERM)
    out, _ = child.communicate()
    return float(out.split()[2])


def replies():
    say(f"one reply, cookie checked, {RATE} a second, medians of {ROUNDS} "
        "(range):")
    each, rates, lost, capture = [], [], 0, []
    with tempfile.TemporaryDirectory(dir=BUILD) as folder, \
            Sink("veth") as sink:
        for _ in range(ROUNDS):
            ns, rate, missed = heard(sink, folder)
            each.append(ns)
            rates.append(rate)
            lost += missed
            capture.append(captured(sink))
    judge(f"{shown(each, 0)} ns of the receiving thread; at most {REPLY_NS}",
          statistics.median(each) <= REPLY_NS)
    judge(f"{statistics.median(rates):.0f} came a second, and {lost} were "
          "lost; none may be", lost == 0 and
          statistics.median(rates) >= RATE * ENOUGH)
    share = statistics.median(a / b for a, b in zip(each, capture))
    judge(f"{share:.3f} of the prober's capture, {shown(capture, 0)} ns; at "
          f"most {OF_CAPTURE}", share <= OF_CAPTURE)

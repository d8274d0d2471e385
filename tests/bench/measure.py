# SPDX-License-Identifier: BSD-2-Clause
"""What one command costs: time, processor, memory; and how that is shown."""
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass

LIMIT = 180  # seconds, of one command
SAMPLE = 0.02  # seconds between two looks at a command's memory
MIB = 1024  # of what /proc tells in KiB


@dataclass
class Cost:
    wall: float
    cpu: float
    peak: int  # KiB, also of what follows
    anonymous: int  # its own memory
    mapped: int  # programs, libraries, and the ring of a capture
    lines: int  # of what it wrote


def say(text=""):
    print(text, flush=True)


class Watch(threading.Thread):
    """Memory while a command runs, and its end after so many seconds, or when
    `over` says that it has done its work. What wait4() tells counts the memory
    of whoever started it, too."""

    def __init__(self, pid, limit, over=None):
        super().__init__(daemon=True)
        self.limit, self.over, self.ended = limit, over, False
        self.pid, self.done, self.late = pid, threading.Event(), False
        self.program, self.seen = None, {}

    def look(self):
        try:
            program = os.readlink(f"/proc/{self.pid}/exe")
            with open(f"/proc/{self.pid}/status", encoding="ascii",
                      errors="replace") as file:
                words = [line.split() for line in file]
        except OSError:
            return  # it is over
        if program != self.program:
            self.program, self.seen = program, {}
        for key, *value in words:
            if key in ("VmHWM:", "RssAnon:", "RssFile:"):
                self.seen[key] = max(int(value[0]), self.seen.get(key, 0))

    def run(self):
        end = time.monotonic() + self.limit
        while not self.done.wait(SAMPLE):
            self.look()
            if time.monotonic() > end and not self.late:
                self.late = True
                os.kill(self.pid, 9)
            elif self.over and not self.ended and self.over():
                self.ended = True
                os.kill(self.pid, 9)


def cost(command, limit=LIMIT, over=None, status=0):
    """One run, whose output goes to a file: nobody reads it meanwhile. `over`:
    for one that does not end by itself, whether it has done its work; `status`:
    what it has to end with."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.monotonic()
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out,
                                 stderr=err)
        watch = Watch(child.pid, limit, over)
        watch.start()
        _, ended, used = os.wait4(child.pid, 0)
        wall = time.monotonic() - start
        watch.done.set()
        watch.join()
        child.returncode = os.waitstatus_to_exitcode(ended)
        if child.returncode != status and not watch.ended:
            err.seek(0)
            why = (f"more than {limit} s" if watch.late else
                   err.read().decode(errors="replace").strip())
            sys.exit(f"bench: {' '.join(command)[:200]}: exit status "
                     f"{child.returncode}: {why}")
        out.seek(0)
        lines = sum(1 for _ in out)
    seen = watch.seen
    return Cost(wall, used.ru_utime + used.ru_stime, seen.get("VmHWM:", 0),
                seen.get("RssAnon:", 0), seen.get("RssFile:", 0), lines)


def median(costs):
    """Each figure's own median."""
    columns = zip(*(vars(c).values() for c in costs))
    return Cost(*(statistics.median(column) for column in columns))


def medians(command, rounds):
    return median([cost(command) for _ in range(rounds)])


def aim(text, met):
    say(f"  {'met   ' if met else 'MISSED'}  {text}")

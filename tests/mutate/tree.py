# SPDX-License-Identifier: BSD-2-Clause
"""The copy of the tree that faults are put into, and running something there."""
import glob
import os
import shutil
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
TREE = os.path.join(TOP, "build", "mutate")
ENVIRONMENT = {k: v for k, v in os.environ.items()
               if k not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "PPTP_BUILD",
                            "PPTP_SAN")}
ENVIRONMENT["PPTP_BUILD"] = os.path.join(TREE, "build")
# As the Makefile has it, where this is run without.
ENVIRONMENT.setdefault("CK_DEFAULT_TIMEOUT", "120")
FLAGS = ["CFLAGS=-O1", "B=build"]


def call(command, limit, **more):
    """The exit status; None where it took too long."""
    process = subprocess.Popen(command, cwd=TREE, env={**ENVIRONMENT, **more},
                               stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL,
                               start_new_session=True)
    try:
        return process.wait(limit)
    except subprocess.TimeoutExpired:
        return None
    finally:  # also where this program is told to end
        if process.poll() is None:
            for pid in descendants(process.pid):
                end(pid)
            process.wait()


def descendants(pid):
    """A process and all below it: a unit test's child leads its own group."""
    found = [pid]
    for parent in found:
        for stat in glob.glob("/proc/[0-9]*/stat"):
            try:
                fields = read(stat).rsplit(b")", 1)[1].split()
            except OSError:
                continue
            if int(fields[1]) == parent:
                found.append(int(stat.split("/")[2]))
    return found


def end(pid):
    try:
        os.kill(pid, 9)
    except ProcessLookupError:
        pass


def make(*targets):
    return call(["make", "-s", "-j2", *FLAGS, *targets], 300) == 0


def copy_tree():
    names = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"],
                           cwd=TOP, check=True, capture_output=True,
                           text=True).stdout.split("\n")
    for name in filter(None, names):
        source, target = os.path.join(TOP, name), os.path.join(TREE, name)
        if not os.path.isfile(source):
            continue
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if not os.path.exists(target) or read(source) != read(target):
            shutil.copy(source, target)
    stale = set(listed(TREE)) - set(names)
    for name in stale:
        os.remove(os.path.join(TREE, name))


def listed(top):
    for room in ("native", "lua", "tests", "docs", "nse"):
        for folder, _, files in os.walk(os.path.join(top, room)):
            for file in files:
                if not file.endswith(".pyc"):
                    yield os.path.relpath(os.path.join(folder, file), top)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def text_of(name):
    return read(os.path.join(TREE, name)).decode()


def write(name, text):
    with open(os.path.join(TREE, name), "w", encoding="utf-8") as file:
        file.write(text)

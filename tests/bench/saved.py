# SPDX-License-Identifier: BSD-2-Clause
"""What saved runs cost to compare, beside their reading by Python."""
import json
import os
import sys
import tempfile

from beds import BUILD, REPO, built, must
from measure import MIB, aim, medians, say

SERVERS = 10000
MODELLED = 500  # verdicts of so many modelled servers, over and over
MISSING = 50  # every such server is in one run alone
SECONDS = 5  # at most
ROUNDS = 3
READ = "import json, sys\nfor p in sys.argv[1:]:\n  for l in open(p):\n" \
    "    json.loads(l)"


def brief_verdicts(folder):
    """Verdicts of the server model in virtual time."""
    truth, whole = (os.path.join(folder, name) for name in ("truth", "whole"))
    with open(truth, "w", encoding="ascii") as file:
        file.write(must(built("pptp-lab"), "--truth", "-a", "198.18.0.1",
                        "-n", str(MODELLED), "-k", "friendly"))
    with open(whole, "w", encoding="ascii") as file:
        file.write(must(os.path.join(REPO, "tests", "lab", "lua"),
                        "virtual.lua", truth))
    lines = must(built("pptpgrade"), "--render", whole, "-f", "jsonl",
                 "--brief")
    return [json.loads(line) for line in lines.splitlines()]


def write(path, verdicts, left_out):
    with open(path, "w", encoding="ascii") as file:
        for i in range(SERVERS):
            if i % MISSING == left_out:
                continue
            verdict = dict(verdicts[i % len(verdicts)],
                           target=f"10.{i >> 16}.{i >> 8 & 255}.{i & 255}")
            # As our own writer has it: the key first.
            first = {key: verdict.pop(key) for key in ("target", "port")}
            file.write(json.dumps({**first, **verdict},
                                  separators=(",", ":")) + "\n")


def compared():
    with tempfile.TemporaryDirectory(dir=BUILD) as folder:
        verdicts = brief_verdicts(folder)
        old, new = (os.path.join(folder, name) for name in ("old", "new"))
        write(old, verdicts, 0)
        write(new, verdicts, 1)
        bare = medians([sys.executable, "-c", READ, old, new], ROUNDS)
        ours = medians([built("pptpgrade"), "-q", "--diff", old, new,
                        "--fail-on", "worse"], ROUNDS)
    say(f"two saved runs of {SERVERS} servers, brief verdicts, compared:")
    # It waits for nothing: what others run on this machine is not counted.
    aim(f"{ours.cpu:.1f} s of a processor ({ours.wall:.1f} s), "
        f"{ours.peak / MIB:.0f} MiB; read by Python {bare.cpu:.1f} s, "
        f"{bare.peak / MIB:.0f} MiB; at most {SECONDS} s",
        ours.cpu <= SECONDS)

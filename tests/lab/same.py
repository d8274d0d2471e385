#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Two lists of verdicts (JSON Lines) on the servers of the second.

usage: same.py VERDICTS VERDICTS [TRUTH]

Prints where grade, login, methods or findings differ, and a count; exit status
1 where there is a difference, or most have no grade. Of servers that by the lab's
TRUTH let the first GRE packet each way pass, and no more, the grade alone is
compared: whether theirs comes after ours, and acknowledges it, is chance.
"""
import json
import sys


def essence(verdict):
    login = verdict["evidence"]["authentication"]
    return {
        "grade": verdict["grade"],
        "login": login["state"],
        **login["methods"],
        "other": sorted(login["other"]),
        "findings": sorted(f["id"] for f in verdict["findings"]),
    }


def read(path, chance):
    with open(path, encoding="ascii") as file:
        verdicts = {v["target"]: essence(v) for v in map(json.loads, file)}
    for address in chance & verdicts.keys():
        verdicts[address] = {"grade": verdicts[address]["grade"]}
    return verdicts


def main():
    chance = set()
    if len(sys.argv) > 3:
        with open(sys.argv[3], encoding="ascii") as file:
            chance = {it["address"] for it in map(json.loads, file)
                      if it["box"] == "first_packet"}
    first, second = (read(path, chance) for path in sys.argv[1:3])
    differ = 0
    for address, b in second.items():
        a = first.get(address, {})
        differ += a != b
        for key in a.keys() | b.keys():
            if a.get(key) != b.get(key):
                print(f"{address}: {key} {a.get(key)}, and {b.get(key)}")
    graded = sum(v["grade"] != "?" for v in second.values())
    print(f"{len(second)} verdicts compared, {graded} with a grade, "
          f"{differ} differ")
    return 1 if differ or graded <= len(second) / 2 else 0


sys.exit(main())

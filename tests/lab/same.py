#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Two lists of verdicts (JSON Lines) on the servers of the second.

usage: same.py VERDICTS VERDICTS

Prints where grade, login, methods or findings differ, and a count; exit status
1 where there is a difference.
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


def read(path):
    with open(path, encoding="ascii") as file:
        verdicts = map(json.loads, file)
        return {v["target"]: essence(v) for v in verdicts}


def main():
    first, second = map(read, sys.argv[1:3])
    differ = 0
    for address, b in second.items():
        a = first.get(address, {})
        differ += a != b
        for key in a.keys() | b.keys():
            if a.get(key) != b.get(key):
                print(f"{address}: {key} {a.get(key)}, and {b.get(key)}")
    print(f"{len(second)} verdicts compared, {differ} differ")
    return 1 if differ or not second else 0


sys.exit(main())

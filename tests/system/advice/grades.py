#!/usr/bin/env python3
"""grades.py grade|both: the grades of verdicts (JSON Lines on standard input)
on one line, IPv4 first, by port; both: with each one's confidence."""
import json
import sys

verdicts = sorted(map(json.loads, sys.stdin),
                  key=lambda v: (":" in v["target"], v["port"]))
print(*(v["grade"] if sys.argv[1] == "grade" else
        v["grade"] + ":" + v["confidence"] for v in verdicts))

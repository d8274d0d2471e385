#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""What 90-page.t shows: verdicts whose every text would do something if it were
taken for more than text, and a sweep of the same servers.

verdicts.py VERDICTS > HOSTILE     VERDICTS: JSON Lines of pptpgrade
verdicts.py --names > NAMES        the texts, as a JSON list; a character a byte
verdicts.py --sweep VERDICTS > RECORDS    a sweep's first row, and a record each
"""
import itertools
import json
import sys

NAMES = [
    "".join(map(chr, range(256))), "<script>document.title='owned'</script>",
    '"><img src=x onerror="document.title=\'owned\'">', "]]>", "</script><!--",
    "a\r\nSet-Cookie: b", "".join(map(chr, "\u202egnp.exe".encode())),
    "&lt;b&gt;&amp;", "=cmd|' /C calc'!A0", "javascript:alert(1)",
    "</textarea></style><svg onload=alert(1)>", "\\" * 300,
]


def poisoned(value, text):
    """Free text becomes `text`; what has a fixed set of values stays."""
    if isinstance(value, dict):
        kept = {"id", "severity", "state", "kind", "to", "grade", "best",
                "worst", "confidence", "methods", "time", "bytes"}
        return {key: old if key in kept else poisoned(old, text)
                for key, old in value.items()}
    if isinstance(value, list):
        return [poisoned(old, text) for old in value]
    return text if isinstance(value, str) else value


def sweep(verdicts):
    """As pptp-probe scan writes them: a record a server."""
    yield {"schema": 1, "kind": "scan", "run": "00" * 8, "seed": 7,
           "targets": 1 << 24, "rate": 1000, "shard": "1/1",
           "arguments": ["scan", "198.0.0.0/8", "--note", "<b>x</b>"]}
    for verdict in verdicts:
        yield {**verdict["evidence"]["conversations"][0],
               "target": verdict["target"]}


def read(path):
    with open(path, encoding="ascii") as file:
        return [json.loads(line) for line in file]


def main():
    if sys.argv[1] == "--sweep":
        for row in sweep(read(sys.argv[2])):
            print(json.dumps(row))
        return
    if sys.argv[1] == "--names":
        print(json.dumps(NAMES))
        return
    many = [v for v in read(sys.argv[1]) if len(v["findings"]) > 4]
    for verdict, text in zip(itertools.cycle(many), NAMES):
        print(json.dumps(poisoned(verdict, text)))


main()

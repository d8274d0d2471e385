#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""calls.py AUDIT CALLS: whether each record of an audit is that of the same
call in its capture, but for times and for what no packet shows.

What crosses on the wire has another order at either end: a message of the
server's that is under way when we speak, and a FIN that came when we had
closed. So of the farewell it is compared who said what."""
import json
import sys

# Of the program, not of the call.
OURS = {"kind", "run", "name", "labels", "time", "depth"}


def timeless(value):
    if isinstance(value, dict):
        return {key: timeless(inner) for key, inner in value.items()
                if not key.endswith("_us")}
    if isinstance(value, list):
        return [timeless(inner) for inner in value]
    return value


def farewell(teardown):
    said = [(m["name"], m["by"]) for m in teardown["messages"]]
    return {"state": teardown["state"],
            "messages": sorted(m for m in said if m != ("fin", "server"))}


def records(path):
    """By address, in order."""
    found = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            facts = timeless(record)
            facts = {k: v for k, v in facts.items() if k not in OURS}
            facts["teardown"] = farewell(facts["teardown"])
            found.setdefault(record["target"], []).append(facts)
    return found


def main():
    audit, calls = records(sys.argv[1]), records(sys.argv[2])
    wrong = 0
    for target in sorted(set(audit) | set(calls)):
        ours, seen = audit.get(target, []), calls.get(target, [])
        if ours == seen:
            continue
        wrong += 1
        print(f"{target}: {len(ours)} records, {len(seen)} calls")
        for one, other in zip(ours, seen):
            for key in sorted(set(one) | set(other)):
                if one.get(key) != other.get(key):
                    print(f"  {key}: {json.dumps(one.get(key))[:400]}")
                    print(f"    seen {json.dumps(other.get(key))[:400]}")
    print(f"{len(audit)} servers, {wrong} seen otherwise")
    return wrong > 0 or not audit


if __name__ == "__main__":
    sys.exit(main())

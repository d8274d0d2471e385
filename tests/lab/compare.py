#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Verdicts (JSON Lines) against what pptp-lab says is true of each server.

usage: compare.py [--partial] TRUTH VERDICTS

Prints each contradiction and a count of them all; exit status 1 where there is
one. A range that holds the truth is no contradiction, and neither is "unknown";
without loss a friendly server has to be known exactly, unless it never tells
whether it would go without a login, or a box on the way keeps that from us.

--partial: of a run that could not do all it would. Then nothing has to be known
exactly, and a server may have no verdict; what is said still has to be true.
"""
import json
import sys

# Past these a caller gets to know all that there is to know.
TRANSPARENT = ("none", "handmade_drop", "handmade_rst", "handmade_icmp",
               "handmade_ack", "soft_icmp", "forged_icmp", "gateway",
               "late_socket")

METHODS = ("pap", "chap_md5", "mschap_v1", "mschap_v2", "eap")


def lines(path):
    with open(path, encoding="ascii") as file:
        return [json.loads(line) for line in file]


def contradictions(truth, verdict, partial):
    login = verdict["evidence"]["authentication"]
    for method in METHODS:
        state = login["methods"][method]
        accepted = method in truth["accepted"]
        if state in ("offered", "accepted") and not accepted:
            yield f"{method} is {state}, and not accepted in truth"
        if state == "refused" and accepted:
            yield f"{method} is refused, and accepted in truth"
    if login["state"] == "required" and not truth["login_required"]:
        yield "a login is required, and optional in truth"
    if login["state"] == "not_required" and truth["login_required"]:
        yield "no login is required, and required in truth"
    if truth["decoy"] and verdict["grade"] != "?" and not partial:
        yield f"grade {verdict['grade']} of a decoy"
    if truth["worst"] == "?":
        if verdict["grade"] != "?":
            yield f"grade {verdict['grade']} where nothing can be known"
    elif verdict["grade"] != "?" and not (
            verdict["best"] <= truth["worst"] <= verdict["worst"]):
        yield f"grade {verdict['grade']}, {truth['worst']} in truth"
    elif (not partial and truth["quirk"] == "friendly" and
          truth["box"] in TRANSPARENT and
          truth["declining_tells"] and verdict["worst"] != truth["worst"]):
        yield f"grade {verdict['grade']} where {truth['worst']} can be known"


def main():
    arguments = sys.argv[1:]
    partial = "--partial" in arguments
    if partial:
        arguments.remove("--partial")
    truths = {t["address"]: t for t in lines(arguments[0])}
    verdicts = {v["target"]: v for v in lines(arguments[1])}
    wrong = exact = 0
    for address, truth in truths.items():
        verdict = verdicts.get(address)
        if verdict:
            found = list(contradictions(truth, verdict, partial))
        else:
            found = [] if partial else ["missing"]
        wrong += bool(found)
        exact += bool(verdict) and verdict["grade"] == truth["worst"]
        for what in found:
            print(f"{address} {truth['stack']} {truth['quirk']} "
                  f"{truth['detail']} {truth['box']} {truth['box_detail']} "
                  f"{'+'.join(truth['methods'])}: {what}")
    print(f"{len(truths)} servers, {len(verdicts)} verdicts, {exact} exact "
          f"letters, {wrong} contradicted")
    strangers = verdicts.keys() - truths.keys()
    missing = not partial and len(verdicts) != len(truths)
    return 1 if wrong or missing or strangers else 0


sys.exit(main())

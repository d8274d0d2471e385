#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What pptp-exposure said in Nmap's XML, as verdicts and against verdicts.

usage: nmap.py verdicts XML            a JSON object a target, in the shape of
                                       pptpgrade's verdicts, as far as it goes
       nmap.py equal XML VERDICTS      the differences from pptpgrade's verdicts
                                       (JSON Lines) of the same targets
       nmap.py text XML ADDRESS        the script's text on one target
       nmap.py errors XML              scripts that failed: Nmap exits with 0

Exit status 1 where there are differences, or errors.
"""
import json
import sys
import xml.etree.ElementTree as ElementTree

METHODS = {"PAP": "pap", "SPAP": "spap", "CHAP-MD5": "chap_md5",
           "MS-CHAPv1": "mschap_v1", "MS-CHAPv2": "mschap_v2", "EAP": "eap"}
ASKED = ("pap", "chap_md5", "mschap_v1", "mschap_v2", "eap")


def value(node):
    """elem and table as strings, lists and dictionaries."""
    if node.tag == "elem":
        return node.text or ""
    children = [child for child in node if child.tag in ("elem", "table")]
    if children and all("key" in child.attrib for child in children):
        keys = [child.get("key") for child in children]
        assert len(keys) == len(set(keys)), keys
        return dict(zip(keys, map(value, children)))
    return [value(child) for child in children]


def results(path):
    """(address, port element, script element or None) of each open port."""
    for host in ElementTree.parse(path).getroot().iter("host"):
        address = host.find("address").get("addr")
        for port in host.iter("port"):
            script = next((s for s in port.iter("script")
                           if s.get("id") == "pptp-exposure"), None)
            yield address, port, script


def verdict(address, port, said):
    assert list(said)[-1] == "grade", list(said)
    methods = dict.fromkeys(ASKED, "not_tested")
    for state in ("refused", "unknown"):
        for title in said.get(state, []):
            methods[METHODS[title]] = state
    other = []
    for method in said.get("methods", []):
        if method["name"] in METHODS:
            methods[METHODS[method["name"]]] = method["state"]
        else:
            other.append(method["name"])
    service = port.find("service")
    return {
        "target": address, "port": int(port.get("portid")),
        "grade": said["grade"], "best": said["grade"][0],
        "worst": said["grade"][-1], "confidence": said.get("confidence"),
        "summary": said.get("summary"),
        "service": service.attrib if service is not None else {},
        "not_tested": said.get("not tested", []),
        "gre": said.get("gre"), "warnings": said.get("warnings", []),
        "disclosed": said.get("disclosed", {}),
        "evidence": {"authentication": {
            "state": said.get("login", "not tested").replace(" ", "_"),
            "methods": methods, "other": other}},
    }


def verdicts(path):
    return {address: verdict(address, port, value(script))
            for address, port, script in results(path) if script is not None}


def differences(ours, theirs):
    """Of the script's verdict, from pptpgrade's."""
    for key in ("grade", "confidence", "summary"):
        if ours[key] != theirs[key]:
            yield f"{key} {ours[key]!r}, not {theirs[key]!r}"
    mine = ours["evidence"]["authentication"]
    login = theirs["evidence"]["authentication"]
    for method in sorted(set(mine["methods"]) | set(login["methods"])):
        a = mine["methods"].get(method, "not_tested")
        b = login["methods"].get(method, "not_tested")
        if a != b:
            yield f"{method} {a}, not {b}"
    for key in ("state", "other"):
        if mine[key] != login[key]:
            yield f"login {key} {mine[key]}, not {login[key]}"


def compare(xml, path):
    mine, seen, wrong = verdicts(xml), 0, 0
    with open(path, encoding="ascii") as file:
        for line in file:
            theirs = json.loads(line)
            ours = mine.pop(theirs["target"], None)
            if ours is None:
                # Nmap runs no script on a port that is not open.
                found = [] if theirs["grade"] in ("A", "?") else ["missing"]
            else:
                found = list(differences(ours, theirs))
            seen += ours is not None
            wrong += bool(found)
            for what in found:
                print(f"{theirs['target']}: {what}")
    for address in mine:
        print(f"{address}: not among the verdicts")
    print(f"{seen} compared, {wrong} differ")
    return 1 if wrong or mine or not seen else 0


def errors(path):
    failed = 0
    for script in ElementTree.parse(path).getroot().iter("script"):
        if "ERROR" in script.get("output"):
            failed += 1
            print(f"{script.get('id')}: {script.get('output')}")
    return 1 if failed else 0


def main():
    what, path = sys.argv[1:3]
    if what == "verdicts":
        for found in verdicts(path).values():
            print(json.dumps(found))
        return 0
    if what == "equal":
        return compare(path, sys.argv[3])
    if what == "text":
        for address, _, script in results(path):
            if address == sys.argv[3] and script is not None:
                print(script.get("output"))
        return 0
    return errors(path)


sys.exit(main())

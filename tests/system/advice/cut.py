#!/usr/bin/env python3
"""cut.py FILE WHERE [undo|until|until-undo|words], cut.py FILE --all

What a reader would select on a page of pptpgrade to paste it: the lines under
the heading that begins with WHERE, or those after its undo. `until` looks
among the ways to let few in. No line is joined or mended: one that the page
had broken stays broken. --all: every line of every heading, in order. words:
what the heading itself says to take out, and to have, a line each."""
import re
import sys


def blocks(lines):
    """Each heading with its wrapped rest, its commands and those of its undo."""
    found = []
    for line in lines:
        label = line[:9]
        if label.strip() in ("undo", "then", "until", "more", "by hand") or \
                label.startswith("  to "):
            if label.strip() == "undo":
                found[-1]["into"] = "undo"
                if line[9:]:
                    found[-1]["undo"].append(line[9:])
                continue
            found.append({"label": label.strip(), "head": line[9:],
                          "into": "commands", "commands": [], "undo": []})
        elif line.startswith(" " * 9) and found:
            found[-1]["head"] += " " + line.strip()
        elif line.startswith("    ") and not line.startswith("     ") and found:
            found[-1][found[-1]["into"]].append(line[4:])
    return found


def main():
    path, where, what = (sys.argv + ["commands"])[1:4]
    wants_until = what.startswith("until")
    part = "undo" if what.endswith("undo") else "commands"
    with open(path) as page:
        for block in blocks(page.read().split("\n")):
            if where == "--all" and block["label"] != "by hand":
                print(*block["commands"], *block["undo"], sep="\n")
            elif block["head"].startswith(where) and \
                    (block["label"] == "until") == wants_until:
                if what == "words":
                    words = re.search("take out (.*?); have (.*?)(;|$)",
                                      block["head"])
                    print(words[1], words[2], sep="\n")
                    return
                print(*block[part], sep="\n")
                return
    if where != "--all":
        sys.exit(f"{path}: no heading {where}")


main()

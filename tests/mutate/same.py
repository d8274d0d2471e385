# SPDX-License-Identifier: BSD-2-Clause
"""Faults that are none: tests/mutate/same lists them, each with its reason."""
import os

LIST = os.path.join(os.path.dirname(os.path.abspath(__file__)), "same")


def read_list(path=LIST):
    """Fault -> reason. ValueError where one has no reason."""
    reasons, fault = {}, None
    with open(path, encoding="utf-8") as file:
        for line in file:
            text = line.strip()
            if not text or line.startswith("#"):
                continue
            if line[0].isspace():
                if fault is None:
                    raise ValueError(f"{path}: a reason of no fault: {text}")
                reasons[fault] = f"{reasons[fault]} {text}".strip()
            else:
                fault = text
                reasons[fault] = ""
    for fault, reason in reasons.items():
        if not reason:
            raise ValueError(f"{path}: no reason for: {fault}")
    return reasons


def stale(reasons, files, faults):
    """Of what is listed for these files, what is no fault any more."""
    return [fault for fault in reasons
            if fault.split(": ")[0] in files and fault not in faults]

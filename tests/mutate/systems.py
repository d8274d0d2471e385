# SPDX-License-Identifier: BSD-2-Clause
"""System tests that show a fault of what meets the kernel: those that end
within half a minute, and which sources each of them is about.

The rest of tests/system is slower, needs real servers, or installs what make
has built.
"""
import os
import re
import subprocess
import time

SWEEP = r"sweep|gateway|numbered|wire|send|route|capture|tcp_others"
ABOUT = {
    "20-probe": r"native/net/(?!sweep|gateway|numbered|tcp_others)",
    "91-scan-faults": rf"native/(net/({SWEEP})|scan/)",
    "92-scan-families": rf"native/(net/({SWEEP})|scan/)",
    "94-scan-lua": r"native/(net/(sweep|wire|prob|demux|call_ids|connection|"
                   r"loop|timer|jobs|tcp_others|guard)|scan/|binding/"
                   r"(sweep|targets|arguments|capture|net|sink|options))",
    "95-scan-pipe": r"native/(net/(sweep|target|wire|prob|lines)|scan/)",
}
ROOM = "tests/system/"


def commands():
    """Each test's path and what it is about; none where we are not root."""
    if os.geteuid() != 0:
        print("  left out, they need root: " + " ".join(ABOUT))
        return
    for name, about in ABOUT.items():
        yield f"{ROOM}{name}.t", re.compile(about)


def passes(path, limit, tree, environment):
    """Whether every claim of it holds. It is ended at the first that does not,
    and when its time is over: asked, so that it takes away what it made."""
    told = os.path.join(tree, "build", f"{os.path.basename(path)}.told")
    with open(told, "w", encoding="utf-8", errors="replace") as file:
        process = subprocess.Popen(
            ["timeout", "-k", "60", str(int(limit) + 1), path], cwd=tree,
            env={**environment, "PPTP_BOUNDED": "1"}, stdout=file,
            stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True)
    try:
        while process.poll() is None and not has_failed(told):
            time.sleep(0.1)
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait()
    return process.returncode == 0


def has_failed(told):
    with open(told, encoding="utf-8", errors="replace") as file:
        return any(line.startswith(("not ok", "Bail out")) for line in file)

# SPDX-License-Identifier: BSD-2-Clause
"""The page of ten thousand servers: how long it takes to write, and how long a
reader waits in a real browser."""
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

from beds import BUILD, REPO, built
from measure import MIB, aim, cost, say

SERVERS = 10000
ROUNDS = 5
# At most: seconds, MiB.
RENDER, WRITING, MEMORY, FILE = 20, 5, 200, 30
OPEN, CHOOSE, CARD = 1, 0.2, 0.05

# How long until what `act` did is on the screen.
SEEN = """
const done = arguments[arguments.length - 1];
const act = new Function(arguments[0]);
const start = performance.now();
act();
requestAnimationFrame(() => {
  const channel = new MessageChannel();
  channel.port1.onmessage = () => done(performance.now() - start);
  channel.port2.postMessage(0);
});
"""
LOADED = """
const [page] = performance.getEntriesByType("navigation");
return page.loadEventEnd;
"""
CHOICES = {
    "sort": ["document.querySelector(\"th[data-sort=%s] button\").click()" % n
             for n in ("server", "product", "pap", "why", "grade")],
    "filter": ["document.querySelector(\".chip.l%s\").click()" % letter
               for letter in "FEDFE"],
}


def verdicts(folder):
    """Of servers of every stack, surveyed in virtual time."""
    truth, path = (os.path.join(folder, name)
                   for name in ("truth", "verdicts.jsonl"))
    with open(truth, "wb") as file:
        subprocess.run([built("pptp-lab"), "--truth", "-a", "198.18.0.1", "-n",
                        str(SERVERS), "-k", "friendly"], stdout=file,
                       check=True)
    with open(path, "wb") as file:
        subprocess.run([os.path.join(REPO, "tests/lab/lua"), "virtual.lua",
                        truth], stdout=file, check=True)
    return path


def writing(folder):
    path = verdicts(folder)
    page = os.path.join(folder, "page.html")
    render = [built("pptpgrade"), "-q", "--render", path]
    text = cost(render)
    both = cost([*render, "-o", page])
    size = os.path.getsize(page) / MIB / MIB
    more = both.cpu - text.cpu
    memory = (both.anonymous - text.anonymous) / MIB
    say(f"a page of {SERVERS} saved verdicts:")
    aim(f"--render to text and page in {both.wall:.1f} s ({both.cpu:.1f} s of "
        f"CPU; text alone {text.cpu:.1f}); at most {RENDER}",
        both.wall <= RENDER)
    aim(f"its writing {more:.1f} s of CPU; at most {WRITING}", more <= WRITING)
    aim(f"its memory {memory:.0f} MiB beside the judging's; at most {MEMORY}",
        memory <= MEMORY)
    aim(f"{size:.1f} MiB; at most {FILE}", size <= FILE)
    for name in "csv", "jsonl":
        it = cost([*render, "-o", os.path.join(folder, f"report.{name}")])
        aim(f"--render to text and {name} in {it.wall:.1f} s ({it.cpu:.1f} s "
            f"of CPU); at most {RENDER}", it.wall <= RENDER)
    return page


def middle(seen, actions):
    return statistics.median(
        seen.driver.execute_async_script(SEEN, action) / 1000
        for action in actions)


def reading(page):
    sys.path.append(os.path.join(REPO, "tests/system"))
    try:
        import browser  # pylint: disable=import-outside-toplevel
    except ImportError as why:
        say(f"  NOT MEASURED: the page in a browser: {why}")
        return
    with tempfile.TemporaryDirectory(dir=BUILD) as profile, \
            browser.Browser(profile) as seen:
        loads = []
        for _ in range(ROUNDS):
            seen.open(pathlib.Path(page))
            loads.append(seen.script(LOADED) / 1000)
        opened = statistics.median(loads)
        aim(f"opened in {opened:.2f} s; at most {OPEN}", opened <= OPEN)
        for name, actions in CHOICES.items():
            took = middle(seen, actions)
            aim(f"{name} in {took * 1000:.0f} ms; at most "
                f"{CHOOSE * 1000:.0f}", took <= CHOOSE)
        seen.script("document.querySelector('#clear').click()")
        took = middle(seen, [
            "document.querySelectorAll('tr.row .server button')"
            f"[{at * 3}].click()" for at in range(ROUNDS)])
        aim(f"a card in {took * 1000:.0f} ms; at most {CARD * 1000:.0f}",
            took <= CARD)


def pages():
    with tempfile.TemporaryDirectory(dir=BUILD) as folder:
        page = writing(folder)
        # The system's own, for which selenium was installed.
        subprocess.run(["/usr/bin/python3", __file__, page], check=True,
                       cwd=os.path.dirname(os.path.abspath(__file__)))


if __name__ == "__main__":
    reading(sys.argv[1])

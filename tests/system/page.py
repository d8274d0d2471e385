#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""A report in a real browser: read, sorted, searched, filtered, opened, copied
and printed, with mouse and keyboard, by the light and in the dark, on a screen
and on a phone.

page.py FOLDER [AXE]

FOLDER has report.html (more than 200 servers), hostile.html and hostile.json
(strings that its servers have for names), one.html and study.html. Pictures and the
print are put there. AXE is axe-core's script; without it accessibility is not
tested by it. It prints a line a claim: "ok CLAIM" or "not ok CLAIM: why".
"""
import json
import pathlib
import re
import sys
import traceback
import urllib.parse

sys.dont_write_bytecode = True

# pylint: disable=wrong-import-position
from selenium.webdriver.common.keys import Keys  # noqa: E402
import browser  # noqa: E402

CLAIMS = []


def claim(text):
    def keep(function):
        CLAIMS.append((text, function))
        return function
    return keep


def same(got, wanted, what=""):
    if got != wanted:
        raise AssertionError(f"{what} got {got!r}, wanted {wanted!r}")


def holds(condition, what):
    if not condition:
        raise AssertionError(what)


class Page:
    """The files of a run, and the browser that shows them."""

    def __init__(self, seen, folder, axe):
        self.seen, self.folder, self.axe = seen, folder, axe

    def file(self, name):
        return self.folder / name

    def report(self, fragment=""):
        self.seen.open(self.file("report.html"), fragment)

    def rows(self):
        return self.seen.script("return JSON.parse(document.getElementById("
                                "'rows').textContent)")

    def shown(self):
        return self.seen.texts("tr.row .server button")

    def cells(self, column):
        return self.seen.texts(f"tr.row > :nth-child({column})")


# ---- Opened.

@claim("opens with no request but the file, and no line on the console")
def opens(page):
    page.report()
    same(page.seen.requests(), [page.file("report.html").as_uri()])
    same(page.seen.console(), [])
    holds(page.seen.driver.title.startswith("PPTP exposure of "),
          page.seen.driver.title)


@claim("says first how exposed, who is worst, and why")
def first_screen(page):
    page.report()
    holds(re.match(r"\d+ of \d+ servers are graded [A-F]",
                   page.seen.text("h1")), page.seen.text("h1"))
    worst = page.rows()[0][0]
    holds(worst in page.seen.text(".lead"), page.seen.text(".lead"))
    # Fonts differ: where there are wide ones alone, its name is seen.
    name = page.seen.script("return document.querySelector('tr.row button')"
                            ".getBoundingClientRect().bottom")
    holds(name <= browser.WIDE[1], f"the worst ends at {name} px")
    page.seen.picture(page.file("wide.png"))


@claim("counts in its bars what stands in its list")
def bars(page):
    page.report()
    grades = [row[1] for row in page.rows()]
    for line in page.seen.texts(".letters li"):
        letter, count = line[0], re.search(r"\d[\d,]*", line).group()
        same(int(count.replace(",", "")), grades.count(letter), letter)
    same(len(page.seen.all(".bar rect.base")),
         len(page.seen.all(".figures li")))


@claim("shows the worst 200 where scripts are off")
def without_script(page):
    page.seen.scripts(False)
    try:
        page.report()
        same(len(page.seen.all("tr.row")), 200)
        holds("worst 200" in page.seen.text("noscript"),
              page.seen.text("noscript"))
        holds(not page.seen.one("#tools").is_displayed(), "dead tools")
        holds(page.seen.all("tr.row")[199].text, "an empty row")
    finally:
        page.seen.scripts(True)


# ---- Sorted, searched, filtered.

def sorted_by(page, name):
    return page.seen.one(f"th[data-sort={name}]").get_attribute("aria-sort")


@claim("sorts by a click on a heading, and back by another")
def sort_by_mouse(page):
    page.report()
    for down, state in (False, "ascending"), (True, "descending"):
        page.seen.click(page.seen.one("th[data-sort=product] button"))
        same(sorted_by(page, "product"), state)
        shown = [text.lower() for text in page.cells(3)]
        same(shown, sorted(shown, reverse=down))
    same(sorted_by(page, "grade"), None)
    same(page.seen.fragment(), "#sort=-product")


@claim("sorts by the keyboard, addresses as numbers")
def sort_by_key(page):
    page.report()
    page.seen.tab_to("th[data-sort=server] button")
    page.seen.press(Keys.ENTER)
    same(sorted_by(page, "server"), "ascending")
    numbers = [[int(part) for part in name.split(".")]
               for name in page.shown()]
    same(numbers, sorted(numbers))
    page.seen.press(Keys.SPACE)
    same(sorted_by(page, "server"), "descending")


@claim("finds what is typed, and keeps it in the address")
def search(page):
    page.report()
    page.seen.tab_to("#q")
    page.seen.press("MPD is")
    page.seen.until(lambda: page.seen.fragment() == "#q=MPD+is")
    wanted = [row for row in page.seen.texts("tr.row")
              if "mpd" in row.lower() and "is" in row.lower()]
    same(len(page.shown()), len(wanted))
    holds(0 < len(wanted) < 200, f"{len(wanted)} found")
    page.seen.press(Keys.CONTROL, "a")
    page.seen.press("no such server")
    page.seen.until(lambda: not page.shown())
    holds("No server fits" in page.seen.text("#count"), "says nothing of it")


@claim("filters by grade, with the mouse and with the keyboard")
def filter_grade(page):
    page.report()
    page.seen.click(page.seen.one(".chip.lE"))
    same(set(text[-1] for text in page.cells(1)), {"E"})
    same(page.seen.one(".chip.lE").get_attribute("aria-pressed"), "true")
    page.seen.tab_to(".chip.lD")
    page.seen.press(Keys.SPACE)
    same(set(text[-1] for text in page.cells(1)), {"D", "E"})
    wanted = [row for row in page.rows() if row[1][-1] in "DE"]
    same(len(page.shown()), len(wanted))
    page.seen.click(page.seen.one("#clear"))
    same(page.seen.fragment(), "")
    same(len(page.shown()), 200)


@claim("filters by login, product and finding, and by all of them")
def filter_more(page):
    rows = page.rows()
    texts = page.seen.script("return JSON.parse(document.getElementById("
                             "'texts').textContent)")
    product = texts[rows[0][2]]
    page.report("#" + urllib.parse.urlencode(
        {"method": "mschap_v2", "finding": "PPTP-015"}))
    wanted = [row for row in rows if row[4][3] in "+*" and 15 in row[7]]
    same(len(page.shown()), min(200, len(wanted)))
    holds(0 < len(wanted) < len(rows), "it filters nothing")
    select = page.seen.one("select[name=finding]")
    same(select.get_attribute("value"), "PPTP-015")
    page.seen.click(page.seen.one("#clear"))
    page.seen.one("select[name=product]").send_keys(product)
    page.seen.until(lambda: set(page.cells(3)) == {product})


@claim("shows the same again by its link; a bar's name is such a link")
def link(page):
    page.report()
    page.seen.click(page.seen.one(".logins a[href='#method=mschap_v1']"))
    page.seen.until(lambda: page.seen.one("select[name=method]")
                    .get_attribute("value") == "mschap_v1")
    page.seen.click(page.seen.one("th[data-sort=server] button"))
    shown, fragment = page.shown(), page.seen.fragment()
    page.report(fragment)
    same(page.shown(), shown)
    same(sorted_by(page, "server"), "ascending")


@claim("takes any fragment that somebody wrote")
def odd_fragments(page):
    for fragment in ("#sort=constructor", "#sort=-__proto__", "#method=x",
                     "#grade=%00", "#%", "#finding=<img>", "#open=none",
                     "#q=" + "%C3%A9" * 400):
        page.report(fragment)
        same(page.seen.console(), [], fragment)
        holds(page.seen.one("#count").is_displayed(), fragment)


@claim("shows 200 more, and goes on there")
def more(page):
    page.report()
    total = len(page.rows())
    page.seen.tab_to("#more", 700)
    page.seen.press(Keys.ENTER)
    same(len(page.shown()), min(400, total))
    same(page.seen.driver.switch_to.active_element.text, page.shown()[200])


# ---- A card.

@claim("opens a card by mouse, closes it by keyboard, keeps it in the address")
def open_card(page):
    page.report()
    page.seen.click(page.seen.all("tr.row .server button")[1])
    same(len(page.seen.all("tr.card")), 1)
    heads = page.seen.texts("tr.card h3")
    for head in ("What was seen", "Login methods", "Findings", "What to do",
                 "Not tested, or not kept"):
        holds(head in heads, f"no {head} in {heads}")
    same(page.seen.driver.switch_to.active_element.get_attribute(
        "aria-expanded"), "true")
    fragment = page.seen.fragment()
    page.seen.press(Keys.ENTER)
    same(len(page.seen.all("tr.card")), 0)
    page.report(fragment)
    same(len(page.seen.all("tr.card")), 1)


@claim("has in a card what the file has of that server, bytes and all")
def whole_card(page):
    page.report()
    index = next(i for i, row in enumerate(page.rows()) if "+" in row[4])
    page.seen.click(page.seen.all("tr.row .server button")[index])
    card = page.seen.script("return JSON.parse(document.getElementById("
                            "arguments[0]).textContent)", f"s{index}")
    shown = page.seen.texts("tr.card")[0]
    holds(card["summary"] in shown, card["summary"])
    for row in card["stages"] + card["methods"]:
        for text in row:
            holds(str(text) in shown, row)
    holds(re.search(r"03 0[45] c[0-9a-f]( [0-9a-f]{2})+", shown), "no bytes")
    for row in card["findings"]:
        holds(row[0] in shown and row[3] in shown, row)
    for text in card["lacks"]:
        holds(text in shown, text)


@claim("copies the exact lines of a remedy, by mouse and by keyboard")
def copy(page):
    seen = page.seen
    seen.command("Browser.grantPermissions",
                 permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
    page.report()
    seen.click(seen.all("tr.row .server button")[1])
    lines = seen.texts("tr.card pre")
    holds(len(lines) > 1, "nothing to copy")
    for at, way in (0, seen.click), (1, lambda b: b.send_keys(Keys.ENTER)):
        way(seen.all("tr.card [data-copy]")[at])
        seen.until(lambda: seen.text("#said") or seen.texts("#said")[0])
        got = seen.driver.execute_async_script(
            "const done = arguments[arguments.length - 1];"
            "navigator.clipboard.readText().then(done, (e) => done('' + e))")
        same(got, lines[at] + "\n")
    same(seen.texts("#said"), ["Copied."])


# ---- Seen otherwise.

@claim("is dark where the reader's screen is, and light on paper")
def dark(page):
    page.seen.media("dark")
    page.report()
    page.seen.picture(page.file("dark.png"))
    ground = page.seen.one("body").value_of_css_property("background-color")
    holds(max(map(int, re.findall(r"\d+", ground)[:3])) < 60, ground)
    page.seen.media("dark", "print")
    ground = page.seen.one("body").value_of_css_property("background-color")
    holds(min(map(int, re.findall(r"\d+", ground)[:3])) > 240, ground)
    page.seen.media()


@claim("fits a phone of 390 pixels, with a card open too")
def phone(page):
    page.seen.size(browser.PHONE)
    try:
        page.report()
        page.seen.picture(page.file("phone.png"))
        page.seen.click(page.seen.all("tr.row .server button")[1])
        page.seen.script("document.querySelector('tr.card').previousSibling"
                         ".scrollIntoView()")
        page.seen.picture(page.file("phone-card.png"))
        width = page.seen.script("return document.documentElement.scrollWidth")
        holds(width <= browser.PHONE[0], f"{width} pixels wide")
        for name in "q", "list", "more":
            holds(page.seen.one("#" + name).is_displayed(), name)
    finally:
        page.seen.size(browser.WIDE)


@claim("prints without its tools")
def prints(page):
    page.report()
    page.seen.click(page.seen.all("tr.row .server button")[1])
    page.seen.picture(page.file("card.png"))
    page.seen.media("light", "print")
    for selector in "#tools", "#more", "[data-copy]":
        holds(not page.seen.one(selector).is_displayed(), selector)
    holds(page.seen.one("tr.card pre").is_displayed(), "no lines on paper")
    page.seen.media()
    made = page.seen.pdf()
    holds(made.startswith(b"%PDF-") and len(made) > 20000, "no print")
    page.file("report.pdf").write_bytes(made)


# ---- Hostile.

@claim("shows what hostile servers say as text, and runs none of it")
def hostile(page):
    page.seen.open(page.file("hostile.html"))
    names = json.loads(page.file("hostile.json").read_text("ascii"))
    wanted = sorted(shown_as(name) for name in names)
    same(sorted(page.shown()), wanted)
    for at in range(len(names)):
        page.seen.click(page.seen.all("tr.row .server button")[at])
        holds(page.seen.all("tr.card .finding"), "an empty card")
    same(page.seen.driver.title, f"PPTP exposure of {len(names)} servers")
    same(page.seen.all("img, iframe, object, embed, link, base"), [])
    same(page.seen.requests(), [page.file("hostile.html").as_uri()])
    same(page.seen.console(), [])


def shown_as(name):
    """As every report of ours shows bytes, cut where the page cuts them."""
    text = "".join("\\\\" if c == "\\" else c if " " <= c <= "~" else
                   f"\\x{ord(c):02x}" for c in name)
    if len(text) <= 260:
        return text
    kept = ""
    for part in re.findall(r"\\x[0-9a-f]{2}|\\\\|.", text):
        if len(kept) + len(part) > 258:
            break
        kept += part
    return kept + ".."


@claim("has a policy that stops scripts, handlers and styles put in by hand")
def injected(page):
    text = page.file("report.html").read_text("ascii")
    file = page.file("injected.html")
    file.write_text(text.replace("<main>", "<main><script>document.title = "
                    "'owned'</script><img id='mark' src='x.png' "
                    "onerror=\"document.title = 'owned'\"><p id='red' "
                    "style='color: red'>x</p>", 1), "ascii")
    page.seen.open(file)
    holds(page.seen.driver.title.startswith("PPTP exposure"),
          page.seen.driver.title)
    same(len(page.seen.all("#mark")), 1)
    holds("255, 0, 0" not in page.seen.one("#red").value_of_css_property(
        "color"), "a style of somebody's")
    stopped = [line for line in page.seen.console()
               if "Content Security Policy" in line]
    holds(len(stopped) >= 3, stopped)
    same(len(page.shown()), 200)


# ---- For everybody.

@claim("of one server shows its card at once, and nothing to choose from")
def one_server(page):
    page.seen.open(page.file("one.html"))
    same(page.seen.console(), [])
    same(len(page.seen.all("tr.card .inner")), 1)
    same(len(page.seen.all(".bar")), 0)
    holds(not page.seen.one("#tools").is_displayed(), "tools for one server")
    page.seen.picture(page.file("one.png"))


@claim("a study has figures, and no list or script")
def study(page):
    page.seen.open(page.file("study.html"))
    same(page.seen.console(), [])
    holds("a study" in page.seen.text(".over").lower(), "no study")
    holds("16,777,216" in page.seen.text(".facts"), "nothing of the sweep")
    holds("198.18.0." not in page.seen.driver.page_source, "a server's name")
    same(page.seen.all("script, table, .figures a"), [])
    holds(len(page.seen.all(".figures li")) > 10, "no figures")
    page.seen.picture(page.file("study.png"))


def accessible(page, look, prepare):
    page.report()
    prepare()
    same(page.seen.violations(page.axe), [], look)


def check_axe(page):
    seen = page.seen

    def opened():
        seen.click(seen.all("tr.row .server button")[1])
        seen.click(seen.one(".chip.lF"))
    accessible(page, "light", opened)
    seen.media("dark")
    accessible(page, "dark", opened)
    seen.media()
    seen.size(browser.PHONE)
    accessible(page, "phone", opened)
    seen.size(browser.WIDE)
    seen.open(page.file("study.html"))
    same(seen.violations(page.axe), [], "study")


def say(text, function, page):
    try:
        function(page)
        print(f"ok {text}", flush=True)
    except Exception as why:  # pylint: disable=broad-except
        place = traceback.extract_tb(why.__traceback__)[1:2]
        line = place[0].lineno if place else 0
        short = " ".join(f"{why}".split())[:600]
        print(f"not ok {text}: line {line}: {short}", flush=True)


def main(folder, axe=None):
    folder = pathlib.Path(folder).resolve()
    with browser.Browser(folder / "profile") as seen:
        page = Page(seen, folder, axe and pathlib.Path(axe).read_text("utf-8"))
        page.report()
        for text, function in CLAIMS:
            say(text, function, page)
        if axe:
            say("axe-core finds nothing, in light, in the dark, on a phone",
                check_axe, page)


main(*sys.argv[1:])

# SPDX-License-Identifier: BSD-2-Clause
"""A real Chromium without a screen, for pages in files: what a reader sees and
does, what the page asked for, and what it complained of."""
import base64
import json
import os
import pathlib

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

DRIVER = "/usr/bin/chromedriver"
WIDE, PHONE = (1280, 900), (390, 844)
PATIENCE = 20  # seconds
AXE = """
const done = arguments[arguments.length - 1];
axe.run(document, { resultTypes: ["violations"] }).then(
  (found) => done(found.violations.map((v) => v.id + ": " +
    v.nodes.slice(0, 3).map((n) => n.target + " " + (n.any[0] || {}).message)
      .join("; "))), (why) => done(["" + why]));
"""


def options(profile):
    given = Options()
    given.binary_location = "/usr/bin/chromium"
    for word in ("--headless=new", "--disable-gpu", "--hide-scrollbars",
                 "--disable-dev-shm-usage", "--no-first-run",
                 "--disable-background-networking", "--disable-sync",
                 "--disable-component-update", f"--user-data-dir={profile}"):
        given.add_argument(word)
    if os.geteuid() == 0:
        given.add_argument("--no-sandbox")  # it refuses root otherwise
    given.set_capability("goog:loggingPrefs",
                         {"browser": "ALL", "performance": "ALL"})
    return given


class Browser:
    """One browser; a page at a time."""

    def __init__(self, profile):
        self.driver = webdriver.Chrome(options=options(profile),
                                       service=Service(DRIVER))
        self.driver.set_script_timeout(120)
        self.size(WIDE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.driver.quit()

    def command(self, name, **given):
        return self.driver.execute_cdp_cmd(name, given)

    def script(self, text, *given):
        return self.driver.execute_script(text, *given)

    # ---- How it is looked at.

    def size(self, size):
        self.command("Emulation.setDeviceMetricsOverride", width=size[0],
                     height=size[1], deviceScaleFactor=1, mobile=False)

    def media(self, scheme="light", kind=""):
        self.command("Emulation.setEmulatedMedia", media=kind, features=[
            {"name": "prefers-color-scheme", "value": scheme}])

    def scripts(self, allowed):
        self.command("Emulation.setScriptExecutionDisabled",
                     value=not allowed)

    def open(self, path, fragment=""):
        """Anew, and not the page that is there with another fragment."""
        self.driver.get("about:blank")
        for kind in "browser", "performance":
            self.driver.get_log(kind)
        self.driver.get(pathlib.Path(path).as_uri() + fragment)

    # ---- What happened.

    def requests(self):
        asked = []
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                asked.append(message["params"]["request"]["url"])
        return asked

    def console(self):
        return [entry["message"] for entry in self.driver.get_log("browser")]

    # ---- What is there.

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def text(self, selector):
        return self.one(selector).text

    def texts(self, selector):
        """Of many at once: a call for each takes long."""
        return self.script("return [...document.querySelectorAll("
                           "arguments[0])].map((e) => e.textContent)",
                           selector)

    def fragment(self):
        return self.script("return location.hash")

    def until(self, what):
        WebDriverWait(self.driver, PATIENCE).until(lambda _: what())

    # ---- What people do.

    def press(self, *keys):
        ActionChains(self.driver).send_keys(*keys).perform()

    def shift_tab(self):
        ActionChains(self.driver).key_down(Keys.SHIFT).send_keys(
            Keys.TAB).key_up(Keys.SHIFT).perform()

    def click(self, element):
        self.script("arguments[0].scrollIntoView({block: 'center'})", element)
        ActionChains(self.driver).move_to_element(element).click().perform()

    def tab_to(self, selector, most=60):
        """With the keyboard alone, from where the focus is."""
        for _ in range(most):
            if self.script("return document.activeElement.matches("
                           "arguments[0])", selector):
                return self.driver.switch_to.active_element
            self.press(Keys.TAB)
        raise AssertionError(f"{selector}: not reached by {most} tabs")

    # ---- What it looks like.

    def picture(self, path):
        self.driver.save_screenshot(str(path))

    def pdf(self):
        made = self.command("Page.printToPDF", printBackground=True)
        return base64.b64decode(made["data"])

    def violations(self, axe):
        self.script(axe)
        return self.driver.execute_async_script(AXE)

"""How long a person waits for the page: the first figure of the overview, and interactions, in a real browser.

    python benchmarks/page_speed.py WORKSPACE [--runs 20]

Serves the workspace (single user, keys by ANALYZER_KEYS_DIR), opens it once to warm the server, then measures each
action `runs` times and prints the median and the 95th percentile in seconds, with the load of the machine.
"""

import argparse
import json
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
PATIENCE_MS = 30_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workspace")
    parser.add_argument("--runs", type=int, default=20)
    options = parser.parse_args()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environ = os.environ | {"ANALYZER_WORKSPACE": options.workspace}
    server = subprocess.Popen([sys.executable, "-m", "analyzer", "serve", "--port", str(port)], env=environ)
    try:
        wait_for(port)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
            page = browser.new_page(viewport={"width": 1440, "height": 1000})
            page.set_default_timeout(PATIENCE_MS)
            took = measure(page, f"http://127.0.0.1:{port}", options.runs)
            browser.close()
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(timeout=20)
    print(json.dumps({"runs": options.runs, "load": round(os.getloadavg()[0], 1), "seconds": took}, indent=1))


def measure(page: Page, address: str, runs: int) -> dict[str, dict[str, float]]:
    """Return median and 95th percentile of each action."""
    actions: dict[str, Callable[[], float]] = {
        "overview, first figure": lambda: first_figure(page, address),
        "theme opens its comments": lambda: open_theme(page, address),
        "a tab of Themes": lambda: open_tab(page),
    }
    first_figure(page, address)
    found = {}
    for name, action in actions.items():
        ranked = sorted(action() for _ in range(runs))
        at = min(len(ranked) - 1, round(0.95 * (len(ranked) - 1)))
        found[name] = {"median": round(statistics.median(ranked), 2), "p95": round(ranked[at], 2)}
    return found


def first_figure(page: Page, address: str) -> float:
    started = time.monotonic()
    page.goto(f"{address}/overview")
    page.get_by_test_id("stMetricValue").first.wait_for()
    return time.monotonic() - started


def open_theme(page: Page, address: str) -> float:
    first_figure(page, address)
    theme = page.get_by_role("button", name=re.compile(r" comments, \d")).first
    theme.wait_for()
    started = time.monotonic()
    theme.click()
    page.get_by_role("heading", name="Comments", level=1).wait_for()
    page.get_by_role("button", name="Fields").first.wait_for()
    return time.monotonic() - started


def open_tab(page: Page) -> float:
    if not page.get_by_role("heading", name="Themes", level=1).count():
        page.get_by_role("link", name="Themes").click()
    tabs = page.get_by_role("tab")
    tabs.first.wait_for()
    other = tabs.nth(1) if tabs.first.get_attribute("aria-selected") == "true" else tabs.first
    started = time.monotonic()
    other.click()
    page.locator('[role="tabpanel"]:visible').first.wait_for()
    return time.monotonic() - started


def wait_for(port: int) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the server did not start")


if __name__ == "__main__":
    main()

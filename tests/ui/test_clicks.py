"""From an own file of 600 rows to an answer that can be exported in a real browser, every click counted."""

import csv
import time

import pytest
from playwright.sync_api import Locator, expect, sync_playwright
from serving import analyzer, free_port, serving
from test_browser import CHROMIUM, FLAGS, PATIENCE_MS

pytestmark = [pytest.mark.long(90), pytest.mark.slow]

MOST_CLICKS = 5
"""Add a file, choose it, import it, ask a suggested question, take the answer along."""
MOST_MINUTES = 4
ROWS = 600
SAYINGS = (
    "The delivery took far too long and nobody told me why.", "The delivery was quick and the box was intact.",
    "The staff at the desk were rude to my father.", "Kind staff who explained every step of the repair.",
    "The price of the repair was higher than the quote.",
)  # fmt: skip


def write_file(file):
    with file.open("w", encoding="utf-8", newline="") as stream:
        written = csv.writer(stream)
        written.writerow(("id", "date", "rating", "channel", "comment"))
        for n in range(ROWS):
            day = f"2024-{1 + n % 6:02}-{1 + n % 28:02}"
            text = f"{SAYINGS[n % len(SAYINGS)]} Visit {n}."
            written.writerow((f"R-{n}", day, 1 + n % 5, ("web", "shop")[n % 2], text))


def test_an_own_file_becomes_an_exported_answer_in_five_clicks(real_workspace, tmp_path, record_property):
    if not CHROMIUM.exists():
        pytest.skip("no chromium")
    environ = real_workspace.environ | {"ANALYZER_WORKSPACE": str(tmp_path / "own")}
    analyzer(environ, "init")
    file, port, clicks = tmp_path / "survey.csv", free_port(), []
    write_file(file)

    def click(what: Locator) -> None:
        what.click()
        clicks.append((str(what), round(time.monotonic() - started)))

    with serving(environ, port), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 1000})
        page.set_default_timeout(4 * PATIENCE_MS)
        page.goto(f"http://127.0.0.1:{port}/")
        page.get_by_role("button", name="Add a file").wait_for()
        started = time.monotonic()
        click(page.get_by_role("button", name="Add a file"))
        click(page.locator("button", has_text="Upload"))  # the dialog of the system is no part of the page
        page.locator("input[type=file]").set_input_files(file)
        click(page.get_by_role("button", name="Import"))
        click(page.get_by_role("button", name="What do people complain about most?"))
        expect(page.get_by_role("heading", name="Ask a question")).to_be_visible()
        expect(page.get_by_text("receipt a-").first).to_be_visible(timeout=4 * PATIENCE_MS)
        with page.expect_download() as download:
            click(page.get_by_role("button", name="HTML").first)
        written = download.value.path().read_text(encoding="utf-8")
        minutes = (time.monotonic() - started) / 60
        browser.close()
    assert "What do people complain about most?" in written
    record_property("clicks", len(clicks))
    record_property("minutes", round(minutes, 1))
    assert len(clicks) <= MOST_CLICKS, clicks
    assert minutes <= MOST_MINUTES, clicks

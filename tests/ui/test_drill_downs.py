"""Every chart, table and figure of DRILL_DOWNS opens the comments behind it, tried in a real browser."""

import csv
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect, sync_playwright
from serving import analyzer, free_port, serving

from analyzer.ui.parts.clickable import DRILL_DOWNS, DrillDown

pytestmark = pytest.mark.long(60)

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update --no-first-run".split()
PATIENCE_MS = 120_000
expect.set_options(timeout=PATIENCE_MS)
SUBJECTS = {
    "email": (
        "The parcel came",
        "My parcel arrived",
        "The courier brought my parcel",
        "Our delivery came",
        "It arrived",
    ),
    "app": ("The app crashes", "Your app freezes", "The new app fails", "The app closes itself", "The screen hangs"),
    "store": ("The staff were friendly", "Very helpful staff", "The lady was kind", "Friendly people", "Kind service"),
}
ENDINGS = {
    "email": ("three days late.", "late again.", "a week too late.", "much later than promised.", "with a broken box."),
    "app": ("when I log in.", "since the update.", "on every screen.", "when I pay.", "as soon as I open it."),
    "store": ("and answered my questions.", "at the counter.", "in the shop.", "who took their time.", "at the till."),
}
CENTER = """
element => {
    const marks = [...element.querySelectorAll("svg g.role-mark")].filter(group => group.querySelector("path"));
    const boxes = [...marks.at(-1).querySelectorAll("path")].map(path => path.getBoundingClientRect());
    const box = boxes.filter(one => one.width > 1 && one.height > 1).sort((a, b) => b.width - a.width)[0];
    return [box.x + box.width / 2, box.y + box.height / 2];
}
"""
"""The middle of the widest mark of the last layer, which is the one that can be clicked."""


def feedback(folder: Path) -> Path:
    """Write comments of which those of a channel are about one subject each."""
    file = folder / "channels.csv"
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["id", "date", "channel", "rating", "comment"])
        for number in range(210):
            channel = ("email", "app", "store")[number % 3]
            about = ("email", "app", "store")[(number + (number % 7 == 3)) % 3]  # one in seven is about another subject
            text = f"{SUBJECTS[about][number // 3 % 5]} {ENDINGS[about][number // 15 % 5]}"
            rating = {"email": 2, "app": 1, "store": 5}[channel] + (number % 7 == 0) * (-1 if channel == "store" else 1)
            writer.writerow([f"D-{number}", f"2024-0{1 + number // 40}-{1 + number % 27:02d}", channel, rating, text])
    return file


@pytest.fixture(scope="module")
def address(real_workspace, tmp_path_factory) -> Iterator[str]:
    """Serve a workspace with themes."""
    if not CHROMIUM.exists():
        pytest.skip("no chromium")
    folder = tmp_path_factory.mktemp("drill")
    environ = real_workspace.environ | {
        "ANALYZER_WORKSPACE": str(folder / "ws"),
        "ANALYZER_KEYS_DIR": str(folder / "k"),
    }

    analyzer(environ, "init")
    analyzer(environ, "ingest", str(feedback(folder)))
    analyzer(environ, "themes", "build", "--no-names", "--about", "3")
    port = free_port()
    with serving(environ, port):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 2600})
        page.set_default_timeout(PATIENCE_MS)
        yield page
        browser.close()


def click(page: Page, drill: DrillDown) -> None:
    """Click a part of a chart or table."""
    if drill.part == "button":
        return page.locator(f"[class*='st-key-{drill.key}'] button").first.click()
    place = page.locator(f".st-key-{drill.key}")
    if drill.part == "cell":
        fold = page.locator("details", has=page.get_by_text("All themes as a table"))
        fold.wait_for()
        if fold.get_attribute("open") is None:  # clicking one that is open would hide the table
            fold.locator("summary").click()
        grid = place.locator("[data-testid='stDataFrame']")
        grid.locator("canvas").first.wait_for()
        box = at_rest(page, grid)
        return page.mouse.click(box["x"] + 0.45 * box["width"], box["y"] + 53)
    place.locator("svg g.role-mark path").last.wait_for(state="attached")
    at_rest(page, place)
    return page.mouse.click(*place.evaluate(CENTER))


def at_rest(page: Page, place: Locator) -> FloatRect:
    """Return where something is once the script has run and the page no longer moves; charts above it come later."""
    page.locator('[data-test-script-state="running"]').wait_for(state="detached")
    before = None
    while True:
        place.scroll_into_view_if_needed()
        box = place.bounding_box()
        if box and box == before:
            return box
        before = box
        page.wait_for_timeout(300)


def open_tab(page: Page, base: str, drill: DrillDown) -> None:
    is_addressed = drill.page == "themes" and bool(drill.tab)  # in the address: one drawing of the page less
    page.goto(f"{base}/{drill.page}?part={quote(drill.tab)}" if is_addressed else f"{base}/{drill.page}")
    if drill.tab and not is_addressed:
        page.get_by_role("tab", name=drill.tab, exact=True).click()
    if drill.key == "theme-drivers":
        page.get_by_role("tabpanel").filter(visible=True).get_by_label("Rating").first.click()
        page.get_by_role("option").first.click()


@pytest.mark.parametrize("drill", DRILL_DOWNS, ids=[drill.key for drill in DRILL_DOWNS])
def test_it_opens_the_comments_behind_it_filtered(address, page, drill):
    open_tab(page, address, drill)
    click(page, drill)
    expect(page.get_by_role("heading", name="Comments", exact=True)).to_be_visible()
    page.wait_for_url("**/comments?filter=**")
    comments = page.locator(".fa-comment")
    if drill.part == "cell" or drill.page == "compare":  # the share that is clicked may be 0
        comments = comments.or_(page.get_by_text("No comment matches"))
    expect(comments.first).to_be_visible()
    expect(page.locator("[class*='st-key-chip-0']")).to_be_visible()


def test_there_are_twelve_and_every_page_of_figures_has_some():
    assert len(DRILL_DOWNS) >= 12
    assert len({drill.key for drill in DRILL_DOWNS}) == len(DRILL_DOWNS)
    assert {drill.page for drill in DRILL_DOWNS} == {"overview", "comments", "themes", "compare"}

"""Every page, tab and role under axe, wide and narrow, light and dark: nothing serious, nothing cut off.

axe-core is test-only (MPL-2.0, in the package axe-playwright-python); it runs inside the page and loads nothing.
"""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright
from serving import analyzer, free_port, serving
from test_browser import CHROMIUM, FLAGS, PATIENCE_MS

pytestmark = pytest.mark.long(90)

WIDTHS = ((1440, 1000), (390, 844))
SERIOUS = frozenset({"serious", "critical"})
ROLES = {
    "admin": ("ada",), "steward": ("stu",), "analyst": ("ann",), "reviewer": ("rev",), "viewer": ("vic",),
    "consultant": ("con", "--until", "2999-01-01", "--exports", "off"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Served:
    """A served workspace with an account of every role, and their passphrases."""

    port: int
    words: dict[str, str]


@pytest.fixture(scope="module")
def served(real_workspace, tmp_path_factory) -> Iterator[Served]:
    """Serve a copy of the real workspace with themes and accounts, once for all roles."""
    made, folder = Path(real_workspace.environ["ANALYZER_WORKSPACE"]).parent, tmp_path_factory.mktemp("accessible")
    shutil.copytree(made, folder, dirs_exist_ok=True)
    environ = {name: value.replace(str(made), str(folder)) for name, value in real_workspace.environ.items()}
    words: dict[str, str] = {}
    analyzer(environ, "themes", "build", "--no-names", "--about", "4")
    for role, (name, *flags) in ROLES.items():
        by = ["--as", "ada"] if words else []
        printed = analyzer(environ, "user", "add", name, "--role", role, *flags, *by)
        words[role] = re.search(r"passphrase: (\S+)", printed)[1]
    port = free_port()
    with serving(environ, port):
        yield Served(port, words)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip("no chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.mark.parametrize(("role", "scheme"), [*((role, "light") for role in ROLES), ("steward", "dark")])
def test_no_page_of_a_role_has_a_serious_finding(served, browser, role, scheme):
    page = browser.new_page(viewport=_size(WIDTHS[0]), color_scheme=scheme)
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"http://127.0.0.1:{served.port}/sign-in")
    findings = [f"sign-in: {one}" for one in _serious(page)]
    page.get_by_label("Account").fill(ROLES[role][0])
    page.get_by_label("Passphrase").fill(served.words[role])
    page.get_by_role("button", name="Sign in").click()
    page.locator("h1").first.wait_for()
    menu = page.get_by_test_id("stSidebarNavLink")
    for number in range(max(1, menu.count())):
        if menu.count():  # an account with one page has no menu
            menu.nth(number).click()
        _settle(page)
        name = page.locator("h1").first.inner_text()
        for place in _places(page):
            findings += [f"{name}, {place}, {found}" for found in _at_all_widths(page)]
    page.close()
    assert not findings, "\n".join(findings)


def _places(page: Page) -> Iterator[str]:
    """Open each tab of each area of a page in turn; yield what is open."""
    areas = page.locator(".st-key-area").get_by_role("radio")
    for area in range(max(1, areas.count())):
        if areas.count():
            areas.nth(area).click()
            _settle(page)
        tabs = page.get_by_role("tab")
        for tab in range(max(1, tabs.count())):
            if tabs.count():
                tabs.nth(tab).click()
                _settle(page)
            yield f"area {area}, tab {tab}"


def _at_all_widths(page: Page) -> list[str]:
    found = []
    for width in WIDTHS:
        page.set_viewport_size(_size(width))
        _settle(page)
        found += [f"{width[0]} px: {one}" for one in _serious(page)]
        main = page.get_by_test_id("stMain")
        if main.evaluate("one => one.scrollWidth > one.clientWidth"):
            found.append(f"{width[0]} px: the page scrolls sideways")
        heading, bar = page.locator("h1").first.bounding_box(), page.get_by_test_id("stHeader").bounding_box()
        scrolled = main.evaluate("one => one.scrollTop")
        if width[0] < 640 and not scrolled and heading and bar and heading["y"] < bar["y"] + bar["height"]:
            found.append(f"{width[0]} px: the bar covers the title")
    page.set_viewport_size(_size(WIDTHS[0]))
    return found


def _serious(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']} ({one['impact']}): {node['html'][:160]} {node['failureSummary'][:200]}"
        for one in found
        if one["impact"] in SERIOUS
        for node in one["nodes"]
    ]


def _settle(page: Page) -> None:
    """Wait until the script of the page has run and the page no longer moves."""
    page.locator('[data-test-script-state="running"]').wait_for(state="detached")
    page.wait_for_timeout(350)


def _size(width: tuple[int, int]) -> dict[str, int]:
    return {"width": width[0], "height": width[1]}

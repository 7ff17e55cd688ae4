"""The page in a real browser, served by the real program with small real models."""

import http.client
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect, sync_playwright

pytestmark = pytest.mark.long(40)

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync "
    "--no-first-run"
).split()
PATIENCE_MS = 45_000
UPLOAD = (
    "id,date,comment\n"
    "Z-1,2024-06-01,The gondola ride was wonderful and the gondolier sang.\n"
    "Z-2,2024-06-02,Write to jane.roe@example.com about the gondola ticket.\n"
)


@pytest.fixture(scope="module")
def port(real_workspace) -> Iterator[int]:
    """Serve the real workspace on a free loopback port for as long as the tests of this file run."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "analyzer", "serve", "--port", str(port)]
    with subprocess.Popen(command, env=real_workspace.environ, stderr=subprocess.PIPE, text=True) as server:
        _wait_for(port, server)
        yield port
        server.send_signal(signal.SIGINT)
        try:
            _, said = server.communicate(timeout=20)
        finally:
            server.kill()
    assert "Traceback" not in said, said


def _wait_for(port: int, server: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        try:
            return _request(port, "/_stcore/health").close()
        except OSError:
            time.sleep(0.2)
    server.kill()
    pytest.fail(f"the server did not start: {server.communicate()[1]}")


def _request(port: int, path: str, **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    response.read()
    connection.close()
    return response


@pytest.fixture
def page(port: int) -> Iterator[Page]:
    """A page of a headless browser, opened on the program."""
    if not CHROMIUM.exists():
        pytest.skip("no chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 1400})
        page.set_default_timeout(PATIENCE_MS)
        yield page
        browser.close()


def test_the_served_page_refuses_strangers_and_carries_its_policy(port):
    assert _request(port, "/", Host="evil.example").status == 403
    assert _request(port, "/", Origin="http://evil.example").status == 403
    own = _request(port, "/")
    assert own.status == 200
    assert "default-src 'self'" in own.headers["content-security-policy"]
    assert own.headers["referrer-policy"] == "no-referrer"


def test_a_person_asks_searches_and_adds_data_and_nothing_leaves(page, port, real_workspace, tmp_path):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda socket: asked.append(socket.url))
    page.goto(f"http://127.0.0.1:{port}/ask")

    _ask(page, "Was the zeppelin balloon punctured?")
    page.get_by_role("button", name=re.compile("^Show all")).first.click()
    comment = page.locator(".fa-comment", has_text="evil.example").first
    expect(comment).to_be_visible()
    expect(comment).to_contain_text("zeppelin balloon was punctured")
    expect(comment).to_contain_text("evil.example")
    assert page.locator("img[src*='evil']").count() == 0
    assert page.locator("a[href*='evil']").count() == 0

    page.get_by_role("button", name=re.compile("^Explore these")).first.click()
    expect(page.get_by_role("heading", name="Comments", exact=True)).to_be_visible()
    expect(page.get_by_text(re.compile("comments of the point"))).to_be_visible()
    page.get_by_role("button", name="Show all comments").click()
    expect(page.get_by_text(re.compile("comments of the point"))).to_have_count(0)
    page.get_by_role("link", name="Ask").click()
    expect(page.locator(".fa-comment", has_text="evil.example").first).to_be_visible()

    page.get_by_role("link", name="Comments").click()
    page.get_by_role("textbox", name="Search").fill("zeppelin")
    page.get_by_role("textbox", name="Search").press("Enter")
    expect(page.get_by_text("best matches among")).to_be_visible()
    page.get_by_role("tab", name="Count by a column").click()
    expect(page.get_by_test_id("stVegaLiteChart").first).to_be_visible()

    page.get_by_role("link", name="Add data").click()
    file = tmp_path / "more.csv"
    file.write_text(UPLOAD, encoding="utf-8")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_text("2 comments stored")).to_be_visible()

    stored = real_workspace.run("show", "Z-2").stdout
    assert "about the gondola ticket" in stored
    assert "jane.roe" not in stored

    shot = tmp_path / "page.png"
    page.screenshot(path=shot, full_page=True)
    assert shot.stat().st_size > 10_000
    assert asked
    assert {urlsplit(url).hostname for url in asked if not url.startswith(("data:", "blob:"))} == {"127.0.0.1"}


def _ask(page: Page, question: str) -> None:
    page.get_by_label("Question", exact=True).fill(question)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_text(re.compile("receipt a-")).first).to_be_visible(timeout=PATIENCE_MS)

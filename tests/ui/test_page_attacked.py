"""The served page attacked with the addresses and messages of others, over real connections."""

import http.client
import os
import re
import time
from contextlib import ExitStack
from functools import partial
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect, sync_playwright
from serving import free_port, serving, staff
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from test_browser import CHROMIUM, FLAGS, PATIENCE_MS
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

pytestmark = pytest.mark.long(40)
CSV = b"id,comment\n1,the parcel was late\n"


class Browser:
    """Somebody who has signed in, and sends what no page would."""

    def __init__(self, port, account, word):
        self.port, self.cookies, self.pages = port, {}, ExitStack()
        answer, text = self.request("POST", "/sign-in", urlencode({"account": account, "passphrase": word}))
        assert answer == 200, text
        self.request("GET", "/_stcore/health")

    def request(self, method, path, body=b"", **headers):
        """Return status and body of an answer, and keep its cookies."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        kept = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        xsrf = {"X-Xsrftoken": self.cookies.get("_streamlit_xsrf", "")}
        connection.request(method, path, body, {"Cookie": kept, **xsrf, **headers})
        answer = connection.getresponse()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                cookie, _, text = value.partition(";")[0].partition("=")
                self.cookies[cookie] = text
        body = answer.read()
        connection.close()
        return answer.status, body

    def open(self, takes_up=""):
        """Open the page; return the connection and the page session that it got."""
        kept = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        protocols = ["streamlit", self.cookies["_streamlit_xsrf"], *([takes_up] if takes_up else [])]
        held = connect(
            f"ws://127.0.0.1:{self.port}/_stcore/stream", subprotocols=protocols, additional_headers={"Cookie": kept},
            origin=f"http://127.0.0.1:{self.port}", max_size=None,
        )  # fmt: skip
        page = self.pages.enter_context(held)
        rerun = BackMsg()
        rerun.rerun_script.SetInParent()
        page.send(rerun.SerializeToString())
        while not (message := ForwardMsg.FromString(page.recv(timeout=60))).HasField("new_session"):
            pass
        return page, message.new_session.initialize.session_id

    def upload(self, method, session, body=CSV):
        """Send a file to a page session, or delete it."""
        form = b'--x\r\nContent-Disposition: form-data; name="f"; filename="a.csv"\r\n\r\n' + body + b"\r\n--x--\r\n"
        kind = {"Content-Type": "multipart/form-data; boundary=x"}
        return self.request(method, f"/_stcore/upload_file/{session}/f", form if method == "PUT" else b"", **kind)[0]

    def uploaded(self):
        """Return the bytes of uploads that the server holds, as it tells those who check; it counts every 5 seconds."""
        time.sleep(5.5)
        status, text = self.request("GET", "/_stcore/metrics")
        assert status == 200
        found = re.search(rb'cache_memory_bytes\{cache_type="UploadedFileManager",cache=""\} (\d+)', text)
        return int(found[1]) if found else 0


@pytest.fixture(scope="module")
def served(models_dir, tmp_path_factory):
    """Serve a workspace with accounts; return a function that signs one in."""
    folder = tmp_path_factory.mktemp("attacked")
    places = {"WORKSPACE": folder / "w", "KEYS_DIR": folder / "k", "MODELS_DIR": models_dir}
    environ = {**os.environ, "HOME": str(folder)} | {f"ANALYZER_{name}": str(place) for name, place in places.items()}
    accounts = (("stu", "steward"), ("sue", "steward"), ("vic", "viewer"), ("rev", "reviewer"))
    words, port = staff(environ, accounts), free_port()
    with serving(environ, port):
        sign_in = partial(_sign_in, port, words)
        sign_in.port, sign_in.words = port, words
        yield sign_in


def _sign_in(port, words, name):
    return Browser(port, name, words[name])


def test_nobody_uses_the_page_session_of_another(served):
    stu, sue, vic, rev = (served(name) for name in ("stu", "sue", "vic", "rev"))
    (page, session), (other, own) = stu.open(), vic.open()
    assert stu.upload("PUT", session) == 204
    held = rev.uploaded()
    assert held == len(CSV)
    assert [one.upload("PUT", session) for one in (sue, vic)] == [404, 404]
    assert [one.upload("DELETE", session) for one in (sue, vic)] == [404, 404]
    assert vic.upload("PUT", own, b"x" * 1_000_000) == 404
    assert rev.uploaded() == held
    for one in (sue, vic):
        taken, got = one.open(takes_up=session)
        assert got != session
        taken.close()
    page.close()
    again, got = stu.open(takes_up=session)
    assert got == session
    assert stu.upload("DELETE", session) == 204
    assert rev.uploaded() == 0
    again.close(), other.close()


def test_uploads_are_removed_when_one_signs_out(served):
    stu, rev = served("stu"), served("rev")
    page, session = stu.open()
    assert stu.upload("PUT", session) == 204
    assert rev.uploaded() == len(CSV)
    assert stu.request("GET", "/sign-out")[0] == 200
    assert rev.uploaded() == 0
    page.close()
    with pytest.raises(InvalidStatus):
        stu.open()
    stu.pages.close()


def test_figures_of_the_server_and_routes_that_are_not_the_pages_are_refused(served):
    vic = served("vic")
    for path in ("/_stcore/metrics", "/media/abc.csv", "/_stcore/anything", "/component/x/y", "/auth/login"):
        assert vic.request("GET", path)[0] == 404
    assert vic.request("GET", "/_stcore/agent/openapi.json")[0] == 403
    for path in ("/", "/explore", "/_stcore/health", "/_stcore/host-config"):
        assert vic.request("GET", path)[0] == 200


@pytest.mark.skipif(not CHROMIUM.exists(), reason="no chromium")
def test_in_a_browser_a_steward_uploads_and_a_reviewer_downloads(served, tmp_path):
    file = tmp_path / "more.csv"
    file.write_bytes(CSV)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)

        def enter(name, path):
            page = browser.new_context().new_page()
            page.set_default_timeout(PATIENCE_MS)
            page.goto(f"http://127.0.0.1:{served.port}/sign-in")
            page.get_by_label("Account").fill(name)
            page.get_by_label("Passphrase").fill(served.words[name])
            page.get_by_role("button", name="Sign in").click()
            page.locator("h1").first.wait_for()
            if page.get_by_test_id("stSidebarNavLink").count():  # an account with one page has no menu
                page.get_by_role("link", name=path).click()
            return page

        page = enter("stu", "Add data")
        page.locator("input[type=file]").set_input_files(file)
        expect(page.get_by_role("button", name="Import")).to_be_visible(timeout=PATIENCE_MS)
        page = enter("rev", "Admin")
        page.goto(page.url.partition("?")[0].rpartition("/")[0] + "/admin?part=Evidence")
        page.get_by_role("button", name="Generate evidence report").click()
        with page.expect_download(timeout=PATIENCE_MS) as download:
            page.get_by_role("button", name="Signed facts (JSON)").click()
        assert download.value.path().read_bytes().startswith(b"{")
        browser.close()

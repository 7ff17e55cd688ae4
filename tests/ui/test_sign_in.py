"""Signing in: nobody gets further without a session, sessions end, and an open page is closed when access ends."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from urllib.parse import urlencode

import pytest
from fakes import FakeWorkspace, make_workspace
from playwright.sync_api import expect, sync_playwright
from roles import staffed
from serving import analyzer, free_port, serving, staff
from test_browser import CHROMIUM, FLAGS, PATIENCE_MS

from analyzer.errors import AccessError
from analyzer.security import clock, sessions, throttle
from analyzer.security.passphrases import hash_passphrase, is_passphrase, make_passphrase
from analyzer.security.sessions import IDLE_S, LONGEST_S, MOST, MOST_OF_ACCOUNT, Sessions
from analyzer.security.sign_in import Authenticator, SignInClient
from analyzer.security.throttle import FREE_TRIES
from analyzer.ui.web.security_headers import SitePolicy
from analyzer.ui.web.sign_in_page import SignIn

pytestmark = pytest.mark.long(25)

HOST = "127.0.0.1:8501"


@pytest.fixture
def ticking(monkeypatch):
    """A machine's count of seconds that goes on when told to."""
    at = [1_000.0]
    for module in (sessions, throttle, clock):
        monkeypatch.setattr(module, "ticks", lambda: at[0])
    return at


def test_a_session_is_whose_it_is_until_it_ends(ticking):
    held = Sessions()
    one, other = held.begin("ann"), held.begin("ben")
    assert (held.account(one), held.account(other), held.account("x"), held.account("")) == ("ann", "ben", "", "")
    held.end(one)
    assert held.account(one) == ""
    ticking[0] += IDLE_S + 1
    assert held.account(other) == ""
    long = held.begin("ann")
    for _ in range(int(LONGEST_S // (IDLE_S / 2)) + 1):
        ticking[0] += IDLE_S / 2
        held.account(long)
    assert held.account(long) == ""
    held.begin("a"), held.begin("b")
    assert held.end_all() == 2


def test_an_open_page_that_looks_whether_it_may_stay_is_no_use(ticking):
    held = Sessions()
    token = held.begin("ann")
    for _ in range(3):
        ticking[0] += IDLE_S / 2
        held.account(token, is_use=False)
    assert held.account(token) == ""


def test_an_account_that_signs_in_again_and_again_ends_its_own_sessions_alone(ticking):
    held = Sessions()
    other = held.begin("ben")
    tokens = [held.begin("ann") for _ in range(MOST + 5)]
    assert held.account(other) == "ben"
    assert [held.account(token) for token in tokens[-MOST_OF_ACCOUNT:]] == ["ann"] * MOST_OF_ACCOUNT
    assert not any(held.account(token) for token in tokens[:-MOST_OF_ACCOUNT])


def test_passphrases_are_long_random_and_kept_as_argon2id():
    word = make_passphrase()
    kept = hash_passphrase(word, "ann")
    assert kept.startswith("$argon2id$")
    assert is_passphrase(kept, word)
    assert not is_passphrase(kept, word + "x")
    assert not is_passphrase("", word)
    assert len({make_passphrase() for _ in range(50)}) == 50


def test_an_account_that_does_not_exist_takes_the_time_of_one_that_does():
    kept = hash_passphrase(make_passphrase(), "ann")
    took = {}
    for _ in range(5):
        for stored in (kept, ""):
            started = time.process_time()
            assert not is_passphrase(stored, "wrong wrong wrong")
            took.setdefault(stored, []).append(time.process_time() - started)
    known, unknown = (sorted(took[stored])[2] for stored in (kept, ""))
    assert 0.6 < unknown / known < 1.6  # twice the time before


@pytest.fixture
def door(tmp_path, monkeypatch):
    settings = staffed(tmp_path)
    admin = FakeWorkspace(settings, "ada")
    word = admin.users.passphrase("ann").passphrase
    admin.close()
    monkeypatch.setenv("ANALYZER_KEYS_DIR", str(settings.keys_dir))
    return Authenticator(settings.workspace), word, settings


def test_only_the_right_passphrase_of_somebody_in_force_signs_in(door):
    held, word, settings = door
    assert not held.is_open
    for account, tried in (("ann", "wrong wrong wrong"), ("vic", word), ("eve", word), ("ann", "")):
        with pytest.raises(AccessError, match="wrong"):
            held.sign_in(account, tried)
    token = held.sign_in("ann", word)
    assert held.account(token) == "ann"
    admin = FakeWorkspace(settings, "ada")
    admin.users.revoke("ann")
    with pytest.raises(AccessError, match="revoked"):
        held.sign_in("ann", word)
    reviewer = FakeWorkspace(settings, "rev")
    told = [(one.actor, one.action) for one in reviewer.audit.show(50) if one.action in ("user.sign_in", "denied")]
    assert told[:2] == [("ann", "denied"), ("ann", "user.sign_in")]
    assert ("nobody", "denied") in told


def test_failures_elsewhere_lock_nobody_out(door):
    held, word, _ = door
    for number in range(FREE_TRIES):
        with pytest.raises(AccessError, match="wrong"):
            held.sign_in("ANN" if number % 2 else "ann", "a guess", SignInClient("192.0.2.9"))
    with pytest.raises(AccessError, match="wait"):
        held.sign_in("ann", word, SignInClient("192.0.2.9"))
    assert held.account(held.sign_in("ann", word, SignInClient("192.0.2.1"))) == "ann"
    known = SignInClient("192.0.2.9", held.device("ann"))  # the same address, in a browser that the account has used
    assert held.account(held.sign_in("ann", word, known)) == "ann"


def test_an_incident_ends_every_session(door):
    held, word, settings = door
    token = held.sign_in("ann", word)
    reviewer = FakeWorkspace(settings, "rev")
    reviewer.incidents.open("x")
    assert held.account(token) == ""
    again = held.sign_in("ann", word)
    assert held.account(again) == "ann"


def request(path="/", method="GET", cookie="", body=b"", kind="http", site=None):
    """Return status, headers and body of what comes back; the page behind answers 200."""
    sent = []

    async def page(scope, receive, send):
        if scope["type"] == "websocket":
            await send({"type": "websocket.accept"})
        else:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"the page"})

    async def receive():
        return {"type": "http.request", "body": body}

    async def send(message):
        sent.append(message)

    headers = [(b"host", HOST.encode()), (b"cookie", cookie.encode())]
    scope = {"type": kind, "path": path, "method": method, "headers": headers}
    asyncio.run(SignIn(page, site)(scope, receive, send))
    if kind == "websocket":
        return sent
    headers = {name.decode(): value.decode() for name, value in reversed(sent[0]["headers"])}
    return sent[0]["status"], headers, sent[1]["body"].decode()


def test_nobody_gets_further_without_a_session(door, monkeypatch):
    _, word, settings = door
    monkeypatch.setenv("ANALYZER_WORKSPACE", str(settings.workspace))
    status, headers, body = request()
    assert (status, headers["location"], "the page" in body) == (303, "/sign-in", False)
    assert request("/static/x.js")[0] == 303
    assert request(kind="websocket") == [{"type": "websocket.close", "code": 1008}]
    status, _, body = request("/sign-in")
    assert (status, "<form" in body) == (200, True)
    wrong = urlencode({"account": "ann<script>", "passphrase": "x"}).encode()
    status, _, body = request("/sign-in", "POST", body=wrong)
    assert (status, "<script>" in body, "is wrong" in body) == (403, False, True)
    right = urlencode({"account": "ann", "passphrase": word}).encode()
    status, headers, body = request("/sign-in", "POST", body=right)
    assert (status, "url=/" in body) == (200, True)
    cookie = headers["set-cookie"]
    assert {"HttpOnly", "SameSite=Strict"} <= {part.strip() for part in cookie.split(";")}
    pair = cookie.split(";")[0]
    assert request(cookie=pair)[2] == "the page"
    assert request(kind="websocket", cookie=pair)[0]["type"] == "websocket.accept"
    assert request(cookie="fa_session=forged")[0] == 303
    assert "Max-Age=0" in request("/sign-out", cookie=pair)[1]["set-cookie"]
    assert request(cookie=pair)[0] == 303


def test_by_tls_only_the_cookie_counts_that_this_host_alone_can_set(door, monkeypatch):
    held, word, settings = door
    monkeypatch.setenv("ANALYZER_WORKSPACE", str(settings.workspace))
    monkeypatch.setattr("analyzer.ui.web.sign_in_page.authenticator_of", lambda path: held)
    token, site = held.sign_in("ann", word), SitePolicy(is_tls=True)
    assert request(cookie=f"__Host-fa_session={token}", site=site)[2] == "the page"
    assert request(cookie=f"fa_session={token}", site=site)[0] == 303
    assert request(cookie=f"__Host-fa_session={token}")[0] == 303


def test_those_who_try_at_the_same_time_do_not_pass_the_throttle_together(door, monkeypatch):
    held, _, _ = door
    tried = []
    monkeypatch.setattr(
        "analyzer.security.sign_in.is_passphrase", lambda kept, word: tried.append(word) or time.sleep(0.3)
    )
    with ThreadPoolExecutor(20) as pool:
        for outcome in [pool.submit(held.sign_in, "ann", f"guess {n}") for n in range(20)]:
            assert isinstance(outcome.exception(), AccessError)
    assert len(tried) == FREE_TRIES


def test_without_accounts_nobody_signs_in(tmp_path, monkeypatch):
    workspace = make_workspace(tmp_path)
    workspace.close()
    monkeypatch.setenv("ANALYZER_KEYS_DIR", str(workspace.settings.keys_dir))
    monkeypatch.setenv("ANALYZER_WORKSPACE", str(workspace.settings.workspace))
    assert request()[2] == "the page"
    remote = SitePolicy(("feedback.example",), is_tls=True, is_remote=True)
    assert request(site=remote)[0] == 303  # others never come in without signing in, not even then


@pytest.fixture
def served(real_workspace, tmp_path):
    """Serve a real workspace with accounts; return the port, the passphrases, and what runs commands on it."""
    environ = {
        **real_workspace.environ,
        "ANALYZER_WORKSPACE": str(tmp_path / "w"),
        "ANALYZER_KEYS_DIR": str(tmp_path / "k"),
    }

    words, port = staff(environ), free_port()
    with serving(environ, port):
        yield port, words, partial(analyzer, environ)


@pytest.mark.skipif(not CHROMIUM.exists(), reason="no chromium")
def test_in_a_browser_one_signs_in_is_named_and_put_out_when_access_ends(served):
    port, words, run = served
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto(f"http://127.0.0.1:{port}/explore")
        page.get_by_label("Account").fill("ann")
        page.get_by_label("Passphrase").fill("this is not the passphrase")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert")).to_contain_text("is wrong")
        page.get_by_label("Account").fill("ann")
        page.get_by_label("Passphrase").fill(words["ann"])
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_text("analyst")).to_be_visible(timeout=PATIENCE_MS)
        assert "fa_session" not in page.evaluate("document.cookie")
        run("user", "revoke", "ann", "--as", "ada")
        revoked = time.monotonic()
        expect(page.get_by_text("access is revoked")).to_be_visible()
        assert time.monotonic() - revoked < 5.0
        other = browser.new_context().new_page()
        other.set_default_timeout(PATIENCE_MS)
        other.goto(f"http://127.0.0.1:{port}/")
        other.get_by_label("Account").fill("rev")
        other.get_by_label("Passphrase").fill(words["rev"])
        other.get_by_role("button", name="Sign in").click()
        expect(other.get_by_text("reviewer")).to_be_visible(timeout=PATIENCE_MS)
        other.get_by_text("Sign out").click()
        expect(other.get_by_role("heading", name="Sign in")).to_be_visible()
        browser.close()

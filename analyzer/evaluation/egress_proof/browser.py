"""Drive the served page in a real browser: open every page, ask, plant leaks, and report the hosts contacted.

`python -m analyzer.evaluation.egress_proof.browser URL --sink HOST [--shots DIR]` prints one JSON object.
Playwright and Chromium are optional; without them the object says so. Requests that left are read from the browser's
own network log, not from the page.
"""

import argparse
import json
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from analyzer.evaluation.egress_proof.netlog import ELSEWHERE, NetEvent, read_netlog
from analyzer.evaluation.egress_proof.page_leaks import PAGE_LEAKS, PageLeak

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
REBOUND = "rebound.invalid"
"""A foreign name that resolves to this machine, as in DNS rebinding (RFC 6761: .invalid is never registered)."""
OFF = (
    "AcceptCHFrame AutofillServerCommunication CertificateTransparencyComponentUpdater DestroyProfileOnBrowserClose "
    "DialMediaRouteProvider DnsOverHttps GlobalMediaControls HttpsUpgrades InterestFeedContentSuggestions "
    "LensOverlay MediaRouter NetworkTimeServiceQuerying OptimizationHints OptimizationHintsFetching "
    "PaintHolding Translate WebRtcHideLocalIpsWithMdns"
).split()
ON = ("ConnectionAllowlists", "OverrideConnectionAllowlistOriginTrial")
"""Switch on Connection-Allowlist in Chromium 148 to 151, which had it as a trial."""
ALLOWLIST_SINCE = 152
"""The version of Chromium from which it is there for all, and covers what leaves the page."""
FLAGS = (
    "--disable-background-networking --disable-breakpad --disable-client-side-phishing-detection "
    "--disable-component-update --disable-default-apps --disable-domain-reliability --disable-gpu --disable-sync "
    "--metrics-recording-only --no-first-run --safebrowsing-disable-auto-update"
).split()
"""Switch off Chromium's own requests; those that remain have no page as initiator and are reported separately."""
PREFERENCES = {"net": {"network_prediction_options": 0}, "signin": {"allowed": False}}
"""Turn network prediction on: some distributions ship Chromium without it, but most users have it."""
OWN_HOSTS = "*.google.com *.googleapis.com *.gstatic.com *.gvt1.com *.googleusercontent.com google.com".split()
PAGES = {
    "overview": "Overview", "ask": "Ask", "comments": "Comments", "add-data": "Add data", "admin": "Admin",
}  # fmt: skip
QUESTION = "What do people say about delivery?"
PATIENCE_MS = 60_000
SETTLE_MS = 2_500
"""Time in which a planted leak becomes visible: a look-up takes milliseconds, a form or a refresh up to a second."""
WATCH_VIOLATIONS = (
    "document.addEventListener('securitypolicyviolation', e => window.analyzerViolation({"
    "blocked: e.blockedURI, directive: e.effectiveDirective, page: location.pathname}))"
)
FOREIGN_SOCKET = """port => new Promise(done => {
  const s = new WebSocket(`ws://127.0.0.1:${port}/_stcore/stream`, ['streamlit']);
  s.onopen = () => done('opened'); s.onerror = () => done('refused'); setTimeout(() => done('no reply'), 9000)})"""


@dataclass(frozen=True, slots=True)
class LeakOutcome:
    """The outcome of one planted leak."""

    name: str
    stopped: bool
    said: str


@dataclass(slots=True)
class Drive:
    """The record of one drive; printed as a JSON object.

    Attributes:
        driven: whether the drive was completed; why: the reason if not.
        requests: targets outside this machine that pages asked for; background: those of the browser itself.
    """

    driven: bool = False
    why: str = ""
    browser: str = ""
    pages: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    background: list[str] = field(default_factory=list)
    violations: list[dict[str, str]] = field(default_factory=list)
    console: list[str] = field(default_factory=list)
    leaks: list[LeakOutcome] = field(default_factory=list)


def main(arguments: Sequence[str] | None = None) -> int:
    """Drive a page and print the record."""
    parser = argparse.ArgumentParser(
        prog="python -m analyzer.evaluation.egress_proof.browser", description="Drive the served page."
    )
    parser.add_argument("url")
    parser.add_argument("--sink", required=True, metavar="HOST", help="the host that planted leaks try to reach")
    parser.add_argument("--shots", type=Path, metavar="DIR", help="where to put screenshots")
    parser.add_argument(
        "--at-large", action="store_true",
        help="resolve names for real, only inside a network namespace with a sink (default: every name is loopback)",
    )  # fmt: skip
    options = parser.parse_args(arguments)
    seen = drive(options.url, options.sink, options.shots, is_contained=not options.at_large)
    sys.stdout.write(json.dumps(asdict(seen)) + "\n")
    return 0


def drive(url: str, sink: str, shots: Path | None = None, is_contained: bool = True) -> Drive:
    """Open every page at a URL and plant every leak towards a sink.

    Args:
        url: where the page is served, on loopback.
        sink: host name or address that the leaks try to reach; with a name, each leak has a subdomain of its own.
        shots: folder for a screenshot of each page.
        is_contained: map every name to a loopback address, so that a leak is seen but leaves nothing.
    """
    seen = Drive()
    try:
        from playwright.sync_api import Error  # noqa: PLC0415
    except ImportError:
        seen.why = "playwright is not installed"
        return seen
    with tempfile.TemporaryDirectory(prefix="analyzer-browser-") as folder:
        log = Path(folder, "netlog.json")
        refusals: list[LeakOutcome] = []
        try:
            with open_browser(log, seen, _rules(sink, is_contained)) as context:
                _tour(context, url, seen, shots)
                _plant(context, url, sink)
                refusals = _foreign(context, url)
            events = read_netlog(log)
        except (Error, OSError, ValueError) as error:
            seen.why = f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0]}"
            return seen
    seen.leaks = [_outcome(leak, sink, events, seen) for leak in PAGE_LEAKS] + refusals
    _record_targets(events, sink, seen)
    seen.driven = True
    return seen


def find_chromium() -> str | None:
    """Return the Chromium of this machine; None for the one that Playwright brings."""
    return next((path for name in CHROMIUM if (path := shutil.which(name))), None)


@contextmanager
def open_browser(log: Path, seen: Drive, rules: str) -> "Iterator[BrowserContext]":
    """Run a fresh browser that writes its network log; record policy violations and console errors."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    flags = [
        *FLAGS, f"--enable-features={','.join(ON)}", f"--disable-features={','.join(OFF)}", f"--log-net-log={log}",
        f"--host-resolver-rules={rules}",
    ]  # fmt: skip
    profile = log.parent / "profile"
    (profile / "Default").mkdir(parents=True)
    (profile / "Default" / "Preferences").write_text(json.dumps(PREFERENCES), encoding="utf-8")
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=find_chromium(), args=flags, viewport={"width": 1280, "height": 1000}
        )
        seen.browser = _named(context.browser.version) if context.browser else "Chromium"
        context.set_default_timeout(PATIENCE_MS)
        context.expose_binding("analyzerViolation", lambda _, violation: seen.violations.append(violation))
        context.add_init_script(WATCH_VIOLATIONS)
        yield context
        context.close()  # finishes the log


def lets_pages_leave(browser: str) -> bool:
    """Return whether a browser, as `Drive.browser` names it, has no Connection-Allowlist for links and navigations."""
    found = re.search(r"\d+", browser)
    return found is not None and int(found.group()) < ALLOWLIST_SINCE


def _named(version: str) -> str:
    """Return the name of a browser, with what this drive has changed in it."""
    name = f"Chromium {version}"
    return f"{name} with Connection-Allowlist switched on" if lets_pages_leave(name) else name


def _rules(sink: str, is_contained: bool) -> str:
    """Return the host resolver rules: map REBOUND and Chromium's own hosts to loopback; if contained, every name."""
    rules = [f"MAP {REBOUND} 127.0.0.1"]
    if is_contained:
        for number, leak in enumerate(PAGE_LEAKS):
            rules += [f"MAP {leak.host(sink)}{dot} {_address(number)}" for dot in ("", ".")]
        rules += [f"MAP * {ELSEWHERE}", "EXCLUDE 127.0.0.1", "EXCLUDE localhost"]
    else:
        rules += [f"MAP {name} {ELSEWHERE}" for name in OWN_HOSTS]
    return ", ".join(rules)


def _address(number: int) -> str:
    return f"127.7.0.{number + 1}"


def _tour(context: "BrowserContext", url: str, seen: Drive, shots: Path | None) -> None:
    """Open every page by its link, ask one question, and take a screenshot of each page."""
    page = context.new_page()
    page.on("console", lambda message: seen.console.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: seen.console.append(str(error)))
    page.goto(url)
    for name, title in PAGES.items():
        page.get_by_role("link", name=title, exact=True).click()
        page.locator("h1").filter(has_text=title).first.wait_for()
        _wait_until_rendered(page)
        if name == "ask":
            _ask(page)
            _wait_until_rendered(page)
        seen.pages.append(title)
        if shots is not None:
            shots.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=shots / f"{name}.png", full_page=True)
    page.close()


def _ask(page: "Page") -> None:
    box = page.get_by_label("Question", exact=True)
    if box.count():  # an empty workspace has no question box
        box.fill(QUESTION)
        page.get_by_role("button", name="Ask", exact=True).click()
        page.get_by_text(re.compile("receipt a-")).first.wait_for(timeout=5 * PATIENCE_MS)


def _wait_until_rendered(page: "Page") -> None:
    """Wait until Streamlit has finished the script and rendered the tables and charts that it loads late."""
    page.wait_for_timeout(300)
    page.get_by_test_id("stStatusWidget").wait_for(state="detached")
    page.wait_for_timeout(300)
    page.get_by_test_id("stSkeleton").first.wait_for(state="detached")
    page.wait_for_timeout(300)


def _plant(context: "BrowserContext", url: str, sink: str) -> None:
    """Plant every leak; those that leave the page get a page of their own."""
    from playwright.sync_api import Error  # noqa: PLC0415

    page = context.new_page()
    page.goto(url)
    page.locator("h1").first.wait_for()
    for leak in PAGE_LEAKS:
        if not leak.is_leaving:
            with suppress(Error):  # the browser refuses it aloud: Connection-Allowlist and WebRTC
                page.evaluate(leak.script(sink))
    page.wait_for_timeout(SETTLE_MS)
    pages = [page]
    for leak in PAGE_LEAKS:
        if leak.is_leaving:
            pages.append(context.new_page())
            pages[-1].goto(url, wait_until="domcontentloaded")
            try:
                pages[-1].evaluate(leak.script(sink))
            except Error:  # the page has navigated away
                continue
    page.wait_for_timeout(SETTLE_MS)
    for one in context.pages:
        one.close()


def _foreign(context: "BrowserContext", url: str) -> list[LeakOutcome]:
    """Access the server as a foreign site would: by a foreign host name, and from a page of a foreign origin."""
    port = re.sub(r"^https?://[^:/]+:?(\d*).*$", r"\1", url) or "80"
    page = context.new_page()
    answer = page.goto(f"http://{REBOUND}:{port}/")
    status = answer.status if answer else 0
    reply = str(page.evaluate(FOREIGN_SOCKET, port))
    agent = page.goto(f"http://127.0.0.1:{port}/_stcore/agent/openapi.json")
    agent_status = agent.status if agent else 0
    page.close()
    return [
        LeakOutcome("foreign-host", status == 403, f"the server answered {status} to the name {REBOUND}"),
        LeakOutcome("foreign-origin-websocket", reply == "refused", f"a socket from http://{REBOUND}: {reply}"),
        LeakOutcome("agent-route", agent_status == 403, f"the server answered {agent_status}"),
    ]


def _outcome(leak: PageLeak, sink: str, events: Sequence[NetEvent], seen: Drive) -> LeakOutcome:
    """Return the outcome of one leak, decided by the network log; a policy violation names what stopped it."""
    address = _address(PAGE_LEAKS.index(leak))
    left = [event for event in events if leak.is_traced(event.target, sink, address)]
    if left:
        said = "left: " + ", ".join(sorted({f"{e.kind} {e.target}" for e in left}))
        if leak.is_leaving and lets_pages_leave(seen.browser):
            said += f"; Chromium stops this from version {ALLOWLIST_SINCE} on"
        return LeakOutcome(leak.name, False, said)
    named = [v["directive"] for v in seen.violations if leak.is_traced(v["blocked"], sink)]
    by = f"stopped by the page's policy: {', '.join(sorted(set(named)))}" if named else "the browser contacted no host"
    return LeakOutcome(leak.name, True, by)


def _record_targets(events: Sequence[NetEvent], sink: str, seen: Drive) -> None:
    """Keep the targets outside this machine: those of pages, and those of the browser itself."""
    for event in events:
        if event.leaves and not any(name in event.target for name in (sink, REBOUND, "127.7.0.")):
            (seen.requests if event.is_pages else seen.background).append(f"{event.kind} {event.target}")
    seen.requests, seen.background = sorted(set(seen.requests)), sorted(set(seen.background))


if __name__ == "__main__":
    sys.exit(main())

"""Every switch makes a difference: with all of them nothing is tried, without one of them its attempt is seen."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from analyzer.config import PROJECT
from analyzer.security.sandbox.switches import ADDRESSES, ENVIRONMENT, OPTIONS, QUIET, harden_environment

pytestmark = pytest.mark.long(25)

CHILD = Path(__file__).with_name("switched.py")
SETTINGS = PROJECT / ".streamlit" / "config.toml"
ATTEMPTS = [
    ("HF_HUB_OFFLINE", "model_by_name", "huggingface.co"),
    ("HF_HUB_OFFLINE", "tokenizer_by_name", "huggingface.co"),
    ("TLDEXTRACT_PUBLIC_SUFFIX_LIST_URLS", "domain_of_an_address", "publicsuffix.org"),
    ("_external_ip", "foreign_origin", "checkip.amazonaws.com"),
    ("_internal_ip", "foreign_origin", "8.8.8.8"),
]
ADVERSE = """
[browser]
gatherUsageStats = true
[client]
showErrorLinks = "true"
showErrorDetails = "full"
toolbarMode = "developer"
allowedOrigins = ["https://*.streamlit.app"]
[server]
enableAgentApi = true
[theme]
codeFont = "Code:https://fonts.example/code.css"
[[theme.fontFaces]]
family = "Text"
url = "https://fonts.example/text.woff2"
"""
"""A person's own settings file that asks for everything; Streamlit reads it from the home folder."""
CLOSED = {
    "statistics": False,
    "links": "SHOW_ERROR_LINKS_FALSE",
    "error": False,
    "toolbar": "MINIMAL",
    "origins": [],
    "agent": False,
    "fonts": False,
}
OPENED = {
    "browser.gatherUsageStats": {"statistics": True},
    "client.showErrorLinks": {"links": "SHOW_ERROR_LINKS_TRUE"},
    "client.showErrorDetails": {"error": True},
    "client.toolbarMode": {"toolbar": "DEVELOPER"},
    "client.allowedOrigins": {"origins": ["https://*.streamlit.app"]},
    "server.enableAgentApi": {"agent": True},
}


@pytest.fixture
def run(tmp_path):
    """Run the child in a cold home, with nothing set that the person running the tests has set."""
    home = tmp_path / "home"
    home.mkdir()

    def run(action, left_out="", settings="", typed="", **environment):
        if settings:
            (home / ".streamlit").mkdir(exist_ok=True)
            (home / ".streamlit" / "config.toml").write_text(settings)
        bare = {"HOME": str(home), "PATH": os.environ["PATH"], "PYTHONPATH": str(PROJECT), **environment}
        command = [sys.executable, str(CHILD), action, left_out]
        done = subprocess.run(command, check=False, input=typed, capture_output=True, text=True, env=bare, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    return run


@pytest.mark.parametrize("action", sorted({action for _, action, _ in ATTEMPTS}))
def test_nothing_is_tried_with_every_switch_set(run, action):
    assert run(action)["attempts"] == []


@pytest.mark.parametrize(("switch", "action", "host"), ATTEMPTS)
def test_the_attempt_is_seen_without_the_switch(run, switch, action, host):
    assert any(host in attempt for attempt in run(action, switch)["attempts"])


def test_the_list_of_endings_that_is_brought_along_is_good_enough(run):
    assert run("domain_of_an_address")["served"] == {"domain": "shop"}


def test_a_page_of_another_origin_is_not_welcome(run):
    assert run("foreign_origin")["served"] == {"welcome": False}


def test_the_page_stays_closed_whatever_the_settings_files_say(run):
    assert run("page", settings=ADVERSE) == {"attempts": [], "served": CLOSED}


@pytest.mark.parametrize("option", OPENED)
def test_without_an_option_the_settings_files_open_the_page(run, option):
    assert run("page", option, settings=ADVERSE)["served"] == CLOSED | OPENED[option]


def test_statistics_links_details_and_orders_from_elsewhere_are_on_unless_they_are_switched_off(run):
    out_of_the_box = {"statistics": True, "links": "SHOW_ERROR_LINKS_AUTO", "error": True, "toolbar": "AUTO"}
    for option, served in zip(OPENED, out_of_the_box.items(), strict=False):
        assert served in run("page", option)["served"].items()
    assert run("page", "client.allowedOrigins")["served"]["origins"]


def test_streamlit_run_asks_nobody_before_it_reads_the_page(run, tmp_path):
    shutil.copytree(SETTINGS.parent, tmp_path / ".streamlit")
    assert run("streamlit_run", typed="me@shop.example\n", DISPLAY=":0")["attempts"] == []


@pytest.mark.parametrize(
    ("names", "host"),
    [(("address", "serverAddress"), "checkip.amazonaws.com"), (("headless",), "data.streamlit.io")],
)
def test_streamlit_run_asks_somebody_without_these_lines_of_the_settings_file(run, tmp_path, names, host):
    lines = SETTINGS.read_text().splitlines()
    kept = [line for line in lines if line.partition(" = ")[0] not in names]
    assert len(kept) == len(lines) - len(names)
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit" / "config.toml").write_text("\n".join(kept))
    # The question for an e-mail address is asked only where there is a screen; here it gets an answer.
    tried = run("streamlit_run", typed="me@shop.example\n", DISPLAY=":0")["attempts"]
    assert any(host in attempt for attempt in tried)


def test_no_switch_is_without_a_test():
    tested = {switch for switch, _, _ in ATTEMPTS} | set(OPENED)
    assert tested == ENVIRONMENT.keys() | ADDRESSES.keys() | OPTIONS.keys()


def test_the_environment_is_set_for_children_too(monkeypatch):
    for name in (*ENVIRONMENT, *QUIET):
        monkeypatch.delenv(name, raising=False)
    harden_environment()
    assert {name: os.environ[name] for name in ENVIRONMENT} == {n: s.value for n, s in ENVIRONMENT.items()}
    assert {name: os.environ[name] for name in QUIET} == dict(QUIET)

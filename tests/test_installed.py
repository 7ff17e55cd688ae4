"""What the wheel holds is enough: installed without a checkout, the program serves the page and knows its models."""

import csv
import http.client
import json
import os
import signal
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

import pytest
from ui.serving import free_port

from analyzer.config import EXAMPLE, PROJECT
from analyzer.ui.web.server import APP

EXAMPLE_IN_WHEEL = Path("examples") / "feedback.csv"
SETTINGS = Path(".streamlit") / "config.toml"
ADVERSE = (
    "[browser]\ngatherUsageStats = true\n[client]\nshowErrorDetails = 'full'\ntoolbarMode = 'developer'\n"
    "[server]\nmaxUploadSize = 1\nenableXsrfProtection = false\nenableStaticServing = true\nfileWatcherType = 'poll'\n"
    "[logger]\nlevel = 'debug'\n[theme]\nbase = 'dark'\n"
)
"""Settings of a person and of a folder that ask for what the page must not have."""
LOOK = """
import json, sys
from analyzer import config
from analyzer.ui.web import security_headers, server
from starlette.testclient import TestClient
import streamlit
app = server.page(security_headers.SitePolicy())
from streamlit import config as options
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
rerun = BackMsg()
rerun.rerun_script.query_string = ""
WS = "ws://127.0.0.1:8501/_stcore/stream"
host = {"host": "127.0.0.1:8501", "origin": "http://127.0.0.1:8501"}
with TestClient(app, base_url="http://127.0.0.1:8501", client=("127.0.0.1", 50000)) as client:
    got = client.get("/", headers=host)
    with client.websocket_connect(WS, subprotocols=["streamlit"], headers=host) as browser:
        browser.send_bytes(rerun.SerializeToString())
        kind, told, shown = "", {}, ""
        while kind != "script_finished" or "ffline: this pro" not in shown:  # the address / leads to the first page
            message = ForwardMsg.FromString(browser.receive_bytes())
            kind = message.WhichOneof("type")
            if kind == "new_session":
                told = {"statistics": message.new_session.config.gather_usage_stats}
            shown += str(message)
print(json.dumps({
    "package": str(config.PACKAGE), "served": got.status_code, "headers": dict(got.headers), "told": told,
    "shown": [words for words in ("Single-user mode", "ffline: this pro") if words in shown],
    "options": {name: options.get_option(name) for name in sys.argv[1:]},
}))
"""
"""Makes the page as `serve` does, and tells what a browser gets and which settings are in force."""


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Build the wheel of this checkout."""
    folder = tmp_path_factory.mktemp("built")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=PROJECT, check=True, capture_output=True)
    [made] = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def wheel(built, tmp_path_factory):
    """Install the wheel into an empty folder; return the folder."""
    folder, made = tmp_path_factory.mktemp("wheel"), built
    install = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index", "--no-compile"]
    site = folder / "site"
    subprocess.run([*install, "--target", str(site), str(made)], cwd=folder, check=True, capture_output=True)
    return site


@pytest.fixture
def installed(wheel, tmp_path):
    """Run Python with the installed package alone, in an empty home and folder; hostile settings lie in both."""
    home = tmp_path / "home"
    for place in (home, tmp_path):
        (place / SETTINGS).parent.mkdir(parents=True)
        (place / SETTINGS).write_text(ADVERSE)
    environ = {"HOME": str(home), "PATH": os.environ["PATH"], "PYTHONPATH": str(wheel)}

    def run(*arguments, **options):
        command = [sys.executable, *arguments]
        return subprocess.run(
            command, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=120, check=False, **options
        )

    run.environ, run.folder = environ, tmp_path
    return run


@pytest.fixture(scope="module")
def environment(built, tmp_path_factory):
    """A new virtual environment with the wheel; what it depends on is that of this environment, by a path file.

    The checkout that this environment points at is not seen: path files of a folder that a path file adds are not read.
    """
    folder = tmp_path_factory.mktemp("environment") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    libraries = Path(sysconfig.get_path("purelib"))
    [site] = folder.glob("lib/python*/site-packages")
    (site / "dependencies.pth").write_text(f"{libraries}\n")
    install = [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python"), "install", "-q"]
    options = ["--no-index", "--no-deps", "--ignore-installed"]
    subprocess.run([*install, *options, str(built)], check=True, capture_output=True)
    return folder / "bin"


@pytest.fixture(scope="module")
def elsewhere(environment, models_dir, tmp_path_factory):
    """Run the installed command in an empty home, with nothing of this checkout but the test's small models."""
    home = tmp_path_factory.mktemp("elsewhere")
    environ = {"HOME": str(home), "PATH": f"{environment}:/usr/bin:/bin", "ANALYZER_MODELS_DIR": str(models_dir)}
    environ |= {"ANALYZER_ANSWERING_MODEL": "smollm2-135m-instruct-q4_1", "ANALYZER_THREADS": "1"}

    def run(*arguments, program="analyzer"):
        command = [str(environment / program), *arguments]
        return subprocess.run(command, cwd=home, env=environ, capture_output=True, text=True, timeout=600, check=False)

    run.environ, run.home, run.program = environ, home, environment / "analyzer"
    return run


def test_an_empty_environment_imports_the_example_and_answers(elsewhere):
    where = elsewhere("-c", "import analyzer; print(analyzer.__file__)", program="python").stdout
    assert "venv/lib" in where
    assert elsewhere("init").returncode == 0
    done = elsewhere("ingest", "--example", "--json")
    assert done.returncode == 0, done.stderr
    with EXAMPLE.open(encoding="utf-8", newline="") as file:
        rows = sum(1 for _ in csv.DictReader(file))
    report = json.loads(done.stdout)
    assert report["rows"] == rows == report["stored"] + report["duplicates"]
    asked = elsewhere("ask", "What do customers complain about when it comes to delivery?", "--json")
    assert asked.returncode == 0, asked.stderr
    answer = json.loads(asked.stdout)
    assert answer["status"] == "answered"
    assert any(claim["citations"] for claim in answer["claims"])
    _serves_the_page([str(elsewhere.program)], elsewhere.home, elsewhere.environ)


def test_every_requirement_of_the_wheel_is_met_by_what_is_locked(elsewhere):
    done = elsewhere("-m", "pip", "check", program="python")
    assert done.returncode == 0, done.stdout


def test_the_wheel_is_for_every_python_that_is_supported(elsewhere):
    asked = "import importlib.metadata as m; print(*m.metadata('feedback-analyzer').get_all('Classifier'), sep='|')"
    told = elsewhere("-c", asked, program="python").stdout
    assert {f"Programming Language :: Python :: 3.{minor}" for minor in (11, 12, 13, 14)} <= set(told.split("|"))


def test_streamlit_takes_nothing_else_for_its_own_beside_the_script():
    assert {path.name for path in APP.parent.iterdir()} - {"__pycache__"} == {"__init__.py", "app.py", ".streamlit"}


def test_a_checkout_and_a_wheel_have_the_same_settings_of_streamlit():
    assert (PROJECT / SETTINGS).read_bytes() == (APP.parent / SETTINGS).read_bytes()


def test_every_file_of_the_package_is_in_the_wheel(wheel):
    package = PROJECT / "analyzer"
    kept = {path.relative_to(package) for path in package.rglob("*") if path.is_file()}
    kept = {path for path in kept if "__pycache__" not in path.parts}
    brought = {path.relative_to(wheel / "analyzer") for path in (wheel / "analyzer").rglob("*") if path.is_file()}
    assert kept | {EXAMPLE_IN_WHEEL} == brought
    assert {Path("models/catalog.toml"), Path("ui/script") / SETTINGS} <= brought


def test_an_installed_program_keeps_nothing_among_the_packages(installed):
    settings = json.loads(installed("-m", "analyzer", "settings", "--json").stdout)
    told = json.dumps(settings)
    data = installed.folder / "home" / ".local" / "share" / "feedback-analyzer"
    assert str(data / "index" / "default") in told
    assert str(data / "models") in told


def test_an_installed_program_knows_its_models(installed):
    done = installed("-m", "analyzer", "models", "list", "--json")
    assert done.returncode == 0, done.stderr
    models = json.loads(done.stdout)["models"]
    assert {"all-MiniLM-L6-v2", "en_core_web_sm"} <= {model["name"] for model in models}
    assert not any(model["present"] for model in models)


def _options(settings, before=""):
    """Yield name and value of each option of a settings file, of sections in sections too."""
    for name, value in settings.items():
        if isinstance(value, dict):
            yield from _options(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value


def test_an_installed_page_is_as_closed_as_that_of_a_checkout(installed):
    """The settings that are in force, and what a browser is told; neither home nor folder may open the page."""
    wanted = dict(_options(tomllib.loads((PROJECT / SETTINGS).read_text())))
    assert installed("-m", "analyzer", "init").returncode == 0
    done = installed("-c", LOOK, *wanted)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout.splitlines()[-1])
    assert Path(seen["package"]).is_relative_to(installed.environ["PYTHONPATH"])
    assert seen["options"] == wanted
    assert seen["told"] == {"statistics": False}
    assert seen["shown"] == ["Single-user mode", "ffline: this pro"]
    assert seen["headers"]["connection-allowlist"] == "(response-origin)"


def test_an_installed_program_serves_the_page(installed):
    started = installed("-m", "analyzer", "init")
    assert started.returncode == 0, started.stderr
    _serves_the_page([sys.executable, "-m", "analyzer"], installed.folder, installed.environ)


def _serves_the_page(program, folder, environ):
    port = free_port()
    command = [*program, "serve", "--port", str(port)]
    with subprocess.Popen(command, cwd=folder, env=environ, stderr=subprocess.PIPE, text=True) as server:
        try:
            line = server.stderr.readline()
            assert f"http://127.0.0.1:{port}" in line, line + server.stderr.read()
            answer = _request(port, "/")
            assert answer.status == 200
            assert b"<html" in answer.body
            assert "default-src 'self'" in answer.headers["content-security-policy"]
            assert answer.headers["connection-allowlist"] == "(response-origin)"
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert _request(port, "/", Host="evil.example").status == 403
            assert _request(port, "/_stcore/health").status == 200
            assert "\nSeccomp:\t2\n" in Path(f"/proc/{server.pid}/status").read_text()
        finally:
            server.send_signal(signal.SIGINT)
            try:
                _, said = server.communicate(timeout=20)
            finally:
                server.kill()
    assert "Traceback" not in said, said


def _request(port, path, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for _ in range(100):
        try:
            connection.request("GET", path, headers=headers)
            break
        except ConnectionRefusedError:
            continue
    answer = connection.getresponse()
    answer.body = answer.read()
    connection.close()
    return answer

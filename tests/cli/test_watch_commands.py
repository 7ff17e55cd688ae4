"""The command watch as systemd and cron run it: files are dropped while the process runs, and SIGTERM ends it."""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time

import pytest
from fakes import make_settings, make_workspace, write_csv

from analyzer.config import PROJECT

DOC = (PROJECT / "docs" / "data_teams.md").read_text(encoding="utf-8")
RUN = """
import sys
from fakes import FakeWorkspace
import analyzer.workspace
analyzer.workspace.Workspace = FakeWorkspace
from analyzer.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


def started(tmp_path, *arguments):
    """The command in a process of its own, on a workspace with fake models."""
    settings = make_settings(tmp_path)
    environ = {
        **os.environ, "PYTHONPATH": f"{PROJECT}{os.pathsep}{PROJECT / 'tests'}",
        "ANALYZER_WORKSPACE": str(settings.workspace), "ANALYZER_KEYS_DIR": str(settings.keys_dir),
        "ANALYZER_WORKERS": "1",
    }  # fmt: skip
    return subprocess.Popen(
        [sys.executable, "-c", RUN, "watch", *arguments],
        env=environ, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    make_workspace(tmp_path).close()
    made = tmp_path / "incoming"
    made.mkdir()
    return made


def test_files_dropped_while_it_runs_are_imported_and_sigterm_ends_it(tmp_path, folder):
    process = started(
        tmp_path, str(folder), "--json", "--no-names", "--quiet", "0.3", "--every", "0.1",
        "--report", str(tmp_path / "themes.csv"),
    )  # fmt: skip
    seen = []
    for number in range(2):
        rows = [{"id": f"{number}-{n}", "comment": f"late parcel {n} of {number}"} for n in range(12)]
        write_csv(folder / f"{number}.csv.part", rows).rename(folder / f"{number}.csv")
        seen.append(json.loads(process.stdout.readline()))
    deadline = time.monotonic() + 60
    while not (tmp_path / "themes.csv").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    _, messages = process.communicate(timeout=60)
    assert process.returncode == 130, messages
    assert [(one["imported"], one["stored"]) for one in seen] == [(["0.csv"], 12), (["1.csv"], 12)]
    assert (tmp_path / "themes.csv").stat().st_size
    assert make_workspace(tmp_path).status().records == 24


def test_the_line_of_cron_imports_once_and_fails_aloud(tmp_path, folder):
    line = re.search(r"^\*/10 \* \* \* \*  (.+)$", DOC, re.MULTILINE)[1]
    words = shlex.split(line)
    assert words[1:3] == ["watch", "/srv/feedback/incoming"]
    arguments = [str(folder), "--once", "--no-names", "--quiet", "0.2"]
    assert words[3] == "--once"
    write_csv(folder / "a.csv", [{"id": str(n), "comment": f"late parcel {n}"} for n in range(12)])
    for expected in ("12 stored", "nothing new"):
        out, messages = (process := started(tmp_path, *arguments)).communicate(timeout=120)
        assert process.returncode == 0, messages
        assert expected in out
    (folder / "b.csv").write_bytes(b"\x00\x01" * 99)
    out, messages = (process := started(tmp_path, *arguments)).communicate(timeout=120)
    assert process.returncode == 1
    assert "FAILED b.csv: " in out
    assert "1 of the steps failed" in messages


def test_the_unit_of_the_docs_is_one_that_systemd_accepts(tmp_path):
    if not (verify := shutil.which("systemd-analyze")):
        pytest.skip("systemd-analyze is not installed")
    unit = re.search(r"feedback-watch\.service`:\n\n```ini\n(.+?)```", DOC, re.DOTALL)[1]
    assert "analyzer watch /srv/feedback/incoming" in unit
    file = tmp_path / "feedback-watch.service"
    program = tmp_path / "analyzer"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    file.write_text(unit.replace("/opt/feedback/.venv/bin/analyzer", str(program)))
    found = subprocess.run([verify, "verify", "--man=no", str(file)], capture_output=True, text=True, check=False)
    assert "feedback-watch" not in found.stderr, found.stderr
    file.write_text(file.read_text().replace("Restart=on-failure", "Restart=sometimes"))
    found = subprocess.run([verify, "verify", "--man=no", str(file)], capture_output=True, text=True, check=False)
    assert "feedback-watch.service:8: Failed to parse" in found.stderr

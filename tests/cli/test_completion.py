"""Completion in the shell: commands, options, choices and file names, fast and without a workspace."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from analyzer.cli.completion import SHELLS, shell_script

HEAVY = (
    "torch sqlcipher3 numpy pandas pydantic streamlit cryptography analyzer.workspace analyzer.store.database".split()
)
ASKING = """
import os, sys
os.dup2(1, 8)  # the shell's script reads completions from there
stop = os._exit
def ended(code):
    sys.stderr.write("LOADED " + " ".join(one for one in {heavy!r} if one in sys.modules))
    sys.stderr.flush()
    stop(code)
os._exit = ended
from analyzer.cli.main import main
main([])
"""


def completed(line, folder=None):
    """Return what the shell is offered at the end of a line, and the heavy modules that were loaded for it."""
    environ = {
        **os.environ, "_ARGCOMPLETE": "1", "_ARGCOMPLETE_IFS": "\n", "COMP_LINE": line, "COMP_POINT": str(len(line)),
        "_ARGCOMPLETE_SUPPRESS_SPACE": "1", "ANALYZER_WORKSPACE": "/nonexistent",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", ASKING.format(heavy=HEAVY)],
        env=environ, cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "LOADED" in done.stderr, done.stderr
    return done.stdout.split("\n"), done.stderr.partition("LOADED ")[2].split()


@pytest.mark.parametrize(
    ("line", "offered", "not_offered"),
    [
        ("analyzer the", ["themes"], ["trends"]),
        ("analyzer themes ", ["build", "list", "show"], ["--json"]),
        ("analyzer themes edit ", ["rename", "merge"], []),
        ("analyzer trends --by ", ["week", "month"], []),
        ("analyzer trends --se", ["--segment"], ["--by"]),
        ("analyzer completion ", list(SHELLS), []),
    ],
)
def test_commands_options_and_choices_are_offered(line, offered, not_offered):
    found, heavy = completed(line)
    assert set(offered) <= set(found)
    assert not set(not_offered) & set(found)
    assert not heavy, "completing must not wait for libraries or a workspace"


def test_files_are_offered_where_an_argument_is_one(tmp_path):
    (tmp_path / "survey.csv").touch()
    (tmp_path / "surveys").mkdir()
    (tmp_path / ".survey").touch()
    (tmp_path / "surveys" / "my file.csv").touch()
    assert completed("analyzer ingest sur", tmp_path)[0] == ["survey.csv", "surveys/"]
    assert completed("analyzer ingest surveys/", tmp_path)[0] == ["surveys/my\\ file.csv"]
    assert completed("analyzer ingest missing/", tmp_path)[0] == [""]
    assert "survey.csv" not in completed("analyzer search sur", tmp_path)[0]


def test_completing_takes_a_moment():
    completed("analyzer ")
    fastest = min(_seconds() for _ in range(3))
    assert fastest < 2, f"{fastest:.2f} s, of which most is Python's own start"


def _seconds():
    begun = time.perf_counter()
    completed("analyzer themes ")
    return time.perf_counter() - begun


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_of_each_shell_names_the_program(shell):
    script = shell_script(shell)
    assert "analyzer" in script
    assert "_ARGCOMPLETE" in script


def test_bash_completes_with_the_script(tmp_path):
    program = tmp_path / "analyzer"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m analyzer "$@"\n')
    program.chmod(0o755)
    script = """
    eval "$(analyzer completion bash)"
    COMP_LINE="analyzer backup dr"; COMP_POINT=${#COMP_LINE}; COMP_WORDS=(analyzer backup dr); COMP_CWORD=2
    _python_argcomplete analyzer dr backup
    echo "${COMPREPLY[@]}"
    """
    environ = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(["bash", "-c", script], env=environ, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "drill", done.stderr

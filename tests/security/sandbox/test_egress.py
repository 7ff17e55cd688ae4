"""Every way to start the program is sealed, refuses to work where the seal does not hold, and says when left open."""

import argparse
import json
import os
import subprocess
import sys

import pytest
from fakes import make_workspace

from analyzer.cli import main
from analyzer.config import PROJECT
from analyzer.errors import EgressError
from analyzer.security.sandbox import egress
from analyzer.security.sandbox.egress import KERNEL, leave_open, seal, seal_status
from analyzer.ui.web.server import secured, serve

UNSEALED = {
    ("models", "fetch"), ("models", "use-server"), ("serve",), ("offline", "prove"), ("bundle", "create"),
    ("cluster", "scheduler"), ("cluster", "worker"), ("worker", "start"),
}  # fmt: skip
"""Fetches; seals itself with the address that it is given; seals itself once its listener is open; makes the harness
whose children are the ordinary program; has pip fetch the packages of a bundle; seals itself once its listener is open;
two that start processes which seal themselves, and read no comment."""


class FakeGuard:
    """A guard whose self-test finds what it is told to."""

    def __init__(self, *faults):
        self.found, self.closed = faults, 0

    def close(self):
        """Count."""
        self.closed += 1

    def faults(self):
        """Return what it was told."""
        return self.found


@pytest.fixture
def state(monkeypatch):
    """A process that has decided nothing yet, with a guard to be chosen."""
    guard = FakeGuard()
    monkeypatch.setattr(egress, "_state", egress._State())
    monkeypatch.setattr(egress, "_strongest", lambda: (guard, KERNEL))
    monkeypatch.setattr(egress, "open_ways_out", lambda listener: ())
    return guard


def test_it_is_put_in_force_once_and_tested_each_time(state):
    assert seal().ok
    assert seal().level == KERNEL.name
    assert state.closed == 1
    state.found = ("connect is not refused",)
    with pytest.raises(EgressError, match="connect is not refused"):
        seal()


def test_a_process_that_decided_nothing_is_not_sealed(state):
    assert (seal_status().ok, seal_status().faults) == (False, ("the process is not sealed",))


def test_a_way_out_that_was_open_before_is_refused(state, monkeypatch):
    monkeypatch.setattr(
        egress, "open_ways_out", lambda listener: ("descriptor 7 is connected or bound to 203.0.113.9",)
    )
    with pytest.raises(EgressError, match=r"203\.0\.113\.9.*close it first"):
        seal()
    assert state.closed == 0


def test_a_way_out_that_another_thread_opens_meanwhile_is_refused_each_time(state, monkeypatch):
    found = iter([(), ("descriptor 7",), (), ("descriptor 7",)])
    monkeypatch.setattr(egress, "open_ways_out", lambda listener: next(found))
    for _ in range(2):
        with pytest.raises(EgressError, match="descriptor 7"):
            seal()


def test_a_process_can_be_left_open_for_a_reason_only(state):
    with pytest.raises(EgressError, match="needs a reason"):
        leave_open("  ")
    leave_open(" tests of a cluster ")
    status = seal()
    assert (status.ok, status.unsealed, state.closed) == (False, "tests of a cluster", 0)


def test_a_sealed_process_cannot_be_opened_by_words(state):
    seal()
    with pytest.raises(EgressError, match="cannot be undone"):
        leave_open("too late")
    assert seal_status().unsealed == ""


def test_a_workspace_opens_only_in_a_process_that_holds(state, tmp_path):
    state.found = ("thread 7 has no filter",)
    with pytest.raises(EgressError, match="nothing was done"):
        make_workspace(tmp_path)


def test_an_unsealed_process_leaves_its_reason_in_the_audit_log(state, tmp_path):
    leave_open("tests of a cluster")
    workspace = make_workspace(tmp_path)
    rows = workspace.database.rows("SELECT actor, detail FROM audit WHERE action = 'unsealed'")
    workspace.close()
    assert [(actor, json.loads(detail)) for actor, detail in rows][-1] == ("owner", {"reason": "tests of a cluster"})


def _commands(parser, words=()):
    groups = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not groups:
        yield words, parser
    for group in groups:
        for name, child in group.choices.items():
            yield from _commands(child, (*words, name))


def test_every_command_is_sealed_before_it_runs_but_those_that_cannot_be():
    found = {words: parser.get_default("is_sealed") for words, parser in _commands(main._parser())}
    assert {words for words, is_sealed in found.items() if not is_sealed} == UNSEALED & set(found)
    assert ("models", "fetch") in found
    assert ("serve",) in found


def _least(parser):
    """Return the fewest arguments that a command takes."""
    needed = [group._group_actions[0] for group in parser._mutually_exclusive_groups if group.required]
    for action in parser._actions:
        if not action.option_strings and (action.nargs not in ("?", "*") or action in needed):
            yield str(next(iter(action.choices), "1")) if action.choices else "1"
        elif action.option_strings and (action.required or action in needed):
            yield from (action.option_strings[0], str(next(iter(action.choices))) if action.choices else "1")


SEALED = [words for words, parser in _commands(main._parser()) if parser.get_default("is_sealed")]


@pytest.mark.parametrize("words", SEALED, ids=" ".join)
def test_a_command_does_nothing_where_the_seal_does_not_hold(state, words, monkeypatch, capsys):
    done = []
    monkeypatch.setattr(main, "_parser", lambda real=main._parser: _recording(real(), done))
    parser = dict(_commands(main._parser()))[words]
    arguments = [*words, *_least(parser)]
    state.found = ("connect is not refused",)
    assert main.main(arguments) == main.FAILED
    assert done == []
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert "the seal is not effective (connect is not refused)" in said.err
    state.found = ()
    assert main.main(arguments) == main.DONE
    assert done == [1]


def _recording(parser, done):
    """Replace what each command does by a note of how often the seal had been put in force by then."""
    for _, child in _commands(parser):
        child.set_defaults(run=lambda options: done.append(egress._state.guard.closed))
    return parser


def test_the_page_is_not_served_where_the_seal_does_not_hold(state, tmp_path, monkeypatch):
    monkeypatch.setattr("streamlit.config._config_options", {})  # as in a process in which no page was drawn before
    workspace = make_workspace(tmp_path)
    workspace.close()
    state.found = ("bind is not refused",)
    with pytest.raises(EgressError, match="bind is not refused"):
        serve(workspace.settings, 0)
    with pytest.raises(EgressError, match="bind is not refused"):
        secured()


@pytest.fixture
def environ(tmp_path, models_dir):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ANALYZER_")}
    return kept | {
        "ANALYZER_WORKSPACE": str(tmp_path / "workspace"), "ANALYZER_KEYS_DIR": str(tmp_path / "keys"),
        "ANALYZER_MODELS_DIR": str(models_dir),
    }  # fmt: skip


def run(environ, *command, **options):
    return subprocess.run(
        [sys.executable, *command], env=environ, capture_output=True, text=True, timeout=120, cwd=PROJECT, check=False,
        **options,
    )  # fmt: skip


IN_FORCE = "print(open('/proc/self/status').read().split('Seccomp:')[1].split()[0])"


@pytest.mark.parametrize("start", [["-m", "analyzer"], ["-c", "from analyzer.cli.main import main; main()"]])
def test_a_command_runs_sealed_however_it_is_started(environ, start):
    environ |= {"PYTHONPATH": str(PROJECT)}
    hook = "import atexit; atexit.register(lambda: %s)" % IN_FORCE  # noqa: UP031
    script = start[1] if start[0] == "-c" else "import runpy; runpy.run_module('analyzer', run_name='__main__')"
    done = run(environ, "-c", f"import sys; sys.argv = ['analyzer', 'init']\n{hook}\n{script}")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n")[-2] == "2"


def test_a_workspace_opened_from_python_seals_the_process(environ):
    script = f"from analyzer import Workspace\nif __name__ == '__main__':\n Workspace.init().close()\n {IN_FORCE}"
    assert run(environ, "-c", script).stdout == "2\n"


def test_from_python_it_can_be_left_open_for_a_reason_too(environ):
    script = f"""from analyzer import Workspace
workspace = Workspace.init(unsealed="a notebook that downloads")
{IN_FORCE}
print(workspace.audit.show(action="unsealed"))
workspace.close()
Workspace.open(unsealed="a notebook that downloads").close()
"""
    done = run(environ, "-c", script)
    assert done.stdout.startswith("0\n"), done.stderr
    assert "a notebook that downloads" in done.stdout


def test_the_workers_of_an_import_are_sealed(environ, tmp_path):
    script = f"""
from pathlib import Path
from analyzer.models.parallel import map_batches
from analyzer.security.sandbox.egress import seal
class Start:
    def __call__(self):
        return lambda batch: Path("/proc/self/status").read_text().split("Seccomp:")[1].split()[0]
if __name__ == "__main__":
    {IN_FORCE}
    seal()
    print(*map_batches(Start(), [1, 2, 3], 2))
"""
    file = tmp_path / "script.py"
    file.write_text(script)
    assert run(environ | {"PYTHONPATH": str(PROJECT)}, str(file)).stdout == "0\n2 2 2\n"


def test_unsealed_is_said_and_put_on_record(environ):
    assert run(environ, "-m", "analyzer", "init").returncode == 0
    done = run(environ, "-m", "analyzer", "status", "--unsealed", "a cluster of tests")
    assert done.returncode == 0
    assert "UNSEALED" in done.stderr
    script = "from analyzer import Workspace; w = Workspace.open(); print(w.audit.show(action='unsealed'))"
    assert "a cluster of tests" in run(environ, "-c", script).stdout


def test_unsealed_without_a_reason_is_refused(environ):
    done = run(environ, "-m", "analyzer", "status", "--unsealed", "")
    assert (done.returncode, done.stdout) == (1, "")
    assert "reason" in done.stderr


def test_a_program_started_with_a_way_out_refuses_to_work(environ):
    import socket

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        done = run(environ, "-m", "analyzer", "init", pass_fds=[one.fileno()])
    assert done.returncode == 1
    assert "open way off this machine" in done.stderr
    assert done.stderr.count("\n") == 1

"""Killed at any line of what it does, an operation loses nothing, and the same command can be given again."""

import random
import shutil
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from fakes import FakeWorkspace, make_settings, make_workspace, write_csv
from injected import chosen, run
from killing import WAIT_S, server, start  # noqa: F401 - a fixture

from analyzer.security.workspace_identity import IDENTITY

pytestmark = pytest.mark.long(60)

ROWS = [{"id": f"R-{n}", "comment": f"soup number {n} was cold", "rating": n % 5} for n in range(12)]
MORE = [{"id": f"S-{n}", "comment": f"waiter number {n} was slow", "rating": n % 5} for n in range(20)]


def init(folder: Path) -> None:
    FakeWorkspace.init(make_settings(folder)).close()


def change_key(folder: Path) -> None:
    FakeWorkspace(make_settings(folder)).keys.change()


def back_up(folder: Path) -> None:
    workspace = FakeWorkspace(make_settings(folder))
    workspace.backups.create(folder / "new")
    workspace.close()


def restore(folder: Path) -> None:
    FakeWorkspace.restore(folder / "base", make_settings(folder))


def incident(folder: Path) -> None:
    workspace = FakeWorkspace(make_settings(folder))
    workspace.incidents.open("a laptop was lost")
    workspace.incidents.report()
    workspace.incidents.close()
    workspace.close()


def import_more(folder: Path) -> None:
    workspace = make_workspace(folder)
    workspace.ingest([folder / "more.csv"])
    workspace.close()


def made(folder: Path) -> None:
    """A workspace with a backup, and with records that came after it."""
    workspace = make_workspace(folder)
    workspace.ingest([write_csv(folder / "a.csv", ROWS)])
    workspace.backups.create(folder / "base")
    workspace.ingest([write_csv(folder / "b.csv", MORE[:5])])
    workspace.close()
    write_csv(folder / "more.csv", MORE)


def records(folder: Path) -> int:
    """Open the workspace, check everything in it, return the number of its records."""
    workspace = FakeWorkspace(make_settings(folder))
    assert workspace.verify().problems == ()
    assert workspace.audit.verify().ok
    count = workspace.feedback.matching()
    workspace.close()
    return count


def after_init(folder: Path) -> None:
    if not (folder / "workspace" / IDENTITY).exists():
        init(folder)
    assert records(folder) == 0


def after_change_key(folder: Path) -> None:
    assert records(folder) == 17
    change_key(folder)
    assert records(folder) == 17


def after_back_up(folder: Path) -> None:
    assert records(folder) == 17
    if not (folder / "new").exists():
        back_up(folder)
    workspace = FakeWorkspace(make_settings(folder))
    assert workspace.backups.verify(folder / "new").ok
    workspace.close()


def after_restore(folder: Path) -> None:
    assert records(folder) in (12, 17)
    restore(folder)
    assert records(folder) == 12


def after_incident(folder: Path) -> None:
    assert records(folder) == 17
    workspace = FakeWorkspace(make_settings(folder))
    if workspace.incidents.report().number:
        workspace.incidents.close()
    workspace.close()
    incident(folder)


def after_import(folder: Path) -> None:
    assert 17 <= records(folder) <= 32
    import_more(folder)
    assert records(folder) == 32


@dataclass(frozen=True)
class Operation:
    """Something to be killed, and what must hold afterwards."""

    do: Callable[[Path], None]
    check: Callable[[Path], None]
    needs_workspace: bool = True


OPERATIONS = {
    "init": Operation(init, after_init, needs_workspace=False), "key change": Operation(change_key, after_change_key),
    "backup": Operation(back_up, after_back_up), "restore": Operation(restore, after_restore),
    "incident": Operation(incident, after_incident), "import": Operation(import_more, after_import),
}  # fmt: skip


@pytest.mark.parametrize("cycles", [4, pytest.param(170, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", OPERATIONS)
def test_killed_at_any_line_nothing_is_lost_and_nothing_is_stuck(server, tmp_path, name, cycles):  # noqa: F811
    operation, whole = OPERATIONS[name], tmp_path / "whole"
    whole.mkdir()
    if operation.needs_workspace:
        made(whole)
    shutil.copytree(whole, tmp_path / "first")
    counts = passed(server, operation, tmp_path / "first")
    draw, killed = random.Random(18), 0
    points = chosen(counts, draw)
    for _ in range(cycles):
        work = tmp_path / "work"
        shutil.copytree(whole, work)
        point, hit = next(points)
        child = start(server, run, operation.do, work, point, hit, None)
        child.join(WAIT_S)
        killed += child.exitcode == -signal.SIGKILL
        try:
            operation.check(work)
        except Exception as error:
            raise AssertionError(f"{name}, killed at pass {hit} of {point}") from error
        shutil.rmtree(work)
    assert killed >= cycles * 3 // 4


def passed(server, operation, folder):  # noqa: F811
    """Run an operation to its end; return the points that it passes."""
    reports, theirs = server.Pipe(duplex=False)
    child = start(server, run, operation.do, folder, None, 0, theirs)
    theirs.close()
    assert reports.poll(WAIT_S)
    counts = reports.recv()
    child.join(WAIT_S)
    operation.check(folder)
    assert len(counts) > 100
    return counts

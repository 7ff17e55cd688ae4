"""Kill -9 at any moment of an import: what was reported as stored is there, and the same workspace goes on.

Children come from a fork server that has everything heavy loaded, so that a cycle takes a fraction of a second.
"""

import contextlib
import multiprocessing
import os
import random
import signal
import time
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from fakes import make_workspace, write_csv

TESTS = Path(__file__).parent
MAPPING = {"text": "comment", "id": "ref"}
BATCH = 8
ROWS_A_CYCLE = 200
WAIT_S = 60


def make_rows(count):
    chance = random.Random(5)
    rows = []
    for number in range(count):
        how = chance.choice(("late", "fast", "lost"))
        text = f"The delivery of Ann Lee was {how} for a.lee@mail.example {number % 300}"
        rows.append(
            {"ref": f"R-{number}", "comment": text, "rating": chance.randint(0, 5), "more": f"0770090032 {number % 7}"}
        )
        if number % 50 == 30:
            rows[-1]["comment"] = "UNSCRUBBABLE"
        if number % 50 == 40:
            rows.append(rows[-2])
    return rows


def import_file(folder: Path, file: Path, reports: Connection) -> None:
    """What the child does: import, and acknowledge each batch."""
    workspace = make_workspace(folder, batch_size=BATCH)
    workspace.ingest([file], MAPPING, on_progress=lambda name, done, total: reports.send(done))
    reports.send("done")
    workspace.close()


@pytest.fixture(scope="module")
def server():
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(map(str, [TESTS, TESTS.parent]))
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["preloaded"])
    start(context, time.sleep, 0).join(WAIT_S)
    if before is None:
        del os.environ["PYTHONPATH"]
    else:
        os.environ["PYTHONPATH"] = before
    return context


def start(context, function, *arguments):
    process = context.Process(target=function, args=arguments)
    process.start()
    return process


class Child:
    """An import in a process of its own, and what it has acknowledged."""

    def __init__(self, context, folder, file):
        self._reports, theirs = context.Pipe(duplex=False)
        self._process = start(context, import_file, folder, file, theirs)
        theirs.close()
        self.acknowledged = 0
        self.is_done = False

    def wait_for(self, rows):
        """Wait until so many rows are acknowledged, or the import is done."""
        while self.acknowledged < rows and not self.is_done and self._reports.poll(WAIT_S):
            if not self._receive():
                return

    def kill(self):
        """Kill the child and take in what it still managed to say."""
        with contextlib.suppress(ProcessLookupError):  # it was quicker, and is done
            os.kill(self._process.pid, signal.SIGKILL)
        self._process.join(WAIT_S)
        assert self._process.exitcode in (-signal.SIGKILL, 0)
        while self._receive():
            pass
        self._reports.close()
        self._process.close()

    def _receive(self):
        try:
            report = self._reports.recv()
        except (EOFError, OSError):
            return False
        if report == "done":
            self.is_done = True
        else:
            self.acknowledged = max(self.acknowledged, report)
        return True


@pytest.mark.parametrize("cycles", [10, pytest.param(100, marks=pytest.mark.slow)])
def test_killing_an_import_loses_nothing_that_was_acknowledged(server, tmp_path, cycles):
    rows = make_rows(ROWS_A_CYCLE * cycles)
    file = write_csv(tmp_path / "feedback.csv", rows)
    chance = random.Random(20_240_101)
    make_workspace(tmp_path, batch_size=BATCH).close()
    kept, kills_in_between = 0, 0
    for _ in range(cycles):
        child = Child(server, tmp_path, file)
        child.wait_for(kept + chance.randrange(3 * ROWS_A_CYCLE // 2))
        time.sleep(chance.choice((0.0, 0.001, 0.003, 0.01, 0.05)) * chance.random())
        child.kill()
        kills_in_between += not child.is_done
        workspace = make_workspace(tmp_path, batch_size=BATCH)
        verification = workspace.verify()
        assert verification.problems == ()
        acknowledged = max(kept, child.acknowledged)
        assert stored_ids(workspace) >= expected_ids(rows[:acknowledged])
        assert stored_ids(workspace) <= expected_ids(rows[: acknowledged + BATCH])
        kept = acknowledged
        workspace.close()
    assert kills_in_between >= cycles // 2
    workspace = make_workspace(tmp_path, batch_size=BATCH)
    report = workspace.ingest([file], MAPPING)
    assert report.rows == len(rows) == report.stored + report.duplicates + report.rejected
    uninterrupted = make_workspace(tmp_path / "whole", batch_size=BATCH)
    expected = uninterrupted.ingest([file], MAPPING)
    assert report.rejected == expected.rejected == sum(row["comment"] == "UNSCRUBBABLE" for row in rows)
    assert content(workspace) == content(uninterrupted)
    assert stored_ids(workspace) == expected_ids(rows)
    assert workspace.verify().problems == ()
    assert workspace.search("lost delivery", "rating<3", 20) == uninterrupted.search("lost delivery", "rating<3", 20)
    workspace.close()
    uninterrupted.close()


def stored_ids(workspace):
    return {row[0] for row in workspace._database.rows("SELECT id FROM feedback")}


def expected_ids(rows):
    return {row["ref"] for row in rows if row["comment"] != "UNSCRUBBABLE"}


def content(workspace):
    return {record.id: (record.text, dict(record.fields)) for record in workspace.browse("", 100_000)}

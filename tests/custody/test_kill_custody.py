"""Kill -9 at any moment of an erasure, a backup, a drill, a restore, a change of the key: nothing is lost or torn."""

import random
import time
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from fakes import make_settings, make_workspace, write_csv
from killing import Child, server  # noqa: F401 - a fixture

pytestmark = pytest.mark.long(40)


def keep_safe(folder: Path, seed: Path, reports: Connection) -> None:
    """What the child does, over and over: erase the next record, back up, drill, change the key, restore."""
    chance = random.Random(int(seed.read_text()))
    settings = make_settings(folder)
    reports.send(1)
    while True:
        workspace = make_workspace(folder)
        action = chance.choice(("erase", "erase", "backup", "drill", "key", "restore"))
        if action == "erase":
            number = int(workspace.feedback.browse(limit=1)[0].id[2:])
            workspace.erasure.erase(ids=[f"R-{number}"])
            reports.send(number)
        elif action == "backup":
            workspace.backups.create(folder / f"b{time.time_ns()}")
        elif action == "drill":
            assert workspace.backups.drill(folder / "base").ok
        elif action == "key":
            workspace.keys.change()
        workspace.close()
        if action == "restore":
            type(workspace).restore(folder / "base", settings)


@pytest.mark.parametrize("cycles", [20, pytest.param(300, marks=pytest.mark.slow)])
def test_killing_what_keeps_a_workspace_safe_loses_and_tears_nothing(server, tmp_path, cycles):  # noqa: F811
    count = 100 + 12 * cycles
    rows = [
        {"id": f"R-{10_000 + n}", "comment": f"soup number {n} was cold {n % 7}", "rating": n % 5} for n in range(count)
    ]
    workspace = make_workspace(tmp_path)
    workspace.ingest([write_csv(tmp_path / "a.csv", rows)])
    workspace.backups.create(tmp_path / "base")
    workspace.close()
    chance, gone, seed = random.Random(11), 9_999, tmp_path / "seed"
    for cycle in range(cycles):
        seed.write_text(str(cycle))
        child = Child(server, tmp_path, seed, keep_safe)
        child.wait_for(1)
        time.sleep(0.8 * chance.random())
        child.kill()
        assert not child.is_done
        acknowledged = max(gone, child.acknowledged)
        workspace = make_workspace(tmp_path)
        assert workspace.verify().problems == ()
        left = {int(one.id[2:]) for one in workspace.feedback.browse(limit=10_000)}
        first = min(left)
        assert left == set(range(first, 10_000 + count))  # nothing in between is lost
        assert first in (acknowledged + 1, acknowledged + 2)  # the last one may have gone without its being told
        gone = first - 1
        workspace.close()
    assert gone >= 9_999 + cycles // 4  # work was done between the kills
    workspace = make_workspace(tmp_path)
    assert workspace.audit.verify().ok
    assert workspace.backups.verify(tmp_path / "base").ok
    workspace.close()

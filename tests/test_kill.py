"""Kill -9 at any moment of an import: what was reported as stored is there, and the same workspace goes on."""

import itertools
import random
import time
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from fakes import make_workspace, write_csv
from killing import Child, server  # noqa: F401 - a fixture
from topics import imported, rows

pytestmark = pytest.mark.long(40)

MAPPING = {"text": "comment", "id": "ref"}
BATCH = 8
ROWS_A_CYCLE = 200


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


@pytest.mark.parametrize("cycles", [10, pytest.param(100, marks=pytest.mark.slow)])
def test_killing_an_import_loses_nothing_that_was_acknowledged(
    server,  # noqa: F811
    tmp_path,
    cycles,
):
    rows = make_rows(ROWS_A_CYCLE * cycles)
    file = write_csv(tmp_path / "feedback.csv", rows)
    chance = random.Random(20_240_101)
    make_workspace(tmp_path, batch_size=BATCH).close()
    kept, kills_in_between = 0, 0
    for _ in range(cycles):
        child = Child(server, tmp_path, file, import_file)
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


def build_and_code(folder: Path, codebook: Path, reports: Connection) -> None:
    """What the child does: find themes, then code with a codebook, and tell each step."""
    workspace = make_workspace(folder)
    steps = itertools.count(1)
    workspace.themes.build(about=4, names=False, on_progress=lambda *_: reports.send(next(steps)))
    workspace.codebook.load(codebook)
    workspace.codebook.label({f"C-{n}": {"Soup": n >= 200} for n in (100, 101, 200, 201, 202)})
    workspace.codebook.apply(lambda *_: reports.send(next(steps)))
    reports.send("done")
    workspace.close()


@pytest.mark.parametrize("cycles", [10, pytest.param(60, marks=pytest.mark.slow)])
def test_killing_a_build_or_a_coding_tears_nothing_and_the_next_gives_the_same(
    server,  # noqa: F811
    tmp_path,
    cycles,
):
    codebook = tmp_path / "codebook.json"
    codebook.write_text('{"themes": [{"name": "Soup", "description": "soup"}, {"name": "Parcel"}]}', encoding="utf-8")
    whole, torn = imported(tmp_path / "whole", rows()), imported(tmp_path / "torn", rows())
    torn.close()
    chance, kills_in_between = random.Random(7), 0
    for _ in range(cycles):
        child = Child(server, tmp_path / "torn", codebook, build_and_code)
        child.wait_for(chance.randrange(1, 14))
        time.sleep(0.05 * chance.random())
        child.kill()
        kills_in_between += not child.is_done
        torn = make_workspace(tmp_path / "torn")
        assert torn.verify().problems == ()
        placed = {theme for one in torn.themes.assignments() for theme in one.themes}
        assert placed <= {theme.id for theme in torn.themes.list().themes}
        assert {t for one in torn.codebook.assignments() for t in one.themes} <= {"C1", "C2"}
        torn.close()
    assert kills_in_between >= cycles // 3
    torn = make_workspace(tmp_path / "torn")
    for one in (whole, torn):
        one.themes.build(about=4, names=False)
        one.codebook.load(codebook)
        one.codebook.label({f"C-{n}": {"Soup": n >= 200} for n in (100, 101, 200, 201, 202)})
        one.codebook.apply()
    assert list(torn.themes.assignments()) == list(whole.themes.assignments())
    assert list(torn.codebook.assignments()) == list(whole.codebook.assignments())
    whole.close()
    torn.close()


def stored_ids(workspace):
    return {row[0] for row in workspace.database.rows("SELECT id FROM feedback")}


def expected_ids(rows):
    return {row["ref"] for row in rows if row["comment"] != "UNSCRUBBABLE"}


def content(workspace):
    return {record.id: (record.text, dict(record.fields)) for record in workspace.feedback.browse("", 100_000)}

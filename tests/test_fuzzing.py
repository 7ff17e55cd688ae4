"""Damaged files and random input end in a result or in one line; in full: `python tests/fuzzing.py SUBJECT 20000`."""

import os
import random
import time
from contextlib import nullcontext
from functools import partial
from pathlib import Path

import pytest
from fakes import make_settings
from fuzzing import LIMIT_S, SUBJECTS, damaged, fuzz, sound_files
from topics import imported, rows

from analyzer.answers.types import Plan, Task
from analyzer.errors import InputFileError, UsageError
from analyzer.ingest.readers.damage import damage_as, damage_in
from analyzer.ingest.readers.open_file import open_table

pytestmark = pytest.mark.long(30)

FEW = {"files": 1_500, "filters": 400, "plans": 120, "links": 2_000, "arguments": 120}
FULL = 20_000


@pytest.mark.parametrize("subject", FEW)
def test_nothing_is_uncaught_and_nothing_takes_long(subject):
    outcome = fuzz(subject, FEW[subject])
    assert outcome.cases == FEW[subject]
    assert outcome.uncaught == []
    assert outcome.slow == []


@pytest.mark.slow
@pytest.mark.parametrize("subject", SUBJECTS)
def test_nothing_is_uncaught_in_a_full_run(subject):
    outcome = fuzz(subject, FULL)
    assert (outcome.cases, outcome.uncaught, outcome.slow) == (FULL, [], [])


def test_the_sound_files_are_read_and_most_damage_is_noticed(tmp_path):
    for suffix, sound in sound_files(tmp_path).items():
        if suffix == ".zip":
            continue
        file = tmp_path / f"sound{suffix}"
        file.write_bytes(sound)
        assert len(list(open_table(file).rows())) == 60, suffix
        assert damaged(sound, random.Random(1)) != sound


def test_a_crash_an_endless_case_and_an_error_are_findings(monkeypatch):
    monkeypatch.setitem(SUBJECTS, "own", own_cases)
    monkeypatch.setattr("fuzzing.HANGING_S", 3.0)
    outcome = fuzz("own", 5)
    assert outcome.cases == 5
    assert [number for number, _ in outcome.uncaught] == [1, 2]
    assert [number for number, _ in outcome.slow] == [3]
    assert LIMIT_S > 0


def own_cases(_: Path):
    def case(number):
        if number == 1:
            raise KeyError("no error of the product")
        if number == 2:
            os._exit(3)
        if number == 3:
            time.sleep(60)

    return nullcontext(case)


class PanicException(BaseException):
    """Looks like a panic of Rust under PyO3."""


@pytest.mark.parametrize(
    "error", [ValueError("x"), OSError("no number"), OSError(22, "Invalid argument"), PanicException()]
)
def test_a_failure_of_a_reader_is_damage(error):
    with (
        pytest.raises(InputFileError, match=r"^a\.xls: the file is damaged; copy or export it again$"),
        damage_as("a.xls"),
    ):
        raise error


def test_a_failure_of_the_disk_or_the_memory_is_said():
    with pytest.raises(InputFileError, match="Input/output error"), damage_as("a.csv"):
        raise OSError(5, "Input/output error")
    with pytest.raises(InputFileError, match="needs more memory"), damage_as("a.csv"):
        raise MemoryError


def test_an_interruption_and_an_error_of_the_product_pass():
    with pytest.raises(KeyboardInterrupt), damage_as("a.csv"):
        raise KeyboardInterrupt
    with pytest.raises(InputFileError, match="own words"), damage_as("a.csv"):
        raise InputFileError("own words")


def test_a_failure_between_two_rows_is_damage_and_the_rows_before_it_are_read():
    def rows():
        yield 1
        raise KeyError("gone")

    found = damage_in("a.ods", rows())
    assert next(found) == 1
    with pytest.raises(InputFileError, match=r"^a\.ods: "):
        next(found)


def test_drivers_without_themes_and_a_workspace_without_a_name_are_one_line(tmp_path):
    workspace = imported(tmp_path, rows(6))
    with pytest.raises(UsageError, match="no themes yet"):
        workspace.trends.drivers()
    workspace.close()
    assert make_settings(tmp_path, workspace=Path()).backups.name == f"{Path.cwd().name}.backups"


@pytest.mark.parametrize("text", ["parcel \udcff", "\ud800"])
def test_bytes_that_are_no_text_are_refused(text, tmp_path):
    workspace = imported(tmp_path, rows(6))
    for ask in (
        workspace.ask,
        workspace.search,
        workspace.count,
        partial(workspace.ask, "late?", plan=Plan(Task.COUNT, by=text)),
    ):
        with pytest.raises(UsageError, match="not text"):
            ask(text) if not isinstance(ask, partial) else ask()
    workspace.close()


@pytest.mark.parametrize("case", [28, 74, 89, 237])
def test_bad_offsets_broken_deflate_and_a_panic_are_one_line(case, tmp_path):
    """Numbers of cases that were uncaught: deflate of .xlsx and .ods, a directory of .zip, a panic in .xls."""
    outcome = fuzz("files", 1, case)
    assert (outcome.cases, outcome.refused, outcome.uncaught) == (1, 1, [])

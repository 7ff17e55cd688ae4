"""A watched folder: whole files only, each once, whatever fails or is killed in between."""

import os
import threading
import time
from pathlib import Path

import pytest
from fakes import FakeWorkspace, make_workspace, write_csv

from analyzer.errors import AccessError, InputFileError
from analyzer.ingest.dropped_files import DroppedFiles
from analyzer.reports.watch_service import WatchOptions, WatchRound
from analyzer.security.types import Grant, Role

QUIET = 0.2
OPTIONS = WatchOptions(names=False, quiet_s=QUIET, every_s=0.05)
TEXTS = ("the delivery was late again", "late delivery and cold food", "friendly staff", "the app crashes", "too dear")


def rows(prefix, count=5):
    return [{"id": f"{prefix}{n}", "comment": f"{TEXTS[n % 5]} {prefix}"} for n in range(count)]


@pytest.fixture
def workspace(tmp_path):
    made = make_workspace(tmp_path)
    yield made
    made.close()


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "drop"
    made.mkdir()
    return made


class Clock:
    """A monotonic clock that a test moves."""

    now = 100.0

    def __call__(self):
        return self.now


def test_a_file_is_whole_when_it_has_not_changed_for_a_while(folder):
    clock = Clock()
    dropped = DroppedFiles(folder, 10, clock)
    growing = write_csv(folder / "a.csv", rows("a"))
    assert dropped.whole() == {}
    clock.now += 9
    with growing.open("a") as out:
        out.write("a9,more\n")
    assert dropped.whole() == {}
    assert dropped.has_waiting
    clock.now += 9
    assert dropped.whole() == {}
    clock.now += 1
    assert list(dropped.whole()) == [growing]
    assert not dropped.has_waiting


@pytest.mark.parametrize("name", [".hidden.csv", "a.csv.part", "a.tmp", "~$a.xlsx", "notes.md"])
def test_a_file_under_a_name_that_is_not_read_waits_for_its_renaming(folder, name):
    dropped = DroppedFiles(folder, 0)
    written = write_csv(folder / name, rows("a"))
    assert dropped.whole() == {}
    written.rename(folder / "a.csv")
    assert list(dropped.whole()) == [folder / "a.csv"]


def test_links_folders_and_empty_files_are_left_alone(folder, tmp_path):
    secret = write_csv(tmp_path / "elsewhere.csv", rows("s"))
    (folder / "a.csv").symlink_to(secret)
    (folder / "b.csv").mkdir()
    (folder / "c.csv").touch()
    assert DroppedFiles(folder, 0).whole() == {}


def test_files_dropped_while_it_runs_are_imported_once_and_themes_and_reports_follow(workspace, folder, tmp_path):
    report = tmp_path / "themes.html"
    options = WatchOptions(names=False, reports=[report], quiet_s=QUIET, every_s=0.05)
    seen: list[WatchRound] = []

    def drop():
        write_csv(folder / "first.csv", rows("a", 20))
        time.sleep(3 * QUIET)
        with (folder / "slow.csv").open("w") as out:  # written in pieces, each followed by less than the quiet time
            for row in (("id", "comment"), ("b1", "slow parcel"), ("b2", "slow answer"), ("b3", "slow refund")):
                out.write(",".join(row) + "\n")
                out.flush()
                time.sleep(QUIET / 2)
        write_csv(folder / "third.csv.part", rows("c")).rename(folder / "third.csv")

    dropping = threading.Thread(target=drop)
    dropping.start()
    deadline = time.monotonic() + 60
    workspace.watch.run(
        folder,
        options,
        seen.append,
        until=lambda: (
            time.monotonic() > deadline or {n for one in seen for n in one.imported} >= {"slow.csv", "third.csv"}
        ),
    )
    dropping.join()
    assert sorted(name for one in seen for name in one.imported) == ["first.csv", "slow.csv", "third.csv"]
    assert sum(one.stored for one in seen) == workspace.status().records == 28
    assert all(one.failed == () for one in seen)
    assert seen[-1].themes is not None
    assert seen[-1].reports == (str(report),)
    assert workspace.themes.list().stale == ""
    assert report.stat().st_size > 1_000


def test_what_was_imported_is_known_after_a_new_start_under_any_name(workspace, folder):
    write_csv(folder / "a.csv", rows("a"))
    assert workspace.watch.once(folder, OPTIONS).stored == 5
    workspace.close()
    again = FakeWorkspace(workspace.settings)
    assert again.watch.once(folder, OPTIONS) == WatchRound()
    (folder / "a.csv").rename(folder / "b.csv")
    assert again.watch.once(folder, OPTIONS) == WatchRound()
    write_csv(folder / "b.csv", rows("a", 7))
    done = again.watch.once(folder, OPTIONS)
    assert (done.stored, done.duplicates) == (2, 5)
    assert len(again.status().imports) == 2
    again.close()


def test_a_file_that_cannot_be_read_is_named_and_stops_no_other(workspace, folder):
    (folder / "bad.csv").write_bytes(b"\x00\x01\x02" * 50)
    write_csv(folder / "good.csv", rows("a"))
    done = workspace.watch.once(folder, OPTIONS)
    assert done.imported == ("good.csv",)
    assert len(done.failed) == 1
    assert done.failed[0].startswith("bad.csv: ")
    seen: list[WatchRound] = []
    rounds = iter(range(4))
    workspace.watch.run(folder, OPTIONS, seen.append, until=lambda: next(rounds, 9) > 2)
    assert seen == []  # within one run it is not whole before the quiet time
    rounds = iter(range(20))
    workspace.watch.run(folder, OPTIONS, seen.append, until=lambda: next(rounds, 99) > 15)
    assert len(seen) == 1  # said once, not at every look
    write_csv(folder / "bad.csv", rows("b"))
    assert workspace.watch.once(folder, OPTIONS).imported == ("bad.csv",)


def test_a_step_that_is_refused_for_now_is_done_at_a_later_look(workspace, folder, tmp_path):
    write_csv(folder / "a.csv", rows("a", 20))
    seen: list[WatchRound] = []
    lock = workspace.collaborators.import_lock
    with lock.hold():
        rounds = iter(range(20))
        workspace.watch.run(folder, OPTIONS, seen.append, until=lambda: next(rounds, 99) > 10)
    assert [one.imported for one in seen] == [()]
    assert "another import is running" in seen[0].failed[0]
    assert workspace.status().records == 0
    done = workspace.watch.once(folder, OPTIONS)
    assert (done.stored, done.failed) == (20, ())


def test_a_kill_after_the_import_leaves_themes_and_reports_to_the_next_start(workspace, folder, tmp_path, monkeypatch):
    report = tmp_path / "themes.csv"
    options = WatchOptions(names=False, reports=[report], quiet_s=QUIET)
    write_csv(folder / "a.csv", rows("a", 20))
    with monkeypatch.context() as patched:
        patched.setattr(type(workspace.themes), "build", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            workspace.watch.once(folder, options)
    assert workspace.status().records == 20
    done = workspace.watch.once(folder, options)
    assert (done.imported, done.reports) == ((), (str(report),))
    assert done.themes is not None
    os.utime(report, (1, 1))  # a kill after the themes, before the report
    done = workspace.watch.once(folder, options)
    assert (done.themes, done.reports) == (None, (str(report),))


def test_two_builds_within_a_second_both_write_the_report(workspace, folder, tmp_path):
    report = tmp_path / "themes.csv"
    options = WatchOptions(names=False, reports=[report], quiet_s=0)
    for number in range(2):
        write_csv(folder / f"{number}.csv", rows(f"n{number}", 20))
        done = workspace.watch.once(folder, options)
        assert done.reports == (str(report),)
        os.utime(report, (2_000_000_000, 2_000_000_000))  # as if it was written after the next build began


def test_a_folder_that_cannot_be_read_is_an_error_at_the_start_and_waited_for_later(workspace, folder):
    with pytest.raises(InputFileError, match="name a folder that can be read"):
        workspace.watch.once(folder / "missing", OPTIONS)
    seen: list[WatchRound] = []
    rounds = iter(range(20))

    def until():
        number = next(rounds, 99)
        if number == 2:
            folder.rename(folder.with_name("away"))
        if number == 6:
            Path(folder.with_name("away")).rename(folder)
        return number > 10

    workspace.watch.run(folder, OPTIONS, seen.append, until=until)
    assert [len(one.failed) for one in seen] == [1]


def test_only_who_may_import_may_watch(workspace, folder):
    workspace.users.add(Grant("ada", (Role.ADMIN,)), sign_in=False)
    write_csv(folder / "a.csv", rows("a"))
    ada = FakeWorkspace(workspace.settings, "ada")
    for watch in (ada.watch.once, ada.watch.run):
        with pytest.raises(AccessError):
            watch(folder, OPTIONS)
    assert ada.status().records == 0
    ada.close()

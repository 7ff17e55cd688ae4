"""The log against its anchor: a cut tail, a file put back, a page put back, an anchor changed: all of it is found."""

import random
import shutil
from functools import partial

import pytest
from fakes import FakeWorkspace, make_settings, make_workspace, write_csv

from analyzer.errors import AnalyzerError, AuditError
from analyzer.security.audit_anchor import Anchor
from analyzer.security.audit_log import UNNOTED, AuditLog
from analyzer.store.database import Database

KEY = b"k" * 32
EVENTS = 40
PAGE = 4096


@pytest.fixture
def log(tmp_path):
    return AuditLog(KEY, Anchor(tmp_path / "a.anchor", b"a" * 32))


@pytest.fixture
def database(tmp_path, log):
    made = Database.create(tmp_path / "feedback.db", bytes(32), {})
    made.on_commit = log.note_head
    fill(made, log, EVENTS)
    yield made
    made.close()


def fill(database, log, count, start=0):
    for number in range(start, start + count):
        with database.transaction() as connection:
            log.append(connection, "owner", "show", {"ids": [f"R-{number}"], "filler": "x" * 200})


def cut(database, count):
    with database.transaction() as connection:
        connection.execute("DELETE FROM audit WHERE seq > ?", (EVENTS - count,))


@pytest.mark.parametrize("count", [1, 2, 5, 39])
def test_cutting_off_the_newest_events_is_found(database, log, count):
    cut(database, count)
    found = log.verify(database.connection)
    assert (found.ok, found.first_bad) == (False, EVENTS - count + 1)
    with pytest.raises(AuditError, match="older than its anchor"):
        log.check_head(database.connection)


def test_a_cut_tail_is_found_after_other_events_took_its_place(database, log):
    cut(database, 3)
    fill(database, log, 5)
    assert log.verify(database.connection).first_bad == EVENTS - 2


def test_an_event_that_is_rolled_back_is_not_noted(database, log):
    with pytest.raises(RuntimeError), database.transaction() as connection:  # noqa: PT012 - one transaction
        log.append(connection, "owner", "ask", {})
        raise RuntimeError
    with database.transaction() as connection:
        connection.execute("UPDATE meta SET value = '1' WHERE key = 'generation'")  # commits, and says nothing
    assert log.anchor.head().seq == EVENTS
    assert log.verify(database.connection).ok


def test_what_a_crash_kept_from_being_noted_is_noted_at_the_next_opening(database, log):
    with database.transaction() as connection:
        log.append(connection, "owner", "ask", {})
        log._pending.head = None  # the process dies between the two
    assert log.anchor.head().seq == EVENTS
    log.check_head(database.connection)
    assert log.anchor.head().seq == EVENTS + 1


def test_half_a_line_is_left_out_and_noted_again(database, log):
    with log.anchor.file.open("ab") as file:
        file.write(b"+ 41 abcdef")
    assert log.anchor.head().seq == EVENTS
    log.check_head(database.connection)
    fill(database, log, 1)


def test_an_anchor_that_was_cut_is_found_and_noted_again_from_the_log(database, log):
    lines = log.anchor.file.read_bytes().splitlines(keepends=True)
    log.anchor.file.write_bytes(b"".join(lines[: EVENTS - UNNOTED - 1]))
    assert not log.verify(database.connection).ok
    assert f"{UNNOTED + 1} events are noted again from the audit log" in log.check_head(database.connection)
    assert log.verify(database.connection).ok
    assert log.check_head(database.connection) == ""


def test_an_anchor_that_was_cut_is_not_noted_again_from_a_log_that_was_changed(database, log):
    lines = log.anchor.file.read_bytes().splitlines(keepends=True)
    log.anchor.file.write_bytes(b"".join(lines[:5]))
    with database.transaction() as connection:
        connection.execute("UPDATE audit SET actor = 'mallory' WHERE seq = 20")
    with pytest.raises(AuditError, match="event 20 of the audit log does not fit the chain"):
        log.check_head(database.connection)
    assert log.anchor.head().seq == 5


def test_an_anchor_that_is_gone_is_found(database, log):
    log.anchor.file.unlink()
    with pytest.raises(AuditError, match="missing"):
        log.check_head(database.connection)
    assert "missing" in log.verify(database.connection).reason


def test_any_bit_flipped_in_the_anchor_is_found(database, log):
    whole = log.anchor.file.read_bytes()
    draw = random.Random(7)
    for _ in range(400):
        place, bit = draw.randrange(len(whole)), draw.randrange(8)
        changed = bytearray(whole)
        changed[place] ^= 1 << bit
        log.anchor.file.write_bytes(bytes(changed))
        found = log.verify(database.connection)
        # a flipped line break glues two lines together, or cuts the last one off: 31 events more may be unnoted
        is_last_break = place == len(whole) - 1
        assert not found.ok or is_last_break, (place, bit)
    log.anchor.file.write_bytes(whole)
    assert log.verify(database.connection).ok


def test_any_event_changed_cut_or_copied_is_found(database, log):
    draw = random.Random(11)
    changes = {
        "change": "UPDATE audit SET detail = '{}' WHERE seq = ?", "cut": "DELETE FROM audit WHERE seq >= ?",
        "actor": "UPDATE audit SET actor = 'mallory' WHERE seq = ?", "remove": "DELETE FROM audit WHERE seq = ?",
        "date": "UPDATE audit SET at = '2020-01-01T00:00:00.000+00:00' WHERE seq = ?",
    }  # fmt: skip
    for _ in range(600):
        sql, seq = changes[draw.choice(sorted(changes))], draw.randint(1, EVENTS)
        connection = database.connection
        connection.execute("BEGIN")
        connection.execute(sql, (seq,))
        assert not log.verify(connection).ok, (sql, seq)
        connection.execute("ROLLBACK")
    assert log.verify(database.connection).ok


def test_a_page_put_back_from_before_is_found(tmp_path, database, log):
    """SQLCipher's own codes hold for an old page: it was written by the right key, at the right place."""
    database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    before = database.path.read_bytes()
    fill(database, log, 60, EVENTS)
    database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    after = database.path.read_bytes()
    database.close()
    changed = [n for n in range(len(before) // PAGE) if before[n * PAGE :][:PAGE] != after[n * PAGE :][:PAGE]]
    assert changed
    for page in changed:
        copy = tmp_path / f"page{page}.db"
        copy.write_bytes(after[: page * PAGE] + before[page * PAGE :][:PAGE] + after[(page + 1) * PAGE :])
        assert not is_sound(copy, log), page


def is_sound(path, log):
    held = Database(path, bytes(32))
    try:
        log.check_head(held.connection)
        return not held.problems() and log.verify(held.connection).ok
    except Exception:  # noqa: BLE001 - whatever the damage leads to, it was noticed
        return False
    finally:
        held.close()


def test_a_workspace_put_back_from_before_does_not_open(tmp_path):
    settings = make_settings(tmp_path)
    workspace = make_workspace(tmp_path)
    workspace.close()
    shutil.copytree(settings.workspace, tmp_path / "before")
    workspace = FakeWorkspace(settings)
    workspace.ingest([write_csv(tmp_path / "a.csv", [{"comment": "good"}, {"comment": "bad"}])])
    workspace.close()
    shutil.rmtree(settings.workspace)
    shutil.copytree(tmp_path / "before", settings.workspace)
    with pytest.raises(AuditError, match="older than its anchor"):
        FakeWorkspace(settings)


@pytest.mark.parametrize("broken", ["anchor", "table"])
def test_nothing_is_served_when_the_log_cannot_be_written(tmp_path, broken):
    workspace = make_workspace(tmp_path)
    workspace.ingest(
        [
            write_csv(
                tmp_path / "a.csv",
                [{"id": "A", "comment": "good", "shop": "x"}, {"id": "B", "comment": "bad", "shop": "y"}],
            )
        ]
    )
    known = workspace.feedback.browse()[0].id
    if broken == "anchor":
        folder = workspace.settings.anchors
        shutil.rmtree(folder)
        folder.write_text("in the way")
    else:
        with workspace.store.database.transaction() as connection:
            connection.execute("CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'full'); END")
    calls = [
        partial(workspace.feedback.show, [known]), workspace.feedback.browse, partial(workspace.search, "good"),
        workspace.themes.list,
        partial(workspace.count, "good"), partial(workspace.ask, "How many comments?"), workspace.answers.history,
        partial(workspace.feedback.tally, "shop"), partial(workspace.feedback.matching, "shop=x"),
        workspace.labels.list,
        workspace.privacy.queue, workspace.codebook.list, workspace.audit.show, workspace.users.list,
    ]  # fmt: skip
    for call in calls:
        with pytest.raises(AnalyzerError, match=r"full|written"):
            call()
    workspace.close()

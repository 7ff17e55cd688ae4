"""The write-ahead log: it is emptied where nothing may be left in it, and where it is not, that is said."""

import threading
import time

import pytest

from analyzer.errors import LogInUseError, WorkspaceError
from analyzer.store import database as database_module
from analyzer.store.authorizer import EVERY, AccessScope
from analyzer.store.database import Database, remove_log
from analyzer.store.pages import decrypted_pages

KEY = bytes(range(32))
SECRET = "zebraquartzlantern"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "feedback.db"


@pytest.fixture
def database(path):
    made = Database.create(path, KEY, {"workspace": "w"})
    write(made, "before")
    yield made
    made.close()


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(database_module, "LOG_WAIT_S", 0.1)


@pytest.fixture
def reader(path, database):
    """A second connection in the middle of reading."""
    other = Database(path, KEY)
    other.connection.execute("BEGIN")
    other.rows("SELECT count(*) FROM meta")
    yield other
    other.close()


def write(database, value):
    with database.transaction() as connection:
        connection.execute("INSERT OR REPLACE INTO meta VALUES('note', ?)", (value,))


def log_of(path):
    return path.with_name(path.name + "-wal")


def is_anywhere(path, text):
    return any(text.encode() in page for page in decrypted_pages(path, KEY))


def test_nothing_is_left_in_an_emptied_log(database, path):
    write(database, SECRET)
    assert is_anywhere(path, SECRET)
    write(database, "gone")
    database.truncate_log()
    assert log_of(path).stat().st_size == 0
    assert not is_anywhere(path, SECRET)
    assert database.meta("note") == "gone"


def test_emptying_an_empty_log_does_nothing(database, path):
    for _ in range(2):
        database.truncate_log()
        assert log_of(path).stat().st_size == 0


def test_a_reader_keeps_the_log_and_that_is_said(database, path, reader, impatient):
    write(database, SECRET)
    write(database, "gone")
    with pytest.raises(LogInUseError, match=r"still read the write-ahead log.*stop the page.*verify") as caught:
        database.truncate_log()
    assert "\n" not in str(caught.value)
    assert SECRET not in str(caught.value)
    assert is_anywhere(path, SECRET)  # what was said is true
    assert database.meta("note") == "gone"
    write(database, "others may go on writing")
    reader.connection.execute("COMMIT")
    database.truncate_log()
    assert log_of(path).stat().st_size == 0
    assert not is_anywhere(path, SECRET)


def test_a_reader_that_ends_in_time_is_waited_for(database, path, reader):
    write(database, SECRET)
    write(database, "gone")
    threading.Timer(0.3, reader.connection.execute, ["COMMIT"]).start()
    started = time.monotonic()
    database.truncate_log()
    assert 0.2 < time.monotonic() - started < database_module.LOG_WAIT_S
    assert not is_anywhere(path, SECRET)


def test_the_wait_is_bounded(database, reader, monkeypatch):
    monkeypatch.setattr(database_module, "LOG_WAIT_S", 0.5)
    write(database, "more")
    started = time.monotonic()
    with pytest.raises(LogInUseError):
        database.truncate_log()
    assert 0.4 < time.monotonic() - started < 3


def test_others_can_write_while_readers_are_waited_for(database, path, reader, monkeypatch):
    monkeypatch.setattr(database_module, "LOG_WAIT_S", 1.0)
    monkeypatch.setattr(database_module, "BUSY_TIMEOUT_S", 0.3)
    write(database, "more")
    writer = Database(path, KEY)
    failures = []

    def empty():
        try:
            database.truncate_log()
        except LogInUseError as error:
            failures.append(error)

    thread = threading.Thread(target=empty)
    thread.start()
    for number in range(20):
        write(writer, str(number))
        time.sleep(0.02)
    thread.join()
    assert len(failures) == 1
    assert writer.meta("note") == "19"
    writer.close()


def test_an_unfinished_statement_of_the_same_connection_keeps_the_log_too(database, impatient):
    rows = database.walk("SELECT * FROM meta")
    next(rows)
    with pytest.raises(LogInUseError):
        database.truncate_log()
    rows.close()
    database.truncate_log()


def test_the_connection_waits_for_writers_as_before_afterwards(database, path, reader, impatient):
    with pytest.raises(LogInUseError):
        database.truncate_log()
    other = Database(path, KEY)
    other.connection.execute("BEGIN IMMEDIATE")
    threading.Timer(0.3, other.connection.execute, ["COMMIT"]).start()
    write(database, "after the other one")
    assert database.meta("note") == "after the other one"
    other.close()


def test_a_connection_that_is_held_to_a_role_may_empty_the_log(database, path):
    bound = Database(path, KEY, AccessScope(reads={"meta": EVERY}))
    write(database, SECRET)
    write(database, "gone")
    bound.truncate_log()
    assert not is_anywhere(path, SECRET)
    bound.close()


def test_a_file_is_not_checked_while_readers_keep_its_log(database, reader, impatient):
    """SQLCipher's check of pages knows nothing of the log, so a sound file would look damaged."""
    write(database, "more")
    with pytest.raises(LogInUseError):
        database.problems()
    reader.connection.execute("COMMIT")
    assert database.problems() == []


def test_a_copy_has_no_log_to_empty(database, tmp_path):
    database.copy_to(tmp_path / "copy.db", KEY)
    copy = Database(tmp_path / "copy.db", KEY, is_copy=True)
    assert copy.problems() == []
    assert not log_of(copy.path).exists()
    copy.close()


def test_what_is_left_beside_a_missing_database_is_removed(path):
    for ending in ("-wal", "-shm"):
        path.with_name(path.name + ending).write_bytes(b"left")
    remove_log(path)
    remove_log(path)
    assert list(path.parent.iterdir()) == []


def test_what_cannot_be_removed_is_told(path):
    log_of(path).mkdir()
    with pytest.raises(WorkspaceError, match="cannot be deleted"):
        remove_log(path)

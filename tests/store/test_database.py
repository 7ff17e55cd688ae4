"""The encrypted database: what it refuses, what it keeps, what it forgets."""

import random
import sqlite3
import threading

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from sqlcipher3 import dbapi2

from analyzer.errors import WorkspaceError
from analyzer.store import database as database_module
from analyzer.store.database import PLAIN_HEADER, Database

KEY = bytes(range(32))
MARKER = "zyxwmarkerqq"
PAGE, RESERVED, SALT = 4096, 80, 16
FLIPS = 20


@pytest.fixture
def path(tmp_path):
    return tmp_path / "feedback.db"


@pytest.fixture
def database(path):
    made = Database.create(path, KEY, {"workspace": "w"})
    yield made
    made.close()


def add_text(connection, number, text):
    row = (number, number.to_bytes(16, "big"), text, "en", bytes(64))
    connection.execute("INSERT INTO texts VALUES(?, ?, ?, ?, ?)", row)
    connection.execute("INSERT INTO words(rowid, text) VALUES(?, ?)", (number, text))


def fill(database, count=300):
    with database.transaction() as connection:
        for number in range(1, count + 1):
            add_text(connection, number, f"comment {number} says {MARKER} and more words about delivery {number % 7}")


def contents(database):
    tables = ("meta", "texts", "imports", "feedback", "columns", "audit")
    rows = {table: database.rows(f"SELECT * FROM {table}") for table in tables}
    rows["found"] = database.rows("SELECT rowid FROM words WHERE words MATCH ?", ("delivery",))
    return rows


def checkpoint(database):
    database.rows("PRAGMA wal_checkpoint(TRUNCATE)")


def decrypted_pages(path, key):
    """Every page of the file in the clear, free ones included (SQLCipher 4: AES-256-CBC, IV at the page's end)."""
    data = path.read_bytes()
    pages = []
    for start in range(0, len(data), PAGE):
        page = data[start : start + PAGE]
        body = page[SALT if start == 0 else 0 : PAGE - RESERVED]
        decryptor = Cipher(algorithms.AES256(key), modes.CBC(page[PAGE - RESERVED :][:16])).decryptor()
        pages.append(decryptor.update(body) + decryptor.finalize())
    return b"".join(pages)


def test_a_plain_sqlite_file_is_refused(path):
    with sqlite3.connect(path) as plain:
        plain.execute("CREATE TABLE meta(key, value)")
    plain.close()
    assert path.read_bytes().startswith(PLAIN_HEADER)
    with pytest.raises(WorkspaceError, match="is not encrypted") as caught:
        Database(path, KEY).meta("schema")
    assert "\n" not in str(caught.value)


def test_a_wrong_key_is_refused_with_one_line(database, path):
    database.close()
    with pytest.raises(WorkspaceError, match="the key is another workspace's or the file is damaged") as caught:
        Database(path, bytes(32)).meta("schema")
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_database_is_refused(path):
    path.write_bytes(random.Random(1).randbytes(3 * PAGE))
    with pytest.raises(WorkspaceError, match="does not open"):
        Database(path, KEY).meta("schema")


def test_an_existing_file_is_not_overwritten(database, path):
    with pytest.raises(WorkspaceError, match="exists already"):
        Database.create(path, KEY, {})


def test_a_sqlite_with_the_wal_bug_is_refused(path, monkeypatch):
    monkeypatch.setattr(database_module, "OLDEST_SQLITE", (99, 0, 0))
    with pytest.raises(WorkspaceError, match="too old to be safe"):
        Database.create(path, KEY, {})


def test_a_sqlite_that_cannot_encrypt_is_refused(path, monkeypatch):
    monkeypatch.setattr(database_module.dbapi2, "connect", sqlite3.connect)
    with pytest.raises(WorkspaceError, match="cannot encrypt"):
        Database.create(path, KEY, {})


def test_no_plaintext_reaches_the_disk(database, path):
    fill(database)
    wal = path.with_name(path.name + "-wal")
    for stage in ("before the checkpoint", "after the checkpoint"):
        files = [file for file in path.parent.iterdir() if file.is_file()]
        assert files
        for file in files:
            data = file.read_bytes()
            for secret in (MARKER.encode(), b"comment 1 says", b"CREATE TABLE", b"SQLite format 3"):
                assert secret not in data, (stage, file.name)
        checkpoint(database)
    assert wal.stat().st_size == 0
    assert MARKER.encode() in decrypted_pages(path, KEY)


def test_a_transaction_is_stored_whole(database):
    fill(database, 3)
    assert len(contents(database)["texts"]) == 3


@pytest.mark.parametrize("failure", [ValueError("a bug"), KeyboardInterrupt()], ids=["an error", "an interruption"])
def test_a_transaction_rolls_back_wholly(database, failure):
    fill(database, 3)
    before = contents(database)
    with pytest.raises(type(failure)), database.transaction() as connection:  # noqa: PT012 - one transaction
        add_text(connection, 10, "half of a batch")
        connection.execute("UPDATE meta SET value = 'changed' WHERE key = 'workspace'")
        connection.execute("DELETE FROM texts WHERE text_id = 1")
        raise failure
    assert contents(database) == before
    with database.transaction() as connection:
        add_text(connection, 10, "the next one works")
    assert len(contents(database)["texts"]) == 4


def test_a_rejected_statement_is_a_workspace_error_and_rolls_back(database):
    with pytest.raises(WorkspaceError), database.transaction() as connection:  # noqa: PT012 - one transaction
        add_text(connection, 1, "fine")
        connection.execute("INSERT INTO feedback VALUES(1, 'a', 99, 99, 1, 1, NULL)")
    assert contents(database)["texts"] == []


def test_two_threads_write_without_losing_anything(database):
    failures = []

    def write(first):
        try:
            for number in range(first, first + 25):
                with database.transaction() as connection:
                    add_text(connection, number, f"text {number}")
        except Exception as error:  # noqa: BLE001 - shown below
            failures.append(error)

    threads = [threading.Thread(target=write, args=(first,)) for first in (1, 101)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert [row[0] for row in database.rows("SELECT text_id FROM texts ORDER BY 1")] == [
        *range(1, 26),
        *range(101, 126),
    ]
    assert database.problems() == []


def test_a_second_writer_is_told_who_is_busy(database, path, monkeypatch):
    monkeypatch.setattr(database_module, "BUSY_TIMEOUT_S", 0.05)
    other = Database(path, KEY)
    busy = pytest.raises(WorkspaceError, match="another process is writing")
    with database.transaction(), busy, other.transaction():
        pass
    other.close()


def test_every_connection_is_hardened(database):
    wanted = {"foreign_keys": 1, "trusted_schema": 0, "secure_delete": 1, "synchronous": 2, "temp_store": 2}
    seen = []

    def look():
        seen.append({name: database.connection.execute(f"PRAGMA {name}").fetchone()[0] for name in wanted})
        seen.append(database.connection.execute("PRAGMA journal_mode").fetchone()[0])

    look()
    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert seen == [wanted, "wal", wanted, "wal"]
    assert database.rows("SELECT v FROM words_config WHERE k = 'secure-delete'") == [(1,)]


def test_a_dangling_reference_is_refused(database):
    with pytest.raises(WorkspaceError, match="FOREIGN KEY"), database.transaction() as connection:
        connection.execute("INSERT INTO rejected VALUES(7, 1, 'no such import')")


def test_an_absent_meta_key_reads_as_empty(database):
    assert (database.meta("workspace"), database.meta("nothing")) == ("w", "")


def test_closing_leaves_one_file_that_opens_again(database, path):
    fill(database, 3)
    before = contents(database)
    database.close()
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    again = Database(path, KEY)
    assert contents(again) == before
    again.close()


def test_a_sound_file_has_no_problems(database):
    fill(database)
    assert database.problems() == []


def test_words_that_differ_from_the_texts_are_noticed(database):
    fill(database, 5)
    with database.transaction() as connection:
        connection.execute("UPDATE texts SET text = 'something else' WHERE text_id = 3")
    assert database.problems() == ["word index differs from the texts"]


def test_no_single_bit_flip_is_silently_wrong(database, path, tmp_path):
    fill(database)
    before = contents(database)
    checkpoint(database)
    database.close()
    sound = path.read_bytes()
    chance = random.Random(20_240_101)
    noticed = 0
    for number in range(FLIPS):
        place = chance.randrange(len(sound) * 8)
        damaged = bytearray(sound)
        damaged[place // 8] ^= 1 << place % 8
        copy = tmp_path / f"flip{number}" / path.name
        copy.parent.mkdir()
        copy.write_bytes(damaged)
        flipped = Database(copy, KEY)
        try:
            problems = flipped.problems()
            noticed += bool(problems)
            assert contents(flipped) == before, f"bit {place} changed what is read"
        except WorkspaceError:
            noticed += 1
        finally:
            flipped.close()
    assert noticed == FLIPS


def test_a_truncated_file_is_noticed(database, path):
    fill(database)
    checkpoint(database)
    database.close()
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2 // PAGE * PAGE])
    cut = Database(path, KEY)
    try:
        assert cut.problems() != []
    except WorkspaceError:
        pass
    finally:
        cut.close()


def test_a_deleted_text_is_gone_from_every_page(database, path):
    fill(database)
    secret = "qqsecretword the caller was Ann Lee of Elm Grove"
    with database.transaction() as connection:
        add_text(connection, 999, secret)
    checkpoint(database)
    assert b"Elm Grove" in decrypted_pages(path, KEY)
    assert b"qqsecretword" in decrypted_pages(path, KEY)
    with database.transaction() as connection:
        connection.execute("INSERT INTO words(words, rowid, text) VALUES('delete', 999, ?)", (secret,))
        connection.execute("DELETE FROM texts WHERE text_id = 999")
    checkpoint(database)
    connection = database.connection
    connection.execute("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab('main', 'words', 'row')")
    terms = {row[0] for row in connection.execute("SELECT term FROM temp.vocabulary")}
    assert {"zyxwmarkerqq", "deliveri"} <= terms
    assert not {"qqsecretword", "grove", "elm"} & terms
    pages = decrypted_pages(path, KEY)
    assert MARKER.encode() in pages
    for word in (b"qqsecretword", b"Elm Grove", b"Ann Lee"):
        assert word not in pages
    assert path.with_name(path.name + "-wal").stat().st_size == 0
    assert database.problems() == []


def test_the_driver_is_new_enough_and_encrypts():
    assert dbapi2.sqlite_version_info >= database_module.OLDEST_SQLITE
    connection = dbapi2.connect(":memory:")
    assert connection.execute("PRAGMA cipher_version").fetchone()
    connection.close()


def test_a_file_that_is_missing_is_told_with_its_remedy_and_not_made(path):
    with pytest.raises(WorkspaceError, match="is missing; restore a backup"):
        Database(path, KEY).meta("schema")
    assert not path.exists()


def test_a_setting_that_sqlite_refuses_is_told(path, monkeypatch):
    monkeypatch.setattr(database_module.dbapi2, "connect", lambda *_, **__: Deaf())
    with pytest.raises(WorkspaceError, match="SQLite refuses secure_delete=1; reinstall sqlcipher3"):
        Database.create(path, KEY, {})
    assert Deaf.closed


class Deaf:
    """A connection to a library that keeps no secure_delete; it encrypts, or says so."""

    closed = False

    def execute(self, sql):
        answers = {"foreign_keys": 1, "trusted_schema": 0, "secure_delete": 0, "cipher_version": "4"}
        name = sql.removeprefix("PRAGMA ").split(" ")[0]
        return FoundRows(answers.get(name, ""))

    def close(self):
        Deaf.closed = True


class FoundRows:
    """One row with one value."""

    def __init__(self, value):
        self.value = value

    def fetchone(self):
        return (self.value,)


def test_a_connection_is_made_for_each_thread_and_closed_with_it(database):
    seen = []

    def look():
        seen.append(database.connection)

    for _ in range(3):
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
    assert len({id(connection) for connection in [database.connection, *seen]}) == 4
    other = threading.Thread(target=look)
    other.start()
    other.join()
    with pytest.raises(dbapi2.ProgrammingError, match="closed"):
        seen[0].execute("SELECT 1")
    assert database.meta("workspace") == "w"


def test_a_copy_is_read_and_never_changed(database, path, tmp_path):
    fill(database, 3)
    copied = tmp_path / "copy" / "feedback.db"
    copied.parent.mkdir()
    database.copy_to(copied, bytes(32))
    before = copied.read_bytes()
    copy = Database(copied, bytes(32), is_copy=True)
    assert contents(copy) == contents(database)
    assert copy.problems() == []
    with pytest.raises(WorkspaceError, match="readonly"), copy.transaction() as connection:
        connection.execute("DELETE FROM texts")
    copy.close()
    assert copied.read_bytes() == before
    assert [file.name for file in copied.parent.iterdir()] == ["feedback.db"]
    with pytest.raises(WorkspaceError, match="does not open"):
        Database(copied, KEY, is_copy=True).meta("schema")


def test_a_copy_is_of_one_moment_while_others_write(database, path, tmp_path):
    fill(database, 3)
    with database.transaction() as connection:
        add_text(connection, 50, "not committed yet")
        other = Database(path, KEY)
        other.copy_to(tmp_path / "copy.db", KEY)
        other.close()
    copy = Database(tmp_path / "copy.db", KEY, is_copy=True)
    assert len(copy.rows("SELECT 1 FROM texts")) == 3
    assert len(database.rows("SELECT 1 FROM texts")) == 4
    copy.close()


def test_a_copy_that_cannot_be_written_is_told(database, tmp_path):
    with pytest.raises(WorkspaceError, match="unable to open"):
        database.copy_to(tmp_path / "nowhere" / "copy.db", KEY)
    assert database.problems() == []


def test_leaving_folds_the_log_into_one_file(database, path):
    fill(database, 3)
    before = contents(database)
    database.leave()
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    again = Database(path, KEY)
    assert contents(again) == before
    assert again.rows("PRAGMA journal_mode") == [("wal",)]
    again.close()


def test_nobody_leaves_while_others_have_it_open(database, path, monkeypatch):
    monkeypatch.setattr(database_module, "BUSY_TIMEOUT_S", 0.05)
    fill(database, 3)
    other = Database(path, KEY)
    assert len(other.rows("SELECT 1 FROM texts")) == 3
    with pytest.raises(WorkspaceError):
        database.leave()
    assert len(other.rows("SELECT 1 FROM texts")) == 3
    other.close()
    database.close()
    assert len(database.rows("SELECT 1 FROM texts")) == 3


@pytest.mark.parametrize("is_committed", [True, False])
def test_the_end_of_a_transaction_is_told_once(database, is_committed):
    told = []
    database.on_commit = told.append
    try:
        with database.transaction() as connection:
            connection.execute("INSERT INTO meta VALUES('note', 'x')")
            if not is_committed:
                raise ValueError("a bug")
    except ValueError:
        pass
    assert told == [is_committed]
    assert database.meta("note") == ("x" if is_committed else "")


def test_a_disk_that_is_full_is_told_and_nothing_is_half(database):
    fill(database, 3)
    before = contents(database)
    pages = database.rows("PRAGMA page_count")[0][0]
    database.connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(WorkspaceError, match="full; free space"), database.transaction() as connection:  # noqa: PT012
        for number in range(100, 2_000):
            add_text(connection, number, f"a text that needs space {number} " * 9)
    assert contents(database) == before
    assert database.problems() == []

"""Pages in the clear: everything that lies in the file and in its log, free pages too; for looking only."""

import pytest

from analyzer.store.database import Database
from analyzer.store.pages import FRAME_HEADER, HMAC, IV, LOG_HEADER, PAGE, SALT, decrypted_pages

KEY = bytes(range(32))
WHOLE = PAGE - IV - HMAC
"""Bytes of a page in the clear; the first one lacks the salt."""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "feedback.db"


@pytest.fixture
def database(path):
    made = Database.create(path, KEY, {"workspace": "w"})
    yield made
    made.close()


def note(database, text, key="note"):
    with database.transaction() as connection:
        connection.execute("INSERT OR REPLACE INTO meta VALUES(?, ?)", (key, text))


def pages_with(path, text, key=KEY):
    return sum(text.encode() in page for page in decrypted_pages(path, key))


def log_of(path):
    return path.with_name(path.name + "-wal")


def test_every_page_of_the_file_is_there(database, path):
    database.truncate_log()
    pages = list(decrypted_pages(path, KEY))
    assert len(pages) == database.rows("PRAGMA page_count")[0][0] == path.stat().st_size // PAGE
    assert [len(page) for page in pages] == [WHOLE - SALT, *[WHOLE] * (len(pages) - 1)]


def test_the_first_page_begins_after_its_salt(database, path):
    database.truncate_log()
    first = next(iter(decrypted_pages(path, KEY)))
    assert int.from_bytes(first[:2], "big") == PAGE  # https://sqlite.org/fileformat2.html: the page size, at byte 16
    assert first[4] == IV + HMAC  # bytes reserved at the end of each page, at byte 20
    assert b"CREATE TABLE meta" in b"".join(decrypted_pages(path, KEY))


def test_what_waits_in_the_log_is_there(database, path):
    database.truncate_log()
    assert list(decrypted_pages(path, KEY)) == list(decrypted_pages(path, KEY))
    before = len(list(decrypted_pages(path, KEY)))
    note(database, "zebra quartz")
    frames = (log_of(path).stat().st_size - LOG_HEADER) // (FRAME_HEADER + PAGE)
    assert frames > 0
    assert len(list(decrypted_pages(path, KEY))) == before + frames
    assert pages_with(path, "zebra quartz") == 1


def test_what_was_overwritten_stays_in_the_log_until_it_is_emptied(database, path):
    note(database, "zebra quartz")
    note(database, "something else")
    assert pages_with(path, "zebra quartz") >= 1
    database.truncate_log()
    assert pages_with(path, "zebra quartz") == 0
    assert pages_with(path, "something else") == 1


def test_the_first_page_in_the_log_is_read_without_its_salt(database, path):
    database.truncate_log()
    with database.transaction() as connection:  # a new table changes the first page
        connection.execute("CREATE TABLE zebraquartz(n)")
    lengths = [len(page) for page in decrypted_pages(path, KEY)]
    assert lengths.count(WHOLE - SALT) == 2
    assert set(lengths) == {WHOLE, WHOLE - SALT}
    assert pages_with(path, "zebraquartz") >= 1


def test_free_pages_are_there_too(database, path):
    with database.transaction() as connection:
        for number in range(200):
            connection.execute("INSERT INTO meta VALUES(?, ?)", (f"key{number}", "x" * 400))
    with database.transaction() as connection:
        connection.execute("DELETE FROM meta WHERE key LIKE 'key%'")
    database.truncate_log()
    assert database.rows("PRAGMA freelist_count")[0][0] > 0
    assert len(list(decrypted_pages(path, KEY))) == database.rows("PRAGMA page_count")[0][0]
    assert pages_with(path, "x" * 100) == 0  # secure_delete


def test_under_another_key_nothing_is_to_be_seen(database, path):
    note(database, "zebra quartz")
    database.truncate_log()
    assert pages_with(path, "zebra quartz") == 1
    assert pages_with(path, "zebra quartz", bytes(32)) == 0


@pytest.mark.parametrize("cut", [1, PAGE - 1, PAGE])
def test_a_page_that_is_cut_short_is_left_out(database, path, cut):
    database.truncate_log()
    database.close()
    data = path.read_bytes()
    path.write_bytes(data[:-cut])
    assert len(list(decrypted_pages(path, KEY))) == len(data) // PAGE - 1


@pytest.mark.parametrize("size", [0, 10, LOG_HEADER, LOG_HEADER + FRAME_HEADER + 100])
def test_a_log_without_a_whole_page_adds_none(database, path, size):
    database.truncate_log()
    database.close()
    log_of(path).write_bytes(bytes(size))
    assert len(list(decrypted_pages(path, KEY))) == path.stat().st_size // PAGE


def test_looking_changes_nothing(database, path):
    note(database, "zebra quartz")
    before = [file.read_bytes() for file in (path, log_of(path))]
    list(decrypted_pages(path, KEY))
    assert [file.read_bytes() for file in (path, log_of(path))] == before

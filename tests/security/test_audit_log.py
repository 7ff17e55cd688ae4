"""The audit chain: whatever is done to the events afterwards is found, at the right place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.security.audit_log import AuditLog
from analyzer.store.database import Database

EVENTS = 12
LOG = AuditLog(b"k" * 32)
VALUES = {
    "at": "2020-01-01T00:00:00.000+00:00",
    "actor": "mallory",
    "action": "nothing",
    "detail": "{}",
    "mac": bytes(32),
}
positions = st.integers(1, EVENTS)


class _UndoError(Exception):
    """Leaves a transaction without committing it."""


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    made = fill(tmp_path_factory.mktemp("audit"), "R")
    yield made
    made.close()


@pytest.fixture(scope="module")
def other_history(tmp_path_factory):
    made = fill(tmp_path_factory.mktemp("other"), "S")
    yield made
    made.close()


def fill(folder, prefix):
    made = Database.create(folder / "feedback.db", bytes(32), {})
    with made.transaction() as connection:
        for number in range(1, EVENTS + 1):
            LOG.append(connection, "owner", "show", {"ids": [f"{prefix}-{number}"], "n": number})
    return made


def after(database, *statements):
    """Verify the chain as it would be after some statements, and undo them."""
    results = []
    with pytest.raises(_UndoError), database.transaction() as connection:  # noqa: PT012 - one transaction
        for sql, parameters in statements:
            connection.execute(sql, parameters)
        results.append(LOG.verify(connection))
        raise _UndoError
    return results[0]


def test_an_untouched_chain_verifies(database):
    result = LOG.verify(database.connection)
    assert (result.ok, result.events, result.first_bad) == (True, EVENTS, None)


def test_an_empty_chain_verifies(tmp_path):
    made = Database.create(tmp_path / "feedback.db", bytes(32), {})
    assert LOG.verify(made.connection).ok
    made.close()


@given(positions, st.sampled_from(sorted(VALUES)))
def test_a_changed_event_is_found(database, seq, column):
    result = after(database, (f"UPDATE audit SET {column} = ? WHERE seq = ?", (VALUES[column], seq)))
    assert (result.ok, result.first_bad) == (False, seq)


@given(positions, st.integers(0, 255))
def test_a_flipped_bit_in_a_code_is_found(database, seq, bit):
    mac = bytearray(database.rows("SELECT mac FROM audit WHERE seq = ?", (seq,))[0][0])
    mac[bit // 8] ^= 1 << bit % 8
    result = after(database, ("UPDATE audit SET mac = ? WHERE seq = ?", (bytes(mac), seq)))
    assert (result.ok, result.first_bad) == (False, seq)


@given(st.integers(1, EVENTS - 1))
def test_a_deleted_event_is_found_at_the_one_after_it(database, seq):
    result = after(database, ("DELETE FROM audit WHERE seq = ?", (seq,)))
    assert (result.ok, result.first_bad) == (False, seq + 1)


@given(st.integers(1, EVENTS - 1))
def test_a_deleted_event_is_found_when_the_rest_is_renumbered(database, seq):
    shift = [("UPDATE audit SET seq = ? WHERE seq = ?", (later - 1, later)) for later in range(seq + 1, EVENTS + 1)]
    result = after(database, ("DELETE FROM audit WHERE seq = ?", (seq,)), *shift)
    assert (result.ok, result.first_bad) == (False, seq)


@given(positions, st.sampled_from(["a copy", "a forgery"]))
def test_an_inserted_event_is_found(database, seq, how):
    shift = [("UPDATE audit SET seq = ? WHERE seq = ?", (later + 1, later)) for later in range(EVENTS, seq - 1, -1)]
    row = database.rows("SELECT at, actor, action, detail, mac FROM audit WHERE seq = ?", (seq,))[0]
    event = row if how == "a copy" else (*row[:4], bytes(32))
    # an exact copy in its own place changes nothing up to there: the chain breaks at the event it pushed away
    expected = seq + 1 if how == "a copy" else seq
    result = after(database, *shift, ("INSERT INTO audit VALUES(?, ?, ?, ?, ?, ?)", (seq, *event)))
    assert (result.ok, result.first_bad) == (False, expected)


def test_an_event_added_at_the_end_without_the_key_is_found(database):
    forged = ("INSERT INTO audit VALUES(?, 't', 'a', 'b', '{}', ?)", (EVENTS + 1, bytes(32)))
    assert after(database, forged).first_bad == EVENTS + 1


@given(positions, positions)
def test_swapped_events_are_found_at_the_first(database, one, other):
    if one == other:
        return
    rows = {seq: database.rows("SELECT at, actor, action, detail, mac FROM audit WHERE seq = ?", (seq,))[0]
            for seq in (one, other)}  # fmt: skip
    sql = "UPDATE audit SET at = ?, actor = ?, action = ?, detail = ?, mac = ? WHERE seq = ?"
    result = after(database, (sql, (*rows[other], one)), (sql, (*rows[one], other)))
    assert (result.ok, result.first_bad) == (False, min(one, other))


@given(positions)
def test_an_event_from_another_history_under_the_same_key_is_found(database, other_history, seq):
    event = other_history.rows("SELECT at, actor, action, detail, mac, seq FROM audit WHERE seq = ?", (seq,))[0]
    sql = "UPDATE audit SET at = ?, actor = ?, action = ?, detail = ?, mac = ? WHERE seq = ?"
    assert after(database, (sql, event)).first_bad == (seq if seq > 1 else 2)


def test_another_key_verifies_nothing(database):
    assert AuditLog(b"other" * 6 + b"xx").verify(database.connection).first_bad == 1


def test_an_event_that_is_rolled_back_leaves_no_gap(tmp_path):
    made = Database.create(tmp_path / "feedback.db", bytes(32), {})
    with pytest.raises(_UndoError), made.transaction() as connection:  # noqa: PT012 - one transaction
        LOG.append(connection, "owner", "ask", {})
        raise _UndoError
    with made.transaction() as connection:
        LOG.append(connection, "owner", "ask", {"é": "ß"})
    assert LOG.verify(made.connection).events == 1
    made.close()

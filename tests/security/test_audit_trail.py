"""The events of one account, and how long ago something last succeeded."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from analyzer.errors import WorkspaceError
from analyzer.security.audit_log import AuditLog
from analyzer.security.audit_trail import AuditTrail, days_since_success
from analyzer.store.database import Database

LOG = AuditLog(b"k" * 32)


@pytest.fixture
def database(tmp_path):
    made = Database.create(tmp_path / "feedback.db", bytes(32), {})
    yield made
    made.close()


@pytest.fixture
def trail(database):
    return AuditTrail(database, LOG, "ann")


def actions(database):
    return database.rows("SELECT seq, actor, action FROM audit ORDER BY seq")


def test_an_event_is_of_the_account_and_committed_at_once(trail, database):
    trail.record("show", {"ids": ["R-1"]})
    assert not database.connection.in_transaction
    assert actions(database) == [(1, "ann", "show")]
    assert LOG.verify(database.connection).ok


def test_an_event_in_a_callers_transaction_shares_its_fate(trail, database):
    with pytest.raises(KeyError), database.transaction() as connection:  # noqa: PT012 - one transaction
        assert trail.append(connection, "erase", {}) == 1
        raise KeyError
    assert actions(database) == []
    with database.transaction() as connection:
        assert [trail.append(connection, "erase", {}), trail.append(connection, "erase", {})] == [1, 2]
    assert LOG.verify(database.connection).events == 2


def test_an_event_that_cannot_be_written_is_an_error_of_the_workspace(trail, database):
    with database.transaction() as connection:
        connection.execute("CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'full'); END")
    with pytest.raises(WorkspaceError, match="analyzer verify"):
        trail.record("show", {"ids": ["R-1"]})
    assert (actions(database), database.connection.in_transaction) == ([], False)


def happened(database, action, detail, **ago):
    """Add an event of the past; who reads it does not look at the chain."""
    at = (datetime.now(UTC) - timedelta(**ago)).isoformat(timespec="milliseconds")
    with database.transaction() as connection:
        seq = connection.execute("SELECT count(*) + 1 FROM audit").fetchone()[0]
        row = (seq, at, "ann", action, json.dumps(detail), bytes(32))
        connection.execute("INSERT INTO audit VALUES(?, ?, ?, ?, ?, ?)", row)


def test_only_a_success_of_the_action_itself_counts_and_the_newest_one(database):
    assert days_since_success(database, "backup.drill") is None
    happened(database, "backup.drill", {"ok": False}, days=90)
    happened(database, "backup.drill", {}, days=80)
    happened(database, "backup.drill", {"ok": "true"}, days=70)
    happened(database, "backup.create", {"ok": True}, days=60)
    assert days_since_success(database, "backup.drill") is None
    happened(database, "backup.drill", {"ok": True}, days=41)
    happened(database, "backup.drill", {"ok": True}, days=3, minutes=1)
    happened(database, "backup.drill", {"ok": False}, days=1)
    assert days_since_success(database, "backup.drill") == 3


@pytest.mark.parametrize(("ago", "days"), [({"hours": 23}, 0), ({"hours": 25}, 1), ({"days": 400, "minutes": 1}, 400)])
def test_only_whole_days_count(database, ago, days):
    happened(database, "backup.drill", {"ok": True}, **ago)
    assert days_since_success(database, "backup.drill") == days

"""Who saw what: the events that show comments count, their ids once each, and the hours of the notification run."""

from datetime import UTC, datetime, timedelta

import pytest

from analyzer.security.audit_log import Event
from analyzer.security.incident_log import (
    FILES,
    HOURS,
    SHOWN,
    events_between,
    hours_left,
    ids_in,
    open_incident,
    reads_by_account,
)
from analyzer.store.database import Database

AWARE = datetime(2026, 3, 1, 12, tzinfo=UTC)


def event(seq, actor, action, **detail):
    return Event(seq, f"2026-03-01T12:00:{seq:02d}.000+00:00", actor, action, detail)


EVENTS = [
    event(1, "ann", "show", ids=["R-1", "R-2"]),
    event(2, "bob", "erasure.erase", ids=["R-9"]),
    event(3, "ann", "ask", ids=["R-2", "R-3"]),
    event(4, "ann", "denied", method="export"),
    event(5, "ann", "export", file="a.csv", ids=["R-4"]),
    event(6, "bob", "themes.assignments"),
    event(7, "ann", "codebook.save"),
    event(8, "cyd", "show", ids=["R-5"], drill=True),
]


@pytest.fixture
def database(tmp_path):
    made = Database.create(tmp_path / "feedback.db", bytes(32), {})
    yield made
    made.close()


def test_each_account_has_the_records_it_saw_its_files_and_its_denials():
    found = reads_by_account(EVENTS)
    ann, bob = found["ann"], found["bob"]
    assert (ann.ids, ann.files, ann.refused, ann.events) == (
        {"R-1", "R-2", "R-3", "R-4"}, ["a.csv", "codebook.save"], 1, 5,
    )  # fmt: skip
    assert (ann.first[17:19], ann.last[17:19], ann.all_records) == ("01", "07", False)
    assert ann.actions == {"show": 1, "ask": 1, "denied": 1, "export": 1, "codebook.save": 1}
    assert (bob.ids, bob.all_records, bob.files) == (set(), True, [])  # what was erased was not shown


def test_a_drill_counts_only_for_who_is_asked_about_by_name():
    assert set(reads_by_account(EVENTS)) == {"ann", "bob"}
    assert reads_by_account(EVENTS, frozenset({"cyd"}))["cyd"].ids == {"R-5"}
    assert set(reads_by_account(EVENTS, frozenset({"bob", "nobody"}))) == {"bob"}
    assert reads_by_account([]) == {}


@pytest.mark.parametrize("action", sorted(SHOWN))
def test_every_event_that_shows_comments_gives_its_ids(action):
    assert reads_by_account([event(1, "ann", action, ids=["R-1"])])["ann"].ids == {"R-1"}


@pytest.mark.parametrize(
    ("detail", "name"), [({"file": "a.csv", "kind": "k"}, "a.csv"), ({"kind": "k"}, "k"), ({}, None)]
)
@pytest.mark.parametrize("action", sorted(FILES))
def test_every_written_file_is_listed_by_the_best_name_there_is(action, detail, name):
    assert reads_by_account([event(1, "ann", action, **detail)])["ann"].files == [name or action]


@pytest.mark.parametrize(
    ("detail", "ids"), [({"ids": [1, "R-2"]}, ["1", "R-2"]), ({"ids": "R-1"}, []), ({}, []), ({"ids": None}, [])]
)
def test_ids_are_read_from_a_list_alone(detail, ids):
    assert ids_in(detail) == ids


def test_a_time_window_includes_both_of_its_ends(database):
    with database.transaction() as connection:
        for one in reversed(EVENTS):
            row = (one.seq, one.at, one.actor, one.action, '{"ids": ["R-1"]}', bytes(32))
            connection.execute("INSERT INTO audit VALUES(?, ?, ?, ?, ?, ?)", row)
    found = list(events_between(database.connection, EVENTS[2].at, EVENTS[5].at))
    assert [one.seq for one in found] == [3, 4, 5, 6]
    assert found[0] == Event(3, EVENTS[2].at, "ann", "ask", {"ids": ["R-1"]})
    assert list(events_between(database.connection, EVENTS[5].at, EVENTS[2].at)) == []


def test_the_open_incident_is_the_newest_that_is_not_closed(database):
    assert open_incident(database.connection) is None
    with database.transaction() as connection:
        rows = [(1, "t1", "first", ""), (2, "t2", "second", ""), (3, "t3", "third", "t4")]
        connection.executemany("INSERT INTO incidents VALUES(?, ?, ?, ?)", rows)
    assert open_incident(database.connection) == (2, "t2", "second")
    with database.transaction() as connection:
        connection.execute("UPDATE incidents SET closed = 't5'")
    assert open_incident(database.connection) is None


def test_the_hours_left_run_from_when_the_breach_became_known_and_below_zero():
    assert HOURS == 72
    passed = {timedelta(0): 72.0, timedelta(minutes=90): 70.5, timedelta(hours=72): 0.0, timedelta(days=4): -24.0}
    assert {one: hours_left(AWARE.isoformat(), AWARE + one) for one in passed} == passed
    assert hours_left("2026-03-01T14:00:00+02:00", AWARE) == 72.0

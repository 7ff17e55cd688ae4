"""Accounts and grants: the log alone gives the tables, one grant is in force, and what lapsed stays lapsed."""

from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.errors import UsageError
from analyzer.security import accounts
from analyzer.security.account_names import NAME_LENGTH, check_name
from analyzer.security.accounts import (
    REVIEWED_EVERY,
    access_error,
    check_grant,
    differences,
    digest,
    grant_of,
    is_last_admin,
    read_grants,
    replay_grants,
    state_of,
)
from analyzer.security.audit_log import AuditLog
from analyzer.security.clock import stamp
from analyzer.security.types import Grant, Role
from analyzer.store.database import Database

LOG = AuditLog(b"k" * 32)
START = datetime(2026, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
NAMES = ("ada", "bob", "cyd")


class _UndoError(Exception):
    """Leaves a transaction without committing it."""


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    made = Database.create(tmp_path_factory.mktemp("accounts") / "feedback.db", bytes(32), {})
    yield made
    made.close()


@contextmanager
def undone(database):
    with suppress(_UndoError), database.transaction() as connection:
        yield connection
        raise _UndoError


def grant_to(name, *roles, at=START, until=None):
    return Grant(name, roles or (Role.ANALYST,), since=stamp(at), until=stamp(until) if until else "")


class People:
    """Changes accounts and logs each change, as the service of accounts does."""

    def __init__(self, connection):
        self.connection, self.moment = connection, START

    def log(self, action, **detail):
        LOG.append(self.connection, "ada", action, detail)

    def add(self, name):
        accounts.keep_account(self.connection, name, self.moment)
        self.log(accounts.ADD, account=name, passphrase="")

    def passphrase(self, name):
        stored_hash = f"hash of {name} at {stamp(self.moment)}"
        accounts.keep_passphrase(self.connection, name, stored_hash)
        self.log(accounts.PASSPHRASE, account=name, passphrase=digest(stored_hash))

    def grant(self, name, *roles, until=None):
        one = grant_to(name, *roles, at=self.moment, until=until)
        number = accounts.keep_grant(self.connection, one)
        self.log(accounts.GRANT, account=name, grant=number, body=accounts.grant_body(one), at=one.since)
        return number

    def revoke(self, name):
        at = stamp(self.moment)
        if accounts.end_grants(self.connection, name, at):
            self.log(accounts.REVOKE, account=name, at=at, reason="")

    def review(self, *names):
        numbers = [one.number for one in read_grants(self.connection) if one.account in names and not one.ended]
        accounts.mark_reviewed(self.connection, numbers, stamp(self.moment))
        self.log(accounts.REVIEW, grants=numbers, at=stamp(self.moment))

    def do(self, action, name):
        """Do one thing, a second after the one before; an account is added before anything else."""
        self.moment += SECOND
        if not self.connection.execute("SELECT 1 FROM accounts WHERE name = ?", (name,)).fetchone():
            self.add(name)
        getattr(self, action)(name)


steps = st.lists(
    st.tuples(st.sampled_from(["passphrase", "grant", "revoke", "review"]), st.sampled_from(NAMES)), max_size=15
)


@given(steps)
def test_the_log_alone_gives_the_accounts_and_grants_of_the_tables(database, done):
    with undone(database) as connection:
        people = People(connection)
        for action, name in done:
            people.do(action, name)
            LOG.append(connection, "bob", "show", {"account": "ada", "ids": ["R-1"]})  # other events change nothing
        names, rows = replay_grants(LOG.events(connection))
        assert differences(connection, LOG.events(connection)) == []
        assert set(names) == {name for name, _, _ in accounts.read_accounts(connection)}
        assert rows == {one.number: (one.account, accounts.grant_body(one), one.reviewed, one.ended)
                        for one in read_grants(connection)}  # fmt: skip
        for name in NAMES:
            numbers = [number for number, (owner, _, _, ended) in rows.items() if owner == name and not ended]
            assert len(numbers) <= 1
            newest = grant_of(connection, name)
            assert numbers in ([], [newest and newest.number])


@given(steps.filter(lambda done: any(action == "grant" for action, _ in done)), st.data())
def test_a_grant_that_the_log_does_not_tell_of_is_named_by_its_number(database, done, data):
    with undone(database) as connection:
        people = People(connection)
        for action, name in done:
            people.do(action, name)
        events = list(LOG.events(connection))
        grants = [event for event in events if event.action == accounts.GRANT]
        without = data.draw(st.sampled_from(grants))
        left = [event for event in events if event is not without and event.action != accounts.REVIEW]
        found = differences(connection, iter(left))
        assert f"grant {without.detail['grant']} differs from the audit log" in found


@given(st.booleans(), st.booleans(), st.booleans(), st.lists(st.integers(0, 200 * 86_400), min_size=2, max_size=8))
def test_access_that_has_ended_does_not_come_back_by_itself(has_end, is_reviewed, is_ended, seconds):
    grant = grant_to("ada", until=START + timedelta(days=50) if has_end else None)
    grant = replace(grant, reviewed=stamp(START + timedelta(days=20)) if is_reviewed else "")
    grant = replace(grant, ended=stamp(START) if is_ended else "")
    states = [state_of(grant, START + timedelta(seconds=one)) == "in force" for one in sorted(seconds)]
    assert states == sorted(states, reverse=True)
    assert not (is_ended and any(states))


def test_a_grant_ends_at_the_second_of_its_end():
    until = START + timedelta(days=5)
    grant = grant_to("ada", until=until)
    assert state_of(grant, until - SECOND) == "in force"
    assert state_of(grant, until) == state_of(grant, until, is_last_admin=True) == "expired"
    assert state_of(replace(grant, ended=stamp(START)), until) == "revoked"
    assert state_of(None, until) == "not granted"


def test_a_grant_lapses_ninety_days_after_its_last_review_except_the_last_admins():
    grant = grant_to("ada", Role.ADMIN)
    lapses = START + REVIEWED_EVERY
    assert (REVIEWED_EVERY.days, state_of(grant, lapses - SECOND), state_of(grant, lapses)) == (
        90, "in force", "not reviewed",
    )  # fmt: skip
    assert state_of(grant, lapses, is_last_admin=True) == "in force"
    reviewed = replace(grant, reviewed=stamp(lapses))
    assert state_of(reviewed, lapses + REVIEWED_EVERY - SECOND) == "in force"
    assert state_of(reviewed, lapses + REVIEWED_EVERY) == "not reviewed"


def test_the_last_admin_is_the_one_beside_whom_no_other_is_in_force(database):
    with undone(database) as connection:
        people = People(connection)
        for name in NAMES:
            people.add(name)
        people.grant("ada", Role.ADMIN)
        people.grant("bob", Role.ADMIN, until=START + timedelta(days=5))
        people.grant("cyd", Role.ANALYST)
        ada, bob, cyd = (grant_of(connection, name) for name in NAMES)
        assert not is_last_admin(connection, ada, START)
        assert is_last_admin(connection, ada, START + timedelta(days=5))
        assert not is_last_admin(connection, bob, START)
        assert not is_last_admin(connection, cyd, START + timedelta(days=5))
        assert not is_last_admin(connection, None, START)


@pytest.mark.parametrize("name", ["a", "Ümit", "ann.lee-1_x@y+z", " ada ", "a" * NAME_LENGTH])
def test_a_name_may_have_letters_of_any_language(name):
    assert check_name(name) == name.strip()


@pytest.mark.parametrize("name", ["", "  ", "a b", "a/b", "../x", "a\nb", "a'b", "<b>", "a\0", "a" * (NAME_LENGTH + 1)])
def test_a_name_that_could_be_mistaken_is_refused(name):
    with pytest.raises(UsageError, match="an account's name has up to 64 letters, digits, and"):
        check_name(name)


@pytest.mark.parametrize(
    ("grant", "said"),
    [
        (Grant("a", ()), "give at least one role: viewer, analyst, steward, reviewer, admin, consultant"),
        (grant_to("a", until=START), "that end is in the past; give a later one with --until"),
        (grant_to("a", Role.CONSULTANT), "a consultant's access always has an end; give it with --until"),
        (replace(grant_to("a", Role.ADMIN), datasets=(1,)), "only viewers, analysts and consultants can be limited"),
        (replace(grant_to("a", Role.VIEWER, Role.STEWARD), columns=("x",)), "can be limited"),
    ],
)
def test_a_grant_that_is_not_allowed_says_what_to_give_instead(grant, said):
    with pytest.raises(UsageError) as raised:
        check_grant(grant, START)
    assert said in str(raised.value)


@pytest.mark.parametrize(
    "grant",
    [
        grant_to("a", until=START + SECOND),
        replace(grant_to("a", Role.VIEWER, Role.ANALYST), datasets=(1,), columns=("x",)),
        replace(grant_to("a", Role.CONSULTANT, until=START + SECOND), exports="marked", datasets=(1,)),
    ],
)
def test_a_limited_grant_is_allowed(grant):
    check_grant(grant, START)


def test_an_account_that_exists_is_not_added_again(database):
    with undone(database) as connection:
        people = People(connection)
        people.add("ada")
        with pytest.raises(UsageError, match="already; give it other rights with: analyzer user grant"):
            people.add("ada")
        assert [name for name, _, _ in accounts.read_accounts(connection)] == ["ada"]


def test_a_refused_account_is_told_why_and_how_to_get_access():
    assert str(access_error("bob", "expired")) == (
        "bob: access is expired; an admin can grant it: analyzer user grant bob --role ROLE"
    )


CHANGED_BY_HAND = {
    "UPDATE accounts SET passphrase = 'x' WHERE name = 'bob'": ["account bob differs from the audit log"],
    "INSERT INTO accounts VALUES('mal', '', 't')": ["account mal differs from the audit log"],
    "UPDATE grants SET ended = '' WHERE account = 'ada'": ["grant 1 differs from the audit log"],
    "UPDATE grants SET account = 'bob' WHERE grant_id = 2": ["grant 2 differs from the audit log"],
    "UPDATE grants SET reviewed = '2999-01-01'": [f"grant {n} differs from the audit log" for n in (1, 2)],
    "DELETE FROM grants": [f"grant {n} differs from the audit log" for n in (1, 2)],
}


@pytest.mark.parametrize("statement", CHANGED_BY_HAND)
def test_a_table_that_was_changed_by_hand_is_found_and_what_was_changed_is_named(database, statement):
    with undone(database) as connection:
        people = People(connection)
        for action, name in [("grant", "ada"), ("passphrase", "bob"), ("grant", "ada")]:
            people.do(action, name)
        assert differences(connection, LOG.events(connection)) == []
        connection.execute(statement)
        assert differences(connection, LOG.events(connection)) == CHANGED_BY_HAND[statement]

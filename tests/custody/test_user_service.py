"""Accounts: names, ends, passphrases and reviews at their limits, and nothing stored by what was refused."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from fakes import FakeWorkspace, make_workspace
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from roles import ACCOUNTS, opened, staffed

from analyzer.errors import AccessError, UsageError
from analyzer.security import clock
from analyzer.security.accounts import passphrase_of
from analyzer.security.passphrases import is_passphrase
from analyzer.security.types import Grant, Role

GOOD = "seven quiet otters swim"


@pytest.fixture
def settings_of(tmp_path):
    return staffed(tmp_path)


@pytest.fixture
def admin(settings_of):
    held = opened(settings_of, "ada")
    yield held
    held.close()


@pytest.fixture
def later(monkeypatch):
    """A function that moves both clocks forward."""
    held = {"now": datetime.now(UTC), "ticks": 1_000.0}

    def go(days):
        held["now"] += timedelta(days=days)
        held["ticks"] += timedelta(days=days).total_seconds()

    monkeypatch.setattr(clock, "now", lambda: held["now"])
    monkeypatch.setattr(clock, "ticks", lambda: held["ticks"])
    monkeypatch.setattr("analyzer.custody.users.now", lambda: held["now"])
    return go


def stored(held):
    """What the tables have about accounts, and how many events there are about them."""
    rows = held.store.database.rows
    events = "SELECT count(*) FROM audit WHERE action IN ('user.add', 'user.grant', 'user.revoke', 'user.review', "
    events += "'user.passphrase')"
    return rows("SELECT * FROM accounts"), rows("SELECT * FROM grants"), rows(events)


def states(held):
    return {one.name: one.state for one in held.users.list()}


@pytest.mark.parametrize(
    ("written", "end"),
    [
        ("2998-03-31", "2998-04-01T00:00:00+00:00"), ("2998-12-31", "2999-01-01T00:00:00+00:00"),
        ("29980331", "2998-04-01T00:00:00+00:00"),  # a date all the same, to the end of its day
        ("2996-02-28", "2996-02-29T00:00:00+00:00"), ("2998-03-31T12:30", "2998-03-31T12:30:00+00:00"),
        ("2998-03-31T00:00:00+02:00", "2998-03-30T22:00:00+00:00"),
        ("2998-03-31 23:59:59Z", "2998-03-31T23:59:59+00:00"),
        ("", ""),
    ],
)  # fmt: skip
def test_an_end_is_stored_in_utc_and_a_date_lasts_to_the_end_of_its_day(admin, written, end):
    assert admin.users.grant(Grant("vic", (Role.VIEWER,), until=written)).grant.until == end
    assert states(admin)["vic"] == "in force"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("soon", '"soon" is not a date; write it as 2027-03-31'), ("31.03.2998", "is not a date"),
        ("2998-02-30", "is not a date"), (" ", "is not a date"), ("9999-12-31", "is out of range; give a nearer date"),
        ("9999-12-31T23:59:59-10:00", "is out of range"), ("0001-01-01T00:00:00+14:00", "is out of range"),
        ("0001-01-01", "is in the past"), ("2001-09-09T01:46:40Z", "is in the past"),
    ],
)  # fmt: skip
def test_an_end_that_is_none_is_refused_and_the_grant_of_before_stays(admin, written, said):
    before = stored(admin)
    with pytest.raises(UsageError, match=said):
        admin.users.grant(Grant("vic", (Role.VIEWER,), until=written))
    assert stored(admin) == before


@given(st.text(max_size=12))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_as_an_end_is_read_or_refused_in_words(admin, text):
    with suppress(UsageError):
        admin.users.grant(Grant("vic", (Role.VIEWER,), until=text))
    (vic,) = [one for one in admin.users.list() if one.name == "vic"]
    assert (vic.state, vic.grant.until in ("", vic.grant.until[:19] + "+00:00")) == ("in force", True)


@pytest.mark.parametrize("name", ["", "  ", "a b", "a/b", "a\x00b", "x" * 65, "<b>", "a\nb", "../ada"])
def test_a_name_that_cannot_be_an_accounts_is_refused(admin, name):
    before = stored(admin)
    with pytest.raises(UsageError, match="an account's name has up to 64 letters"):
        admin.users.add(Grant(name, (Role.VIEWER,)), sign_in=False)
    assert stored(admin) == before


@pytest.mark.parametrize("name", ["x", "x" * 64, "zoë.müller+1@mail.example", "井上", "a-b_c"])
def test_a_name_may_be_in_any_script_and_an_address(admin, name):
    made = admin.users.add(Grant(f" {name}\n", (Role.VIEWER,)), sign_in=False).account
    assert (made.name, made.grant.account, made.state) == (name, name, "in force")
    with pytest.raises(UsageError, match="already; give it other rights with: analyzer user grant"):
        admin.users.add(Grant(f"{name} ", (Role.ANALYST,)), sign_in=False)
    assert next(one for one in admin.users.list() if one.name == name).grant.roles == (Role.VIEWER,)


def test_an_account_that_is_not_there_cannot_be_changed(admin):
    before = stored(admin)
    for refused in (
        lambda: admin.users.grant(Grant("eve", (Role.VIEWER,))), lambda: admin.users.revoke("eve"),
        lambda: admin.users.passphrase("eve"), lambda: admin.users.passphrase("eve", GOOD),
        lambda: admin.users.review(sign=True, keep=("vic", "eve")), lambda: admin.users.revoke(""),
        lambda: admin.users.revoke("Ada"),
    ):  # fmt: skip
        with pytest.raises(UsageError, match=r"there is no account .*; they are listed by: analyzer user list"):
            refused()
    assert stored(admin) == before
    assert set(states(admin).values()) == {"in force"}


def test_access_is_revoked_once_and_can_be_given_again(admin):
    assert admin.users.revoke("vic", "Ann Lee left").state == "revoked"
    (event,) = [one for one in admin.store.audit.events(admin.store.database.connection) if one.action == "user.revoke"]
    assert event.detail["reason"] == "<PERSON_1> left"
    before = stored(admin)
    with pytest.raises(UsageError, match="vic has no access to revoke"):
        admin.users.revoke("vic")
    assert stored(admin) == before
    again = admin.users.grant(Grant("vic", (Role.ANALYST,), "for Ann Lee"))
    assert (again.state, again.grant.roles, again.grant.reason) == ("in force", (Role.ANALYST,), "for <PERSON_1>")
    assert again.grant.granter == "ada"


def test_the_first_admin_has_no_end_and_the_only_one_gets_none(tmp_path, admin):
    alone = make_workspace(tmp_path / "alone")
    with pytest.raises(UsageError, match="the first account must be an admin"):
        alone.users.add(Grant("ida", (Role.ADMIN,), until="2999-01-01"), sign_in=False)
    assert alone.users.list() == ()
    assert alone.users.me().single_user
    alone.close()
    with pytest.raises(UsageError, match="ada is the only admin without an end; make another"):
        admin.users.grant(Grant("ada", (Role.ADMIN,), until="2999-01-01"))
    admin.users.add(Grant("ida", (Role.ADMIN,), until="2999-01-01"), sign_in=False)
    with pytest.raises(UsageError, match="only admin without an end"):  # ida's access may end first
        admin.users.grant(Grant("ada", (Role.ADMIN,), until="2999-01-01"))
    admin.users.grant(Grant("ida", (Role.ADMIN,)))
    assert admin.users.grant(Grant("ada", (Role.ADMIN,), until="2999-01-01")).state == "in force"


def test_an_admin_whose_access_has_ended_does_not_count_as_another_one(admin, later):
    soon = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    admin.users.add(Grant("ida", (Role.ADMIN,), until=soon), sign_in=False)
    later(days=3)
    with pytest.raises(UsageError, match="only admin"):
        admin.users.revoke("ada")
    assert states(admin)["ada"] == "in force"
    assert states(admin)["ida"] == "expired"


@pytest.mark.parametrize(
    ("passphrase", "said"),
    [
        ("x", "from 15 to 128"), ("fourteen chars", "from 15 to 128"), ("ab " * 43, "from 15 to 128"),
        ("a" * 20, "easily guessed"), ("abcab" * 4, "easily guessed"), ("we all love VIC so much", "easily guessed"),
    ],
)  # fmt: skip
def test_a_weak_passphrase_is_refused_and_the_one_of_before_holds(admin, passphrase, said):
    assert admin.users.passphrase("vic", GOOD).passphrase == ""  # who chose it knows it
    before = stored(admin)
    with pytest.raises(UsageError, match=said) as caught:
        admin.users.passphrase("vic", passphrase)
    assert passphrase not in str(caught.value) or len(passphrase) == 1
    assert stored(admin) == before
    assert is_passphrase(passphrase_of(admin.store.database.connection, "vic"), GOOD)


def test_a_new_passphrase_ends_the_old_one_and_no_table_and_no_event_has_it(admin):
    made = admin.users.passphrase("vic")
    assert made.account.signs_in
    assert is_passphrase(passphrase_of(admin.store.database.connection, "vic"), made.passphrase)
    admin.users.passphrase("vic", GOOD)
    kept = passphrase_of(admin.store.database.connection, "vic")
    assert is_passphrase(kept, GOOD)
    assert not is_passphrase(kept, made.passphrase)
    events = str(admin.store.database.rows("SELECT detail FROM audit"))
    for secret in (made.passphrase, GOOD, kept):
        assert secret not in events
    assert admin.verify().ok


def test_an_account_without_sign_in_has_no_passphrase(admin):
    made = admin.users.add(Grant("bot", (Role.VIEWER,)), sign_in=False)
    assert (made.passphrase, made.account.signs_in) == ("", False)
    assert not is_passphrase(passphrase_of(admin.store.database.connection, "bot"), "")


def test_a_signed_review_does_not_bring_back_what_has_lapsed_unless_it_is_named(admin, later):
    admin.users.review(sign=True, keep=("ann", "ada"))
    later(days=60)
    admin.users.review(sign=True, keep=("ann", "ada"))
    later(days=60)
    assert (states(admin)["ann"], states(admin)["stu"]) == ("in force", "not reviewed")
    signed = admin.users.review(sign=True)
    assert signed.signed
    assert (states(admin)["ann"], states(admin)["stu"]) == ("in force", "not reviewed")
    assert {one.name: one.state for one in signed.accounts}["stu"] == "not reviewed"
    admin.users.review(sign=True, keep=("stu",))
    assert states(admin)["stu"] == "in force"
    assert states(admin)["vic"] == "not reviewed"
    assert admin.verify().ok


def test_a_review_extends_no_access_that_was_revoked_or_is_not_signed(admin, later):
    admin.users.revoke("vic")
    before = stored(admin)
    assert not admin.users.review(keep=("vic", "nobody")).signed
    assert stored(admin) == before
    signed = admin.users.review(sign=True, keep=("vic",))
    assert {one.name: one.state for one in signed.accounts}["vic"] == "revoked"
    later(days=91)
    assert states(admin)["ann"] == "not reviewed"


def test_accounts_are_for_admins(settings_of):
    for name in set(ACCOUNTS) - {"ada"}:
        held = opened(settings_of, name)
        for refused in (
            held.users.list, held.users.review, lambda: held.users.revoke("ada"),  # noqa: B023
            lambda: held.users.add(Grant("eve", (Role.ADMIN,))), lambda: held.users.passphrase("ada"),  # noqa: B023
            lambda: held.users.grant(Grant(name, (Role.ADMIN,))),  # noqa: B023
        ):  # fmt: skip
            with pytest.raises(AccessError, match="needs accounts"):
                refused()
        held.close()
    held = FakeWorkspace(settings_of, "ada")
    assert {one.name: one.grant.roles for one in held.users.list()} == {n: g.roles for n, g in ACCOUNTS.items()}
    held.close()


def test_an_admin_limits_an_account_to_a_column_of_free_text(admin):
    admin.store.database.connection.execute("UPDATE columns SET kind = 'text' WHERE name = 'shop'")
    limited = Grant("cy", (Role.CONSULTANT,), columns=("shop",), until="2999-01-01", exports="off")
    assert admin.users.add(limited, sign_in=False).account.grant.columns == ("shop",)
    with pytest.raises(UsageError, match='no column "town"'):
        admin.users.grant(replace(limited, columns=("town",)))
    assert next(one for one in admin.users.list() if one.name == "cy").grant.columns == ("shop",)

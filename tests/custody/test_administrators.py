"""There is always an administrator: whoever acts, at whatever time, and whichever access ends first."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from fakes import FakeWorkspace, make_workspace
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from roles import opened

from analyzer.custody.users import NO_LASTING_ADMIN
from analyzer.errors import AnalyzerError, UsageError
from analyzer.security import clock
from analyzer.security.types import Grant, Role

ADMIN = (Role.ADMIN,)


@pytest.fixture
def made(tmp_path):
    """Settings of a workspace with the administrators ada and bob."""
    workspace = make_workspace(tmp_path)
    workspace.users.add(Grant("ada", ADMIN), sign_in=False)
    workspace.close()
    ada = FakeWorkspace(workspace.settings, "ada")
    ada.users.add(Grant("bob", ADMIN), sign_in=False)
    ada.close()
    return workspace.settings


def administrators(settings, name):
    held = opened(settings, name)
    found = {one.name for one in held.users.list() if one.state == "in force" and Role.ADMIN in one.grant.roles}
    held.close()
    return found


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


WAYS = {
    "revoke": lambda held, name: held.users.revoke(name),
    "another role": lambda held, name: held.users.grant(Grant(name, (Role.VIEWER,))),
    "an end": lambda held, name: held.users.grant(Grant(name, ADMIN, until="2999-01-01")),
}


@pytest.mark.parametrize("way", WAYS)
def test_two_administrators_who_act_on_each_other_at_once_leave_one(made, way):
    for _ in range(4):
        ada, bob, start = opened(made, "ada"), opened(made, "bob"), Barrier(2)

        def act(held, name, start=start):
            start.wait()
            try:
                WAYS[way](held, name)
            except AnalyzerError:
                return False
            return True

        with ThreadPoolExecutor(2) as pool:
            done = list(pool.map(act, (ada, bob), ("bob", "ada")))
        ada.close(), bob.close()
        assert sorted(done) == [False, True]
        left = "ada" if done[0] else "bob"
        assert left in administrators(made, left)
        again = opened(made, left)
        again.users.grant(Grant("bob" if done[0] else "ada", ADMIN))
        again.close()


def test_an_administrator_whose_access_will_end_is_not_the_one_who_stays(made, later):
    ada = opened(made, "ada")
    ada.users.grant(Grant("bob", ADMIN, until=(clock.now() + timedelta(days=2)).isoformat()))
    for way in WAYS.values():
        with pytest.raises(UsageError, match="only admin without an end"):
            way(ada, "ada")
    ada.close()
    later(days=3)
    assert administrators(made, "ada") == {"ada"}


def test_the_first_two_accounts_made_at_once_are_not_two_first_accounts(tmp_path):
    workspace = make_workspace(tmp_path)
    workspace.close()
    one, other, start = FakeWorkspace(workspace.settings), FakeWorkspace(workspace.settings), Barrier(2)

    def add(held, name):
        start.wait()
        try:
            held.users.add(Grant(name, ADMIN), sign_in=False)
        except AnalyzerError:
            return None
        return name

    with ThreadPoolExecutor(2) as pool:
        done = [name for name in pool.map(add, (one, other), ("ada", "bob")) if name]
    one.close(), other.close()
    assert len(done) == 1
    held = opened(workspace.settings, done[0])
    assert [account.name for account in held.users.list()] == done
    held.close()


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(["ada", "bob"]), st.sampled_from(["ada", "bob"]), st.sampled_from([
    "revoke", "another role", "an end", "soon", "admin"])), max_size=8), st.integers(1, 200))  # fmt: skip
def test_whatever_administrators_do_one_is_left_at_any_time_after(tmp_path_factory, later, steps, days):
    workspace = make_workspace(tmp_path_factory.mktemp("admins"))
    workspace.users.add(Grant("ada", ADMIN), sign_in=False)
    workspace.close()
    held = opened(workspace.settings, "ada")
    held.users.add(Grant("bob", ADMIN), sign_in=False)
    held.close()
    ways = WAYS | {
        "soon": lambda held, name: held.users.grant(
            Grant(name, ADMIN, until=(clock.now() + timedelta(days=10)).isoformat())
        ),
        "admin": lambda held, name: held.users.grant(Grant(name, ADMIN)),
    }
    for actor, name, way in steps:
        try:
            with opened(workspace.settings, actor) as held:
                ways[way](held, name)
        except AnalyzerError:
            continue
    later(days=days)
    found = []
    for name in ("ada", "bob"):
        try:
            found.append(administrators(workspace.settings, name))
        except AnalyzerError:
            continue
    assert any(found)


def test_an_administrator_who_lets_himself_see_comments_is_named_in_the_review(made):
    ada = opened(made, "ada")
    ada.users.grant(Grant("ada", (Role.ADMIN, Role.ANALYST)))
    ada.close()
    bob = opened(made, "bob")
    remarks = {one.name: one.remarks for one in bob.users.review().accounts}
    assert any("can also read comments" in remark for remark in remarks["ada"])
    assert any("granted by the account itself" in remark for remark in remarks["ada"])
    assert not any("itself" in remark or "comments" in remark for remark in remarks["bob"])
    bob.close()
    cyd = opened(made, "bob")
    cyd.users.add(Grant("con", (Role.ADMIN,), also=("comments",)), sign_in=False)
    remarks = {one.name: one.remarks for one in cyd.users.list()}
    assert any("can also read comments" in remark for remark in remarks["con"])
    cyd.close()


def test_a_workspace_of_before_in_which_every_administrators_access_ends_says_so(made):
    ada = opened(made, "ada")
    assert not any("nobody can give access" in remark for one in ada.users.list() for remark in one.remarks)
    with ada.store.database.transaction() as connection:
        connection.execute("UPDATE grants SET body = json_set(body, '$.until', '2999-01-01T00:00:00+00:00')")
    assert [one.remarks[-1] for one in ada.users.list()] == [NO_LASTING_ADMIN] * 2
    ada.users.grant(Grant("bob", ADMIN))  # what changes nothing for the worse is not refused
    assert not any(NO_LASTING_ADMIN in one.remarks for one in ada.users.list())
    ada.close()

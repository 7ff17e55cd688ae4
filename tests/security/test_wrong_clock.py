"""A wrong clock closes no workspace and erases nothing: it is noticed, asked about, and put right on record."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from fakes import FakeDetector, FakeWorkspace, make_workspace, write_csv
from roles import opened, staffed
from wrong_clock import clock  # noqa: F401 - a fixture

from analyzer.errors import AccessError, AuditError, UsageError
from analyzer.security.event_times import (
    JUMP,
    LoggedTime,
    confirmed_time,
    has_jumped,
    is_unconfirmed,
    next_time,
    unconfirmed_time,
)

ROWS = [{"id": f"R-{n}", "comment": f"soup number {n} was cold", "date": f"2026-0{n % 9 + 1}-05"} for n in range(12)]


@pytest.fixture
def settings(tmp_path):
    workspace = make_workspace(tmp_path)
    workspace.ingest([write_csv(tmp_path / "a.csv", ROWS)])
    workspace.retention.set(60)
    workspace.close()
    return workspace.settings


def confirm(settings, actor="owner", reason="checked with the time server by Ann Lee"):
    class Anchoring(FakeWorkspace):
        engines = replace(FakeWorkspace.engines, detector=lambda _: FakeDetector(), profile=lambda _: "fake")

    return Anchoring.reanchor(settings, actor, reason)


def use(settings, actor="owner"):
    """Open, do something that is on record, close; return what is said and how many comments there are."""
    workspace = FakeWorkspace(settings, actor)
    found = workspace.store.notices, workspace.database.rows("SELECT count(*) FROM responses")[0][0]
    workspace.collaborators.audit.record("test.use", {})
    workspace.close()
    return found


@pytest.mark.parametrize("days", [100, 5 * 365])
def test_a_command_under_a_fast_clock_does_not_close_the_workspace_afterwards(settings, clock, days):  # noqa: F811
    clock.set(days=days)
    notices, count = use(settings)
    assert count == 12
    assert any(f"{days:,} days ahead of the audit log" in one and "reanchor --reason" in one for one in notices)
    clock.set(days=0)
    notices, count = use(settings)
    assert count == 12
    assert any("the clock was wrong until" in one for one in notices)
    workspace = FakeWorkspace(settings)
    (event,) = workspace.audit.show(action="clock.jump")
    assert datetime.fromisoformat(event.detail["to"]) > datetime.now(UTC) + timedelta(days=days - 1)
    assert workspace.audit.verify().ok
    workspace.close()


@pytest.mark.parametrize("days", [100, 5 * 365, 5_000])
def test_retention_under_a_fast_clock_erases_nothing_until_an_administrator_confirms(settings, clock, days):  # noqa: F811
    clock.set(days=days)
    workspace = FakeWorkspace(settings)
    with pytest.raises(AuditError, match=r"nothing was erased: the clock is .* days ahead.*reanchor"):
        workspace.retention.run()
    assert workspace.audit.show(1, action="denied")[0].detail == {"method": "retention.run"}
    workspace.retention.run(dry_run=True)
    assert workspace.feedback.matching() == 12
    with pytest.raises(AuditError, match="nothing was erased"):  # the events since do not make the time believed
        workspace.retention.run()
    workspace.close()
    clock.set(days=0)
    workspace = FakeWorkspace(settings)
    with pytest.raises(AuditError, match="the clock was wrong until"):
        workspace.retention.run()
    workspace.close()
    done = confirm(settings)
    assert (done.reason, done.is_new_anchor) == ("checked with the time server by <PERSON_1>", False)
    workspace = FakeWorkspace(settings)
    assert workspace.store.notices == ()
    assert workspace.retention.run() == ()
    assert workspace.feedback.matching() == 12
    assert workspace.audit.show(1, action="audit.reanchor")[0].detail["reason"] == done.reason
    workspace.close()


def test_a_long_pause_is_confirmed_and_retention_goes_on(settings, clock):  # noqa: F811
    clock.set(days=5_000)
    confirm(settings, reason="the project rested")
    workspace = FakeWorkspace(settings)
    assert workspace.store.notices == ()
    assert [one.records for one in workspace.retention.run()] == [12]
    workspace.close()


def test_a_month_without_events_is_believed(settings, clock):  # noqa: F811
    clock.set(days=34)
    workspace = FakeWorkspace(settings)
    assert workspace.store.notices == ()
    assert workspace.retention.run() == ()
    workspace.close()


def test_a_clock_behind_the_log_is_refused_until_an_administrator_confirms_it(settings, clock):  # noqa: F811
    clock.set(days=20)  # short enough to be believed
    use(settings)
    clock.set(days=0)
    with pytest.raises(AuditError, match=r"set the clock right; if it is right, an administrator .*reanchor"):
        FakeWorkspace(settings)
    with pytest.raises(UsageError, match="reason"):
        confirm(settings, reason=" ")
    with pytest.raises(AuditError, match="set the clock right"):
        FakeWorkspace(settings)
    confirm(settings)
    assert use(settings) == ((), 12)
    assert use(settings) == ((), 12)


def test_the_log_does_not_follow_a_clock_that_is_set_back_step_by_step(settings, clock):  # noqa: F811
    """Each step is within the slack; together they would bring an expired account back."""
    for minutes in (-4, -8):
        clock.set(minutes=minutes)
        if minutes == -4:
            use(settings)
    with pytest.raises(AuditError, match="set the clock right"):
        use(settings)


def test_who_was_let_go_under_a_fast_clock_is_not_back_before_an_administrator_confirms(tmp_path, clock):  # noqa: F811
    settings = staffed(tmp_path)
    admin = opened(settings, "ada")
    account = next(one for one in admin.users.list() if one.name == "con")
    end = datetime.fromisoformat(account.grant.until)
    admin.close()
    days = (end - datetime.now(UTC)).days
    use(settings, "con")
    clock.set(days=days + 40)
    with pytest.raises(AccessError):
        use(settings, "con")
    clock.set(days=0)
    with pytest.raises(AccessError):
        use(settings, "con")
    with pytest.raises(AccessError):
        confirm(settings, "con")
    confirm(settings, "ada")
    use(settings, "con")


def test_a_fast_clock_that_is_set_back_before_the_confirmed_time_is_refused(settings, clock):  # noqa: F811
    clock.set(days=100)
    use(settings)
    clock.set(hours=-1)
    with pytest.raises(AuditError, match="the clock is behind the audit log"):
        FakeWorkspace(settings)


def test_only_administrators_anchor_again(tmp_path):
    settings = staffed(tmp_path)
    for name in ("ana", "stu", "rev", "vic"):
        with pytest.raises(AccessError):
            confirm(settings, name)


def test_a_workspace_that_was_moved_with_its_key_alone_is_anchored_by_one_command(settings):
    (anchor,) = settings.anchors.glob("*.anchor")
    anchor.unlink()
    with pytest.raises(AuditError, match=r"is missing.*moved to this machine.*reanchor --reason"):
        FakeWorkspace(settings)
    assert not anchor.exists()
    assert confirm(settings, reason="moved to the new laptop").is_new_anchor
    assert use(settings) == ((), 12)
    workspace = FakeWorkspace(settings)
    assert workspace.audit.verify().ok
    assert workspace.audit.show(1, action="audit.reanchor")[0].detail["anchor"] == "new"
    workspace.close()


def test_who_may_not_anchor_a_moved_workspace_leaves_no_anchor(tmp_path):
    settings = staffed(tmp_path)
    (anchor,) = settings.anchors.glob("*.anchor")
    anchor.unlink()
    with pytest.raises(AccessError):
        confirm(settings, "ana")
    assert not anchor.exists()
    confirm(settings, "ada")
    assert anchor.exists()


def test_a_moved_workspace_whose_log_was_changed_is_not_anchored(settings):
    workspace = FakeWorkspace(settings)
    with workspace.store.database.transaction() as connection:
        connection.execute("UPDATE audit SET actor = 'eve' WHERE seq = 2")
    workspace.close()
    (anchor,) = settings.anchors.glob("*.anchor")
    anchor.unlink()
    with pytest.raises(AuditError, match="not sound"):
        confirm(settings)
    assert not anchor.exists()


START = datetime(2026, 1, 1, tzinfo=UTC)


def test_times_of_a_confirmed_run_never_go_back_and_a_mark_stays():
    at = confirmed_time(START)
    assert next_time(at, START - timedelta(hours=1)) == at
    assert next_time(at, START + timedelta(hours=1)) == confirmed_time(START + timedelta(hours=1))
    marked = unconfirmed_time(START + 2 * JUMP)
    assert is_unconfirmed(marked)
    assert datetime.fromisoformat(marked) == START + 2 * JUMP
    assert next_time(marked, START) == unconfirmed_time(START)
    assert not has_jumped(at, START + JUMP)
    assert has_jumped(at, START + JUMP + timedelta(seconds=1))


def test_what_the_log_says_about_the_time():
    sound = LoggedTime(confirmed_time(START), confirmed_time(START))
    assert sound.is_confirmed
    assert sound.doubt(START + JUMP) == ""
    assert "36 days ahead" in sound.doubt(START + timedelta(days=36))
    fast = LoggedTime(confirmed_time(START), unconfirmed_time(START + 3 * JUMP))
    assert not fast.is_confirmed
    assert "was wrong until" in fast.doubt(START)
    assert (fast.is_behind(START), fast.is_behind(START - timedelta(hours=1))) == (False, True)


@pytest.mark.parametrize("days", [20, 100])
def test_what_was_read_under_a_fast_clock_is_in_the_report_of_an_incident(settings, clock, days):  # noqa: F811
    clock.set(days=days)
    workspace = FakeWorkspace(settings)
    workspace.feedback.show(["R-7"])
    workspace.close()
    clock.set(days=0)
    confirm(settings)
    workspace = FakeWorkspace(settings)
    report = workspace.incidents.open("a laptop was lost", days=1)
    assert sum(one.records for one in report.seen) == 1
    workspace.close()

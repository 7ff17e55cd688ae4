"""Access over time: given, limited, reviewed, lapsed, ended, and never brought back by a clock or by hand."""

from datetime import UTC, datetime, timedelta

import pytest
from fakes import FakeWorkspace, make_workspace, write_csv
from openpyxl import load_workbook
from roles import ACCOUNTS, ROWS, UNTIL, opened, staffed

from analyzer.errors import AccessError, UsageError
from analyzer.security import clock
from analyzer.security.types import Grant, Role


class Moving:
    """A clock that stands where it is put."""

    def __init__(self):
        self.moment = datetime.now(UTC)
        self.ticks = 1_000.0

    def go(self, **delta):
        """Let time pass, for both clocks."""
        self.moment += timedelta(**delta)
        self.ticks += timedelta(**delta).total_seconds()

    def set(self, **delta):
        """Set the system's clock; the machine's own count goes on."""
        self.moment += timedelta(**delta)


@pytest.fixture
def moving(monkeypatch):
    held = Moving()
    monkeypatch.setattr(clock, "now", lambda: held.moment)
    monkeypatch.setattr(clock, "ticks", lambda: held.ticks)
    monkeypatch.setattr("analyzer.custody.users.now", lambda: held.moment)
    return held


@pytest.fixture
def settings(tmp_path):
    return staffed(tmp_path)


def test_without_accounts_whoever_holds_the_key_may_do_everything(tmp_path):
    workspace = make_workspace(tmp_path)
    assert workspace.status().single_user
    assert workspace.users.list() == ()
    workspace.close()


def test_the_first_account_is_an_admins_and_ends_single_user_mode(tmp_path):
    workspace = make_workspace(tmp_path)
    with pytest.raises(UsageError, match="first account must be an admin"):
        workspace.users.add(Grant("ann", (Role.ANALYST,)))
    made = workspace.users.add(Grant("ada", (Role.ADMIN,)))
    assert (made.account.state, made.account.signs_in, len(made.passphrase)) == ("in force", True, 29)
    with pytest.raises(AccessError, match="no account of that name"):
        workspace.feedback.matching()  # the handle from before
    with pytest.raises(AccessError, match="name yours with --as USER"):
        FakeWorkspace(workspace.settings)
    held = opened(workspace.settings, "ada")
    assert not held.status().single_user
    assert [event.detail["method"] for event in reviewers(held).audit.show(action="denied")] == [
        "open",
        "feedback.matching",
    ]
    held.close()


def reviewers(admin):
    admin.users.add(Grant("rev", (Role.REVIEWER,)), sign_in=False)
    return opened(admin.settings, "rev")


@pytest.mark.parametrize(
    ("grant", "said"),
    [
        (Grant("con", (Role.CONSULTANT,), exports="off"), "always has an end"),
        (Grant("con", (Role.CONSULTANT,), until=UNTIL), "exports are off or marked"),
        (Grant("con", (Role.CONSULTANT, Role.ADMIN), until=UNTIL, exports="off"), "no other role"),
        (Grant("x", (Role.STEWARD,), datasets=(1,)), "can be limited"),
        (Grant("x", (Role.ANALYST,), datasets=(9,)), "no import 9"),
        (Grant("x", (Role.ANALYST,), columns=("nowhere",)), "no column"),
        (Grant("x", (Role.ANALYST,), until="2020-01-01"), "in the past"),
        (Grant("x", (Role.ANALYST,), until="soon"), "is not a date"),
        (Grant("x", ()), "at least one role"),
        (Grant("x y", (Role.ANALYST,)), "letters, digits"),
        (Grant("ann", (Role.ANALYST,)), "already"),
    ],
)
def test_a_grant_that_opens_more_than_was_meant_is_refused(settings, grant, said):
    held = opened(settings, "ada")
    before = held.users.list()
    with pytest.raises(UsageError, match=said):
        held.users.add(grant)
    assert [one.name for one in held.users.list()] == [one.name for one in before]
    held.close()


def test_an_expired_grant_opens_nothing_also_with_the_clock_set_back(settings, moving):
    admin = opened(settings, "ada")
    admin.users.grant(Grant("ann", (Role.ANALYST,), until=(moving.moment + timedelta(days=2)).isoformat()))
    held = opened(settings, "ann")
    assert held.feedback.show(["R-1"])
    moving.go(days=3)
    for back in (0, 1, 10, 400):
        moving.set(days=-back)
        with pytest.raises(AccessError, match="expired"):
            held.feedback.show(["R-1"])
        moving.set(days=back)
    moving.set(days=-10)
    with pytest.raises(AccessError, match="expired"):
        held.feedback.show(["R-1"])
    held.close()
    admin.close()


def test_a_revoked_account_is_out_at_the_next_call_and_its_history_stays(settings):
    admin, held = opened(settings, "ada"), opened(settings, "ann")
    assert held.feedback.show(["R-1"])
    assert admin.users.revoke("ann", "left").state == "revoked"
    with pytest.raises(AccessError, match="revoked"):
        held.feedback.show(["R-1"])
    with pytest.raises(AccessError, match="revoked"):
        opened(settings, "ann")
    found = {one.name: one for one in admin.users.list()}["ann"]
    assert found.grant.roles == (Role.ANALYST,)
    assert found.last_used
    with pytest.raises(UsageError, match="no access to revoke"):
        admin.users.revoke("ann")
    admin.users.grant(Grant("ann", (Role.VIEWER,)))
    assert opened(settings, "ann").feedback.matching() == 40


def test_a_changed_grant_holds_for_handles_that_are_open(settings):
    admin, held = opened(settings, "ada"), opened(settings, "ann")
    admin.users.grant(Grant("ann", (Role.VIEWER,)))
    with pytest.raises(AccessError, match="permissions have changed"):
        held.feedback.show(["R-1"])


def test_what_nobody_reviews_for_90_days_lapses_except_the_last_admin(settings, moving):
    admin = opened(settings, "ada")
    moving.go(days=80)
    review = admin.users.review()
    assert all(any("lapses" in remark for remark in one.remarks) for one in review.accounts)
    signed = admin.users.review(sign=True, keep=("ann", "ada"))
    assert signed.signed
    moving.go(days=15)
    states = {one.name: one.state for one in admin.users.review().accounts}
    assert states["ann"] == "in force"
    assert states["stu"] == states["con"] == "not reviewed"
    moving.go(days=100)
    assert {one.state for one in admin.users.list()} == {"not reviewed", "in force"}
    assert {one.name: one.state for one in admin.users.list()}["ada"] == "in force"
    admin.close()


def test_a_review_says_what_is_unused_broad_or_without_an_end(settings, moving):
    admin = opened(settings, "ada")
    admin.users.grant(Grant("stu", (Role.STEWARD, Role.ADMIN)))
    moving.go(days=40)
    remarks = {one.name: " ".join(one.remarks) for one in admin.users.review().accounts}
    assert "not used for 40 days" in remarks["vic"]
    assert "broad" in remarks["stu"]
    assert "no expiry date" in remarks["ann"]
    admin.close()


def test_somebody_is_always_left_to_give_access(settings):
    admin = opened(settings, "ada")
    for refused in (lambda: admin.users.revoke("ada"), lambda: admin.users.grant(Grant("ada", (Role.VIEWER,)))):
        with pytest.raises(UsageError, match="only admin"):
            refused()
    admin.users.add(Grant("ida", (Role.ADMIN,)), sign_in=False)
    admin.users.revoke("ada")
    assert opened(settings, "ida").users.list()


TAMPERED = {
    "roles": "UPDATE grants SET body = replace(body, 'viewer', 'steward') WHERE account = 'vic'",
    "brought back": "UPDATE grants SET ended = '' WHERE account = 'ann'",
    "reviewed": "UPDATE grants SET reviewed = '2999-01-01T00:00:00+00:00'",
    "added": "INSERT INTO grants(account, body, reviewed, ended) SELECT 'vic', body, '', '' FROM grants LIMIT 1",
    "account": "INSERT INTO accounts VALUES('mal', '', '2024-01-01')",
    "passphrase": "UPDATE accounts SET passphrase = 'x' WHERE name = 'vic'",
    "gone": "DELETE FROM grants WHERE account = 'con'",
}


@pytest.mark.parametrize("how", TAMPERED)
def test_grants_that_the_log_does_not_tell_of_are_found(settings, how):
    admin = opened(settings, "ada")
    admin.users.revoke("ann")
    assert admin.audit.verify().ok
    with admin.store.database.transaction() as connection:
        connection.execute(TAMPERED[how])
    found = admin.audit.verify()
    assert not found.ok
    assert "differs from the audit log" in found.reason
    admin.close()


@pytest.fixture(scope="module")
def scoped(tmp_path_factory):
    """Two imports; a consultant who sees the first of them, and of its columns the shop alone."""
    folder = tmp_path_factory.mktemp("scoped")
    settings = staffed(folder)
    steward = opened(settings, "stu")
    more = [{"id": f"S-{n}", "comment": f"secret soup {n}", "shop": "west", "rating": 5} for n in range(12)]
    steward.ingest([write_csv(folder / "secret.csv", more)])
    steward.themes.build(about=4, names=False)
    steward.ask("What about the secret soup?")
    steward.close()
    admin = opened(settings, "ada")
    grant = Grant("con", (Role.CONSULTANT,), until=UNTIL, exports="off", datasets=(1,), columns=("shop",))
    admin.users.grant(grant)
    admin.close()
    held = opened(settings, "con")
    yield held
    held.close()


def test_a_consultant_sees_the_datasets_that_were_granted(scoped):
    assert scoped.feedback.matching() == len(ROWS)
    assert dict(scoped.feedback.tally("shop")) == {"north": 20, "south": 20}
    assert {hit.id[0] for hit in scoped.search("secret soup", limit=30).hits} == {"R"}
    assert all(record.id.startswith("R") for record in scoped.feedback.browse(limit=100))
    with pytest.raises(UsageError, match="no record"):
        scoped.feedback.show(["S-1"])
    with pytest.raises(AccessError, match="it needs exports"):
        list(scoped.themes.assignments())
    assert scoped.themes.list().accounted.comments == len(ROWS)
    answer = scoped.ask("What about the soup?")
    assert all(citation.id.startswith("R") for claim in answer.claims for citation in claim.citations)
    assert "secret" not in str(scoped.answers.history())
    assert "secret" not in str([scoped.themes.show(theme.id) for theme in scoped.themes.list().themes])


def test_a_consultant_sees_the_columns_that_were_granted(scoped):
    assert {column.name for column in scoped.feedback.columns()} == {"shop"}
    assert set(scoped.feedback.show(["R-1"])[0].fields) == {"shop"}
    with pytest.raises(UsageError, match="no column"):
        scoped.feedback.matching("rating<=2")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT text FROM main.texts WHERE text LIKE '%secret%'", "SELECT n FROM main.feedback", "SELECT n FROM fields",
        "SELECT text FROM words WHERE words MATCH 'secret'", "SELECT body FROM answers", "SELECT * FROM main.fields",
        "SELECT file FROM main.imports", "SELECT text FROM temp.texts WHERE text LIKE '%secret%'",
        "SELECT text FROM texts WHERE text LIKE '%secret%'", "SELECT c0 FROM words_content",
    ],
)  # fmt: skip
def test_raw_sql_does_not_get_around_a_scope(scoped, sql):
    from sqlcipher3 import dbapi2

    try:
        found = scoped.database.connection.execute(sql).fetchall()
    except dbapi2.DatabaseError as error:
        assert "prohibited" in str(error) or "no such" in str(error)  # noqa: PT017 - either outcome keeps it in
    else:
        assert "secret" not in str(found)
        assert len(found) <= len(ROWS)


def test_a_consultant_who_sees_figures_alone_reaches_no_comment(settings):
    admin = opened(settings, "ada")
    admin.users.grant(Grant("con", (Role.CONSULTANT,), until=UNTIL, exports="off", comments=False))
    held = opened(settings, "con")
    assert held.feedback.matching() == 40
    with pytest.raises(AccessError):
        held.feedback.show(["R-1"])
    with pytest.raises(AccessError):
        held.database.rows("SELECT text FROM texts")
    assert set(ACCOUNTS) == {one.name for one in admin.users.list()}


def test_everybody_can_ask_who_they_are(settings, tmp_path):
    for name, grant in ACCOUNTS.items():
        held = opened(settings, name)
        me = held.users.me()
        assert (me.account, me.single_user, me.grant.roles) == (name, False, grant.roles)
        held.close()
    alone = make_workspace(tmp_path / "alone")
    assert (alone.users.me().single_user, alone.users.me().grant) == (True, None)
    alone.close()


def test_marked_files_name_the_account_they_were_made_for(settings, tmp_path):
    steward = opened(settings, "stu")
    steward.themes.build(about=4, names=False)
    steward.close()
    admin = opened(settings, "ada")
    admin.users.grant(Grant("con", (Role.CONSULTANT,), until=UNTIL, exports="marked"))
    held = opened(settings, "con")
    held.ask("What about the soup?")
    held.answers.export("answers", tmp_path / "a.html", "html")
    held.themes.report(tmp_path / "t.html")
    for name in ("a.html", "t.html"):
        assert "Made for con on 2" in (tmp_path / name).read_text("utf-8")
    held.themes.report(tmp_path / "t.xlsx")
    rows = [tuple(cell.value for cell in row) for row in load_workbook(tmp_path / "t.xlsx")["Method"].iter_rows()]
    assert any(row[0] == "Marked" and "con" in row[1] for row in rows)
    with pytest.raises(UsageError, match="cannot be"):
        held.themes.report(tmp_path / "t.csv")
    analyst = opened(settings, "ann")
    analyst.themes.report(tmp_path / "plain.html")
    assert "Made for" not in (tmp_path / "plain.html").read_text("utf-8")

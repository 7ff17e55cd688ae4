"""A restore brings data back and undoes no decision: access, retention, denied terms, incidents, reads, links."""

import csv
import random
import shutil
from dataclasses import replace

import pytest
from fakes import FakeWorkspace, make_workspace, write_csv
from roles import ACCOUNTS, ROWS, UNTIL, opened, staffed

from analyzer.custody.restored_decisions import DECISIONS
from analyzer.errors import AccessError, WorkspaceError
from analyzer.security.types import Grant, Role
from analyzer.store.pages import decrypted_pages

MERGED = frozenset({"erased", "links", "link_batches"})
"""Tables that follow from the ledger, or of which both sides count."""
DATA = frozenset({
    "meta", "imports", "profiles", "texts", "responses", "questions", "feedback", "datasets", "columns", "fields",
    "words", "words_config", "words_data", "words_docsize", "words_idx", "rejected", "findings", "near_duplicates",
    "aliases", "doubts", "doubt_places", "samples", "sampled", "answers", "predicates", "labels", "clauses", "opinions",
    "reindexed_texts", "reindexed_clauses", "saved_views", "stemmed_texts",
    "themes", "placements", "theme_edits", "theme_builds", "theme_labels", "codebook", "codings", "migrations",
})  # fmt: skip
"""Tables with imported data and the work on it, which a backup brings back."""


@pytest.fixture
def settings(tmp_path):
    """A workspace with an account of every role, and a backup of it in b."""
    settings = staffed(tmp_path)
    steward = opened(settings, "stu")
    steward.backups.create(tmp_path / "b")
    steward.close()
    return settings


def as_account(settings, name, action):
    workspace = opened(settings, name)
    try:
        return action(workspace)
    finally:
        workspace.close()


def test_every_table_is_a_decision_or_data(tmp_path):
    workspace = make_workspace(tmp_path)
    tables = {name for (name,) in workspace.database.rows(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")}  # fmt: skip
    workspace.close()
    assert tables == set(DECISIONS) | MERGED | DATA
    assert not (set(DECISIONS) | MERGED) & DATA


def test_who_lost_access_since_the_backup_does_not_get_it_back(settings, tmp_path):
    as_account(settings, "ada", lambda w: w.users.revoke("ann"))
    as_account(settings, "ada", lambda w: w.users.grant(replace(ACCOUNTS["con"], comments=False)))
    as_account(settings, "stu", lambda w: w.retention.set(12, reason="agreed"))
    found = FakeWorkspace.restore(tmp_path / "b", settings, "stu")
    with pytest.raises(AccessError, match="access is revoked"):
        opened(settings, "ann")
    consultant = as_account(settings, "con", lambda w: w.users.me())
    assert "comments" not in consultant.permissions
    assert [(r.months, r.reason) for r in as_account(settings, "stu", lambda w: w.retention.list())] == [(12, "agreed")]
    assert "those of the replaced workspace" in found.notes[0]
    assert "analyzer retention run" in found.notes[1]
    reviewer = opened(settings, "rev")
    assert reviewer.audit.verify().ok
    assert reviewer.verify().ok
    reviewer.close()


@pytest.mark.parametrize("name", ["stu", "bob"])
def test_who_may_restore_is_decided_by_the_rights_of_now(tmp_path, name):
    settings = staffed(tmp_path, accounts={**ACCOUNTS, "bob": Grant("bob", (Role.ADMIN,))})
    as_account(settings, "stu", lambda w: w.backups.create(tmp_path / "b"))
    as_account(settings, "ada", lambda w: w.users.revoke(name))
    with pytest.raises(AccessError):
        FakeWorkspace.restore(tmp_path / "b", settings, name)
    (refused,) = as_account(settings, "rev", lambda w: w.audit.show(action="denied"))
    assert (refused.actor, refused.detail["method"]) == (name, "backups.restore")
    assert not list(settings.workspace.glob("*.next*"))
    assert as_account(settings, "ada", lambda w: [a.state for a in w.users.list() if a.name == name]) == ["revoked"]


def test_who_got_the_right_after_the_backup_may_restore(settings, tmp_path):
    as_account(settings, "ada", lambda w: w.users.add(Grant("new", (Role.STEWARD,)), sign_in=False))
    assert FakeWorkspace.restore(tmp_path / "b", settings, "new").ok
    assert as_account(settings, "new", lambda w: w.feedback.matching()) == len(ROWS)


def test_a_passphrase_of_before_the_backup_does_not_sign_in_again(settings, tmp_path):
    as_account(settings, "ada", lambda w: w.users.passphrase("ann", "correct horse battery staple"))
    hashes = "SELECT name, passphrase FROM accounts ORDER BY 1"
    before = as_account(settings, "ada", lambda w: w.store.database.rows(hashes))
    FakeWorkspace.restore(tmp_path / "b", settings, "stu")
    assert as_account(settings, "ada", lambda w: w.store.database.rows(hashes)) == before


def test_an_open_incident_stays_open_with_its_evidence_and_the_reads_since_the_backup(settings, tmp_path):
    as_account(settings, "ann", lambda w: w.feedback.show(["R-3", "R-4"]))
    opening = as_account(settings, "rev", lambda w: w.incidents.open("a laptop is lost"))
    FakeWorkspace.restore(tmp_path / "b", settings, "stu")
    with pytest.raises(AccessError, match="an incident is open"):
        as_account(settings, "vic", lambda w: w.themes.report(tmp_path / "t.html"))
    report = as_account(settings, "rev", lambda w: w.incidents.report())
    assert (report.number, report.aware) == (opening.number, opening.aware)
    assert [(one.account, one.ids) for one in report.seen if one.account == "ann"] == [("ann", ("R-3", "R-4"))]
    assert report.evidence == opening.evidence
    assert as_account(settings, "rev", lambda w: w.users.engagement("ann")).seen.records == 2
    assert as_account(settings, "rev", lambda w: w.incidents.close()) == opening.number
    assert as_account(settings, "rev", lambda w: w.incidents.open()).number == opening.number + 1


def test_a_closed_incident_and_an_ended_rule_do_not_come_back(tmp_path):
    workspace = make_workspace(tmp_path)
    workspace.ingest([write_csv(tmp_path / "a.csv", ROWS)])
    workspace.incidents.open()
    rule = workspace.retention.set(12)
    workspace.backups.create(tmp_path / "b")
    workspace.incidents.close()
    workspace.retention.drop(rule.number)
    workspace.close()
    FakeWorkspace.restore(tmp_path / "b", workspace.settings)
    workspace = FakeWorkspace(workspace.settings)
    assert workspace.incidents.report().number == 0
    assert workspace.retention.list() == ()
    workspace.close()


def test_a_term_that_was_denied_since_stays_masked_in_what_is_restored(tmp_path):
    workspace = make_workspace(tmp_path)
    rows = [{"id": "R-1", "comment": "the zorblax was late", "shop": "zorblax"}, {"id": "R-2", "comment": "fine"}]
    workspace.ingest([write_csv(tmp_path / "a.csv", rows)])
    workspace.backups.create(tmp_path / "b")
    workspace.privacy.deny("Zorblax")
    workspace.close()
    FakeWorkspace.restore(tmp_path / "b", workspace.settings)
    pages = b"".join(decrypted_pages(workspace.settings.workspace / "feedback.db", workspace.store.store_key))
    assert b"zorblax" not in pages
    workspace = FakeWorkspace(workspace.settings)
    assert workspace.feedback.show(["R-1"])[0].text == "the <DENIED_1> was late"
    assert len(workspace.privacy.terms().terms) == 1
    assert workspace.search("late").hits
    assert workspace.verify().ok
    workspace.close()


def test_a_grant_for_an_import_that_a_restore_took_back_does_not_cover_the_next_one(settings, tmp_path):
    as_account(settings, "stu", lambda w: w.ingest([write_csv(tmp_path / "two.csv", [{"id": "B-1", "comment": "b"}])]))
    one = Grant("eve", (Role.CONSULTANT,), until=UNTIL, datasets=(2,), exports="off")
    as_account(settings, "ada", lambda w: w.users.add(one, sign_in=False))
    FakeWorkspace.restore(tmp_path / "b", settings, "stu")
    as_account(settings, "stu", lambda w: w.ingest([write_csv(tmp_path / "x.csv", [{"id": "C-1", "comment": "c"}])]))
    assert as_account(settings, "stu", lambda w: [one.number for one in w.status().imports]) == [1, 3]
    assert as_account(settings, "eve", lambda w: w.search("c").hits) == ()


def test_links_issued_since_the_backup_are_known_and_used_ones_take_an_answer_again(tmp_path):
    workspace = make_workspace(tmp_path)
    template = "https://survey.example/f?t={token}"

    def issue(name, who):
        file = write_csv(tmp_path / f"{name}.csv", [{"customer": one, "plan": name} for one in who])
        workspace.survey_links.issue(file, template, tmp_path / f"{name}-links.csv", "customer", ["plan"])
        with (tmp_path / f"{name}-links.csv").open(newline="") as stream:
            return [row["link"].partition("t=")[2] for row in csv.DictReader(stream)]

    old = issue("old", ["c-1", "c-2"])
    workspace.ingest([write_csv(tmp_path / "first.csv", [{"comment": "late", "t": old[0]}])])
    workspace.backups.create(tmp_path / "b")
    new = issue("new", ["c-3"])
    later = write_csv(tmp_path / "later.csv", [{"comment": "cold", "t": one} for one in (old[0], old[1], new[0])])
    assert workspace.ingest([later]).stored == 2
    workspace.close()
    FakeWorkspace.restore(tmp_path / "b", workspace.settings)
    workspace = FakeWorkspace(workspace.settings)
    assert workspace.survey_links.who(new[0], "asked") == "c-3"
    report = workspace.ingest([later])
    assert (report.stored, report.rejected) == (2, 1)
    assert dict(workspace.feedback.tally("plan")) == {"old": 2, "new": 1}
    workspace.close()


def test_a_restore_continues_the_log_and_the_anchor(settings, tmp_path):
    before = as_account(settings, "rev", lambda w: w.audit.show(10_000))
    FakeWorkspace.restore(tmp_path / "b", settings, "stu")
    after = as_account(settings, "rev", lambda w: w.audit.show(10_000))
    assert [one.seq for one in after] == list(range(len(after), 0, -1))
    assert {(one.seq, one.action) for one in before} <= {(one.seq, one.action) for one in after}
    (event,) = [one for one in after if one.action == "backup.restore"]
    assert (event.actor, event.detail["missing"]) == ("stu", 0)
    assert "=" not in next(settings.anchors.glob("*.anchor")).read_text("ascii")[::2].split()


@pytest.mark.parametrize("how", ["gone", "damaged", "from before"])
def test_where_the_decisions_are_lost_access_lapses_until_an_administrator_reviews_it(settings, tmp_path, how):
    file = settings.workspace / "feedback.db"
    old = file.read_bytes()
    as_account(settings, "ada", lambda w: w.users.revoke("stu"))
    if how == "gone":
        file.unlink()
    else:
        file.write_bytes(b"\0" * 8192 if how == "damaged" else old)
    found = FakeWorkspace.restore(tmp_path / "b", settings, "stu")
    assert "later events of the log are lost" in found.notes[-1]
    for name in ("stu", "ann", "con"):
        with pytest.raises(AccessError, match="not reviewed"):
            opened(settings, name)
    as_account(settings, "ada", lambda w: w.users.review(sign=True, keep=["ada", "ann"]))
    assert as_account(settings, "ann", lambda w: w.feedback.matching()) == len(ROWS)
    with pytest.raises(AccessError, match="not reviewed"):
        opened(settings, "stu")
    assert as_account(settings, "ada", lambda w: w.verify()).ok
    assert as_account(settings, "ada", lambda w: w.audit.verify()).ok


def test_on_another_machine_that_has_the_key_alone_access_lapses_too(settings, tmp_path):
    """Whoever was dismissed since could take a backup and the key elsewhere, or delete workspace and anchor."""
    there = replace(
        settings, workspace=tmp_path / "there" / "workspace", anchor_dir=str(tmp_path / "there" / "anchors")
    )
    found = FakeWorkspace.restore(tmp_path / "b", there, "stu")
    assert "the access of ada, ann, con, rev, stu, vic lapsed" in found.notes[-1]
    with pytest.raises(AccessError, match="not reviewed"):
        opened(there, "stu")
    as_account(there, "ada", lambda w: w.users.review(sign=True, keep=["ada", "stu"]))
    assert as_account(there, "stu", lambda w: w.feedback.matching()) == len(ROWS)


def test_the_replaced_workspace_and_the_evidence_are_backups_that_an_erasure_names(settings, tmp_path):
    as_account(settings, "rev", lambda w: w.incidents.open())
    FakeWorkspace.restore(tmp_path / "b", settings, "stu")
    (replaced,) = settings.backups.glob("*replaced*")
    (evidence,) = settings.backups.glob("*incident*")
    found = as_account(settings, "stu", lambda w: w.erasure.erase(respondent="P1", dry_run=True))
    assert {replaced.name, evidence.name, "b"} == {one.partition(",")[0] for one in found.backups}


def test_an_older_backup_after_a_newer_one_was_restored_keeps_what_was_decided_between(settings, tmp_path):
    as_account(settings, "ada", lambda w: w.users.revoke("ann"))
    FakeWorkspace.restore(tmp_path / "b", settings, "stu")
    (kept,) = settings.backups.glob("*replaced*")
    as_account(settings, "ada", lambda w: w.users.revoke("con"))
    for folder in (kept, tmp_path / "b", kept):
        FakeWorkspace.restore(folder, settings, "stu")
    for name in ("ann", "con"):
        with pytest.raises(AccessError, match="revoked"):
            opened(settings, name)
    assert as_account(settings, "rev", lambda w: w.audit.verify()).ok
    assert len(as_account(settings, "rev", lambda w: w.audit.show(action="backup.restore"))) == 4


def test_a_workspace_of_an_older_schema_is_not_replaced_before_its_decisions_can_be_read(settings, tmp_path):
    workspace = opened(settings, "stu")
    with workspace.store.database.transaction() as connection:
        connection.execute("UPDATE meta SET value = '8' WHERE key = 'schema'")
    workspace.close()
    with pytest.raises(WorkspaceError, match="open it once with this version"):
        FakeWorkspace.restore(tmp_path / "b", settings, "stu")
    assert not list(settings.workspace.glob("*.next*"))


def test_a_copy_of_the_workspace_in_another_folder_keeps_its_own_rights(settings, tmp_path):
    """A folder without a database asks the backup, and the anchor beside it tells what is missing."""
    as_account(settings, "ada", lambda w: w.users.revoke("stu"))
    there = replace(settings, workspace=tmp_path / "there")
    shutil.rmtree(there.workspace, ignore_errors=True)
    found = FakeWorkspace.restore(tmp_path / "b", there, "stu")
    assert "lapsed" in found.notes[-1]
    with pytest.raises(AccessError, match="not reviewed"):
        opened(there, "stu")


def test_what_a_killed_restore_left_is_deleted_when_the_workspace_is_opened(settings, tmp_path):
    for ending in ("", "-wal", "-shm"):
        (settings.workspace / f"feedback.db.next{ending}").write_bytes((tmp_path / "b" / "feedback.db").read_bytes())
    assert as_account(settings, "stu", lambda w: w.feedback.matching()) == len(ROWS)
    assert not list(settings.workspace.glob("*.next*"))


def decided(settings):
    """Return everything that was decided: grants, passphrases, rules, incidents, terms, filters asked, the log."""
    workspace = opened(settings, "ada")
    found = {table: workspace.store.database.rows(f"SELECT * FROM {table} ORDER BY 1, 2") for table in DECISIONS}
    workspace.close()
    return found


class People:
    """Accounts that decide at random, each decision in a session of its own."""

    def __init__(self, settings, seed):
        self.settings, self.chance = settings, random.Random(seed)
        self.terms, self.denied = ["parcel", "soup", "waiter", "app"], []

    def decide(self):
        self.chance.choice([self.access, self.rule, self.deny, self.incident, self.read])()

    def access(self):
        name = self.chance.choice(["ann", "vic", "con", "rev"])
        states = {one.name: one.state for one in as_account(self.settings, "ada", lambda w: w.users.list())}
        if states[name] == "in force":
            as_account(self.settings, "ada", lambda w: w.users.revoke(name, "left"))
        elif not as_account(self.settings, "ada", lambda w: w.incidents.report()).number:
            as_account(self.settings, "ada", lambda w: w.users.grant(ACCOUNTS[name]))

    def rule(self):
        rules = as_account(self.settings, "stu", lambda w: w.retention.list())
        change = (lambda w: w.retention.drop(rules[0].number)) if rules else (lambda w: w.retention.set(900))
        as_account(self.settings, "stu", change)

    def deny(self):
        if self.terms:
            self.denied.append(self.terms.pop())
            as_account(self.settings, "stu", lambda w: w.privacy.deny(self.denied[-1]))

    def incident(self):
        is_open = as_account(self.settings, "ada", lambda w: w.incidents.report()).number
        as_account(self.settings, "ada", lambda w: w.incidents.close() if is_open else w.incidents.open())

    def read(self):
        as_account(self.settings, "stu", lambda w: w.feedback.browse(limit=3))


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_decided_between_backups_and_restores_in_any_order_stays(tmp_path, seed):
    settings = staffed(tmp_path)
    people, backups = People(settings, seed), []
    for step in range(12):
        if step % 4 == 0:
            backups.append(tmp_path / f"b{step}")
            as_account(settings, "ada", lambda w: w.backups.create(backups[-1]))
        people.decide()
        if people.chance.random() < 0.4:
            before = decided(settings)
            FakeWorkspace.restore(people.chance.choice(backups), settings, "ada")
            after = decided(settings)
            count = len(before["audit"])
            assert (after | {"audit": after["audit"][:count]}) == before
            assert len(after["audit"]) > count
    workspace = opened(settings, "ada")
    assert workspace.audit.verify().ok
    assert workspace.verify().ok
    texts = " ".join(text for (text,) in workspace.store.database.rows("SELECT text FROM texts"))
    workspace.close()
    assert not [term for term in people.denied if term in texts]

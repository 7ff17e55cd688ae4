"""Workspaces that earlier versions wrote are opened by this one, with everything in them, after a backup."""

import pytest
from fakes import FakeWorkspace, write_csv
from kept_workspaces import VERSIONS, copied, opened_raw

from analyzer.errors import AuditError, BackupError
from analyzer.security.backup_archive import backup_problems, content_hash, read_manifest
from analyzer.store.migrations import MIGRATIONS
from analyzer.store.schema import VERSION
from analyzer.types import ColumnRole


@pytest.fixture(scope="module", params=VERSIONS)
def version(request):
    return request.param


@pytest.fixture
def settings(version, tmp_path):
    return copied(version, tmp_path)


@pytest.fixture(scope="module")
def workspace(version, tmp_path_factory):
    """A workspace that was migrated when it was opened; it is only read."""
    held = FakeWorkspace(copied(version, tmp_path_factory.mktemp("kept")))
    yield held
    held.close()


def records_of(version):
    return 23 if version == "5" else 24  # one was erased


def events_of(settings):
    database = opened_raw(settings)
    count = database.rows("SELECT count(*) FROM audit")[0][0]
    database.close()
    return count


def test_its_records_are_there(workspace, version):
    records = workspace.feedback.browse()
    assert len(records) == workspace.feedback.matching() == records_of(version)
    assert workspace.feedback.show(["K-4"])[0].text == "the parcel was late number 4"
    assert workspace.feedback.show(["K-4"])[0].fields == {"rating": 5.0, "channel": "store", "date": "2024-05-11"}
    assert workspace.feedback.show(["K-3"])[0].text == "the refund was <DENIED_1> number 3"


def test_its_filters_and_groups_work(workspace, version):
    by_email = workspace.feedback.browse("channel=email and rating<=2")
    assert [record.id for record in by_email] == ["K-1", "K-11", "K-15", "K-21", "K-5"]
    tallied = dict(workspace.feedback.tally("channel"))
    assert tallied == {"email": 12 if records_of(version) == 24 else 11, "store": 12}


def test_it_is_searched_by_word(workspace):
    hits = workspace.search("waiter", limit=6).hits
    assert len(hits) == 6
    assert all("waiter" in hit.text for hit in hits)


def test_its_log_is_whole_and_says_that_it_was_upgraded(workspace, version):
    assert workspace.audit.verify().ok
    (event,) = workspace.audit.show(action="workspace.upgrade")
    assert event.detail["to"] == VERSION
    assert event.detail["steps"][-1] == MIGRATIONS.steps[-1].name
    assert len(event.detail["steps"]) == int(VERSION) - int(version)
    (made,) = workspace.audit.show(action="backup.create")
    assert made.detail["name"] == event.detail["backup"]
    assert (workspace.settings.backups / event.detail["backup"]).is_dir()


def test_it_is_sound(workspace):
    assert workspace.verify().problems == ()
    assert workspace.store.database.meta("schema") == VERSION


def test_the_backup_before_holds_what_it_was(settings, version):
    database = opened_raw(settings)
    content, events = content_hash(database), database.rows("SELECT count(*) FROM audit")[0][0]
    database.close()
    workspace = FakeWorkspace(settings)
    (folder,) = settings.backups.iterdir()
    assert folder.name.startswith(f"workspace-schema-{version}-")
    assert backup_problems(folder, workspace.store.keys.key("backup"), workspace.store.audit) == []
    manifest = read_manifest(folder, workspace.store.keys.key("backup"))
    assert (manifest.schema, manifest.records) == (version, records_of(version))
    assert (manifest.content, manifest.events) == (content, events)
    assert [one.path for one in workspace.backups.list()] == [str(folder)]
    assert workspace.backups.verify(folder).ok
    workspace.close()


def test_the_backup_before_is_restored_and_migrated(settings, version):
    FakeWorkspace(settings).close()
    (folder,) = settings.backups.iterdir()
    FakeWorkspace.restore(folder, settings)
    workspace = FakeWorkspace(settings)
    assert workspace.store.database.meta("schema") == VERSION
    assert workspace.feedback.matching() == records_of(version)
    assert workspace.audit.verify().ok
    assert workspace.verify().ok
    workspace.close()


def test_it_is_migrated_once(settings):
    for _ in range(3):
        workspace = FakeWorkspace(settings)
        assert len(workspace.audit.show(action="workspace.upgrade")) == 1
        workspace.close()
    assert len(list(settings.backups.iterdir())) == 1


def test_its_date_and_rating_have_their_roles(workspace):
    assert {column.name: column.role for column in workspace.feedback.columns() if column.role} == {
        "date": ColumnRole.DATE, "rating": ColumnRole.RATING,
    }  # fmt: skip


@pytest.mark.parametrize("answered", ["3", "4"])
def test_an_old_receipt_replays(answered, tmp_path):
    """Answers of schema 2 cannot be given again, and the one of the workspace of schema 5 went with a record."""
    workspace = FakeWorkspace(copied(answered, tmp_path))
    (asked,) = workspace.answers.history()
    answer = workspace.answers.replay(asked.receipt)
    assert asked.question == "What do people say about the parcel?"
    assert answer.receipt == asked.receipt
    assert answer.text == "Nothing in the 24 comments that match speaks of it."
    workspace.close()


def test_it_goes_on_being_used(settings, version, tmp_path):
    workspace = FakeWorkspace(settings)
    more = [{"id": f"N-{n}", "comment": f"the lantern was broken {n}", "rating": 1} for n in range(3)]
    assert workspace.ingest([write_csv(tmp_path / "more.csv", more)]).stored == 3
    assert workspace.labels.keep("late delivery", {"K-5": "yes"}) >= 1
    assert workspace.themes.build(about=3, names=False).opinions
    erased = workspace.erasure.erase(ids=["K-5"])
    assert erased.copies_found == 0
    assert erased.backups[0].startswith(f"workspace-schema-{version}-")  # which holds the record still
    assert workspace.feedback.matching() == records_of(version) + 2
    assert workspace.verify().ok
    workspace.close()


def test_what_was_erased_is_not_imported_again(tmp_path):
    workspace = FakeWorkspace(copied("5", tmp_path))
    row = {
        "id": "K-23", "comment": "the refund was late number 23", "rating": 4, "channel": "email",
        "date": "2024-06-11", "Respondent ID": "P-2",
    }  # fmt: skip
    workspace.ingest([write_csv(tmp_path / "again.csv", [row])])
    assert workspace.feedback.matching() == 23
    workspace.close()


def test_an_older_file_put_in_its_place_is_found_before_it_is_migrated(tmp_path):
    """A migration writes to log and anchor, so the two are compared before."""
    settings = copied("5", tmp_path)
    file = settings.workspace / "feedback.db"
    database = opened_raw(settings)
    with database.transaction() as connection:
        connection.execute("DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)")
    database.close()
    before, anchored = file.read_bytes(), next(settings.anchors.glob("*.anchor")).read_bytes()
    with pytest.raises(AuditError, match="older than its anchor"):
        FakeWorkspace(settings)
    assert file.read_bytes() == before
    assert next(settings.anchors.glob("*.anchor")).read_bytes() == anchored
    assert not settings.backups.exists()


def test_a_workspace_put_back_from_before_the_anchor_is_found(tmp_path):
    settings = copied("4", tmp_path)
    old = (settings.workspace / "feedback.db").read_bytes()
    FakeWorkspace(settings).close()
    (settings.workspace / "feedback.db").write_bytes(old)
    events = events_of(settings)
    with pytest.raises(AuditError, match="older than its anchor"):
        FakeWorkspace(settings)
    assert events_of(settings) == events


def test_a_backup_of_a_newer_schema_is_not_restored(tmp_path, monkeypatch):
    from analyzer.custody import restore

    settings = copied("5", tmp_path)
    workspace = FakeWorkspace(settings)
    workspace.backups.create(tmp_path / "b")
    workspace.close()
    before = (settings.workspace / "feedback.db").read_bytes()
    monkeypatch.setattr(restore, "VERSION", "5")
    with pytest.raises(BackupError, match="newer than 5; use a newer version"):
        FakeWorkspace.restore(tmp_path / "b", settings)
    assert (settings.workspace / "feedback.db").read_bytes() == before


def test_a_log_without_an_anchor_may_go_on_after_a_migration_that_failed(tmp_path, monkeypatch):
    """The program of then notes nothing outside, however much it writes."""
    from analyzer.errors import WorkspaceError
    from analyzer.security import workspace_store
    from analyzer.security.audit_log import UNNOTED, AuditLog
    from analyzer.security.keys import Keyring, read_key
    from analyzer.store.migrations import MIGRATIONS, Migration, Migrations

    settings = copied("4", tmp_path)
    monkeypatch.setattr(
        workspace_store, "MIGRATIONS", Migrations((*MIGRATIONS.steps, Migration("0099", "99", ("SELECT no()",))))
    )
    with pytest.raises(WorkspaceError):
        FakeWorkspace(settings)
    monkeypatch.undo()
    database = opened_raw(settings)
    log = AuditLog(Keyring(read_key(next(settings.keys_dir.glob("*.key")))).key("audit"))
    for _ in range(UNNOTED + 5):
        with database.transaction() as connection:
            log.append(connection, "owner", "search", {"ids": []})
    database.close()
    workspace = FakeWorkspace(settings)
    assert workspace.audit.verify().ok
    workspace.close()

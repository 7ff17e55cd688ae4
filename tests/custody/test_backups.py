"""Backups: complete restores, detected damage, erasures that stay applied, and key changes."""

import random
import shutil
import threading

import pytest
from fakes import FakeWorkspace, make_settings, make_workspace, write_csv

from analyzer.custody.restore import enter_key
from analyzer.errors import AccessError, AnalyzerError, AuditError, BackupError, KeyFileError, WorkspaceError
from analyzer.security.backup_archive import content_hash
from analyzer.security.keys import key_from_sheet

MARKER = "zebra quartz lantern"
ROWS = [
    {"id": f"R-{n}", "comment": f"the {what} was late {n}", "rating": n % 5, "Respondent ID": f"P{n % 6}"}
    for n, what in enumerate(["parcel", "soup", "waiter", "app"] * 10)
] + [{"id": "R-99", "comment": f"parcel {MARKER}", "rating": 1, "Respondent ID": "P-99"}]


@pytest.fixture
def workspace(tmp_path):
    workspace = make_workspace(tmp_path)
    workspace.ingest([write_csv(tmp_path / "a.csv", ROWS)])
    yield workspace
    workspace.close()


def restored(workspace, folder, **more):
    """Close a workspace, put a backup in its place, and open that."""
    settings = workspace.settings
    workspace.close()
    FakeWorkspace.restore(folder, settings, **more)
    return FakeWorkspace(settings)


def newest(workspace):
    return next(iter(sorted(workspace.settings.backups.iterdir(), reverse=True)))


def test_a_backup_is_created_verified_listed_and_restored(workspace):
    made = workspace.backups.create()
    assert (made.ok, made.records) == (True, 41)
    assert [one.path for one in workspace.backups.list()] == [made.path]
    assert workspace.backups.verify().ok
    drill = workspace.backups.drill()
    assert (drill.ok, drill.content, drill.problems) == (True, made.content, ())
    assert workspace.status().days_since_drill == 0
    assert not list(workspace.settings.workspace.glob(".drill*"))


def test_a_backup_holds_nothing_in_the_clear(workspace):
    folder = newest(workspace) if workspace.backups.create().ok else None
    whole = b"".join(file.read_bytes() for file in folder.iterdir())
    assert MARKER.encode() not in whole
    assert b"SQLite format 3" not in whole


def test_a_backup_is_of_one_moment_while_others_write(workspace, tmp_path):
    files = [
        write_csv(tmp_path / f"more{n}.csv", [{"id": f"M{n}-{m}", "comment": f"more {n} {m}"} for m in range(16)])
        for n in range(4)
    ]
    writer = threading.Thread(target=lambda: [workspace.ingest([file]) for file in files])
    writer.start()
    made = [workspace.backups.create(tmp_path / f"b{n}") for n in range(4)]
    writer.join()
    assert all(one.ok for one in made)
    assert all(workspace.backups.verify(tmp_path / f"b{n}").ok for n in range(4))


def test_a_restore_returns_the_backed_up_records_and_keeps_the_replaced_workspace(workspace, tmp_path):
    before = content_hash(workspace.store.database)
    workspace.backups.create(tmp_path / "b")
    workspace.ingest([write_csv(tmp_path / "b.csv", [{"id": "X-1", "comment": "later"}])])
    workspace = restored(workspace, tmp_path / "b")
    assert workspace.feedback.matching() == 41
    assert workspace.audit.verify().ok
    assert workspace.verify().ok
    assert workspace.audit.show(1, action="backup.restore")[0].detail["name"] == "b"
    assert workspace.search("parcel").hits
    (kept,) = (one for one in workspace.backups.list() if "replaced" in one.path)
    assert kept.records == 42
    workspace = restored(workspace, kept.path)
    assert workspace.feedback.show(["X-1"])
    assert before != content_hash(workspace.store.database)
    workspace.close()


def test_a_lost_workspace_is_restored_on_another_machine_with_its_key_sheet(workspace, tmp_path):
    workspace.backups.create(tmp_path / "b")
    sheet = workspace.keys.show()
    workspace.close()
    elsewhere = make_settings(tmp_path / "elsewhere")
    with pytest.raises(KeyFileError, match="missing"):
        FakeWorkspace.restore(tmp_path / "b", elsewhere)
    enter_key(elsewhere, sheet.workspace, "\n".join(sheet.lines))
    FakeWorkspace.restore(tmp_path / "b", elsewhere)
    there = FakeWorkspace(elsewhere)
    assert there.feedback.matching() == 41
    assert there.audit.verify().ok
    there.close()


def test_a_sheet_that_was_copied_wrongly_says_where(workspace):
    lines = list(workspace.keys.show().lines)
    assert key_from_sheet("\n".join(lines)) == workspace.store.master
    number, group, check = lines[3].split()
    wrong = group[:-1] + ("0" if group[-1] != "0" else "1")
    with pytest.raises(KeyFileError, match="line 4"):
        key_from_sheet("\n".join([*lines[:3], f"{number} {wrong} {check}", *lines[4:]]))
    with pytest.raises(KeyFileError, match="line 2"):
        key_from_sheet("\n".join([lines[0], lines[2], *lines[1:]]))
    with pytest.raises(KeyFileError, match="8 lines"):
        key_from_sheet("\n".join(lines[:7]))


def test_what_was_erased_since_a_backup_stays_erased_after_a_restore(workspace, tmp_path):
    workspace.backups.create(tmp_path / "b")
    assert workspace.erasure.erase(respondent="P-99").backups == (
        f"b, {workspace.audit.show(1, action='backup.create')[0].at[:16]}",
    )
    workspace = restored(workspace, tmp_path / "b")
    assert workspace.feedback.matching() == 40
    assert not [hit for hit in workspace.search(MARKER).hits if MARKER in hit.text]
    assert workspace.erasure.erase(respondent="P-99", dry_run=True).records == 0
    assert workspace.verify().ok
    workspace.close()


def test_after_a_key_change_records_and_backups_stay_readable(workspace, tmp_path):
    old_key = tmp_path / "old.key"
    old_key.write_bytes(workspace.store.key_file.read_bytes())
    old_key.chmod(0o600)
    before = workspace.feedback.show(["R-1"])[0]
    workspace.backups.create(tmp_path / "before")
    sheet = workspace.keys.change()
    assert key_from_sheet("\n".join(sheet.lines)) != old_key.read_bytes()
    workspace = FakeWorkspace(workspace.settings)
    assert workspace.feedback.show(["R-1"])[0] == before
    assert workspace.audit.verify().ok
    again = workspace.ingest([tmp_path / "a.csv"])
    assert (again.stored, again.duplicates) == (0, 41)  # the same pseudonyms as before
    assert workspace.backups.verify(tmp_path / "before").ok  # the earlier key is kept inside
    workspace.backups.create(tmp_path / "after")
    workspace = restored(workspace, tmp_path / "before")
    assert workspace.feedback.matching() == 41
    assert workspace.audit.verify().ok
    workspace = restored(workspace, tmp_path / "after")
    workspace.close()
    elsewhere = make_settings(tmp_path / "elsewhere")
    elsewhere.keys_dir.mkdir(parents=True)
    shutil.copy(workspace.store.key_file, elsewhere.keys_dir)
    with pytest.raises(BackupError, match="another key"):
        FakeWorkspace.restore(tmp_path / "before", elsewhere)
    FakeWorkspace.restore(tmp_path / "before", elsewhere, old_key=old_key)
    there = FakeWorkspace(elsewhere)
    assert there.feedback.show(["R-1"])[0] == before
    assert there.audit.verify().ok
    there.close()


def test_the_old_key_opens_nothing_after_a_change(workspace):
    old = workspace.store.key_file.read_bytes()
    workspace.keys.change()
    workspace.store.key_file.write_bytes(old)
    with pytest.raises(WorkspaceError, match="does not open"):
        FakeWorkspace(workspace.settings)


def test_a_workspace_that_is_open_elsewhere_is_not_replaced(workspace, tmp_path):
    workspace.backups.create(tmp_path / "b")
    other = FakeWorkspace(workspace.settings)
    with pytest.raises(WorkspaceError, match="others have the workspace open"):
        FakeWorkspace.restore(tmp_path / "b", workspace.settings)
    with pytest.raises(WorkspaceError, match="others have the workspace open"):
        other.keys.change()
    assert workspace.feedback.matching() == 41


def test_a_backup_of_another_workspace_is_refused(workspace, tmp_path):
    workspace.backups.create(tmp_path / "b")
    other = make_workspace(tmp_path / "other")
    other.close()
    with pytest.raises(BackupError, match="another workspace"):
        FakeWorkspace.restore(tmp_path / "b", other.settings)
    with pytest.raises(BackupError, match="no backup"):
        FakeWorkspace.restore(tmp_path, other.settings)


def test_any_flipped_bit_in_a_backup_is_found_before_anything_is_replaced(workspace, tmp_path):
    workspace.backups.create(tmp_path / "b")
    workspace.close()
    draw = random.Random(3)
    for round_ in range(100):
        file = tmp_path / "b" / ("manifest.json" if round_ % 5 == 0 else "feedback.db")
        whole = file.read_bytes()
        changed = bytearray(whole)
        place = draw.randrange(len(whole))
        changed[place] ^= 1 << draw.randrange(8)
        file.write_bytes(bytes(changed))
        if round_ % 10 == 0:
            with pytest.raises(AnalyzerError):
                FakeWorkspace.restore(tmp_path / "b", workspace.settings)
        reopened = FakeWorkspace(workspace.settings) if round_ % 20 == 1 else None
        if reopened:
            assert not reopened.backups.verify(tmp_path / "b").ok
            reopened.close()
        file.write_bytes(whole)
    workspace = FakeWorkspace(workspace.settings)
    assert workspace.feedback.matching() == 41
    assert workspace.backups.verify(tmp_path / "b").ok
    workspace.close()


def test_any_flipped_bit_in_the_database_is_refused_or_found(workspace):
    workspace.close()
    file, anchor = workspace.settings.workspace / "feedback.db", next(workspace.settings.anchors.glob("*.anchor"))
    whole, noted = file.read_bytes(), anchor.read_bytes()
    draw = random.Random(5)
    for _ in range(100):
        changed = bytearray(whole)
        changed[draw.randrange(len(whole))] ^= 1 << draw.randrange(8)
        file.write_bytes(bytes(changed))
        try:
            reopened = FakeWorkspace(workspace.settings)
        except AnalyzerError:
            pass
        else:
            try:
                assert not reopened.verify().ok
            except AnalyzerError:
                pass
            finally:
                reopened.close()
        for beside in ("-wal", "-shm"):
            file.with_name(file.name + beside).unlink(missing_ok=True)
        file.write_bytes(whole)
        anchor.write_bytes(noted)


def test_a_restore_that_died_before_the_anchor_was_moved_is_finished_at_the_next_opening(
    workspace, tmp_path, monkeypatch
):
    workspace.backups.create(tmp_path / "b")
    workspace.ingest([write_csv(tmp_path / "b.csv", [{"id": "X-1", "comment": "later"}])])
    workspace.close()
    from analyzer.security.audit_anchor import Anchor

    real = Anchor.append
    monkeypatch.setattr(Anchor, "append", lambda *a, **k: (_ for _ in ()).throw(AuditError("killed here")))
    with pytest.raises(AuditError):
        FakeWorkspace.restore(tmp_path / "b", workspace.settings)
    monkeypatch.setattr(Anchor, "append", real)
    workspace = FakeWorkspace(workspace.settings)
    assert workspace.feedback.matching() == 41
    assert workspace.audit.verify().ok
    workspace.close()


def left_behind(workspace, folder):
    """The log files of a workspace as a kill -9 leaves them, with a comment in them that the database does not have."""
    workspace.store.database.truncate_log()
    workspace.ingest([write_csv(folder / "later.csv", [{"id": "X-1", "comment": "later"}])])
    path = workspace.settings.workspace / "feedback.db"
    left = {ending: path.with_name(path.name + ending).read_bytes() for ending in ("-wal", "-shm")}
    assert len(left["-wal"]) > 4096
    workspace.close()
    return path, left


@pytest.mark.parametrize("is_there", [False, True], ids=["database gone", "database damaged"])
def test_a_log_without_its_database_is_not_put_into_what_is_restored(workspace, tmp_path, is_there):
    workspace.backups.create(tmp_path / "b")
    texts = {record.id: record.text for record in workspace.feedback.browse()}
    path, left = left_behind(workspace, tmp_path)
    path.unlink()
    if is_there:
        path.write_bytes(random.Random(7).randbytes(4096 * 3))
    for ending, data in left.items():
        path.with_name(path.name + ending).write_bytes(data)
    FakeWorkspace.restore(tmp_path / "b", workspace.settings)
    assert not path.with_name(path.name + "-wal").exists()
    workspace = FakeWorkspace(workspace.settings)
    assert {record.id: record.text for record in workspace.feedback.browse()} == texts
    assert workspace.feedback.matching() == 41
    assert workspace.search("parcel").hits
    assert workspace.verify().ok
    assert workspace.audit.verify().ok
    workspace.close()


def test_what_an_interrupted_restore_left_is_not_put_into_the_next_one(workspace, tmp_path):
    workspace.backups.create(tmp_path / "b")
    path, left = left_behind(workspace, tmp_path)
    staged = path.with_name(path.name + ".next")
    for ending, data in left.items():
        staged.with_name(staged.name + ending).write_bytes(data)
    FakeWorkspace.restore(tmp_path / "b", workspace.settings)
    assert not list(path.parent.glob("*.next*"))
    workspace = FakeWorkspace(workspace.settings)
    assert workspace.feedback.matching() == 41
    assert workspace.verify().ok
    workspace.close()


def test_after_a_failed_key_change_the_workspace_is_still_locked(workspace, tmp_path):
    workspace.backups.create(tmp_path / "b")
    other = FakeWorkspace(workspace.settings)
    with pytest.raises(WorkspaceError, match="others have the workspace open"):
        workspace.keys.change()
    other.close()
    with pytest.raises(WorkspaceError, match="others have the workspace open"):
        FakeWorkspace.restore(tmp_path / "b", workspace.settings)
    assert workspace.feedback.matching() == 41
    workspace.keys.change()


def test_an_account_without_the_permission_cannot_restore(tmp_path):
    from roles import opened, staffed

    settings = staffed(tmp_path)
    steward = opened(settings, "stu")
    steward.backups.create(tmp_path / "b")
    steward.close()
    for name in ("ann", "vic", "rev", "con", "nobody"):
        with pytest.raises(AccessError):
            FakeWorkspace.restore(tmp_path / "b", settings, name)
    reviewer = opened(settings, "rev")
    refused = reviewer.audit.show(action="denied")
    assert [(one.actor, one.detail["method"]) for one in refused] == [
        (name, "backups.restore") for name in ("nobody", "con", "rev", "vic", "ann")
    ]
    reviewer.close()
    FakeWorkspace.restore(tmp_path / "b", settings, "stu")
    reviewer = opened(settings, "rev")
    assert reviewer.audit.verify().ok
    (kept,) = settings.backups.glob("*replaced*")
    assert reviewer.backups.verify(kept).ok
    reviewer.close()

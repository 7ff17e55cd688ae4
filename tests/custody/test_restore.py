"""Restore: what is refused says why and leaves the workspace as it was; what is restored is what was backed up."""

import json

import pytest
from fakes import FakeWorkspace, make_settings, make_workspace, write_csv

from analyzer.errors import AnalyzerError, BackupError, KeyFileError, WorkspaceError
from analyzer.security.keys import derive_key, new_key, write_key
from analyzer.store.pages import decrypted_pages

ROWS = [{"id": f"R-{n}", "comment": f"late {n}", "Respondent ID": f"P{n % 3}"} for n in range(9)]
NAMES = {"id": "a" * 32}


@pytest.fixture
def workspace(tmp_path):
    workspace = make_workspace(tmp_path)
    workspace.ingest([write_csv(tmp_path / "a.csv", ROWS)])
    yield workspace
    workspace.close()


@pytest.fixture
def closed(workspace, tmp_path):
    """A closed workspace with a backup in b, and a comment that is newer than it."""
    workspace.backups.create(tmp_path / "b")
    workspace.ingest([write_csv(tmp_path / "later.csv", [{"id": "X-1", "comment": "later"}])])
    workspace.close()
    return workspace.settings


@pytest.fixture
def elsewhere(closed, tmp_path):
    """Settings of another machine that has the key."""
    settings = make_settings(tmp_path / "elsewhere")
    (key,) = closed.keys_dir.glob("*.key")
    write_key(settings.keys_dir / key.name, key.read_bytes())
    return settings


def assert_unchanged(settings):
    """The workspace is whole, has what was not in the backup, and nothing of a restore is left."""
    assert not list(settings.workspace.glob("*.next*"))
    assert not list(settings.backups.glob("*replaced*"))
    workspace = FakeWorkspace(settings)
    assert workspace.feedback.show(["X-1"])
    assert workspace.feedback.matching() == len(ROWS) + 1
    assert not workspace.audit.show(action="backup.restore")
    assert workspace.verify().ok
    workspace.close()


MANIFESTS = {
    "empty": b"", "no JSON": b"{", "no text": b"\xff\xfe\x00", "a list": b"[]", "a number": b"7", "no id": b"{}",
    "null": b'{"workspace": null}', "short id": b'{"workspace": "abc"}', "an id that is a path":
    json.dumps({"workspace": "../" * 10 + "ab"}).encode(), "an id with a separator":
    json.dumps({"workspace": "a" * 30 + "/b"}).encode(), "a list as id": json.dumps({"workspace": ["a"] * 32}).encode(),
}  # fmt: skip


@pytest.mark.parametrize("what", MANIFESTS)
def test_a_folder_with_a_manifest_that_is_none_is_refused(closed, tmp_path, what):
    (tmp_path / "b" / "manifest.json").write_bytes(MANIFESTS[what])
    with pytest.raises(BackupError, match="is no backup, or its manifest is damaged; take another one"):
        FakeWorkspace.restore(tmp_path / "b", closed)
    assert_unchanged(closed)


@pytest.mark.parametrize("what", ["missing", "a file", "empty"])
def test_what_is_no_folder_of_a_backup_makes_no_workspace(tmp_path, what):
    folder, settings = tmp_path / "b", make_settings(tmp_path)
    if what == "a file":
        folder.write_text("{}")
    elif what == "empty":
        folder.mkdir()
    with pytest.raises(BackupError, match="is no backup"):
        FakeWorkspace.restore(folder, settings)
    assert not settings.workspace.exists()


@pytest.mark.parametrize("name", ["name", "made", "records", "events", "head", "content", "schema", "key", "code"])
def test_no_entry_of_a_manifest_can_be_changed(closed, tmp_path, name):
    file = tmp_path / "b" / "manifest.json"
    manifest = json.loads(file.read_text("utf-8"))
    value = manifest[name]
    manifest[name] = value + 1 if isinstance(value, int) else f"1{value}"
    file.write_text(json.dumps(manifest), "utf-8")
    with pytest.raises(AnalyzerError, match=r"was changed|another key|is not restored"):
        FakeWorkspace.restore(tmp_path / "b", closed)
    assert_unchanged(closed)


@pytest.mark.parametrize("how", ["missing", "empty", "cut", "longer"])
def test_a_backup_without_its_whole_database_is_refused(closed, tmp_path, how):
    file = tmp_path / "b" / "feedback.db"
    whole = file.read_bytes()
    if how == "missing":
        file.unlink()
    else:
        file.write_bytes({"empty": b"", "cut": whole[:-4096], "longer": whole + bytes(4096)}[how])
    with pytest.raises(AnalyzerError, match=r"is not restored|is missing"):
        FakeWorkspace.restore(tmp_path / "b", closed)
    assert_unchanged(closed)


def test_a_backup_of_a_newer_program_is_refused(workspace, tmp_path):
    (version,) = workspace.store.database.rows("SELECT value FROM meta WHERE key = 'schema'")[0]

    def put(value):
        with workspace.store.database.transaction() as connection:
            connection.execute("UPDATE meta SET value = ? WHERE key = 'schema'", (value,))

    put("999")
    workspace.backups.create(tmp_path / "newer")
    put(version)
    workspace.ingest([write_csv(tmp_path / "later.csv", [{"id": "X-1", "comment": "later"}])])
    workspace.close()
    with pytest.raises(BackupError, match=f"schema 999, newer than {version}; use a newer version of the program"):
        FakeWorkspace.restore(tmp_path / "newer", workspace.settings)
    assert_unchanged(workspace.settings)


@pytest.mark.parametrize(
    ("how", "error", "said"),
    [
        ("missing", KeyFileError, "is missing; put it back from your escrow copy"),
        ("short", KeyFileError, "is damaged; put it back from your escrow copy"),
        ("open to others", KeyFileError, "run: chmod 600"), ("of another workspace", BackupError, "another key"),
    ],
)  # fmt: skip
def test_a_key_file_that_does_not_fit_is_named_and_nothing_is_restored(elsewhere, tmp_path, how, error, said):
    (file,) = elsewhere.keys_dir.glob("*.key")
    whole = file.read_bytes()
    file.unlink()
    if how == "short":
        write_key(file, whole[:-1])
    elif how == "of another workspace":
        write_key(file, new_key())
    elif how == "open to others":
        write_key(file, whole)
        file.chmod(0o644)
    with pytest.raises(error, match=said):
        FakeWorkspace.restore(tmp_path / "b", elsewhere)
    assert not list(elsewhere.workspace.glob("feedback.db*"))
    write_key(file, whole)
    FakeWorkspace.restore(tmp_path / "b", elsewhere)
    workspace = FakeWorkspace(elsewhere)
    assert workspace.feedback.matching() == len(ROWS)
    workspace.close()


@pytest.mark.parametrize("how", ["missing", "short", "of another workspace"])
def test_an_earlier_key_that_does_not_fit_is_refused_and_the_right_one_is_taken(workspace, tmp_path, how):
    workspace.backups.create(tmp_path / "b")
    old = workspace.store.master
    workspace.keys.change()
    settings, given = make_settings(tmp_path / "elsewhere"), tmp_path / "old.key"
    write_key(settings.keys_dir / workspace.store.key_file.name, workspace.store.key_file.read_bytes())
    if how != "missing":
        write_key(given, old[:-1] if how == "short" else new_key())
    with pytest.raises(AnalyzerError, match=r"is missing|is damaged|another key"):
        FakeWorkspace.restore(tmp_path / "b", settings, old_key=given)
    assert not list(settings.workspace.glob("feedback.db*"))
    write_key(given, old)
    FakeWorkspace.restore(tmp_path / "b", settings, old_key=given)
    there = FakeWorkspace(settings)
    assert there.feedback.matching() == len(ROWS)
    assert there.backups.verify(tmp_path / "b").ok  # the earlier key is kept
    there.close()


def test_the_result_tells_what_was_restored(closed, tmp_path):
    manifest = json.loads((tmp_path / "b" / "manifest.json").read_text("utf-8"))
    found = FakeWorkspace.restore(tmp_path / "b", closed)
    assert (found.ok, found.records, found.path, found.problems) == (True, len(ROWS), str(tmp_path / "b"), ())
    assert (found.made, found.events, found.content) == (manifest["made"], manifest["events"], manifest["content"])


def test_a_restored_folder_is_a_private_workspace_of_the_same_id(closed, elsewhere, tmp_path):
    FakeWorkspace.restore(tmp_path / "b", elsewhere)
    assert elsewhere.workspace.stat().st_mode & 0o077 == 0
    there, here = FakeWorkspace(elsewhere), FakeWorkspace(closed)
    assert there.id == here.id
    assert {one.id for one in there.feedback.browse()} == {row["id"] for row in ROWS}
    assert there.verify().ok
    assert there.audit.show(1, action="backup.restore")[0].detail["instead_of"] == ""  # nothing was there
    there.close()
    here.close()


def test_the_same_backup_is_restored_twice_and_each_replaced_workspace_is_kept(closed, tmp_path):
    for _ in range(2):
        FakeWorkspace.restore(tmp_path / "b", closed)
    workspace = FakeWorkspace(closed)
    assert workspace.feedback.matching() == len(ROWS)
    kept = [one for one in workspace.backups.list() if "replaced" in one.path]
    assert sorted(one.records for one in kept) == [len(ROWS), len(ROWS) + 1]
    assert all(workspace.backups.verify(one.path).ok for one in kept)
    assert len(workspace.audit.show(action="backup.restore")) == 2  # the log goes on
    assert workspace.verify().ok
    workspace.close()


def test_an_erasure_by_the_ledger_is_applied_on_a_machine_that_has_the_ledger_only(closed, elsewhere, tmp_path):
    workspace = FakeWorkspace(closed)
    workspace.erasure.erase(respondent="P1")
    ledger = workspace.store.ledger.file
    workspace.close()
    elsewhere.anchors.mkdir(parents=True, exist_ok=True)
    (elsewhere.anchors / ledger.name).write_bytes(ledger.read_bytes())
    assert FakeWorkspace.restore(tmp_path / "b", elsewhere).records == len(ROWS)
    (key,) = elsewhere.keys_dir.glob("*.key")
    file, store_key = elsewhere.workspace / "feedback.db", derive_key(key.read_bytes(), "store")
    pages = b"".join(decrypted_pages(file, store_key))  # before an opening that would erase them again
    assert b"late 2" in pages
    assert not [word for word in (b"late 1", b"late 4", b"late 7") if word in pages]
    there = FakeWorkspace(elsewhere)
    assert there.feedback.matching() == len(ROWS) - 3
    (event,) = there.audit.show(action="erase.again")
    assert set(event.detail["ids"]) == {"R-1", "R-4", "R-7"}
    there.close()


def test_a_workspace_whose_folder_names_another_id_is_not_replaced(closed, tmp_path):
    file = closed.workspace / "workspace.json"
    whole = file.read_text("utf-8")
    file.write_text(json.dumps({**json.loads(whole), **NAMES}), "utf-8")
    with pytest.raises(BackupError, match=r"is of another workspace than .*; choose a folder with --workspace"):
        FakeWorkspace.restore(tmp_path / "b", closed)
    file.write_text("{", "utf-8")
    with pytest.raises(WorkspaceError, match="cannot be read"):
        FakeWorkspace.restore(tmp_path / "b", closed)
    file.write_text(whole, "utf-8")
    assert_unchanged(closed)

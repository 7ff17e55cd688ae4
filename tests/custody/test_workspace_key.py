"""The key of a workspace: its sheet, its change, and what is in place after a change that did not end."""

import pytest
from fakes import FakeWorkspace, make_workspace, write_csv
from roles import ACCOUNTS, opened, staffed

from analyzer.custody.restore import enter_key
from analyzer.errors import AccessError, KeyFileError, WorkspaceError
from analyzer.security.keys import KEY_BYTES, derive_key, key_from_sheet, new_key, write_key
from analyzer.store.database import Database

ROWS = [{"id": f"R-{n}", "comment": f"late {n}", "Respondent ID": f"P{n}"} for n in range(6)]


@pytest.fixture
def workspace(tmp_path):
    workspace = make_workspace(tmp_path)
    workspace.ingest([write_csv(tmp_path / "a.csv", ROWS)])
    yield workspace
    workspace.close()


def key_of(sheet):
    return key_from_sheet("\n".join(sheet.lines))


def leftovers(workspace):
    """Files of a key change that are not part of a workspace at rest."""
    folders = (workspace.settings.workspace, workspace.settings.keys_dir)
    return [file.name for folder in folders for file in folder.iterdir() if "next" in file.name or "draft" in file.name]


def assert_whole(settings):
    """Open a workspace and find its records, its index and its log."""
    workspace = FakeWorkspace(settings)
    assert workspace.feedback.matching() == len(ROWS)
    assert workspace.verify().ok
    assert leftovers(workspace) == []
    return workspace


def test_a_sheet_is_the_key_and_the_log_tells_that_it_was_shown_and_not_the_key(workspace):
    sheet = workspace.keys.show()
    assert key_of(sheet) == workspace.store.key_file.read_bytes()
    assert (sheet.workspace, len(sheet.lines)) == (workspace.id, 8)
    (event,) = workspace.audit.show(1, action="key.show")
    assert (event.detail, event.at[:16]) == ({}, sheet.made[:16])


def test_a_change_puts_a_new_private_key_in_place_and_its_sheet_is_returned(workspace):
    old = workspace.store.key_file.read_bytes()
    sheet = workspace.keys.change()
    file = workspace.store.key_file
    assert file.read_bytes() == key_of(sheet) != old
    assert len(old) == KEY_BYTES
    assert file.stat().st_mode & 0o777 == 0o600
    again = assert_whole(workspace.settings)
    assert key_of(again.keys.show()) == key_of(sheet)
    assert len(again.audit.show(action="key.change")) == 1
    again.close()


def test_after_a_change_no_file_of_the_workspace_holds_either_key_in_the_clear(workspace):
    old = workspace.store.key_file.read_bytes()
    new = key_of(workspace.keys.change())
    files = [file for file in workspace.settings.workspace.rglob("*") if file.is_file()]
    assert files
    for key in (old, new):
        assert not [file.name for file in files if key in file.read_bytes() or key.hex().encode() in file.read_bytes()]


def test_backups_of_every_earlier_key_are_read_after_several_changes(workspace, tmp_path):
    settings = workspace.settings
    for name in ("first", "second", "third"):
        workspace.backups.create(tmp_path / name)
        workspace.keys.change()
        workspace = FakeWorkspace(settings)
    for name in ("first", "second", "third"):
        assert workspace.backups.verify(tmp_path / name).problems == ()
    workspace.close()
    for name in ("third", "second", "first"):
        FakeWorkspace.restore(tmp_path / name, settings)
        assert_whole(settings).close()


def test_pseudonyms_and_receipts_stay_valid_after_several_changes(workspace, tmp_path):
    settings, before = workspace.settings, {one.id: one.text for one in workspace.feedback.browse()}
    for _ in range(2):
        workspace.keys.change()
        workspace = FakeWorkspace(settings)
    assert {one.id: one.text for one in workspace.feedback.browse()} == before
    again = workspace.ingest([tmp_path / "a.csv"])
    assert (again.stored, again.duplicates) == (0, len(ROWS))
    assert workspace.erasure.erase(respondent="P3", dry_run=True).records == 1
    workspace.close()


def test_a_key_that_cannot_be_written_leaves_the_workspace_with_the_old_one(workspace):
    file, settings = workspace.store.key_file, workspace.settings
    old = file.read_bytes()
    obstacle = file.with_name(f".{file.name}.next.draft")
    obstacle.mkdir()
    with pytest.raises(KeyFileError, match="cannot be written"):
        workspace.keys.change()
    workspace.close()
    assert file.read_bytes() == old
    obstacle.rmdir()
    workspace = assert_whole(settings)
    assert workspace.keys.change()
    assert file.read_bytes() != old
    assert_whole(settings).close()


def test_a_change_that_died_before_the_key_file_was_replaced_is_finished_at_the_next_opening(workspace):
    file, settings = workspace.store.key_file, workspace.settings
    old = file.read_bytes()
    new = key_of(workspace.keys.change())
    write_key(file.with_name(f"{file.name}.next"), new)
    write_key(file, old)
    assert_whole(settings).close()
    assert file.read_bytes() == new


def test_a_change_that_died_before_the_database_was_replaced_is_undone_at_the_next_opening(workspace):
    file, settings = workspace.store.key_file, workspace.settings
    old, new = file.read_bytes(), new_key()
    workspace.store.database.copy_to(settings.workspace / "feedback.db.next", derive_key(new, "store"))
    write_key(file.with_name(f"{file.name}.next"), new)
    workspace.close()
    assert_whole(settings).close()
    assert file.read_bytes() == old


def test_a_change_replaces_what_an_interrupted_one_left(workspace):
    settings = workspace.settings
    (settings.workspace / "feedback.db.next").write_bytes(b"half a database")
    workspace.keys.change()
    assert_whole(settings).close()


def test_the_old_key_does_not_open_the_new_database(workspace):
    old = workspace.store.key_file.read_bytes()
    workspace.keys.change()
    database = Database(workspace.settings.workspace / "feedback.db", derive_key(old, "store"))
    with pytest.raises(WorkspaceError, match="the key is another workspace's or the file is damaged"):
        database.rows("SELECT count(*) FROM texts")
    database.close()


def test_show_and_change_need_the_permission_for_backups(tmp_path):
    settings = staffed(tmp_path)
    (file,) = settings.keys_dir.glob("*.key")
    before = file.read_bytes()
    for name in set(ACCOUNTS) - {"ada", "stu"}:
        held = opened(settings, name)
        for refused in (held.keys.show, held.keys.change):
            with pytest.raises(AccessError, match="needs backups"):
                refused()
        held.close()
    assert file.read_bytes() == before
    for name in ("ada", "stu"):
        held = opened(settings, name)
        assert key_of(held.keys.show()) == before
        held.close()


@pytest.mark.parametrize("how", ["a letter", "a line twice", "a line missing", "nothing"])
def test_a_wrong_sheet_writes_no_key_file(workspace, tmp_path, how):
    sheet, settings = workspace.keys.show(), make_workspace(tmp_path / "elsewhere").settings
    lines = list(sheet.lines)
    wrong = {
        "a letter": [lines[0].replace(lines[0].split()[1], "g" * 8), *lines[1:]],
        "a line twice": [lines[0], *lines], "a line missing": lines[:-1], "nothing": [],
    }[how]  # fmt: skip
    with pytest.raises(KeyFileError, match="line"):
        enter_key(settings, sheet.workspace, "\n".join(wrong))
    assert not list(settings.keys_dir.glob(f"*{sheet.workspace}*"))


def test_a_sheet_is_read_whatever_its_case_and_spacing_and_replaces_no_key(workspace, tmp_path):
    sheet, settings = workspace.keys.show(), make_workspace(tmp_path / "elsewhere").settings
    typed = "\n\n".join(f"  {line.upper()}\t" for line in sheet.lines)
    file = enter_key(settings, sheet.workspace, typed)
    assert file.read_bytes() == workspace.store.master
    assert file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(WorkspaceError, match="is there already; move it away first"):
        enter_key(settings, sheet.workspace, typed)
    assert file.read_bytes() == workspace.store.master

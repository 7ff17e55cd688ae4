"""Opening a workspace of an older schema: backed up, migrated by one of all who open it, whole or not at all."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from fakes import FakeWorkspace, make_workspace, write_csv
from kept_workspaces import VERSIONS, copied, opened_raw, schema_of

from analyzer.errors import WorkspaceError
from analyzer.security import workspace_store as module
from analyzer.security.backup_archive import content_hash
from analyzer.security.workspace_store import WorkspaceStore
from analyzer.store import database as door
from analyzer.store import workspace_lock
from analyzer.store.migrations import MIGRATIONS, Migration, Migrations
from analyzer.store.schema import VERSION
from analyzer.store.workspace_lock import WorkspaceLock

TESTS = Path(__file__).parent
BAD = Migration("0099_bad", "99", ("CREATE TABLE halves(n)", "DELETE FROM feedback", "SELECT no_function()"))
OPEN = """
import sys
from pathlib import Path
from analyzer.config import Settings
from analyzer.errors import AnalyzerError
from analyzer.security.workspace_store import WorkspaceStore
folder = Path(sys.argv[1])
settings = Settings(workspace=folder / "workspace", keys_dir=folder / "keys")
print("ready", flush=True)
sys.stdin.readline()
try:
    store = WorkspaceStore(settings, "owner")
    print(store.database.meta("schema"), flush=True)
    sys.stdin.readline()
    store.close()
except AnalyzerError as error:
    print("error:", error, flush=True)
"""
DIE = """
import os, signal, sys
from pathlib import Path
from analyzer.config import Settings
from analyzer.security import audit_log, backup_archive
from analyzer.store import database
from analyzer.security.workspace_store import WorkspaceStore

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

where = sys.argv[2]
if where == "backup begun":
    database.Database.copy_to = die
elif where == "backup half":
    backup_archive._manifest = die
elif where == "backup made":
    backup_archive.backup_problems = die
elif where == "steps applied":
    audit_log.AuditLog.append = die
elif where == "committed":
    audit_log.AuditLog.note_head = die
folder = Path(sys.argv[1])
WorkspaceStore(Settings(workspace=folder / "workspace", keys_dir=folder / "keys"), "owner")
"""


@pytest.fixture(params=VERSIONS)
def settings(request, tmp_path):
    return copied(request.param, tmp_path)


@pytest.fixture
def oldest(tmp_path):
    return copied(VERSIONS[0], tmp_path)


def state(settings):
    """Schema, content and version of a workspace as it lies there."""
    database = opened_raw(settings)
    found = (schema_of(database), content_hash(database), database.meta("schema"))
    assert database.problems() == []
    database.close()
    return found


def events(settings, action):
    database = opened_raw(settings)
    found = database.rows("SELECT count(*) FROM audit WHERE action = ?", (action,))[0][0]
    database.close()
    return found


def python(source, *arguments):
    environ = {**os.environ, "PYTHONPATH": str(TESTS.parent)}
    command = [sys.executable, "-c", source, *map(str, arguments)]
    return subprocess.Popen(
        command, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def opened_and_closed(settings):
    store = WorkspaceStore(settings, "owner")
    log = store.audit.verify(store.database.connection)
    store.close()
    return log


def test_it_is_brought_to_todays_schema(settings):
    assert opened_and_closed(settings).ok
    assert state(settings)[2] == VERSION
    assert events(settings, "workspace.upgrade") == 1


@pytest.mark.parametrize("place", range(len(MIGRATIONS.steps) + 1))
def test_a_step_that_fails_leaves_the_workspace_as_it_was(oldest, monkeypatch, place):
    before = state(oldest)
    steps = list(MIGRATIONS.steps)
    steps.insert(place, BAD)
    monkeypatch.setattr(module, "MIGRATIONS", Migrations(tuple(steps)))
    for _ in range(2):
        with pytest.raises(WorkspaceError, match="no_function") as caught:
            WorkspaceStore(oldest, "owner")
        assert "\n" not in str(caught.value)
        assert state(oldest) == before
    assert len(list(oldest.backups.iterdir())) == 1  # the second try took the backup of the first
    monkeypatch.undo()
    assert opened_and_closed(oldest).ok
    assert state(oldest)[2] == VERSION


@pytest.mark.parametrize("where", ["backup begun", "backup half", "backup made", "steps applied", "committed"])
def test_a_kill_at_any_moment_leaves_the_old_workspace_or_the_new_one(oldest, where):
    before = state(oldest)
    process = python(DIE, oldest.workspace.parent, where)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL, errors
    after = state(oldest)
    assert (after == before) == (where != "committed")
    assert opened_and_closed(oldest).ok
    assert state(oldest)[2] == VERSION
    assert events(oldest, "workspace.upgrade") == 1
    (folder,) = (one for one in oldest.backups.iterdir() if not one.name.startswith("."))
    assert f"-schema-{VERSIONS[0]}-" in folder.name


def test_of_processes_that_open_it_at_once_one_migrates_and_all_come_in(oldest):
    processes = [python(OPEN, oldest.workspace.parent) for _ in range(3)]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()
    assert [process.stdout.readline().strip() for process in processes] == [VERSION] * 3
    for process in processes:
        process.communicate("\n", timeout=30)
        assert process.returncode == 0
    assert events(oldest, "workspace.upgrade") == 1
    assert len(list(oldest.backups.iterdir())) == 1
    assert opened_and_closed(oldest).ok


def test_of_threads_that_open_it_at_once_one_migrates_and_all_come_in(oldest):
    start, opened, failures = threading.Barrier(4), [], []

    def work():
        start.wait(10)
        try:
            opened.append(WorkspaceStore(oldest, "owner"))
        except WorkspaceError as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert {store.database.meta("schema") for store in opened} == {VERSION}
    for store in opened:
        store.close()
    assert events(oldest, "workspace.upgrade") == 1


def test_who_waits_for_too_long_gets_one_line(oldest, monkeypatch):
    monkeypatch.setattr(workspace_lock, "ENTRY_WAIT_S", 0.1)
    before = state(oldest)
    held = WorkspaceLock(oldest.workspace, keeps_entry=True)
    with pytest.raises(WorkspaceError, match="another process is opening or migrating the workspace; try again"):
        WorkspaceStore(oldest, "owner")
    held.close()
    assert state(oldest) == before


def test_it_is_not_migrated_under_others_who_have_it_open(oldest):
    """A page of the version before keeps the lock that it always kept."""
    before = state(oldest)
    held = WorkspaceLock(oldest.workspace)
    with pytest.raises(WorkspaceError, match="must be upgraded to schema 14, but others have the workspace open"):
        WorkspaceStore(oldest, "owner")
    assert state(oldest) == before
    assert not oldest.backups.exists()
    held.close()
    assert opened_and_closed(oldest).ok


def test_it_is_shared_again_after_a_migration(oldest):
    first = WorkspaceStore(oldest, "owner")
    second = WorkspaceStore(oldest, "owner")
    with pytest.raises(WorkspaceError, match="others have"):
        first.lock.acquire_exclusive()
    second.close()
    first.close()


def test_it_is_not_migrated_without_a_backup(oldest):
    before = state(oldest)
    oldest.backups.write_text("a file where the folder would be")
    with pytest.raises(WorkspaceError, match="not upgraded without a backup.*set backups_dir") as caught:  # noqa: RUF043
        WorkspaceStore(oldest, "owner")
    assert "--to" not in str(caught.value)
    assert state(oldest) == before
    oldest.backups.unlink()
    assert opened_and_closed(oldest).ok


def test_a_backup_that_is_not_sound_is_not_relied_on(oldest, monkeypatch):
    monkeypatch.setattr(module, "MIGRATIONS", Migrations((*MIGRATIONS.steps, BAD)))
    with pytest.raises(WorkspaceError, match="no_function"):
        WorkspaceStore(oldest, "owner")
    monkeypatch.undo()
    (folder,) = oldest.backups.iterdir()
    data = bytearray((folder / "feedback.db").read_bytes())
    data[9_000] ^= 1
    (folder / "feedback.db").write_bytes(data)
    before = state(oldest)
    with pytest.raises(WorkspaceError, match="differs from the file that was written"):
        WorkspaceStore(oldest, "owner")
    assert state(oldest) == before
    folder.rename(oldest.workspace.parent / "elsewhere")
    assert opened_and_closed(oldest).ok


def test_a_workspace_of_a_newer_version_is_refused_and_left_alone(oldest):
    opened_and_closed(oldest)
    database = opened_raw(oldest)
    with database.transaction() as connection:
        connection.execute("UPDATE meta SET value = '15' WHERE key = 'schema'")
    database.close()
    before = state(oldest)
    with pytest.raises(WorkspaceError, match="is not opened: its schema is 15, newer than 14"):
        WorkspaceStore(oldest, "owner")
    assert state(oldest) == before


def test_a_workspace_that_does_not_open_lets_go_of_its_locks(oldest):
    key = next(oldest.keys_dir.glob("*.key"))
    kept = key.read_bytes()
    key.write_bytes(bytes(32))
    with pytest.raises(WorkspaceError, match="does not open"):
        WorkspaceStore(oldest, "owner")
    key.write_bytes(kept)
    WorkspaceLock(oldest.workspace).acquire_exclusive()


def test_an_erasure_that_is_made_again_at_opening_says_what_readers_keep(tmp_path, monkeypatch):
    workspace = make_workspace(tmp_path)
    rows = [{"id": f"R-{n}", "comment": f"zebra quartz number {n}"} for n in range(5)]
    workspace.ingest([write_csv(tmp_path / "a.csv", rows)])
    workspace.backups.create(tmp_path / "b")
    workspace.close()
    settings = workspace.settings
    old = (settings.workspace / "feedback.db").read_bytes()
    anchors = {file: file.read_bytes() for file in settings.anchors.glob("*.anchor")}
    workspace = make_workspace(tmp_path)
    workspace.erasure.erase(ids=["R-3"])
    workspace.close()
    (settings.workspace / "feedback.db").write_bytes(old)  # as a restore that knows nothing of the ledger
    for file, lines in anchors.items():
        file.write_bytes(lines)
    monkeypatch.setattr(door, "LOG_WAIT_S", 0.1)
    reader = opened_raw(settings)
    reader.connection.execute("BEGIN")
    reader.rows("SELECT count(*) FROM meta")
    with pytest.raises(WorkspaceError, match="still read the write-ahead log"):
        FakeWorkspace(settings)
    reader.close()
    workspace = FakeWorkspace(settings)
    assert workspace.feedback.matching() == 4
    workspace.close()

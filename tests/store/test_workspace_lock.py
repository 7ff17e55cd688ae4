"""Who has a workspace open: shared by all, alone by one, and never lost by an attempt that fails."""

import fcntl
import os
import subprocess
import sys
import threading
import time

import pytest

from analyzer import system
from analyzer.errors import WorkspaceError
from analyzer.store import workspace_lock as module
from analyzer.store.workspace_lock import ENTRY, LOCK, WorkspaceLock

HOLD = """
import sys, time
from pathlib import Path
from analyzer.store.workspace_lock import WorkspaceLock
held = WorkspaceLock(Path(sys.argv[1]), keeps_entry=sys.argv[2] == "entry")
if sys.argv[2] == "alone":
    held.acquire_exclusive()
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture
def folder(tmp_path):
    return tmp_path


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(module, "ENTRY_WAIT_S", 0.1)


def is_free(folder, lock=LOCK, kind=fcntl.LOCK_EX):
    """Whether somebody who knows nothing of all this could lock the file now."""
    handle = os.open(folder / lock, os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(handle)
    return True


def holder(folder, how):
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(folder), how], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    return process


def test_a_workspace_is_shared_by_many(folder):
    held = [WorkspaceLock(folder) for _ in range(3)]
    assert not is_free(folder)
    assert is_free(folder, kind=fcntl.LOCK_SH)
    for one in held:
        one.close()
    assert is_free(folder)


def test_alone_keeps_everybody_out_until_it_is_shared_again(folder):
    held = WorkspaceLock(folder)
    held.acquire_exclusive()
    with pytest.raises(WorkspaceError, match="being restored or its key is being changed; try again"):
        WorkspaceLock(folder)
    assert not is_free(folder, kind=fcntl.LOCK_SH)
    held.share()
    WorkspaceLock(folder).close()
    assert not is_free(folder)
    held.close()


def test_a_failed_attempt_to_have_it_alone_keeps_it_shared(folder):
    held, other = WorkspaceLock(folder), WorkspaceLock(folder)
    for _ in range(3):
        with pytest.raises(WorkspaceError, match="others have the workspace open; stop the page"):
            held.acquire_exclusive()
        assert held.is_open
    other.close()
    assert not is_free(folder)  # held still has it
    third = WorkspaceLock(folder)
    with pytest.raises(WorkspaceError, match="others have the workspace open"):
        third.acquire_exclusive()
    third.close()
    held.acquire_exclusive()
    assert not is_free(folder, kind=fcntl.LOCK_SH)
    held.close()
    assert is_free(folder)


def test_of_two_who_want_it_alone_at_once_none_loses_it(folder):
    held = [WorkspaceLock(folder) for _ in range(2)]
    start, failures = threading.Barrier(2), []

    def want(one):
        start.wait(10)
        for _ in range(200):
            try:
                one.acquire_exclusive()
            except WorkspaceError as error:
                failures.append(str(error))

    threads = [threading.Thread(target=want, args=(one,)) for one in held]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(failures) == 400
    assert all("others have the workspace open" in failure for failure in failures)
    for one in held:
        assert one.is_open
        assert not is_free(folder)
        one.close()
    assert is_free(folder)


def test_nobody_comes_in_while_the_entry_is_kept(folder, impatient):
    held = WorkspaceLock(folder, keeps_entry=True)
    with pytest.raises(WorkspaceError, match="opening or migrating the workspace; try again when it is done"):
        WorkspaceLock(folder)
    held.let_in()
    WorkspaceLock(folder).close()
    held.close()


def test_who_waits_comes_in_when_the_entry_is_left(folder):
    held, came = WorkspaceLock(folder, keeps_entry=True), []
    thread = threading.Thread(target=lambda: came.append(WorkspaceLock(folder)))
    thread.start()
    time.sleep(0.1)
    assert came == []
    held.let_in()
    thread.join(10)
    assert len(came) == 1
    came[0].close()
    held.close()


def test_the_entry_is_left_by_closing(folder):
    WorkspaceLock(folder, keeps_entry=True).close()
    assert is_free(folder, ENTRY)
    WorkspaceLock(folder).close()


def test_the_entry_is_kept_over_a_conversion_and_a_failed_one(folder):
    other, held = WorkspaceLock(folder), WorkspaceLock(folder, keeps_entry=True)
    with pytest.raises(WorkspaceError, match="others have"):
        held.acquire_exclusive()
    assert not is_free(folder, ENTRY)
    other.close()
    held.acquire_exclusive()
    held.share()
    assert not is_free(folder, ENTRY)
    held.let_in()
    assert is_free(folder, ENTRY)
    held.close()


def test_a_conversion_without_the_entry_leaves_it(folder):
    held, other = WorkspaceLock(folder), WorkspaceLock(folder)
    with pytest.raises(WorkspaceError, match="others have"):
        held.acquire_exclusive()
    assert is_free(folder, ENTRY)
    other.close()
    held.acquire_exclusive()
    assert is_free(folder, ENTRY)
    held.close()


def test_a_lock_that_an_older_program_took_meanwhile_is_told(folder, monkeypatch):
    """A program from before entry.lock can come in between the loss of a lock and its return."""
    held, other = WorkspaceLock(folder), WorkspaceLock(folder)
    real, handles = module._locked, []

    def stolen(handle, shared):
        done = real(handle, shared)
        if handle == held._lock and not done and not handles:
            other.close()
            handles.append(os.open(folder / LOCK, os.O_RDWR))
            fcntl.flock(handles[0], fcntl.LOCK_EX)
        return done

    monkeypatch.setattr(module, "_locked", stolen)
    with pytest.raises(WorkspaceError, match="being replaced; open it again"):
        held.acquire_exclusive()
    assert not held.is_open
    os.close(handles[0])
    assert is_free(folder)
    assert is_free(folder, ENTRY)


@pytest.mark.parametrize("how", ["shared", "alone", "entry"])
def test_locks_end_with_their_process(folder, how):
    process = holder(folder, how)
    assert not is_free(folder)
    process.kill()
    process.wait(10)
    process.stdout.close()
    assert is_free(folder)
    assert is_free(folder, ENTRY)


def test_locks_hold_between_processes(folder, impatient):
    process = holder(folder, "shared")
    held = WorkspaceLock(folder)
    with pytest.raises(WorkspaceError, match="others have"):
        held.acquire_exclusive()
    process.kill()
    process.wait(10)
    process.stdout.close()
    held.acquire_exclusive()
    held.close()


def test_closing_twice_does_nothing(folder):
    held = WorkspaceLock(folder)
    held.close()
    held.close()
    assert not held.is_open


def test_a_folder_that_cannot_be_written_is_told(folder):
    with pytest.raises(WorkspaceError, match="cannot be opened"):
        WorkspaceLock(folder / "nowhere")


def test_a_file_system_without_locks_is_told(folder, monkeypatch):
    def no_locks(*_):
        raise OSError(37, "No locks available")

    monkeypatch.setattr(system.fcntl, "flock", no_locks)
    with pytest.raises(WorkspaceError, match="cannot be locked \\(No locks available\\); move it to a local disk"):
        WorkspaceLock(folder)


def test_without_locks_of_the_system_nothing_is_locked(folder, monkeypatch):
    monkeypatch.setattr(system, "fcntl", None)
    held, other = WorkspaceLock(folder, keeps_entry=True), WorkspaceLock(folder)
    held.acquire_exclusive()
    held.share()
    held.let_in()
    held.close()
    other.close()

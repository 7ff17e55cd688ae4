"""Lock of an open workspace: shared by its users, exclusive for a process that replaces or migrates the database.

The locks are flock(2) locks on two files beside the database; the kernel releases them when their process ends.
Windows has exclusive ones only, and does not let an open file be replaced.

`open.lock` is shared by all processes that use the workspace, and exclusive for one that replaces it. A flock is not
converted atomically: the kernel releases the old lock before it grants the new one, and if it cannot grant the new one,
the old one is lost (flock(2), "Converting a lock"). So a process takes or converts `open.lock` only while it has
`entry.lock`, which is exclusive and short: a shared lock that a failed conversion released can then be taken again
before another process opens the workspace.
"""

import os
import time
from pathlib import Path

from analyzer.errors import WorkspaceError
from analyzer.system import lock, open_file, unlock

LOCK, ENTRY = "open.lock", "entry.lock"
ENTRY_WAIT_S = 60.0
"""Longest wait for other processes that open the workspace; a backup before a migration takes time."""
PAUSE_S = 0.02


class WorkspaceLock:
    """The lock of one open workspace, shared with other processes."""

    def __init__(self, folder: Path, keeps_entry: bool = False) -> None:
        """Acquire the shared lock.

        Args:
            folder: of the workspace.
            keeps_entry: whether other processes that open the workspace wait until `let_in` or `close` is called.

        Raises:
            WorkspaceError: if another process has the exclusive lock, or keeps `entry.lock` for too long.
        """
        self._lock = self._entry = -1
        self._has_entry = False
        try:
            self._lock, self._entry = _opened(folder / LOCK), _opened(folder / ENTRY)
            self._take_entry()
            if not _locked(self._lock, shared=True):
                raise WorkspaceError(
                    "the workspace is being restored or its key is being changed; try again when that is done"
                )
        except BaseException:
            self.close()
            raise
        if not keeps_entry:
            self.let_in()

    @property
    def is_open(self) -> bool:
        """Whether the workspace is locked, shared or exclusive."""
        return self._lock >= 0

    def let_in(self) -> None:
        """Release `entry.lock`, so that other processes can open the workspace."""
        if self._has_entry:
            unlock(self._entry)
        self._has_entry = False

    def acquire_exclusive(self) -> None:
        """Convert the lock to an exclusive one; if that fails it is still shared.

        Raises:
            WorkspaceError: if other processes have the workspace open.
        """
        self._convert(shared=False)

    def share(self) -> None:
        """Convert the lock back to a shared one, after `acquire_exclusive`."""
        self._convert(shared=True)

    def close(self) -> None:
        """Release all locks."""
        for handle in (self._lock, self._entry):
            if handle >= 0:
                os.close(handle)
        self._lock = self._entry = -1
        self._has_entry = False

    def _convert(self, shared: bool) -> None:
        had_entry = self._has_entry
        if not had_entry:
            self._take_entry()
        try:
            if _locked(self._lock, shared):
                return
            if not _locked(self._lock, shared=True):  # only a program without entry.lock can take it here
                self.close()
                raise WorkspaceError("the workspace was replaced or is being replaced; open it again")
            raise WorkspaceError("others have the workspace open; stop the page and other commands, then try again")
        finally:
            if not had_entry:
                self.let_in()

    def _take_entry(self) -> None:
        deadline = time.monotonic() + ENTRY_WAIT_S
        while not _locked(self._entry, shared=False):
            if time.monotonic() > deadline:
                raise WorkspaceError("another process is opening or migrating the workspace; try again when it is done")
            time.sleep(PAUSE_S)
        self._has_entry = True


def _opened(file: Path) -> int:
    try:
        return open_file(file, os.O_RDWR | os.O_CREAT)
    except OSError as error:
        raise WorkspaceError(f"{file} cannot be opened ({error.strerror}); make the folder writable") from error


def _locked(handle: int, shared: bool) -> bool:
    """Try to lock an open file, or to convert its lock; a failed conversion releases the old lock."""
    try:
        return lock(handle, shared=shared)
    except OSError as error:
        raise WorkspaceError(f"the workspace cannot be locked ({error.strerror}); move it to a local disk") from error

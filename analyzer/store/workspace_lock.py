"""Who has a workspace open: everybody shares it, and whoever replaces or migrates its file must have it alone.

Locks of the system (flock) on two files beside the database; they end with their process. Where there is none
(Windows), the file cannot be replaced while it is open anyway.

`open.lock` is shared by everybody, and exclusive for whoever has the workspace alone. A flock is not converted
atomically: the kernel drops the lock that is held before it grants the other one, and where it cannot grant it, the
held one is lost (flock(2), "Converting a lock"). So nobody takes or converts `open.lock` without holding `entry.lock`,
which one process has at a time, for a moment: a shared lock that a failed conversion dropped can then be taken back
before anybody else comes in.
"""

import os
import time
from contextlib import suppress
from pathlib import Path
from types import ModuleType

from analyzer.errors import WorkspaceError

LOCK, ENTRY = "open.lock", "entry.lock"
ENTRY_WAIT_S = 60.0
"""Longest wait for others who open the workspace; they may be backing it up before a migration."""
PAUSE_S = 0.02
fcntl: ModuleType | None = None
with suppress(ImportError):
    import fcntl


class WorkspaceLock:
    """Holds a workspace open, together with others."""

    def __init__(self, folder: Path, keeps_entry: bool = False) -> None:
        """Share it.

        Args:
            folder: of the workspace.
            keeps_entry: whether others who want to open it wait until `let_in` is called, or this is closed.

        Raises:
            WorkspaceError: if somebody has it alone, or keeps others waiting for too long.
        """
        self._lock = self._entry = -1
        self._has_entry = False
        try:
            self._lock, self._entry = _opened(folder / LOCK), _opened(folder / ENTRY)
            self._take_entry()
            if not _locked(self._lock, shared=True):
                raise WorkspaceError(
                    "the workspace is being restored or given another key; try again when that is done"
                )
        except BaseException:
            self.close()
            raise
        if not keeps_entry:
            self.let_in()

    @property
    def is_open(self) -> bool:
        """Whether the workspace is held, shared or alone."""
        return self._lock >= 0

    def let_in(self) -> None:
        """Let others open the workspace who have been waiting."""
        if self._has_entry and fcntl is not None:
            fcntl.flock(self._entry, fcntl.LOCK_UN)
        self._has_entry = False

    def acquire_exclusive(self) -> None:
        """Have it alone from now on; if that fails it is still shared.

        Raises:
            WorkspaceError: if others have it open.
        """
        self._convert(shared=False)

    def share(self) -> None:
        """Have it together with others again, after `alone`."""
        self._convert(shared=True)

    def close(self) -> None:
        """Leave it."""
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
            if not _locked(self._lock, shared=True):  # only a program from before entry.lock can have come in between
                self.close()
                raise WorkspaceError("the workspace was replaced or is being replaced; open it again")
            raise WorkspaceError("others have the workspace open; stop the page and other commands, then say it again")
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
        return os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise WorkspaceError(f"{file} cannot be opened ({error.strerror}); make the folder writable") from error


def _locked(handle: int, shared: bool) -> bool:
    """Try to lock an open file, or to convert its lock; a failed conversion drops the lock it had."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        raise WorkspaceError(f"the workspace cannot be locked ({error.strerror}); move it to a local disk") from error
    return True

"""The lock of processes that write comments: imports, theme builds, erasures. Readers are not affected."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from analyzer.errors import WorkspaceError

FILE = "import.lock"


class ImportLock:
    """File lock that lets one process at a time write comments to a workspace."""

    def __init__(self, folder: Path) -> None:
        """Set the folder of the workspace, which contains the lock file."""
        self._folder = folder

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Hold the lock for the duration of a block.

        Raises:
            WorkspaceError: if another process holds it.
        """
        lock = FileLock(self._folder / FILE, timeout=0)
        try:
            lock.acquire()
        except Timeout as error:
            raise WorkspaceError(f"{self._folder}: another import is running; wait for it or stop it") from error
        try:
            yield
        finally:
            lock.release()

"""Who has a workspace open: everybody shares it, and whoever puts another file in its place must have it alone.

A lock of the system (flock, on a file beside the database) that ends with its process. Where there is none (Windows),
the file cannot be replaced while it is open anyway.
"""

import os
from contextlib import suppress
from pathlib import Path
from types import ModuleType

from analyzer.errors import WorkspaceError

LOCK = "open.lock"
fcntl: ModuleType | None = None
with suppress(ImportError):
    import fcntl


class WorkspaceLock:
    """Holds a workspace open, together with others."""

    def __init__(self, folder: Path) -> None:
        """Share it.

        Raises:
            WorkspaceError: if somebody has it alone.
        """
        self._file = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._take(shared=True)

    def alone(self) -> None:
        """Have it alone from now on.

        Raises:
            WorkspaceError: if others have it open.
        """
        self._take(shared=False)

    def close(self) -> None:
        """Leave it."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _take(self, shared: bool) -> None:
        if fcntl is None:
            return
        try:
            fcntl.flock(self._file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except OSError as error:
            self.close()
            raise WorkspaceError(
                "others have the workspace open; stop the page and other commands, then say it again"
                if not shared else "the workspace is being restored or given another key; try again when that is done"
            ) from error  # fmt: skip

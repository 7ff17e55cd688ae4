"""Files that are dropped into a folder: which of them are whole, and which were imported already.

A file is whole when its size and its time of change have stayed the same for a while, by a clock that nobody sets.
Names that start with a dot or end in something that is not read (.part, .tmp) are left alone, so a file may be written
under such a name and renamed when it is complete. Links are not followed: they could name a file that whoever drops
them may not read.
"""

import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from stat import S_ISREG
from typing import TypeAlias

from analyzer.errors import InputFileError
from analyzer.ingest.readers.open_file import is_supported
from analyzer.store.database import Database

IMPORTED = "watched-"
"""Entry of the meta table for each imported file: this and the keyed digest of its content -> when it was imported."""
BLOCK = 1 << 20

State: TypeAlias = tuple[int, int, int]
"""Size, time of the last change and number of a file."""


@dataclass(slots=True)
class DroppedFiles:
    """Watches one folder.

    Attributes:
        folder: subfolders are left alone.
        quiet_s: seconds for which a file must stay the same; 0 if files are only moved here when they are whole.
        clock: monotonic.
    """

    folder: Path
    quiet_s: float
    clock: Callable[[], float] = time.monotonic
    _since: dict[Path, tuple[State, float]] = field(default_factory=dict)

    def whole(self) -> dict[Path, State]:
        """Return the files that are whole now, by name.

        Raises:
            InputFileError: if the folder cannot be read.
        """
        now, seen = self.clock(), {}
        try:
            paths = [path for path in sorted(self.folder.iterdir()) if is_supported(path)]
        except OSError as error:
            raise InputFileError(f"{self.folder}: {error.strerror}; name a folder that can be read") from error
        for path in paths:
            state = state_of(path)
            if state is not None:
                before = self._since.get(path)
                seen[path] = before if before and before[0] == state else (state, now)
        self._since = seen
        return {path: state for path, (state, since) in seen.items() if now - since >= self.quiet_s and state[0]}

    @property
    def has_waiting(self) -> bool:
        """Whether a file was seen that was not whole yet, apart from empty ones."""
        now = self.clock()
        return any(now - since < self.quiet_s and state[0] for state, since in self._since.values())


def state_of(path: Path) -> State | None:
    """Return what changes when a file is written or replaced; None if it is no regular file or gone."""
    try:
        found = path.lstat()
    except OSError:
        return None
    return (found.st_size, found.st_mtime_ns, found.st_ino) if S_ISREG(found.st_mode) else None


class ImportedFiles:
    """The files of watched folders that a workspace has imported, by their content."""

    def __init__(self, database: Database, key: bytes) -> None:
        """Keep digests under this key in the database."""
        self._database = database
        self._key = key

    def digest(self, file: Path) -> str:
        """Return the keyed digest of the content of a file."""
        digest = hmac.new(self._key, digestmod=sha256)
        with file.open("rb") as source:
            while block := source.read(BLOCK):
                digest.update(block)
        return digest.hexdigest()[:32]

    def has(self, digest: str) -> bool:
        """Return whether content was imported whole."""
        return bool(self._database.meta(IMPORTED + digest))

    def add(self, digest: str, at: str) -> None:
        """Keep that content was imported."""
        with self._database.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO meta(key, value) VALUES(?, ?)", (IMPORTED + digest, at))

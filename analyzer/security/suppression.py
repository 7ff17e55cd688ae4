"""The ledger of erasures: keyed digests of erased data, which must not be imported or restored again.

The digests are in the workspace and in a file outside of it. After an older backup is restored, the erasures in the
file are applied again. A digest identifies a person only to a user with the workspace's key and a guess of who it was.
"""

import hmac
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from analyzer.errors import AuditError
from analyzer.security.audit_anchor import TORN, torn_line_end
from analyzer.store.database import Connection, Database

DIGEST = 16


RECORD, RESPONDENT, ROW, TEXT = "i", "r", "w", "t"
"""Kinds of digests: of a record's id, a respondent's pseudonym, the content of a row, the words of a comment."""


Entry = tuple[str, bytes]


@dataclass(frozen=True, slots=True)
class Ledger:
    """The ledger of one workspace.

    Attributes:
        file: outside the workspace, append-only; key: 32 bytes.
    """

    file: Path
    key: bytes

    def entry(self, kind: str, value: str | bytes) -> Entry:
        """Return the ledger entry of a value: its kind and its keyed digest."""
        plain = value.encode() if isinstance(value, str) else value
        return kind, hmac.new(self.key, f"{kind}|".encode() + plain, sha256).digest()[:DIGEST]

    def write(self, connection: Connection, entries: Iterable[Entry], at: str) -> None:
        """Add entries inside the caller's transaction, and to the file at once.

        The file is written first, so that an interrupted erasure is repeated, never lost.

        Raises:
            AuditError: if the file cannot be written.
        """
        unique = list(dict.fromkeys(entries))
        self._append(unique)
        self.know(connection, unique, at)

    def know(self, connection: Connection, entries: Iterable[Entry], at: str) -> None:
        """Add entries to the workspace that are in the file already."""
        connection.executemany("INSERT OR IGNORE INTO erased VALUES(?, ?, ?)", [(k, d, at) for k, d in entries])

    def missing(self, connection: Connection) -> list[Entry]:
        """Return the entries of the file that the workspace lacks, because an older backup was restored.

        Entries of the workspace that the file lacks are added to the file.

        Raises:
            AuditError: if the file was changed.
        """
        known = read_entries(connection)
        noted = self._entries()
        if unwritten := known - set(noted):  # the workspace was moved without the file
            self._append(sorted(unwritten))
        return [entry for entry in dict.fromkeys(noted) if entry not in known]

    def _append(self, entries: list[Entry]) -> None:
        lines = "".join(f"{kind} {digest.hex()} {self._code(kind, digest)}\n" for kind, digest in entries)
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(self.file, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
            with os.fdopen(handle, "wb") as out:
                out.write(torn_line_end(handle) + lines.encode())
                out.flush()
                os.fsync(out.fileno())
        except OSError as error:
            raise AuditError(f"{self.file} cannot be written ({error.strerror}); nothing was erased") from error

    def _entries(self) -> list[Entry]:
        if not self.file.is_file():
            return []
        *lines, _incomplete = self.file.read_text(encoding="ascii", errors="replace").split("\n")
        return [self._read(line) for line in lines if not line.endswith(TORN.decode())]

    def _read(self, line: str) -> Entry:
        try:
            kind, digest, code = line.split(" ")
            entry = kind, bytes.fromhex(digest)
        except ValueError as error:
            raise AuditError(f"{self.file} was changed; put it back from your copy of it") from error
        if not hmac.compare_digest(code.encode(), self._code(*entry).encode()):
            raise AuditError(f"{self.file} was changed; put it back from your copy of it")
        return entry

    def _code(self, kind: str, digest: bytes) -> str:
        return hmac.new(self.key, f"line|{kind}|{digest.hex()}".encode(), sha256).hexdigest()[: 2 * DIGEST]


def read_entries(connection: Connection) -> set[Entry]:
    """Return every ledger entry stored in the workspace."""
    return {(kind, bytes(digest)) for kind, digest in connection.execute("SELECT kind, digest FROM erased")}


CONTENT = "c-"
"""Prefix of record ids that derive from the content: their id alone identifies the row."""


@dataclass(frozen=True, slots=True)
class SuppressionList:
    """Decides at an import which rows were erased and must not be stored again."""

    ledger: Ledger
    entries: frozenset[Entry]

    def __call__(self, record_id: str, respondent: str | None, row: bytes) -> bool:
        """Return whether a row was erased: by its id, its respondent, or its content."""
        if not self.entries:
            return False
        entry = self.ledger.entry
        asked: Sequence[Entry] = [entry(RECORD, record_id)]
        asked = [*asked, *([] if record_id.startswith(CONTENT) else [entry(ROW, row)])]
        return not self.entries.isdisjoint([*asked, *([entry(RESPONDENT, respondent)] if respondent else [])])


def suppression_list(database: Database, ledger: Ledger) -> SuppressionList:
    """Return the suppression list of all erasures in a workspace."""
    return SuppressionList(ledger, frozenset(read_entries(database.connection)))

"""The ledger of erasures: keyed digests of erased data, which must not be imported or restored again.

The digests are in the workspace and in a file outside of it. After an older backup is restored, the erasures in the
file are applied again. A digest identifies a person only to a user with the workspace's key and a guess of who it was.
"""

import hmac
import os
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from analyzer.errors import AuditError
from analyzer.security.audit_anchor import TORN, torn_line_end
from analyzer.store.database import Connection, Database

DIGEST = 16


RESPONDENT, ROW, LINK = "r", "w", "l"
"""Kinds of digests that stand for themselves: a respondent's pseudonym, the content of a row, a survey link."""
RECORD, NUMBERED = "i", "n"
"""Of a record's id: one that derives from the content, and one that the source gave, which another file may give to
another person. Earlier versions noted both as RECORD."""
SAID, PERSON, OWNED = "s", "p", "o"
"""Of a given id with what was said, of a given id with the respondent, and of a given id whose respondent is known."""


CONTENT = "c-"
"""Prefix of record ids that derive from the content: their id alone identifies the row."""


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

    def entries_of(self, ids: Iterable[str], row: bytes, said: bytes, respondent: str | None) -> list[Entry]:
        """Return the entries of one erased response, given by the ids of it and its comments."""
        entry = self.entry
        found: list[Entry] = []
        for own in dict.fromkeys(ids):
            if own.startswith(CONTENT):
                found.append(entry(RECORD, own))
                continue
            found += [entry(NUMBERED, own), entry(SAID, paired(own, said)), entry(ROW, row)]
            found += [entry(OWNED, own), entry(PERSON, paired(own, respondent))] if respondent else []
        return found

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


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureCandidate:
    """A row that is imported, or a stored response, compared with the erased ones.

    Attributes:
        record_id: id under which it is stored.
        respondents: pseudonyms of its respondent, empty if unknown.
        row: keyed digest of its cells; said: keyed digest of what was said and when.
        link: keyed digest of the token of its survey link; empty without one.
        is_same_source: whether its source counts ids as the stored records do, so that an id alone names a record.
    """

    record_id: str
    respondents: tuple[str, ...] = ()
    row: bytes = b""
    said: bytes = b""
    link: bytes = b""
    is_same_source: bool = True


@dataclass(frozen=True, slots=True)
class SuppressionList:
    """Decides at an import which rows were erased and must not be stored again."""

    ledger: Ledger
    entries: frozenset[Entry]

    def __call__(self, row: ErasureCandidate) -> bool:
        """Return whether a row was erased: by its respondent, link, content, or id.

        An id of the source counts with what was said or with the respondent; alone it counts only if the source is
        the same and does not name another respondent.
        """
        if not self.entries:
            return False
        entry, own = self.ledger.entry, row.record_id
        asked = [entry(RECORD, own), *(entry(RESPONDENT, one) for one in row.respondents)]
        asked += [entry(LINK, row.link)] if row.link else []
        if not own.startswith(CONTENT):
            asked += [entry(ROW, row.row), entry(SAID, paired(own, row.said))]
            asked += [entry(PERSON, paired(own, one)) for one in row.respondents]
        if not self.entries.isdisjoint(asked):
            return True
        is_another = bool(row.respondents) and entry(OWNED, own) in self.entries
        return row.is_same_source and not is_another and entry(NUMBERED, own) in self.entries


def paired(record_id: str, other: str | bytes) -> bytes:
    """Return the bytes that stand for an id together with what was said or with a respondent."""
    return record_id.encode() + b"\0" + (other.encode() if isinstance(other, str) else other)


def suppression_list(database: Database, ledger: Ledger) -> SuppressionList:
    """Return the suppression list of all erasures in a workspace."""
    return SuppressionList(ledger, frozenset(read_entries(database.connection)))

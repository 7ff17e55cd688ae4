"""The ledger of erasures: keyed digests of erased data, which must not be imported or restored again.

The digests are in the workspace and in a file outside of it. After an older backup is restored, the erasures in the
file are applied again. A digest identifies a person only to a user with the workspace's key and a guess of who it was.
"""

import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from analyzer.errors import AuditError
from analyzer.store.append_only_file import append_lines, read_lines
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
CUT = re.compile(rb"(?:[ilnoprstw](?: (?:[0-9a-f]{0,31}|[0-9a-f]{32}(?: [0-9a-f]{0,32})?))?)?")
"""What a crash leaves of a line: its beginning."""
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
        self.repair(connection)
        known = read_entries(connection)
        return [entry for entry in dict.fromkeys(self._entries()) if entry not in known]

    def repair(self, connection: Connection) -> str:
        """Add the entries of the workspace that the file lacks, after a damaged end of it was cut off.

        Returns:
            What the file lacked, in words; empty if nothing.

        Raises:
            AuditError: if a line of the file was changed, or it cannot be written.
        """
        is_damaged = read_lines(self.file).is_damaged
        unwritten = read_entries(connection) - set(self._entries())
        if not unwritten and not is_damaged:
            return ""
        self._append(sorted(unwritten))
        lost = "damaged" if is_damaged else "missing"
        return f"the end of {self.file} was {lost}; {len(unwritten):,} entries are added again from the workspace"

    def _append(self, entries: list[Entry]) -> None:
        try:
            is_whole = append_lines(self.file, b"".join(self._line(entry) + b"\n" for entry in entries))
        except OSError as error:
            raise AuditError(f"{self.file} cannot be written ({error.strerror}); nothing was erased") from error
        if not is_whole:
            raise AuditError(f"{self.file} was not written in full; free space, nothing was erased")

    def _entries(self) -> list[Entry]:
        lines = read_lines(self.file)
        if not self._is_cut(lines.rest) or not all(self._is_cut(piece, least=2) for piece in lines.marked):
            raise AuditError(f"{self.file} was changed; put it back from your copy of it")
        return [self._read(line) for line in lines.whole]

    def _read(self, line: bytes) -> Entry:
        try:
            kind, digest, _ = line.decode("ascii").split(" ")
            entry = kind, bytes.fromhex(digest)
        except ValueError as error:
            raise AuditError(f"{self.file} was changed; put it back from your copy of it") from error
        if not hmac.compare_digest(line, self._line(entry)):
            raise AuditError(f"{self.file} was changed; put it back from your copy of it")
        return entry

    def _is_cut(self, piece: bytes, least: int = 0) -> bool:
        """Return whether bytes are the beginning of a line that was written with the key, as far as that is to see.

        Args:
            piece: the bytes.
            least: least number of characters that must be missing; a line whose last one was changed lacks one.
        """
        if not CUT.fullmatch(piece):
            return False
        parts = piece.decode("ascii").split(" ")
        if len(parts) < 3:
            return True
        line = self._line((parts[0], bytes.fromhex(parts[1])))
        return line.startswith(piece) and len(line) - len(piece) >= least

    def _line(self, entry: Entry) -> bytes:
        kind, digest = entry
        code = hmac.new(self.key, f"line|{kind}|{digest.hex()}".encode(), sha256).hexdigest()[: 2 * DIGEST]
        return f"{kind} {digest.hex()} {code}".encode()


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

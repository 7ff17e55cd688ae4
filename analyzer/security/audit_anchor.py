"""The anchor file of the audit log, outside the workspace: detects truncation and rollback of the log.

One line per event: a sign, its number, its MAC, and an HMAC of these. "+" notes an event; "=" notes the newest event of
a backup that was restored, so that earlier lines with higher numbers belong to an abandoned history. A user who can
write both files can roll both back; keep the anchor where the user of the workspace cannot write.
"""

import hmac
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from analyzer.errors import AuditError
from analyzer.store.append_only_file import append_lines, read_lines

NOTED, RESTORED = "+", "="
CUT = re.compile(rb"(?:[+=](?: (?:\d{1,20}(?: (?:[0-9a-f]{0,63}|[0-9a-f]{64}(?: [0-9a-f]{0,64})?))?)?)?)?")
"""What a crash leaves of a line: its beginning."""


@dataclass(frozen=True, slots=True)
class Anchored:
    """An event as noted: its number and MAC; is_restored marks the newest one of a restored backup."""

    seq: int
    mac: bytes
    is_restored: bool = False


@dataclass(frozen=True, slots=True)
class AnchorContent:
    """Content of an anchor file, every line of which was verified.

    Attributes:
        entries: in the order of the file.
        is_damaged: whether the file ends with a line that was cut, or with NUL bytes.
    """

    entries: tuple[Anchored, ...]
    is_damaged: bool

    @property
    def head(self) -> Anchored | None:
        """The newest event that was noted; None if there is none. Processes note events in any order."""
        newest: Anchored | None = None
        for found in self.entries:
            if newest is None or found.is_restored or found.seq > newest.seq:
                newest = found
        return newest

    @property
    def noted(self) -> dict[int, bytes]:
        """Number -> MAC of the noted events that belong to the current history."""
        found: dict[int, bytes] = {}
        for entry in self.entries:
            if entry.is_restored:
                found = {seq: mac for seq, mac in found.items() if seq < entry.seq}
            found.setdefault(entry.seq, entry.mac)  # a second line of a number is of a log that was cut and continued
        return found


@dataclass(frozen=True, slots=True)
class Anchor:
    """The anchor file of one workspace.

    Attributes:
        file: append-only; key: 32 bytes.
    """

    file: Path
    key: bytes

    @property
    def is_there(self) -> bool:
        """Whether the file exists."""
        return self.file.is_file()

    def append(self, seq: int, mac: bytes, is_restored: bool = False) -> None:
        """Note an event that was committed, or the newest one of a backup that was restored.

        Raises:
            AuditError: if the file cannot be written; the caller must not show what the event records.
        """
        try:
            is_whole = append_lines(self.file, self._line(Anchored(seq, mac, is_restored)) + b"\n")
        except OSError as error:
            raise AuditError(
                f"{self.file} cannot be written ({error.strerror}); nothing is shown until it can be written"
            ) from error
        if not is_whole:
            raise AuditError(f"{self.file} was not written in full; free space, nothing is shown until then")

    def check_writable(self) -> None:
        """Check that the file exists and is writable.

        Raises:
            AuditError: if it is not.
        """
        if not os.access(self.file, os.W_OK):
            raise AuditError(f"{self.file} is missing or not writable; nothing is shown until it can be written")

    def content(self) -> AnchorContent:
        """Return the content, empty if there is no file.

        Raises:
            AuditError: if any line was changed; a line that was cut at the end of the file is none.
        """
        lines = read_lines(self.file)
        entries = tuple(self._entries(lines.whole))
        if not self._is_cut(lines.rest) or not all(self._is_cut(piece, least=2) for piece in lines.marked):
            raise AuditError(f"{self.file} was changed; {COMPARE}")
        return AnchorContent(entries, lines.is_damaged)

    def head(self) -> Anchored | None:
        """Return the newest event that was noted; None if there is none.

        Raises:
            AuditError: if any line was changed.
        """
        return self.content().head

    def noted(self) -> dict[int, bytes]:
        """Return number -> MAC of the noted events that belong to the current history.

        Raises:
            AuditError: if any line was changed, or the file is missing.
        """
        if not self.is_there:
            raise AuditError(f"{self.file} is missing; put it back from your copy of it")
        return self.content().noted

    def _entries(self, lines: tuple[bytes, ...]) -> Iterator[Anchored]:
        for line in lines:
            try:
                sign, seq, mac, _ = line.decode("ascii").split(" ")
                found = Anchored(int(seq), bytes.fromhex(mac), sign == RESTORED)
            except ValueError as error:
                raise AuditError(f"{self.file} was changed; {COMPARE}") from error
            if not hmac.compare_digest(line, self._line(found)):
                raise AuditError(f"{self.file} was changed at event {found.seq}; {COMPARE}")
            yield found

    def _is_cut(self, piece: bytes, least: int = 0) -> bool:
        """Return whether bytes are the beginning of a line that was written with the key, as far as that is to see.

        Args:
            piece: the bytes.
            least: least number of characters that must be missing; a line whose last one was changed lacks one.
        """
        if not CUT.fullmatch(piece):
            return False
        parts = piece.decode("ascii").split(" ")
        if len(parts) < 4:
            return True
        line = self._line(Anchored(int(parts[1]), bytes.fromhex(parts[2]), parts[0] == RESTORED))
        return line.startswith(piece) and len(line) - len(piece) >= least

    def _line(self, noted: Anchored) -> bytes:
        body = f"{RESTORED if noted.is_restored else NOTED} {noted.seq} {noted.mac.hex()}".encode()
        return body + b" " + hmac.digest(self.key, body, "sha256").hex().encode()


COMPARE = "compare it with your copy of it"

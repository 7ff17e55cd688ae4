"""The anchor file of the audit log, outside the workspace: detects truncation and rollback of the log.

One line per event: a sign, its number, its MAC, and an HMAC of these. "+" notes an event; "=" notes the newest event of
a backup that was restored, so that earlier lines with higher numbers belong to an abandoned history. A user who can
write both files can roll both back; keep the anchor where the user of the workspace cannot write.
"""

import hmac
import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from analyzer.errors import AuditError

NOTED, RESTORED = "+", "="
TORN = b"~"
"""Mark at the end of a line of which a crash or a full disk left only a part; such a line is skipped."""
LINE = 160
"""Most bytes of a line: a number of up to 20 digits, two codes of 64 hex digits, sign and spaces."""
LATE = 64
"""Last lines that are searched for the newest event: processes write in any order, each just after its event."""


@dataclass(frozen=True, slots=True)
class Anchored:
    """An event as noted: its number and MAC; is_restored marks the newest one of a restored backup."""

    seq: int
    mac: bytes
    is_restored: bool = False


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
        body = _line_body(Anchored(seq, mac, is_restored))
        line = f"{body} {self._code(body)}\n".encode()
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(self.file, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                line = torn_line_end(handle) + line
                written = os.write(handle, line)
                os.fdatasync(handle)
            finally:
                os.close(handle)
        except OSError as error:
            raise AuditError(
                f"{self.file} cannot be written ({error.strerror}); nothing is shown until it can be written"
            ) from error
        if written != len(line):
            raise AuditError(f"{self.file} was not written in full; free space, nothing is shown until then")

    def check_writable(self) -> None:
        """Check that the file exists and is writable.

        Raises:
            AuditError: if it is not.
        """
        if not os.access(self.file, os.W_OK):
            raise AuditError(f"{self.file} is missing or not writable; nothing is shown until it can be written")

    def head(self) -> Anchored | None:
        """Return the newest event that was noted; None if there is none.

        Raises:
            AuditError: if the newest lines were changed.
        """
        if not self.is_there:
            return None
        with self.file.open("rb") as file:
            file.seek(max(0, self.file.stat().st_size - LATE * LINE))
            is_whole = file.tell() == 0
            lines = file.read().split(b"\n")
        newest: Anchored | None = None
        for line in self._complete_lines(lines[0 if is_whole else 1 :]):
            found = self._read(line)
            if newest is None or found.is_restored or found.seq > newest.seq:
                newest = found
        return newest

    def noted(self) -> dict[int, bytes]:
        """Return number -> MAC of the noted events that belong to the current history.

        Raises:
            AuditError: at the first line that was changed, or if the file is missing.
        """
        if not self.is_there:
            raise AuditError(f"{self.file} is missing; put it back from your copy of it")
        found: dict[int, bytes] = {}
        for line in self._complete_lines(self.file.read_bytes().split(b"\n")):
            entry = self._read(line)
            if entry.is_restored:
                found = {seq: mac for seq, mac in found.items() if seq < entry.seq}
            found.setdefault(entry.seq, entry.mac)  # a second line of a number is of a log that was cut and continued
        return found

    def _complete_lines(self, lines: list[bytes]) -> list[bytes]:
        """Return the complete lines; a crash may leave a part of one, and the next line notes its event."""
        return [line for line in lines[:-1] if line and not line.endswith(TORN)]

    def _read(self, line: bytes) -> Anchored:
        try:
            sign, seq, mac, _ = line.decode("ascii").split(" ")
            found = Anchored(int(seq), bytes.fromhex(mac), sign == RESTORED)
        except ValueError as error:
            raise AuditError(f"{self.file} was changed; compare it with your copy of it") from error
        if not hmac.compare_digest(line, f"{_line_body(found)} {self._code(_line_body(found))}".encode()):
            raise AuditError(f"{self.file} was changed at event {found.seq}; compare it with your copy of it")
        return found

    def _code(self, body: str) -> str:
        return hmac.new(self.key, body.encode(), sha256).hexdigest()


def torn_line_end(handle: int) -> bytes:
    """Return what must be written before a new line: the mark and end of the last line if that was cut short."""
    size = os.fstat(handle).st_size
    return TORN + b"\n" if size and os.pread(handle, 1, size - 1) != b"\n" else b""


def _line_body(noted: Anchored) -> str:
    return f"{RESTORED if noted.is_restored else NOTED} {noted.seq} {noted.mac.hex()}"

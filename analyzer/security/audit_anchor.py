"""Where the audit chain's head is noted outside the workspace: a cut tail or a file put back from before is found.

A line an event: a sign, its number, its code, and an HMAC of these. "+" notes an event; "=" says that a backup was
restored whose newest event it is, so that lines before it with higher numbers are of a history that was left. Who can
write both places can roll both back together; keep the anchor where whoever keeps the workspace cannot write.
"""

import hmac
import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from analyzer.errors import AuditError

NOTED, RESTORED = "+", "="
LINE = 160
"""Bytes a line has at most: a number of up to 20 digits, two codes of 64, spaces."""
LATE = 64
"""Lines at the end among which the newest is looked for: processes write in any order, each just after its event."""


@dataclass(frozen=True, slots=True)
class Anchored:
    """An event as it was noted: its number and its code; is_restored tells the newest one of a restored backup."""

    seq: int
    mac: bytes
    is_restored: bool = False


@dataclass(frozen=True, slots=True)
class Anchor:
    """The file of one workspace.

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
            AuditError: if it cannot be written; what was to be shown must not be.
        """
        said = _said(Anchored(seq, mac, is_restored))
        line = f"{said} {self._code(said)}\n".encode()
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(self.file, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                written = os.write(handle, line)
                os.fdatasync(handle)
            finally:
                os.close(handle)
        except OSError as error:
            raise AuditError(
                f"{self.file} cannot be written ({error.strerror}); nothing is shown until it can"
            ) from error
        if written != len(line):
            raise AuditError(f"{self.file} is full; nothing is shown until there is space")

    def check_writable(self) -> None:
        """Refuse to go on where nothing could be noted.

        Raises:
            AuditError: if the file is gone or cannot be written.
        """
        if not os.access(self.file, os.W_OK):
            raise AuditError(f"{self.file} is gone or cannot be written; nothing is shown until it can")

    def head(self) -> Anchored | None:
        """Return the newest event that was noted; None where nothing was.

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
        for line in self._ended(lines[0 if is_whole else 1 :]):
            found = self._read(line)
            if newest is None or found.is_restored or found.seq > newest.seq:
                newest = found
        return newest

    def noted(self) -> dict[int, bytes]:
        """Return the code of every event that was noted and belongs to the history in force, by number.

        Raises:
            AuditError: at the first line that was changed, or if the file is missing.
        """
        if not self.is_there:
            raise AuditError(f"{self.file} is missing; put it back from your copy of it")
        found: dict[int, bytes] = {}
        for line in self._ended(self.file.read_bytes().split(b"\n")):
            entry = self._read(line)
            if entry.is_restored:
                found = {seq: mac for seq, mac in found.items() if seq < entry.seq}
            found.setdefault(entry.seq, entry.mac)  # a second one would be of a log that was cut and written on
        return found

    def _ended(self, lines: list[bytes]) -> list[bytes]:
        """Leave out what a crash left of a line; its event is noted with the next one."""
        return [line for line in lines[:-1] if line]

    def _read(self, line: bytes) -> Anchored:
        try:
            sign, seq, mac, _ = line.decode("ascii").split(" ")
            found = Anchored(int(seq), bytes.fromhex(mac), sign == RESTORED)
        except ValueError as error:
            raise AuditError(f"{self.file} was changed; compare it with your copy of it") from error
        if not hmac.compare_digest(line, f"{_said(found)} {self._code(_said(found))}".encode()):
            raise AuditError(f"{self.file} was changed at event {found.seq}; compare it with your copy of it")
        return found

    def _code(self, said: str) -> str:
        return hmac.new(self.key, said.encode(), sha256).hexdigest()


def _said(noted: Anchored) -> str:
    return f"{RESTORED if noted.is_restored else NOTED} {noted.seq} {noted.mac.hex()}"

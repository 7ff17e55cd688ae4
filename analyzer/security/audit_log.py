"""The audit log: an append-only chain of HMACs, written in the transaction of the action it records.

The MAC of each event covers the MAC before it, so a changed or inserted event, or one removed from the middle, breaks
the chain from there on. The newest event is noted outside the workspace (analyzer.security.audit_anchor), so truncation
and rollback to an older file are detected too. Events contain ids and counts, never the text of a comment.
"""

import hmac
import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from analyzer.errors import AuditError
from analyzer.security.audit_anchor import Anchor, Anchored
from analyzer.store.database import Connection

GENESIS = bytes(32)
RESTORE = "backup.restore"
UNNOTED = 32
"""Most newest events that may be missing from the anchor: a process that dies after its commit leaves one."""
CLOCK_SLACK = timedelta(minutes=5)
ORDERED = "SELECT seq, at, actor, action, detail, mac FROM audit ORDER BY seq"


@dataclass(frozen=True, slots=True)
class AuditResult:
    """Result of a verification.

    Attributes:
        first_bad: number of the first invalid event; reason: why, in words.
    """

    ok: bool
    events: int
    first_bad: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One event of the log."""

    seq: int
    at: str
    actor: str
    action: str
    detail: Mapping[str, Any]


@dataclass(frozen=True)
class AuditLog:
    """Appends and verifies events with the workspace's audit key.

    Attributes:
        key: 32 bytes.
        anchor: the file outside the workspace with the head of the chain; None for a log without one.
    """

    key: bytes
    anchor: Anchor | None = None
    _pending: threading.local = field(default_factory=threading.local, repr=False, compare=False)

    def append(self, connection: Connection, actor: str, action: str, detail: Mapping[str, object]) -> int:
        """Add one event inside the caller's transaction; return its number."""
        last = connection.execute("SELECT seq, mac FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
        seq, previous = (last[0] + 1, bytes(last[1])) if last else (1, GENESIS)
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        body = json.dumps(detail, sort_keys=True, ensure_ascii=False)
        mac = self._mac(previous, (seq, at, actor, action, body))
        connection.execute("INSERT INTO audit VALUES(?, ?, ?, ?, ?, ?)", (seq, at, actor, action, body, mac))
        self._pending.head = (seq, mac)
        return int(seq)

    def note_head(self, is_committed: bool) -> None:
        """Write the head of the chain to the anchor after the transaction of its event, if that was committed.

        Raises:
            AuditError: if the anchor cannot be written.
        """
        head, self._pending.head = getattr(self._pending, "head", None), None
        if head and is_committed and self.anchor:
            self.anchor.append(*head)

    def check_writable(self) -> None:
        """Check that the anchor is writable.

        Raises:
            AuditError: if it is not.
        """
        if self.anchor:
            self.anchor.check_writable()

    def check_head(self, connection: Connection) -> None:
        """Compare the newest events with the anchor; add events to it that a crash kept from being noted.

        Raises:
            AuditError: if events or the anchor are missing, or the clock is behind the log.
        """
        if self.anchor is None:
            return
        last = connection.execute("SELECT seq, mac, at FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
        noted = self.anchor.head()
        if noted is None:
            raise AuditError(f"{self.anchor.file} is missing or empty; put it back from your copy of it")
        if since := self._restored_since(connection, noted):
            self.anchor.append(*since, is_restored=True)
            self.anchor.append(last[0], bytes(last[1]))
            return
        _check_noted(connection, noted)
        if last[0] - noted.seq > UNNOTED:
            raise AuditError(f"{self.anchor.file} lacks {last[0] - noted.seq} events; put it back from your copy of it")
        if datetime.fromisoformat(last[2]) > datetime.now(UTC) + CLOCK_SLACK:
            raise AuditError(f"the clock is behind the audit log, which has an event of {last[2]}; set the clock right")
        if last[0] > noted.seq:
            self.anchor.append(last[0], bytes(last[1]))

    def begin_anchor(self, connection: Connection) -> None:
        """Start the anchor of a log that had none, with its newest event.

        Raises:
            AuditError: if the anchor exists and has an event that the log lacks, or it cannot be written.
        """
        if self.anchor is None:
            return
        if noted := self.anchor.head():
            _check_noted(connection, noted)
        seq, mac = connection.execute("SELECT seq, mac FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
        if noted is None or noted.seq < seq:
            self.anchor.append(seq, bytes(mac))

    def _restored_since(self, connection: Connection, noted: Anchored) -> tuple[int, bytes] | None:
        """Return the newest event of a restored backup if the restore is not in the anchor yet, else None."""
        action, detail = connection.execute("SELECT action, detail FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
        if action != RESTORE or not self._is_chained(connection):
            return None
        restored = json.loads(detail)
        row = connection.execute("SELECT seq, mac FROM audit WHERE seq = ?", (restored["since"],)).fetchone()
        return (row[0], bytes(row[1])) if row and restored["instead_of"] == f"{noted.seq} {noted.mac.hex()}" else None

    def _is_chained(self, connection: Connection) -> bool:
        *event, mac = connection.execute(
            "SELECT seq, at, actor, action, detail, mac FROM audit ORDER BY seq DESC"
        ).fetchone()
        row = connection.execute("SELECT mac FROM audit WHERE seq = ?", (event[0] - 1,)).fetchone()
        return hmac.compare_digest(bytes(mac), self._mac(bytes(row[0]) if row else GENESIS, tuple(event)))

    def verify(self, connection: Connection) -> AuditResult:
        """Verify every event of the chain, and compare the chain with the anchor."""
        macs: list[bytes] = []
        for number, (*event, mac) in enumerate(connection.execute(ORDERED), start=1):
            expected = self._mac(macs[-1] if macs else GENESIS, tuple(event))
            if event[0] != number or not hmac.compare_digest(bytes(mac), expected):
                return AuditResult(False, number, int(event[0]), "the event does not fit the chain")
            macs.append(expected)
        return self._compare_with_anchor(macs) if self.anchor else AuditResult(True, len(macs))

    def events(self, connection: Connection) -> Iterator[Event]:
        """Yield every event, oldest first."""
        for seq, at, actor, action, detail, _mac in connection.execute(ORDERED):
            yield Event(seq, at, actor, action, json.loads(detail))

    def newest(self, connection: Connection, where: str, values: Sequence[object], limit: int) -> Iterator[Event]:
        """Yield the newest events that match an SQL condition, newest first."""
        sql = f"SELECT seq, at, actor, action, detail FROM audit WHERE {where} ORDER BY seq DESC LIMIT ?"
        for seq, at, actor, action, detail in connection.execute(sql, (*values, limit)):
            yield Event(seq, at, actor, action, json.loads(detail))

    def _compare_with_anchor(self, macs: list[bytes]) -> AuditResult:
        """Compare the MACs of the chain with the anchor."""
        count = len(macs)
        try:
            noted = self.anchor.noted() if self.anchor else {}
        except AuditError as error:
            return AuditResult(False, count, None, str(error))
        for seq, mac in sorted(noted.items()):
            if seq > count or not hmac.compare_digest(macs[seq - 1], mac):
                return AuditResult(False, count, seq, "the event differs from the one noted outside the workspace")
        newest = max(noted, default=0)
        if count - newest > UNNOTED:
            return AuditResult(False, count, newest + 1, "the event was not noted outside the workspace")
        return AuditResult(True, count)

    def _mac(self, previous: bytes, event: tuple[object, ...]) -> bytes:
        message = previous + json.dumps(event, ensure_ascii=False).encode()
        return hmac.new(self.key, message, sha256).digest()


def _check_noted(connection: Connection, noted: Anchored) -> None:
    row = connection.execute("SELECT mac FROM audit WHERE seq = ?", (noted.seq,)).fetchone()
    if row is None or not hmac.compare_digest(bytes(row[0]), noted.mac):
        raise AuditError(
            f"the workspace is older than its anchor: event {noted.seq} of the audit log is missing or differs; the "
            "file was rolled back or cut; restore a backup with: analyzer backup restore"
        )

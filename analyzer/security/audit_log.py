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
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from analyzer.errors import AuditError
from analyzer.security.audit_anchor import Anchor, AnchorContent, Anchored
from analyzer.security.event_times import (
    UNCONFIRMED,
    LoggedTime,
    confirmed_time,
    has_jumped,
    is_unconfirmed,
    next_time,
    unconfirmed_time,
)
from analyzer.store.database import Connection

GENESIS = bytes(32)
RESTORE, CLOCK_JUMP, REANCHOR = "backup.restore", "clock.jump", "audit.reanchor"
UNNOTED = 32
"""Most newest events that may be missing from the anchor of an open log: a process that dies after its commit leaves
one; at the next opening they are noted."""
CONFIRM = "an administrator confirms it with: analyzer audit reanchor --reason TEXT"
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
        """Add one event inside the caller's transaction; return its number.

        If the clock has jumped since the newest event, an event that says so comes before it; times are unconfirmed
        from then on, until an event REANCHOR.
        """
        last = connection.execute("SELECT at FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
        moment = datetime.now(UTC)
        if last is None or action == REANCHOR:
            at = confirmed_time(moment)
        elif not is_unconfirmed(last[0]) and has_jumped(last[0], moment):
            at = unconfirmed_time(moment)
            self._insert(connection, at, actor, CLOCK_JUMP, {"from": last[0], "to": at})
        else:
            at = next_time(last[0], moment)
        return self._insert(connection, at, actor, action, detail)

    def _insert(self, connection: Connection, at: str, actor: str, action: str, detail: Mapping[str, object]) -> int:
        last = connection.execute("SELECT seq, mac FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
        seq, previous = (last[0] + 1, bytes(last[1])) if last else (1, GENESIS)
        body = json.dumps(detail, sort_keys=True, ensure_ascii=False)
        mac = self._mac(previous, (seq, at, actor, action, body))
        connection.execute("INSERT INTO audit VALUES(?, ?, ?, ?, ?, ?)", (seq, at, actor, action, body, mac))
        self._pending.head = (seq, mac)
        return int(seq)

    def time(self, connection: Connection) -> LoggedTime:
        """Return what the log says about the time, through a connection without restrictions."""
        seq, at = connection.execute("SELECT seq, at FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
        if not is_unconfirmed(at):
            return LoggedTime(at, at)
        first, confirmed = connection.execute(
            "SELECT seq, at FROM audit WHERE substr(at, -6) <> ? ORDER BY seq DESC LIMIT 1", (UNCONFIRMED,)
        ).fetchone() or (0, at)
        latest = connection.execute("SELECT max(at) FROM audit WHERE seq > ? AND seq <= ?", (first, seq)).fetchone()[0]
        return LoggedTime(confirmed, latest)

    def check_clock(self, connection: Connection) -> None:
        """Check that the clock may decide about something that cannot be undone.

        Raises:
            AuditError: if it has jumped since the newest confirmed event.
        """
        if doubt := self.time(connection).doubt(datetime.now(UTC)):
            raise AuditError(f"{doubt}: set the clock right; if it is right, {CONFIRM}")

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

    def check_head(self, connection: Connection, accepts_clock: bool = False) -> str:
        """Compare the newest events with the anchor; note events in it that a crash kept from being noted.

        Args:
            connection: without restrictions.
            accepts_clock: go on although the clock is behind the log, because an administrator is about to confirm it.

        Returns:
            What was missing from the anchor, in words; empty if nothing.

        Raises:
            AuditError: if events or the anchor are missing, a line of it was changed, or the clock is behind the log.
        """
        if self.anchor is None:
            return ""
        if not self.anchor.is_there:
            raise AuditError(
                f"{self.anchor.file} is missing; put it back from your copy of it, or, if the workspace was moved to "
                f"this machine, {CONFIRM}"
            )
        content = self.anchor.content()
        self._check_noted(connection, content)
        time = self.time(connection)
        if not accepts_clock and time.is_behind(datetime.now(UTC)):
            raise AuditError(
                f"the clock is behind the audit log, which has an event of {time.confirmed}; set the clock right; if "
                f"it is right, {CONFIRM}"
            )
        return self._note_missing(connection, content)

    def _check_noted(self, connection: Connection, content: AnchorContent) -> None:
        """Check that the log has the newest noted event, or was restored since; note such a restore."""
        if since := self._restored_since(connection, content):
            assert self.anchor is not None  # noqa: S101 - only called with one
            self.anchor.append(*since, is_restored=True)
        elif content.head:
            _check_noted(connection, content.head)

    def _note_missing(self, connection: Connection, content: AnchorContent) -> str:
        """Note the newest event if the anchor lacks it; return what the anchor lacked, in words."""
        seq, mac = connection.execute("SELECT seq, mac FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
        head = content.head
        if head and head.seq == seq and not content.is_damaged:
            return ""
        noted = head.seq if head and head.seq <= seq else 0
        self._check_chain(connection, noted)
        if self.anchor:
            self.anchor.append(seq, bytes(mac))
            lost = "damaged" if content.is_damaged else "missing"
            return (
                f"the end of {self.anchor.file} was {lost}; {seq - noted:,} events are noted again from the audit log"
            )
        return ""

    def _check_chain(self, connection: Connection, since: int) -> None:
        """Check the chain of the events after one that was noted; 0 for all."""
        row = connection.execute("SELECT mac FROM audit WHERE seq = ?", (since,)).fetchone()
        previous = bytes(row[0]) if row else GENESIS
        sql = "SELECT seq, at, actor, action, detail, mac FROM audit WHERE seq > ? ORDER BY seq"
        for number, (*event, mac) in enumerate(connection.execute(sql, (since,)), start=since + 1):
            expected = self._mac(previous, tuple(event))
            if event[0] != number or not hmac.compare_digest(bytes(mac), expected):
                raise AuditError(f"event {event[0]} of the audit log does not fit the chain; restore a backup")
            previous = expected

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

    def _restored_since(self, connection: Connection, content: AnchorContent) -> tuple[int, bytes] | None:
        """Return the newest event of a restored backup if the anchor does not know of the restore yet, else None.

        The anchor then ends in the history that the restore abandoned: with its last event, or, where its end was lost,
        with one before. A restore that the anchor knows of does not excuse that events are missing.
        """
        head = content.head
        if head is None:
            return None
        known = {(entry.seq, entry.mac) for entry in content.entries}
        sql = "SELECT seq, detail, mac FROM audit WHERE action = ? ORDER BY seq DESC"
        for seq, detail, mac in connection.execute(sql, (RESTORE,)):
            restored = json.loads(detail)
            last = int(str(restored.get("instead_of") or "0").partition(" ")[0])
            row = connection.execute("SELECT seq, mac FROM audit WHERE seq = ?", (restored["since"],)).fetchone()
            is_unknown = (seq, bytes(mac)) not in known and row and (row[0], bytes(row[1])) != (head.seq, head.mac)
            if is_unknown and restored["since"] < head.seq <= last:
                self._check_chain(connection, row[0])
                return int(row[0]), bytes(row[1])
        return None

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

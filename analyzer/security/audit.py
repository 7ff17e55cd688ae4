"""The audit log: an append-only chain of HMACs, written in the transaction of the act it records.

Each event's code covers the one before it, so a changed or inserted event, or one
removed from the middle, breaks the chain from there on; newest events cut off leave it whole.
Events carry ids and counts, never the text of a comment.
"""

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from analyzer.store.database import Connection

GENESIS = bytes(32)


@dataclass(frozen=True, slots=True)
class AuditResult:
    """Outcome of a verification: first_bad is the sequence number of the first event that does not fit."""

    ok: bool
    events: int
    first_bad: int | None = None


@dataclass(frozen=True, slots=True)
class AuditLog:
    """Appends and verifies events with the workspace's audit key."""

    key: bytes

    def append(self, connection: Connection, actor: str, action: str, detail: Mapping[str, object]) -> None:
        """Add one event inside the caller's transaction."""
        last = connection.execute("SELECT seq, mac FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
        seq, previous = (last[0] + 1, bytes(last[1])) if last else (1, GENESIS)
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        body = json.dumps(detail, sort_keys=True, ensure_ascii=False)
        mac = self._mac(previous, (seq, at, actor, action, body))
        connection.execute("INSERT INTO audit VALUES(?, ?, ?, ?, ?, ?)", (seq, at, actor, action, body, mac))

    def verify(self, connection: Connection) -> AuditResult:
        """Walk the whole chain."""
        previous, events = GENESIS, 0
        for *event, mac in connection.execute("SELECT * FROM audit ORDER BY seq"):
            events += 1
            expected = self._mac(previous, tuple(event))
            if event[0] != events or not hmac.compare_digest(bytes(mac), expected):
                return AuditResult(False, events, int(event[0]))
            previous = expected
        return AuditResult(True, events)

    def _mac(self, previous: bytes, event: tuple[object, ...]) -> bytes:
        message = previous + json.dumps(event, ensure_ascii=False).encode()
        return hmac.new(self.key, message, sha256).digest()

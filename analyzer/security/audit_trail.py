"""Audit events of one account, written to the audit log in a transaction of their own or in the caller's."""

import json
from collections.abc import Mapping
from datetime import datetime

from analyzer.security.audit_log import AuditLog
from analyzer.security.clock import now
from analyzer.store.database import Connection, Database


class AuditTrail:
    """Writes audit events of one account.

    Attributes:
        actor: the account.
        log: the audit log.
    """

    def __init__(self, database: Database, log: AuditLog, actor: str) -> None:
        """Set the database of the account, through which events are written."""
        self._database = database
        self.log = log
        self.actor = actor

    def record(self, action: str, detail: Mapping[str, object]) -> None:
        """Write an event in a transaction of its own."""
        with self._database.transaction() as connection:
            self.append(connection, action, detail)

    def append(self, connection: Connection, action: str, detail: Mapping[str, object]) -> int:
        """Write an event in the caller's transaction; return its number."""
        return self.log.append(connection, self.actor, action, detail)


def days_since_success(database: Database, action: str) -> int | None:
    """Return the days since an action such as "backup.drill" last succeeded; None if it never did."""
    rows = database.rows("SELECT at, detail FROM audit WHERE action = ? ORDER BY seq DESC", (action,))
    succeeded = next((at for at, detail in rows if json.loads(detail).get("ok") is True), None)
    return (now() - datetime.fromisoformat(succeeded)).days if succeeded else None

"""The log of a workspace: shown, and proven to be whole."""

from collections.abc import Sequence

from analyzer.opened import OpenWorkspace
from analyzer.security.accounts import differences
from analyzer.security.permissions import Permission, needs
from analyzer.security.types import AuditEvent, AuditVerification
from analyzer.store.database import Connection


class AuditDesk(OpenWorkspace):
    """What can be asked of the log."""

    @needs(Permission.AUDIT)
    def audit_show(self, limit: int = 50, actor: str = "", action: str = "", since: str = "") -> tuple[AuditEvent, ...]:
        """Return events, newest first.

        Args:
            limit: how many at most.
            actor: of this account alone.
            action: of this kind alone; "user" is everything that begins so.
            since: from this moment on, ISO 8601.
        """
        parts: list[tuple[str, Sequence[object]]] = [("1", ())]
        parts += [("actor = ?", (actor,))] if actor else []
        parts += (
            [("(action = ? OR substr(action, 1, ?) = ?)", (action, len(action) + 1, f"{action}."))] if action else []
        )
        parts += [("at >= ?", (since,))] if since else []
        where = " AND ".join(sql for sql, _ in parts)
        values = [value for _, values in parts for value in values]
        found = tuple(
            AuditEvent(event.seq, event.at, event.actor, event.action, event.detail)
            for event in self._audit.newest(self._database.connection, where, values, limit)
        )
        self._record("audit.show", {"events": len(found)})
        return found

    @needs(Permission.CHECKS)
    def audit_verify(self) -> AuditVerification:
        """Say whether the log is whole: the chain, its head outside the workspace, and the grants it tells of."""
        found = self._verified()
        self._record("audit.verify", {"ok": found.ok, "events": found.events})
        return found

    def _verified(self) -> AuditVerification:
        with self._custodian.watched():
            return self._looked_through(self._custodian.connection)

    def _looked_through(self, connection: Connection) -> AuditVerification:
        chain = self._audit.verify(connection)
        anchor = str(self._audit.anchor.file) if self._audit.anchor else ""
        if not chain.ok:
            return AuditVerification(False, chain.events, chain.first_bad, chain.reason, anchor)
        wrong = differences(connection, self._audit.events(connection))
        return AuditVerification(not wrong, chain.events, None, "; ".join(wrong), anchor)

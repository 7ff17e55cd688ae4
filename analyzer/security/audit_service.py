"""The audit service: show the audit log and verify it; run the self-test of access and disclosure control."""

from collections.abc import Callable, Sequence

from analyzer.security.accounts import differences
from analyzer.security.audit_log import AuditLog
from analyzer.security.audit_trail import AuditTrail
from analyzer.security.authorization import Authorization
from analyzer.security.permissions import Permission, needs
from analyzer.security.types import AuditEvent, AuditVerification, SelfTest
from analyzer.store.database import Database


class AuditService:
    """Shows and verifies the audit log."""

    name = "audit"

    def __init__(
        self, *, database: Database, admin_database: Database, audit: AuditTrail, authorization: Authorization,
        run_selftest: Callable[[], SelfTest],
    ) -> None:  # fmt: skip
        """Set the database of the account, the unrestricted one for verification, and the self-test."""
        self._run_selftest = run_selftest
        self._database = database
        self._admin_database = admin_database
        self._audit = audit
        self._authorization = authorization

    @needs(Permission.AUDIT)
    def show(self, limit: int = 50, actor: str = "", action: str = "", since: str = "") -> tuple[AuditEvent, ...]:
        """Return events, newest first.

        Args:
            limit: most events to return.
            actor: only events of this account; empty for all.
            action: only this action; "user" includes all actions that begin with "user.".
            since: only events from this time on, ISO 8601.
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
            for event in self._audit.log.newest(self._database.connection, where, values, limit)
        )
        self._audit.record("audit.show", {"events": len(found)})
        return found

    @needs(Permission.CHECKS)
    def verify(self) -> AuditVerification:
        """Verify the chain, its head outside the workspace, and accounts and grants against the log."""
        found = verify_log(self._admin_database, self._audit.log)
        self._audit.record("audit.verify", {"ok": found.ok, "events": found.events})
        return found

    @needs(Permission.CHECKS)
    def selftest(self) -> SelfTest:
        """Try what each role may not do, and attack the figures of a viewer, with this workspace's columns.

        It runs on invented people in a temporary database; the result is put on record and is part of the evidence.
        """
        found = self._run_selftest()
        self._audit.record("audit.selftest", {
            "ok": found.ok, "calls": found.calls, "statements": found.statements, "questions": found.questions,
            "recovered": found.recovered, "wrong": len(found.wrong),
        })  # fmt: skip
        return found


def verify_log(admin_database: Database, log: AuditLog) -> AuditVerification:
    """Verify the chain of events, its head outside the workspace, and accounts and grants against the events."""
    with admin_database.translate_errors():
        connection = admin_database.connection
        chain = log.verify(connection)
        anchor = str(log.anchor.file) if log.anchor else ""
        if not chain.ok:
            return AuditVerification(False, chain.events, chain.first_bad, chain.reason, anchor)
        wrong = differences(connection, log.events(connection))
        return AuditVerification(not wrong, chain.events, None, "; ".join(wrong), anchor)

"""Anchor a workspace again: after its clock was wrong, or after it was moved to a machine without its anchor."""

from collections.abc import Callable

from analyzer.custody.types import Reanchored
from analyzer.errors import UsageError
from analyzer.security.audit_log import REANCHOR
from analyzer.security.authorization import Authorization
from analyzer.security.clock import now, stamp
from analyzer.security.permissions import Permission, needs
from analyzer.security.workspace_store import WorkspaceStore


class ReanchorService:
    """States, for the audit log, that the clock of this machine and this copy of the workspace are the right ones."""

    name = "audit"

    def __init__(
        self, *, store: WorkspaceStore, authorization: Authorization, scrub_note: Callable[[str], str], actor: str
    ) -> None:
        """Create the service; the store was opened to be anchored again."""
        self._store = store
        self._authorization = authorization
        self._scrub_note = scrub_note
        self._actor = actor

    @needs(Permission.ACCOUNTS)
    def reanchor(self, reason: str) -> Reanchored:
        """Confirm the clock, and start the anchor if it is missing; both are on record with the reason.

        Raises:
            UsageError: if no reason is given.
            AuditError: if the anchor cannot be written.
        """
        if not reason.strip():
            raise UsageError("give the reason with --reason; it goes to the audit log")
        database, is_missing = self._store.database, self._store.is_anchor_missing
        scrubbed = self._scrub_note(reason)
        with database.transaction() as connection:
            before = self._store.audit.time(connection)
            detail = {"reason": scrubbed, "clock_before": before.latest, "anchor": "new" if is_missing else "kept"}
            self._store.audit.append(connection, self._actor, REANCHOR, detail)
        if is_missing:
            self._store.start_anchor()
        return Reanchored(
            at=stamp(now()), by=self._actor, reason=scrubbed, before=before.latest, is_new_anchor=is_missing
        )

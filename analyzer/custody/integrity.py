"""The integrity service: check that all stored data is complete and consistent."""

from contextlib import suppress

from analyzer.errors import WorkspaceError
from analyzer.index.corpus_index import CorpusIndex
from analyzer.index.feedback_table import FeedbackTable
from analyzer.index.inventory import find_inconsistencies
from analyzer.index.types import Verification
from analyzer.index.vectors import open_index
from analyzer.security.audit_service import verify_log
from analyzer.security.audit_trail import AuditTrail
from analyzer.security.authorization import Authorization
from analyzer.security.permissions import Permission, needs
from analyzer.store.database import Database


class IntegrityService:
    """Integrity checks of all stored data."""

    name = "integrity"

    def __init__(
        self,
        *,
        admin_database: Database,
        table: FeedbackTable,
        index: CorpusIndex,
        audit: AuditTrail,
        authorization: Authorization,
    ) -> None:
        """Create the service; `admin_database` is the connection without restrictions."""
        self._admin_database = admin_database
        self._table = table
        self._index = index
        self._audit = audit
        self._authorization = authorization

    @needs(Permission.CHECKS)
    def verify(self) -> Verification:
        """Check cipher pages, tables, word index, vectors, audit chain and cache."""
        problems = self._admin_database.problems() + find_inconsistencies(self._admin_database)
        log = verify_log(self._admin_database, self._audit.log)
        if not log.ok:
            problems.append(f"audit log: {log.reason} (event {log.first_bad})" if log.first_bad else log.reason)
        cache = "none"
        if self._index.dimension:
            table = FeedbackTable(self._admin_database)
            with suppress(WorkspaceError):  # vectors that cannot be read, which are among the problems
                file = self._index.cache_file()
                index, is_cached = open_index(table, file, self._index.dimension)
                if not is_cached:
                    with suppress(OSError):
                        index.prepared().save(file)
                cache = "sound" if is_cached else "rebuilt"
        self._audit.record("verify", {"problems": len(problems)})
        return Verification(not problems, tuple(problems), self._table.count(), log.events + 1, cache)

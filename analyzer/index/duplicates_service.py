"""The duplicates service: find letters sent by many, templates and copies with small changes."""

from analyzer.index.duplicate_groups import (
    are_stale,
    count_duplicates,
    find_duplicates,
    list_duplicates,
    write_duplicates,
)
from analyzer.index.feedback_table import FeedbackTable
from analyzer.index.types import Duplicates
from analyzer.security.audit_trail import AuditTrail
from analyzer.security.authorization import Authorization
from analyzer.security.permissions import Permission, needs
from analyzer.store.database import Database
from analyzer.store.import_lock import ImportLock


class DuplicatesService:
    """Near duplicates among the comments of a workspace."""

    name = "duplicates"

    def __init__(
        self,
        *,
        database: Database,
        table: FeedbackTable,
        audit: AuditTrail,
        authorization: Authorization,
        import_lock: ImportLock,
    ) -> None:
        """Set the dependencies; `import_lock` is held while groups are written."""
        self._database = database
        self._table = table
        self._audit = audit
        self._authorization = authorization
        self._import_lock = import_lock

    @needs(Permission.IMPORTS)
    def find(self) -> Duplicates:
        """Look for near duplicates among all texts again, and store their groups; an import of few texts does it too.

        Raises:
            WorkspaceError: if an import is running.
        """
        with self._import_lock.hold():
            groups = find_duplicates(self._database)
            with self._database.transaction() as connection:
                write_duplicates(connection, groups)
                self._audit.append(connection, "duplicates.find", {"groups": len(set(groups.values()))})
        return self._read("", 0)

    @needs(Permission.COMMENTS)
    def list(self, where: str = "", limit: int = 20) -> Duplicates:
        """Return the groups with at least two matching comments, those of the most comments first.

        To count each group once anywhere, add `copies = once` to a filter.
        """
        found = self._read(where, limit)
        self._audit.record("duplicates.list", {"ids": [one for group in found.groups for one in group.ids]})
        return found

    def _read(self, where: str, limit: int) -> Duplicates:
        chosen = self._table.predicate(where)
        count, copies = count_duplicates(self._database, chosen)
        return Duplicates(
            comments=self._table.count(where), different=self._table.count_different(chosen), count=count,
            copies=copies, groups=tuple(list_duplicates(self._database, chosen, limit)),
            is_stale=are_stale(self._database),
        )  # fmt: skip

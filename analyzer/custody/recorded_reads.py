"""Reads as the audit log has them: which records an account saw, and of how many people."""

from dataclasses import dataclass

from analyzer.custody.types import SeenBy
from analyzer.index.feedback_table import CHUNK
from analyzer.security.accounts import grant_of
from analyzer.security.incident_log import AccountReads
from analyzer.store.database import Database


@dataclass(frozen=True, slots=True)
class RecordedReads:
    """Counts reads over everything that is stored."""

    admin_database: Database

    def by_account(self, one: AccountReads) -> SeenBy:
        """Return what one account saw, counted by records and people."""
        grant = grant_of(self.admin_database.connection, one.account)
        ids = sorted(one.ids)
        return SeenBy(
            one.account, tuple(grant.roles) if grant else (), one.first, one.last, one.events, len(ids),
            self.people(ids), one.all_records, one.refused, tuple(one.files), one.actions, tuple(ids),
        )  # fmt: skip

    def people(self, ids: list[str] | None) -> int:
        """Return how many known people wrote records; None for all."""
        if ids is None:
            return int(self.admin_database.rows("SELECT count(DISTINCT respondent) FROM feedback")[0][0])
        found: set[str] = set()
        for start in range(0, len(ids), CHUNK):
            part = ids[start : start + CHUNK]
            marks = ",".join("?" * len(part))
            sql = f"SELECT DISTINCT respondent FROM feedback WHERE respondent IS NOT NULL AND id IN ({marks})"
            found |= {row[0] for row in self.admin_database.rows(sql, part)}
        return len(found)

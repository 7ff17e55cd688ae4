"""Reads recorded in the audit log: how many records of how many people an account saw."""

from dataclasses import dataclass

from analyzer.custody.types import SeenBy
from analyzer.index.feedback_table import CHUNK
from analyzer.security.accounts import grant_of
from analyzer.security.incident_log import AccountReads
from analyzer.store.database import Database


@dataclass(frozen=True, slots=True)
class RecordedReads:
    """Counts reads over all stored records."""

    admin_database: Database

    def by_account(self, reads: AccountReads) -> SeenBy:
        """Return what one account saw, with the number of records and people."""
        grant = grant_of(self.admin_database.connection, reads.account)
        ids = sorted(reads.ids)
        return SeenBy(
            reads.account, tuple(grant.roles) if grant else (), reads.first, reads.last, reads.events, len(ids),
            self.people(ids), reads.all_records, reads.refused, tuple(reads.files), reads.actions, tuple(ids),
        )  # fmt: skip

    def people(self, ids: list[str] | None) -> int:
        """Return the number of known respondents of the records; of all records if `ids` is None."""
        if ids is None:
            return int(self.admin_database.rows("SELECT count(DISTINCT respondent) FROM feedback")[0][0])
        found: set[str] = set()
        for start in range(0, len(ids), CHUNK):
            part = ids[start : start + CHUNK]
            placeholders = ",".join("?" * len(part))
            sql = f"SELECT DISTINCT respondent FROM feedback WHERE respondent IS NOT NULL AND id IN ({placeholders})"
            found |= {row[0] for row in self.admin_database.rows(sql, part)}
        return len(found)

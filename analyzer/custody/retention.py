"""The retention service: retention rules, the records due under them, and their deletion."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from analyzer.custody.deletion import DeletionTarget
from analyzer.custody.erasure import ErasureService
from analyzer.custody.types import Erasure, RetentionRule
from analyzer.errors import AuditError, UsageError
from analyzer.index.feedback_table import RESPONSES, FeedbackTable
from analyzer.privacy.workspace_scrubber import WorkspaceScrubber
from analyzer.security.audit_trail import AuditTrail
from analyzer.security.authorization import Authorization
from analyzer.security.clock import now, stamp
from analyzer.security.permissions import Permission, needs
from analyzer.store.database import Database
from analyzer.types import ColumnRole

LONGEST_MONTHS = 1_200
BATCH = 5_000
"""Records deleted in one transaction."""


class RetentionService:
    """Retention rules: how long comments are kept, which are due, and their deletion."""

    name = "retention"

    def __init__(
        self,
        *,
        database: Database,
        admin_database: Database,
        table: FeedbackTable,
        audit: AuditTrail,
        authorization: Authorization,
        scrubber: WorkspaceScrubber,
        erasure: ErasureService,
    ) -> None:
        """Create the service; `erasure` deletes the records that are due."""
        self._database = database
        self._admin_database = admin_database
        self._table = table
        self._audit = audit
        self._authorization = authorization
        self._scrubber = scrubber
        self._erasure = erasure

    @needs(Permission.ERASURE)
    def set(self, months: int, where: str = "", reason: str = "") -> RetentionRule:
        """Add a rule: comments that match a filter are kept for so many months, and deleted by a later run.

        Raises:
            UsageError: if the filter is invalid, or the months are out of range (1 to 1,200).
        """
        if not 1 <= months <= LONGEST_MONTHS:
            raise UsageError(f"retention is from 1 to {LONGEST_MONTHS:,} months")
        self._table.predicate(where)
        scrubbed = self._scrubber.scrub_note(reason)
        row = (months, where, scrubbed, stamp(now()), self._audit.actor)
        with self._database.transaction() as connection:
            number = connection.execute(
                "INSERT INTO retention(months, condition, reason, made, actor, ended) VALUES(?, ?, ?, ?, ?, '') "
                "RETURNING rule_id", row,
            ).fetchone()[0]  # fmt: skip
            self._audit.append(connection, "retention.set", {"rule": number, "months": months})
        return next(rule for rule in self._rules_in_force() if rule.number == number)

    @needs(Permission.ERASURE)
    def list(self) -> tuple[RetentionRule, ...]:
        """Return the rules in force, each with the number of comments due."""
        found = self._rules_in_force()
        self._audit.record("retention.list", {"rules": len(found)})
        return found

    @needs(Permission.ERASURE)
    def drop(self, number: int) -> tuple[RetentionRule, ...]:
        """End a rule; return the rules still in force.

        Raises:
            UsageError: if no such rule is in force.
        """
        with self._database.transaction() as connection:
            cursor = connection.execute(
                "UPDATE retention SET ended = ? WHERE rule_id = ? AND ended = ''", (stamp(now()), number)
            )
            if not cursor.rowcount:
                raise UsageError(f"no rule {number}; they are listed by: analyzer retention list")
            self._audit.append(connection, "retention.drop", {"rule": number})
        return self._rules_in_force()

    @needs(Permission.ERASURE)
    def run(self, dry_run: bool = False) -> tuple[Erasure, ...]:
        """Delete the records due under the rules in force; return a receipt per rule and batch.

        Args:
            dry_run: return what would be deleted without deleting it.

        Raises:
            AuditError: if the clock has jumped and no administrator has confirmed it: all comments would look due.
        """
        if not dry_run:
            self._check_clock()
        found = []
        for rule in self._rules_in_force():
            for part in range(-(-rule.due // BATCH)):
                find = partial(self._target, rule, part * BATCH if dry_run else 0)
                found.append(self._erasure.delete(find, f"kept for {rule.months} months", dry_run))
        if not found:
            self._audit.record("retention.run", {"due": 0})
        return tuple(one for one in found if one.records)

    def _target(self, rule: RetentionRule, offset: int) -> DeletionTarget:
        """Return the next records that are due; read again for each portion, since numbers may be used again."""
        return DeletionTarget("retention", f"rule {rule.number}", (), tuple(self._due(rule)[offset : offset + BATCH]))

    def _check_clock(self) -> None:
        try:
            self._audit.log.check_clock(self._admin_database.connection)
        except AuditError as error:
            self._audit.record("denied", {"method": "retention.run"})
            raise AuditError(f"nothing was erased: {error}") from error

    def _rules_in_force(self) -> tuple[RetentionRule, ...]:
        rows = self._database.rows(
            "SELECT rule_id, months, condition, reason, made, actor FROM retention WHERE ended = '' ORDER BY rule_id"
        )
        rules = [RetentionRule(*row) for row in rows]
        return tuple(self._counted(rule) for rule in rules)

    def _counted(self, rule: RetentionRule) -> RetentionRule:
        chosen, date = self._table.responses(rule.where), self._date()
        is_future = f"{date} > i.started"
        sql = (
            f"SELECT count(*) FILTER (WHERE {date} IS NULL), count(*) FILTER (WHERE {is_future}) "
            f"FROM {RESPONSES} JOIN imports i USING(import_id) WHERE {chosen.sql}"
        )
        ((undated, future),) = self._database.rows(sql, chosen.parameters)
        return replace(rule, due=len(self._due(rule)), undated=undated, future=future)

    def _date(self) -> str:
        """Return the SQL of a response's date, NULL where it has none."""
        date = self._table.column_of(ColumnRole.DATE)
        return date.sql if date else "NULL"

    def _due(self, rule: RetentionRule) -> Sequence[int]:
        """Return the numbers of the records that are older than a rule allows, oldest first.

        The age of a response counts from its date; without one, or if it is dated after its import, which is an error
        in the source, from the import.
        """
        chosen, date = self._table.responses(rule.where), self._date()
        dated = f"coalesce(min({date}, i.started), i.started)"
        rows = self._database.rows(
            f"SELECT f.response_id FROM {RESPONSES} JOIN imports i USING(import_id) WHERE {chosen.sql} AND {dated} < ? "
            f"ORDER BY {dated}, f.response_id", (*chosen.parameters, _months_before(rule.months)),
        )  # fmt: skip
        return [row[0] for row in rows]


def _months_before(months: int) -> str:
    """Return the ISO date so many months before today; the last day of the month if it is shorter."""
    today = now().astimezone(UTC)
    month = today.year * 12 + today.month - 1 - months
    for day in range(today.day, today.day - 4, -1):
        try:
            return datetime(month // 12, month % 12 + 1, day, tzinfo=UTC).date().isoformat()
        except ValueError:
            continue
    raise UsageError(f"{months} months before today is not a date")

"""Services for figures over every comment: shares, exact tables, and the labels that correct shares."""

from collections.abc import Callable, Mapping
from typing import Protocol

from analyzer.counting.labels import ANSWERS, keep_labels, keep_scale, labeled_predicates, read_known, undo_last
from analyzer.counting.prevalence import Counter
from analyzer.counting.tables import Wanted, count_exactly, make_table
from analyzer.counting.types import Count, LabelTask, Table
from analyzer.errors import UsageError
from analyzer.index.feedback_table import FeedbackTable
from analyzer.security.audit_trail import AuditTrail
from analyzer.security.authorization import Authorization
from analyzer.security.permissions import Permission, needs
from analyzer.store.database import Database

LABELS_AT_A_TIME = 25


class GuardsTables(Protocol):
    """Withholds figures of few people from accounts that see no comments."""

    def guard_table(self, where: str, by: str, made: Table) -> Table:
        """Return a table without the rows that may not be shown."""


class CountsService:
    """Shares of comments with intervals, and exact tables of columns."""

    name = "counts"

    def __init__(
        self,
        *,
        database: Database,
        admin_database: Database,
        table: FeedbackTable,
        audit: AuditTrail,
        authorization: Authorization,
        counter: Callable[[], Counter],
        labels: "LabelsService",
        guard: GuardsTables,
    ) -> None:
        """Take what figures are made from; the admin database is used for tables that show no comment."""
        self._database = database
        self._admin_database = admin_database
        self._table = table
        self._audit = audit
        self._authorization = authorization
        self._counter = counter
        self._labels = labels
        self._guard = guard

    @needs(Permission.COMMENTS)
    def count(
        self, predicate: str = "", where: str = "", by: str = "", period: str = "",
        labels: Mapping[str, str] | None = None,
    ) -> Count:  # fmt: skip
        """Count the comments that say something, among all that match a filter, as a share with its interval.

        Args:
            predicate: what they are counted for, in words; without it the share of comments that match the filter,
                which is exact.
            where: filter over the columns.
            by: a column whose values make groups.
            period: day, week, month, quarter or year, where that column is a date (month if not said).
            labels: answers of a person, record id -> yes, no or unsure, kept before counting.

        Raises:
            UsageError: on a filter, column or label that is not understood.
        """
        predicate = " ".join(predicate.split())
        if labels:
            self._labels.keep(predicate, labels)
        if not predicate:
            result = count_exactly(self._database, self._table, where, by, period)
        else:
            result = self._counter().count(predicate, where, by, period)
        self._audit.record("count", {"ids": list(result.examples), "denominator": result.denominator})
        return result

    @needs(Permission.FIGURES)
    def table(self, wanted: Wanted, where: str = "") -> Table:
        """Tabulate a measure by groups of the matching comments: exact, from the columns alone."""
        database = (
            self._database if self._authorization.may_quote else self._admin_database
        )  # counts people, and shows none
        made = make_table(database, self._table, where, wanted)
        if not self._authorization.may_quote:
            made = self._guard.guard_table(where, f"{wanted.by} {wanted.period}", made)
        self._audit.record("table", {"rows": len(made.rows), "measure": wanted.measure.value})
        return made


class LabelsService:
    """What people say of single comments; their labels correct the shares that a model alone would give."""

    name = "labels"

    def __init__(
        self,
        *,
        database: Database,
        table: FeedbackTable,
        audit: AuditTrail,
        authorization: Authorization,
        counter: Callable[[], Counter],
        is_clean: Callable[[str], bool],
    ) -> None:
        """Take what labels are kept in; a predicate must be clean of personal data, since it is stored."""
        self._database = database
        self._table = table
        self._audit = audit
        self._authorization = authorization
        self._counter = counter
        self._is_clean = is_clean

    @needs(Permission.COMMENTS, Permission.LABELS)
    def next(self, predicate: str, where: str = "", limit: int = LABELS_AT_A_TIME) -> tuple[LabelTask, ...]:
        """Return the comments most worth labeling next for a predicate; answer them with keep().

        Raises:
            UsageError: if the predicate is empty.
        """
        if not predicate.strip():
            raise UsageError('say what the comments are to be judged for, such as "long waiting times"')
        chosen = [record_id for _, record_id in self._counter().to_label(" ".join(predicate.split()), where, limit)]
        records = self._table.get(chosen)
        self._audit.record("labels.next", {"ids": chosen})
        return tuple(LabelTask(one, records[one].text, records[one].fields) for one in chosen)

    @needs(Permission.LABELS)
    def keep(self, predicate: str, answers: Mapping[str, str]) -> int:
        """Keep whether comments say what the predicate says; return how many texts are labeled now.

        Args:
            predicate: as in count(), without personal data, for it is kept.
            answers: record id -> yes, no or unsure.

        Raises:
            UsageError: on an unknown id or answer; nothing is kept then.
        """
        predicate = " ".join(predicate.split())
        if unknown := sorted({answer for answer in answers.values() if answer not in ANSWERS}):
            raise UsageError(f'label "{unknown[0]}" is not understood; write {", ".join(ANSWERS)}')
        texts = self._table.texts_of(list(answers))
        if missing := [record_id for record_id in answers if record_id not in texts]:
            raise UsageError(f"no record {missing[0]}; ids are listed by: analyzer labels next")
        if not predicate or not self._is_clean(predicate):
            raise UsageError("say what the comments are judged for, in words without personal data")
        judgement = self._counter().judge(predicate)
        with self._database.transaction() as connection:
            number = keep_scale(connection, self._audit.actor, predicate, judgement.scale, judgement.words)
            keep_labels(
                connection, self._audit.actor, number, {texts[i]: ANSWERS[answer] for i, answer in answers.items()}
            )
            self._audit.append(connection, "labels.keep", {"predicate": number, "ids": list(answers)})
        return len(read_known(self._database, predicate).labels)

    @needs(Permission.LABELS)
    def undo(self, predicate: str) -> int:
        """Take the latest label of a predicate back; return how many texts are labeled still.

        Raises:
            UsageError: if there is none.
        """
        known = read_known(self._database, predicate)
        with self._database.transaction() as connection:
            undone = undo_last(connection, self._audit.actor, known.predicate_id)
            if undone is None:
                raise UsageError("there is no label to take back")
            self._audit.append(connection, "labels.undo", {"predicate": known.predicate_id})
        return len(read_known(self._database, predicate).labels)

    @needs(Permission.LABELS)
    def list(self) -> tuple[tuple[str, int], ...]:
        """Return what has been labeled for, and how many texts."""
        found = tuple(labeled_predicates(self._database))
        self._audit.record("labels.list", {"predicates": len(found)})
        return found

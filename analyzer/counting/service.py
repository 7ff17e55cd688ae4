"""The counts service and the labels service: shares, exact tables, and the labels that correct shares."""

from collections.abc import Callable, Mapping
from pathlib import Path

from analyzer.counting.labels import ANSWERS, keep_labels, keep_scale, labeled_predicates, read_known, undo_last
from analyzer.counting.prevalence import Counter
from analyzer.counting.tables import Wanted, count_exactly, make_table, question_of
from analyzer.counting.types import Count, LabelTask, Table
from analyzer.errors import UsageError
from analyzer.index.feedback_table import FeedbackTable
from analyzer.index.figure_questions import GuardsFigures
from analyzer.index.filters import check_is_text
from analyzer.security.audit_trail import AuditTrail
from analyzer.security.authorization import Authorization
from analyzer.security.files_service import FilesService
from analyzer.security.permissions import Permission, needs
from analyzer.store.database import Database
from analyzer.store.output_files import csv_bytes
from analyzer.types import WrittenFile

LABELS_AT_A_TIME = 25


class CountsService:
    """Counts shares of comments with intervals, and makes exact tables of columns."""

    name = "counts"

    def __init__(
        self,
        *,
        database: Database,
        table: FeedbackTable,
        audit: AuditTrail,
        authorization: Authorization,
        counter: Callable[[], Counter],
        labels: "LabelsService",
        guard: GuardsFigures,
    ) -> None:
        """Take the dependencies; `guard` answers tables for accounts without access to comments."""
        self._database = database
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
        """Count the comments to which a predicate applies, among those that match a filter: a share with its interval.

        Args:
            predicate: the statement to count, in words; without it the exact share of comments that match the filter.
            where: filter over the columns.
            by: name of the column to group by.
            period: day, week, month, quarter or year, if that column is a date; default month.
            labels: record id -> yes, no or unsure; stored before counting.

        Raises:
            UsageError: if a filter, column or label is not understood.
        """
        check_is_text("the statement", predicate, by)
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
        """Return a measure by groups of the matching comments, computed exactly from the columns."""
        if self._authorization.may_quote:
            made = make_table(self._database, self._table, where, wanted)
            self._audit.record("table", {"rows": len(made.rows), "measure": wanted.measure.value})
            return made
        with self._guard.answer(question_of(self._table, where, wanted)) as disclosed:
            made = make_table(self._database, self._table, where, wanted, disclosed)
            detail = {"rows": len(made.rows), "measure": wanted.measure.value}
            self._audit.append(disclosed.connection, "table", detail)
        return made


class LabelsService:
    """Stores the labels that people give to single comments; they correct the shares that a model estimates."""

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
        files: FilesService,
    ) -> None:
        """Take the dependencies; `is_clean` checks predicates for personal data, because predicates are stored."""
        self._database = database
        self._table = table
        self._audit = audit
        self._authorization = authorization
        self._counter = counter
        self._is_clean = is_clean
        self._files = files

    @needs(Permission.COMMENTS, Permission.LABELS)
    def next(self, predicate: str, where: str = "", limit: int = LABELS_AT_A_TIME) -> tuple[LabelTask, ...]:
        """Return the comments to label next for a predicate; store the answers with keep().

        Raises:
            UsageError: if the predicate is empty.
        """
        found = self._tasks(predicate, where, limit)
        self._audit.record("labels.next", {"ids": [task.id for task in found]})
        return found

    @needs(Permission.COMMENTS, Permission.LABELS, Permission.EXPORTS)
    def write_next(
        self, predicate: str, out: Path | str, where: str = "", limit: int = LABELS_AT_A_TIME
    ) -> WrittenFile:
        """Write the comments to label next to a new CSV file, to fill in and store with keep().

        Raises:
            UsageError: if the predicate is empty, the file exists, or files must be marked.
        """
        found = self._tasks(predicate, where, limit)
        content = csv_bytes(("id", "label", "text"), [(task.id, "", task.text) for task in found])
        event = "labels.next", {"ids": [task.id for task in found]}
        return self._files.export(out, [content], event, rows=len(found))

    def _tasks(self, predicate: str, where: str, limit: int) -> tuple[LabelTask, ...]:
        if not predicate.strip():
            raise UsageError('no predicate given; say what the comments are judged for, such as "long waiting times"')
        chosen = [record_id for _, record_id in self._counter().to_label(" ".join(predicate.split()), where, limit)]
        records = self._table.get(chosen)
        return tuple(LabelTask(one, records[one].text, records[one].fields) for one in chosen)

    @needs(Permission.LABELS)
    def keep(self, predicate: str, answers: Mapping[str, str]) -> int:
        """Store whether a predicate applies to comments; return the number of texts labeled now.

        Args:
            predicate: as in count(), without personal data, because it is stored.
            answers: record id -> yes, no or unsure.

        Raises:
            UsageError: if an id or answer is unknown; nothing is stored then.
        """
        predicate = " ".join(predicate.split())
        if unknown := sorted({answer for answer in answers.values() if answer not in ANSWERS}):
            raise UsageError(f'label "{unknown[0]}" is not understood; write {", ".join(ANSWERS)}')
        texts = self._table.texts_of(list(answers))
        if missing := [record_id for record_id in answers if record_id not in texts]:
            raise UsageError(f"no record {missing[0]}; ids are listed by: analyzer labels next")
        if not predicate or not self._is_clean(predicate):
            raise UsageError(
                "the predicate is empty or has personal data; say what the comments are judged for in other words"
            )
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
        """Undo the latest label of a predicate; return the number of texts still labeled.

        Raises:
            UsageError: if there is no label.
        """
        known = read_known(self._database, predicate)
        with self._database.transaction() as connection:
            undone = undo_last(connection, self._audit.actor, known.predicate_id)
            if undone is None:
                raise UsageError("there is no label to undo; list the labels: analyzer labels list")
            self._audit.append(connection, "labels.undo", {"predicate": known.predicate_id})
        return len(read_known(self._database, predicate).labels)

    @needs(Permission.LABELS)
    def list(self) -> tuple[tuple[str, int], ...]:
        """Return the labeled predicates, each with its number of labeled texts."""
        found = tuple(labeled_predicates(self._database))
        self._audit.record("labels.list", {"predicates": len(found)})
        return found

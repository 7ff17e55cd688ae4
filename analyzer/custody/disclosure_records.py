"""The units of figures (comments, and responses) as one account sees them, their people, and the cells of a question.

Conditions and groups run on the account's own connection only. The connection without restrictions reads who wrote a
response, by fixed statements without anything of the question in them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from analyzer.custody.disclosure_control import OUTSIDE, Labels, Mask
from analyzer.errors import UsageError
from analyzer.index.aggregates import grouping
from analyzer.index.feedback_table import RESPONSES, ROWS, FeedbackTable
from analyzer.index.figure_questions import RESPONDENTS, Counted, FigureQuestion
from analyzer.index.filters import ColumnTarget, Predicate, number_of, split_filter
from analyzer.store.casefold import casefolded
from analyzer.store.database import Database
from analyzer.types import FieldValue, Kind

FOLDED = (Kind.CATEGORY, Kind.TEXT, Kind.BOOLEAN, Kind.CODE)
"""Kinds whose values a tally of cut values compares without regard to case."""


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups of a table.

    Attributes:
        labels: int64[u], group of each unit; keys: key of each group, as in the figure.
        ignores_case: whether the keys are folded; overlaps: whether a unit may have several groups.
        column: what the groups are of, as in conditions(); empty for one group of all.
    """

    labels: Labels
    keys: tuple[FieldValue, ...]
    ignores_case: bool = False
    overlaps: bool = False
    column: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class CountedRecords:
    """The units that an account sees: each comment, and each response without comments; in order of response.

    Attributes:
        database, table: of the account.
        responses: int64[u], number of the response of each unit; comments: int64[u], number of its comment, 0 for none.
        people: int64[u], number of its person from 0; a response without known respondent is another person.
        is_known: bool[u], whether the respondent is known.
    """

    database: Database
    table: FeedbackTable
    responses: NDArray[np.int64]
    comments: NDArray[np.int64]
    people: NDArray[np.int64]
    is_known: Mask
    _masks: dict[Predicate, Mask] = field(default_factory=dict)

    @classmethod
    def read(cls, database: Database, admin_database: Database, table: FeedbackTable) -> "CountedRecords":
        """Read the units of an account; the authors are read from the connection without restrictions."""
        units = database.rows(
            "SELECT r.response_id, coalesce(f.n, 0) FROM responses r LEFT JOIN feedback f USING(response_id) "
            "ORDER BY 1, 2"
        )
        known = dict(admin_database.rows("SELECT response_id, respondent FROM responses WHERE respondent IS NOT NULL"))
        authors = [known.get(response, response) for response, _ in units]
        numbers: dict[object, int] = {}
        people = [numbers.setdefault(author, len(numbers)) for author in authors]
        whole = np.array(units, dtype=np.int64).reshape(len(units), 2)
        is_known = np.array([response in known for response, _ in units], dtype=bool)
        return cls(database, table, whole[:, 0], whole[:, 1], np.array(people, dtype=np.int64), is_known)

    def counts(self, counted: Counted) -> Mask:
        """Return the units that are counted: comments, or the first unit of each response."""
        if counted == "comments":
            return np.asarray(self.comments > 0)
        return np.asarray(np.diff(self.responses, prepend=-1) != 0)

    @property
    def everything(self) -> Mask:
        """All units."""
        return np.ones(len(self.people), dtype=bool)

    def mask(self, predicate: Predicate) -> Mask:
        """Return the units that a predicate selects: comments if it is about comments, else all units of responses."""
        if predicate not in self._masks:
            column, source, units = self._source(predicate.is_about_comments)
            rows = self.database.rows(f"SELECT {column} FROM {source} WHERE {predicate.sql}", predicate.parameters)
            self._masks[predicate] = np.isin(units, np.array([row[0] for row in rows], dtype=np.int64))
        return self._masks[predicate]

    def conditions(self, where: str) -> dict[str, list[Predicate]]:
        """Return the comparisons of a filter by what they are about."""
        found: dict[str, list[Predicate]] = {}
        for condition in split_filter(where, self.table.columns()):
            found.setdefault(condition.dimension, []).append(condition.predicate)
        return found

    def groups(self, question: FigureQuestion) -> Groups:
        """Return the groups of all units, by the keys of the figure; one group of no key without a grouping."""
        if not question.by:
            return Groups(np.zeros(len(self.people), dtype=np.int64), (None,))
        key, target, ignores_case = self._key(question)
        column, source, units = self._source(target.is_of_comment)
        rows = self.database.rows(f"SELECT {column}, {key} FROM {source}")
        numbers: dict[FieldValue, int] = {}
        found = {unit: numbers.setdefault(value, len(numbers)) for unit, value in rows}
        labels = np.array([found.get(unit, OUTSIDE) for unit in units.tolist()], dtype=np.int64)
        overlaps = target.column.kind is Kind.MULTI
        return Groups(labels, tuple(numbers), ignores_case, overlaps, target.column.name)

    def contributing(self, question: FigureQuestion) -> Mask:
        """Return the units with a value of the measure; all units for counts."""
        if not question.measured:
            return self.everything
        if question.measured == RESPONDENTS:
            return self.is_known
        value, parameters = number_of(self.table.columns()[question.measured])
        sql, low, high = f"({value}) IS NOT NULL", question.low, question.high
        if low is not None and high is not None:
            sql, parameters = f"(({value}) BETWEEN ? AND ?)", (*parameters, low, high)
        return self.mask(Predicate(sql, parameters))

    def lifted(self, labels: Labels, counted: Counted) -> Labels:
        """Return the labels of the counted units; others are OUTSIDE.

        A response whose comments have several labels is in a cell of its own for each combination of them.
        """
        units = self.counts(counted)
        if counted == "comments":
            return np.where(units, labels, OUTSIDE)
        _, place = np.unique(self.responses, return_inverse=True)
        width = int(labels.max(initial=0)) + 1
        names = np.random.default_rng(width).integers(1, 2**63, size=width, dtype=np.uint64)
        pairs = np.unique(place * width + labels)
        combined = np.zeros(int(place.max(initial=-1)) + 1, dtype=np.uint64)
        np.add.at(combined, pairs // width, names[pairs % width])
        cells = np.unique(combined, return_inverse=True)[1].astype(np.int64)
        return np.where(units, cells[place], OUTSIDE)

    def _key(self, question: FigureQuestion) -> tuple[str, ColumnTarget, bool]:
        columns = self.table.columns()
        if not question.is_of_values:
            made = grouping(columns, question.by, question.period)
            sql = made.target.sql if made.join else made.sql  # overlapping groups are not shown
            return (casefolded(sql) if made.ignores_case else sql), made.target, made.ignores_case
        target = columns[question.by]
        sql = f"substr({target.sql}, 1, {int(question.characters)})" if question.characters else target.sql
        is_folded = target.column.kind in FOLDED
        return (casefolded(sql) if is_folded else sql), target, is_folded

    def _source(self, is_of_comments: bool) -> tuple[str, str, NDArray[np.int64]]:
        if is_of_comments:
            return "f.n", ROWS, self.comments
        return "f.response_id", RESPONSES, self.responses


def named_columns(table: FeedbackTable, question: FigureQuestion) -> Sequence[str]:
    """Return the names of the columns in the filter and the groups of a question.

    Raises:
        UsageError: if the filter or a column is not understood.
    """
    columns = table.columns()
    named = [condition.target.column.name for condition in split_filter(question.where, columns)]
    if question.is_of_values:
        if question.by not in columns:
            raise UsageError(f'no column "{question.by}"; columns: {", ".join(sorted(columns))}')
        named.append(question.by)
    elif question.by:
        named.append(grouping(columns, question.by, question.period).target.column.name)
    return named

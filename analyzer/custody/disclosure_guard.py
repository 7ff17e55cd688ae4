"""Disclosure guard: limits accounts that see no comments to figures about groups, over all questions they ever asked.

The questions of an account are in the database, in their order. An answer is decided, written there and computed in one
transaction, so that other handles and processes of the account decide from the same questions.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numpy as np

from analyzer.custody.disclosure_control import (
    LEAST_PEOPLE,
    OUTSIDE,
    DisclosedFigures,
    Labels,
    Mask,
    joined,
    people_in,
    shown_groups,
)
from analyzer.custody.disclosure_records import CountedRecords, named_columns
from analyzer.errors import UnknownColumnError, UsageError, WithheldError
from analyzer.index.aggregates import MOST_GROUPS
from analyzer.index.feedback_table import FeedbackTable
from analyzer.index.figure_questions import Counted, Disclosed, FigureQuestion
from analyzer.index.filters import Predicate, unknown_column
from analyzer.security.clock import now, stamp
from analyzer.store.database import Connection, Database
from analyzer.types import FieldValue

MOST_FILTERS = 100
"""Filters that one account may use; each is stored and applied again after every change of the records."""
ALSO_NAMED = frozenset({"dataset", "question", "language"})
"""Columns without values in the file that figures may be about; others name comments and people, or are their text."""
TOO_FEW = (
    f"the result would describe fewer than {LEAST_PEOPLE} people, alone or combined with your earlier queries; "
    "use a wider filter"
)
TOO_MANY = f"your account has used {MOST_FILTERS} different filters, the maximum; ask an analyst"


@dataclass(frozen=True, slots=True)
class _About:
    """What a question is about: columns, and its comparisons by column."""

    columns: frozenset[str]
    conditions: Mapping[str, Sequence[Predicate]]


@dataclass(frozen=True, slots=True)
class _Answer:
    """The cells of a question, and which of its groups may be shown.

    Attributes:
        cells: int64[u], cell of each counted unit; OUTSIDE for others.
        values: the same for the units with a value of the measure.
        shown: key of each group that may be shown -> its number of known respondents.
    """

    about: _About
    is_enough: bool
    cells: Labels
    values: Labels
    shown: Mapping[FieldValue, int]
    ignores_case: bool


@dataclass(slots=True)
class _DisclosedSoFar:
    """What was disclosed to an account by its stored questions.

    Attributes:
        version: of the records; last: number of the newest question that is in the state.
        figures: the cells disclosed, of counts under "", of measures by column.
        filters: the filters used.
    """

    version: tuple[object, ...]
    records: CountedRecords
    figures: dict[str, DisclosedFigures] = field(default_factory=dict)
    asked: list[_About] = field(default_factory=list)
    answers: dict[str, _Answer] = field(default_factory=dict)
    filters: set[str] = field(default_factory=lambda: {""})
    refused: set[str] = field(default_factory=set)
    last: int = 0

    def add(self, question: FigureQuestion, answer: _Answer, is_stored: bool = False) -> bool:
        """Add the cells of an answer; return whether they may be disclosed. Those of a stored question were."""
        spaces = {"": answer.cells} | ({question.measured: answer.values} if question.measured else {})
        added = {}
        for name, labels in spaces.items():
            before = self.figures.get(name) or DisclosedFigures(self.records.people)
            added[name] = before.with_cells(labels)
            if not is_stored and added[name].rank > before.rank and not added[name].is_safe():
                return False
        self.figures |= added
        self.asked.append(answer.about)
        self.filters.add(question.where)
        self.refused.clear()
        return True


@dataclass(slots=True)
class DisclosureGuard:
    """Limits the figures of one account to those that may be disclosed.

    Attributes:
        admin_database: connection without restrictions, for the authors of responses and the questions of the account.
        database: the account's connection, on which alone its filters and groups run.
        table: the feedback table with the columns that the account can read.
    """

    admin_database: Database
    database: Database
    table: FeedbackTable
    account: str
    _state: _DisclosedSoFar | None = None

    @contextmanager
    def answer(self, question: FigureQuestion) -> Iterator[Disclosed]:
        """Open a transaction with what of an answer may be shown; the question is stored in it.

        Raises:
            UsageError: if the question is not understood.
            WithheldError: if the question may not be asked, or its filter may describe too few people.
        """
        self._check_columns(question)
        with self.admin_database.transaction() as connection:
            state, self._state = self._read_state(connection), None
            try:
                answer = self._answer(state, question, connection)
            except WithheldError:
                self._state = state  # without the question
                raise
            yield Disclosed(connection, answer.shown, answer.ignores_case)
        self._state = state

    def most_of(self, people: int) -> int:
        """Return the largest number of comments that so many people wrote together."""
        with self.admin_database.transaction() as connection:
            records = self._read_state(connection).records
        written = np.bincount(records.people, weights=records.counts("comments"))
        return int(np.sort(written)[::-1][:people].sum()) if len(written) else people

    def _check_columns(self, question: FigureQuestion) -> None:
        """Refuse columns that name comments and people, or are their text, before anything runs."""
        allowed = ALSO_NAMED | self.table.columns().keys()
        try:
            named = named_columns(self.table, question)
        except UnknownColumnError as error:  # its own message offers columns that this account may not use
            raise unknown_column(error.column, allowed, allowed) from error
        for name in named:
            if name not in allowed:
                raise WithheldError(f'your account sees no comments, so it may not ask by "{name}"; ask an analyst')

    def _answer(self, state: _DisclosedSoFar, question: FigureQuestion, connection: Connection) -> _Answer:
        stored = question.stored()
        if stored in state.answers:
            return state.answers[stored]
        if question.where not in state.filters and len(state.filters) > MOST_FILTERS:
            raise WithheldError(TOO_MANY)
        if stored in state.refused:
            raise WithheldError(TOO_FEW)
        answer = self._decided(state, question)
        is_empty = not answer.shown
        if answer.is_enough and not is_empty and not state.add(question, answer):
            answer, is_empty = replace(answer, shown={}), True
        if not answer.is_enough or (is_empty and not question.by):
            state.refused.add(stored)
            raise WithheldError(TOO_FEW)
        if not is_empty:
            state.answers[stored] = answer
            row = (self.account, stored, stamp(now()))
            connection.execute("INSERT OR IGNORE INTO figures_asked(account, question, at) VALUES(?, ?, ?)", row)
            state.last = self._newest(connection)
        return answer

    def _newest(self, connection: Connection) -> int:
        sql = "SELECT coalesce(max(question_id), 0) FROM figures_asked WHERE account = ?"
        return int(connection.execute(sql, (self.account,)).fetchone()[0])

    def _read_state(self, connection: Connection) -> _DisclosedSoFar:
        """Return the state after all stored questions; read again after a change of the records."""
        meta = self.admin_database.meta
        counts = self.database.rows("SELECT count(*), max(n), (SELECT count(*) FROM responses) FROM feedback")[0]
        version = (meta("generation"), meta("deletions"), *counts)
        state = self._state
        if state is None or state.version != version or state.last > self._newest(connection):
            state = _DisclosedSoFar(version, CountedRecords.read(self.database, self.admin_database, self.table))
        rows = connection.execute(
            "SELECT question_id, question FROM figures_asked WHERE account = ? AND question_id > ? ORDER BY 1",
            (self.account, state.last),
        ).fetchall()
        for number, stored in rows:
            self._replay(state, stored)
            state.last = number
        return state

    def _replay(self, state: _DisclosedSoFar, stored: str) -> None:
        question = FigureQuestion.read(stored)
        try:
            answer = self._decided(state, question)
        except UsageError:  # a column that the account sees no longer
            return
        state.add(question, answer, is_stored=True)
        if answer.is_enough and answer.shown:
            state.answers[stored] = answer

    def _decided(self, state: _DisclosedSoFar, question: FigureQuestion) -> _Answer:
        """Return the cells of a question: each combination of its conditions, by the groups that may be shown."""
        records, people = state.records, state.records.people
        groups, conditions = records.groups(question), records.conditions(question.where)
        about = _About(frozenset(conditions) | ({groups.column} if groups.column else frozenset()), conditions)
        refined = _refined(state.asked, about)
        counted = records.counts(question.counted)
        chosen = records.mask(records.table.predicate(question.where)) if conditions else counted
        parts, is_enough = _parts(records, question.counted, {
            name: [records.mask(one) for one in predicates]
            for name, predicates in refined.items() if name != groups.column
        })  # fmt: skip
        masks = [chosen, *(records.mask(one) for predicates in conditions.values() for one in predicates)]
        if conditions and not _has_two_sides(records, question.counted, masks):
            is_enough = False
        if not question.is_of_values and len(np.unique(groups.labels[chosen & counted])) > MOST_GROUPS:
            is_enough = False
        within = [records.mask(one) for one in refined.get(groups.column, ())]
        classes = np.where(counted, joined([groups.labels - OUTSIDE, *within], len(people)), OUTSIDE)
        has_value = records.contributing(question)
        visible = np.array(shown_groups(classes, parts, (counted, has_value), people), dtype=bool)
        hidden = set(np.unique(groups.labels[(classes != OUTSIDE) & ~visible[classes]]).tolist())
        if groups.overlaps:
            hidden = set(range(OUTSIDE, len(groups.keys)))
        is_hidden = np.isin(groups.labels, list(hidden))
        cells = joined([np.where(is_hidden, 0, classes + 1), parts - OUTSIDE], len(people))
        cells = np.where(counted, cells, OUTSIDE)
        shown = {
            key: len(np.unique(people[(groups.labels == number) & chosen & records.is_known]))
            for number, key in enumerate(groups.keys) if number not in hidden
        }  # fmt: skip
        return _Answer(about, is_enough, cells, np.where(has_value, cells, OUTSIDE), shown, groups.ignores_case)


def _refined(asked: Sequence[_About], about: _About) -> dict[str, list[Predicate]]:
    """Return the comparisons by column: those of a question, and of earlier ones about the same columns.

    Earlier ones count if two columns are the same, because they are parts of the same table, or if it has only one.
    """
    found = {name: list(predicates) for name, predicates in about.conditions.items()}
    for one in asked:
        if len(one.columns & about.columns) >= min(2, len(about.columns)):
            for name in one.conditions.keys() & about.columns:
                found.setdefault(name, []).extend(one.conditions[name])
    return {name: list(dict.fromkeys(predicates)) for name, predicates in found.items()}


def _has_two_sides(records: CountedRecords, counted: Counted, masks: Sequence[Mask]) -> bool:
    """Return whether enough people are inside of each mask, and outside."""
    units = records.counts("comments") if counted == "comments" else records.everything
    sides = [people_in(records.people, np.where(units, mask, OUTSIDE).astype(np.int64), 2) for mask in masks]
    return bool(np.min(sides) >= LEAST_PEOPLE)


def _parts(records: CountedRecords, counted: Counted, masks: Mapping[str, Sequence[Mask]]) -> tuple[Labels, bool]:
    """Return the part of each unit (a combination of conditions) and whether each has enough people.

    Within a column only combinations count that occur, since its values exclude each other; between columns all do.
    """
    people, units = records.people, records.counts("comments") if counted == "comments" else records.everything
    crossed, count = np.zeros(len(people), dtype=np.int64), 1
    for name in sorted(masks):
        column = joined(masks[name], len(people))
        width = int(column.max(initial=0)) + 1
        crossed, count = crossed * width + column, count * width
        if count * LEAST_PEOPLE > len(people):
            return records.lifted(np.zeros(len(people), dtype=np.int64), counted), False
    parts = records.lifted(crossed, counted)
    inside = people_in(people, np.where(units, crossed, OUTSIDE), count)
    lifted = people_in(people, parts, int(parts.max(initial=0)) + 1)
    return parts, bool(min(inside.min(), lifted[lifted > 0].min(initial=LEAST_PEOPLE)) >= LEAST_PEOPLE)

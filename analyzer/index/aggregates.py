"""Exact figures over every record that a filter selects: counts by text, by a column's values, by period; averages."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from analyzer.errors import UsageError
from analyzer.index.feedback_table import ROWS, TextIds
from analyzer.index.filters import BUILT_IN, ColumnTarget, Predicate, find_column, label_numbers, number_of, options_of
from analyzer.index.period_columns import LENGTHS, PERIODS, bounds, day_sql, granularity_of
from analyzer.store.casefold import casefold, casefolded
from analyzer.store.database import Database
from analyzer.types import FieldValue, Kind

MOST_GROUPS = 200
ONE_GROUP = "spellings that differ only in case or accents are one group, under the most frequent one"
"""Note on every figure by group where a group joins such spellings."""


@dataclass(frozen=True, slots=True)
class Grouping:
    """How records are grouped: by the values of a column, or by the periods of a date column."""

    target: ColumnTarget
    period: str = ""

    @property
    def sql(self) -> str:
        """The SQL expression of a record's group."""
        column = self.target.column
        if self.period and (column.kind is not Kind.PERIOD or self.period != column.reading.granularity):
            return PERIODS[self.period].format(day_sql(self.target.sql, column))
        return "m.value" if column.kind is Kind.MULTI else self.target.sql

    @property
    def join(self) -> str:
        """The SQL that adds one row for each option of a multi-choice cell; empty for other columns."""
        return f" LEFT JOIN {options_of(self.target.sql)} m ON TRUE" if self.target.column.kind is Kind.MULTI else ""

    @property
    def ignores_case(self) -> bool:
        """Whether the values of the column are text, which is compared without regard to case."""
        return self.target.column.kind in (Kind.CATEGORY, Kind.TEXT, Kind.MULTI, Kind.BOOLEAN, Kind.CODE)

    def rank(self, value: FieldValue) -> float | None:
        """Return the place of an ordered label; None for values that are sorted by themselves."""
        if self.target.column.kind is not Kind.ORDINAL or not isinstance(value, str):
            return None
        return label_numbers(self.target.column.reading).get(value)

    def where(self, value: FieldValue) -> str:
        """Return the filter that selects a group's records."""
        name = self.target.column.name
        if value is None:
            return f"{name} is empty"
        if not self.period or self.period in ("day", "month", "year"):
            return f"{name}={_quoted(value)}"
        _, first, last = bounds(str(value))
        return f"{name}>={first} and {name}<={last}"


@dataclass(frozen=True, slots=True)
class ValueCounts:
    """The figures of one group.

    Attributes:
        value: the value of the group; None for records without one.
        records: number of comments or responses.
        filled: records with a value to average.
        mean, square: mean of these values and of their squares; None if there are none.
        respondents: number of different known respondents.
        spellings: number of values that differ only in case; `value` is the most frequent.
    """

    value: FieldValue
    records: int
    filled: int
    mean: float | None
    respondents: int
    square: float | None = None
    spellings: int = 1

    @property
    def key(self) -> FieldValue:
        """The value as distributions() names it."""
        return casefold(self.value)


class Spelling(NamedTuple):
    """The most frequent of values that differ only in case (ties: the first by code point), and their number."""

    value: FieldValue
    spellings: int


class Group(NamedTuple):
    """One group with its matching records of each text; value and spellings as in ValueCounts."""

    value: FieldValue
    weights: "Weights"
    spellings: int


@dataclass(frozen=True, slots=True)
class Weights:
    """The number of matching records of each text: text ids, ascending, and their counts."""

    text_ids: TextIds
    counts: NDArray[np.float64]

    def known_to(self, text_ids: TextIds) -> "Weights":
        """Return the weights of indexed texts only; a running import stores texts before they are indexed."""
        known = np.isin(self.text_ids, text_ids, assume_unique=True)
        return Weights(self.text_ids[known], self.counts[known])


def grouping(columns: dict[str, ColumnTarget], by: str, period: str) -> Grouping:
    """Return the grouping by a column, given by name or label; a date column is grouped by month by default.

    Raises:
        UsageError: on an unknown column or period, or a period of a column without dates.
    """
    target = find_column(columns, by) or (BUILT_IN[by] if by in ("question", "dataset") else None)
    if target is None:
        raise UsageError(f'no column "{by}"; columns: {", ".join(sorted(columns))}')
    if period and period not in PERIODS:
        raise UsageError(f'no period "{period}"; periods: {", ".join(PERIODS)}')
    is_dated = target.column.kind in (Kind.DATE, Kind.PERIOD)
    if period and not is_dated:
        raise UsageError(f'"{by}" is not a date column, so it cannot be grouped by {period}')
    shortest = granularity_of(target.column)
    if period and is_dated and LENGTHS[period] < LENGTHS[shortest]:
        raise UsageError(f'"{by}" holds one value a {shortest}, so it cannot be grouped by {period}')
    if not period and is_dated:
        period = "month" if target.column.kind is Kind.DATE else shortest
    return Grouping(target, period)


def tally(
    database: Database,
    chosen: Predicate,
    groups: Grouping | None = None,
    averaged: ColumnTarget | None = None,
    source: str = ROWS,
    counts_people: bool = True,
) -> list[ValueCounts]:
    """Return the figures of each group, or of all matching records together; groups in order of their value.

    Without a grouping there is exactly one entry, of 0 records if none matches; a group always has a record.
    Text values are grouped without regard to case and accents, see Spelling. A record with several options in a
    multi-choice cell is in the group of each.

    Args:
        database: to read.
        chosen: the records.
        groups: the grouping.
        averaged: the column to average; of ordered labels the numbers are.
        source: ROWS for comments, RESPONSES for responses; `chosen` must fit it.
        counts_people: whether respondents are counted, which not every account can read; else there are 0.

    Raises:
        UsageError: if there are more than MOST_GROUPS groups.
    """
    value, parameters = number_of(averaged) if averaged else ("NULL", ())
    respondent = "f.respondent" if counts_people else "NULL AS respondent"
    everything = f"{source}{groups.join if groups else ''} WHERE {chosen.sql}"

    def figures(key: str) -> list[Any]:
        return database.rows(
            f"SELECT {key}, count(*), count(v), avg(v), count(DISTINCT respondent), avg(v * v) FROM "
            f"(SELECT {groups.sql if groups else 'NULL'} AS k, {value} AS v, {respondent} FROM {everything}) "
            f"{'GROUP BY 1' if groups else ''} ORDER BY 1 LIMIT {MOST_GROUPS + 1}",
            (*parameters, *chosen.parameters),
        )

    rows = figures("k" if groups else "NULL")
    is_joined = len({casefold(row[0]) for row in rows}) < len(rows) or len(rows) > MOST_GROUPS
    if groups is None or not groups.ignores_case or not is_joined:
        _check_groups(len(rows))
        return _ordered([ValueCounts(*row) for row in rows], groups)
    rows = figures(casefolded("k"))
    _check_groups(len(rows))
    spelled = spellings(database.rows(f"SELECT {groups.sql}, count(*) FROM {everything} GROUP BY 1", chosen.parameters))
    found = [replace(ValueCounts(*row), **spelled[row[0]]._asdict()) for row in rows]
    return sorted(found, key=_sort_key)


def _ordered(found: list[ValueCounts], groups: Grouping | None) -> list[ValueCounts]:
    """Return groups of ordered labels in the order of the labels; others as they are."""
    if groups is None or groups.target.column.kind is not Kind.ORDINAL:
        return found
    return sorted(found, key=lambda one: (one.value is not None, groups.rank(one.value) or 0.0, str(one.value)))


def distributions(
    database: Database, chosen: Predicate, groups: Grouping | None, measured: ColumnTarget, source: str
) -> dict[FieldValue, dict[float, int]]:
    """Count the records of each group by the number of their value, for groups as in tally(), by folded value."""
    value, parameters = number_of(measured)
    key = groups.sql if groups else "NULL"
    if groups and groups.target.column.kind is not Kind.NUMBER:
        key = casefolded(key)
    rows = database.rows(
        f"SELECT {key}, {value}, count(*) FROM {source}{groups.join if groups else ''} WHERE {chosen.sql} "
        "GROUP BY 1, 2",
        (*parameters, *chosen.parameters),
    )
    found: dict[FieldValue, dict[float, int]] = {}
    for group, number, count in rows:
        if number is not None:
            found.setdefault(group, {})[float(number)] = count
    return found


def spellings(counts: Iterable[tuple[FieldValue, int]]) -> dict[FieldValue, Spelling]:
    """Return the spelling of each group of values that differ only in case or accents, by folded value.

    Args:
        counts: values and the number of records of each; a value may occur more than once.
    """
    sizes: dict[FieldValue, Counter[FieldValue]] = {}
    for value, count in counts:
        sizes.setdefault(casefold(value), Counter())[value] += count
    return {
        key: Spelling(min(found, key=lambda value: (-found[value], str(value))), len(found))
        for key, found in sizes.items()
    }


def text_weights(database: Database, chosen: Predicate) -> Weights:
    """Count the matching records of each text."""
    rows = database.rows(
        f"SELECT f.text_id, count(*) FROM {ROWS} WHERE {chosen.sql} GROUP BY 1 ORDER BY 1", chosen.parameters
    )
    return _weights(rows)


def group_weights(database: Database, chosen: Predicate, groups: Grouping) -> list[Group]:
    """Count the matching records of each text by group; groups as in tally(), in order of their value."""
    rows = database.rows(
        f"SELECT {groups.sql}, f.text_id, count(*) FROM {ROWS}{groups.join} WHERE {chosen.sql} "
        "GROUP BY 1, 2 ORDER BY 1, 2",
        chosen.parameters,
    )
    spelled = spellings((value, count) for value, _, count in rows)
    found: dict[FieldValue, Counter[int]] = {}
    for value, text_id, count in rows:
        found.setdefault(spelled[casefold(value)].value, Counter())[text_id] += count
    _check_groups(len(found))
    parts = [Group(one.value, _weights(sorted(found[one.value].items())), one.spellings) for one in spelled.values()]
    return sorted(parts, key=_sort_key)


def _check_groups(count: int) -> None:
    if count > MOST_GROUPS:
        raise UsageError(f"more than {MOST_GROUPS} groups; choose another column or a longer period")


def _sort_key(one: ValueCounts | Group) -> tuple[bool, bool, float, str]:
    """Return a sort key in the order of SQLite: empty, numbers, text by code point."""
    is_number = isinstance(one.value, int | float)
    return one.value is not None, not is_number, float(one.value or 0) if is_number else 0.0, str(one.value)


def join_groups(where: str, condition: str) -> str:
    """Return a filter that requires both conditions."""
    return f"({where}) and {condition}" if where else condition


def _weights(rows: Sequence[tuple[int, int]]) -> Weights:
    ids = np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows))
    return Weights(ids, np.fromiter((row[1] for row in rows), dtype=np.float64, count=len(rows)))


def _quoted(value: FieldValue) -> str:
    if isinstance(value, int | float):
        plain = f"{value:.15g}"
        return plain if float(plain) == value else repr(value)
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'

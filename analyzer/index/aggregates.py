"""Exact figures over every record that a filter selects: counts by text, by a column's values, by period; averages."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from analyzer.errors import UsageError
from analyzer.index.feedback_table import ROWS, TextIds
from analyzer.index.filters import ColumnTarget, Predicate
from analyzer.store.casefold import casefold, casefolded
from analyzer.store.database import Database
from analyzer.types import FieldValue, Kind

PERIODS = {
    "day": "substr({}, 1, 10)",
    "week": "strftime('%G-W%V', substr({}, 1, 10))",
    "month": "substr({}, 1, 7)",
    "quarter": "substr({0}, 1, 4) || '-Q' || ((substr({0}, 6, 2) + 2) / 3)",
    "year": "substr({}, 1, 4)",
}
"""SQL that cuts a date to its period; weeks are ISO 8601's."""
MOST_GROUPS = 200
ONE_GROUP = "spellings that differ only in case are one group, under the most frequent one"
"""Said of every figure by groups in which there are such."""


@dataclass(frozen=True, slots=True)
class Grouping:
    """What makes groups: a column, or the periods of a date column."""

    target: ColumnTarget
    period: str = ""

    @property
    def sql(self) -> str:
        """The SQL expression of a record's group."""
        return PERIODS[self.period].format(self.target.sql) if self.period else self.target.sql

    @property
    def ignores_case(self) -> bool:
        """Whether groups are of text, which compares without regard to case."""
        return self.target.column.kind in (Kind.CATEGORY, Kind.TEXT)

    def where(self, value: FieldValue) -> str:
        """Return the filter that selects a group's records."""
        name = self.target.column.name
        if value is None:
            return f"{name} is empty"
        if not self.period or self.period in ("day", "month", "year"):
            return f"{name}={_quoted(value)}"
        first, last = _bounds(self.period, str(value))
        return f"{name}>={first} and {name}<={last}"


@dataclass(frozen=True, slots=True)
class ValueCounts:
    """One group's figures: comments, those with a value to average, its mean, and known respondents.

    Attributes:
        spellings: how many values that differ only in case the group has; `value` is the most frequent.
    """

    value: FieldValue
    records: int
    filled: int
    mean: float | None
    respondents: int
    spellings: int = 1


class Spelling(NamedTuple):
    """The most frequent of the values that differ only in case (ties: the first by code point), and how many are."""

    value: FieldValue
    spellings: int


class Group(NamedTuple):
    """The matching records of each text in one group; value and spellings as in Tally."""

    value: FieldValue
    weights: "Weights"
    spellings: int


@dataclass(frozen=True, slots=True)
class Weights:
    """How many matching records have each text: text ids, ascending, and their counts."""

    text_ids: TextIds
    counts: NDArray[np.float64]

    def known_to(self, text_ids: TextIds) -> "Weights":
        """Return those of texts that are indexed; an import that is running stores some before they are."""
        known = np.isin(self.text_ids, text_ids, assume_unique=True)
        return Weights(self.text_ids[known], self.counts[known])


def grouping(columns: dict[str, ColumnTarget], by: str, period: str) -> Grouping:
    """Return what makes the groups.

    Raises:
        UsageError: on an unknown column or period, or a period of what is no date.
    """
    target = columns.get(by) or next((t for t in columns.values() if t.column.label.casefold() == by.casefold()), None)
    if target is None:
        raise UsageError(f'no column "{by}"; columns: {", ".join(sorted(columns))}')
    if period and period not in PERIODS:
        raise UsageError(f'no period "{period}"; periods: {", ".join(PERIODS)}')
    if period and target.column.kind is not Kind.DATE:
        raise UsageError(f'"{by}" is no date, so it has no {period}s')
    if not period and target.column.kind is Kind.DATE:
        period = "month"
    return Grouping(target, period)


def tally(
    database: Database, chosen: Predicate, groups: Grouping | None = None, averaged: ColumnTarget | None = None
) -> list[ValueCounts]:
    """Return the figures of each group, or of all matching records together; groups in order of their value.

    Groups of text are made without regard to case, see Spelling.

    Raises:
        UsageError: if there are too many groups to be read.
    """
    value = averaged.sql if averaged else "NULL"

    def figures(key: str) -> list[Any]:
        return database.rows(
            f"SELECT {key}, count(*), count({value}), avg({value}), count(DISTINCT f.respondent) FROM {ROWS} "
            f"WHERE {chosen.sql} GROUP BY 1 ORDER BY 1 LIMIT {MOST_GROUPS + 1}",
            chosen.parameters,
        )

    rows = figures(groups.sql if groups else "NULL")
    is_joined = len({casefold(row[0]) for row in rows}) < len(rows) or len(rows) > MOST_GROUPS
    if groups is None or not groups.ignores_case or not is_joined:
        _check_groups(len(rows))
        return [ValueCounts(*row) for row in rows]
    rows = figures(casefolded(groups.sql))
    _check_groups(len(rows))
    spelled = spellings(
        database.rows(f"SELECT {groups.sql}, count(*) FROM {ROWS} WHERE {chosen.sql} GROUP BY 1", chosen.parameters)
    )
    found = [replace(ValueCounts(*row), **spelled[row[0]]._asdict()) for row in rows]
    return sorted(found, key=_in_order)


def spellings(counts: Iterable[tuple[FieldValue, int]]) -> dict[FieldValue, Spelling]:
    """Return how each group of values that differ only in case is spelled, by what they compare as.

    Args:
        counts: values and how many records have each; a value may come more than once.
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
    """Count the matching records of each text, by group as tally() makes them, in order of its value."""
    rows = database.rows(
        f"SELECT {groups.sql}, f.text_id, count(*) FROM {ROWS} WHERE {chosen.sql} GROUP BY 1, 2 ORDER BY 1, 2",
        chosen.parameters,
    )
    spelled = spellings((value, count) for value, _, count in rows)
    found: dict[FieldValue, Counter[int]] = {}
    for value, text_id, count in rows:
        found.setdefault(spelled[casefold(value)].value, Counter())[text_id] += count
    _check_groups(len(found))
    parts = [Group(one.value, _weights(sorted(found[one.value].items())), one.spellings) for one in spelled.values()]
    return sorted(parts, key=_in_order)


def _check_groups(count: int) -> None:
    if count > MOST_GROUPS:
        raise UsageError(f"more than {MOST_GROUPS} groups; choose another column or a longer period")


def _in_order(one: ValueCounts | Group) -> tuple[bool, bool, float, str]:
    """Put groups in the order of SQLite: empty, numbers, text by code point."""
    is_number = isinstance(one.value, int | float)
    return one.value is not None, not is_number, float(one.value or 0) if is_number else 0.0, str(one.value)


def join_groups(where: str, condition: str) -> str:
    """Return both conditions as one filter."""
    return f"({where}) and {condition}" if where else condition


def _weights(rows: Sequence[tuple[int, int]]) -> Weights:
    ids = np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows))
    return Weights(ids, np.fromiter((row[1] for row in rows), dtype=np.float64, count=len(rows)))


def _quoted(value: FieldValue) -> str:
    if isinstance(value, int | float):
        return f"{value:.15g}"
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _bounds(period: str, value: str) -> tuple[str, str]:
    year = int(value[:4])
    if period == "quarter":
        last = 3 * int(value[-1])
        return f"{year}-{last - 2:02d}", f"{year}-{last:02d}"
    monday = date.fromisocalendar(year, int(value[-2:]), 1)
    return monday.isoformat(), (monday + timedelta(days=6)).isoformat()

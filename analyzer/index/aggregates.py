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
"""SQL expression of the period of a date; weeks are ISO 8601 weeks."""
MOST_GROUPS = 200
ONE_GROUP = "spellings that differ only in case are one group, under the most frequent one"
"""Note on every figure by group where a group joins such spellings."""


@dataclass(frozen=True, slots=True)
class Grouping:
    """How records are grouped: by the values of a column, or by the periods of a date column."""

    target: ColumnTarget
    period: str = ""

    @property
    def sql(self) -> str:
        """The SQL expression of a record's group."""
        return PERIODS[self.period].format(self.target.sql) if self.period else self.target.sql

    @property
    def ignores_case(self) -> bool:
        """Whether the values of the column are text, which is compared without regard to case."""
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
    """The figures of one group.

    Attributes:
        value: the value of the group; None for records without one.
        records: number of records.
        filled: records with a value to average.
        mean: mean of these values; None if there are none.
        respondents: number of different known respondents.
        spellings: number of values that differ only in case; `value` is the most frequent.
    """

    value: FieldValue
    records: int
    filled: int
    mean: float | None
    respondents: int
    spellings: int = 1


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
    target = columns.get(by) or next((t for t in columns.values() if t.column.label.casefold() == by.casefold()), None)
    if target is None:
        raise UsageError(f'no column "{by}"; columns: {", ".join(sorted(columns))}')
    if period and period not in PERIODS:
        raise UsageError(f'no period "{period}"; periods: {", ".join(PERIODS)}')
    if period and target.column.kind is not Kind.DATE:
        raise UsageError(f'"{by}" is not a date column, so it cannot be grouped by {period}')
    if not period and target.column.kind is Kind.DATE:
        period = "month"
    return Grouping(target, period)


def tally(
    database: Database, chosen: Predicate, groups: Grouping | None = None, averaged: ColumnTarget | None = None
) -> list[ValueCounts]:
    """Return the figures of each group, or of all matching records together; groups in order of their value.

    Without a grouping there is exactly one entry, of 0 records if none matches; a group always has a record.
    Text values are grouped without regard to case, see Spelling.

    Raises:
        UsageError: if there are more than MOST_GROUPS groups.
    """
    value = averaged.sql if averaged else "NULL"

    def figures(key: str) -> list[Any]:
        return database.rows(
            f"SELECT {key}, count(*), count({value}), avg({value}), count(DISTINCT f.respondent) FROM {ROWS} "
            f"WHERE {chosen.sql} {'GROUP BY 1' if groups else ''} ORDER BY 1 LIMIT {MOST_GROUPS + 1}",
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
    return sorted(found, key=_sort_key)


def spellings(counts: Iterable[tuple[FieldValue, int]]) -> dict[FieldValue, Spelling]:
    """Return the spelling of each group of values that differ only in case, by case-folded value.

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
        f"SELECT {groups.sql}, f.text_id, count(*) FROM {ROWS} WHERE {chosen.sql} GROUP BY 1, 2 ORDER BY 1, 2",
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


def _bounds(period: str, value: str) -> tuple[str, str]:
    year = int(value[:4])
    if period == "quarter":
        last = 3 * int(value[-1])
        return f"{year:04d}-{last - 2:02d}", f"{year:04d}-{last:02d}"
    monday = date.fromisocalendar(year, int(value[-2:]), 1)
    days = min(6, (date.max - monday).days)  # 9999-12-31, a date that means "no end" in many systems, is a Friday
    return monday.isoformat(), (monday + timedelta(days=days)).isoformat()

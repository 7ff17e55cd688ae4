"""Records by period, segment and rating, joined to the themes their texts speak of."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analyzer.errors import UsageError
from analyzer.index.aggregates import PERIODS
from analyzer.index.feedback_table import ROWS, FeedbackTable
from analyzer.index.filters import ColumnTarget
from analyzer.store.database import Database
from analyzer.types import Kind

Rows = NDArray[np.int64]
Pairs = tuple[tuple[str, ...], Rows, Rows]
MOST_SEGMENTS = 30


@dataclass(frozen=True, slots=True)
class Dated:
    """Matching records by text, period and segment.

    Attributes:
        text_ids, periods, segments, counts: int64[m]; periods and segments are places in the names.
        undated: matching records without a date.
        newest: the newest date.
    """

    text_ids: Rows
    periods: Rows
    segments: Rows
    counts: Rows
    names: tuple[str, ...]
    kinds: tuple[str, ...]
    undated: int
    newest: str


@dataclass(frozen=True, slots=True)
class Rated:
    """Matching records that have an outcome: int64[n], float64[n], int64[n], and the names of the segments."""

    text_ids: Rows
    outcomes: NDArray[np.float64]
    segments: Rows
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """Reads the records of one workspace."""

    database: Database
    table: FeedbackTable

    def column(self, name: str, kind: Kind | None = None) -> ColumnTarget:
        """Return a column by its name or label.

        Raises:
            UsageError: if there is none, or it is of another kind.
        """
        columns = self.table.columns()
        wanted = name.casefold()
        found = columns.get(name) or next((t for t in columns.values() if t.column.label.casefold() == wanted), None)
        if found is None:
            raise UsageError(f'no column "{name}"; columns: {", ".join(sorted(columns))}')
        if kind and found.column.kind is not kind:
            raise UsageError(f'"{name}" is no {kind.value}')
        return found

    def only(self, kind: Kind, what: str) -> str:
        """Return the name of the first column of a kind.

        Raises:
            UsageError: if there is none.
        """
        found = [target.column.name for target in self.table.columns().values() if target.column.kind is kind]
        if not found:
            raise UsageError(f"these comments have no {what}; import them with: --map {what}=COLUMN")
        return found[0]

    def dated(self, where: str, day: ColumnTarget, by: str, segment: ColumnTarget | None) -> Dated:
        """Return matching records by text, period and segment."""
        chosen = self.table.predicate(where)
        period, part = PERIODS[by].format(day.sql), segment.sql if segment else "''"
        rows = self.database.rows(
            f"SELECT f.text_id, {period}, coalesce({part}, ''), count(*) FROM {ROWS} "
            f"WHERE {chosen.sql} AND {day.sql} IS NOT NULL GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
            chosen.parameters,
        )
        undated, newest = self.database.rows(
            f"SELECT count(*) - count({day.sql}), coalesce(max({day.sql}), '') FROM {ROWS} WHERE {chosen.sql}",
            chosen.parameters,
        )[0]
        names, periods = _coded([row[1] for row in rows])
        kinds, segments = _segments([row[2] for row in rows], [row[3] for row in rows])
        texts = np.array([row[0] for row in rows], dtype=np.int64)
        counts = np.array([row[3] for row in rows], dtype=np.int64)
        return Dated(texts, periods, segments, counts, names, kinds, int(undated), str(newest))

    def split(self, where: str, segment: ColumnTarget) -> tuple[Rows, Rows, Rows, tuple[str, ...]]:
        """Return matching records by text and segment: text ids, places in the names of the segments, counts, names."""
        chosen = self.table.predicate(where)
        rows = self.database.rows(
            f"SELECT f.text_id, coalesce({segment.sql}, ''), count(*) FROM {ROWS} WHERE {chosen.sql} "
            "GROUP BY 1, 2 ORDER BY 1, 2",
            chosen.parameters,
        )
        kinds, segments = _segments([row[1] for row in rows], [row[2] for row in rows])
        table = np.array([(row[0], row[2]) for row in rows], dtype=np.int64).reshape(len(rows), 2)
        return table[:, 0], segments, table[:, 1], kinds

    def rated(self, where: str, outcome: ColumnTarget, segment: ColumnTarget | None) -> Rated:
        """Return matching records that have an outcome."""
        chosen = self.table.predicate(where)
        part = segment.sql if segment else "''"
        rows = self.database.rows(
            f"SELECT f.text_id, {outcome.sql}, coalesce({part}, '') FROM {ROWS} "
            f"WHERE {chosen.sql} AND {outcome.sql} IS NOT NULL ORDER BY f.id",
            chosen.parameters,
        )
        kinds, segments = _segments([row[2] for row in rows], [1] * len(rows))
        texts = np.array([row[0] for row in rows], dtype=np.int64)
        return Rated(texts, np.array([row[1] for row in rows], dtype=np.float64), segments, kinds)


def joined(text_ids: Rows, pairs: Pairs, codes: Sequence[str]) -> tuple[Rows, Rows]:
    """Return the pairs of a row of text_ids and a place in codes, where the row's text speaks of that theme.

    Args:
        text_ids: int64[n].
        pairs: themes, and the text and the theme's code of each pair, as Mentions.pairs() gives them.
        codes: ids of the themes wanted.
    """
    place = {theme: number for number, theme in enumerate(codes)}
    names, texts, themes = pairs
    own = np.array([place.get(name, -1) for name in names] + [-1], dtype=np.int64)[themes]
    texts, own = texts[own >= 0], own[own >= 0]
    order = np.lexsort((own, texts))
    texts, own = texts[order], own[order]
    first, last = np.searchsorted(texts, text_ids, "left"), np.searchsorted(texts, text_ids, "right")
    rows = np.repeat(np.arange(len(text_ids)), last - first)
    within = np.arange(len(rows)) - np.repeat(np.cumsum(last - first) - (last - first), last - first)
    return rows, own[np.repeat(first, last - first) + within]


def _coded(values: Sequence[str]) -> tuple[tuple[str, ...], Rows]:
    names = sorted(set(values))
    place = {name: number for number, name in enumerate(names)}
    return tuple(names), np.array([place[value] for value in values], dtype=np.int64)


def _segments(values: Sequence[object], counts: Sequence[int]) -> tuple[tuple[str, ...], Rows]:
    """Return segments by size; beyond the largest all others are one."""
    sizes: dict[str, int] = {}
    for value, count in zip(values, counts, strict=True):
        sizes[str(value)] = sizes.get(str(value), 0) + count
    names = sorted(sizes, key=lambda name: (-sizes[name], name))[:MOST_SEGMENTS]
    place = {name: number for number, name in enumerate(names)}
    return tuple(names), np.array([place.get(str(value), len(names) - 1) for value in values], dtype=np.int64)

"""Matching records by period, segment and rating, and their join to the themes that their texts mention."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analyzer.errors import UsageError
from analyzer.index.aggregates import ONE_GROUP, spellings
from analyzer.index.feedback_table import ROWS, FeedbackTable
from analyzer.index.filters import ColumnTarget, find_column, number_of
from analyzer.index.period_columns import LENGTHS, PERIODS, granularity_of
from analyzer.store.casefold import casefold
from analyzer.store.database import Database
from analyzer.themes.trends.shares import usual_gap
from analyzer.types import RANKED, ColumnRole, Kind

Rows = NDArray[np.int64]
Pairs = tuple[tuple[str, ...], Rows, Rows]
MOST_SEGMENTS = 30


@dataclass(frozen=True, slots=True)
class Dated:
    """Numbers of matching records by text, period and segment.

    Attributes:
        text_ids, periods, segments, counts: int64[m]; periods index `names`, segments index `kinds`.
        names: the periods, sorted.
        kinds: names of the segments, most frequent first.
        undated: number of matching records without a date.
        newest: the newest date; empty if there is none.
        notes: notes about the segments.
        gap_days: the usual pause between two dates, in days.
    """

    text_ids: Rows
    periods: Rows
    segments: Rows
    counts: Rows
    names: tuple[str, ...]
    kinds: tuple[str, ...]
    undated: int
    newest: str
    notes: tuple[str, ...] = ()
    gap_days: int = 0


@dataclass(frozen=True, slots=True)
class Rated:
    """Matching records with an outcome.

    Attributes:
        text_ids, outcomes, segments: int64[n], float64[n], int64[n]; segments index `kinds`.
        kinds: names of the segments, most frequent first.
        notes: notes about the segments.
    """

    text_ids: Rows
    outcomes: NDArray[np.float64]
    segments: Rows
    kinds: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Split:
    """Numbers of matching records by text and segment.

    Attributes:
        text_ids, segments, counts: int64[m]; segments index `kinds`.
        kinds: names of the segments, most frequent first.
        notes: notes about the segments.
    """

    text_ids: Rows
    segments: Rows
    counts: Rows
    kinds: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Timeline:
    """Reads the records of one workspace."""

    database: Database
    table: FeedbackTable

    def column(self, name: str, kind: Kind | None = None) -> ColumnTarget:
        """Return a column by its name or label.

        Raises:
            UsageError: if there is no such column, or it is of another kind.
        """
        columns = self.table.columns()
        found = find_column(columns, name)
        if found is None:
            raise UsageError(f'no column "{name}"; columns: {", ".join(sorted(columns))}')
        is_fit = found.column.kind is kind or (kind is Kind.NUMBER and found.column.kind in RANKED)
        if kind and not is_fit:
            raise UsageError(f'"{name}" is not a {kind.value} column')
        return found

    def column_of(self, role: ColumnRole) -> ColumnTarget:
        """Return the column with a role, such as the date or the rating.

        Raises:
            UsageError: if no column has the role.
        """
        found = self.table.column_of(role)
        if found is None:
            raise UsageError(f"these comments have no {role.value}; import them with: --map {role.value}=COLUMN")
        return found

    def dated(self, where: str, day: ColumnTarget, by: str, segment: ColumnTarget | None) -> Dated:
        """Return the numbers of matching records with a date by text, period and segment."""
        shortest = granularity_of(day.column)
        if LENGTHS[by] < LENGTHS[shortest]:
            raise UsageError(f'"{day.column.label}" holds one value a {shortest}, so trends cannot be by {by}')
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
        kinds, segments, notes = _segments([row[2] for row in rows], [row[3] for row in rows])
        texts = np.array([row[0] for row in rows], dtype=np.int64)
        counts = np.array([row[3] for row in rows], dtype=np.int64)
        days = self.database.rows(
            f"SELECT DISTINCT substr({day.sql}, 1, 10) FROM {ROWS} WHERE {chosen.sql} AND {day.sql} IS NOT NULL",
            chosen.parameters,
        )
        gap = usual_gap([one for (one,) in days])
        return Dated(texts, periods, segments, counts, names, kinds, int(undated), str(newest), notes, gap)

    def split(self, where: str, segment: ColumnTarget) -> Split:
        """Return the numbers of matching records by text and segment."""
        chosen = self.table.predicate(where)
        rows = self.database.rows(
            f"SELECT f.text_id, coalesce({segment.sql}, ''), count(*) FROM {ROWS} WHERE {chosen.sql} "
            "GROUP BY 1, 2 ORDER BY 1, 2",
            chosen.parameters,
        )
        kinds, segments, notes = _segments([row[1] for row in rows], [row[2] for row in rows])
        table = np.array([(row[0], row[2]) for row in rows], dtype=np.int64).reshape(len(rows), 2)
        return Split(table[:, 0], segments, table[:, 1], kinds, notes)

    def rated(self, where: str, outcome: ColumnTarget, segment: ColumnTarget | None) -> Rated:
        """Return the matching records with an outcome."""
        chosen = self.table.predicate(where)
        part = segment.sql if segment else "''"
        number, parameters = number_of(outcome)
        rows = self.database.rows(
            f"SELECT f.text_id, {number}, coalesce({part}, '') FROM {ROWS} "
            f"WHERE {chosen.sql} AND {outcome.sql} IS NOT NULL ORDER BY f.id",
            (*parameters, *chosen.parameters),
        )
        kinds, segments, notes = _segments([row[2] for row in rows], [1] * len(rows))
        texts = np.array([row[0] for row in rows], dtype=np.int64)
        return Rated(texts, np.array([row[1] for row in rows], dtype=np.float64), segments, kinds, notes)


def join_pairs(text_ids: Rows, pairs: Pairs, codes: Sequence[str]) -> tuple[Rows, Rows]:
    """Return pairs of an index in text_ids and an index in codes, for each text that mentions the theme.

    Args:
        text_ids: int64[n].
        pairs: theme ids, and the text id and the theme's code of each pair, as Mentions.pairs() returns them.
        codes: ids of the wanted themes.
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


def _segments(values: Sequence[object], counts: Sequence[int]) -> tuple[tuple[str, ...], Rows, tuple[str, ...]]:
    """Return segments by size, the index of each value's segment, and notes.

    Values that differ only in case are one segment; values beyond the MOST_SEGMENTS most frequent are in the last one.
    """
    texts = [str(value) for value in values]
    spelled = spellings(zip(texts, counts, strict=True))
    sizes: Counter[str] = Counter()
    for text, count in zip(texts, counts, strict=True):
        sizes[str(spelled[casefold(text)].value)] += count
    names = sorted(sizes, key=lambda name: (-sizes[name], name))[:MOST_SEGMENTS]
    place = {name: number for number, name in enumerate(names)}
    places = [place.get(str(spelled[casefold(text)].value), len(names) - 1) for text in texts]
    notes = (ONE_GROUP,) if any(one.spellings > 1 for one in spelled.values()) else ()
    return tuple(names), np.array(places, dtype=np.int64), notes

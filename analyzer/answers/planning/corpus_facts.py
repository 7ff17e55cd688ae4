"""Read the facts about the columns of a corpus: values, ranges, and the direction of the rating scale."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analyzer.answers.types import ColumnFacts, CorpusFacts
from analyzer.index.corpus_index import CorpusIndex
from analyzer.index.feedback_table import ROWS, FeedbackTable
from analyzer.index.filters import ColumnTarget, day_of, label_numbers, number_of, options_of
from analyzer.store.database import Database
from analyzer.types import CHOICES, DATED, ColumnRole, FieldValue, Kind

MOST_VALUES = 60
MOST_RATINGS = 11
MOST_RATED = 20_000
LEAST_CORRELATION = 0.05
"""Minimum negative correlation of ratings and stance for a scale on which low is best. Measured: -.25 for the NHS
survey, on which 1 is the best answer; .59 for clothing reviews."""

LEAST_ON_SCALE, LEAST_RATED = 4, 30
"""Ratings of a scale of which a value can be told from, and comments of a value that is judged."""
CLEARLY, SURE = 0.15, 3.0
"""Least difference of the mean stance, and in standard errors, from which a value beyond the worst rating is none.
Measured on the NHS survey: -.52 for 5 ("very poor"), -.13 for 7, which its documentation does not explain."""
Floats = NDArray[np.float64]
NONE: Floats = np.zeros(0)


def corpus_facts(database: Database, table: FeedbackTable) -> CorpusFacts:
    """Return the facts about a corpus that the planning of a question uses."""
    targets = table.columns()
    columns = tuple(_facts(database, target) for target in targets.values())
    rating = _rating(table, columns)
    dates = table.column_of(ColumnRole.DATE)
    date = next((c.name for c in columns if dates and c.name == dates.column.name and c.low), "")
    scale = targets[rating].column.reading.scale if rating else None
    is_low = scale is not None and scale.is_reversed
    ratings, moods = _moods(database, targets[rating]) if rating else (NONE, NONE)
    is_low = is_low or correlation(ratings, moods) < -LEAST_CORRELATION
    return CorpusFacts(table.count(), columns, rating, date, is_low, off_scale(ratings, moods, is_low))


def date_span(database: Database, table: FeedbackTable) -> tuple[str, str] | None:
    """Return the first and the last value of the date column; None if there is none."""
    dates = table.column_of(ColumnRole.DATE)
    found = _facts(database, dates) if dates else None
    return (str(found.low), str(found.high)) if found and found.low else None


def _facts(database: Database, target: ColumnTarget) -> ColumnFacts:
    column = target.column
    values: tuple[tuple[FieldValue, int], ...] = ()
    low, high = None, None
    if column.kind in CHOICES or column.kind is Kind.NUMBER:
        value, source = target.sql, "fields d"
        if column.kind is Kind.MULTI:
            value, source = "m.value", f"fields d JOIN {options_of(target.sql)} m ON TRUE"
        rows = database.rows(
            f"SELECT {value}, count(*) FROM {source} WHERE {value} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ?",
            (MOST_VALUES,),
        )
        values = tuple((value, n) for value, n in rows) if column.kind in CHOICES or len(rows) < MOST_VALUES else ()
    if column.kind is Kind.ORDINAL:
        numbers = label_numbers(column.reading).values()
        low, high = min(numbers, default=None), max(numbers, default=None)
    elif column.kind is Kind.NUMBER or column.kind in DATED:
        day = target.sql if column.kind is Kind.NUMBER else day_of(target)
        low, high = database.rows(f"SELECT min({day}), max({day}) FROM fields d")[0]
    return ColumnFacts(column.name, column.label, column.kind, values, low, high)


def _rating(table: FeedbackTable, columns: Sequence[ColumnFacts]) -> str:
    """Return the name of the rating column if it has few values, so that "low ratings" is a set of values."""
    rating = table.column_of(ColumnRole.RATING)
    fitting = [c.name for c in columns if 1 < len(c.values) <= MOST_RATINGS]
    return rating.column.name if rating and rating.column.name in fitting else ""


def _moods(database: Database, target: ColumnTarget) -> tuple[Floats, Floats]:
    """Return rating and mean stance of each comment with a rating: float64[n] each."""
    number, parameters = number_of(target)
    rows = database.rows(
        f"SELECT r.rating, avg(c.positive - c.negative) FROM (SELECT {number} AS rating, f.text_id, f.id FROM {ROWS} "
        f"WHERE {target.sql} IS NOT NULL ORDER BY f.id LIMIT {MOST_RATED}) r JOIN opinions o USING(text_id) "
        "JOIN clauses c USING(clause_id) GROUP BY r.id ORDER BY r.id",
        parameters,
    )
    found = np.array(rows, dtype=np.float64).reshape(len(rows), 2)
    return found[:, 0], found[:, 1]


def correlation(ratings: Floats, moods: Floats) -> float:
    """Return the correlation of ratings, float64[n], and stances, float64[n]; 0 where either does not vary."""
    if len(ratings) < 2 or ratings.std() == 0 or moods.std() == 0:
        return 0.0
    return float(np.corrcoef(ratings, moods)[0, 1])


def off_scale(ratings: Floats, moods: Floats, best_is_low: bool) -> tuple[float, ...]:
    """Return the values beyond the worst rating whose comments are clearly better than those of the worst.

    Files keep "do not know" and "not answered" as one more number of the scale.

    Args:
        ratings: float64[n], of each comment.
        moods: float64[n], mean stance of each comment, -1 to 1.
        best_is_low: whether the smallest rating is the best one.
    """
    values = sorted({float(one) for one in ratings}, reverse=not best_is_low)
    if len(values) <= LEAST_ON_SCALE or any(value != int(value) for value in values):
        return ()
    inside = [moods[ratings == value] for value in values]
    large = [place for place, found in enumerate(inside) if len(found) >= LEAST_RATED]
    worst = min(large, key=lambda place: float(np.round(inside[place].mean(), 4)), default=len(values))
    last = max((n for n in large if n >= worst and not _is_better(inside[n], inside[worst])), default=worst)
    if last + 1 < LEAST_ON_SCALE or not any(place > last for place in large):
        return ()
    return tuple(sorted(values[last + 1 :]))


def _is_better(one: Floats, other: Floats) -> bool:
    difference = float(one.mean() - other.mean())
    error = float(np.sqrt(one.var() / len(one) + other.var() / len(other)))
    return difference >= CLEARLY and difference > SURE * error


class CachedFacts:
    """The corpus facts of one workspace for one account, read again after records were stored or deleted."""

    def __init__(self, database: Database, table: FeedbackTable, index: CorpusIndex) -> None:
        """Take the sources of the facts."""
        self._database = database
        self._table = table
        self._index = index
        self._cached: tuple[str, CorpusFacts] | None = None

    def __call__(self) -> CorpusFacts:
        """Return the current facts."""
        state = self._index.state
        if self._cached is None or self._cached[0] != state:
            self._cached = (state, corpus_facts(self._database, self._table))
        return self._cached[1]

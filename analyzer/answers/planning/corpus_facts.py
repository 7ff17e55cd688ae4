"""What the columns of a corpus are: values, spans, which one rates and in which direction, which one dates."""

import re
from collections.abc import Sequence

import numpy as np

from analyzer.answers.types import ColumnFacts, CorpusFacts
from analyzer.index.corpus_index import CorpusIndex
from analyzer.index.feedback_table import ROWS, FeedbackTable
from analyzer.index.filters import ColumnTarget
from analyzer.index.vectors import VectorIndex
from analyzer.models.embedder import Embeds
from analyzer.models.workspace_models import WorkspaceModels
from analyzer.store.database import Database
from analyzer.types import FieldValue, Kind

MOST_VALUES = 60
MOST_RATINGS = 11
MOST_RATED = 20_000
RATING = re.compile(
    r"\b(?:rating|stars?|score|nps|csat|satisfaction|recommend|grade|fft categorical answer)\b", re.IGNORECASE
)
NOT_RATING = re.compile(r"\b(?:sentiment|count|recommended ind|helpful)\b", re.IGNORECASE)
GOOD, BAD = "excellent, very good, happy and satisfied", "terrible, very bad, unhappy and disappointed"
LEAST_CORRELATION = 0.05
"""Correlation of rating and mood of the words from which an upside-down scale is believed. Measured: -.14 for the NHS
survey, whose best answer is 1; +.2 and more for scales that are the right way up."""


def corpus_facts(database: Database, table: FeedbackTable, vectors: VectorIndex, embedder: Embeds) -> CorpusFacts:
    """Return what a question can be about besides the words of the comments."""
    targets = table.columns()
    columns = tuple(_facts(database, target) for target in targets.values())
    rating = _rating(columns)
    date = next((c.name for c in columns if c.kind is Kind.DATE and c.low), "")
    is_low = bool(rating) and _is_best_low(database, targets[rating], vectors, embedder)
    return CorpusFacts(table.count(), columns, rating, date, is_low)


def date_span(database: Database, table: FeedbackTable) -> tuple[str, str] | None:
    """Return the first and the last date of the column that dates the comments; None where there is none."""
    dated = (_facts(database, one) for one in table.columns().values() if one.column.kind is Kind.DATE)
    return next(((str(one.low), str(one.high)) for one in dated if one.low), None)


def _facts(database: Database, target: ColumnTarget) -> ColumnFacts:
    column = target.column
    values: tuple[tuple[FieldValue, int], ...] = ()
    low, high = None, None
    if column.kind in (Kind.CATEGORY, Kind.NUMBER):
        rows = database.rows(
            f"SELECT {target.sql}, count(*) FROM fields d WHERE {target.sql} IS NOT NULL "
            "GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ?",
            (MOST_VALUES,),
        )
        values = (
            tuple((value, n) for value, n in rows) if column.kind is Kind.CATEGORY or len(rows) < MOST_VALUES else ()
        )
    if column.kind in (Kind.NUMBER, Kind.DATE):
        low, high = database.rows(f"SELECT min({target.sql}), max({target.sql}) FROM fields d")[0]
    return ColumnFacts(column.name, column.label, column.kind, values, low, high)


def _rating(columns: Sequence[ColumnFacts]) -> str:
    """Return the column that rates: named "rating", or a number with few values whose heading says so."""
    fitting = [c for c in columns if c.kind is Kind.NUMBER and 1 < len(c.values) <= MOST_RATINGS]
    named = [c.name for c in fitting if RATING.search(c.label.replace("_", " ")) and not NOT_RATING.search(c.label)]
    return "rating" if "rating" in [c.name for c in fitting] else named[0] if named else ""


def _is_best_low(database: Database, target: ColumnTarget, vectors: VectorIndex, embedder: Embeds) -> bool:
    """Tell whether small ratings go with good words."""
    rows = database.rows(
        f"SELECT {target.sql}, f.text_id FROM {ROWS} WHERE {target.sql} IS NOT NULL ORDER BY f.id LIMIT {MOST_RATED}"
    )
    if len(rows) < 2 or not len(vectors):
        return False
    mood = vectors.products((embedder.embed_one(GOOD) - embedder.embed_one(BAD))[None, :])[:, 0]
    by_text = dict(zip(vectors.ids().tolist(), mood.tolist(), strict=True))
    rated = [(float(rating), by_text[text_id]) for rating, text_id in rows if text_id in by_text]
    ratings, moods = np.array(rated).reshape(-1, 2).T
    if len(rated) < 2 or ratings.std() == 0 or moods.std() == 0:
        return False
    return float(np.corrcoef(ratings, moods)[0, 1]) < -LEAST_CORRELATION


class CachedFacts:
    """The facts of one workspace as one account sees them, read again when something has been stored or deleted."""

    def __init__(self, database: Database, table: FeedbackTable, index: CorpusIndex, models: WorkspaceModels) -> None:
        """Take what facts are read from."""
        self._database = database
        self._table = table
        self._index = index
        self._models = models
        self._known: tuple[str, CorpusFacts] | None = None

    def __call__(self) -> CorpusFacts:
        """Return what a question can be about besides the words of the comments."""
        state = self._index.state
        if self._known is None or self._known[0] != state:
            found = corpus_facts(self._database, self._table, self._index.vectors(), self._models.embedder)
            self._known = (state, found)
        return self._known[1]

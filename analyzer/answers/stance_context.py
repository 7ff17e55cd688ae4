"""What a comment's rating and question tell about the stance of its opinions.

"It runs small" in a review of one star is a complaint, in one of five stars rarely; an answer to "What could we do
better?" is mostly a wish. For each pair of rating and question the shares of the stances are estimated from the
classifier's probabilities by expectation maximization (Saerens, Latinne, Decaestecker 2002: adjusting a classifier to
new a priori probabilities), and the probabilities move towards them. Nothing is assumed about which end of a scale is
good.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analyzer.index.feedback_table import ROWS, FeedbackTable
from analyzer.store.database import Database
from analyzer.types import ColumnRole, Kind

Floats = NDArray[np.float64]
TRAINED = np.array([0.31, 0.16, 0.53])
"""Shares of negative, neutral and positive among the clauses that the classifier was trained on."""
WEIGHT = 0.5
"""Exponent on the ratio of the shares: the classifier is surer than it should be. Of 0, .3, .5, .75 and 1 this had the
highest macro-F1 on the 440 labeled clauses of benchmarks/stance_labels.csv (.738, .743, .754, .748, .742)."""
BORROWED = 50
"""Opinions that the shares of the whole corpus count for beside those of one context."""
MOST_ROUNDS, SETTLED = 100, 1e-5
MOST_QUESTIONS = 50
Context = tuple[str, ...]


def read_contexts(database: Database, table: FeedbackTable) -> dict[int, Context]:
    """Return rating and question of each text by id; of a text said more than once, the most frequent pair.

    A column whose values mostly are questions says which question a response answers, and counts beside the question
    of the comment.
    """
    rating = table.column_of(ColumnRole.RATING)
    asked = [
        target.sql for target in table.columns().values()
        if target.column.kind in (Kind.CATEGORY, Kind.TEXT) and holds_questions(database, target.sql)
    ]  # fmt: skip
    columns = [rating.sql if rating else "''", "f.question_id", *asked]
    places = ", ".join(str(place) for place in range(1, len(columns) + 2))
    sql = f"SELECT f.text_id, {', '.join(columns)}, count(*) FROM {ROWS} GROUP BY {places}"
    tallies: dict[int, Counter[Context]] = {}
    for text_id, *values, count in database.rows(sql):
        tallies.setdefault(text_id, Counter())[tuple(str(value) for value in values)] += count
    return {text_id: min(tally, key=lambda one: (-tally[one], one)) for text_id, tally in tallies.items()}


def with_contexts(polarity: Floats, contexts: Sequence[Context | None]) -> Floats:
    """Return float64[n, 2], the probabilities of negative and of positive, moved towards those of each context.

    Args:
        polarity: float[n, 2], probabilities of negative and of positive of each opinion.
        contexts: n contexts; None for an opinion of no comment, which borrows from the whole corpus.
    """
    if not len(polarity):
        return np.zeros((0, 2))
    odds = np.stack([polarity[:, 0], np.maximum(1 - polarity.sum(axis=1), 0.0), polarity[:, 1]], axis=1) + 1e-6
    odds /= odds.sum(axis=1, keepdims=True)
    whole = _shares(odds, TRAINED)
    numbers: dict[Context | None, int] = {}
    groups = np.array([numbers.setdefault(context, len(numbers)) for context in contexts])
    shares = np.stack([_shares(odds[groups == number], whole) for number in range(len(numbers))])
    moved = odds * (shares / TRAINED)[groups] ** WEIGHT
    moved /= moved.sum(axis=1, keepdims=True)
    return np.asarray(np.round(moved[:, [0, 2]], 4))


def _shares(odds: Floats, borrowed: Floats) -> Floats:
    """Return float64[3], the shares of the stances among opinions with these probabilities."""
    shares = TRAINED
    for _ in range(MOST_ROUNDS):
        parts = odds * (shares / TRAINED)
        parts /= parts.sum(axis=1, keepdims=True)
        found = (parts.sum(axis=0) + BORROWED * borrowed) / (len(odds) + BORROWED)
        is_settled = np.abs(found - shares).max() < SETTLED
        shares = found
        if is_settled:
            break
    return np.asarray(shares)


def holds_questions(database: Database, sql: str) -> bool:
    """Return whether a column has few values, at least two, and most of them are questions."""
    rows = database.rows(f"SELECT DISTINCT {sql} FROM {ROWS} WHERE {sql} IS NOT NULL LIMIT ?", (MOST_QUESTIONS + 1,))
    questions = sum("?" in str(row[0]) for row in rows)
    return 1 < len(rows) <= MOST_QUESTIONS and 2 * questions > len(rows)

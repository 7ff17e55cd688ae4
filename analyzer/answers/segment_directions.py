"""What the segments of a file speak of, as directions of the vectors: "dress" and "sweater", "ambulance" and "ward".

Over a whole file clauses are alike first of all by the thing they speak of. Where the file itself says which thing that
is, in a column, points of complaint or praise are better cut by what is said: "runs large" rather than "the dress".
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from analyzer.answers.stance_context import holds_questions
from analyzer.index.feedback_table import ROWS, FeedbackTable
from analyzer.index.fulltext import WORD
from analyzer.models.embedder import Vectors
from analyzer.models.parallel import one_thread
from analyzer.store.database import Database
from analyzer.types import ColumnRole, Kind

Halves = NDArray[np.float16]
Rows = NDArray[np.int64]
MOST_VALUES = 50
"""Values of a column whose groups are compared; one with more does not say what kind of thing a comment is about."""
MOST_DIRECTIONS = 8
LEAST_EXPLAINED = 0.05
"""Share of the variance between groups from which a direction is kept: the four that name garments or services."""
STEM, LEAST_WORD = 5, 3
"""Letters of a word of a value that a word of a comment has in common with it, and fewest of the word."""
SHRINK = 200
"""Opinions that the mean of the corpus counts for beside those of a group."""
MOST_COMPARED = 50_000
"""Opinions on which the means are computed."""
Segments = tuple[str, ...]


def read_segments(database: Database, table: FeedbackTable) -> dict[int, Segments]:
    """Return by id of a text its values of every category column with few values; of a text said twice, one of them.

    Ratings are no segments, nor are the questions that were asked.
    """
    columns = _segment_columns(database, table)
    if not columns:
        return {}
    values = ", ".join(f"min({sql})" for sql in columns)
    rows = database.rows(f"SELECT f.text_id, {values} FROM {ROWS} GROUP BY f.text_id")  # noqa: S608 - columns of the table
    return {text_id: tuple("" if value is None else str(value) for value in found) for text_id, *found in rows}


def segment_words(database: Database, table: FeedbackTable) -> frozenset[str]:
    """Return the beginnings of the words of the values of every category column with few values: "dress", "sweat"."""
    found = set[str]()
    for sql in _segment_columns(database, table):
        query = f"SELECT DISTINCT {sql} FROM {ROWS} WHERE {sql} IS NOT NULL ORDER BY 1"  # noqa: S608 - a column of the table
        for (value,) in database.rows(query):
            found.update(word[:STEM] for word in WORD.findall(str(value).casefold()) if len(word) >= LEAST_WORD)
    return frozenset(found)


def segment_directions(vectors: Halves, clauses: Rows, text_ids: Rows, segments: Mapping[int, Segments]) -> Vectors:
    """Return float32[k, d], orthonormal: the directions in which the groups of one column lie apart; k = 0 for none.

    The column is the one whose groups explain most of the variance between opinions.

    Args:
        vectors: float16[m, d], of the distinct clauses.
        clauses: int64[n], row of each opinion's clause.
        text_ids: int64[n], text of each opinion.
        segments: values of each text, equally many for all.
    """
    best, explained = np.zeros((0, vectors.shape[1]), dtype=np.float32), 0.0
    if not segments or not len(clauses):
        return best
    chosen = np.linspace(0, len(clauses) - 1, min(len(clauses), MOST_COMPARED)).astype(np.int64)
    sample = vectors[clauses[chosen]].astype(np.float32)
    none = ("",) * len(next(iter(segments.values())))
    rows = [segments.get(text, none) for text in text_ids[chosen].tolist()]
    with one_thread():
        sample -= sample.mean(axis=0)
        for column in zip(*rows, strict=True):
            spread = _between(sample, np.unique(np.array(column), return_inverse=True)[1])
            _, lengths, directions = np.linalg.svd(spread, full_matrices=False)
            variances = lengths**2
            whole = float(np.round(variances.sum(), 4))
            if whole > explained:
                kept = variances[:MOST_DIRECTIONS] >= LEAST_EXPLAINED * whole
                best, explained = directions[: len(kept)][kept].astype(np.float32), whole
    return best


def without(vectors: Vectors, directions: Vectors) -> Vectors:
    """Return vectors, float32[..., d], without what lies in these directions, float32[k, d]."""
    return np.asarray(vectors - (vectors @ directions.T) @ directions, dtype=np.float32)


def _segment_columns(database: Database, table: FeedbackTable) -> list[str]:
    return [
        target.sql for target in table.columns().values()
        if target.column.kind is Kind.CATEGORY and target.column.role is not ColumnRole.RATING
        and _has_few_values(database, target.sql) and not holds_questions(database, target.sql)
    ]  # fmt: skip


def _between(sample: Vectors, groups: Rows) -> NDArray[np.float64]:
    """Return float64[groups, d], the deviation of each group's mean, shrunk and weighted by the root of its size."""
    sums = np.zeros((int(groups.max()) + 1, sample.shape[1]))
    np.add.at(sums, groups, sample)
    sizes = np.bincount(groups)[:, None]
    return sums / np.sqrt(sizes + SHRINK) / np.sqrt(np.maximum(sizes, 1))


def _has_few_values(database: Database, sql: str) -> bool:
    query = f"SELECT DISTINCT {sql} FROM {ROWS} WHERE {sql} IS NOT NULL LIMIT ?"  # noqa: S608 - a column of the table
    return 1 < len(database.rows(query, (MOST_VALUES + 1,))) <= MOST_VALUES

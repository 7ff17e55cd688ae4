"""Find the points that the most matching comments make: clusters of comments, counted and labeled by their words.

For a question why ratings are low, points are ranked by lift: how much more often they are made among the low ratings
than among the other ratings.
"""

import json
from collections import Counter as Tally
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analyzer.answers.relevance import NEARBY, SubjectWords, find_words
from analyzer.answers.types import Plan, Task
from analyzer.counting.c_tf_idf import telling_words
from analyzer.counting.clusters import Points, assign, find_points
from analyzer.counting.sampling import Floats, Rows
from analyzer.counting.types import Row, Table
from analyzer.index.aggregates import Weights, text_weights
from analyzer.index.feedback_table import FeedbackTable
from analyzer.index.filters import Predicate
from analyzer.index.fulltext import STOP_WORDS, WORD, is_without_content
from analyzer.index.vectors import VectorIndex
from analyzer.models.embedder import Embeds, Vectors
from analyzer.store.database import Database

MAX_POINTS = 6


LEAST_COMMENTS = 3


NEAREST = 5


MOST_IDS = 500


LABEL_WORDS = 3


IN_ORDER = "SELECT text_id FROM texts WHERE text_id IN (SELECT value FROM json_each(?)) ORDER BY text"


WITH_WORDS = "SELECT text_id, text FROM texts WHERE text_id IN (SELECT value FROM json_each(?)) ORDER BY text"
"""The ids are one parameter, a JSON list of any length. SQLite orders texts byte by byte, as Python does."""


@dataclass(frozen=True, slots=True)
class TopPoint:
    """A point, the number of comments that make it, and the ids of the comments nearest to its center.

    Attributes:
        lift: for a question why, the share of the point here minus its share among the comments compared with.
    """

    label: str
    comments: int
    share: float
    nearest: tuple[str, ...]
    ids: tuple[str, ...]
    lift: float = 0.0


@dataclass(frozen=True, slots=True)
class TopPoints:
    """The points of the matching comments, most frequent first; for a question why, largest lift first.

    Attributes:
        among: number of matching comments.
        without_content: number of those without content.
        other: number of those that make another point or none.
    """

    found: tuple[TopPoint, ...]
    among: int
    without_content: int
    other: int


@dataclass(frozen=True, slots=True)
class _Texts:
    """Distinct texts in alphabetical order, with their vectors and the number of comments with each text.

    Attributes:
        texts: the texts themselves; empty if only the vectors are used.
        weights: number of comments by text.
    """

    text_ids: Rows
    texts: list[str]
    vectors: Vectors
    weights: Floats


@dataclass(frozen=True, slots=True)
class _Subject:
    """The cosine of every indexed text to a subject, in the order of the index rows, and the words of the subject."""

    likeness: NDArray[np.float32]
    words: SubjectWords


@dataclass(frozen=True, slots=True)
class TopPointFinder:
    """Finds the points of the comments of one workspace."""

    database: Database
    table: FeedbackTable
    vectors: VectorIndex
    embedder: Embeds

    def find(self, plan: Plan, comparison_filter: str = "") -> TopPoints:
        """Return the points of the comments that match the plan and are about its subject, if it has one.

        Args:
            plan: the plan with its filter, subject and task.
            comparison_filter: for a question why, the filter of the comments to compare with.
        """
        chosen = self.table.predicate(plan.where)
        subject = self._subject(plan.subject) if plan.subject else None
        matching = self._texts(chosen, subject, WITH_WORDS)
        among = int(matching.weights.sum())
        has_content = np.array([not is_without_content(text) for text in matching.texts], dtype=bool)
        nonempty = _select(matching, has_content)
        points = find_points(nonempty.vectors, nonempty.weights)
        others = self._texts(self.table.predicate(comparison_filter), subject, IN_ORDER) if comparison_filter else None
        lifts = _lifts(points, nonempty, others) if others else None
        labels = _labels(nonempty.texts, points.members, len(points.centers))
        reasons = [
            self._top_point(nonempty, points, point, (labels[point], among), chosen)
            for point in range(len(points.centers))
        ]
        if lifts is not None:
            reasons = [_with_lift(reason, lift) for reason, lift in zip(reasons, lifts, strict=True) if lift > 0]
            reasons.sort(key=lambda reason: (-reason.lift, reason.label))
        selected = tuple(reason for reason in reasons if reason.comments >= LEAST_COMMENTS)[:MAX_POINTS]
        empty = among - int(nonempty.weights.sum())
        return TopPoints(selected, among, empty, among - empty - sum(reason.comments for reason in selected))

    def _subject(self, subject: str) -> _Subject:
        likeness = self.vectors.products(self.embedder.embed_one(subject)[None, :])[:, 0]
        return _Subject(likeness, find_words(self.database, subject, len(self.vectors)))

    def _texts(self, chosen: Predicate, subject: _Subject | None, read: str) -> _Texts:
        known = self.vectors.ids()
        weights = text_weights(self.database, chosen).known_to(known)
        rows = np.searchsorted(known, weights.text_ids)
        if subject:
            rows, weights = _on_subject(rows, weights, subject)
        found = self.database.rows(read, (json.dumps(weights.text_ids.tolist()),))
        order = np.searchsorted(weights.text_ids, np.array([row[0] for row in found], dtype=np.int64))
        vectors = self.vectors.rows(rows[order]) if found else np.zeros((0, self.embedder.dimension), dtype=np.float32)
        texts = [str(row[1]) for row in found] if read is WITH_WORDS else []
        return _Texts(weights.text_ids[order], texts, vectors, weights.counts[order])

    def _top_point(
        self, nonempty: _Texts, points: Points, point: int, label_total: tuple[str, int], chosen: Predicate
    ) -> TopPoint:
        label, among = label_total
        rows = np.nonzero(points.members == point)[0]
        likeness = np.round(nonempty.vectors[rows] @ points.centers[point], 4)
        ranked = rows[np.argsort(-likeness, kind="stable")][:MOST_IDS]
        owners = self.table.records_of([int(nonempty.text_ids[row]) for row in ranked], chosen)
        ids = tuple(owners[int(nonempty.text_ids[row])][0] for row in ranked)
        comments = int(nonempty.weights[rows].sum())
        return TopPoint(label, comments, round(comments / among, 6), ids[:NEAREST], ids)


def top_points_table(plan: Plan, reasons: TopPoints) -> Table:
    """Return the points as a table."""
    rows = tuple(
        Row(reason.label, reason.lift if plan.task is Task.WHY else reason.share, reasons.among, "", ids=reason.ids)
        for reason in reasons.found
    )
    title = "more often than elsewhere" if plan.task is Task.WHY else "share of comments that make the point"
    query = f"points of {plan.subject or 'all'} where {plan.where or 'all'}"
    return Table(title, "share", "point", rows, query, "grouped by likeness of meaning; every matching comment counted")


def _select(texts: _Texts, mask: NDArray[np.bool_]) -> _Texts:
    selected = [text for text, keep in zip(texts.texts, mask, strict=True) if keep]
    return _Texts(texts.text_ids[mask], selected, texts.vectors[mask], texts.weights[mask])


def _on_subject(rows: Rows, weights: Weights, subject: _Subject) -> tuple[Rows, Weights]:
    shares = np.array([subject.words.share(int(text_id)) for text_id in weights.text_ids])
    near = (np.round(subject.likeness[rows], 4) >= NEARBY) | (shares >= 1.0 - 1e-6)
    return rows[near], Weights(weights.text_ids[near], weights.counts[near])


def _lifts(points: Points, nonempty: _Texts, others: _Texts) -> list[float]:
    assigned = assign(others.vectors, points.centers)
    total, other_total = nonempty.weights.sum() or 1.0, others.weights.sum() or 1.0
    return [
        float(
            nonempty.weights[points.members == point].sum() / total
            - others.weights[assigned == point].sum() / other_total
        )
        for point in range(len(points.centers))
    ]


def _with_lift(reason: TopPoint, lift: float) -> TopPoint:
    return TopPoint(reason.label, reason.comments, reason.share, reason.nearest, reason.ids, round(lift, 6))


def _labels(texts: Sequence[str], members: Rows, points: int) -> list[str]:
    """Return the label of each point: its distinctive words."""
    by_point: list[Tally[str]] = [Tally() for _ in range(points)]
    for text, point in zip(texts, members, strict=True):
        if point >= 0:
            words = {w for w in WORD.findall(text.casefold()) if w not in STOP_WORDS and len(w) > 2 and w.isalpha()}
            by_point[point].update(words)
    return [", ".join(words) for words in telling_words(by_point, LABEL_WORDS)]

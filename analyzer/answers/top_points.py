"""What people name most: comments that make the same point, counted over all that match, told by their words.

For a question why ratings are low, a point counts by how much more often it is made there than elsewhere.
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

MOST_TOLD = 6


LEAST_COMMENTS = 3


NEAREST = 5


MOST_IDS = 500


WORDS_TOLD = 3


IN_ORDER = "SELECT text_id FROM texts WHERE text_id IN (SELECT value FROM json_each(?)) ORDER BY text"


WITH_WORDS = "SELECT text_id, text FROM texts WHERE text_id IN (SELECT value FROM json_each(?)) ORDER BY text"
"""Ids are given as one JSON list, however many they are. Words are compared byte by byte, as Python compares them."""


@dataclass(frozen=True, slots=True)
class TopPoint:
    """A point, how many comments make it, and the ids of those nearest to its center.

    Attributes:
        lift: by how much its share is larger here than elsewhere, for a question why.
    """

    label: str
    comments: int
    share: float
    nearest: tuple[str, ...]
    ids: tuple[str, ...]
    lift: float = 0.0


@dataclass(frozen=True, slots=True)
class TopPoints:
    """The points, most frequent (or most telling) first; of how many comments; how many say nothing; how many else."""

    found: tuple[TopPoint, ...]
    among: int
    without_content: int
    other: int


@dataclass(frozen=True, slots=True)
class _Texts:
    """Distinct texts in the order of their words, with vectors and how many comments have each.

    Attributes:
        texts: their words; empty where only the vectors count.
    """

    text_ids: Rows
    texts: list[str]
    vectors: Vectors
    weights: Floats


@dataclass(frozen=True, slots=True)
class _Subject:
    """How near every text of the index is to a subject, in the order of its rows, and the words of the subject."""

    likeness: NDArray[np.float32]
    words: SubjectWords


@dataclass(frozen=True, slots=True)
class TopPointFinder:
    """Finds points over one workspace."""

    database: Database
    table: FeedbackTable
    vectors: VectorIndex
    embedder: Embeds

    def find(self, plan: Plan, elsewhere: str = "") -> TopPoints:
        """Return the points of the comments that match the plan and speak of its subject, if it has one.

        Args:
            plan: its filter, subject and task.
            elsewhere: for a question why, the filter of the comments to compare with.
        """
        chosen = self.table.predicate(plan.where)
        subject = self._subject(plan.subject) if plan.subject else None
        matching = self._texts(chosen, subject, WITH_WORDS)
        among = int(matching.weights.sum())
        speaking = np.array([not is_without_content(text) for text in matching.texts], dtype=bool)
        said = _kept(matching, speaking)
        points = find_points(said.vectors, said.weights)
        rest = self._texts(self.table.predicate(elsewhere), subject, IN_ORDER) if elsewhere else None
        lifts = _lifts(points, said, rest) if rest else None
        labels = _labels(said.texts, points.members, len(points.centers))
        reasons = [
            self._reason(said, points, point, (labels[point], among), chosen) for point in range(len(points.centers))
        ]
        if lifts is not None:
            reasons = [_lifted(reason, lift) for reason, lift in zip(reasons, lifts, strict=True) if lift > 0]
            reasons.sort(key=lambda reason: (-reason.lift, reason.label))
        kept = tuple(reason for reason in reasons if reason.comments >= LEAST_COMMENTS)[:MOST_TOLD]
        empty = among - int(said.weights.sum())
        return TopPoints(kept, among, empty, among - empty - sum(reason.comments for reason in kept))

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

    def _reason(self, said: _Texts, points: Points, point: int, named: tuple[str, int], chosen: Predicate) -> TopPoint:
        label, among = named
        rows = np.nonzero(points.members == point)[0]
        likeness = np.round(said.vectors[rows] @ points.centers[point], 4)
        ranked = rows[np.argsort(-likeness, kind="stable")][:MOST_IDS]
        owners = self.table.records_of([int(said.text_ids[row]) for row in ranked], chosen)
        ids = tuple(owners[int(said.text_ids[row])][0] for row in ranked)
        comments = int(said.weights[rows].sum())
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


def _kept(texts: _Texts, mask: NDArray[np.bool_]) -> _Texts:
    kept = [text for text, keep in zip(texts.texts, mask, strict=True) if keep]
    return _Texts(texts.text_ids[mask], kept, texts.vectors[mask], texts.weights[mask])


def _on_subject(rows: Rows, weights: Weights, subject: _Subject) -> tuple[Rows, Weights]:
    shares = np.array([subject.words.share(int(text_id)) for text_id in weights.text_ids])
    near = (np.round(subject.likeness[rows], 4) >= NEARBY) | (shares >= 1.0 - 1e-6)
    return rows[near], Weights(weights.text_ids[near], weights.counts[near])


def _lifts(points: Points, said: _Texts, rest: _Texts) -> list[float]:
    assigned = assign(rest.vectors, points.centers)
    here, there = said.weights.sum() or 1.0, rest.weights.sum() or 1.0
    return [
        float(said.weights[points.members == point].sum() / here - rest.weights[assigned == point].sum() / there)
        for point in range(len(points.centers))
    ]


def _lifted(reason: TopPoint, lift: float) -> TopPoint:
    return TopPoint(reason.label, reason.comments, reason.share, reason.nearest, reason.ids, round(lift, 6))


def _labels(texts: Sequence[str], members: Rows, points: int) -> list[str]:
    """Name each point by the words that set it apart."""
    by_point: list[Tally[str]] = [Tally() for _ in range(points)]
    for text, point in zip(texts, members, strict=True):
        if point >= 0:
            words = {w for w in WORD.findall(text.casefold()) if w not in STOP_WORDS and len(w) > 2 and w.isalpha()}
            by_point[point].update(words)
    return [", ".join(words) for words in telling_words(by_point, WORDS_TOLD)]

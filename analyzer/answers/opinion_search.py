"""Select opinions: those of the comments that match a filter, and among them those that speak of a subject."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analyzer.answers.calibration import LEAST_TEXTS, Thresholds, frequent_phrases
from analyzer.answers.judging_subjects import named_fault
from analyzer.answers.labeled_subjects import with_labels
from analyzer.answers.opinion_snapshot import OpinionSnapshot, Rows
from analyzer.answers.subject_scores import EVERY_WORD, SubjectScorer, SubjectScores, read_texts
from analyzer.counting.labels import read_known
from analyzer.index.aggregates import text_weights
from analyzer.index.feedback_table import ROWS, FeedbackTable
from analyzer.index.filters import Predicate
from analyzer.index.fulltext import is_without_content, subject_words
from analyzer.store.database import Database

LEAST_NAMING = LEAST_TEXTS
"""Texts with every word of a subject from which people speak of it, however far its meaning is from theirs."""
IN_CLAUSE = 0.05
"""How much farther from a subject of several words a clause may be that has all of them."""
MOST_OFFERED = 3


@dataclass(frozen=True, slots=True)
class Matching:
    """The comments that match a filter.

    Attributes:
        counts: number of matching comments of each text.
        rows: int64[k], their opinions, in canonical order.
        among: number of the comments.
    """

    chosen: Predicate
    counts: Mapping[int, int]
    rows: Rows
    among: int


@dataclass(frozen=True, slots=True)
class Record:
    """A comment: its id and the respondent, empty if unknown."""

    id: str
    respondent: str


@dataclass(frozen=True, slots=True)
class About:
    """The matching opinions that speak of a subject.

    Attributes:
        rows: int64[k], in canonical order; empty if no matching opinion stands near the subject.
        scores: of all opinions of the corpus.
        nearest: int64[m], rows of the matching opinions, nearest first; at most NEAREST.
    """

    rows: Rows
    scores: SubjectScores
    nearest: Rows


NEAREST = 30


@dataclass(frozen=True, slots=True)
class OpinionSearch:
    """Searches the opinions of one workspace.

    Attributes:
        thresholds: returns those of the corpus; measured at the first question about a subject.
    """

    database: Database
    table: FeedbackTable
    opinions: OpinionSnapshot
    scorer: SubjectScorer
    thresholds: Callable[[SubjectScorer], Thresholds]

    def matching(self, where: str) -> Matching:
        """Return the comments that match a filter, with their opinions."""
        chosen = self.table.predicate(where)
        weights = text_weights(self.database, chosen)
        rows = np.nonzero(np.isin(self.opinions.text_ids, weights.text_ids))[0]
        counts = dict(zip(weights.text_ids.tolist(), weights.counts.astype(np.int64).tolist(), strict=True))
        return Matching(chosen, counts, rows, sum(counts.values()))

    def about(self, subject: str, matching: Matching) -> About:
        """Return the matching opinions that speak of a subject, by their scores and by people's labels for it."""
        fault = named_fault(subject, self.opinions, self.scorer.embedder)
        asked = fault.thing if fault and fault.direction is None else subject
        scores, limits = self.scorer.score(asked), self.thresholds(self.scorer)
        rows, labels = matching.rows, read_known(self.database, subject).labels
        order = rows[np.argsort(-scores.nearness[rows], kind="stable")][:NEAREST]
        is_near = _is_near(scores, limits)[rows]
        if not is_near.any():
            naming = scores.shares[rows] >= EVERY_WORD
            named = len(np.unique(self.opinions.text_ids[rows[naming]])) >= LEAST_NAMING
            chosen = rows[naming] if named else np.zeros(0, dtype=np.int64)
        else:
            chosen = rows[is_near | (scores.scores[rows] >= scores.cut(limits.cut))]
        if fault:
            chosen = fault.of_it(self.opinions, chosen, self.texts(chosen))
        return About(with_labels(chosen, rows, scores.scores, self.opinions.text_ids, labels), scores, order)

    def without(self, rows: Rows, subjects: Sequence[str], matching: Matching, by_text: bool = False) -> Rows:
        """Return the opinions that speak of none of these subjects; by_text: nor does the rest of their text."""
        for subject in subjects:
            about, text_ids = self.about(subject, matching).rows, self.opinions.text_ids
            is_about = np.isin(text_ids[rows], text_ids[about]) if by_text else np.isin(rows, about)
            rows = rows[~is_about]
        return rows

    def texts(self, rows: Rows) -> dict[int, str]:
        """Return the texts of opinions by id."""
        return read_texts(self.database, np.unique(self.opinions.text_ids[rows]))

    def with_content(self, rows: Rows, texts: Mapping[int, str]) -> Rows:
        """Return the opinions that are not made of stop words alone."""
        opinions = self.opinions
        spans = zip(opinions.text_ids[rows].tolist(), opinions.starts[rows], opinions.ends[rows], strict=True)
        says: NDArray[np.bool_] = np.array(
            [not is_without_content(texts[one][start:end]) for one, start, end in spans], dtype=bool
        )
        return rows[says] if len(rows) else rows

    def records(self, rows: Rows, matching: Matching) -> dict[int, list[Record]]:
        """Return the matching comments of each text of these opinions, in order of id."""
        ids = json.dumps([int(one) for one in np.unique(self.opinions.text_ids[rows])])
        found: dict[int, list[Record]] = {}
        for text_id, record_id, respondent in self.database.rows(
            f"SELECT f.text_id, f.id, f.respondent FROM {ROWS} "
            f"WHERE f.text_id IN (SELECT value FROM json_each(?)) AND {matching.chosen.sql} ORDER BY f.id",
            (ids, *matching.chosen.parameters),
        ):
            found.setdefault(text_id, []).append(Record(record_id, respondent or ""))
        return found

    def dates(self, rows: Rows, matching: Matching, column: str) -> dict[str, str]:
        """Return the dates of the matching comments of these opinions by id; comments without a date are left out."""
        ids = json.dumps([int(one) for one in np.unique(self.opinions.text_ids[rows])])
        sql = self.table.columns()[column].sql
        return dict(self.database.rows(
            f"SELECT f.id, {sql} FROM {ROWS} WHERE f.text_id IN (SELECT value FROM json_each(?)) "
            f"AND {matching.chosen.sql} AND {sql} IS NOT NULL", (ids, *matching.chosen.parameters),
        ))  # fmt: skip

    def nearest_subjects(self, subject: str) -> tuple[str, ...]:
        """Return the frequent phrases of the corpus that stand nearest to a subject."""
        phrases = frequent_phrases(self.database)
        if not phrases:
            return ()
        embedder, background = self.scorer.embedder, self.opinions.background
        vectors = embedder.embed(phrases)
        likeness = background.likeness(vectors, background.centered(embedder.embed_one(subject)))
        offered: list[str] = []
        for place in np.argsort(-np.round(likeness, 4), kind="stable").tolist():
            if likeness[place] < self.opinions.alike.offered or len(offered) == MOST_OFFERED:
                break
            words = set(subject_words(phrases[place]))
            if not any(words & set(subject_words(other)) for other in offered):
                offered.append(phrases[place])
        return tuple(offered)


def _is_near(scores: SubjectScores, limits: Thresholds) -> NDArray[np.bool_]:
    near_with_words = (scores.nearness >= limits.near) & (scores.shares >= EVERY_WORD)
    names = (scores.nearness >= limits.near - IN_CLAUSE) & (scores.in_clause >= EVERY_WORD)
    return np.asarray((scores.nearness >= limits.same) | near_with_words | names)

"""Count the comments that say something: every matching comment is judged, and labels correct the judgement."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from analyzer.counting import classifiers, intervals, priors, sampling
from analyzer.counting.labels import KnownLabels, plain_name, read_known
from analyzer.counting.sampling import Floats, Rows
from analyzer.counting.types import Count, Share
from analyzer.index.aggregates import (
    ONE_GROUP,
    Group,
    Grouping,
    Weights,
    group_weights,
    grouping,
    join_groups,
    tally,
    text_weights,
)
from analyzer.index.feedback_table import FeedbackTable
from analyzer.index.filters import Predicate
from analyzer.index.fulltext import is_without_content, subject_words, texts_with, texts_without_content
from analyzer.index.vectors import VectorIndex
from analyzer.models.embedder import Embeds
from analyzer.models.embedding_thresholds import thresholds_of
from analyzer.store.database import Database
from analyzer.types import FieldValue

UNCORRECTED = "automatic estimate, not yet checked"
MOST_WORDS = 12
EXAMPLES = 50
LIKELY = 0.5
"""Minimum probability of yes for a comment to be shown as an example."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The predictions and labels of a predicate for every text of the index, in the order of its rows.

    Attributes:
        expected: probabilities of yes that decide which texts are worth labeling.
        predictions: probabilities of yes: from trained heads if there are enough labels; `expected` if there are some
            labels but too few to train on; uncorrected judgements if there are none.
        numbers: permanent random numbers.
        size: the value of a label on each text.
        answers: labels, NaN for texts without one.
        known: the stored data of the predicate.
        scale: the scale of the expected probabilities.
        words: word -> weight.
        is_silent: texts that say nothing, such as "n/a". The predicate applies to none of them unless a person said
            so; they are counted in every share and are never among the comments to label.
    """

    text_ids: Rows
    expected: Floats
    predictions: Floats
    numbers: Floats
    size: Floats
    answers: Floats
    known: KnownLabels
    scale: priors.PriorScale
    words: dict[str, float]
    is_silent: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Counter:
    """Counts the comments of one workspace."""

    database: Database
    table: FeedbackTable
    vectors: VectorIndex
    embedder: Embeds

    def count(self, predicate: str, where: str = "", by: str = "", period: str = "") -> Count:
        """Return the share of the matching comments to which the predicate applies.

        Raises:
            UsageError: on a filter, column or period that is not understood.
        """
        chosen = self.table.predicate(where)
        groups = grouping(self.table.columns(), by, period) if by else None
        judgement = self.judge(predicate)
        weights = self._aligned(judgement, text_weights(self.database, chosen))
        whole = tally(self.database, chosen)[0]
        result = share_of(judgement, weights, "", where)
        parts = group_weights(self.database, chosen, groups) if groups else []
        shares = self._groups(judgement, parts, groups, where) if groups else ()
        note = f"; {ONE_GROUP}" if any(part.spellings > 1 for part in parts) else ""
        return Count(
            predicate, where, result.estimate, result.low, result.high, whole.records, result.labelled,
            _method(result.labelled, judgement) + note, result.labelled > 0,
            by if not period else f"{by} by {period}", shares,
            whole.respondents or None, self.table.different_texts(judgement.text_ids[weights > 0]),
            self._examples(judgement, weights, chosen),
        )  # fmt: skip

    def to_label(self, predicate: str, where: str, limit: int) -> list[tuple[int, str]]:
        """Return (text id, id of a matching record) of the texts to label next, in the order of the draw."""
        chosen = self.table.predicate(where)
        judgement = self.judge(predicate)
        weights = self._aligned(judgement, text_weights(self.database, chosen))
        order = sampling.labeling_order(judgement.numbers, judgement.size)
        is_open = (weights > 0) & np.isnan(judgement.answers) & ~judgement.is_silent
        open_rows = order[is_open[order]][:limit]
        text_ids = [int(judgement.text_ids[row]) for row in open_rows]
        owners = self.table.records_of(text_ids, chosen)
        return [(text_id, owners[text_id][0]) for text_id in text_ids]

    def judge(self, predicate: str) -> Judgement:
        """Return predictions and labels of a predicate for every indexed text."""
        known = read_known(self.database, predicate)
        text_ids = self.vectors.ids()
        likeness = np.round(self.vectors.products(self.embedder.embed_one(predicate)[None, :])[:, 0], 5).astype(
            np.float64
        )
        matches = self._matches(predicate, text_ids)
        words = dict(known.words) or priors.word_weights(len(text_ids), matches)
        shared = priors.shared_words(len(text_ids), matches, words)
        copies = self._aligned_to(text_ids, text_weights(self.database, self.table.predicate("")))
        scale = known.scale or priors.make_scale(likeness, shared, copies)
        expected = scale.expected(likeness, shared)
        digests = self.table.digests(text_ids)
        answers = np.array([known.labels.get(int(text_id), np.nan) for text_id in text_ids], dtype=np.float64)
        numbers = sampling.random_numbers(plain_name(predicate), digests)
        size = sampling.sizes(expected, np.maximum(copies, 1.0))
        is_measured = thresholds_of(self.embedder.name).is_counted
        guesses = priors.judge_texts(likeness, shared) if is_measured else expected
        is_silent = np.isin(text_ids, texts_without_content(self.database), assume_unique=True)
        if is_without_content(predicate):  # the predicate is about such answers
            is_silent[:] = False
        return self.learned(
            Judgement(text_ids, expected, guesses, numbers, size, answers, known, scale, words, is_silent)
        )

    def learned(self, judgement: Judgement) -> Judgement:
        """Return a judgement with predictions learned from its labels, if there are enough labels."""
        predictions = np.where(judgement.is_silent, 0.0, self._predictions(judgement))
        return replace(judgement, predictions=predictions)

    def _predictions(self, judgement: Judgement) -> Floats:
        labeled = np.nonzero(~np.isnan(judgement.answers) & ~judgement.is_silent)[0]
        labeled = labeled[np.argsort((judgement.numbers / judgement.size)[labeled], kind="stable")]
        if not len(labeled):
            return judgement.predictions
        answers = judgement.answers[labeled]
        heads = classifiers.train(self.vectors.rows(labeled), judgement.expected[labeled], answers)
        if heads is None:
            return judgement.expected
        return classifiers.cross_fitted(heads, self.vectors.products(heads.weights.T), judgement.expected, labeled)

    def _matches(self, predicate: str, text_ids: Rows) -> dict[str, Rows]:
        words = subject_words(predicate)[:MOST_WORDS]
        found = {word: texts_with(self.database, word) for word in words}
        return {word: np.nonzero(np.isin(text_ids, ids, assume_unique=True))[0] for word, ids in found.items()}

    def _groups(self, judgement: Judgement, parts: Sequence[Group], groups: Grouping, where: str) -> tuple[Share, ...]:
        found = []
        for part in parts:
            inside = join_groups(where, groups.where(part.value))
            found.append(share_of(judgement, self._aligned(judgement, part.weights), label_of(part.value), inside))
        return tuple(found)

    def _examples(self, judgement: Judgement, weights: Floats, chosen: Predicate) -> tuple[str, ...]:
        certain = np.where(np.isnan(judgement.answers), judgement.predictions, judgement.answers)
        likely = np.nonzero((weights > 0) & (certain >= LIKELY))[0]
        likely = likely[np.lexsort((judgement.text_ids[likely], -certain[likely]))][:EXAMPLES]
        owners = self.table.records_of([int(judgement.text_ids[row]) for row in likely], chosen)
        ranked = sorted((-round(float(certain[row]), 6), owners[int(judgement.text_ids[row])][0]) for row in likely)
        return tuple(record_id for _, record_id in ranked)

    def _aligned(self, judgement: Judgement, weights: Weights) -> Floats:
        return self._aligned_to(judgement.text_ids, weights)

    def _aligned_to(self, text_ids: Rows, weights: Weights) -> Floats:
        aligned, known = np.zeros(len(text_ids)), weights.known_to(text_ids)
        aligned[np.searchsorted(text_ids, known.text_ids)] = known.counts
        return aligned


def label_of(value: FieldValue) -> str:
    """Return the value of a group as text."""
    return "(empty)" if value is None else f"{value:.15g}" if isinstance(value, int | float) else str(value)


def share_of(judgement: Judgement, weights: Floats, label: str, where: str) -> Share:
    """Return the share among the comments that `weights` selects, corrected by the labels among them.

    The answer of texts that say nothing is known: they are a part of their own, which needs no sample.
    """
    total = int(weights.sum())
    if not total:
        return Share(label, where, 0.0, 0.0, 0.0, 0)
    inside = np.nonzero((weights > 0) & ~judgement.is_silent)[0]
    here = weights[inside]
    silent = np.nonzero((weights > 0) & judgement.is_silent)[0]
    known = float((weights[silent] * np.nan_to_num(judgement.answers[silent])).sum())
    if not len(inside):
        exact = round(known / total, 6)
        return Share(label, where, exact, exact, exact, total)
    sample = sampling.draw_sample(judgement.numbers[inside], judgement.size[inside], judgement.answers[inside])
    if not len(sample.rows):
        result = intervals.uncorrected_share(judgement.predictions[inside], here)
    else:
        result = intervals.corrected_share(sample, judgement.predictions[inside], here)
    voiced = float(here.sum())
    estimate, low, high = (
        round((known + voiced * value) / total, 6) for value in (result.estimate, result.low, result.high)
    )
    return Share(label, where, estimate, low, high, total, len(sample.rows))


def _method(labeled: int, judgement: Judgement) -> str:
    if not labeled:
        return UNCORRECTED
    yes = int(np.nansum(judgement.answers > LIKELY))
    return f"automatic estimate for every comment, corrected by {labeled} checked comments (PPI++), {yes} marked yes"

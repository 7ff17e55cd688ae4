"""Estimate the probability that a predicate applies to a text without labels, from cosine and shared words.

The scale of a predicate is frozen with its first label, so that later comments do not change the inclusion probability
of earlier ones.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analyzer.counting.sampling import Floats

STEEPNESS, MIDDLE, WORD_BONUS = 12.0, 0.54, 0.1
"""The link from cosine (plus the bonus for shared words) to probability, set on every second one of the 30 most
frequent NHS themes; what it gives on the others is in benchmarks/prevalence.py."""
EXPECTED_SHARE = 0.04
"""Mean of the expected probabilities; themes that people ask about are rare."""
LIKENESS_WEIGHT, WORDS_WEIGHT = 0.84, 0.3
"""Change of the log-odds for one standard deviation of cosine and of shared words."""
LEAST_PROBABILITY = 1e-4


@dataclass(frozen=True, slots=True)
class PriorScale:
    """Mean and standard deviation of the two scores of a predicate over a corpus, and the intercept of the log-odds."""

    likeness: float
    likeness_spread: float
    words: float
    words_spread: float
    intercept: float

    def expected(self, likeness: Floats, words: Floats) -> Floats:
        """Return the probabilities of yes that decide which texts to label, and that the heads use as prior."""
        return _probability(self.intercept + _margin(self, likeness, words))


def judge_texts(likeness: Floats, words: Floats) -> Floats:
    """Return the uncorrected probability of yes for each text."""
    return _probability(STEEPNESS * (likeness + WORD_BONUS * words - MIDDLE))


def make_scale(likeness: Floats, words: Floats, weights: Floats) -> PriorScale:
    """Return the scale of a predicate over a corpus.

    Args:
        likeness: cosine of each text to the predicate.
        words: weighted share of the predicate's words in each text, 0 to 1; rarer words weigh more.
        weights: number of comments by text.
    """
    means = [float(np.average(x, weights=weights)) for x in (likeness, words)]
    spreads = [float(x.std()) or 1.0 for x in (likeness, words)]
    free = PriorScale(means[0], spreads[0], means[1], spreads[1], 0.0)
    margin = _margin(free, likeness, words)
    low, high = -40.0, 40.0
    for _ in range(60):
        middle = (low + high) / 2
        is_above = np.average(_probability(middle + margin), weights=weights) > EXPECTED_SHARE
        low, high = (low, middle) if is_above else (middle, high)
    return PriorScale(means[0], spreads[0], means[1], spreads[1], round(low, 6))


def word_weights(count: int, matches: Mapping[str, NDArray[np.int64]]) -> dict[str, float]:
    """Return the weight of each word by its rarity among `count` texts; the weights sum to 1."""
    rarity = {word: float(np.log(max(count, 2) / max(len(rows), 1))) for word, rows in matches.items()}
    whole = sum(rarity.values()) or 1.0
    return {word: round(value / whole, 6) for word, value in rarity.items()}


def shared_words(count: int, matches: Mapping[str, NDArray[np.int64]], weights: Mapping[str, float]) -> Floats:
    """Return for each text the sum of the weights of its words, 0 to 1.

    Args:
        count: number of texts.
        matches: word -> rows of the texts that contain it.
        weights: word -> weight.
    """
    shared = np.zeros(count)
    for word, rows in matches.items():
        shared[rows] += weights.get(word, 0.0)
    return shared


def _margin(scale: PriorScale, likeness: Floats, words: Floats) -> Floats:
    return np.asarray(
        LIKENESS_WEIGHT * (likeness - scale.likeness) / scale.likeness_spread
        + WORDS_WEIGHT * (words - scale.words) / scale.words_spread
    )


def _probability(margin: Floats) -> Floats:
    return np.clip(1.0 / (1.0 + np.exp(-margin)), LEAST_PROBABILITY, 1 - LEAST_PROBABILITY)

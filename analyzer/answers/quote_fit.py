"""How well a quote fits the title of its point: the verifier's features of both, without a call of the model.

A point is a group of clauses that lie near to each other, where "worth the price" and "not worth the price" do too.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analyzer.answers.grounding.entailment import read_heads
from analyzer.answers.grounding.entailment_features import FEATURES, measure
from analyzer.answers.opinion_snapshot import Floats, OpinionSnapshot, Rows
from analyzer.answers.opposites import are_opposite, compares, deny_differently, directions
from analyzer.answers.points import clause_of
from analyzer.answers.types import Stance
from analyzer.models.embedder import Vectors
from analyzer.models.embedding_thresholds import thresholds_of
from analyzer.opinions.polarity import PolarityHead
from analyzer.opinions.stored_opinions import compared_as

CLASHES = 0.7
"""Estimated probability that a quote says the opposite of the title from which it does not stand below it."""

MISSING_NUMBERS = FEATURES.index("missing_numbers")
LEAST_SUPPORT = 0.35
"""Support of the title below which a quote does not stand below it."""
OPPOSED = -0.1
"""Margin of its own stance below which a quote is not shown, whatever the rating of its comment says."""


@dataclass(frozen=True, slots=True)
class TitleFit:
    """Fits of the opinions of a snapshot to a title.

    Attributes:
        opinions: all opinions.
        texts: texts by id.
        model: name of the embedding model.
    """

    opinions: OpinionSnapshot
    texts: Mapping[int, str]
    model: str

    def below(self, title: str, vector: Vectors) -> Callable[[Rows, Sequence[str]], Floats]:
        """Return a function from rows of opinions and their texts to their fit to a title with a vector, float32[d]."""
        return lambda rows, quotes: fits(title, quotes, vector, self._vectors(rows), self.model)

    def below_of_stance(
        self, title: str, vector: Vectors, stance: Stance, polarity: PolarityHead
    ) -> Callable[[Rows, Sequence[str]], Floats]:
        """Return the same, 0 for quotes that have the opposite stance, read by themselves."""

        def fit(rows: Rows, quotes: Sequence[str]) -> Floats:
            margins = stance_margins(quotes, self._vectors(rows), stance, polarity)
            found = self.below(title, vector)(rows, quotes)
            agrees = np.array([not deny_differently(title, quote) for quote in quotes], dtype=bool)
            return np.where((np.array(margins) >= OPPOSED) & (found >= LEAST_SUPPORT) & agrees, found, 0.0)

        return fit

    def of_stance(
        self, stance: Stance, polarity: PolarityHead, least: float
    ) -> Callable[[Rows, Sequence[str]], Floats]:
        """Return a function from rows and their texts to LEAST_SUPPORT for those of a stance by themselves, and 0."""
        return lambda rows, quotes: np.where(
            np.array(stance_margins(quotes, self._vectors(rows), stance, polarity)) >= least, LEAST_SUPPORT, 0.0
        )

    def of_rows(self, title: str, vector: Vectors, rows: Rows) -> Floats:
        """Return float64[k], the fit of opinions to a title."""
        return self.below(title, vector)(rows, [clause_of(self.opinions, row, self.texts) for row in rows.tolist()])

    def _vectors(self, rows: Rows) -> Vectors:
        return self.opinions.vectors[self.opinions.clauses[rows]].astype(np.float32)


def stance_margins(
    texts: Sequence[str], vectors: Vectors, stance: Stance, polarity: PolarityHead
) -> list[float]:  # fmt: skip
    """Return how much more probable a stance is for each text by itself than the other one, -1 to 1.

    Args:
        texts: k texts.
        vectors: float32[k, d], of the texts.
        stance: complaint or praise; every margin for a neutral one is 0.
        polarity: the classifier of texts.
    """
    if stance is Stance.NEUTRAL:
        return [0.0] * len(texts)
    odds = polarity.judge([compared_as(text) for text in texts], vectors)
    own, other = (0, 2) if stance is Stance.COMPLAINT else (2, 0)
    return [round(float(row[own] - row[other]), 4) for row in odds]


def fits(title: str, quotes: Sequence[str], vector: Vectors, vectors: Vectors, model: str) -> Floats:
    """Return float64[k], how well each quote supports the title, 0 to 1; 0 for one that says the opposite.

    Args:
        title: of the point.
        quotes: k texts.
        vector: float32[d], of the title.
        vectors: float32[k, d], of the quotes.
        model: name of the embedding model. With one whose cosines the heads were not trained with, every quote that
            does not name the other end of a dimension fits equally.
    """
    ends, is_wish = directions(title), compares(title)
    opposed = np.array([are_opposite(ends, directions(quote)) for quote in quotes], dtype=bool)
    if not len(quotes) or not thresholds_of(model).is_verified:
        return np.where(opposed, 0.0, 1.0)
    heads = read_heads()
    cosines = np.round(vectors @ vector, 4).tolist()
    found = [np.array(measure(title, quote, one, one)) for quote, one in zip(quotes, cosines, strict=True)]
    for one in found:
        one[MISSING_NUMBERS] = 0.0  # "moved nine times" and "moved five times" are one point
    supports = np.round([heads.seen_support.chance(one) for one in found], 4)
    clash = np.array([not is_wish and heads.seen_opposition.chance(one) >= CLASHES for one in found], dtype=bool)
    return np.where(opposed | clash, 0.0, supports)

"""How well a quote fits the title of its point: the verifier's features of both, without a call of the model.

A point is a group of clauses that lie near to each other, where "worth the price" and "not worth the price" do too.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analyzer.answers.grounding.entailment import read_heads
from analyzer.answers.grounding.entailment_features import measure
from analyzer.answers.opinion_snapshot import Floats, OpinionSnapshot, Rows
from analyzer.answers.opposites import are_opposite, compares, directions
from analyzer.answers.points import clause_of
from analyzer.answers.quotes import Quoted
from analyzer.models.embedder import Vectors
from analyzer.models.embedding_thresholds import thresholds_of

CLASHES = 0.7
"""Estimated probability that a quote says the opposite of the title from which it does not stand below it."""


@dataclass(frozen=True, slots=True)
class TitleFit:
    """Fits of the opinions of a snapshot to the clause of one of them.

    Attributes:
        opinions: all opinions.
        texts: texts by id.
        model: name of the embedding model.
    """

    opinions: OpinionSnapshot
    texts: Mapping[int, str]
    model: str

    def below(self, title: Quoted) -> Callable[[Rows, Sequence[str]], Floats]:
        """Return a function from rows of opinions and their texts to their fit to a title."""
        return lambda rows, quotes: self._of(title.row, rows, quotes)

    def of_rows(self, title: int, rows: Rows) -> Floats:
        """Return float64[k], the fit of opinions to the clause of the opinion in row `title`."""
        return self._of(title, rows, [clause_of(self.opinions, row, self.texts) for row in rows.tolist()])

    def _of(self, title: int, rows: Rows, quotes: Sequence[str]) -> Floats:
        vectors = self.opinions.vectors[self.opinions.clauses[[title, *rows.tolist()]]].astype(np.float32)
        return fits(clause_of(self.opinions, title, self.texts), quotes, vectors[0], vectors[1:], self.model)


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
    supports = np.round([heads.seen_support.chance(one) for one in found], 4)
    clash = np.array([not is_wish and heads.seen_opposition.chance(one) >= CLASHES for one in found], dtype=bool)
    return np.where(opposed | clash, 0.0, supports)

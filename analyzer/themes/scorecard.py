"""How good themes are, from themselves: distinct, of one piece, named for what they are."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analyzer.themes.graph import Matrix, unit

ALIKE = 0.7
"""Cosine of two centers, their common mean taken away, from which two themes say nearly the same."""
SHOWN = 4
DRAWS = 10
LEAST_MEMBERS = SHOWN + 1
SEED = 7


@dataclass(frozen=True, slots=True)
class Quality:
    """Shares, 0 to 1; None where there are too few themes to tell.

    Attributes:
        redundancy: of themes, those with another that says nearly the same.
        intruders: of opinions of the nearest other theme hidden among four of a theme, those told by being farthest
            from the rest (after Chang et al. 2009, "Reading tea leaves"); by chance .2.
        specificity: of names, those that mean their own theme more than any other.
    """

    redundancy: float | None
    intruders: float | None
    specificity: float | None


def quality(vectors: NDArray[np.float16], members: NDArray[np.int64], names: Matrix) -> Quality:
    """Return how good themes are.

    Args:
        vectors: float16[n, d], unit rows, in canonical order.
        members: int64[n], each opinion's theme, -1 for none; every theme has one.
        names: float32[k, d], the sentence vector of each theme's name.
    """
    count = len(names)
    if count < 2:
        return Quality(None, None, None)
    rows = [np.nonzero(members == theme)[0] for theme in range(count)]
    means = np.stack([vectors[own].astype(np.float64).mean(axis=0) for own in rows])
    apart = np.round(unit(means - means.mean(axis=0)) @ unit(means - means.mean(axis=0)).T, 4)
    np.fill_diagonal(apart, -1.0)
    nearest = apart.argmax(axis=1)
    own = np.round(names @ unit(means).T, 4)
    specific = (own.argmax(axis=1) == np.arange(count)).mean()
    return Quality(float((apart.max(axis=1) >= ALIKE).mean()), _intruders(vectors, rows, nearest), float(specific))


def _intruders(
    vectors: NDArray[np.float16], rows: Sequence[NDArray[np.int64]], nearest: NDArray[np.int64]
) -> float | None:
    chance = np.random.default_rng(SEED)
    told = []
    for theme, own in enumerate(rows):
        other = rows[int(nearest[theme])]
        if len(own) < LEAST_MEMBERS or not len(other):
            continue
        for _ in range(DRAWS):
            drawn = [*chance.choice(own, SHOWN, replace=False), chance.choice(other)]
            shown = vectors[drawn].astype(np.float32)
            likeness = np.round(shown @ shown.T, 4).sum(axis=1)
            told.append(int(likeness.argmin()) == SHOWN)
    return float(np.mean(told)) if told else None

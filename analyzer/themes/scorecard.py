"""Intrinsic quality of themes, without labels: redundancy, coherence (intruder detection), specificity of names."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analyzer.themes.graph import Matrix, unit

ALIKE = 0.7
"""Least cosine of two centers, after centering, at which two themes count as near duplicates."""
SAMPLED = 4
DRAWS = 10
LEAST_MEMBERS = SAMPLED + 1
SEED = 7


@dataclass(frozen=True, slots=True)
class Quality:
    """Shares, 0 to 1; None if there are too few themes.

    Attributes:
        redundancy: share of themes that have a near duplicate.
        intruders: share of intruders that are detected: an opinion of the nearest other theme is mixed with four of a
            theme, and is detected if it is the farthest from the rest (after Chang et al. 2009, "Reading tea
            leaves"); .2 by chance.
        specificity: share of names that are nearer to their own theme's center than to any other's.
    """

    redundancy: float | None
    intruders: float | None
    specificity: float | None


def quality(vectors: NDArray[np.float16], members: NDArray[np.int64], names: Matrix) -> Quality:
    """Return the quality of themes.

    Args:
        vectors: float16[n, d], unit rows, in canonical order.
        members: int64[n], each opinion's theme, -1 for none; every theme has at least one opinion.
        names: float32[k, d], the sentence vector of each theme's name.
    """
    count = len(names)
    if count < 2:
        return Quality(None, None, None)
    rows = [np.nonzero(members == theme)[0] for theme in range(count)]
    means = np.stack([vectors[own].astype(np.float64).mean(axis=0) for own in rows])
    cosines = np.round(unit(means - means.mean(axis=0)) @ unit(means - means.mean(axis=0)).T, 4)
    np.fill_diagonal(cosines, -1.0)
    nearest = cosines.argmax(axis=1)
    own = np.round(names @ unit(means).T, 4)
    specific = (own.argmax(axis=1) == np.arange(count)).mean()
    return Quality(float((cosines.max(axis=1) >= ALIKE).mean()), _intruders(vectors, rows, nearest), float(specific))


def _intruders(
    vectors: NDArray[np.float16], rows: Sequence[NDArray[np.int64]], nearest: NDArray[np.int64]
) -> float | None:
    generator = np.random.default_rng(SEED)
    hits = []
    for theme, own in enumerate(rows):
        other = rows[int(nearest[theme])]
        if len(own) < LEAST_MEMBERS or not len(other):
            continue
        for _ in range(DRAWS):
            drawn = [*generator.choice(own, SAMPLED, replace=False), generator.choice(other)]
            sampled = vectors[drawn].astype(np.float32)
            likeness = np.round(sampled @ sampled.T, 4).sum(axis=1)
            hits.append(int(likeness.argmin()) == SAMPLED)
    return float(np.mean(hits)) if hits else None

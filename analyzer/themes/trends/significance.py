"""Statistical significance: Wilson intervals, false discovery rate, p-values of Student's t."""

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
RATE = 0.05
"""False discovery rate: expected share of false discoveries among discoveries."""
Z = 1.959964
"""Quantile of the standard normal distribution for a 95 % interval."""


def wilson(counts: Floats, totals: Floats) -> tuple[Floats, Floats]:
    """Return the 95 % interval of shares (Wilson 1927); NaN if the total is 0.

    Args:
        counts: float64 of any shape.
        totals: float64 of the same shape; counts are at most totals.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        share = counts / totals
        middle = (share + Z**2 / (2 * totals)) / (1 + Z**2 / totals)
        half = Z / (1 + Z**2 / totals) * np.sqrt(share * (1 - share) / totals + Z**2 / (4 * totals**2))
    empty = totals <= 0
    return np.where(empty, np.nan, np.maximum(middle - half, 0)), np.where(empty, np.nan, np.minimum(middle + half, 1))


def discoveries(p_values: Floats, rate: float = RATE) -> NDArray[np.bool_]:
    """Return bool[m], the discoveries among m tests at a false discovery rate (Benjamini & Hochberg 1995).

    Args:
        p_values: float64[m], 0 to 1; NaN if not tested.
        rate: false discovery rate.
    """
    found = np.zeros(len(p_values), dtype=bool)
    tested = np.nonzero(~np.isnan(p_values))[0]
    if not len(tested):
        return found
    order = tested[np.argsort(p_values[tested], kind="stable")]
    passing = np.nonzero(p_values[order] <= rate * np.arange(1, len(order) + 1) / len(order))[0]
    if len(passing):
        found[order[: passing[-1] + 1]] = True
    return found


def shares_that_differ(counts: Floats, totals: Floats) -> NDArray[np.int64]:
    """Return int64[k, s]: 1 where a segment's share is above that of the other segments together, -1 below, 0 for no.

    Fisher's exact test for each theme and segment, false discoveries controlled over all of them; a theme that is too
    rare or too common for any division to be significant is not tested (Tarone 1990).

    Args:
        counts: float64[k, s], comments of a theme in a segment.
        totals: float64[s], comments of a segment.
    """
    from scipy.stats import hypergeom  # noqa: PLC0415

    whole, inside = totals.sum(), counts.sum(axis=1, keepdims=True)
    of = np.broadcast_to(totals, counts.shape)
    members = np.broadcast_to(inside, counts.shape)
    low, high = np.maximum(0, of + members - whole), np.minimum(of, members)

    def tails(values: Floats) -> Floats:
        above, below = hypergeom.sf(values - 1, whole, members, of), hypergeom.cdf(values, whole, members, of)
        return np.asarray(np.minimum(1.0, 2 * np.minimum(above, below)), dtype=np.float64)

    p_values = tails(counts)
    is_testable = (low < high) & (np.minimum(tails(low), tails(high)) <= RATE)
    found = discoveries(np.where(is_testable, p_values, np.nan).ravel()).reshape(counts.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        above = counts / of > (inside - counts) / (whole - of)
    return np.where(found, np.where(above, 1, -1), 0).astype(np.int64)


def shares_p_value(count: int, of: int, other: int, of_other: int) -> float:
    """Return the two-sided p-value of two shares being equal, by their difference on the arcsine scale.

    Args:
        count: of the first share.
        of: its total, above 0.
        other: count of the second share.
        of_other: its total, above 0.
    """
    one, two = (math.asin(math.sqrt(x)) for x in (count / of, other / of_other))
    return math.erfc(abs(one - two) / math.sqrt(1 / (4 * of) + 1 / (4 * of_other)) / math.sqrt(2))


def shares_difference(count: int, of: int, other: int, of_other: int) -> tuple[float, float, float]:
    """Return the difference of two shares and the ends of its 95 % interval (Newcombe 1998, method 10).

    Args:
        count: of the first share.
        of: its total, above 0.
        other: count of the second share.
        of_other: its total, above 0.
    """
    counts, totals = np.array([count, other], dtype=np.float64), np.array([of, of_other], dtype=np.float64)
    (low, low_other), (high, high_other) = wilson(counts, totals)
    share, share_other = counts / totals
    difference = share - share_other
    below = math.hypot(share - low, high_other - share_other)
    above = math.hypot(high - share, share_other - low_other)
    return float(difference), float(difference - below), float(difference + above)


def two_sided(statistic: Floats, degrees: Floats) -> Floats:
    """Return the two-sided p-value of Student's t.

    Args:
        statistic: float64[m].
        degrees: float64[m], degrees of freedom, above 0.
    """
    from scipy.stats import t  # noqa: PLC0415

    return np.asarray(2 * t.sf(np.abs(statistic), degrees), dtype=np.float64)

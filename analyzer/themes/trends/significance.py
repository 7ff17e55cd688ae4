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

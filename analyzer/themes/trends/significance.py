"""Statistical significance: Wilson intervals, false discovery rate, p-values of Student's t."""

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


def two_sided(statistic: Floats, degrees: Floats) -> Floats:
    """Return the two-sided p-value of Student's t.

    Args:
        statistic: float64[m].
        degrees: float64[m], degrees of freedom, above 0.
    """
    from scipy.stats import t  # noqa: PLC0415

    return np.asarray(2 * t.sf(np.abs(statistic), degrees), dtype=np.float64)

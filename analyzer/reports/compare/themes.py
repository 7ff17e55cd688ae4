"""Themes of two sides: how often each is mentioned, and which differ by more than chance explains."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from analyzer.reports.compare.types import ComparedTheme, Difference
from analyzer.themes.trends.shares import LEAST_COMMENTS, LEAST_EXPECTED, LEAST_POINTS, LEAST_RATIO
from analyzer.themes.trends.significance import discoveries, shares_difference, shares_p_value


def compared_themes(
    labels: Mapping[str, str], counts: tuple[Mapping[str, int], Mapping[str, int]], totals: tuple[int, int]
) -> tuple[list[ComparedTheme], int]:
    """Return the themes with their shares on both sides, those that differ first, and the number of tests.

    All tests are one family of a false discovery rate of 5 % (Benjamini and Hochberg 1995). A theme is tested if it
    can be expected in at least LEAST_EXPECTED comments of each side; a difference also has a least size, as for trends.

    Args:
        labels: of the themes, by id.
        counts: comments that mention each theme, by id, on the first and the second side.
        totals: comments of the two sides.
    """
    if not all(totals):
        return [], 0
    ids = list(labels)
    pairs = [(counts[0].get(one, 0), counts[1].get(one, 0)) for one in ids]
    p_values = np.array([_p_value(pair, totals) for pair in pairs], dtype=np.float64)
    found = [
        _theme(one, labels[one], pair, totals, float(p), is_found=bool(hit))
        for one, pair, p, hit in zip(ids, pairs, p_values, discoveries(p_values), strict=True)
    ]
    found.sort(key=lambda one: (not one.is_significant, -abs(one.difference.value or 0.0), one.id))
    return found, int((~np.isnan(p_values)).sum())


def _p_value(pair: Sequence[int], totals: tuple[int, int]) -> float:
    pooled = sum(pair) / sum(totals)
    if min(totals) < LEAST_COMMENTS or pooled * min(totals) < LEAST_EXPECTED:
        return math.nan
    return shares_p_value(pair[0], totals[0], pair[1], totals[1])


def _theme(
    theme: str, label: str, pair: tuple[int, int], totals: tuple[int, int], p_value: float, *, is_found: bool
) -> ComparedTheme:
    value, low, high = shares_difference(pair[0], totals[0], pair[1], totals[1])
    shares = pair[0] / totals[0], pair[1] / totals[1]
    is_large = abs(value) >= max(LEAST_POINTS, LEAST_RATIO * min(shares))
    return ComparedTheme(
        id=theme, label=label, counts=pair, shares=(round(shares[0], 6), round(shares[1], 6)),
        difference=Difference(
            value=round(value, 6), low=round(low, 6), high=round(high, 6), is_significant=low > 0 or high < 0
        ),
        p_value=None if math.isnan(p_value) else round(p_value, 9), is_significant=is_found and is_large,
    )  # fmt: skip

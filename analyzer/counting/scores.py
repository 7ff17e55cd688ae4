"""Scores of a rating column: average, NPS, CSAT and top-box share, each with a 95 % interval.

The interval is that of a random sample of the people who could have answered: Wilson's for shares, the normal one for
averages and for NPS (Rocks, "Interval Estimation for the Net Promoter Score", The American Statistician 70(4), 2016).
"""

import math
from collections.abc import Mapping
from typing import NamedTuple

from analyzer.counting.intervals import Z, wilson
from analyzer.counting.types import Measure
from analyzer.errors import UsageError
from analyzer.index.aggregates import ValueCounts
from analyzer.index.filters import label_numbers
from analyzer.types import Column, Kind, Scale

NPS = Scale("nps", 0, 10)
PROMOTERS, DETRACTORS = 9, 6
"""Lowest value of promoters, highest of detractors (Reichheld, Harvard Business Review 81(12), 2003)."""
FEWEST_POINTS = 4
"""Points of a scale below which only its best value is satisfied."""


class ScaleScore(NamedTuple):
    """A score of one group, the ends of its interval (None if there is none), and the number of values behind it."""

    value: float
    low: float | None
    high: float | None
    of: int


def average(counts: ValueCounts) -> ScaleScore:
    """Return the mean of the values of one group."""
    if counts.mean is None or counts.square is None:
        return ScaleScore(0.0, None, None, 0)
    n, mean = counts.filled, counts.mean
    if n == 1:
        return ScaleScore(round(mean, 6), None, None, n)
    variance = max(0.0, counts.square - mean * mean) * n / (n - 1)
    half = Z * math.sqrt(variance / n)
    return ScaleScore(round(mean, 6), round(mean - half, 6), round(mean + half, 6), n)


def score(measure: Measure, column: Column, counts: Mapping[float, int]) -> ScaleScore:
    """Return NPS, CSAT or top-box share of one group; values outside of the scale are left out.

    Args:
        measure: the score.
        column: with its scale.
        counts: number of responses by value.

    Raises:
        UsageError: if the scale of the column is not known or does not fit the measure.
    """
    scale = scale_of(measure, column)
    inside = {number: n for number, n in counts.items() if scale.low <= number <= scale.high}
    total = sum(inside.values())
    if not total:
        return ScaleScore(0.0, None, None, 0)
    if measure is Measure.NPS:
        return _net(inside, total)
    points = scale.high - scale.low + 1
    best = 2 if measure is Measure.CSAT and points >= FEWEST_POINTS else 1
    good = sum(n for number, n in inside.items() if _distance(number, scale) < best)
    found = wilson(good / total, total)
    return ScaleScore(round(found.estimate, 6), round(found.low, 6), round(found.high, 6), total)


def _net(counts: Mapping[float, int], total: int) -> ScaleScore:
    promoters = sum(n for number, n in counts.items() if number >= PROMOTERS) / total
    detractors = sum(n for number, n in counts.items() if number <= DETRACTORS) / total
    net = promoters - detractors
    half = Z * math.sqrt(max(0.0, promoters + detractors - net * net) / total)
    low, high = max(-1.0, net - half), min(1.0, net + half)
    return ScaleScore(round(100 * net, 4), round(100 * low, 4), round(100 * high, 4), total)


def _distance(number: float, scale: Scale) -> float:
    """Return the distance of a value from the best one."""
    return number - scale.low if scale.is_reversed else scale.high - number


def scale_of(measure: Measure, column: Column) -> Scale:
    """Return the scale of a column for a measure.

    Raises:
        UsageError: as score().
    """
    scale = column.reading.scale
    if column.kind is Kind.BOOLEAN:
        scale = Scale("answer", 0, 1)
    elif scale is None and column.kind is Kind.ORDINAL:
        numbers = label_numbers(column.reading).values()
        scale = Scale("rating", min(numbers), max(numbers))
    if measure is Measure.NPS:
        if scale is not None and (scale.low, scale.high) != (NPS.low, NPS.high):
            raise UsageError(f'"{column.name}" goes from {scale.low:g} to {scale.high:g}; NPS needs a scale of 0 to 10')
        return scale or NPS
    if scale is None:
        raise UsageError(
            f'the ends of the scale of "{column.name}" are not known; import again with '
            f'--scale "{column.label}=WORST-BEST", such as 1-5 (5-1 if 1 is the best), or average it'
        )
    return scale

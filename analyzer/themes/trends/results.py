"""Conversion of arrays of curves and effects to result records: rounded numbers, None for NaN."""

import math

import numpy as np

from analyzer.themes.trends.drivers import Effects
from analyzer.themes.trends.shares import Curves, directions
from analyzer.themes.trends.types import Driver, TrendSeries


def series_of(found: Curves, row: int, theme: str, label: str, periods: list[str], whole: int) -> TrendSeries:
    """Return the curve of one theme; `whole` is the number of periods that are over."""
    flags = found.flags[row]
    last = int(flags[whole - 1]) if whole else 0
    return TrendSeries(
        theme, label, tuple(found.counts[row].tolist()), _all_plain(found.shares[row]), _all_plain(found.low[row]),
        _all_plain(found.high[row]), _all_plain(found.adjusted[row]), {1: "up", -1: "down"}.get(last, ""),
        directions(flags[None, :], periods)[0],
    )  # fmt: skip


def driver_of(found: Effects, row: int, theme: str, label: str) -> Driver:
    """Return the association of one theme with the outcome."""
    mean, rest, difference, low, high, alone = (
        plain(part[row]) for part in (found.mean, found.rest, found.difference, found.low, found.high, found.alone)
    )
    impact = tuple(plain(part[row]) for part in (found.impact, found.impact_low, found.impact_high))
    comments, is_driver = int(found.comments[row]), bool(found.is_driver[row])
    return Driver(
        theme, label, comments, mean, rest, difference, low, high, alone, impact[0], is_driver, impact[1], impact[2]
    )


def _all_plain(values: np.ndarray) -> tuple[float | None, ...]:
    return tuple(plain(value) for value in values.tolist())


def plain(value: float) -> float | None:
    """Return a number rounded to six decimal places; None for NaN."""
    return None if math.isnan(value) else round(float(value), 6)

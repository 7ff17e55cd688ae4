"""Themes over time: shares by period at a constant mix of segments, and tests of each period against those before.

A share does not depend on the number of comments of a period; direct standardization (the segments' shares weighted by
their part of all comments) removes the effect of a changed mix of respondents. A period is flagged if it differs from
the periods before it by more than they differ from each other: a quasi-binomial test on the arcsine scale (Anscombe
1948), with dispersion moderated across themes (Smyth 2004) and p-values adjusted after Benjamini and Hochberg, and only
if the difference has a least size. Seasonality is not modeled.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from analyzer.themes.trends.significance import Floats, discoveries, two_sided, wilson

Counts = NDArray[np.int64]
ENOUGH_BEFORE = 6
"""Earlier periods with comments from which they tell how much shares vary by themselves."""
FEW_BEFORE_DISPERSION = 4.0
"""Least dispersion where there are fewer: only what no usual variation explains is flagged (1 of 214 to 41 of 97).
Where shares do vary so much, 2 % of files of 20 themes with up to six periods get a false flag (300 simulated files).
The steps between the other periods may ask for more."""
MOST_BEFORE = 12
LEAST_COMMENTS = 30
"""Least number of comments of a period, and of those before it together, for a test."""
LEAST_EXPECTED = 5.0
"""Least number of comments of the theme, observed or expected, for a test."""
LEAST_POINTS = 0.005
LEAST_RATIO = 0.2
"""Least change that is flagged: half a percentage point, and a fifth of the share before."""
GAP_DAYS = 92
"""Days before the newest comment in which the longest pause is looked for: three months."""
PRIOR_DEGREES = 15.0
"""Prior degrees of freedom of each theme's dispersion, moderated towards the mean of all themes."""


@dataclass(frozen=True, slots=True)
class Curves:
    """Themes by period.

    Attributes:
        counts: int64[k, p], comments of each theme.
        totals: int64[p], all comments.
        shares, low, high: float64[k, p], with Wilson's interval; NaN for a period without comments.
        adjusted: float64[k, p], at the mix of segments of the whole time.
        flags: int64[k, p], 1 up, -1 down, 0 no significant change; the false discovery rate of the last period is
            controlled separately.
        tested: bool[p], whether a period has enough comments, and enough before it, for a test.
    """

    counts: Counts
    totals: Counts
    shares: Floats
    low: Floats
    high: Floats
    adjusted: Floats
    flags: Counts
    tested: NDArray[np.bool_]


def curves(counts: Counts, totals: Counts, whole: int | None = None) -> Curves:
    """Return shares and flags.

    Args:
        counts: int64[k, p, s], comments of each theme by period and segment.
        totals: int64[p, s], all comments.
        whole: number of leading periods that are over; the others are not tested; None for all.
    """
    by_period, all_of = counts.sum(axis=2), totals.sum(axis=1)
    sizes = np.broadcast_to(all_of, by_period.shape).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = by_period / sizes
    low, high = wilson(by_period.astype(np.float64), sizes)
    adjusted, effective = _standardized(counts, totals)
    periods = totals.shape[0] if whole is None else whole
    flags = np.zeros(by_period.shape, dtype=np.int64)
    tested = np.array([p < periods and _is_testable(effective, p) for p in range(totals.shape[0])], dtype=bool)
    tests = [_tested(adjusted, effective, by_period, p) for p in range(periods)]
    if tests:
        statistic = np.stack([one[0] for one in tests], axis=1)
        p_values = np.stack([one[1] for one in tests], axis=1)
        found = discoveries(p_values.ravel()).reshape(p_values.shape)
        found[:, -1] = discoveries(p_values[:, -1])
        flags[:, :periods] = np.where(found, np.sign(statistic), 0).astype(np.int64)
    return Curves(by_period, all_of, shares, low, high, adjusted, flags, tested)


def _standardized(counts: Counts, totals: Counts) -> tuple[Floats, Floats]:
    """Return shares at a constant mix, float64[k, p], and the effective number of comments, float64[p]."""
    mix = totals.sum(axis=0) / max(totals.sum(), 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        within = np.where(totals > 0, counts / totals, 0.0)
        weights = np.where(totals > 0, mix, 0.0)
        weights = weights / weights.sum(axis=1, keepdims=True)
        spread = np.where(totals > 0, weights**2 / totals, 0.0).sum(axis=1)
        effective = np.where(spread > 0, 1 / spread, 0.0)
    shares = (within * np.nan_to_num(weights)).sum(axis=2)
    return np.where(totals.sum(axis=1) > 0, shares, np.nan), effective


def _tested(adjusted: Floats, effective: Floats, counts: Counts, period: int) -> tuple[Floats, Floats]:
    """Return statistic and p-value of each theme in a period against the periods before it; NaN if not tested."""
    none = np.full(len(adjusted), np.nan)
    before = _periods_before(effective, period)
    if not _is_testable(effective, period):
        return none, none
    sizes = effective[before]
    base = (adjusted[:, before] * sizes).sum(axis=1) / sizes.sum()
    floor = np.maximum(base * (1 - base), 1e-9)
    degrees = len(before) - 1
    pearson = (sizes * (adjusted[:, before] - base[:, None]) ** 2).sum(axis=1) / floor / max(degrees, 1)
    seen = base * sizes.sum() >= LEAST_EXPECTED
    common = float(np.mean(pearson[seen])) if seen.any() else 1.0
    least = np.ones(len(base))
    if len(before) < ENOUGH_BEFORE:
        least = np.maximum(FEW_BEFORE_DISPERSION, _steps(adjusted, effective, period))
    dispersion = np.maximum(least, (degrees * pearson + PRIOR_DEGREES * common) / (degrees + PRIOR_DEGREES))
    error = np.sqrt(dispersion * (1 / effective[period] + 1 / sizes.sum()))
    difference = adjusted[:, period] - base
    statistic = 2 * (_angle(adjusted[:, period]) - _angle(base)) / error
    p_values = two_sided(statistic, np.full(len(base), degrees + PRIOR_DEGREES))
    enough = np.maximum(base * effective[period], counts[:, period]) >= LEAST_EXPECTED
    matters = (np.abs(difference) >= LEAST_POINTS) & (np.abs(difference) >= LEAST_RATIO * base)
    return statistic, np.where(enough, np.where(matters, p_values, 1.0), np.nan)


def _steps(adjusted: Floats, effective: Floats, period: int) -> Floats:
    """Return float64[k], the dispersion of each theme by its steps between neighbors among the other periods.

    Steps (von Neumann 1941) tell bursts, which go up and down, from one change that lasts.
    """
    filled = np.nonzero(effective > 0)[0]
    pairs = [(a, b) for a, b in pairwise(filled.tolist()) if period not in (a, b)]
    if not pairs:
        return np.ones(len(adjusted))
    first, second = np.array(pairs, dtype=np.int64).T
    sizes = effective[filled]
    base = (adjusted[:, filled] * sizes).sum(axis=1) / sizes.sum()
    spread = np.maximum(base * (1 - base), 1e-9)[:, None] * (1 / effective[first] + 1 / effective[second])
    return np.asarray(((adjusted[:, second] - adjusted[:, first]) ** 2 / spread).mean(axis=1))


def _periods_before(effective: Floats, period: int) -> list[int]:
    return [p for p in range(max(0, period - MOST_BEFORE), period) if effective[p] > 0]


def _is_testable(effective: Floats, period: int) -> bool:
    before = float(effective[_periods_before(effective, period)].sum())
    return bool(before >= LEAST_COMMENTS and effective[period] >= LEAST_COMMENTS)


def _angle(share: Floats) -> Floats:
    return np.asarray(np.arcsin(np.sqrt(np.clip(share, 0.0, 1.0))))


def periods_between(first: str, last: str, by: str) -> list[str]:
    """Return all periods from first to last: months as 2024-03, weeks as 2024-W09 (ISO 8601).

    Raises:
        ValueError: if `by` is neither week nor month, or a period has another format.
    """
    if by == "month":
        start, end = _month(first), _month(last)
        return [f"{n // 12:04}-{n % 12 + 1:02}" for n in range(start, end + 1)]
    if by != "week":
        raise ValueError(f"by must be week or month, not {by}")
    day, end_day = _monday(first), _monday(last)
    found = []
    while day <= end_day:
        year, week, _ = day.isocalendar()
        found.append(f"{year:04}-W{week:02}")
        day += timedelta(days=7)
    return found


def is_over(period: str, by: str, newest: str, gap_days: int = 0) -> bool:
    """Return whether the comments reach the end of a period, or stop no earlier than they usually pause.

    Depends on the data alone and not on today's date, so that the same file gives the same figures on any day.

    Args:
        period: in the format of periods_between().
        by: week or month.
        newest: date of the newest comment, as 2024-03-31.
        gap_days: the usual pause, from usual_gap().
    """
    day = date.fromisoformat(newest[:10]) + timedelta(days=gap_days)
    if by == "month":
        year, month = divmod(_month(period) + 1, 12)
        return day >= date(year, month + 1, 1) - timedelta(days=1)
    return day >= _monday(period) + timedelta(days=6)


def usual_gap(days: Sequence[str]) -> int:
    """Return the days without a comment that nine of ten pauses do not exceed, in the GAP_DAYS up to the newest day.

    Comments of working days pause for two days, those of one date a month for a month, daily ones not at all. Not the
    longest pause, since a file that runs out has a long one.

    Args:
        days: different dates as 2024-03-31, in any order.
    """
    dates = sorted(date.fromisoformat(day[:10]) for day in days)
    recent = [day for day in dates if day >= dates[-1] - timedelta(days=GAP_DAYS)]
    pauses = sorted((later - one).days - 1 for one, later in pairwise(recent))
    return pauses[-(-9 * len(pauses) // 10) - 1] if pauses else 0


def directions(flags: Counts, periods: Sequence[str]) -> list[tuple[tuple[str, str], ...]]:
    """Return the flagged periods of each theme, with up or down."""
    return [tuple((periods[p], "up" if row[p] > 0 else "down") for p in np.nonzero(row)[0].tolist()) for row in flags]


def _month(period: str) -> int:
    return int(period[:4]) * 12 + int(period[5:7]) - 1


def _monday(period: str) -> date:
    return date.fromisocalendar(int(period[:4]), int(period[6:8]), 1)

"""Drivers: association of themes with a rating, as differences within segments with bootstrap intervals.

An association is not proof of a cause. A regression on all themes at once separates a theme from the others that it
occurs with.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analyzer.counting.scores import FEWEST_POINTS, scale_of
from analyzer.counting.types import Measure
from analyzer.models.parallel import one_thread
from analyzer.themes.trends.significance import Floats, discoveries
from analyzer.types import Column

DRAWS = 1_000
DRAWS_AT_A_TIME = 25
LEAST_COMMENTS = 10
"""Least number of comments with the theme, and without it, for which its effect is returned."""
RIDGE = 1.0
SEED = 7
PROMOTERS, PASSIVES = 9, 7


@dataclass(frozen=True, slots=True)
class Effects:
    """Effects of k themes; NaN if there are too few comments.

    Attributes:
        comments: int64[k], number of comments with the theme.
        mean, rest: float64[k], mean outcome with the theme and without it.
        difference: float64[k], mean with minus mean without, within segments, weighted by the theme's comments in each.
        low, high: float64[k], 95 % interval of the difference.
        alone: float64[k], coefficient of the theme in a regression on all themes and segments.
        impact: float64[k], overall mean minus the mean without the theme's comments.
        impact_low, impact_high: float64[k], 95 % interval of the impact.
        is_driver: bool[k], whether the difference is significant at a false discovery rate of 5 %.
    """

    comments: NDArray[np.int64]
    mean: Floats
    rest: Floats
    difference: Floats
    low: Floats
    high: Floats
    alone: Floats
    impact: Floats
    impact_low: Floats
    impact_high: Floats
    is_driver: NDArray[np.bool_]


def effects(outcome: Floats, member: NDArray[np.bool_], segments: NDArray[np.int64]) -> Effects:
    """Return the effect of each theme on the outcome.

    Args:
        outcome: float64[n].
        member: bool[n, k].
        segments: int64[n], codes from 0.
    """
    with one_thread():
        return _effects(outcome, member, segments)


def _effects(outcome: Floats, member: NDArray[np.bool_], segments: NDArray[np.int64]) -> Effects:
    count = member.sum(axis=0)
    enough = (count >= LEAST_COMMENTS) & (len(outcome) - count >= LEAST_COMMENTS)
    design = _Design(outcome, member.astype(np.float64), segments)
    ones = np.ones((1, len(outcome)))
    mean, rest, difference = (part[0] for part in design.differences(ones))
    drawn, impacts = (np.where(enough, part, 0.0) for part in design.bootstrap())
    low, high = np.nanquantile(drawn, [0.025, 0.975], axis=0)
    impact_low, impact_high = np.nanquantile(impacts, [0.025, 0.975], axis=0)
    spread = np.nanstd(drawn, axis=0)
    p_values = np.array([_two_sided(d / s) if s > 0 else 1.0 for d, s in zip(difference, spread, strict=True)])
    found = discoveries(np.where(enough, p_values, np.nan))
    overall = float(outcome.mean()) if len(outcome) else math.nan

    def masked(part: Floats) -> Floats:
        return np.where(enough, part, np.nan)

    return Effects(
        count.astype(np.int64), masked(mean), masked(rest), masked(difference), masked(low), masked(high),
        masked(design.coefficients()), masked(overall - rest), masked(impact_low), masked(impact_high), found,
    )  # fmt: skip


def nps(scores: Floats) -> Floats:
    """Return 100 for promoters (9, 10), 0 for passives (7, 8), -100 for detractors (0 to 6); their mean is the NPS.

    Raises:
        ValueError: if a score is not within 0 and 10.
    """
    if len(scores) and (float(scores.min()) < 0 or float(scores.max()) > 10):
        raise ValueError("NPS scores must be from 0 to 10")
    return np.where(scores >= PROMOTERS, 100.0, np.where(scores >= PASSIVES, 0.0, -100.0))


def csat(scores: Floats, column: Column) -> Floats:
    """Return 100 for the best two values of a scale (of a short one: the best), else 0; their mean is the CSAT.

    Raises:
        ValueError: if a score is not within the scale.
        UsageError: if the scale of the column is not known.
    """
    scale = scale_of(Measure.CSAT, column)
    if len(scores) and (float(scores.min()) < scale.low or float(scores.max()) > scale.high):
        raise ValueError(f"CSAT scores must be from {scale.low:g} to {scale.high:g}")
    from_best = scores - scale.low if scale.is_reversed else scale.high - scores
    best = 2 if scale.high - scale.low + 1 >= FEWEST_POINTS else 1
    return np.where(from_best < best, 100.0, 0.0)


@dataclass(frozen=True, slots=True)
class _Design:
    """Outcome, themes and segments of n comments."""

    outcome: Floats
    member: Floats
    segments: NDArray[np.int64]

    def differences(self, weights: Floats) -> tuple[Floats, Floats, Floats]:
        """Return mean with, mean without, and difference within segments, each float64[b, k], for weights[b, n]."""
        shape = (len(weights), self.member.shape[1])
        inside, inside_sum = np.zeros(shape), np.zeros(shape)
        outside, outside_sum = np.zeros(shape), np.zeros(shape)
        within, weight_of = np.zeros(shape), np.zeros(shape)
        for segment in range(int(self.segments.max(initial=-1)) + 1):
            rows = np.nonzero(self.segments == segment)[0]
            member, outcome, weight = self.member[rows], self.outcome[rows], weights[:, rows]
            n1, s1 = weight @ member, (weight * outcome) @ member
            n, s = weight.sum(axis=1, keepdims=True), (weight @ outcome)[:, None]
            inside, inside_sum = inside + n1, inside_sum + s1
            outside, outside_sum = outside + n - n1, outside_sum + s - s1
            both = (n1 > 0) & (n - n1 > 0)
            with np.errstate(divide="ignore", invalid="ignore"):
                differences = np.where(both, s1 / n1 - (s - s1) / (n - n1), 0.0)
            within, weight_of = within + np.where(both, n1 * differences, 0.0), weight_of + np.where(both, n1, 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            return inside_sum / inside, outside_sum / outside, within / weight_of

    def bootstrap(self) -> tuple[Floats, Floats]:
        """Return differences and impacts over resampled comments, float64[draws, k] (Poisson bootstrap, Hanley)."""
        generator = np.random.default_rng(SEED)
        differences, impacts = [], []
        for _ in range(DRAWS // DRAWS_AT_A_TIME):
            weights = generator.poisson(1.0, (DRAWS_AT_A_TIME, len(self.outcome))).astype(np.float64)
            _, rest, difference = self.differences(weights)
            with np.errstate(divide="ignore", invalid="ignore"):
                overall = (weights @ self.outcome) / weights.sum(axis=1)
            differences.append(difference)
            impacts.append(overall[:, None] - rest)
        return np.vstack(differences), np.vstack(impacts)

    def coefficients(self) -> Floats:
        """Return float64[k], each theme's coefficient in a ridge regression on all themes and segments."""
        kinds = int(self.segments.max(initial=-1)) + 1
        dummies = (self.segments[:, None] == np.arange(1, max(kinds, 1))[None, :]).astype(np.float64)
        whole = np.hstack([np.ones((len(self.outcome), 1)), self.member, dummies])
        square = whole.T @ whole + RIDGE * np.diag([0.0, *np.ones(whole.shape[1] - 1)])
        found: Floats = np.linalg.solve(square + 1e-9 * np.eye(len(square)), whole.T @ self.outcome)
        return found[1 : 1 + self.member.shape[1]]


def _two_sided(z: float) -> float:
    return math.erfc(abs(z) / math.sqrt(2))

"""Agreement of people who label the same texts with yes or no: Cohen's kappa, Krippendorff's alpha, F1, with intervals.

Intervals are 95 % percentile intervals of a bootstrap over texts. Equal to sklearn's cohen_kappa_score and to nominal
alpha by its definition and its published example, which tests compare. Knows nothing of accounts and of the store.
"""

import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from analyzer.counting.types import Agreed

Floats: TypeAlias = NDArray[np.float64]
Answers: TypeAlias = NDArray[np.float64]
"""float64[texts, people]: 1 yes, 0 no, NaN without a label."""
_Figure: TypeAlias = Callable[[Floats], Floats]
"""Weights of the texts, float64[draws, texts] -> the figure of each draw, NaN where it is not defined."""
DRAWS = 2_000
SEED = 11
LEAST_DEFINED = 0.9
"""Least share of draws in which a figure is defined for an interval to be given: with few yes it often is not."""


def alpha_of(answers: Answers) -> Agreed:
    """Return Krippendorff's alpha for nominal data; texts that fewer than two people labeled say nothing."""
    labels = (~np.isnan(answers)).sum(axis=1)
    paired = answers[labels >= 2]
    yes, given = np.nansum(paired, axis=1), labels[labels >= 2].astype(np.float64)
    unequal = yes * (given - yes) / np.maximum(given - 1, 1)

    def figure(weights: Floats) -> Floats:
        whole, all_yes = weights @ given, weights @ yes
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(1 - (whole - 1) * (weights @ unequal) / (all_yes * (whole - all_yes)), dtype=np.float64)

    return _with_interval(figure, len(paired))


def kappa_of(answers: Answers) -> Agreed:
    """Return Cohen's kappa of two people, float64[texts, 2], on the texts that both labeled."""
    cells = _cells(answers)

    def figure(weights: Floats) -> Floats:
        both_no, only_second, only_first, both_yes = (weights @ cells).T
        whole = weights.sum(axis=1)
        observed = (both_no + both_yes) / whole
        first, second = (only_first + both_yes) / whole, (only_second + both_yes) / whole
        expected = first * second + (1 - first) * (1 - second)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray((observed - expected) / np.where(expected == 1, np.nan, 1 - expected), dtype=np.float64)

    return _with_interval(figure, len(cells))


def f1_of(answers: Answers) -> Agreed:
    """Return the F1 of one person's yes against the other's: the ceiling of a classifier."""
    cells = _cells(answers)

    def figure(weights: Floats) -> Floats:
        _, only_second, only_first, both_yes = (weights @ cells).T
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(2 * both_yes / (2 * both_yes + only_first + only_second), dtype=np.float64)

    return _with_interval(figure, len(cells))


def _cells(answers: Answers) -> Floats:
    """Return float64[texts, 4], the cell of each text that both labeled: no no, no yes, yes no, yes yes."""
    both = answers[~np.isnan(answers).any(axis=1)].astype(np.int64)
    found: Floats = np.eye(4, dtype=np.float64)[both[:, 0] * 2 + both[:, 1]].reshape(-1, 4)
    return found


def _with_interval(figure: _Figure, count: int) -> Agreed:
    if not count:
        return Agreed(None, None, None)
    value = float(figure(np.ones((1, count)))[0])
    if math.isnan(value):
        return Agreed(None, None, None)
    drawn = figure(np.random.default_rng(SEED).multinomial(count, np.full(count, 1 / count), DRAWS).astype(np.float64))
    drawn = drawn[np.isfinite(drawn)]
    if len(drawn) < LEAST_DEFINED * DRAWS:
        return Agreed(round(value, 9), None, None)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Agreed(round(value, 9), round(float(low), 6), round(float(high), 6))

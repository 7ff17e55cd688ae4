"""Estimate a share and its interval from predictions for every comment and labels for some.

The estimator is prediction-powered (PPI++: Angelopoulos, Duchi and Zrnic 2023), here for labels drawn with unequal
probabilities: the mean of the predictions over all comments, plus the weighted mean of the prediction errors on the
labeled ones. The weight of the predictions (lambda, 0 to 1) is estimated from the labels, so that worthless predictions
do no harm.

The interval is Wilson's at the effective number of labels (Korn and Graubard 1998), because a normal interval fails
for shares near 0. A variance estimated from a few labels is unstable, so the variance that the predictions imply counts
as PRIOR_LABELS further labels.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analyzer.counting.sampling import Floats, Sample

Z = 1.96
PRIOR_LABELS = 20.0
"""Weight, in labels, of the variance that the predictions imply in the estimate of the variance."""
LEAST_FOR_LAMBDA = 5
LEAST_SPREAD, LEAST_CHANCE = 1e-4, 1e-3


@dataclass(frozen=True, slots=True)
class Interval:
    """A share, 0 to 1, and its 95 % interval; trust is lambda."""

    estimate: float
    low: float
    high: float
    trust: float = 1.0


def corrected_share(sample: Sample, predictions: Floats, weights: Floats) -> Interval:
    """Return the share of comments with the answer yes.

    Args:
        sample: the labels, as drawn from these texts.
        predictions: probability of yes by text, from a model trained without the label of the text.
        weights: number of comments by text.
    """
    total = float(weights.sum())
    certain = sample.inclusion >= 1.0
    rows = sample.rows
    known = float((weights[rows] * sample.answers)[certain].sum())
    open_weights = weights.copy()
    open_weights[rows[certain]] = 0.0
    rest = float(open_weights.sum())
    if rest <= 0.0:
        return _exact(known / total)
    drawn = _Drawn.of(sample, ~certain, predictions, weights)
    expected = float((open_weights * predictions).sum()) / rest
    if not len(drawn.labels):
        return wilson((known + rest * expected) / total, 1.0)
    trust = _trust(drawn)
    mean = float(np.average(drawn.labels - trust * drawn.predicted, weights=drawn.scale))
    share = min(max(trust * expected + mean, 0.0), 1.0)
    inner = wilson(share, _effective_labels(share, _variance(drawn, share, trust)))
    low, middle, high = ((known + rest * value) / total for value in (inner.low, share, inner.high))
    return Interval(middle, low, high, trust)


def uncorrected_share(predictions: Floats, weights: Floats) -> Interval:
    """Return the share by the predictions alone, with the interval 0 to 1, because the error is unknown."""
    share = float(np.average(predictions, weights=weights)) if len(weights) else 0.0
    return Interval(share, 0.0, 1.0)


def wilson(share: float, labels: float) -> Interval:
    """Return the Wilson interval of a share for an effective number of labels."""
    spread = Z * Z / labels
    center = (share + spread / 2) / (1 + spread)
    half = Z * float(np.sqrt(share * (1 - share) / labels + spread / (4 * labels))) / (1 + spread)
    return Interval(share, max(0.0, center - half), min(1.0, center + half))


@dataclass(frozen=True, slots=True)
class _Drawn:
    """The labels drawn at random: label, prediction, number of comments represented, inclusion probability."""

    labels: Floats
    predicted: Floats
    scale: Floats
    inclusion: Floats

    @classmethod
    def of(cls, sample: Sample, chosen: NDArray[np.bool_], predictions: Floats, weights: Floats) -> "_Drawn":
        rows, inclusion = sample.rows[chosen], sample.inclusion[chosen]
        return cls(sample.answers[chosen], predictions[rows], weights[rows] / inclusion, inclusion)


def _exact(share: float) -> Interval:
    return Interval(share, share, share)


def _effective_labels(share: float, variance: float) -> float:
    return max(max(share * (1 - share), LEAST_SPREAD) / max(variance, LEAST_SPREAD**2), 1.0)


def _trust(drawn: _Drawn) -> float:
    """Return lambda, the weight of the predictions, 0 to 1."""
    if len(drawn.labels) < LEAST_FOR_LAMBDA:
        return 1.0
    scale = drawn.scale
    a = scale * (drawn.labels - np.average(drawn.labels, weights=scale))
    b = scale * (drawn.predicted - np.average(drawn.predicted, weights=scale))
    spread = float((b * b).sum())
    return float(np.clip((a * b).sum() / spread, 0.0, 1.0)) if spread > 0 else 0.0


def _variance(drawn: _Drawn, share: float, trust: float) -> float:
    """Return the variance of the estimated share: observed on the labels, stabilized by the predictions."""
    finite, whole = 1.0 - drawn.inclusion, float(drawn.scale.sum()) ** 2
    residual = drawn.labels - trust * drawn.predicted
    mean = np.average(residual, weights=drawn.scale)
    seen = float((finite * (drawn.scale * (residual - mean)) ** 2).sum()) / whole
    level = float(np.average(drawn.predicted, weights=drawn.scale)) or 1.0
    chance = np.clip(drawn.predicted * share / level, LEAST_CHANCE, 1 - LEAST_CHANCE)
    expected = chance * (1 - chance) + ((1 - trust) * (chance - share)) ** 2
    implied = float((finite * drawn.scale**2 * expected).sum()) / whole
    labels = float(len(residual))
    return (labels * seen + PRIOR_LABELS * implied) / (labels + PRIOR_LABELS)

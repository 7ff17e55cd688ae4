"""A share with its interval from the machine's judgement of every comment and people's labels of some.

The estimator is prediction-powered (PPI++: Angelopoulos, Duchi and Zrnic 2023), here for labels drawn with unequal
probabilities: the mean of the machine's predictions over all comments, plus the weighted mean of what the labels say
it got wrong. How far the predictions are believed (lambda, 0 to 1) follows from the labels themselves, so predictions
that are worth nothing do no harm.

The interval is Wilson's at the effective number of labels (Korn and Graubard 1998), because a normal interval fails
for shares near 0. A variance estimated from a few answers is unsteady, so the variance that the predictions themselves
imply stands in for some labels.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analyzer.counting.sampling import Floats, Sample

Z = 1.96
PRIOR_LABELS = 20.0
"""Labels' worth of the variance that the model expects, in the estimate of the variance."""
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
    """Return the share of comments that are a yes.

    Args:
        sample: the labels, as drawn from these texts.
        predictions: probability of yes by text, from a model that did not see the text's own label.
        weights: comments by text.
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
    if not len(drawn.said):
        return wilson((known + rest * expected) / total, 1.0)
    trust = _trust(drawn)
    mean = float(np.average(drawn.said - trust * drawn.predicted, weights=drawn.scale))
    share = min(max(trust * expected + mean, 0.0), 1.0)
    inner = wilson(share, _effective_labels(share, _variance(drawn, share, trust)))
    low, middle, high = ((known + rest * value) / total for value in (inner.low, share, inner.high))
    return Interval(middle, low, high, trust)


def uncorrected_share(predictions: Floats, weights: Floats) -> Interval:
    """Return the share as the machine judges it, with an interval that says nothing is known of its error."""
    share = float(np.average(predictions, weights=weights)) if len(weights) else 0.0
    return Interval(share, 0.0, 1.0)


def wilson(share: float, labels: float) -> Interval:
    """Return Wilson's interval of a share seen in an effective number of labels."""
    spread = Z * Z / labels
    center = (share + spread / 2) / (1 + spread)
    half = Z * float(np.sqrt(share * (1 - share) / labels + spread / (4 * labels))) / (1 + spread)
    return Interval(share, max(0.0, center - half), min(1.0, center + half))


@dataclass(frozen=True, slots=True)
class _Drawn:
    """The labels drawn by chance: what was said, what was predicted, comments each stands for, its inclusion."""

    said: Floats
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
    """Return lambda: how far predictions are to be believed, 0 to 1."""
    if len(drawn.said) < LEAST_FOR_LAMBDA:
        return 1.0
    scale = drawn.scale
    a = scale * (drawn.said - np.average(drawn.said, weights=scale))
    b = scale * (drawn.predicted - np.average(drawn.predicted, weights=scale))
    spread = float((b * b).sum())
    return float(np.clip((a * b).sum() / spread, 0.0, 1.0)) if spread > 0 else 0.0


def _variance(drawn: _Drawn, share: float, trust: float) -> float:
    """Return the variance of the estimated share: what the labels show, steadied by what the predictions imply."""
    finite, whole = 1.0 - drawn.inclusion, float(drawn.scale.sum()) ** 2
    residual = drawn.said - trust * drawn.predicted
    mean = np.average(residual, weights=drawn.scale)
    seen = float((finite * (drawn.scale * (residual - mean)) ** 2).sum()) / whole
    level = float(np.average(drawn.predicted, weights=drawn.scale)) or 1.0
    chance = np.clip(drawn.predicted * share / level, LEAST_CHANCE, 1 - LEAST_CHANCE)
    expected = chance * (1 - chance) + ((1 - trust) * (chance - share)) ** 2
    implied = float((finite * drawn.scale**2 * expected).sum()) / whole
    labels = float(len(residual))
    return (labels * seen + PRIOR_LABELS * implied) / (labels + PRIOR_LABELS)

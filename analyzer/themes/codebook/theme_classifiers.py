"""Logistic classifiers, one for each theme of a codebook, fitted on confirmed and rejected texts.

The inputs are the log-odds of the mixture and the features of a text. A text is coded if its probability is at least
THRESHOLD: if the best F1 is F, the best threshold is F / 2 (Lipton, Elkan & Narayanaswamy 2014, "Optimal thresholding
of classifiers to maximize F1 measure").
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analyzer.counting.classifiers import logistic
from analyzer.models.parallel import one_thread

Matrix = NDArray[np.float32]
Floats = NDArray[np.float64]
THRESHOLD = 0.28
THRESHOLD_UNLEARNED = 0.25
INVERSE_PENALTY = 1.0
LOG_ODDS_SCALE = 2.0
"""Scale of the log-odds of the mixture; a larger scale is penalized less."""
FOLDS = 5
LEAST_LABELS = 10
SURE = 1e-3
DIGITS = 4


@dataclass(frozen=True, slots=True)
class ThemeClassifiers:
    """Fitted classifiers of k themes.

    Attributes:
        weights: float32[f, k].
        own: float64[k], weight of the theme's own log-odds.
        intercepts: float64[k].
        is_learned: bool[k], whether the theme has a fitted classifier.
        scale: float64[k], factor on the mixture's probability for a theme without one.
    """

    weights: Matrix
    own: Floats
    intercepts: Floats
    is_learned: NDArray[np.bool_]
    scale: Floats

    def predict(self, features: Matrix, likely: Matrix) -> Floats:
        """Return float64[n, k], the probability of each theme for each text.

        Args:
            features: float32[n, f].
            likely: float32[n, k], probabilities of the mixture.
        """
        margins = features @ self.weights + log_odds(likely) * self.own + self.intercepts
        learned = 1.0 / (1.0 + np.exp(-margins))
        return np.asarray(np.round(np.where(self.is_learned, learned, likely * self.scale), DIGITS), dtype=np.float64)

    @property
    def thresholds(self) -> Floats:
        """Return float64[k], the least probability at which a text is coded."""
        return np.where(self.is_learned, THRESHOLD, THRESHOLD_UNLEARNED)


def log_odds(likely: Matrix) -> Floats:
    """Return LOG_ODDS_SCALE times the log-odds of probabilities, clipped to SURE and 1 - SURE."""
    inside = np.clip(likely.astype(np.float64), SURE, 1 - SURE)
    return np.asarray(LOG_ODDS_SCALE * np.log(inside / (1 - inside)))


def fit(features: Matrix, likely: Matrix, labels: Floats) -> ThemeClassifiers:
    """Fit a classifier for each theme that has at least LEAST_LABELS labels, with a yes and a no among them.

    Args:
        features: float32[m, f], features of the labeled texts in canonical order.
        likely: float32[m, k], probabilities of the mixture.
        labels: float64[m, k], 1 yes, 0 no, NaN without a label.
    """
    count = labels.shape[1]
    weights = np.zeros((features.shape[1], count), dtype=np.float32)
    own, intercepts, scale = np.zeros(count), np.zeros(count), np.ones(count)
    is_learned = np.zeros(count, dtype=np.bool_)
    odds = log_odds(likely)
    with one_thread():
        for theme in range(count):
            known = ~np.isnan(labels[:, theme])
            confirmed = labels[known, theme] > 0.5
            if len(confirmed) < LEAST_LABELS or confirmed.all() or not confirmed.any():
                expected = float(likely[known, theme].sum())
                scale[theme] = 1.0 if confirmed.any() else 1.0 / (1.0 + expected)
                continue
            classifier = logistic(np.c_[features[known], odds[known, theme]], confirmed, INVERSE_PENALTY)
            weights[:, theme], own[theme] = classifier.coef_[0, :-1], classifier.coef_[0, -1]
            intercepts[theme], is_learned[theme] = classifier.intercept_[0], True
    return ThemeClassifiers(weights, own, intercepts, is_learned, scale)


def held_back(features: Matrix, likely: Matrix, labels: Floats) -> NDArray[np.bool_]:
    """Return bool[m, k], cross-validated codings: each text is coded by classifiers fitted without its labels."""
    folds = np.arange(len(labels)) % FOLDS
    coded = np.zeros(labels.shape, dtype=np.bool_)
    for fold in range(min(FOLDS, len(labels))):
        fitted = fit(features[folds != fold], likely[folds != fold], labels[folds != fold])
        own = folds == fold
        coded[own] = fitted.predict(features[own], likely[own]) >= fitted.thresholds
    return coded


def micro_f1(coded: NDArray[np.bool_], labels: Floats) -> float | None:
    """Return micro-F1 over the labeled pairs; None if there is neither a coding nor a yes."""
    known = ~np.isnan(labels)
    confirmed = known & (np.nan_to_num(labels) > 0.5)
    whole = int((coded & known).sum() + confirmed.sum())
    return round(2 * int((coded & confirmed).sum()) / whole, 4) if whole else None

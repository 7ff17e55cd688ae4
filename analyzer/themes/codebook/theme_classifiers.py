"""A logistic head for each theme of a codebook, learned from what people confirmed and rejected.

Each head starts from what the codebook says (the log-odds of the mixture) and learns from vectors, words and how a
comment is meant. A probability of THRESHOLD codes a comment: where F1 can reach F, half of it is the best threshold
(Lipton, Elkan & Narayanaswamy 2014, "Optimal thresholding of classifiers to maximize F1 measure").
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
OWN = 2.0
"""What the log-odds of the mixture are multiplied by, so that the penalty bears less on them."""
FOLDS = 5
LEAST_LABELS = 10
SURE = 1e-3
DIGITS = 4


@dataclass(frozen=True, slots=True)
class ThemeClassifiers:
    """What was learned.

    Attributes:
        weights: float32[f, k]; own: float64[k], for a theme's own log-odds; intercepts: float64[k].
        is_learned: bool[k]; scale: float64[k], what the mixture's probability is multiplied by where it is not.
    """

    weights: Matrix
    own: Floats
    intercepts: Floats
    is_learned: NDArray[np.bool_]
    scale: Floats

    def predict(self, features: Matrix, likely: Matrix) -> Floats:
        """Return float64[n, k], how likely each text is of each theme.

        Args:
            features: float32[n, f].
            likely: float32[n, k], of the mixture.
        """
        margins = features @ self.weights + log_odds(likely) * self.own + self.intercepts
        learned = 1.0 / (1.0 + np.exp(-margins))
        return np.asarray(np.round(np.where(self.is_learned, learned, likely * self.scale), DIGITS), dtype=np.float64)

    @property
    def thresholds(self) -> Floats:
        """Return the probability from which a text is coded, by theme."""
        return np.where(self.is_learned, THRESHOLD, THRESHOLD_UNLEARNED)


def log_odds(likely: Matrix) -> Floats:
    """Return OWN times the log-odds of probabilities, none of them quite sure."""
    inside = np.clip(likely.astype(np.float64), SURE, 1 - SURE)
    return np.asarray(OWN * np.log(inside / (1 - inside)))


def fit(features: Matrix, likely: Matrix, labels: Floats) -> ThemeClassifiers:
    """Learn.

    Args:
        features: float32[m, f], of the labeled texts in canonical order.
        likely: float32[m, k], of the mixture.
        labels: float64[m, k], 1 yes, 0 no, NaN not said.
    """
    count = labels.shape[1]
    weights = np.zeros((features.shape[1], count), dtype=np.float32)
    own, intercepts, scale = np.zeros(count), np.zeros(count), np.ones(count)
    is_learned = np.zeros(count, dtype=np.bool_)
    odds = log_odds(likely)
    with one_thread():
        for theme in range(count):
            known = ~np.isnan(labels[:, theme])
            said = labels[known, theme] > 0.5
            if len(said) < LEAST_LABELS or said.all() or not said.any():
                expected = float(likely[known, theme].sum())
                scale[theme] = 1.0 if said.any() else 1.0 / (1.0 + expected)
                continue
            head = logistic(np.c_[features[known], odds[known, theme]], said, INVERSE_PENALTY)
            weights[:, theme], own[theme] = head.coef_[0, :-1], head.coef_[0, -1]
            intercepts[theme], is_learned[theme] = head.intercept_[0], True
    return ThemeClassifiers(weights, own, intercepts, is_learned, scale)


def held_back(features: Matrix, likely: Matrix, labels: Floats) -> NDArray[np.bool_]:
    """Return what each labeled text would be coded with by heads that did not see its labels: bool[m, k]."""
    folds = np.arange(len(labels)) % FOLDS
    coded = np.zeros(labels.shape, dtype=np.bool_)
    for fold in range(min(FOLDS, len(labels))):
        heads = fit(features[folds != fold], likely[folds != fold], labels[folds != fold])
        own = folds == fold
        coded[own] = heads.predict(features[own], likely[own]) >= heads.thresholds
    return coded


def micro_f1(coded: NDArray[np.bool_], labels: Floats) -> float | None:
    """Return micro-F1 over what was labeled, None where neither says yes to anything."""
    known = ~np.isnan(labels)
    said = known & (np.nan_to_num(labels) > 0.5)
    whole = int((coded & known).sum() + said.sum())
    return round(2 * int((coded & said).sum()) / whole, 4) if whole else None

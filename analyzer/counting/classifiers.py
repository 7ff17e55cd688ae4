"""Train logistic regressions on the embeddings of labeled texts; imports scikit-learn on first use.

The prediction for a labeled text comes from a head that was trained without its label (cross-fitting), which the
correction requires.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.counting.sampling import Floats, Rows

FOLDS = 5
INVERSE_PENALTY = 1.0
VECTOR_SCALE = 3.0
"""Factor on unit vectors before the penalty; 2, 3 and 5 gave the same error on the NHS themes."""
LEAST_OF_A_KIND = 2
UNSURE = 0.1
"""Labels within this distance of 0.5 are left out of the training; in the count they are 0.5."""
DIGITS = 6
"""Number of decimals, so that rounding of products on different machines makes no difference."""


@dataclass(frozen=True, slots=True)
class LabeledRows:
    """Labeled rows in the order of the draw, with the answers, 0 to 1."""

    rows: Rows
    answers: Floats


@dataclass(frozen=True, slots=True)
class LabelClassifiers:
    """One linear head for each fold.

    Attributes:
        weights: float32[d, folds], for vectors of unit length.
        prior: float64[folds], weights of the log-odds of the prior.
        intercepts: float64[folds].
    """

    weights: NDArray[np.float32]
    prior: Floats
    intercepts: Floats


def train(vectors: NDArray[np.float32], prior: Floats, answers: Floats) -> LabelClassifiers | None:
    """Return the heads, or None if there are too few labels of yes or of no.

    Args:
        vectors: float32[m, d], of the labeled texts in the order of the draw.
        prior: float64[m], zero-shot probabilities of these texts.
        answers: float64[m], labels from 0 to 1; labels near 0.5 are not used.
    """
    features = np.c_[vectors * VECTOR_SCALE, log_odds(prior)]
    folds, learned = np.arange(len(answers)) % FOLDS, np.abs(answers - 0.5) > UNSURE
    heads = []
    for fold in range(FOLDS):
        seen = learned & (folds != fold)
        is_yes = answers[seen] > 0.5
        if min(is_yes.sum(), len(is_yes) - is_yes.sum()) < LEAST_OF_A_KIND:
            return None
        heads.append(logistic(features[seen], is_yes))
    weights = np.stack([head.coef_[0] for head in heads], axis=1)
    return LabelClassifiers(
        (weights[:-1] * VECTOR_SCALE).astype(np.float32), weights[-1], np.array([head.intercept_[0] for head in heads])
    )


def cross_fitted(heads: LabelClassifiers, products: NDArray[np.float32], prior: Floats, labeled: Rows) -> Floats:
    """Return a probability for every row; for a labeled row, of the head that was trained without its label.

    Args:
        heads: the trained heads.
        products: float32[n, folds], each vector times the weights of each head.
        prior: float64[n], the zero-shot probability of each row.
        labeled: the training rows in the order of the training.
    """
    margins = products + np.outer(log_odds(prior), heads.prior) + heads.intercepts
    by_fold = 1.0 / (1.0 + np.exp(-margins))
    predictions: Floats = by_fold.mean(axis=1)
    predictions[labeled] = by_fold[labeled, np.arange(len(labeled)) % FOLDS]
    return np.round(predictions, DIGITS)


def log_odds(probability: Floats) -> Floats:
    """Return the log-odds of probabilities."""
    return np.asarray(np.log(probability / (1 - probability)))


def logistic(features: Floats, answers: NDArray[np.bool_], inverse_penalty: float = INVERSE_PENALTY) -> Any:
    """Return a fitted logistic regression of scikit-learn.

    Args:
        features: float[m, f].
        answers: bool[m], with at least one yes and one no.
        inverse_penalty: C of the L2 penalty.
    """
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    return LogisticRegression(C=inverse_penalty, max_iter=500).fit(features, answers)

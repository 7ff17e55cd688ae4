"""A small logistic head on the embeddings, trained on what people labeled. The one door to scikit-learn.

Predictions of a labeled text come from heads that did not see its label (cross-fitting), as the correction needs.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.counting.sampling import Floats, Rows

FOLDS = 5
INVERSE_PENALTY = 1.0
VECTOR_SCALE = 3.0
"""Unit vectors are scaled before the penalty; 2, 3 and 5 gave the same error on the NHS themes."""
LEAST_OF_A_KIND = 2
UNSURE = 0.1
"""A label this near to a half teaches nothing; it still counts as a half."""
DIGITS = 6
"""Decimals kept, so that how a product was rounded on one machine does not show on another."""


@dataclass(frozen=True, slots=True)
class LabeledRows:
    """Rows that people labeled, in the order of their draw, with the answers, 0 to 1."""

    rows: Rows
    answers: Floats


@dataclass(frozen=True, slots=True)
class LabelClassifiers:
    """One linear head a fold.

    Attributes:
        weights: float32[d, folds], for vectors of unit length; prior: float64[folds], for the log-odds of the prior.
        intercepts: float64[folds].
    """

    weights: NDArray[np.float32]
    prior: Floats
    intercepts: Floats


def train(vectors: NDArray[np.float32], prior: Floats, answers: Floats) -> LabelClassifiers | None:
    """Return the heads, or None where there are too few labels of one kind to learn from.

    Args:
        vectors: float32[m, d], of the labeled texts in the order of their draw.
        prior: their zero-shot probabilities.
        answers: what people said; a half counts as a yes and a no.
    """
    features = np.c_[vectors * VECTOR_SCALE, log_odds(prior)]
    folds, learned = np.arange(len(answers)) % FOLDS, np.abs(answers - 0.5) > UNSURE
    heads = []
    for fold in range(FOLDS):
        seen = learned & (folds != fold)
        said = answers[seen] > 0.5
        if min(said.sum(), len(said) - said.sum()) < LEAST_OF_A_KIND:
            return None
        heads.append(logistic(features[seen], said))
    weights = np.stack([head.coef_[0] for head in heads], axis=1)
    return LabelClassifiers(
        (weights[:-1] * VECTOR_SCALE).astype(np.float32), weights[-1], np.array([head.intercept_[0] for head in heads])
    )


def cross_fitted(heads: LabelClassifiers, products: NDArray[np.float32], prior: Floats, labeled: Rows) -> Floats:
    """Return a probability for every row; a labeled one's comes from the head that did not see its label.

    Args:
        heads: what was trained.
        products: float32[n, folds], each vector times each head's weights.
        prior: the zero-shot probability of each row.
        labeled: the rows trained on, in the same order.
    """
    margins = products + np.outer(log_odds(prior), heads.prior) + heads.intercepts
    by_fold = 1.0 / (1.0 + np.exp(-margins))
    predictions: Floats = by_fold.mean(axis=1)
    predictions[labeled] = by_fold[labeled, np.arange(len(labeled)) % FOLDS]
    return np.round(predictions, DIGITS)


def log_odds(probability: Floats) -> Floats:
    """Return the log-odds of probabilities."""
    return np.asarray(np.log(probability / (1 - probability)))


def logistic(features: Floats, said: NDArray[np.bool_], inverse_penalty: float = INVERSE_PENALTY) -> Any:
    """Return scikit-learn's logistic regression, fitted.

    Args:
        features: float[m, f].
        said: bool[m], yes or no, both of them there.
        inverse_penalty: C of the L2 penalty.
    """
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    return LogisticRegression(C=inverse_penalty, max_iter=500).fit(features, said)

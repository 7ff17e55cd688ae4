"""Heads trained on labels."""

import numpy as np

from analyzer.counting.classifiers import cross_fitted, train

RNG = np.random.default_rng(2)
SAID = (np.arange(300) % 4 == 0).astype(float)
VECTORS = RNG.normal(size=(300, 8)) + np.outer(SAID, np.eye(8)[0] * 3)
VECTORS = (VECTORS / np.linalg.norm(VECTORS, axis=1, keepdims=True)).astype(np.float32)
PRIOR = np.full(300, 0.04)
ROWS = np.arange(80)


def predictions(answers):
    heads = train(VECTORS[ROWS], PRIOR[ROWS], answers)
    return cross_fitted(heads, VECTORS @ heads.weights, PRIOR, ROWS)


def test_heads_learn_what_the_prior_does_not_know():
    found = predictions(SAID[ROWS])
    assert found[80:][SAID[80:] == 1].mean() > 3 * found[80:][SAID[80:] == 0].mean()


def test_a_texts_own_label_does_not_move_its_prediction():
    """Cross-fitting: inverting one label changes predictions of other texts, never of the text itself."""
    turned = SAID[ROWS].copy()
    turned[7] = 1 - turned[7]
    before, after = predictions(SAID[ROWS]), predictions(turned)
    assert before[7] == after[7]
    assert (before != after).any()


def test_too_few_labels_of_one_answer_train_nothing():
    assert train(VECTORS[ROWS], PRIOR[ROWS], np.zeros(80)) is None
    assert train(VECTORS[:3], PRIOR[:3], SAID[:3]) is None


def test_an_unsure_label_trains_nothing():
    assert train(VECTORS[ROWS], PRIOR[ROWS], np.full(80, 0.5)) is None


def test_the_same_labels_give_the_same_predictions():
    assert (predictions(SAID[ROWS]) == predictions(SAID[ROWS])).all()

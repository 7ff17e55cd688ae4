"""People's labels for a subject move the set of opinions about it."""

import numpy as np

from analyzer.answers.labeled_subjects import with_labels

TEXTS = np.repeat(np.arange(40), 2)  # two opinions a text
SCORES = np.linspace(1.0, 0.0, 80)
ROWS = np.arange(80)
CHOSEN = ROWS[SCORES >= 0.7]


def texts_of(rows):
    return set(TEXTS[rows].tolist())


def test_a_text_labeled_no_leaves_and_one_labeled_yes_comes_in_by_its_best_opinion():
    found = with_labels(CHOSEN, ROWS, SCORES, TEXTS, {0: 0.0, 30: 1.0, 5: 0.5})
    assert texts_of(found) == (texts_of(CHOSEN) - {0}) | {30}
    assert 60 in found
    assert 61 not in found
    assert found.tolist() == sorted(found.tolist())


def test_the_set_ends_where_enough_labels_have_it():
    labels = {text: float(text < 6) for text in range(24)}
    found = with_labels(CHOSEN, ROWS, SCORES, TEXTS, labels)
    assert texts_of(found) == set(range(6))
    labels = {text: float(text < 20) for text in range(0, 40, 2)}
    wide = with_labels(CHOSEN, ROWS, SCORES, TEXTS, labels)
    assert {15, 17} <= texts_of(wide), "unlabeled texts above the new end are in it too"
    assert not {21, 23} & texts_of(wide)


def test_few_labels_move_no_end_and_labels_of_other_comments_do_nothing():
    few = with_labels(CHOSEN, ROWS, SCORES, TEXTS, {text: float(text < 6) for text in range(8)})
    assert texts_of(few) == texts_of(CHOSEN) - {6, 7}
    assert with_labels(CHOSEN, CHOSEN, SCORES, TEXTS, {30: 1.0, 31: 0.0}).tolist() == CHOSEN.tolist()
    assert not len(with_labels(CHOSEN[:0], CHOSEN[:0], SCORES, TEXTS, {1: 1.0}))

"""The labels that count as drawn, and their inclusion probabilities."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.counting.sampling import draw_sample, labeling_order, random_numbers, sizes

DIGESTS = [bytes([n, n // 256]) * 8 for n in range(200)]


def corpus(seed, texts=60):
    rng = np.random.default_rng(seed)
    weights = rng.integers(1, 9, texts).astype(float)
    return rng, weights, sizes(rng.random(texts) * 0.3, weights)


def test_a_texts_number_depends_on_predicate_and_text_alone():
    numbers = random_numbers("late parcels", DIGESTS)
    assert ((numbers > 0) & (numbers < 1)).all()
    assert (random_numbers("late parcels", DIGESTS[::-1])[::-1] == numbers).all()
    assert (random_numbers("rude staff", DIGESTS) != numbers).any()
    assert abs(random_numbers("x", [bytes([n % 256, n // 256]) for n in range(20_000)]).mean() - 0.5) < 0.01


@given(st.integers(0, 10_000), st.integers(1, 59))
def test_the_first_labels_in_order_are_the_sample(seed, labeled):
    rng, _, size = corpus(seed)
    numbers = rng.random(60)
    order = labeling_order(numbers, size)
    answers = np.full(60, np.nan)
    answers[order[:labeled]] = 1.0
    sample = draw_sample(numbers, size, answers)
    assert list(sample.rows) == list(order[:labeled])
    assert ((sample.inclusion > 0) & (sample.inclusion <= 1)).all()


@given(st.integers(0, 10_000))
def test_a_label_out_of_turn_is_no_part_of_the_sample(seed):
    rng, _, size = corpus(seed)
    numbers = rng.random(60)
    order = labeling_order(numbers, size)
    answers = np.full(60, np.nan)
    answers[order[[0, 1, 2, 5, 9]]] = 1.0
    assert list(draw_sample(numbers, size, answers).rows) == list(order[:3])


def test_all_labeled_means_all_certain():
    rng, _, size = corpus(1)
    sample = draw_sample(rng.random(60), size, np.ones(60))
    assert len(sample.rows) == 60
    assert (sample.inclusion == 1).all()


def test_inclusion_is_how_often_a_text_is_drawn():
    """Over many draws the sum of 1/inclusion over the drawn texts of a part is the number of texts of the part."""
    rng, _, size = corpus(3)
    part = np.arange(60) % 3 == 0
    seen = []
    for _ in range(3_000):
        numbers = rng.random(60)
        answers = np.full(60, np.nan)
        answers[labeling_order(numbers, size)[:15]] = 0.0
        sample = draw_sample(numbers, size, answers)
        seen.append((1 / sample.inclusion[part[sample.rows]]).sum())
    assert np.mean(seen) == pytest.approx(part.sum(), rel=0.05)


@settings(max_examples=30)
@given(st.integers(0, 10_000))
def test_labels_go_on_counting_when_comments_are_added(seed):
    """Earlier texts keep their relative order, so the texts that were labeled first stay first among them."""
    rng, _, size = corpus(seed, 80)
    numbers = rng.random(80)
    before = labeling_order(numbers[:60], size[:60])
    after = labeling_order(numbers, size)
    assert [row for row in after if row < 60] == list(before)

"""Fusion of two rankings: fair, bounded, and independent of the order of the input."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.index.hybrid_search import fuse

ids = st.integers(1, 30)


def rankings(least, most):
    scores = st.floats(least, most, allow_nan=False)
    return st.dictionaries(ids, scores, max_size=12).map(
        lambda found: sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))
    )


words = rankings(0.001, 30.0)
meaning = rankings(-1.0, 1.0)
weights = st.floats(0, 1)


@given(words, meaning, weights)
def test_every_text_is_there_once_in_order_with_ties_by_id(by_words, by_meaning, weight):
    fused = fuse(by_words, by_meaning, weight)
    assert sorted(i for i, _ in fused) == sorted({i for i, _ in by_words} | {i for i, _ in by_meaning})
    assert fused == sorted(fused, key=lambda pair: (-pair[1], pair[0]))


@given(words, meaning, weights)
def test_scores_are_between_zero_and_one(by_words, by_meaning, weight):
    assert all(-1e-9 <= score <= 1 + 1e-9 for _, score in fuse(by_words, by_meaning, weight))


@given(words, meaning, weights, st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(by_words, by_meaning, weight, chance):
    shuffled = [chance.sample(ranked, len(ranked)) for ranked in (by_words, by_meaning)]
    assert fuse(*shuffled, weight) == fuse(by_words, by_meaning, weight)


@given(words, meaning, weights, ids)
def test_a_text_best_in_both_lists_is_first(by_words, by_meaning, weight, best):
    by_words = [(best, 31.0), *[pair for pair in by_words if pair[0] != best]]
    by_meaning = [(best, 1.1), *[pair for pair in by_meaning if pair[0] != best]]
    fused = dict(fuse(by_words, by_meaning, weight))
    assert fused[best] == pytest.approx(max(fused.values()))
    if 0 < weight < 1:
        assert fused[best] == pytest.approx(1.0)


@given(words, weights)
def test_one_empty_ranking_keeps_the_order_of_the_other(ranked, weight):
    if weight > 0:
        scaled = [score for _, score in fuse(ranked, [], weight)]
        assert scaled == pytest.approx(sorted(scaled, reverse=True))
        assert {i for i, _ in fuse(ranked, [], weight)} == {i for i, _ in ranked}


@given(words, meaning)
def test_a_weight_of_one_ranks_by_words_alone(by_words, by_meaning):
    scores = dict(fuse(by_words, by_meaning, 1.0))
    assert all(scores[i] == 0 for i, _ in by_meaning if i not in dict(by_words))


def test_nothing_makes_nothing():
    assert fuse([], [], 0.5) == []


def test_how_much_better_a_text_is_counts():
    """Reciprocal ranks would give both examples the same scores."""
    near = dict(fuse([(1, 10.0), (2, 9.9)], [(2, 0.9), (1, 0.1)], 0.8))
    far = dict(fuse([(1, 10.0), (2, 1.0)], [(2, 0.9), (1, 0.1)], 0.8))
    assert near[2] > near[1]
    assert far[1] > far[2]


def test_a_worked_example():
    fused = fuse([(1, 4.0), (2, 1.0)], [(2, 0.9), (3, 0.5), (1, 0.1)], 0.5)
    assert [i for i, _ in fused] == [2, 1, 3]
    assert [score for _, score in fused] == pytest.approx([0.625, 0.5, 0.25])

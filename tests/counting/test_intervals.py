"""The corrected share: unbiased, with the stated coverage, and predictions weighted by their quality."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.counting.intervals import corrected_share, uncorrected_share, wilson
from analyzer.counting.sampling import draw_sample, labeling_order, sizes


def sampled(rng, truth, expected, weights, labels):
    numbers, size = rng.random(len(truth)), sizes(expected, weights)
    answers = np.full(len(truth), np.nan)
    order = labeling_order(numbers, size)[:labels]
    answers[order] = truth[order]
    return draw_sample(numbers, size, answers)


def population(rng, count=1_500, share=0.12):
    truth = (rng.random(count) < share).astype(float)
    margin = rng.normal(size=count) + 1.5 * truth - 3.0
    weights = rng.integers(1, 4, count).astype(float)
    return truth, 1 / (1 + np.exp(-margin)), weights


def test_the_estimate_is_right_on_average_though_the_predictions_are_not():
    rng = np.random.default_rng(7)
    truth, expected, weights = population(rng)
    true = np.average(truth, weights=weights)
    wrong = np.clip(expected * 3, 0, 0.9)
    found = [corrected_share(sampled(rng, truth, expected, weights, 80), wrong, weights).estimate for _ in range(400)]
    assert abs(np.average(wrong, weights=weights) - true) > 0.05
    assert np.mean(found) == pytest.approx(true, abs=0.006)


def test_the_interval_has_about_the_stated_coverage():
    rng = np.random.default_rng(11)
    inside = []
    for _ in range(300):
        truth, expected, weights = population(rng, share=rng.uniform(0.02, 0.3))
        result = corrected_share(sampled(rng, truth, expected, weights, 60), expected, weights)
        inside.append(result.low <= np.average(truth, weights=weights) <= result.high)
    assert 0.91 <= np.mean(inside) <= 0.99


def test_more_labels_make_the_interval_narrower():
    rng = np.random.default_rng(5)
    truth, expected, weights = population(rng)
    widths = []
    for labels in (25, 100, 400, 1_500):
        result = corrected_share(sampled(rng, truth, expected, weights, labels), expected, weights)
        widths.append(result.high - result.low)
    assert widths == sorted(widths, reverse=True)
    assert widths[-1] == 0.0


def test_worthless_predictions_get_no_weight():
    rng = np.random.default_rng(3)
    truth, expected, weights = population(rng)
    noise = rng.random(len(truth))
    trusts = [corrected_share(sampled(rng, truth, expected, weights, 200), noise, weights).trust for _ in range(20)]
    assert np.mean(trusts) < 0.2
    perfect = corrected_share(sampled(rng, truth, expected, weights, 200), truth, weights)
    assert perfect.trust == pytest.approx(1.0)


@given(st.integers(0, 100_000), st.integers(1, 40), st.floats(0, 1))
def test_a_share_and_its_interval_stay_within_0_and_1(seed, labels, share):
    rng = np.random.default_rng(seed)
    truth, expected, weights = population(rng, count=50, share=share)
    result = corrected_share(sampled(rng, truth, expected, weights, labels), expected, weights)
    assert 0.0 <= result.low <= result.estimate + 1e-9
    assert result.estimate <= result.high + 1e-9
    assert result.high <= 1.0


def test_without_labels_nothing_is_known_of_the_error():
    result = uncorrected_share(np.array([0.2, 0.4]), np.array([1.0, 3.0]))
    assert (result.estimate, result.low, result.high) == (pytest.approx(0.35), 0.0, 1.0)


def test_wilson_agrees_with_the_textbook():
    result = wilson(0.1, 100)
    assert (round(result.low, 4), round(result.high, 4)) == (0.0552, 0.1744)

"""Drivers: differences within segments with intervals; a theme that only occurs with a driver is none."""

import numpy as np
import pytest

from analyzer.themes.trends.drivers import effects, nps

N = 2_000


@pytest.fixture(scope="module")
def drawn():
    return np.random.default_rng(5)


def test_a_theme_that_lowers_the_rating_is_a_driver_and_another_is_not(drawn):
    member = drawn.random((N, 2)) < 0.2
    found = effects(4 - member[:, 0] + drawn.normal(0, 1, N), member, np.zeros(N, dtype=int))
    assert found.is_driver.tolist() == [True, False]
    assert found.low[0] < -1 < found.high[0] < 0
    assert found.impact[0] == pytest.approx(-0.2, abs=0.04)


def test_a_segment_that_rates_lower_is_not_the_themes_fault(drawn):
    segments = drawn.integers(0, 2, N)
    member = drawn.random((N, 1)) < np.where(segments, 0.6, 0.1)[:, None]
    outcome = 4 - 2.0 * segments + drawn.normal(0, 1, N)
    found = effects(outcome, member, segments)
    assert found.mean[0] - found.rest[0] < -0.8
    assert found.low[0] < 0 < found.high[0]
    assert not found.is_driver[0]


def test_a_theme_that_comes_with_the_culprit_is_told_apart(drawn):
    culprit = drawn.random(N) < 0.3
    companion = np.where(drawn.random(N) < 0.8, culprit, drawn.random(N) < 0.3)
    found = effects(4 - culprit + drawn.normal(0, 1, N), np.stack([culprit, companion], 1), np.zeros(N, dtype=int))
    assert found.difference[1] < -0.4
    assert found.alone[1] == pytest.approx(0, abs=0.15)
    assert found.alone[0] == pytest.approx(-1, abs=0.15)


def test_too_few_comments_give_no_figure(drawn):
    member = np.zeros((N, 2), dtype=bool)
    member[:9, 0] = member[:, 1] = True
    found = effects(drawn.normal(0, 1, N), member, np.zeros(N, dtype=int))
    assert np.isnan(found.difference).all()
    assert not found.is_driver.any()


def test_the_same_comments_give_the_same_intervals(drawn):
    member, outcome = drawn.random((200, 3)) < 0.3, drawn.normal(0, 1, 200)
    one, other = (effects(outcome, member, np.zeros(200, dtype=int)) for _ in range(2))
    assert (one.low == other.low).all()


def test_nps_is_promoters_minus_detractors():
    assert nps(np.array([0, 6, 7, 8, 9, 10.0])).tolist() == [-100, -100, 0, 0, 100, 100]
    with pytest.raises(ValueError, match="0 to 10"):
        nps(np.array([11.0]))

"""Drivers: differences within segments with intervals; a theme that only occurs with a driver is none."""

import numpy as np
import pytest

from analyzer.themes.trends.drivers import csat, effects, nps
from analyzer.themes.trends.significance import shares_that_differ
from analyzer.types import Column, Kind, Reading, Scale

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


def rating(low, high, is_reversed=False):
    return Column("r", "R", Kind.NUMBER, reading=Reading(scale=Scale("csat", low, high, is_reversed)))


def test_csat_is_the_share_of_the_best_two_values_or_of_the_best_of_a_short_scale():
    assert csat(np.array([1, 3, 4, 5.0]), rating(1, 5)).tolist() == [0, 0, 100, 100]
    assert csat(np.array([1, 2, 3, 5.0]), rating(1, 5, is_reversed=True)).tolist() == [100, 100, 0, 0]
    assert csat(np.array([1, 2, 3.0]), rating(1, 3)).tolist() == [0, 0, 100]
    with pytest.raises(ValueError, match="from 1 to 5"):
        csat(np.array([6.0]), rating(1, 5))


def test_the_impact_is_what_the_score_would_be_without_the_theme_and_its_interval_holds_the_truth(drawn):
    """Of 40 samples of a population whose impact is known, the 95 % interval holds it in at least 34."""
    everybody = 200_000
    member = drawn.random(everybody) < 0.15
    scores = np.clip(np.round(drawn.normal(np.where(member, 5, 8.5), 1.8)), 0, 10)
    points = nps(scores)
    truth = points.mean() - points[~member].mean()
    held = 0
    for _ in range(40):
        rows = drawn.integers(0, everybody, 800)
        found = effects(points[rows], member[rows][:, None], np.zeros(800, dtype=int))
        assert found.impact[0] == pytest.approx(points[rows].mean() - found.rest[0])
        assert found.impact_low[0] < found.impact[0] < found.impact_high[0]
        held += found.impact_low[0] <= truth <= found.impact_high[0]
    assert held >= 34


def test_of_segments_that_do_not_differ_few_are_marked_and_of_those_that_do_most_are(drawn):
    totals = np.array([300.0, 500.0, 200.0])
    same = drawn.binomial(totals.astype(int), 0.1, (200, 3)).astype(float)
    other = drawn.binomial(totals.astype(int), [0.1, 0.1, 0.3], (50, 3)).astype(float)
    alone = shares_that_differ(same, totals)
    assert (alone != 0).mean() <= 0.01
    both = shares_that_differ(np.vstack([same, other]), totals)
    assert (both[200:, 2] == 1).mean() >= 0.95
    assert (both[:200] != 0).sum() <= 0.1 * (both != 0).sum()
    assert (shares_that_differ(np.array([[1.0, 0.0, 0.0]]), totals) == 0).all()


def test_the_p_values_of_segments_are_fishers():
    """Significant exactly where scipy's own test of the same table is, for one theme of two segments."""
    from scipy.stats import hypergeom

    for count in range(21):
        counts, totals = np.array([[float(count), 20.0 - count]]), np.array([60.0, 140.0])
        p = 2 * min(hypergeom.cdf(count, 200, 20, 60), hypergeom.sf(count - 1, 200, 20, 60))
        assert bool(shares_that_differ(counts, totals)[0, 0]) == (p <= 0.05)

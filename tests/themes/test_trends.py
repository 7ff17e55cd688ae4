"""Shares by period: real changes are flagged, apparent ones are not."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.themes.trends.shares import curves, directions, is_over, periods_between, usual_gap
from analyzer.themes.trends.significance import discoveries, wilson

STEADY = np.full((12, 1), 1_000)


def counts(*rows):
    return np.array(rows, dtype=np.int64)[:, :, None]


def test_a_share_that_doubles_is_flagged_and_others_are_not():
    steady = [50, 52, 48, 51, 49, 50, 53, 47, 50, 51, 49, 50]
    found = curves(counts(steady, [*steady[:-1], 110], [*steady[:-1], 10]), STEADY)
    assert found.flags[:, -1].tolist() == [0, 1, -1]
    assert not found.flags[:, :-1].any()


def test_a_larger_volume_is_no_change():
    totals = np.array([[500], [2_000]] * 6)
    found = curves((totals[None] // 20), totals)
    assert not found.flags.any()
    assert np.allclose(found.shares, 0.05)


def test_another_mix_of_segments_is_no_change():
    totals = np.array([[900 - 70 * month, 100 + 70 * month] for month in range(12)])
    within = np.stack([totals[:, 0] * 2 // 100, totals[:, 1] * 20 // 100], axis=1)[None]
    found = curves(within, totals)
    assert found.shares[0, -1] > 3 * found.shares[0, 0]
    assert not found.flags.any()
    assert np.allclose(found.adjusted[0], found.adjusted[0].mean(), atol=0.003)


@pytest.mark.parametrize(("periods", "size"), [(1, 1_000), (12, 20)])
def test_one_period_or_few_comments_are_not_tested(periods, size):
    steady = [size // 20] * (periods - 1)
    assert not curves(counts([*steady, size // 2]), np.full((periods, 1), size)).flags.any()


@pytest.mark.parametrize(("of", "said", "flags"), [
    ([214, 97], [1, 41], [0, 1]), ([214, 97], [41, 1], [0, -1]), ([40, 40, 134, 97], [0, 0, 1, 41], [0, 0, 0, 1]),
    ([214, 97], [20, 12], [0, 0]), ([100, 100, 100], [10, 16, 11], [0, 0, 0]), ([20, 97], [0, 41], [0, 0]),
])  # fmt: skip
def test_a_jump_after_few_periods_is_flagged_and_usual_variation_is_not(of, said, flags):
    others = [number // 10 for number in of]
    assert curves(counts(said, others), np.array(of)[:, None]).flags.tolist()[0] == flags


def test_files_of_few_periods_that_vary_by_themselves_get_no_false_flags():
    random, flagged = np.random.default_rng(7), 0
    for _ in range(60):
        totals = random.integers(40, 300, size=4)
        base, spread = random.uniform(0.02, 0.2, size=(20, 1)), np.maximum((totals - 1) / 2 - 1, 0.5)
        said = random.binomial(totals, random.beta(base * spread, (1 - base) * spread))
        flagged += bool(curves(said[:, :, None], totals[:, None]).flags.any())
    assert flagged <= 3


def test_a_change_too_small_to_matter_is_not_flagged():
    totals = np.full((12, 1), 10_000_000)
    found = curves(counts([500_000] * 11 + [520_000]), totals)
    assert not found.flags.any()


def test_bursts_are_not_taken_for_change():
    bursts = [20, 90, 30, 80, 25, 85, 35, 75, 20, 90, 30, 95]
    assert not curves(counts(bursts), STEADY).flags.any()


def test_a_period_that_is_not_over_is_shown_and_not_flagged():
    found = curves(counts([50] * 11 + [200]), STEADY, whole=11)
    assert not found.flags.any()
    assert found.shares[0, -1] == pytest.approx(0.2)


def test_a_period_without_comments_has_no_share():
    totals = STEADY.copy()
    totals[5] = 0
    found = curves(counts([50] * 5 + [0] + [50] * 6), totals)
    assert math.isnan(found.shares[0, 5])
    assert math.isnan(found.low[0, 5])
    assert not found.flags.any()


@given(st.lists(st.integers(0, 50), min_size=1, max_size=30), st.integers(50, 200))
def test_an_interval_holds_its_share(hits, total):
    low, high = wilson(np.array(hits, float), np.full(len(hits), float(total)))
    share = np.array(hits) / total
    assert ((low <= share + 1e-12) & (share <= high + 1e-12)).all()


@given(st.lists(st.floats(0, 1), max_size=30))
def test_discoveries_are_the_smallest_p_values(p_values):
    found = discoveries(np.array(p_values))
    kept, left = [p for p, f in zip(p_values, found, strict=True) if f], [
        p for p, f in zip(p_values, found, strict=True) if not f
    ]  # fmt: skip
    assert not kept or not left or max(kept) <= min(left)
    assert all(p <= 0.05 for p in kept)


def test_benjamini_and_hochberg_by_hand():
    assert discoveries(np.array([0.01, 0.02, 0.03, 0.2, np.nan])).tolist() == [True, True, True, False, False]
    assert discoveries(np.array([0.02, 0.03, 0.04, 0.06])).tolist() == [False, False, False, False]


@pytest.mark.parametrize(
    ("first", "last", "by", "all_of"),
    [
        ("2023-11", "2024-02", "month", ["2023-11", "2023-12", "2024-01", "2024-02"]),
        ("2020-W52", "2021-W01", "week", ["2020-W52", "2020-W53", "2021-W01"]),
        ("2024-01", "2024-01", "month", ["2024-01"]),
    ],
)
def test_periods_have_no_gaps(first, last, by, all_of):
    assert periods_between(first, last, by) == all_of


@pytest.mark.parametrize(
    ("period", "by", "newest", "over"),
    [
        ("2024-02", "month", "2024-02-28", False),
        ("2024-02", "month", "2024-02-29", True),
        ("2024-12", "month", "2024-12-31T10:00:00", True),
        ("2024-W09", "week", "2024-03-02", False),
        ("2024-W09", "week", "2024-03-03", True),
    ],
)
def test_a_period_is_over_on_its_last_day(period, by, newest, over):
    assert is_over(period, by, newest) is over


def test_directions_are_told_in_words():
    assert directions(np.array([[0, 1, -1]]), ["a", "b", "c"]) == [(("b", "up"), ("c", "down"))]


def test_a_month_is_over_where_comments_usually_pause_for_so_long():
    daily = [f"2024-02-{day:02}" for day in range(1, 29)]
    assert usual_gap(daily) == 0
    assert not is_over("2024-02", "month", "2024-02-27", usual_gap(daily))
    working_days = [day for number, day in enumerate(daily) if number % 7 not in (2, 3)]
    assert usual_gap(working_days) == 2
    assert is_over("2024-02", "month", "2024-02-27", usual_gap(working_days))
    monthly = ["2024-01-01", "2024-02-01", "2024-03-01"]
    assert is_over("2024-03", "month", "2024-03-01", usual_gap(monthly))
    assert usual_gap(["2020-01-01", *daily]) == 0, "a pause of years ago says nothing about this month"


def test_periods_that_are_too_few_to_test_are_named():
    totals = STEADY.copy()
    totals[9] = 20
    found = curves(counts([50] * 9 + [5] + [50] * 2), totals, whole=11)
    assert found.tested.tolist() == [False] + [True] * 8 + [False, True, False]

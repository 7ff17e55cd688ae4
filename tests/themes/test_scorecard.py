"""Quality figures: distinct themes score better than mixed ones."""

import numpy as np
import pytest

from analyzer.themes.graph import unit
from analyzer.themes.scorecard import quality


@pytest.fixture(scope="module")
def made():
    chance = np.random.default_rng(2)
    centers = unit(chance.standard_normal((6, 32)))
    kinds = np.repeat(np.arange(6), 30)
    return unit(centers[kinds] + 0.3 * unit(chance.standard_normal((180, 32)))).astype(np.float16), kinds, centers


def test_distinct_themes_that_are_named_for_what_they_are_score_well(made):
    vectors, kinds, centers = made
    found = quality(vectors, kinds, centers)
    assert (found.redundancy, found.specificity) == (0.0, 1.0)
    assert found.intruders > 0.95


def test_a_theme_cut_in_two_is_redundant_and_its_intruders_are_not_told(made):
    vectors, kinds, centers = made
    cut = np.where((kinds == 0) & (np.arange(180) % 2 == 1), 6, kinds)
    found = quality(vectors, cut, np.vstack([centers, centers[:1]]))
    assert found.redundancy == pytest.approx(2 / 7)
    assert found.specificity < 1
    assert found.intruders < quality(vectors, kinds, centers).intruders


def test_names_of_other_themes_are_not_specific(made):
    vectors, kinds, centers = made
    assert quality(vectors, kinds, np.roll(centers, 1, axis=0)).specificity == 0


def test_themes_put_together_at_random_tell_no_intruder(made):
    vectors, _, centers = made
    found = quality(vectors, np.arange(180) % 6, centers)
    assert found.intruders == pytest.approx(0.2, abs=0.15)


def test_one_theme_cannot_be_told_from_others(made):
    vectors, kinds, centers = made
    assert quality(vectors, np.zeros_like(kinds), centers[:1]).redundancy is None

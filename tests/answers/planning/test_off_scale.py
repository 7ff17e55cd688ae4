"""Values of a rating column that are codes and no ratings: beyond the worst, with better comments than the worst."""

from dataclasses import replace

import numpy as np
import pytest

from analyzer.answers.planning.column_mentions import extreme
from analyzer.answers.planning.corpus_facts import off_scale
from analyzer.answers.types import ColumnFacts, CorpusFacts
from analyzer.types import Kind


def rated(means, count=200):
    chance = np.random.default_rng(4)
    ratings = np.repeat([float(one) for one in means], count)
    return ratings, np.concatenate([chance.normal(mean, 0.4, count) for mean in means.values()])


@pytest.mark.parametrize(
    ("means", "best_is_low", "codes"),
    [
        ({1: 0.6, 2: 0.3, 3: 0.0, 4: -0.3, 5: -0.5, 7: -0.1}, True, (7.0,)),
        ({1: 0.6, 2: 0.3, 3: 0.0, 4: -0.5, 5: -0.45, 6: 0.0, 7: -0.1}, True, (6.0, 7.0)),
        ({1: -0.5, 2: -0.3, 3: 0.0, 4: 0.3, 5: 0.6}, False, ()),
        ({0: 0.1, 1: -0.6, 2: -0.3, 3: 0.0, 4: 0.3, 5: 0.6}, False, (0.0,)),
        ({1: 0.6, 2: 0.0, 3: -0.5}, True, ()),
    ],
)
def test_codes_beyond_the_worst_rating_are_told_by_what_people_write(means, best_is_low, codes):
    assert off_scale(*rated(means), best_is_low) == codes


def test_few_comments_and_halves_decide_nothing():
    ratings, moods = rated({1: 0.6, 2: 0.3, 3: 0.0, 4: -0.3, 5: -0.5, 7: 0.5}, 20)
    assert off_scale(ratings, moods, True) == ()
    assert off_scale(*rated({1: 0.6, 1.5: 0.3, 3: 0.0, 4: -0.3, 5: -0.5, 7: 0.5}), True) == ()
    assert off_scale(np.zeros(0), np.zeros(0), True) == ()


def test_poor_ratings_leave_the_codes_out_and_say_so():
    values = tuple((float(one), 50) for one in (1, 2, 3, 4, 5, 7))
    rating = ColumnFacts("score", "Score", Kind.NUMBER, values, 1.0, 7.0)
    facts = CorpusFacts(300, (rating,), "score", "", True, (7.0,))
    assert extreme(rating, facts, True) == "score in (4, 5)"
    assert extreme(rating, facts, False) == "score in (1, 2)"
    assert extreme(rating, replace(facts, off_scale=()), True) == "score>=4"

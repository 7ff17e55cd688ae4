"""The bound on a leak rate: exact, and never below what was seen."""

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.privacy.risk import upper_bound


@pytest.mark.parametrize(
    ("misses", "size", "bound"), [(0, 60, 0.0487), (0, 1, 0.95), (1, 60, 0.0766), (60, 60, 1.0), (3, 100, 0.0757)]
)
def test_the_bound_is_that_of_clopper_and_pearson(misses, size, bound):
    assert upper_bound(misses, size) == pytest.approx(bound, abs=1e-3)


@given(st.integers(1, 200).flatmap(lambda size: st.tuples(st.integers(0, size), st.just(size))))
def test_at_the_bound_so_few_misses_have_a_chance_of_one_in_twenty(pair):
    misses, size = pair
    bound = upper_bound(misses, size)
    assert bound >= misses / size
    if misses < size:
        chance = sum(comb(size, k) * bound**k * (1 - bound) ** (size - k) for k in range(misses + 1))
        assert chance == pytest.approx(0.05, abs=1e-6)

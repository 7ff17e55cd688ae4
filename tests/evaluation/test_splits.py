"""The split: by a hash, stable between versions, and no key on both sides."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.evaluation.splits import Part, belongs, comment_key, side


@pytest.mark.parametrize(
    ("key", "part"), [("0", Part.HELD_BACK), ("1", Part.HELD_BACK), ("2", Part.TUNING), ("", Part.HELD_BACK)]
)
def test_a_key_stays_on_its_side_from_one_version_to_the_next(key, part):
    assert side(key) is part


def test_each_side_has_about_half_the_keys():
    tuning = sum(side(str(number)) is Part.TUNING for number in range(2000))
    assert 900 < tuning < 1100


@given(st.text())
def test_a_key_is_on_one_side_only(key):
    wanted = [asked for asked in (Part.TUNING, Part.HELD_BACK) if belongs(side(key), asked)]
    assert len(wanted) == 1
    assert belongs(side(key), Part.ALL)


@given(st.text())
def test_repeats_of_a_comment_share_their_key(text):
    assert comment_key(text) == comment_key(f"  {text}\n")
    assert comment_key("Very Good  Staff") == comment_key("very good staff")

"""What a reviewer sees of a text: the unsure and the doubted, by hash and shape."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.index.placeholder_aliases import placeholders_in
from analyzer.privacy.findings import SURE
from analyzer.privacy.residual_check import check
from analyzer.privacy.review_candidates import KEPT, MASKED, kept_candidates, masked_candidates, shape
from analyzer.privacy.terms import Terms
from analyzer.types import Entity, ScrubbedText

TERMS = Terms(bytes(32))
RAW = "Marvin met Zaphod"
SCRUBBED = ScrubbedText(
    "<PERSON_1> met <PERSON_2>",
    (Entity("PERSON", 0, 6, "<PERSON_1>", score=SURE), Entity("PERSON", 11, 17, "<PERSON_2>", score=SURE - 0.01)),
)


def test_only_what_was_not_sure_is_a_doubt_and_it_says_where_its_placeholder_is():
    (doubt,) = masked_candidates(RAW, placeholders_in(SCRUBBED), TERMS)
    assert (doubt.kind, doubt.type, doubt.shape, doubt.words) == (MASKED, "PERSON", "Z····· (6 characters)", 1)
    assert SCRUBBED.text[doubt.start : doubt.end] == "<PERSON_2>"
    assert doubt.digest == TERMS.digest("zaphod")
    assert "Zaphod" not in repr(doubt)


def test_without_a_key_there_is_nothing_to_decide_on():
    assert list(masked_candidates(RAW, placeholders_in(SCRUBBED), Terms())) == []


def test_what_is_allowed_is_not_doubted():
    text = "I spoke to Zaphod there"
    doubts = check(text).doubts
    (doubt,) = kept_candidates(ScrubbedText(text), doubts, TERMS)
    assert (doubt.kind, text[doubt.start : doubt.end]) == (KEPT, "Zaphod")
    allowing = Terms(bytes(32), allow=frozenset({TERMS.digest("Zaphod")}))
    assert list(kept_candidates(ScrubbedText(text), doubts, allowing)) == []


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("Marvin", "M····· (6 characters)"),
        ("O'Brien-Smith", "O B···· S···· (11 characters)"),
        ("x", "x (1 character)"),
        ("", " (0 characters)"),
    ],
)
def test_a_shape_shows_first_letters_and_length(value, shown):
    assert shape(value) == shown


@given(st.text(max_size=60))
def test_a_shape_is_short_and_never_has_two_letters_of_a_word_together(value):
    hidden = shape(value).rpartition(" (")[0]
    assert len(hidden) <= 24
    assert not any(one.isalnum() and two.isalnum() for one, two in pairwise(hidden))

"""The entity model is asked about a text only where what it says could matter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.privacy.names.finder import is_worth_suggesting, judge_candidates
from analyzer.privacy.names.lexicon import Lexicon
from analyzer.privacy.names.words import NameWords

DICTIONARY = frozenset("the staff were rude young green long love house park".split())
WORDS = (
    "Ann", "ann", "Lee", "Zorvex", "Quackenbush", "QUACK", "Love", "love", "the", "The", "staff", "I", "Dr", "House",
    "Green", "green", "McDonald", "O'Brien", "de", "van", "J.", "Jean-Luc", "Ann's", ".", "!", ",", "\n", "Anna", "é",
)  # fmt: skip


def words(text, language="en"):
    return NameWords(text, language, Lexicon(DICTIONARY, DICTIONARY))


@given(
    parts=st.lists(st.sampled_from(WORDS), max_size=9),
    language=st.sampled_from(("en", "fr", "de", "")),
    ends=st.tuples(st.integers(0, 60), st.integers(0, 60)),
)
def test_a_suggestion_that_would_be_believed_is_always_asked_for(parts, language, ends):
    read = words(" ".join(parts), language)
    if judge_candidates(read, *sorted(ends)):
        assert is_worth_suggesting(read)


@pytest.mark.parametrize("text", ["Quackenbush helped us", "they told ann so", "we met Zorvex there"])
def test_a_text_with_something_like_a_name_is_asked_about(text):
    assert is_worth_suggesting(words(text))


@pytest.mark.parametrize("text", ["The staff were rude", "the house was long", "I love the staff. The park!", ""])
def test_a_text_with_nothing_like_a_name_is_not(text):
    assert not is_worth_suggesting(words(text))

"""A quote is located at its exact occurrence, or not at all."""

import time
import unicodedata

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from analyzer.answers.grounding.verbatim import PLACEHOLDER, locate_quote

TEXT = "Well… “It’s  late,”\n said <PERSON_1> – the cafe\u0301 was ½ full. It's late, said <PERSON_12>."
WORDS = st.lists(
    st.sampled_from("the parcel came late so I was told “no” by <PERSON_1> – ½ café ﬁne".split()), max_size=15
)
texts = st.text(max_size=40) | WORDS.map(" ".join) | WORDS.map(" \n".join)


def found(quote, text=TEXT):
    place = locate_quote(quote, text)
    return None if place is None else text[place[0] : place[1]]


@pytest.mark.parametrize(
    ("quote", "shown"),
    [
        ('"It\'s late," said <PERSON_1>', "“It’s  late,”\n said <PERSON_1>"),
        ("Well...", "Well…"),
        ("<PERSON_1> - the caf\u00e9", "<PERSON_1> – the cafe\u0301"),
        ("It's late, said", "It's late, said"),
        ("  ½\tfull ", "½ full"),
    ],
)
def test_a_quote_is_found_through_spaces_marks_and_dashes_and_shown_as_the_text_has_it(quote, shown):
    assert found(quote) == shown


@pytest.mark.parametrize(
    "quote",
    [
        "",
        " ",
        "it’s late",
        "It’s early",
        "the cafe",
        "was 1",
        "said <PERSON_",
        "PERSON_1> –",
        "said <PERSON_1",
        "N_12",
        "full It's",
    ],
)
def test_another_case_word_or_mark_and_half_a_character_or_placeholder_is_not_found(quote):
    assert found(quote) is None


def cut_well(text, start, end):
    """Return whether a slice cuts no character from its marks and no placeholder."""
    if any(i < len(text) and unicodedata.combining(text[i]) for i in (start, end)):
        return False
    return not any(a < i < b for a, b in (m.span() for m in PLACEHOLDER.finditer(text)) for i in (start, end))


@given(texts, st.data())
@example("a \u0301b", None)
def test_any_slice_of_a_text_is_found_and_is_the_same_words(text, data):
    start = data.draw(st.integers(0, len(text))) if data else 0
    end = data.draw(st.integers(start, len(text))) if data else len(text)
    quote = text[start:end]
    assume(quote.strip() and cut_well(text, start, end))
    place = locate_quote(quote, text)
    assert place is not None
    shown = text[place[0] : place[1]]
    assert locate_quote(quote, shown) == (0, len(shown))
    assert place[0] <= start + len(quote) - len(quote.lstrip())


@given(texts, texts)
def test_a_place_never_cuts_a_placeholder_or_an_accent(quote, text):
    place = locate_quote(quote, text)
    if place is not None:
        assert cut_well(text, *place) or (place[0] == 0 and unicodedata.combining(text[0]))
        assert text[place[0] : place[1]].strip() == text[place[0] : place[1]] != ""


@given(WORDS, st.integers(0, 14), st.sampled_from(["early", "Late", "PARCEL", "not", "<PERSON_2>"]))
def test_a_changed_word_is_never_found(words, position, other):
    assume(position < len(words))
    changed = [*words[:position], other, *words[position + 1 :]]
    assert locate_quote(" ".join(changed), " ".join(words)) is None


def test_many_marks_on_one_character_take_no_time_and_are_found_as_they_are():
    text = "a" + "\u0301\u0316" * 40_000 + " b"
    started = time.process_time()
    assert locate_quote(text, text) == (0, len(text))
    assert locate_quote("b", text) == (len(text) - 1, len(text))
    assert time.process_time() - started < 5, "marks were put in order: 15 s"

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.ui.markup import JOINER, MARKUP, unmarked


@given(st.text())
def test_text_comes_back_when_the_escapes_are_taken_away(text):
    assert re.sub(rf"{JOINER}\\(.)", r"\1", unmarked(text)) == " ".join(text.split())


@given(st.text())
def test_every_character_that_could_be_markup_is_escaped(text):
    bare = re.sub(r"\\.", "", unmarked(text))
    assert not MARKUP & set(bare)
    assert "\n" not in bare


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("**bold**", r"\*\*bold\*\*"),
        ("![x](http://e.x/)", r"\!\[x\]\(http\://e\.x/\)"),
        ("<img>", r"\<img\>"),
        (":red[x]", r"\:red\[x\]"),
        ("plain words, only", "plain words, only"),
    ],
)
def test_markup_reads_as_it_was_written(text, escaped):
    assert unmarked(text).replace(JOINER, "") == escaped


@pytest.mark.parametrize(
    "text", ["http://e.example/x", "www.e.example", "ann@e.example", "so :smile: then", "a -> b -- c"]
)
def test_nothing_that_is_replaced_after_the_escapes_are_read_stays_in_one_piece(text):
    read = re.sub(r"\\(.)", r"\1", unmarked(text))
    assert not re.search(r"https?://|www\.|@\w+\.|:\w+:|->|--", read)
    assert read.replace(JOINER, "") == text

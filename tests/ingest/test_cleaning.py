"""Cleaning is bounded, idempotent and linear."""

import time
import unicodedata

from hypothesis import example, given
from hypothesis import strategies as st

from analyzer.ingest.cleaning import MAX_TEXT, clean_text, is_too_long

ANY = st.text(st.characters())
MARKS = st.text(st.sampled_from("ae\u0301\u0316\u0344\u0958\ufb2c \n\r\t\0\x85\ud800é"), max_size=200)


@given(ANY | MARKS)
@example("a" + "\u0344" * 40)
@example("\x00 a \x00")
def test_cleaning_twice_changes_nothing(text: str) -> None:
    once = clean_text(text)
    assert clean_text(once) == once


@given(ANY | MARKS)
def test_clean_text_is_normal_and_free_of_controls(text: str) -> None:
    cleaned = clean_text(text)
    assert unicodedata.is_normalized("NFC", cleaned)
    assert not [c for c in cleaned if unicodedata.category(c) in {"Cc", "Cs"} and c not in "\n\t"]
    assert "\n\n\n" not in cleaned
    assert cleaned == cleaned.strip()


def test_eighty_thousand_combining_marks_take_no_time() -> None:
    for text in ("a" + "\u0301\u0316" * 40_000, ("a" + "\u0316\u0301" * 500) * 80):
        start = time.process_time()
        clean_text(text)
        assert time.process_time() - start < 0.1


def test_runs_of_marks_are_cut_to_thirty() -> None:
    assert clean_text("x" + "\u0316" * 100 + "y") == "x" + "\u0316" * 30 + "y"


def test_controls_go_and_line_ends_agree() -> None:
    assert clean_text("\ufeffa\r\nb\rc\0d\x07\n\n\n\ne\tf\x0bg ".lstrip("\ufeff")) == "a\nb\ncd\n\ne\tf\ng"
    assert clean_text("a\ud800b") == "a\ufffdb"
    assert clean_text("e\u0301") == "é"


def test_long_comments_are_told_from_padded_ones() -> None:
    assert is_too_long("a" * (MAX_TEXT + 1))
    assert not is_too_long(" " * MAX_TEXT + "a" * MAX_TEXT)
    assert len(clean_text("a" * 50_000)) == MAX_TEXT

"""Folding: what a person reads behind the disguise, and the way back to what was written."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.privacy.folding import fold


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("j\u200bo@ex.com", "jo@ex.com"),
        ("ann\u00ad.lee\u2060@ex.com", "ann.lee@ex.com"),
        ("\uff4a\uff4f\uff20\uff45\uff58.com", "jo@ex.com"),
        ("٠٧٧٠٠ ٩٠٠١٢٣", "07700 900123"),
        ("०७७००९००१२३", "07700900123"),
        ("jо@ехample.com", "jo@example.com"),
        ("𝐀𝐧𝐧 𝐋𝐞𝐞", "Ann Lee"),
        ("①②③", "123"),
    ],
)
def test_disguises_are_seen_through(written, read):
    assert fold(written).text == read


@pytest.mark.parametrize(
    "text", ["Привет, как дела?", "Καλημέρα", "café à la crème", "½ price … done", "naïve 5€", "Straße 😀"]
)
def test_honest_writing_stays_as_it_is(text):
    folded = fold(text)
    assert folded.text == text
    assert folded.places is None


@given(st.text())
def test_every_span_leads_back_into_the_text(text):
    folded = fold(text)
    for start in range(0, len(folded.text), 3):
        begin, end = folded.original(start, start + 1)
        assert 0 <= begin < end <= len(text)
        assert fold(text[begin:end]).text.startswith(folded.text[start]) or not text[begin:end].isascii()


@given(st.text())
def test_folding_again_changes_nothing(text):
    once = fold(text).text
    assert fold(once).text == once


def test_the_way_back_takes_along_what_was_invisible_inside():
    text = "x j\u200bo@ex.com y"
    folded = fold(text)
    start = folded.text.index("jo@")
    begin, end = folded.original(start, start + len("jo@ex.com"))
    assert text[begin:end] == "j\u200bo@ex.com"


def test_plain_text_costs_nothing():
    started = time.perf_counter()
    fold("a" * 1_000_000)
    assert time.perf_counter() - started < 0.1

"""Splitting of texts into clauses: at adversative words and second subjects, without loss of words."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from analyzer.opinions.clauses import LONGEST, clauses

texts = st.text(max_size=200) | st.lists(
    st.sampled_from(
        ["the staff were kind", "great food", " but ", ", ", ". ", "; ", "\n", " and ", "although", "- ", "!", "…",
         "it", "not", "é", "’", "  ", "aber", "ok", "x" * 400]
    ),
    max_size=20,
).map("".join)  # fmt: skip


def parts_of(text):
    return [text[start:end] for start, end in clauses(text)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Great service, but parking is a nightmare!", ["Great service", "but parking is a nightmare!"]),
        ("Although the wait was long, she was lovely.", ["Although the wait was long", "she was lovely."]),
        ("The staff were kind and the food was cold.", ["The staff were kind", "the food was cold."]),
        ("Kind staff; dirty ward\nnever again", ["Kind staff", "dirty ward", "never again"]),
        ("The salt and the pepper", ["The salt and the pepper"]),
        ("Friendly and helpful staff, clean rooms, long wait",
         ["Friendly and helpful staff", "clean rooms", "long wait"]),
        ("Gutes Essen, aber das Zimmer war kalt.", ["Gutes Essen", "aber das Zimmer war kalt."]),
        ("nothing", ["nothing"]),
        ("...", []),
    ],
)  # fmt: skip
def test_what_turns_comes_apart(text, parts):
    assert parts_of(text) == parts


@given(texts)
@example(", but ,")
@example("a but\u2028b")
def test_spans_are_in_order_stripped_and_hold_every_word(text):
    spans = clauses(text)
    position = 0
    for start, end in spans:
        assert position <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip()
        assert end - start <= LONGEST
        position = end
    borders = [0, *(place for span in spans for place in span), len(text)]
    outside = "".join(text[a:b] for a, b in zip(borders[::2], borders[1::2], strict=True))
    if spans:
        assert not set(outside.casefold().replace("and", "").replace("also", "")) & set("bcfghijklmpqrvwxz")


@pytest.mark.parametrize("piece", ["a, the x was ", "but ", "x", ", ", "the was and the was ", "- ", ". "])
def test_a_hostile_text_takes_no_time(piece):
    started = time.perf_counter()
    clauses(piece * (100_000 // len(piece)))
    assert time.perf_counter() - started < 2

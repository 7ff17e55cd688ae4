"""Numbers as they are written by people and programs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.ingest.values.numbers import labeled_number, read_number, written_number


@pytest.mark.parametrize(
    ("text", "decimal", "value"),
    [
        ("4,5", ",", 4.5),
        ("4,5", "", 4.5),
        ("1.200,50", ",", 1200.5),
        ("1 200,50", ",", 1200.5),
        ("1\u00a0200,50", ",", 1200.5),
        ("1,200.50", "", 1200.5),
        ("1'200", "", 1200),
        ("1.200", ",", 1200),
        ("1.200", "", 1.2),
        ("1,200", "", 1200),
        ("12,34,567", "", 1234567),
        ("€ 12,50", ",", 12.5),
        ("12,50 €", ",", 12.5),
        ("$1,200", "", 1200),
        ("-€5", "", -5),
        ("CHF 12.50", "", 12.5),
        ("85 %", "", 85),
        ("85%", "", 85),
        ("9/10", "", 9),
        ("4 / 5", "", 4),
        ("★★★★☆", "", 4),
        ("⭐⭐⭐", "", 3),
        ("☆☆☆☆☆", "", 0),
        ("5.0 out of 5 stars", "", 5.0),
        ("1,0 von 5 Sternen", "", 1.0),
        ("4,0 sur 5 étoiles", "", 4.0),
        ("5,0 de 5 estrellas", "", 5.0),
        ("3,0 van 5 sterren", "", 3.0),
        ("2,0 su 5 stelle", "", 2.0),
        ("5 Sterne", "", 5),
        ("1 star", "", 1),
        ("+4", "", 4),
        ("-3", "", -3),
        ("−3", "", -3),
        ("1.5E+06", "", 1_500_000.0),
        ("1 - Very dissatisfied", "", 1),
        ("10 = Extremely likely", "", 10),
        ("Very good (5)", "", 5),
    ],
)
def test_numbers_of_many_shapes_are_read(text: str, decimal: str, value: float) -> None:
    assert read_number(text, decimal) == value


@pytest.mark.parametrize(
    "text", ["007", "5551234567", "447120312", "1.18052E+11", "12-14", "four", "v2", "1.2.3", "", "5★★"]
)
def test_what_is_no_number_is_none(text: str) -> None:
    assert read_number(text) is None


def test_a_denominator_must_be_that_of_the_column() -> None:
    assert read_number("9/10", of=10) == 9
    assert read_number("3/5", of=10) is None


def test_labels_of_numbers_are_told_apart() -> None:
    assert labeled_number("1 – Sehr unzufrieden") == (1, "Sehr unzufrieden")
    assert labeled_number("5: Très satisfait") == (5, "Très satisfait")
    assert labeled_number("just text") is None


@given(st.integers(min_value=-99_999_999, max_value=99_999_999))
def test_plain_integers_are_kept(number: int) -> None:
    assert read_number(str(number)) == number


@given(st.decimals(min_value=0, max_value=9_999_999, places=2))
def test_german_and_english_spellings_are_one_number(number) -> None:
    english = f"{number:,.2f}"
    german = english.replace(",", " ").replace(".", ",").replace(" ", ".")
    assert read_number(english) == read_number(german, ",") == float(number)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    stripped = text.strip()
    if stripped:
        written_number(stripped)
    read_number(stripped)

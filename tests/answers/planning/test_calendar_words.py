"""Periods in other languages are read as the English ones."""

import pytest

from analyzer.answers.planning.calendar_words import in_english


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("pourquoi le mois dernier", "pourquoi last month"),
        ("Werbung im letzten Quartal", "Werbung last quarter"),
        ("Werbung letztes Quartal", "Werbung last quarter"),
        ("solo le ultime 4 settimane", "solo last 4 week"),
        ("bugs depuis janvier, et", "bugs since january, et"),
        ("quejas en enero 2024", "quejas in january 2024"),
        ("seit März 2023", "since march 2023"),
        ("klachten afgelopen jaar", "klachten last year"),
    ],
)
def test_a_period_is_translated(text, english):
    assert in_english(text) == english


@pytest.mark.parametrize("text", ["the last 3 months", "marzo", "this app in an hour", "en la tienda", ""])
def test_everything_else_is_left_as_it_is(text):
    assert in_english(text) == text

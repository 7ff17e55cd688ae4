"""Filters in words: what is read is said, what is not understood is shown as it is."""

import pytest

from analyzer.index.filter_words import filter_in_words
from analyzer.types import Column, Kind

COLUMNS = (
    Column("nps", "NPS", Kind.NUMBER), Column("date", "Date", Kind.DATE), Column("channel", "Channel", Kind.CATEGORY),
)  # fmt: skip


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("nps<=6", "NPS 6 or lower"),
        ("nps >= 9 and channel=app", "NPS 9 or higher · Channel app"),
        ("(nps<=6) and (date>=2024-03)", "NPS 6 or lower · Date from Mar 2024"),
        ('channel in ("e mail", app)', "Channel e mail or app"),
        ("channel is not empty", "Channel is filled in"),
        ('channel contains "sto"', "Channel contains “sto”"),
        ("date=2024-03", "Date Mar 2024"),
        ("nps!=5", "NPS not 5"),
    ],
)
def test_conditions_are_said_in_words(where, said):
    assert filter_in_words(where, COLUMNS) == said


@pytest.mark.parametrize("where", ["nps<=6 or channel=app", "not channel=app", "nps<=6 and not (channel=app)", "x ="])
def test_a_filter_of_another_form_is_shown_as_it_is(where):
    assert filter_in_words(where, COLUMNS) == where


def test_an_or_inside_brackets_is_never_read_as_an_and():
    where = "(nps<=6 or channel=app) and date=2024-03"
    assert filter_in_words(where, COLUMNS) == where

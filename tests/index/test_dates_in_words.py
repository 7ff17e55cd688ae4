"""Dates as people write them."""

import pytest

from analyzer.index.dates_in_words import date_in_words, period_in_words, span_in_words


@pytest.mark.parametrize(
    ("stored", "said"),
    [
        ("2026-11-30T09:12:51+00:00", "30 Nov 2026, 09:12"),
        ("2026-01-05", "5 Jan 2026"),
        ("", ""),
        ("never", "never"),
        ("2026-13-01", "2026-13-01"),
    ],
)
def test_a_stored_date_is_said_as_people_write_it(stored, said):
    assert date_in_words(stored) == said


def test_the_time_of_day_can_be_left_out():
    assert date_in_words("2026-11-30T09:12", has_time=False) == "30 Nov 2026"


@pytest.mark.parametrize(
    ("period", "said"),
    [("2022-03", "Mar 2022"), ("2022-W08", "week 8 of 2022"), ("2022-Q1", "Q1 2022"), ("2022", "2022"),
     ("2022-03-05", "5 Mar 2022"), ("2022-00", "2022-00")],
)  # fmt: skip
def test_a_period_is_said_as_people_write_it(period, said):
    assert period_in_words(period) == said


def test_a_span_says_its_year_once_unless_it_has_two():
    assert span_in_words("2022-01", "2022-03") == "Jan to Mar 2022"
    assert span_in_words("2021-12", "2022-02") == "Dec 2021 to Feb 2022"
    assert span_in_words("2022-01", "2022-01") == "Jan 2022"

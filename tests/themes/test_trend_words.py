"""A trend in words: peak, trough and change from rounded values, and what was not tested."""

from analyzer.themes.trends.trend_words import trend_sentences, untested_sentence
from analyzer.themes.trends.types import Trends, TrendSeries

PERIODS = ("2022-01", "2022-02", "2022-03", "2022-04", "2022-05")
NONE = (None,) * 5


def made(counts, totals, untested=(), changes=()):
    shares = tuple(round(n / total, 6) if total else None for n, total in zip(counts, totals, strict=True))
    series = TrendSeries("T1", "waiting", counts, shares, NONE, NONE, shares, changes=changes)
    return Trends("month", PERIODS, totals, (series,), untested=untested), series


def test_a_jump_is_said_with_its_counts():
    trends, series = made((0, 5, 6, 52, 20), (62, 60, 58, 97, 80), changes=(("2022-04", "up"),))
    assert trend_sentences(trends, series) == (
        "Highest in Apr 2022 (53.6%, 52 of 97), lowest in Jan 2022 (0.0%, 0 of 62).",
        "From Jan 2022 to May 2022: +25.0 points.",
        "Statistically significant: Apr 2022 (up).",
    )


def test_months_of_few_comments_are_neither_peak_nor_end():
    trends, series = made((3, 10, 20, 9, 2), (3, 50, 60, 55, 2))
    assert trend_sentences(trends, series)[:2] == (
        "Highest in Mar 2022 (33.3%, 20 of 60), lowest in Apr 2022 (16.4%, 9 of 55).",
        "From Feb 2022 to Apr 2022: -3.6 points.",
    )


def test_two_shares_that_read_alike_are_not_said_to_differ():
    trends, series = made((10, 12, 12, 11, 10), (100, 100, 100, 100, 100))
    assert "From Jan 2022 to May 2022: unchanged." in trend_sentences(trends, series)


def test_nothing_is_said_of_change_without_two_periods_to_compare():
    trends, series = made((1, 0, 9, 1, 1), (3, 0, 60, 5, 2))
    assert trend_sentences(trends, series) == ("No two periods have 30 comments, so nothing is said about change.",)


def test_what_was_not_tested_is_named_in_spans():
    trends, _ = made((0,) * 5, (40,) * 5, untested=("2022-01", "2022-02", "2022-03", "2022-05"))
    assert untested_sentence(trends).endswith("before: Jan to Mar 2022, May 2022.")
    assert untested_sentence(made((0,) * 5, (40,) * 5, untested=PERIODS)[0]).startswith("No period could be tested")
    assert untested_sentence(made((0,) * 5, (40,) * 5)[0]) == ""


def test_what_is_withheld_is_not_said():
    assert untested_sentence(made((0,) * 5, (40,) * 5, untested=None)[0]) == ""

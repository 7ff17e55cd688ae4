"""Results that are tables: frames, texts and pages that show what is in them and nothing that acts."""

from dataclasses import asdict

from analyzer import Hit, IngestReport, Rejected, SearchResult
from analyzer.themes.trends.types import Trends, TrendSeries
from analyzer.themes.types import Accounted, Sentiment, Theme, ThemeList

HOSTILE = "<script>alert(1)</script>\x1b[31m\n\u202ered"


def hits(count=3):
    return SearchResult(tuple(Hit(f"R{n}", 0.5, HOSTILE, {"rating": n}) for n in range(count)), 99)


def test_parts_of_a_row_are_columns_of_a_frame():
    theme = Theme("T1", "", "late", ("late",), 12, 0.5, 14, Sentiment(9, 1, 4), ("R1",))
    listed = ThemeList((theme,), 0.8, Accounted(24, 12, 0, 10, 2))
    frame = listed.to_pandas()
    assert frame.loc[0, "sentiment_negative"] == 9
    assert frame.loc[0, "label"] == "late"
    assert asdict(listed)["themes"][0]["id"] == "T1"


def test_what_is_shown_holds_nothing_that_a_terminal_or_a_browser_acts_on():
    text, page = repr(hits()), hits()._repr_html_()
    assert "among 99" in text
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "<script>" not in page
    for shown in (text, page):
        assert not set("\x1b\u202e") & set(shown)
    assert max(map(len, text.splitlines())) <= 120


def test_rows_with_other_fields_than_the_first_are_shown_too():
    found = SearchResult((Hit("R1", 0.5, "late", {"rating": 1}), Hit("R2", 0.4, "cold", {"channel": "app"})), 2)
    assert "fields_channel" in repr(found).splitlines()[1]
    assert "<td>app</td>" in found._repr_html_()
    assert list(found.to_pandas().columns)[-1] == "fields_channel"


def test_a_report_is_shown_as_its_figures_and_how_much_is_in_its_lists():
    report = IngestReport(
        files=(HOSTILE,), rows=1200, stored=1199, updated=0, duplicates=0, rejected=1, comments=1198,
        entities={"PERSON": 3}, seconds=1.5, rejections=(Rejected("a.csv", 7, "no text"),),
    )  # fmt: skip
    text, page = repr(report), report._repr_html_()
    assert "rows        1,200" in text
    assert "PERSON 3" in text
    assert "rejections  1" in text
    assert "&lt;script&gt;" in page
    for shown in (text, page):
        assert not set("\x1b\u202e") & set(shown)
    assert max(map(len, text.splitlines())) <= 120


def test_of_many_rows_the_first_are_shown_and_the_others_counted():
    assert repr(hits(30)).splitlines()[-1] == "and 10 more rows"
    assert len(hits(30).to_pandas()) == 30
    assert repr(SearchResult((), 0)) == "SearchResult: among 0, found 0"


def test_a_trend_is_a_row_for_each_theme_and_period():
    series = TrendSeries(
        "T1", "late", (1, 4), (0.1, 0.4), (0.0, 0.2), (0.3, 0.6), (0.1, 0.4), "up", (("2024-02", "up"),)
    )
    frame = Trends("month", ("2024-01", "2024-02"), (10, 10), (series,)).to_pandas()
    assert frame[["period", "count", "change"]].values.tolist() == [["2024-01", 1, ""], ["2024-02", 4, "up"]]

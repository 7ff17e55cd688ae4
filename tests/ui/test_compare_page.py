"""The page Compare and its service over a real store: figures checked by hand, drill-downs, and who may see what."""

import math
from types import SimpleNamespace

import pytest
import streamlit as st
from fakes import OPEN_DOOR, make_workspace, write_csv
from roles import opened, staffed
from streamlit.testing.v1 import AppTest

from analyzer.config import PROJECT
from analyzer.errors import UsageError, WithheldError
from analyzer.reports.compare.themes import compared_themes
from analyzer.ui import session
from analyzer.ui.parts import compare_parts

GOOD, BAD = "The nurse was kind and friendly and explained everything.", "Rude clerk, I waited hours in the cold."
ROWS = [
    {"id": f"R-{n}", "comment": f"{(BAD if n % 2 else GOOD) if n % 10 > 1 else (GOOD if n % 2 else BAD)} Visit {n}.",
     "rating": 1 + (n % 5 if n % 2 else 4 - n % 2), "ward": ("east", "west")[n % 2],
     "date": f"2024-0{1 + n // 60}-{1 + n % 28:02d}", "Respondent ID": f"P{n}"}
    for n in range(240)
]  # fmt: skip


@pytest.fixture
def held(tmp_path, monkeypatch):
    workspace = make_workspace(tmp_path)
    workspace.ingest([write_csv(tmp_path / "a.csv", ROWS)])
    workspace.themes.build(about=2, names=False)
    st.cache_resource.clear()
    monkeypatch.setattr(session, "Workspace", SimpleNamespace(open=lambda path, actor: workspace))
    monkeypatch.setattr(session, "authenticator_of", lambda path: OPEN_DOOR)
    yield workspace
    st.cache_resource.clear()
    workspace.close()


def ratings(ward):
    return [row["rating"] for row in ROWS if row["ward"] == ward]


def mean(values):
    return sum(values) / len(values)


def test_averages_and_their_difference_are_those_of_the_rows(held):
    found = held.compare.show("ward=west", "ward=east")
    west, east = ratings("west"), ratings("east")
    assert [side.responses for side in found.sides] == [len(west), len(east)] == [120, 120]
    assert [side.rating.value for side in found.sides] == pytest.approx([mean(west), mean(east)], abs=1e-5)
    assert found.rating.value == pytest.approx(mean(west) - mean(east), abs=1e-5)
    variance = [sum((one - mean(side)) ** 2 for one in side) / (len(side) - 1) / len(side) for side in (west, east)]
    half = 1.96 * math.sqrt(sum(variance))
    assert (found.rating.low, found.rating.high) == pytest.approx(
        (found.rating.value - half, found.rating.value + half), abs=1e-3
    )


def test_themes_count_the_comments_behind_them_and_their_filters_select_these(held):
    found = held.compare.show("ward=west", where="date>=2024-02")
    assert found.sides[1].title == "everything else"
    assert found.themes
    for theme in found.themes:
        assert tuple(held.feedback.matching(where) for where in theme.wheres) == theme.counts
        assert theme.difference.low <= theme.difference.value <= theme.difference.high
    assert {quote.side for quote in found.quotes} <= {0, 1}
    assert all(quote.id in {row["id"] for row in ROWS} for quote in found.quotes)


def test_equal_sides_make_no_discovery_and_one_large_difference_among_many_equal_themes_does():
    labels = {f"T{n}": f"theme {n}" for n in range(40)}
    alike = dict.fromkeys(labels, 40)
    found, tested = compared_themes(labels, (alike, alike), (1_000, 1_000))
    assert tested == 40
    assert not any(theme.is_significant for theme in found)
    found, _ = compared_themes(labels, (alike | {"T7": 110}, alike), (1_000, 1_000))
    assert [theme.id for theme in found if theme.is_significant] == ["T7"]
    assert found[0].id == "T7"


def test_a_difference_that_one_test_would_find_is_not_one_among_many():
    labels = {f"T{n}": f"theme {n}" for n in range(60)}
    alike = dict.fromkeys(labels, 40)
    alone, _ = compared_themes({"T7": "theme 7"}, ({"T7": 60}, {"T7": 40}), (1_000, 1_000))
    among, _ = compared_themes(labels, (alike | {"T7": 60}, alike), (1_000, 1_000))
    assert [theme.is_significant for theme in alone] == [True]
    assert not any(theme.is_significant for theme in among)


def test_themes_of_few_comments_are_not_tested():
    found, tested = compared_themes({"T1": "rare"}, ({"T1": 4}, {"T1": 0}), (500, 500))
    assert (tested, found[0].p_value, found[0].is_significant) == (0, None, False)
    assert compared_themes({"T1": "rare"}, ({}, {}), (0, 500)) == ([], 0)


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ("", "", "needs the filter of its first side"),
        ("ward=west", "rating<=5", "are on both sides"),
        ("ward=south", "ward=west", "no comment is on the side “ward south”"),
        ("wart=west", "", "did you mean ward"),
    ],
)
def test_sides_that_cannot_be_compared_are_one_line(held, first, second, said):
    with pytest.raises(UsageError, match=said):
        held.compare.show(first, second)


def test_an_account_without_comments_gets_scores_that_the_guard_allows_and_nothing_else(tmp_path):
    settings = staffed(tmp_path)
    viewer, analyst = opened(settings, "vic"), opened(settings, "ann")
    found = viewer.compare.show("shop=north", "shop=south")
    assert (found.themes, found.quotes, found.negative.value) == ((), (), None)
    assert [side.comments for side in found.sides] == [None, None]
    assert [side.responses for side in found.sides] == [20, 20]
    whole = analyst.compare.show("shop=north", "shop=south")
    assert [side.rating.value for side in found.sides] == pytest.approx([side.rating.value for side in whole.sides])
    with pytest.raises(WithheldError):
        viewer.compare.show("id=R-1")
    with pytest.raises(WithheldError):
        viewer.compare.show("shop=north and rating=1")
    viewer.close()
    analyst.close()


def show():
    app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=60).run()
    app.switch_page("analyzer/ui/pages/compare_page.py").run()
    assert not app.exception
    return app


def test_the_page_compares_groups_and_periods_and_opens_a_side(held):
    app = show()
    assert not app.error
    assert app.subheader[0].value.endswith("differ by more than chance explains")
    app.segmented_control(key="compare-kind").set_value("Periods").run()
    assert not app.exception
    assert [one.label for one in app.date_input] == ["First period", "Second period"]
    app.segmented_control(key="compare-kind").set_value("Groups").run()
    app.button(key="compare-figures-0").click().run()
    assert [one.value for one in app.title] == ["Comments"]
    assert app.query_params["filter"] == "ward=east"


def test_a_point_of_the_chart_opens_the_comments_of_its_theme_on_its_side(held, monkeypatch):
    found = held.compare.show("ward=east", "ward=west")
    theme = next(theme for theme in found.themes if theme.is_significant)
    monkeypatch.setattr(compare_parts, "clickable", lambda *_: f"{theme.id}|1")
    app = show()
    assert [one.value for one in app.title] == ["Comments"]
    assert app.query_params["filter"] == theme.wheres[1]


def test_a_side_without_comments_is_said_and_the_page_stays(held):
    app = show()
    app.segmented_control(key="compare-kind").set_value("Filters").run()
    app.text_input(key="compare-first").set_value("ward=south").run()
    assert not app.exception
    assert "no comment is on the side" in app.error[0].value.replace("\u2060\\", "")

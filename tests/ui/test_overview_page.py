"""The page Overview over a real store with fake models: what it shows, and that everything opens what is behind it."""

import itertools
from types import SimpleNamespace

import pytest
import streamlit as st
from fakes import OPEN_DOOR, make_workspace, write_csv
from roles import opened, staffed
from streamlit.testing.v1 import AppTest

from analyzer.config import PROJECT
from analyzer.ui import session
from analyzer.ui.parts import overview_parts
from analyzer.ui.parts.charts import month_ticks
from analyzer.ui.parts.clickable import whole_ticks

GOOD, BAD = "The nurse was kind and friendly and explained everything.", "Rude clerk, I waited hours in the cold."
ROWS = [
    {"id": f"R-{month}-{n}", "comment": f"{BAD if n % 3 == month % 3 else GOOD} Visit {n}.", "rating": 1 + 4 * (n % 2),
     "ward": ("east", "west")[n % 2], "date": f"2024-0{month}-{1 + n % 28:02d}", "Respondent ID": f"P{month}-{n}"}
    for month in range(1, 5) for n in range(40)
]  # fmt: skip


@pytest.fixture
def held(tmp_path, monkeypatch):
    workspace = make_workspace(tmp_path)
    st.cache_resource.clear()
    monkeypatch.setattr(session, "Workspace", SimpleNamespace(open=lambda path, actor: workspace))
    monkeypatch.setattr(session, "authenticator_of", lambda path: OPEN_DOOR)
    yield workspace
    st.cache_resource.clear()
    workspace.close()


@pytest.fixture
def filled(held, tmp_path):
    held.ingest([write_csv(tmp_path / "a.csv", ROWS)])
    held.themes.build(about=2, names=False)
    return held


def show():
    app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=60).run()
    assert not app.exception
    return app


def html(app):
    return "\n".join(element.proto.body for element in app.get("html"))


def press(app, start):
    next(one for one in app.button if one.label.replace("\u2060\\", "").startswith(start)).click()
    app.run()
    assert not app.exception
    return app


def listed(app):
    """The comments of the page Comments, as a table."""
    assert title(app) == "Comments"
    app.segmented_control(key="search-view").set_value("Table").run()
    return app.dataframe[0].value


def title(app):
    return app.title[0].value


def metrics(app):
    return {metric.label: metric.value for metric in app.metric}


def filtered(app, where):
    app.button(key="filter-open").click().run()
    next(t for t in app.text_input if t.label == "The filter as text").set_value(where).run()
    assert not app.exception
    return app


def test_a_filter_holds_for_all_of_the_overview_and_what_it_opens(filled):
    app = filtered(show(), "ward=east and rating<=2")
    count = filled.feedback.matching("ward=east and rating<=2")
    assert 0 < count < 160
    assert metrics(app)["Comments"] == f"{count:,}"
    found = filled.overview.show("ward=east and rating<=2")
    assert sum(month.comments for month in found.months) == count
    assert all(filled.feedback.matching(theme.where) == theme.comments for theme in found.themes)
    assert all(filled.feedback.matching(month.where) == month.comments for month in found.months)
    assert {filled.feedback.show([one.id])[0].fields["ward"] for one in found.quotes} == {"east"}
    app.button(key="open-negative").click().run()
    assert title(app) == "Comments"
    assert set(as_rows(app)["ward"]) == {"east"}


def test_a_filter_that_matches_nothing_leaves_the_bar(filled):
    app = filtered(show(), "rating>=6")
    assert not app.metric
    assert app.button(key="chip-0-1")


def test_a_view_is_saved_opened_and_deleted(filled):
    app = filtered(show(), "ward=east")
    app.text_input(key="view-name-overview").set_value("East wards")
    press(app, "Save this view")
    [view] = filled.views.list()
    assert (view.name, view.page, view.where) == ("East wards", "overview", "ward=east")
    app.button(key="chip-0-1").click().run()
    assert metrics(app)["Comments"] == "160"
    app.switch_page("analyzer/ui/pages/reports_page.py").run()
    app.button(key=f"view-reports-{view.number}").click().run()
    assert (title(app), metrics(app)["Comments"]) == ("Overview", "80")
    app.switch_page("analyzer/ui/pages/overview_page.py").run()
    app.button(key=f"view-gone-menu-{view.number}").click().run()
    assert not app.exception
    assert filled.views.list() == ()


def test_a_view_that_may_hold_personal_data_is_refused_beside_its_field(filled):
    app = show()
    app.text_input(key="view-name-overview").set_value("jane.roe@example.com")
    press(app, "Save this view")
    assert "may hold personal data" in app.error[0].value
    assert filled.views.list() == ()


def as_rows(app):
    """The comments of the page Comments, as a table."""
    app.segmented_control(key="search-view").set_value("Table").run()
    return app.dataframe[0].value


def test_it_is_the_first_page_and_shows_the_figures(filled):
    app = show()
    assert title(app) == "Overview"
    figures = {one.label: one.value for one in app.metric}
    assert figures["Comments"] == "160"
    assert figures["Average rating"] == f"{filled.overview.show().figures[2].value:.2f}"
    assert set(figures) == {"Comments", "Average rating", "Comments with criticism", "Last import"}
    assert html(app).count("<mark>") == 3
    assert len(app.get("vega_lite_chart") or app.get("arrow_vega_lite_chart")) == 3


def test_an_empty_workspace_has_three_steps_and_the_example(held, monkeypatch, tmp_path):
    monkeypatch.setattr(overview_parts, "EXAMPLE", write_csv(tmp_path / "example.csv", ROWS))
    app = show()
    assert [one.value for one in app.markdown][:3] == [f"**{name}**" for name, _ in overview_parts.STEPS]
    app = press(app, "Try the example")
    assert {one.label: one.value for one in app.metric}["Comments"] == "160"


def test_a_question_typed_there_is_answered_on_ask(filled):
    app = show()
    next(box for box in app.text_input if box.label == "Ask a question").set_value("How many comments are there?")
    app = press(app, "Ask")
    assert title(app) == "Ask a question"
    assert [one.question for one in filled.answers.history()] == ["How many comments are there?"]
    app.run()
    assert len(filled.answers.history()) == 1, "it is asked once"


def test_a_suggested_question_is_answered_on_ask(filled):
    question = filled.overview.show().questions[0]
    app = press(show(), question)
    assert title(app) == "Ask a question"
    assert [one.question for one in filled.answers.history()] == [question]


def test_a_theme_opens_its_comments(filled):
    theme = filled.overview.show().themes[0]
    app = press(show(), theme.label)
    assert len(listed(app)) == theme.comments
    assert next(one.label for one in app.button if str(one.key).startswith("chip-")).startswith("Theme")
    app.button(key="chip-0-1").click().run()
    assert len(app.dataframe[0].value) == 160


def test_the_share_of_criticism_opens_these_comments(filled):
    app = press(show(), "Read these comments")
    texts = listed(app)["text"]
    assert len(texts) == filled.feedback.matching('"comment stance"=negative') > 0


@pytest.mark.parametrize("chart", ["volume_chart", "rating_chart"])
def test_a_month_of_a_chart_opens_its_comments(filled, monkeypatch, chart):
    monkeypatch.setattr(overview_parts, chart, lambda *_: "2024-02")
    app = show()
    assert set(listed(app)["date"].str[:7]) == {"2024-02"}


def test_a_bar_of_a_theme_opens_its_comments(filled, monkeypatch):
    theme = filled.overview.show().themes[1]
    monkeypatch.setattr(overview_parts, "theme_bars", lambda _: theme.id)
    app = show()
    assert len(listed(app)) == theme.comments


def test_an_account_that_sees_no_comments_has_figures_and_nothing_to_open(tmp_path, monkeypatch):
    settings = staffed(tmp_path)
    st.cache_resource.clear()
    monkeypatch.setattr(session.Workspace, "open", lambda path, actor: opened(settings, actor))
    monkeypatch.setattr(session, "authenticator_of", lambda path: OPEN_DOOR)
    monkeypatch.setenv("ANALYZER_ACTOR", "vic")
    app = show()
    assert title(app) == "Overview"
    assert not app.error
    assert not app.button
    assert not app.text_input
    assert "fa-comment fa-" not in html(app)
    st.cache_resource.clear()


@pytest.mark.parametrize("most", [0, 1, 3, 6, 7, 12, 99, 829, 7_908, 123_456])
def test_axes_have_few_whole_ticks_that_reach_the_largest_value(most):
    ticks = whole_ticks(most)
    assert len(ticks) <= 8
    assert ticks[-1] >= most
    assert all(isinstance(one, int) for one in ticks)
    assert len({later - one for one, later in itertools.pairwise(ticks)}) <= 1


@pytest.mark.parametrize("count", [0, 1, 7, 8, 24, 600])
def test_an_axis_of_months_has_at_most_seven_labels(count):
    assert len(month_ticks([str(number) for number in range(count)])) == min(count, 7) or count in (8, 24, 600)
    assert len(month_ticks([str(number) for number in range(count)])) <= 7

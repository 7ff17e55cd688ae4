"""The Themes page over a real store with fake models, without a browser."""

from types import SimpleNamespace

import pytest
import streamlit as st
from fakes import OPEN_DOOR, make_workspace
from streamlit.testing.v1 import AppTest
from topics import imported, rows

from analyzer.config import PROJECT
from analyzer.errors import WorkspaceError
from analyzer.ui import session

THEMES = "analyzer/ui/pages/themes_page.py"


@pytest.fixture
def held(tmp_path, monkeypatch):
    workspace = imported(tmp_path, rows())
    st.cache_resource.clear()
    monkeypatch.setattr(session, "Workspace", SimpleNamespace(open=lambda path, actor: workspace))
    monkeypatch.setattr(session, "authenticator_of", lambda path: OPEN_DOOR)
    yield workspace
    st.cache_resource.clear()
    workspace.close()


def show(part="Themes"):
    app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=60).run().switch_page(THEMES)
    app.query_params["part"] = app.session_state["part"] = part
    app.run()
    assert not app.exception
    return app


def button(app, label):
    return next(b for b in app.button if b.label == label)


def html(app):
    return "\n".join(element.proto.body for element in app.get("html"))


def test_without_comments_it_says_where_to_begin(tmp_path, monkeypatch):
    workspace = make_workspace(tmp_path)
    st.cache_resource.clear()
    monkeypatch.setattr(session, "Workspace", SimpleNamespace(open=lambda path, actor: workspace))
    monkeypatch.setattr(session, "authenticator_of", lambda path: OPEN_DOOR)
    assert "There are no comments yet" in show().info[0].value
    st.cache_resource.clear()
    workspace.close()


def test_a_build_from_the_page_shows_where_every_comment_is(held):
    app = show()
    assert not app.metric
    app.checkbox[0].uncheck()
    button(app, "Find themes").click()
    app = app.run()
    assert not app.exception
    listed = held.themes.list()
    assert "of 122 comments are in a theme" in html(app)
    assert "1 say nothing" in html(app)
    table = app.dataframe[0].value
    assert set(table.index) == {theme.id for theme in listed.themes if theme.id.startswith("T")}


def test_a_build_that_fails_says_why_and_the_page_stays(held, monkeypatch):
    def fail(*_):
        raise WorkspaceError("another import is running; wait for it")

    monkeypatch.setattr(type(held.themes), "build", fail)
    app = show()
    button(app, "Find themes").click()
    app = app.run()
    assert "another import is running" in app.error[0].value
    assert button(app, "Find themes")


def test_comments_that_came_later_are_pointed_out(held, tmp_path):
    held.themes.build(about=4, names=False)
    held.database.connection.execute("UPDATE meta SET value = value + 1 WHERE key = 'generation'")
    assert "since these themes were built" in show().warning[0].value


def test_an_edit_is_listed_and_taken_back(held):
    held.themes.build(about=4, names=False)
    theme = next(theme for theme in held.themes.list().themes if theme.id.startswith("T"))
    held.themes.edit("rename", theme.id, "Things that break")
    app = show("Edits")
    log = next(frame.value for frame in app.dataframe if "what" in frame.value.columns)
    assert "Things that break" in log["what"].iloc[0]
    button(app, "Undo the latest edit").click()
    app = app.run()
    assert not app.exception
    assert held.themes.log()[0].is_undone
    assert any("Undone" in one.value for one in app.success)


def test_an_edit_shows_what_was_before_and_what_is_after(held):
    held.themes.build(about=4, names=False)
    one, other = [theme for theme in held.themes.list().themes if theme.id.startswith("T")][:2]
    held.themes.edit("merge", one.id, other.id)
    merged = next(theme for theme in held.themes.list().themes if theme.id == one.id)
    app = show("Edits")
    button(app, "Undo the latest edit").click()
    app = app.run()
    told = next(frame.value for frame in app.dataframe if "comments before" in frame.value.columns).set_index("id")
    assert (told["comments before"][one.id], told["comments after"][one.id]) == (merged.size, one.size)
    assert told["theme before"][other.id] == "–"


def test_a_theme_is_drawn_by_segment(held):
    held.themes.build(about=4, names=False)
    app = show("By segment")
    assert [box.label for box in app.selectbox if box.label in {"By the values of", "Theme"}] == [
        "By the values of", "Theme"
    ]  # fmt: skip


def test_a_filter_changes_the_figures(held):
    held.themes.build(about=4, names=False)
    app = show()
    app.button(key="filter-open").click().run()
    next(t for t in app.text_input if t.label == "The filter as text").set_value("channel=app")
    app = app.run()
    assert f"of {held.feedback.matching('channel=app'):,} comments are in a theme" in html(app)


def test_how_good_they_are_is_told_when_asked(held):
    held.themes.build(about=4, names=False)
    app = show("Build and quality")
    assert held.themes.list().criterion in html(app)
    assert "Redundant" not in {metric.label for metric in app.metric}
    button(app, "Measure").click()
    app = app.run()
    assert not app.exception
    assert {metric.label: metric.value for metric in app.metric}["Backed by quotes"] == "0 %"


def test_shares_over_time_are_drawn_with_what_they_mean(held):
    held.themes.build(about=4, names=False)
    captions = " ".join(caption.value.replace("\u2060\\", "") for caption in show("Over time").caption)
    assert "Not tested for change" in captions or "No period could be tested" in captions

"""The tab Codebook of the page Themes over a real store with fake models, without a browser."""

import json
from types import SimpleNamespace

import pytest
import streamlit as st
from fakes import OPEN_DOOR
from streamlit.testing.v1 import AppTest
from topics import imported, rows

from analyzer.config import PROJECT
from analyzer.errors import WorkspaceError
from analyzer.ui import session

PAGE = "analyzer/ui/pages/themes_page.py"
THEMES = {"themes": [
    {"name": "Delivery", "description": "parcels", "examples": ["My parcel arrived late in a wet box"]},
    {"name": "Soup", "examples": ["The soup tasted cold"], "exclusions": ["the waiter"]},
]}  # fmt: skip


@pytest.fixture
def held(tmp_path, monkeypatch):
    workspace = imported(tmp_path, rows())
    (tmp_path / "codebook.json").write_text(json.dumps(THEMES), encoding="utf-8")
    st.cache_resource.clear()
    monkeypatch.setattr(session, "Workspace", SimpleNamespace(open=lambda path, actor: workspace))
    monkeypatch.setattr(session, "authenticator_of", lambda path: OPEN_DOOR)
    yield workspace
    st.cache_resource.clear()
    workspace.close()


@pytest.fixture
def loaded(held, tmp_path):
    held.codebook.load(tmp_path / "codebook.json")
    return held


def show():
    app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=60).run().switch_page(PAGE)
    app.query_params["part"] = app.session_state["part"] = "Codebook"
    app.run()
    assert not app.exception
    return app


def press(app, label):
    next(b for b in app.button if b.label == label).click()
    app = app.run()
    assert not app.exception
    return app


def figures(app):
    return {metric.label: metric.value for metric in app.metric}


def test_without_a_codebook_it_shows_what_one_looks_like(held):
    app = show()
    assert "exclusions" in app.code[0].value
    assert not app.metric


def test_found_themes_become_a_codebook(held):
    held.themes.build(about=4, names=False)
    app = press(show(), "Add the discovered themes")
    assert len(app.dataframe[0].value) == len(held.codebook.list().themes) >= 4


def test_a_theme_is_typed_and_one_of_its_name_is_refused_in_place(held):
    app = show()
    next(one for one in app.text_input if one.label == "Name").set_value("Delivery")
    next(one for one in app.text_area if one.label.startswith("Examples")).set_value("came late\n\nquick delivery")
    app = press(app, "Add this theme")
    [coded] = held.codebook.list().themes
    assert (coded.theme.name, coded.theme.examples) == ("Delivery", ("came late", "quick delivery"))
    next(one for one in app.text_input if one.label == "Name").set_value("delivery")
    app = press(app, "Add this theme")
    assert "is in the codebook" in app.error[0].value
    assert len(held.codebook.list().themes) == 1


def test_comments_are_coded_labeled_and_coded_again(loaded):
    app = press(show(), "Code all comments")
    assert figures(app)["Accuracy (F1)"] == "–"
    assert any("not yet checked" in one.value for one in app.warning)
    assert set(app.dataframe[0].value["theme"]) == {"Delivery", "Soup"}
    for _ in range(3):
        shown = "\n".join(element.proto.body for element in app.get("html"))
        app.multiselect[0].set_value(["C1"] if "parcel" in shown else [])
        app = press(app, "Save")
    assert figures(app)["Checked"] == "3"
    assert any("have changed since" in one.value for one in app.warning)
    app = press(app, "Undo")
    assert loaded.codebook.list().labeled == 2
    app = press(app, "Recode comments")
    assert figures(app)["Accuracy (F1)"] != "–"


def test_a_comment_can_be_skipped(loaded):
    app = show()
    before = [element.proto.body for element in app.get("html")]
    app = press(app, "Skip")
    assert before != [element.proto.body for element in app.get("html")]
    assert loaded.codebook.list().labeled == 0


def test_a_coding_that_fails_says_why_and_the_page_stays(loaded, monkeypatch):
    def fail(*_):
        raise WorkspaceError("another import is running; wait for it")

    monkeypatch.setattr(type(loaded.codebook), "apply", fail)
    app = press(show(), "Code all comments")
    assert "another import is running" in app.error[0].value
    assert figures(app)["Comments"] == "122"

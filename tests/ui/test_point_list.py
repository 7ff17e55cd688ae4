"""The points of an answer on the page: chosen, opened, explored, made a theme or a codebook entry, and undone."""

import json
from types import SimpleNamespace

import pytest
import streamlit as st
from fakes import OPEN_DOOR
from roles import opened
from streamlit.testing.v1 import AppTest
from topics import imported, rows

from analyzer.config import PROJECT
from analyzer.security.types import Grant, Role
from analyzer.ui import session
from analyzer.ui.parts.point_cards import NONE, point_ids

HOSTILE = "The parcel came late <3 & <img and the [box](http://evil.example) was wet parcel"
COMMENTS, ASK = (f"analyzer/ui/pages/{name}_page.py" for name in ("comments", "ask"))


def use(monkeypatch, workspace):
    st.cache_resource.clear()
    monkeypatch.setattr(session, "Workspace", SimpleNamespace(open=lambda path, actor: workspace))
    monkeypatch.setattr(session, "authenticator_of", lambda path: OPEN_DOOR)


@pytest.fixture
def held(tmp_path, monkeypatch):
    workspace = imported(tmp_path, [*rows(), {**rows()[0], "id": "C-999", "comment": HOSTILE}])
    use(monkeypatch, workspace)
    yield workspace
    st.cache_resource.clear()
    workspace.close()


def asked():
    """The page with an answer about parcels."""
    app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=60).run()
    app.switch_page(ASK).run()
    next(t for t in app.text_input if t.label == "Question").set_value("What do people say about the parcel?")
    return press(app, "Ask")


def press(app, label, last=False):
    found = [b for b in app.button if b.label.startswith(label)]
    found[-1 if last else 0].click()
    app.run()
    assert not app.exception
    return app


def html(app):
    return "\n".join(element.proto.body for element in app.get("html"))


def points(held):
    return held.answers.replay(held.answers.history()[0].receipt).points


def ids_of(held, point):
    answer = held.answers.replay(held.answers.history()[0].receipt)
    return next(number.ids for number in answer.numbers if number.name == point.number)


def test_the_comments_of_a_point_open_in_place_by_page_and_are_logged(held):
    app = asked()
    first = points(held)[0]
    app = press(app, f"Show all {first.comments}")
    shown = [body for body in html(app).split("\n") if 'class="fa-comment"' in body]
    assert len(shown) == min(10, first.comments)
    assert all("<mark>parcel</mark>" in body.casefold() for body in shown)
    [*_, seen] = [json.loads(row[0])["ids"] for row in held.database.rows("SELECT detail FROM audit "
                  "WHERE action = 'browse' ORDER BY seq")]  # fmt: skip
    assert set(seen) <= set(ids_of(held, first))
    assert 'class="fa-comment"' not in html(press(app, "Hide the comments"))


def test_every_comment_of_a_point_can_be_reached_and_is_plain_text(held):
    app = asked()
    place = next(n for n, point in enumerate(points(held)) if "C-999" in ids_of(held, point))
    total = points(held)[place].comments
    button = [b for b in app.button if b.label.startswith("Show all")][place]
    button.click()
    app.run()
    everything = html(app)
    for page in range(2, -(-total // 10) + 1):
        next(n for n in app.number_input if n.label.startswith("Page of")).set_value(page)
        app.run()
        everything += html(app)
    assert "&lt;3 &amp; &lt;img and the [" in everything.replace("<mark>", "").replace("</mark>", "")
    assert "<img" not in everything
    assert "](http" not in "".join(element.value for element in (*app.markdown, *app.caption))


def test_a_comment_that_was_erased_since_is_counted_and_the_others_are_shown(held):
    app = asked()
    first = points(held)[0]
    answer = held.answers.replay(held.answers.history()[0].receipt)
    cited = {hit.id for hit in answer.evidence}
    gone = next(one for one in point_ids(answer, first)[:10] if one not in cited)
    held.erasure.erase(ids=[gone])
    app = press(app, "Show all")
    assert html(app).count('class="fa-comment"') == 9
    assert gone not in html(app)
    assert any(caption.value.endswith("not open to your account: 1 of these.") for caption in app.caption)


def test_order_and_stance_are_kept_while_other_pages_are_open(held):
    app = asked()
    whole = html(app).count('class="fa-point')
    assert whole == len(points(held))
    stance = points(held)[0].stance
    names = {"complaint": "Complaints", "praise": "Praise", "neutral": "No stance"}
    app.segmented_control[0].set_value(names[stance.value])
    next(s for s in app.selectbox if s.key.startswith("order-")).set_value("A–Z")
    app.run()
    chosen = html(app).count('class="fa-point')
    assert chosen == sum(point.stance is stance for point in points(held))
    app.switch_page(COMMENTS).run()
    app.switch_page(ASK).run()
    assert html(app).count('class="fa-point') == chosen
    assert next(s for s in app.selectbox if s.key.startswith("order-")).value == "A–Z"


def test_a_stance_without_points_says_so_in_one_line(held):
    app = asked()
    missing = {"Complaints": "complaint", "Praise": "praise", "No stance": "neutral"}
    has = {point.stance.value for point in points(held)}
    name = next(name for name, stance in missing.items() if stance not in has)
    app.segmented_control[0].set_value(name)
    app.run()
    assert 'class="fa-point' not in html(app)
    assert {caption.value for caption in app.caption} & set(NONE.values()) == {NONE[missing[name]]}


def test_explore_shows_exactly_the_comments_of_a_point_until_that_is_lifted(held):
    app = asked()
    first = points(held)[0]
    app = press(app, f"Explore these {first.comments}")
    app.switch_page(COMMENTS).run()
    assert [title.value for title in app.title] == ["Comments"]
    app.segmented_control(key="search-view").set_value("Table").run()
    assert set(app.dataframe[0].value.index) == set(ids_of(held, first))
    assert len(app.dataframe[0].value) == first.comments
    app = press(app, "Show all comments")
    assert len(app.dataframe[0].value) == 123


def test_a_point_becomes_a_codebook_entry_and_is_taken_back(held):
    app = press(asked(), "Add this entry")
    [coded] = held.codebook.list().themes
    assert coded.theme.examples == tuple(citation.quote for citation in points(held)[0].citations)
    assert any("is in the codebook" in one.value for one in app.success)
    app = press(app, "Undo")
    assert held.codebook.list().themes == ()
    assert not app.success


def test_a_point_becomes_a_theme_that_outlasts_a_build_and_is_taken_back(held):
    held.themes.build(about=4, names=False)
    app = asked()
    next(t for t in app.text_input if t.label == "Name of the theme").set_value("Late parcels")
    app = press(app, "Make this theme")
    first = points(held)[0]
    made = next(theme for theme in held.themes.list().themes if theme.label == "Late parcels")
    assert made.size >= first.comments
    held.themes.build(about=4, names=False)
    again = next(theme for theme in held.themes.list().themes if theme.label == "Late parcels")
    assert (again.id, again.size) == (made.id, made.size)
    app = press(app, "Undo")
    assert "Late parcels" not in {theme.label for theme in held.themes.list().themes}


def test_an_error_is_shown_in_place_and_nothing_is_made(held):
    app = press(asked(), "Make this theme")
    assert any("analyzer themes build" in error.value.replace("\u2060\\", "") for error in app.error)
    assert held.themes.log() == ()


def test_an_analyst_may_explore_and_make_neither_theme_nor_entry(held, monkeypatch):
    held.users.add(Grant("ada", (Role.ADMIN,)), sign_in=False)
    held.close()
    admin = opened(held.settings, "ada")
    admin.users.add(Grant("ann", (Role.ANALYST,)), sign_in=False)
    admin.close()
    analyst = opened(held.settings, "ann")
    use(monkeypatch, analyst)
    labels = [button.label for button in asked().button]
    assert any(label.startswith("Explore these") for label in labels)
    assert not {"Make this theme", "Add this entry"} & set(labels)
    analyst.close()

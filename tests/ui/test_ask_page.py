"""The Ask page beyond one answer: plans, labels, figures with their records, history, files, stopping."""

import threading
import time
from dataclasses import replace
from types import SimpleNamespace

import pytest
import streamlit as st
from fakes import OPEN_DOOR, make_workspace, write_csv
from streamlit.testing.v1 import AppTest

from analyzer.answers.types import Plan, Task
from analyzer.config import PROJECT
from analyzer.errors import ModelError
from analyzer.ui import session
from analyzer.ui.answer_job import AnswerJob

ROWS = [
    {"id": f"{kind}-{n}", "comment": text.format(chr(97 + n) * 3), "channel": "app" if n % 2 else "email",
     "rating": rating, "date": f"2024-0{1 + n % 3}-05"}
    for kind, rating, count, text in (
        ("L", 1, 14, "The parcel came late {} again"), ("S", 5, 13, "Hot soup {} tasted great"),
    ) for n in range(count)
]  # fmt: skip
HONEST = "The parcel came late."


@pytest.fixture
def held(tmp_path, monkeypatch):
    workspace = make_workspace(tmp_path)
    workspace.ingest([write_csv(tmp_path / "feedback.csv", ROWS)])
    workspace.llm.always = HONEST
    st.cache_resource.clear()
    monkeypatch.setattr(session, "Workspace", SimpleNamespace(open=lambda path, actor: workspace))
    monkeypatch.setattr(session, "authenticator_of", lambda path: OPEN_DOOR)
    yield workspace
    st.cache_resource.clear()
    workspace.close()


def show():
    app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=60).run()
    app.switch_page("analyzer/ui/pages/ask_page.py").run()
    assert not app.exception
    return app


def html(app):
    return "\n".join(element.proto.body for element in app.get("html"))


def press(app, label):
    next(b for b in app.button if b.label == label).click()
    app.run()
    assert not app.exception
    return app


def ask(app, question):
    next(t for t in app.text_input if t.label == "Question").set_value(question)
    return press(app, "Ask")


def test_the_plan_can_be_looked_at_and_changed_before_it_runs(held):
    app = show()
    next(t for t in app.text_input if t.label == "Question").set_value("How many mention late parcels in March?")
    press(app, "Preview interpretation")
    assert "How many · about “late parcels” · date Mar 2024" in html(app)
    assert held.llm.prompts == []
    next(t for t in app.text_input if t.label == "Filter").set_value("channel=app")
    press(app, "Ask with these changes")
    assert "· channel app" in html(app)
    assert held.database.rows("SELECT count(*) FROM answers")[0][0] == 1


def test_the_plan_of_an_answer_can_be_changed_and_run_again(held):
    app = ask(show(), "How many mention parcel came late?")
    next(t for t in app.text_input if t.label == "Filter").set_value("rating=5")
    press(app, "Ask with these changes")
    assert [asked.where for asked in held.answers.history()] == ["rating=5", ""]


def test_a_follow_up_keeps_the_filter_and_says_so(held):
    app = ask(ask(show(), "How many on email mention parcel came late?"), "and in February?")
    assert "kept from the question before: parcel came late, channel=email" in html(app)


def test_two_questions_in_one_get_an_answer_each(held):
    app = ask(show(), "How many mention parcel came late, and show me comments about hot soup")
    questions = [asked.question for asked in held.answers.history()]
    assert questions == ["show me comments about hot soup", "How many mention parcel came late"]
    assert "How many · about “parcel came late”" in html(app)
    assert "Finding comments · about “hot soup”" in html(app)


def test_a_question_that_was_not_understood_is_asked_back_with_two_buttons(held, monkeypatch):
    find, count = Plan(Task.FIND, "hot soup"), Plan(Task.COUNT, "hot soup")
    monkeypatch.setattr(held.answers, "plan_all", lambda *_: (replace(find, readings=(find, count)),))
    app = ask(show(), "hot soup numbers")
    assert held.answers.history() == ()
    press(app, "How many · about “hot soup”")
    assert [asked.question for asked in held.answers.history()] == ["hot soup numbers"]
    assert "How many · about “hot soup”" in html(app)
    assert not [one for one in app.button if one.label.startswith("Finding comments")]


def test_labels_given_on_the_page_narrow_the_interval_before_ones_eyes(held):
    app = ask(show(), "How many mention parcel came late?")
    press(app, "Start checking")
    assert [m.value for m in app.metric if m.label == "95 % interval"] == ["not known yet"]
    for _ in range(6):
        comment = next(body for body in html(app).split("\n") if "parcel came late" in body or "Hot soup" in body)
        press(app, "Yes" if "parcel came late" in html(app).split("Does this comment mention")[1] else "No")
        assert comment
    assert len(held.database.rows("SELECT 1 FROM labels")) == 6
    interval = next(m.value for m in app.metric if m.label == "95 % interval")
    assert "% to " in interval
    press(app, "Undo")
    assert held.labels.list()[0][1] == 5


def test_every_figure_is_listed_with_its_query(held):
    app = ask(show(), "Average rating by channel")
    figures = next(table.value for table in app.dataframe if "query" in table.value)
    assert "average of rating by channel where all" in set(figures["query"])
    assert held.llm.prompts == []


def test_earlier_questions_of_another_day_are_opened_from_the_history(held):
    held.ask("How many comments are there?")
    app = show()
    label = next(b.label for b in app.button if "How many comments" in b.label.replace("\u2060\\", ""))
    press(app, label)
    assert "27 of 27 comments" in html(app)


def test_an_answer_is_taken_along_as_a_file(held):
    app = ask(show(), "How many comments are there?")
    assert [one.proto.label for one in app.get("download_button")] == ["HTML", "Excel", "PowerPoint", "Word"]
    answer = held.answers.replay(held.answers.history()[0].receipt)
    assert held.answers.file("How many comments are there?", answer, "xlsx")[:2] == b"PK"
    assert held.database.rows("SELECT count(*) FROM audit WHERE action = 'export'")[0][0] == 1


def test_a_job_can_be_stopped_and_has_the_text_of_its_error():
    begun = threading.Event()

    def work(job):
        begun.set()
        job.on_stage("at it")
        while not job.is_stopped:
            time.sleep(0.01)
        raise ModelError("stopped here")

    job = AnswerJob("asked", work)
    assert begun.wait(10)
    assert job.is_running
    job.stop()
    job.wait(10)
    assert (job.is_running, job.answer, job.error, job.stages) == (False, None, "stopped here", ["at it"])


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_unexpected_failure_has_an_error_text_too():
    def work(job):
        raise ZeroDivisionError

    job = AnswerJob("asked", work)
    job.wait(10)
    assert "unexpected error" in job.error

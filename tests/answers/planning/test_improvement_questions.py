"""Questions about what could be better are about a subject, not about a development over time."""

import pytest
from fakes import FakeEmbedder

from analyzer.answers.planning.router import route
from analyzer.answers.types import ColumnFacts, CorpusFacts, Task
from analyzer.types import Kind

FACTS = CorpusFacts(10, (ColumnFacts("date", "Date", Kind.DATE, (), "2024-01-01", "2024-06-01"),), date="date")


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("What could be improved about the food on the wards?", "food on the wards"),
        ("What should we change about the menu?", "menu"),
        ("What could be better about parking?", "parking"),
    ],
)
def test_what_could_be_improved_is_about_its_subject(question, subject):
    plan = route(question, FACTS, FakeEmbedder())
    assert (plan.task, plan.subject) == (Task.SUMMARIZE, subject)


def test_a_development_stays_a_trend():
    assert route("Has the food improved over time?", FACTS, FakeEmbedder()).task is Task.TREND


@pytest.mark.parametrize(
    ("question", "stance", "subject"),
    [
        ("What do people complain about most?", "complaint", ""),
        ("What do people like best?", "praise", ""),
        ("What do people complain about the soup?", "complaint", "soup"),
        ("What do people say about the soup?", "", "soup"),
    ],
)
def test_a_question_asks_for_one_stance_or_for_all(question, stance, subject):
    plan = route(question, FACTS, FakeEmbedder())
    assert (plan.stance, plan.subject) == (stance, subject)


@pytest.mark.parametrize(
    "question", ["What suggestions do people make?", "What could be improved?", "Was sollen wir verbessern?"]
)
def test_suggestions_are_complaints_and_wishes(question):
    assert route(question, FACTS, FakeEmbedder()).stance == "complaint"

"""Plans of questions: tasks, filters over the columns of the corpus, groups, follow-ups; every filter compiles."""

from pathlib import Path

import pytest
from fakes import FakeEmbedder, FakeLLM
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.answers.planning.router import comparison_filter, route
from analyzer.answers.types import ColumnFacts, CorpusFacts, Plan, Task
from analyzer.counting.types import Measure
from analyzer.index.filters import ColumnTarget, compile_filter
from analyzer.types import Column, Kind

ALL = Measure.COMMENTS
COLUMNS = (
    ColumnFacts("rating", "Rating", Kind.NUMBER, tuple((n, 9) for n in range(1, 6)), 1, 5),
    ColumnFacts(
        "channel", "Channel", Kind.CATEGORY, (("email", 9), ("Android app", 8), ("iOS app", 7), ("not sure", 1))
    ),
    ColumnFacts("region", "Sales region", Kind.CATEGORY, (("North", 9), ("South-East", 8), ('"odd" one', 2))),
    ColumnFacts("age", "Age", Kind.NUMBER, (), 18, 90),
    ColumnFacts("date", "Date", Kind.DATE, (), "2023-02-03", "2024-05-20"),
    ColumnFacts("title", "Title", Kind.TEXT),
)
FACTS = CorpusFacts(500, COLUMNS, "rating", "date")
TARGETS = {c.name: ColumnTarget(f"d.{c.name}", Column(c.name, c.label, c.kind)) for c in COLUMNS}
EMBEDDER = FakeEmbedder(512)


def plan(question, facts=FACTS, previous=None, model=None):
    return route(question, facts, EMBEDDER, model, previous)


@pytest.mark.parametrize(
    ("question", "where"),
    [
        ("What do people say about prices in March?", "date=2024-03"),
        ("What do people say about prices in June?", "date=2023-06"),
        ("What do people say about prices in March 2023?", "date=2023-03"),
        ("prices since May 2023", "date>=2023-05"),
        ("prices between 2023-03-01 and 2023-04-15", "date>=2023-03-01 and date<=2023-04-15"),
        ("prices in Q2 2023", "date>=2023-04 and date<=2023-06"),
        ("prices last month", "date=2024-05"),
        ("prices in the past 30 days", "date>2024-04-20"),
        ("What may people say about prices?", ""),
        ("What do people on email say about prices?", "channel=email"),
        ("What do Android app users say about prices?", 'channel="Android app"'),
        ("What do people not on email say about prices?", "channel!=email"),
        ("What do people in South-East say about prices?", "region=South-East"),
        ("What do people who gave 1 or 2 stars say about prices?", "rating in (1, 2)"),
        ("comments with a rating below 3 about prices", "rating<3"),
        ("What do detractors say about prices?", "rating<=2"),
        ("What do promoters say about prices?", "rating>=4"),
        ("What do unhappy customers say about prices?", "rating<=2"),
        ("What do people over 60 say about prices?", "age>60"),
        ("prices on email in March with 5 stars", "rating=5 and date=2024-03 and channel=email"),
    ],
)  # fmt: skip
def test_filters_are_taken_from_the_words(question, where):
    found = plan(question)
    assert found.where == where
    assert not where or found.notes
    assert "prices" in found.subject


def test_an_upside_down_scale_turns_low_ratings_around():
    upside_down = CorpusFacts(500, COLUMNS, "rating", "date", best_is_low=True)
    assert plan("Why are people unhappy?", upside_down).where == "rating>=4"
    assert plan("Why are people unhappy?").where == "rating<=2"
    assert "1 is the best" in plan("What do detractors say?", upside_down).notes[0]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How many mention late parcels?", (Task.COUNT, "late parcels", "", "", ALL)),
        ("What share mention late parcels?", (Task.COUNT, "late parcels", "", "", Measure.SHARE)),
        ("Average rating by sales region", (Task.COMPARE, "", "region", "", Measure.AVERAGE)),
        ("Late parcels per month", (Task.TREND, "late parcels", "date", "month", ALL)),
        ("Are late parcels getting worse?", (Task.TREND, "late parcels", "date", "month", ALL)),
        ("Compare North and South-East on late parcels", (Task.COMPARE, "late parcels", "region", "", ALL)),
        ("2023 versus 2024 on late parcels", (Task.COMPARE, "late parcels", "date", "year", ALL)),
        ("Which sales region complains most about late parcels?", (Task.RANK, "late parcels", "region", "", ALL)),
        ("What are the top complaints?", (Task.RANK, "", "", "", ALL)),
        ("Show me comments about late parcels", (Task.FIND, "late parcels", "", "", ALL)),
        ("What do people complain about when it comes to late parcels?", (Task.SUMMARIZE, "late parcels", "", "", ALL)),
        ("What do people say about late parcels?", (Task.SUMMARIZE, "late parcels", "", "", ALL)),
        ("Translate good morning into Spanish", (Task.OFF_TOPIC, "", "", "", ALL)),
    ],
)  # fmt: skip
def test_tasks_subjects_and_groups_are_distinguished(question, expected):
    found = plan(question)
    assert (found.task, found.subject.casefold(), found.by, found.period, found.measure) == expected


def test_a_follow_up_keeps_what_it_does_not_change_and_says_so():
    first = plan("How many on email mention late parcels in March?")
    assert first.where == "date=2024-03 and channel=email"
    second = plan("and in April?", previous=first)
    assert (second.task, second.subject) == (Task.COUNT, "late parcels")
    assert set(second.where.split(" and ")) == {"channel=email", "date=2024-04"}
    assert second.notes[0] == "kept from the question before: late parcels, channel=email"
    third = plan("by sales region?", previous=second)
    assert (third.task, third.by) == (Task.COMPARE, "region")
    assert plan("What do people say about soup?", previous=first).where == ""


def test_the_model_decides_only_where_rules_and_likeness_abstain():
    model = FakeLLM()
    model.enqueue("rank")
    found = plan("zyx qwv", model=lambda: model)
    assert (found.task, found.decided_by) == (Task.RANK, "model")
    assert "off_topic" in model.grammars[0]
    assert plan("How many say so?", model=lambda: pytest.fail("asked")).decided_by == "rules"


def test_without_columns_a_trend_or_a_why_is_still_understood():
    bare = CorpusFacts(10)
    assert plan("Late parcels over time", bare).task is Task.COUNT
    assert plan("Why are people unhappy?", bare).where == ""


def test_a_question_why_compares_with_the_other_ratings_alone():
    assert comparison_filter("rating<=2 and channel=email", "rating") == "not (rating<=2) and channel=email"
    assert comparison_filter("channel=email", "rating") == ""


words = st.sampled_from(
    """what why how many people say about in on by per over time email Android app North March 2023 Q2 last month
    between and 1 2 star stars rating below above not except detractors
    “ " ' ; ( ) or since compare vs average most show -- %
    """.split()
)


@settings(max_examples=400)
@given(st.lists(words, max_size=14).map(" ".join) | st.text(max_size=120))
def test_any_text_is_understood_somehow_and_its_filter_compiles(question):
    found = plan(question)
    assert isinstance(found, Plan)
    compile_filter(found.where, TARGETS)
    assert not found.by or found.by in TARGETS
    assert not found.period or found.by == "date"
    again = plan("and by email?", previous=found)
    compile_filter(again.where, TARGETS)


def test_the_modules_know_nothing_of_the_store():
    folder = Path(__file__).resolve().parents[3] / "analyzer" / "answers" / "planning"
    for module in folder.glob("*.py"):
        assert module.stem == "corpus_facts" or "analyzer.store" not in module.read_text(encoding="utf-8")

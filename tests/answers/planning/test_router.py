"""Plans of questions: tasks, filters over the columns of the corpus, groups, follow-ups; every filter compiles."""

from pathlib import Path

import pytest
from fakes import FakeEmbedder
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.answers.planning.router import comparison_filter, route, route_all
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


def plan(question, facts=FACTS, previous=None):
    return route(question, facts, EMBEDDER, previous)


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


@pytest.mark.parametrize("question", ["parking", "waiting times", "late parcels?", "the parcel never came", "zyx qwv"])
def test_a_bare_phrase_asks_what_people_say_about_it(question):
    found = plan(question)
    assert (found.task, found.stance, found.readings) == (Task.SUMMARIZE, "", ())
    assert found.subject == question.strip("?").removeprefix("the ")


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Wie viele Kunden beschweren sich über die Lieferung?", (Task.COUNT, "Lieferung")),
        ("Que disent les clients de la livraison ?", (Task.SUMMARIZE, "livraison")),
        ("¿Qué dicen los clientes de la entrega?", (Task.SUMMARIZE, "entrega")),
        ("Wat vinden klanten van de levering?", (Task.SUMMARIZE, "levering")),
        ("Mostrami commenti sulla consegna", (Task.FIND, "consegna")),
        ("waht do ppl say abt delivery pls", (Task.SUMMARIZE, "delivery")),
    ],
)
def test_typos_short_forms_and_other_languages_are_understood(question, expected):
    found = plan(question)
    assert (found.task, found.subject) == expected


@pytest.mark.parametrize(
    ("question", "excluded"),
    [
        ("What do people complain about other than parking?", ("parking",)),
        ("complaints not about parking", ("parking",)),
        ("top issues except parking and prices", ("parking", "prices")),
    ],
)
def test_what_a_question_excludes_is_no_subject(question, excluded):
    found = plan(question)
    assert (found.subject, found.stance, found.excluded) == ("", "complaint", excluded)
    assert "left out" in " ".join(found.notes)


def test_a_count_says_that_it_leaves_nothing_out():
    found = plan("How many complain about prices other than parking?")
    assert not found.excluded or "NOT left out" in " ".join(found.notes)


def test_two_questions_in_one_are_two_plans():
    one, two = route_all("What do people say about prices on email, and is it getting worse?", FACTS, EMBEDDER)
    assert (one.task, one.subject, one.where) == (Task.SUMMARIZE, "prices", "channel=email")
    assert (two.task, two.subject, two.where, two.period) == (Task.TREND, "prices", "channel=email", "month")
    assert (one.asked, two.asked) == ("What do people say about prices on email", "is it getting worse")
    assert "kept from the question before" in two.notes[0]


def test_one_plan_for_two_questions_is_that_of_the_first_and_says_so():
    found = plan("What do people say about prices, and is it getting worse?")
    assert (found.task, found.subject) == (Task.SUMMARIZE, "prices")
    assert "is it getting worse" in found.notes[-1]


def test_no_more_than_three_questions_are_answered_and_the_rest_is_named():
    asked = "show me comments about prices? how many mention soup? what are the top complaints? why are people unhappy?"
    plans = route_all(asked, FACTS, EMBEDDER)
    assert [one.task for one in plans] == [Task.FIND, Task.COUNT, Task.RANK]
    assert plans[-1].notes[-1] == "not answered, ask separately: why are people unhappy"


@pytest.mark.parametrize(
    "question", ["doctors and nurses", "late deliveries and rude drivers", "What do people say about salt and pepper?"]
)
def test_a_subject_of_two_things_is_one_question(question):
    (found,) = route_all(question, FACTS, EMBEDDER)
    assert " and " in found.subject
    assert found.asked == ""


def test_stars_on_a_scale_whose_best_is_one_are_asked_back():
    upside_down = CorpusFacts(500, COLUMNS, "rating", "date", best_is_low=True)
    found = plan("5 star comments about prices", upside_down)
    assert [one.where for one in found.readings] == ["rating=5", "rating=1"]
    assert plan("5 star comments about prices").readings == ()


def test_the_worst_rated_group_is_an_average_by_group():
    found = plan("lowest rated channel")
    assert (found.task, found.by, found.measure, found.where) == (Task.RANK, "channel", Measure.AVERAGE, "")


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

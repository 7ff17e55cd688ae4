"""How many complain of a subject, or praise it: in all, by group and by month, as integers with one rounded value."""

import pytest
from fakes import make_workspace, write_csv

from analyzer.answers.planning.asked_stance import asked_stance
from analyzer.answers.planning.question_parts import tag
from analyzer.answers.types import Stance, Task

PRICES = ("The price is terrible", "Terrible price {0}", "A horrible price for {0}", "The price was lovely {0}",
          "A great price for {0}")  # fmt: skip
THINGS = ("bread", "shoes", "coffee", "tickets")
TEXTS = [pattern.format(thing) for pattern in PRICES for thing in THINGS] + ["Staff were friendly", "App crashes"] * 3


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop")
    records = [
        {"id": f"C{n}", "comment": text, "store": ("Leeds", "York")[n % 2], "date": f"2026-0{1 + n % 3}-05"}
        for n, text in enumerate(TEXTS)
    ]
    workspace = make_workspace(folder)
    workspace.ingest([write_csv(folder / "shop.csv", records)])
    yield workspace
    workspace.close()


def values(answer):
    return {number.name: number.value for number in answer.numbers}


def test_a_stance_is_counted_among_those_who_speak_of_the_subject(shop):
    answer = shop.ask("how many people complain about the price")
    assert answer.plan.stance == "complaint"
    found = values(answer)
    assert 8 <= found["yes"] <= 12
    assert found["yes"] < found["speaking"] <= 20
    assert found["share"] == pytest.approx(found["yes"] / len(TEXTS))
    praise = values(shop.ask("how many people praise the price"))
    assert 1 <= praise["yes"] <= found["speaking"] - found["yes"]
    assert f"complain of it; {found['speaking']} speak of it" in answer.text


def test_groups_and_months_hold_whole_comments(shop):
    answer = shop.ask("complaints about the price by store")
    assert answer.table is not None
    for row in answer.table.rows:
        assert row.value * row.of == pytest.approx(round(row.value * row.of), abs=1e-4)
    assert sum(round(row.value * row.of) for row in answer.table.rows) == values(answer)["yes"]
    trend = shop.ask("complaints about the price per month")
    assert trend.plan.task is Task.TREND
    assert sum(round(row.value * row.of) for row in trend.table.rows) == values(trend)["yes"]


@pytest.mark.parametrize(
    ("question", "stance"),
    [
        ("how many people complain about parking", "complaint"), ("how many praise the staff", "praise"),
        ("how many are not happy with the app", "complaint"), ("share of negative comments about food", "complaint"),
        ("how many mention parking", ""), ("complaints and praise about food by month", ""),
        ("wie viele beschweren sich über das Essen", "complaint"), ("combien se plaignent des prix", "complaint"),
        ("show me compliments about the crew", "praise"),
    ],
)  # fmt: skip
def test_the_words_beside_the_subject_ask_for_a_stance(question, stance):
    assert asked_stance(tag(question)) == stance
    assert stance in ("", *(one.value for one in Stance))

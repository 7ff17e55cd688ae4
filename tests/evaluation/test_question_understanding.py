"""The gold questions are split by a hash; plans are compared with them by columns, values and content words."""

import json
from collections import Counter
from dataclasses import replace
from importlib.resources import files

import pytest

from analyzer.answers.types import Plan, Task
from analyzer.evaluation.question_understanding import (
    agreement,
    evaluate_understanding,
    is_same_subject,
    read_facts,
    understanding_dict,
    understanding_lines,
)
from analyzer.evaluation.splits import Part, side

FACTS = read_facts()


def gold():
    text = (files("analyzer.evaluation") / "gold" / "understanding.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_two_authors_wrote_the_questions_and_a_hash_held_half_of_them_back():
    rows = gold()
    assert len({row["question"] for row in rows}) == len(rows) == 220
    assert Counter(row["author"] for row in rows) == {"own": 150, "blind": 70}
    assert all(row["part"] == side(row["question"]).value for row in rows)
    assert {row["corpus"] for row in rows} == set(FACTS)


def test_the_report_counts_each_author_and_names_only_questions_of_the_tuning_half():
    report = evaluate_understanding(lambda question, facts: [Plan(Task.FIND, question)], Part.ALL)
    assert sum(score.questions for score in report.scores.values()) == 220
    assert set(report.wrong) <= {row["question"] for row in gold() if row["part"] == "tuning"}
    assert len(understanding_dict(report)["scores"]) == 4
    half = evaluate_understanding(lambda question, facts: [Plan(Task.FIND)], Part.HELD_BACK)
    assert not half.wrong
    assert all("tuning" not in line for line in understanding_lines(half))


RIGHT = Plan(Task.RANK, where='service="Emergency phone line" and date>2022-03-01 and rating>=4', stance="complaint")
LINE = {"plans": [{"task": "rank", "where": "service=phone line, date: last month", "stance": "complaint"}]}


def test_a_filter_is_compared_by_column_operator_and_value_and_a_stance_says_the_ratings():
    assert agreement(LINE, [RIGHT], FACTS["nhs"])["whole"]
    for wrong in (
        replace(RIGHT, where=RIGHT.where.replace("Emergency phone line", "Ambulance")),
        replace(RIGHT, where="date>2022-03-01"),
        replace(RIGHT, where=RIGHT.where.replace(">=4", "<=2")),
        replace(RIGHT, by="service"),
    ):
        agreed = agreement(LINE, [wrong], FACTS["nhs"])
        assert (agreed["task"], agreed["filter"], agreed["whole"]) == (True, False, False)
    assert not agreement(LINE, [replace(RIGHT, task=Task.FIND)], FACTS["nhs"])["task"]
    assert not agreement(LINE, [replace(RIGHT, stance="praise")], FACTS["nhs"])["stance"]


def test_each_part_of_a_question_needs_its_plan_in_order():
    row = {"form": "parts", "plans": [{"task": "summarize", "subject": "food"}, {"task": "count", "subject": "food"}]}
    plans = [Plan(Task.SUMMARIZE, "the food"), Plan(Task.COUNT, "food")]
    assert agreement(row, plans, FACTS["nhs"])["whole"]
    assert not any(agreement(row, plans[:1], FACTS["nhs"]).values())
    assert not agreement(row, plans[::-1], FACTS["nhs"])["task"]


def test_an_excluded_subject_has_to_be_excluded():
    row = {"plans": [{"task": "rank", "subject": "NOT ads, NOT price", "stance": "complaint"}]}
    plan = Plan(Task.RANK, stance="complaint", excluded=("price", "ads"))
    assert agreement(row, [plan], FACTS["apps"])["whole"]
    assert not agreement(row, [replace(plan, excluded=("ads",))], FACTS["apps"])["subject"]
    assert not agreement(row, [Plan(Task.RANK, "ads price", stance="complaint")], FACTS["apps"])["subject"]


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("communication with family", "comunication with the family", True),
        ("waiting times", "waiting time", True),
        ("waiting times", "waiting", False),
        ("food", "food on the wards", False),
        ("", "pls", False),
    ],
)
def test_subjects_are_compared_by_content_words(one, other, is_same):
    assert is_same_subject(one, other) is is_same

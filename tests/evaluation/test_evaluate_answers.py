"""Routing and refusal measures, on invented plans and refusals and on the real gold files."""

import json
from importlib.resources import files

from analyzer.answers.types import Plan, Task
from analyzer.counting.types import Measure
from analyzer.evaluation.question_routing import evaluate_routing, routing_dict, routing_lines
from analyzer.evaluation.refusals import evaluate_refusals, refusal_dict, refusal_lines
from analyzer.evaluation.splits import Part

GOLD = files("analyzer.evaluation") / "gold"


def rows(name):
    return [json.loads(line) for line in (GOLD / name).read_text(encoding="utf-8").splitlines()]


def test_the_gold_questions_are_enough_of_every_kind_and_split_in_half():
    routing = rows("routing.jsonl")
    assert len(routing) >= 150
    for task in Task:
        for part in ("tuning", "held_back"):
            assert sum(row["task"] == task and row["part"] == part for row in routing) >= 7
    refusals = rows("refusals.jsonl")
    assert sum(row["kind"] != "answerable" for row in refusals) >= 50
    assert len({row["question"] for row in routing}) == len(routing)


def test_perfect_understanding_is_counted_as_such_and_a_wrong_task_lands_in_the_confusion_table():
    gold = {row["question"]: row for row in rows("routing.jsonl")}

    def understand(question):
        row = gold[question]
        task = Task.FIND if row["task"] == "summarize" else Task(row["task"])
        return Plan(task, row["subject"].upper(), row["where"], row["by"], row["period"], Measure(row["measure"]))

    report = evaluate_routing({"nhs": understand, "clothing": understand}, Part.ALL)
    assert report.right["where"] == report.right["subject"] == report.questions == 160
    assert report.by_task["summarize"] == (0, 20)
    assert report.confusion["summarize", "find"] == 20
    assert "    summarize taken for find: 20" in routing_lines(report)
    assert routing_dict(report)["accuracy"]["task"] == 0.875


def test_refusals_are_scored_by_precision_and_recall():
    kinds = {row["question"]: row["kind"] for row in rows("refusals.jsonl")}
    refuse_all = evaluate_refusals({"nhs": lambda _: True, "clothing": lambda _: True}, Part.HELD_BACK)
    assert refuse_all.recall == 1.0
    assert 0.5 < refuse_all.precision < 0.7
    right = evaluate_refusals({"nhs": lambda q: kinds[q] != "answerable"}, Part.ALL)
    assert (right.precision, right.recall, right.missed) == (1.0, 1.0, ())
    assert refusal_dict(right)["questions"] == 100
    assert "precision 1.000" in refusal_lines(right)[0]


def test_nothing_to_ask_is_no_error():
    assert routing_lines(evaluate_routing({}, Part.ALL)) == ["routing: skipped, no corpus found"]

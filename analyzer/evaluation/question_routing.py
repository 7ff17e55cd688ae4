"""Evaluate question routing: task, filter, groups and subject of gold questions, with the confusion table."""

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, TypeAlias

from analyzer.answers.types import Plan
from analyzer.evaluation.splits import Part, belongs

GOLD = "gold/routing.jsonl"
ASPECTS = ("task", "where", "by", "period", "measure", "subject")
Understands: TypeAlias = Callable[[str], Plan]


@dataclass(frozen=True, slots=True)
class RoutingReport:
    """Counts of gold questions understood.

    Attributes:
        questions: number of questions; right: number understood, by aspect.
        by_task: task -> (right, of); confusion: (gold task, task given) -> count.
        wrong: the questions with a wrong task, filter, group or period.
    """

    part: Part
    questions: int
    right: Mapping[str, int]
    by_task: Mapping[str, tuple[int, int]]
    confusion: Mapping[tuple[str, str], int]
    wrong: tuple[str, ...]


def evaluate_routing(understand: Mapping[str, Understands], part: Part) -> RoutingReport:
    """Plan the gold questions of the corpora that were found.

    Args:
        understand: corpus -> function from a question to its plan.
        part: which half of the questions.
    """
    lines = (files("analyzer.evaluation") / GOLD).read_text(encoding="utf-8").splitlines()
    gold = [row for row in map(json.loads, lines) if row["corpus"] in understand and belongs(Part(row["part"]), part)]
    right, confusion, by_task, wrong = Counter[str](), Counter[tuple[str, str]](), dict[str, tuple[int, int]](), []
    for row in gold:
        plan = understand[row["corpus"]](row["question"])
        agreed = _agreement(row, plan)
        right.update(aspect for aspect in ASPECTS if agreed[aspect])
        confusion[row["task"], plan.task.value] += 1
        hits, of = by_task.get(row["task"], (0, 0))
        by_task[row["task"]] = (hits + agreed["task"], of + 1)
        if not all(agreed[aspect] for aspect in ASPECTS[:4]):
            wrong.append(row["question"])
    return RoutingReport(part, len(gold), dict(right), by_task, dict(confusion), tuple(wrong))


def routing_lines(report: RoutingReport) -> list[str]:
    """Return the report as lines of text."""
    if not report.questions:
        return ["routing: skipped, no corpus found"]
    lines = [f"routing, {report.questions} questions, part {report.part.value}"]
    lines += [f"  {aspect:8} {report.right.get(aspect, 0) / report.questions:.3f}" for aspect in ASPECTS]
    lines += [f"    {task:10} {hits}/{of}" for task, (hits, of) in sorted(report.by_task.items())]
    for (gold, given), count in sorted(report.confusion.items()):
        lines += [f"    {gold} taken for {given}: {count}"] if gold != given else []
    return lines


def routing_dict(report: RoutingReport) -> dict[str, Any]:
    """Return the report as plain values."""
    return {
        "part": report.part.value,
        "questions": report.questions,
        "accuracy": {aspect: round(report.right.get(aspect, 0) / max(report.questions, 1), 4) for aspect in ASPECTS},
        "by_task": {task: {"right": hits, "of": of} for task, (hits, of) in report.by_task.items()},
        "confusion": [{"gold": g, "given": t, "count": n} for (g, t), n in sorted(report.confusion.items())],
    }


def _agreement(row: Mapping[str, str], plan: Plan) -> dict[str, bool]:
    return {
        "task": plan.task.value == row["task"],
        "where": _normalized(plan.where) == _normalized(row["where"]),
        "by": plan.by == row["by"],
        "period": plan.period == row["period"],
        "measure": plan.measure.value == row["measure"],
        "subject": plan.subject.casefold() == row["subject"].casefold(),
    }


def _normalized(where: str) -> Sequence[str]:
    """Return a filter's conditions, normalized for order, case and quoting."""

    def listed(match: re.Match[str]) -> str:
        return "(" + ",".join(sorted(value.strip(' "').casefold() for value in match[1].split(","))) + ")"

    flat = re.sub(r"\(([^)]*)\)", listed, where)
    return sorted(
        part.replace('"', "").replace(" ", "").casefold() for part in re.split(r"\band\b", flat) if part.strip()
    )

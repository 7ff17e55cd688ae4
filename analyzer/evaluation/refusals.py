"""Evaluate refusals: unanswerable questions must be refused, answerable ones must not."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from analyzer.evaluation.splits import Part, belongs

GOLD = "gold/refusals.jsonl"
ANSWERABLE = "answerable"


@dataclass(frozen=True, slots=True)
class RefusalReport:
    """Refusals of gold questions: number of right ones, wrong ones, and unanswerable questions that were answered."""

    part: Part
    right: int
    wrong: tuple[str, ...]
    missed: tuple[str, ...]
    questions: int

    @property
    def precision(self) -> float:
        """Return the share of refusals that are right."""
        return self.right / max(self.right + len(self.wrong), 1)

    @property
    def recall(self) -> float:
        """Return the share of unanswerable questions that are refused."""
        return self.right / max(self.right + len(self.missed), 1)


def evaluate_refusals(refuses: Mapping[str, Callable[[str], bool]], part: Part) -> RefusalReport:
    """Ask answerable and unanswerable questions of the corpora that were found.

    Args:
        refuses: corpus -> function that returns whether a question is refused before the model writes.
        part: which half of the questions.
    """
    lines = (files("analyzer.evaluation") / GOLD).read_text(encoding="utf-8").splitlines()
    gold = [row for row in map(json.loads, lines) if row["corpus"] in refuses and belongs(Part(row["part"]), part)]
    right, wrong, missed = 0, [], []
    for row in gold:
        is_refused, is_answerable = refuses[row["corpus"]](row["question"]), row["kind"] == ANSWERABLE
        right += is_refused and not is_answerable
        wrong += [row["question"]] if is_refused and is_answerable else []
        missed += [row["question"]] if not is_refused and not is_answerable else []
    return RefusalReport(part, right, tuple(wrong), tuple(missed), len(gold))


def refusal_lines(report: RefusalReport) -> list[str]:
    """Return the report as lines of text."""
    lines = [
        f"refusals, {report.questions} questions, part {report.part.value}: precision {report.precision:.3f}, "
        f"recall {report.recall:.3f} ({report.right} right, {len(report.wrong)} wrong, {len(report.missed)} missed)"
    ]
    lines += [f"  refused though answerable: {question}" for question in report.wrong]
    return lines + [f"  answered though unanswerable: {question}" for question in report.missed]


def refusal_dict(report: RefusalReport) -> dict[str, Any]:
    """Return the report as plain values."""
    return {
        "part": report.part.value, "questions": report.questions, "precision": round(report.precision, 4),
        "recall": round(report.recall, 4), "wrong": list(report.wrong), "missed": list(report.missed),
    }  # fmt: skip

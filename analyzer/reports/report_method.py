"""Describe how an answer was made, for inclusion in exported files."""

from analyzer.answers.types import Answer
from analyzer.types import Method


def method_rows(question: str, answer: Answer, method: Method) -> list[tuple[str, str]]:
    """Return the method as (name, value) pairs, in reading order."""
    plan = answer.plan
    rows = [
        ("Question", question), ("Task", plan.task.value), ("About", plan.subject or "all comments that match"),
        ("Filter", plan.where or "none"), ("Groups", f"{plan.by} {plan.period}".strip() or "none"),
        ("Measure", plan.measure.value + (f" of {plan.column}" if plan.column else "")),
        *(("Understood", note) for note in plan.notes), ("Decided by", plan.decided_by),
        ("Workspace", method.workspace), ("Comments in all", f"{method.records:,}"), ("Dates", method.dates),
        ("Asked", method.asked), ("Receipt", answer.receipt), ("Program", method.version),
        *((f"Model {name}", fingerprint) for name, fingerprint in method.models),
    ]  # fmt: skip
    if answer.count:
        rows.append(("Count", answer.count.method))
    if answer.table:
        rows.append(("Table", f"{answer.table.method}: {answer.table.query}"))
    rows += [("Cut", f"{count} sentences: {reason}") for reason, count in answer.cut_because.items()]
    rows += [("Stale", change) for change in answer.stale]
    rows += [("Marked", method.mark)] if method.mark else []
    return [*rows, ("Privacy", "comments were scrubbed of personal data before they were stored")]

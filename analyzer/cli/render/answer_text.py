"""Format answers and plans as lines of text for a terminal."""

from collections.abc import Mapping, Sequence
from shlex import quote
from typing import Any

from analyzer.answers.planning.readings import as_question
from analyzer.answers.types import Answer, Plan, Point, Stance, Status
from analyzer.answers.wording import change_words, counted, format_share
from analyzer.counting.types import Row
from analyzer.types import Claim

EXCERPT = 300
NEAREST = 5
BAR = 24
MOST_ROWS = 40
MARKS = {Stance.COMPLAINT: "▼", Stance.PRAISE: "▲", Stance.NEUTRAL: "■"}
"""Marks of the bar of a point, by stance."""


def plan_lines(plan: Plan) -> list[str]:
    """Format a plan: how a question was understood."""
    parts = [plan.task.value]
    parts += [f"about: {plan.subject}"] if plan.subject else []
    parts += [f"not about: {', '.join(plan.excluded)}"] if plan.excluded else []
    parts += [f"only: {'wishes' if plan.wishes else plan.stance}"] if plan.stance else []
    parts += [f"where: {plan.where}"] if plan.where else []
    parts += [f"by: {plan.by}" + (f" ({plan.period})" if plan.period else "")] if plan.by else []
    parts += [f"measure: {plan.measure.value}" + (f" of {plan.column}" if plan.column else "")]
    return ["understood as " + "; ".join(parts), *(f"  {note}" for note in plan.notes)]


def reading_lines(plan: Plan) -> list[str]:
    """Format the two readings of a question that was not understood, as commands to paste; empty if it was."""
    if not plan.readings:
        return []
    filters = [f" --where {quote(one.where)}" if one.where else "" for one in plan.readings]
    commands = [
        f"  analyzer ask {quote(as_question(one))}{where}" for one, where in zip(plan.readings, filters, strict=True)
    ]
    return ["", "This can be read in two ways; to choose one, run its line:", *commands]


def answer_lines(answer: Answer) -> list[str]:
    """Format an answer: its sentences, its table, its numbered quotes, and the figures behind it."""
    lines = ["", *(head_lines(answer) if answer.points else answer.text.split("\n"))]
    if answer.points:
        lines += _point_lines(answer.points, {hit.id: hit.fields for hit in answer.evidence})
        for claim in answer.claims:
            lines += _opposed_lines(claim)
    elif answer.status is Status.ANSWERED:
        lines += _table_lines(answer)
        lines += _quote_lines(answer)
    elif answer.evidence:
        lines.append("Nearest comments: " + ", ".join(hit.id for hit in answer.evidence[:NEAREST]))
    lines += [f"STALE: {change}" for change in answer.stale]
    if not answer.is_complete:
        lines.append("stopped before it was complete")
    return [*lines, "", _foot(answer)]


def early_lines(sentences: Sequence[str], points: Sequence[Point]) -> list[str]:
    """Format what is known of an answer before the model writes: sentences of code, points with their quotes."""
    return ["", *sentences, *_point_lines(points, {})]


def head_lines(answer: Answer) -> list[str]:
    """Return the lines of an answer that code wrote from figures: those that are no claims."""
    claims = [claim.text for claim in answer.claims]
    return [line for line in answer.text.split("\n") if not any(line.startswith(text) for text in claims)]


def _point_lines(points: Sequence[Point], fields: Mapping[str, Mapping[str, Any]]) -> list[str]:
    longest = max(point.share for point in points)
    lines: list[str] = []
    for point in points:
        people = f", {counted(point.people, 'person', 'people')}" if point.people else ""
        elsewhere = f"; {format_share(point.elsewhere)} elsewhere" if point.elsewhere is not None else ""
        changed = change_words(point.since, point.recent, point.before)
        elsewhere += f"; {changed}" if changed else ""
        elsewhere += f"; theme {point.theme}" if point.theme else ""
        count = f"{counted(point.comments, 'comment', 'comments')}{people}, {format_share(point.share)}{elsewhere}"
        bar = MARKS[point.stance] * max(1, round(BAR * point.share / longest))
        lines += ["", f"{point.title}", f"  {point.stance.value:9} {bar} {count}"]
        if point.sentence and point.sentence.rstrip(".").casefold() != point.title.casefold():
            lines.append(f"  {point.sentence}")
        for citation in point.citations:
            brief = _brief(fields.get(citation.id, {}))
            lines.append(f"    “{_excerpt(citation.quote)}”  {citation.id}  {brief}".rstrip())
    return lines


def _table_lines(answer: Answer) -> list[str]:
    if not answer.table or len(answer.table.rows) < 2:
        return []
    longest = max(row.value for row in answer.table.rows) or 1.0
    rows = answer.table.rows[:MOST_ROWS]
    return ["", answer.table.title, *(_row_line(row, answer.table.unit, longest) for row in rows)]


def _row_line(row: Row, unit: str, longest: float) -> str:
    value = (
        f"{100 * row.value:.1f} %" if unit == "share" else f"{row.value:,.4g}" if row.value % 1 else f"{row.value:,.0f}"
    )
    return f"  {row.label[:36]:36} {value:>9} of {row.of:>7,} {'█' * max(0, round(BAR * row.value / longest))}"


def _quote_lines(answer: Answer) -> list[str]:
    fields = {hit.id: hit.fields for hit in answer.evidence}
    lines, numbers = [""], dict[str, int]()
    for citation in (c for claim in answer.claims for c in claim.citations):
        number = numbers.setdefault(citation.id, len(numbers) + 1)
        lines.append(f"[{number}] “{_excerpt(citation.quote)}”  {citation.id}  {_brief(fields.get(citation.id, {}))}")
    for claim in answer.claims:
        lines += _opposed_lines(claim)
    return lines


def _opposed_lines(claim: Claim) -> list[str]:
    if not claim.opposed:
        return []
    heading = f"{len(claim.opposed)} of the comments read say the opposite of “{claim.text}”:"
    return [heading, *(f"    “{_excerpt(c.quote)}”  {c.id}" for c in claim.opposed)]


def _foot(answer: Answer) -> str:
    searched = ", ".join(
        f"{n.value:,.0f} of {n.of:,} comments match ({n.query})" for n in answer.numbers if n.name == "matching"
    )
    cut = ", ".join(f"{counted(n, 'sentence', 'sentences')} removed: {why}" for why, n in answer.cut_because.items())
    return "; ".join(part for part in (searched, cut, f"receipt {answer.receipt}") if part)


def _brief(fields: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {str(fields[name])[:10]}" for name in ("date", "rating") if name in fields)


def _excerpt(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT else line[: EXCERPT - 1] + "…"

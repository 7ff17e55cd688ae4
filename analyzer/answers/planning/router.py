"""Interpret a question as a plan: task, subject, filters and groups, with notes on the words they were read from."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import TypeAlias

from analyzer.answers.planning.column_mentions import (
    averaged_column,
    extreme,
    read_group,
    read_numbers,
    read_ratings,
    read_values,
)
from analyzer.answers.planning.periods import read_periods
from analyzer.answers.planning.phrases import QuestionReading
from analyzer.answers.planning.subjects import subject_of
from analyzer.answers.planning.tasks import task_by_cue, task_by_likeness, task_by_model
from analyzer.answers.types import ColumnFacts, CorpusFacts, Plan, Stance, Task
from analyzer.counting.types import Measure
from analyzer.models.embedder import Embeds
from analyzer.models.llm import Answers

OpenModel: TypeAlias = Callable[[], Answers]
LONGEST = 500
"""Maximum number of characters of a question that are read."""
AVERAGE = re.compile(r"\b(?:average|mean|avg)\b", re.IGNORECASE)
SHARE = re.compile(r"\b(?:share|percentage|percent|proportion|fraction|what part)\b", re.IGNORECASE)
RESPONDENTS = re.compile(r"\b(?:how many|number of)\s+(?:different\s+|distinct\s+)?respondents\b", re.IGNORECASE)
PERIOD = re.compile(
    r"\b(?:(?:per|each|every|by)\s+(day|week|month|quarter|year)|(dai|week|month|quarter|year|annual)ly"
    r"|(day|week|month|quarter|year)\s+by\s+(?:day|week|month|quarter|year))\b", re.IGNORECASE,
)  # fmt: skip
NEGATIVE = re.compile(
    r"unhapp|dissatisf|not satisf|unsatisf|disappoint|low|poor|bad|negative|detract|complain|hate|dislike|leav|wors"
    r"|off\b|angry|upset",
    re.IGNORECASE,
)
GRUDGE = re.compile(
    r"\b(?:complain|complaint|issue|problem|pain point|dissatisf|frustrat|dislike|hate)\w*", re.IGNORECASE
)
PRAISE = re.compile(r"\b(?:prais|love|like most|compliment|appreciat)\w*", re.IGNORECASE)
POSITIVE = re.compile(
    r"\b(?:love|like|happy|satisfied|delighted|recommend|high|good|positive|promot)\w*", re.IGNORECASE
)
COMPLAINTS = re.compile(
    r"\b(?:complain\w*|pain points?|dissatisf\w*|frustrat\w*|dislike\w*|hate\w*|annoy\w*|worst|criticis\w*|criticiz\w*"
    r"|(?:issues?|problems?)\b(?! solv))",
    re.IGNORECASE,
)
PRAISES = re.compile(
    r"\b(?:prais\w*|like (?:most|best)|likes? about|love about|loves? most|best (?:about|thing)|compliment\w*"
    r"|appreciat\w*)",
    re.IGNORECASE,
)
"""Words that ask for one stance of opinions, and are no part of the subject; those above choose ratings."""
STANCE_WORDS = {Stance.COMPLAINT.value: COMPLAINTS, Stance.PRAISE.value: PRAISES}
NO_WORDS = re.compile(r"(?!)")
FOLLOW_UP = re.compile(
    r"^\s*(?:and|what about|how about|only|just|but|now|also|same|same for|without|by|per|for|in|over)\b", re.IGNORECASE
)
MAX_FOLLOW_UP_WORDS = 7
"""Maximum number of words of a follow-up question."""


def route(
    question: str, facts: CorpusFacts, embedder: Embeds, model: OpenModel | None = None, previous: Plan | None = None
) -> Plan:
    """Return the plan of a question; every text has a plan.

    Args:
        question: as typed.
        facts: the columns and values of the corpus.
        embedder: compares the question with example questions of each task if no cue word decides.
        model: opens the model, which chooses the task if likeness abstains too.
        previous: the plan of the previous question; a short follow-up keeps its subject and filters.
    """
    asked = " ".join(question[:LONGEST].split())
    if previous and FOLLOW_UP.match(asked) and len(asked.split()) <= MAX_FOLLOW_UP_WORDS:
        return _follow_up_plan(asked, facts, previous)
    task, decided_by = _task(asked, embedder, model)
    if task is Task.OFF_TOPIC:
        return Plan(task, decided_by=decided_by, notes=("this is not about what people wrote",))
    return _new_plan(asked, facts, task, decided_by)


def _task(asked: str, embedder: Embeds, model: OpenModel | None) -> tuple[Task, str]:
    if found := task_by_cue(asked):
        return found, "rules"
    if found := task_by_likeness(asked, embedder):
        return found, "likeness"
    if model is not None and len(asked) > 1:
        return task_by_model(asked, model()), "model"
    return Task.SUMMARIZE, "likeness"


def _new_plan(asked: str, facts: CorpusFacts, task: Task, decided_by: str) -> Plan:
    reading = _read(asked, facts)
    measure = _measure(asked)
    if reading.by == facts.date and reading.period == "year" and task is not Task.TREND:
        task = Task.COMPARE
    if task is Task.TREND or (reading.period and task is not Task.COMPARE):
        task = Task.TREND
        reading.by, reading.period = facts.date, reading.period or "month"
    elif task is Task.COMPARE and not reading.by and reading.period:
        reading.by = facts.date
    if task is Task.COUNT and reading.by:
        task = Task.COMPARE
    if task in (Task.FIND, Task.SUMMARIZE) and reading.by:
        task = Task.COMPARE
    if task is Task.TREND and not facts.date:
        task, reading.by, reading.period = Task.COUNT, "", ""
        reading.notes.append("there is no date column, so there is no trend")
    if task is Task.WHY or (task is Task.RANK and not reading.by and (GRUDGE.search(asked) or PRAISE.search(asked))):
        _add_rating_filter(reading, asked, facts, task)
    column = averaged_column(asked, facts) if measure is Measure.AVERAGE else ""
    stance = _stance(asked, task, reading.by)
    left = STANCE_WORDS.get(stance, NO_WORDS).sub(" ", reading.left)
    subject = "" if measure is Measure.AVERAGE else subject_of(left)
    return Plan(
        task, subject, reading.where, reading.by, reading.period if reading.by == facts.date else "", measure, column,
        decided_by, tuple(reading.notes), stance,
    )  # fmt: skip


def _read(asked: str, facts: CorpusFacts) -> QuestionReading:
    reading = QuestionReading(asked.rstrip(" ?!."))
    if match := PERIOD.search(reading.left):
        unit = next(group for group in match.groups() if group).casefold()
        reading.period = {"dai": "day", "annual": "year"}.get(unit, unit)
        reading.take(match)
    read_ratings(reading, facts)
    if span := _span(facts):
        read_periods(reading, facts.date, *span)
    read_values(reading, facts)
    read_numbers(reading, facts)
    read_group(reading, facts)
    return reading


def _add_rating_filter(reading: QuestionReading, asked: str, facts: CorpusFacts, task: Task) -> None:
    """Add a rating filter to complaints, praise and questions why: low ratings unless the words are positive."""
    column = next((one for one in facts.columns if one.name == facts.rating), None)
    if column is None or reading.conditions_on(facts.rating):
        return
    is_low = bool(GRUDGE.search(asked) or NEGATIVE.search(asked)) or not (
        POSITIVE.search(asked) or PRAISE.search(asked)
    )
    words = "why" if task is Task.WHY else "complaints" if is_low else "praise"
    meaning = f"about {'low' if is_low else 'high'} ratings"
    reading.filter(column.name, extreme(column, facts.best_is_low, is_low), words, meaning)


def _stance(asked: str, task: Task, by: str) -> str:
    """Return the stance that a question asks for; empty for all."""
    if by or task not in (Task.RANK, Task.WHY, Task.SUMMARIZE):
        return ""
    if COMPLAINTS.search(asked) or (task is Task.WHY and NEGATIVE.search(asked)):
        return Stance.COMPLAINT.value
    if PRAISES.search(asked) or (task is Task.WHY and POSITIVE.search(asked)):
        return Stance.PRAISE.value
    return ""


def _measure(asked: str) -> Measure:
    if AVERAGE.search(asked):
        return Measure.AVERAGE
    if SHARE.search(asked):
        return Measure.SHARE
    return Measure.RESPONDENTS if RESPONDENTS.search(asked) else Measure.COMMENTS


def _follow_up_plan(asked: str, facts: CorpusFacts, previous: Plan) -> Plan:
    """Return the previous plan with the changes of a follow-up; a new condition on a column replaces the old ones."""
    reading = _read(asked, facts)
    kept = [part for part in _parts(previous.where) if not any(_is_on(part, column) for column in reading.columns)]
    where = " and ".join([*kept, *reading.conditions])
    by, period = previous.by, previous.period
    if reading.by or reading.period:
        by, period = reading.by or facts.date, reading.period
    left = FOLLOW_UP.sub("", reading.left)
    subject = subject_of(left) or previous.subject
    task = Task.TREND if period and by == facts.date else previous.task
    if by and task in (Task.COUNT, Task.FIND, Task.SUMMARIZE):
        task = Task.COMPARE
    context = ", ".join(text for text in (previous.subject, " and ".join(kept)) if text)
    notes = (f"kept from the question before: {context}",) if context else ("goes on from the question before",)
    return replace(
        previous, task=task, subject=subject, where=where, by=by, period=period, decided_by="rules",
        notes=(*notes, *reading.notes),
    )  # fmt: skip


def comparison_filter(where: str, rating: str) -> str:
    """Return the filter of the comments that a question why compares with: the other ratings, all else equal."""
    parts = _parts(where)
    rated = [part for part in parts if rating and _is_on(part, rating)]
    if not rated:
        return ""
    others = [part for part in parts if part not in rated]
    return " and ".join([f"not ({' and '.join(rated)})", *others])


def _parts(where: str) -> list[str]:
    """Split a filter at each "and"; a filter with an "or" or a quotation mark is one part."""
    if re.search(r"\bor\b", where, re.IGNORECASE) or '"' in where:
        return [where] if where else []
    return [part for part in re.split(r"\s+and\s+", where) if part]


def _is_on(condition: str, column: str) -> bool:
    return bool(re.match(rf"\(?(?:not\s+)?{re.escape(column)}\b", condition, re.IGNORECASE))


def _span(facts: CorpusFacts) -> tuple[date, date] | None:
    column: ColumnFacts | None = next((one for one in facts.columns if one.name == facts.date), None)
    if column is None:
        return None
    try:
        return date.fromisoformat(str(column.low)[:10]), date.fromisoformat(str(column.high)[:10])
    except ValueError:
        return None

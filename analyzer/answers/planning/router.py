"""Interpret a text as plans, one a question: task, subject, filters and groups, with notes on the words."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeAlias

from analyzer.answers.answer_languages import language_of_question
from analyzer.answers.planning import question_parts, readings
from analyzer.answers.planning.asked_stance import asked_stance, asks_for_improvements, asks_for_wishes
from analyzer.answers.planning.calendar_words import in_english
from analyzer.answers.planning.column_mentions import (
    averaged_column,
    extreme,
    read_group,
    read_numbers,
    read_rated_group,
    read_ratings,
    read_values,
)
from analyzer.answers.planning.periods import read_periods
from analyzer.answers.planning.phrases import MARK, Marked, QuestionReading
from analyzer.answers.planning.question_parts import TaggedQuestion
from analyzer.answers.planning.tasks import Judged, judge
from analyzer.answers.types import ColumnFacts, CorpusFacts, Plan, Stance, Task
from analyzer.counting.types import Measure
from analyzer.models.embedder import Embeds

LONGEST = 500
"""Maximum number of characters of a question that are read."""
MOST_PARTS = 3
"""Maximum number of questions in one that are answered."""
AVERAGE = re.compile(r"\b(?:average|mean|avg)\b", re.IGNORECASE)
SHARE = re.compile(r"\b(?:share|percentage|percent|proportion|fraction|what part)\b|(?<!\d)\s?%", re.IGNORECASE)
RESPONDENTS = re.compile(r"\b(?:how many|number of)\s+(?:different\s+|distinct\s+)?respondents\b", re.IGNORECASE)
RATED_MOST = re.compile(
    r"\b(?:(?:best|worst|highest|lowest|top|bottom|poorest)[\s-]+(?:rated|ratings?|scores?|scoring)|(?:rated|scored)\s+(?:the\s+)?"
    r"(?:best|worst|highest|lowest))\b", re.IGNORECASE,
)  # fmt: skip
PERIOD = re.compile(
    r"\b(?:(?:per|each|every|by)\s+(day|week|month|quarter|year)|(dai|week|month|quarter|year|annual)ly"
    r"|(day|week|month|quarter|year)\s+by\s+(?:day|week|month|quarter|year))\b", re.IGNORECASE,
)  # fmt: skip
FOLLOW_UP = re.compile(
    r"^\s*(?:and|what about|how about|only|just|but|now|also|same|same for|without|by|per|for|in|over)\b", re.IGNORECASE
)
MAX_FOLLOW_UP_WORDS = 7
"""Maximum number of words of a follow-up question."""
STANCED = (Task.RANK, Task.WHY, Task.SUMMARIZE)
"""Tasks that are carried out for one stance of opinions, unless there are groups."""
FIGURES = (Task.COUNT, Task.COMPARE, Task.TREND, Task.FIND)
"""Tasks that are carried out for one stance of the opinions on a subject."""
EXCLUDES = (*STANCED, Task.FIND)
"""Tasks that are carried out without the opinions on excluded subjects."""
Read: TypeAlias = Callable[[str], QuestionReading]


@dataclass(frozen=True, slots=True)
class _Question:
    """One question: as typed, with its columns read, its words tagged, and judged."""

    asked: str
    reading: QuestionReading
    tagged: TaggedQuestion
    judged: Judged


def route(question: str, facts: CorpusFacts, embedder: Embeds, previous: Plan | None = None) -> Plan:
    """Return the plan of a question; of the first one if there are several in it. Every text has a plan.

    Args:
        question: as typed.
        facts: the columns and values of the corpus.
        embedder: its vectors tell the judge what a question is like.
        previous: the plan of the previous question; a short follow-up keeps its subject and filters.
    """
    first, *others = route_all(question, facts, embedder, previous)
    if not others:
        return first
    note = "the first of several questions; ask for the others too: " + " · ".join(one.asked for one in others)
    return replace(first, notes=(*first.notes, note))


def route_all(question: str, facts: CorpusFacts, embedder: Embeds, previous: Plan | None = None) -> tuple[Plan, ...]:
    """Return a plan for each question in a text, at most MOST_PARTS; the arguments are those of `route`."""
    asked = " ".join(question[:LONGEST].replace(MARK, " ").split())
    if previous and FOLLOW_UP.match(asked) and len(asked.split()) <= MAX_FOLLOW_UP_WORDS:
        return (_follow_up_plan(asked, facts, previous),)
    language = language_of_question(asked)
    parts = question_parts.split(_read(asked, facts))
    if len(parts) == 1:
        return (_in(language, _plan(asked, facts, embedder)),)
    plans = [replace(_plan(part, facts, embedder), asked=part) for part in parts[:MOST_PARTS]]
    if unread := parts[MOST_PARTS:]:
        plans[-1] = replace(plans[-1], notes=(*plans[-1].notes, f"not answered, ask separately: {' · '.join(unread)}"))
    return tuple(_in(language, _continued(plan, plans[0]) if n else plan) for n, plan in enumerate(plans))


def _in(language: str, plan: Plan) -> Plan:
    """Return a plan, and those it may be read as, for an answer in a language."""
    return replace(plan, language=language, readings=tuple(replace(one, language=language) for one in plan.readings))


def comparison_filter(where: str, rating: str) -> str:
    """Return the filter of the comments that a question why compares with: the other ratings, all else equal."""
    parts = _parts(where)
    rated = [part for part in parts if rating and _is_on(part, rating)]
    if not rated:
        return ""
    others = [part for part in parts if part not in rated]
    return " and ".join([f"not ({' and '.join(rated)})", *others])


def _plan(asked: str, facts: CorpusFacts, embedder: Embeds) -> Plan:
    """Return the plan of one question."""
    reading = _read(asked, facts)
    tagged = question_parts.tag(reading.left)
    judged = judge(asked, tagged, embedder)
    if judged.task is Task.OFF_TOPIC:
        return Plan(judged.task, decided_by=judged.decided_by, notes=("this is not about what people wrote",))
    question = _Question(asked, reading, tagged, judged)
    plan = _planned(question, facts)
    return replace(plan, readings=readings.of(plan, judged, reading, facts))


def _planned(question: _Question, facts: CorpusFacts) -> Plan:
    reading, tagged, judged, asked = question.reading, question.tagged, question.judged, question.asked
    task, measure, column = _task_by_groups(judged.task, reading, facts), _measure(asked), ""
    if task is Task.RANK and reading.by and facts.rating and RATED_MOST.search(asked):
        reading.drop(facts.rating)
        measure = Measure.AVERAGE
    stance = judged.stance if task in STANCED and not reading.by else ""
    if task in FIGURES and tagged.subject:
        stance = asked_stance(tagged)
    is_wish = task in STANCED and stance != Stance.PRAISE.value and not reading.by and asks_for_wishes(tagged)
    if is_wish:
        stance = Stance.COMPLAINT.value
        reading.notes.append("suggestions are what people ask for, not all they complain about")
    elif task in STANCED and not stance and not reading.by and asks_for_improvements(tagged):
        stance = Stance.COMPLAINT.value
        reading.notes.append("what could be better is read from complaints and wishes")
    if task is Task.WHY:
        _add_rating_filter(reading, facts, stance)
        stance = stance or _stance_of_ratings(reading, facts)
    if measure is Measure.AVERAGE:
        column = averaged_column(asked, facts)
    if tagged.excluded:
        words = " and ".join(f"“{one}”" for one in tagged.excluded)
        reading.notes.append(f"opinions on {words} are {'left out' if task in EXCLUDES else 'NOT left out of figures'}")
    return Plan(
        task, "" if measure is Measure.AVERAGE else tagged.subject, reading.where, reading.by,
        reading.period if reading.by == facts.date else "", measure, column, judged.decided_by, tuple(reading.notes),
        stance, tagged.excluded, wishes=is_wish,
    )  # fmt: skip


def _task_by_groups(task: Task, reading: QuestionReading, facts: CorpusFacts) -> Task:
    """Return the task that fits the groups and periods of a question, and set the groups that the task needs."""
    if reading.by == facts.date and reading.period == "year" and task is not Task.TREND:
        task = Task.COMPARE
    if task is Task.TREND or (reading.period and not (task is Task.COMPARE and reading.by)):
        task = Task.TREND
        reading.by, reading.period = facts.date, reading.period or "month"
    if reading.by and task in (Task.COUNT, Task.FIND, Task.SUMMARIZE):
        task = Task.COMPARE
    if task is Task.TREND and not facts.date:
        task, reading.by, reading.period = Task.COUNT, "", ""
        reading.notes.append("there is no date column, so there is no trend")
    return task


def _read(asked: str, facts: CorpusFacts) -> QuestionReading:
    """Read the columns, values, ratings and periods that a question names."""
    reading = QuestionReading(asked.rstrip(" ?!."))
    if match := PERIOD.search(reading.left):
        unit = next(group for group in match.groups() if group).casefold()
        reading.period = {"dai": "day", "annual": "year"}.get(unit, unit)
        reading.take(match, Marked.GROUP)
    read_rated_group(reading, facts)
    read_ratings(reading, facts)
    if span := _span(facts):
        reading.left = in_english(reading.left)
        read_periods(reading, facts.date, *span)
    read_values(reading, facts)
    read_numbers(reading, facts)
    read_group(reading, facts)
    return reading


def _add_rating_filter(reading: QuestionReading, facts: CorpusFacts, stance: str) -> None:
    """Add a rating filter to questions why: low ratings unless the question is about praise."""
    column = next((one for one in facts.columns if one.name == facts.rating), None)
    if column is None or reading.conditions_on(facts.rating):
        return
    is_low = stance != Stance.PRAISE.value
    meaning = f"about {'low' if is_low else 'high'} ratings"
    reading.filter(column.name, extreme(column, facts, is_low), "why", meaning)


def _stance_of_ratings(reading: QuestionReading, facts: CorpusFacts) -> str:
    """Return the stance that explains the ratings that a question why asks about; empty for neither end."""
    column = next((one for one in facts.columns if one.name == facts.rating), None)
    if column is None:
        return ""
    asked = f" and {reading.where} and "
    for is_low, stance in ((True, Stance.COMPLAINT), (False, Stance.PRAISE)):
        if f" and {column.name}{extreme(column, facts, is_low).removeprefix(column.name)} and " in asked:
            return stance.value
    return ""


def _measure(asked: str) -> Measure:
    if AVERAGE.search(asked):
        return Measure.AVERAGE
    if SHARE.search(asked):
        return Measure.SHARE
    return Measure.RESPONDENTS if RESPONDENTS.search(asked) else Measure.COMMENTS


def _continued(plan: Plan, first: Plan) -> Plan:
    """Return the plan of a further question with the subject and the filters of the first, where it has none itself."""
    is_own = plan.subject or plan.task is Task.OFF_TOPIC or first.task is Task.OFF_TOPIC
    is_complete = plan.task is Task.RANK and not plan.by and not plan.excluded
    if is_own or (is_complete and not question_parts.refers_back(plan.asked)):
        return plan
    kept = [part for part in _parts(first.where) if not _is_on_any(part, plan.where)]
    where = " and ".join([*kept, *_parts(plan.where)])
    context = ", ".join(text for text in (first.subject, " and ".join(kept)) if text)
    notes = (f"kept from the question before: {context}", *plan.notes) if context else plan.notes
    subject = "" if plan.measure is Measure.AVERAGE else first.subject
    return replace(plan, subject=subject, where=where, notes=notes, readings=())


def _follow_up_plan(asked: str, facts: CorpusFacts, previous: Plan) -> Plan:
    """Return the previous plan with the changes of a follow-up; a new condition on a column replaces the old ones."""
    reading = _read(asked, facts)
    kept = [part for part in _parts(previous.where) if not any(_is_on(part, column) for column in reading.columns)]
    where = " and ".join([*kept, *reading.conditions])
    by, period = previous.by, previous.period
    if reading.by or reading.period:
        by, period = reading.by or facts.date, reading.period
    tagged = question_parts.tag(FOLLOW_UP.sub("", reading.left))
    subject = tagged.subject or previous.subject
    task = Task.TREND if period and by == facts.date else previous.task
    if by and task in (Task.COUNT, Task.FIND, Task.SUMMARIZE):
        task = Task.COMPARE
    context = ", ".join(text for text in (previous.subject, " and ".join(kept)) if text)
    notes = (f"kept from the question before: {context}",) if context else ("goes on from the question before",)
    return replace(
        previous, task=task, subject=subject, where=where, by=by, period=period, decided_by="rules",
        notes=(*notes, *reading.notes), readings=(), asked="",
    )  # fmt: skip


def _parts(where: str) -> list[str]:
    """Split a filter at each "and"; a filter with an "or" or a quotation mark is one part."""
    if re.search(r"\bor\b", where, re.IGNORECASE) or '"' in where:
        return [where] if where else []
    return [part for part in re.split(r"\s+and\s+", where) if part]


def _is_on(condition: str, column: str) -> bool:
    return bool(re.match(rf"\(?(?:not\s+)?{re.escape(column)}\b", condition, re.IGNORECASE))


def _is_on_any(condition: str, where: str) -> bool:
    """Return whether a condition is on a column that a filter has a condition on too."""
    names = [match[1] for part in _parts(where) if (match := re.match(r"\(?(?:not\s+)?(\w+)", part))]
    return any(_is_on(condition, name) for name in names)


def _span(facts: CorpusFacts) -> tuple[date, date] | None:
    column: ColumnFacts | None = next((one for one in facts.columns if one.name == facts.date), None)
    if column is None:
        return None
    try:
        return date.fromisoformat(str(column.low)[:10]), date.fromisoformat(str(column.high)[:10])
    except ValueError:
        return None

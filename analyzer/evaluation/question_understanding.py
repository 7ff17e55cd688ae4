"""Evaluate how questions as analysts type them are understood: task, subject, filter and whole plan, by author.

The questions are about three invented corpora, which are given by their columns; no comment is read. The gold plans are
written in words, by two people of whom one had not seen the rules, so a filter is compared by column, operator and
value in words, a subject by its content words, and a date in words ("last month") by the column alone.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from importlib.resources import files
from typing import Any, TypeAlias

from analyzer.answers.types import ColumnFacts, CorpusFacts, Plan, Stance, Task
from analyzer.evaluation.splits import Part, belongs, side
from analyzer.types import Kind

GOLD = "gold/understanding.jsonl"
LANGUAGES_GOLD = "gold/understanding_languages.jsonl"
"""40 questions in each of French, German, Spanish, Dutch and Italian; the author is the code of the language."""
COLUMNS = "gold/understanding_columns.json"
ASPECTS = ("task", "subject", "filter", "stance", "whole")
PARTS = (Part.TUNING, Part.HELD_BACK)
Understands: TypeAlias = Callable[[str, CorpusFacts], Sequence[Plan]]
Condition: TypeAlias = tuple[str, str, str]
"""Column, operator and value of a filter, normalized."""
ALIKE = 0.8
"""Least similarity (difflib) of two spellings of one word: a corrected typo is no mistake, nor is a plural."""
NO_CONTENT = frozenset("the a an of in on at for to with from by and or is are was were be been their our my".split())
CONDITION = re.compile(r"^(not\s+)?\(?\s*([\w ]+?)\s*(!=|<=|>=|=|<|>|:|\bin\b)\s*(.*?)\)?$", re.IGNORECASE)
EXCLUDED = re.compile(r"\bNOT\s+([^,]+)")
STANCE_TASKS = (Task.RANK, Task.SUMMARIZE, Task.WHY)
"""Tasks that are carried out for one stance; for the others a gold stance is not compared."""


@dataclass(frozen=True, slots=True)
class AuthorScore:
    """Questions of one author in one half: how many, and how many were understood, by aspect."""

    questions: int
    right: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class UnderstandingReport:
    """Scores by (author, half).

    Attributes:
        asked_back: (questions with two honest readings that were asked back, of, other questions asked back, of).
        wrong: for each question of the tuning half that was not understood, its wrong aspects.
    """

    scores: Mapping[tuple[str, Part], AuthorScore]
    asked_back: Mapping[Part, tuple[int, int, int, int]]
    wrong: Mapping[str, tuple[str, ...]]


def evaluate_understanding(understand: Understands, asked_part: Part, gold_file: str = GOLD) -> UnderstandingReport:
    """Plan the gold questions.

    Args:
        understand: returns the plans of a question, one for each part of it.
        asked_part: which half of the questions.
        gold_file: GOLD or LANGUAGES_GOLD.
    """
    facts = read_facts()
    gold = [row for row in map(json.loads, _read(gold_file).splitlines()) if belongs(side(row["question"]), asked_part)]
    of, right = Counter[tuple[str, Part]](), dict[tuple[str, Part], Counter[str]]()
    asked = {part: [0, 0, 0, 0] for part in PARTS}
    wrong = dict[str, tuple[str, ...]]()
    for row in gold:
        part = side(row["question"])
        plans = understand(row["question"], facts[row["corpus"]])
        agreed = agreement(row, plans, facts[row["corpus"]])
        of[row["author"], part] += 1
        right.setdefault((row["author"], part), Counter()).update(name for name in ASPECTS if agreed[name])
        place = 0 if row.get("form") == "readings" else 2
        asked[part][place] += any(plan.readings for plan in plans)
        asked[part][place + 1] += 1
        if part is Part.TUNING and not agreed["whole"]:
            wrong[row["question"]] = tuple(name for name in ASPECTS[:-1] if not agreed[name])
    scores = {key: AuthorScore(count, dict(right[key])) for key, count in sorted(of.items())}
    return UnderstandingReport(scores, {part: (a, b, c, d) for part, (a, b, c, d) in asked.items()}, wrong)


def agreement(row: Mapping[str, Any], plans: Sequence[Plan], facts: CorpusFacts) -> dict[str, bool]:
    """Return for each aspect whether the plans of a question are those of its gold line."""
    if row.get("form") == "readings":
        offered = [option for plan in plans for option in (plan.readings or (plan,))]
        pairs = [_plan_agreement(gold, plan, facts) for gold in row["plans"] for plan in offered]
        return {name: any(pair[name] for pair in pairs) for name in ASPECTS}
    if len(plans) != len(row["plans"]):
        return dict.fromkeys(ASPECTS, False)
    pairs = [_plan_agreement(gold, plan, facts) for gold, plan in zip(row["plans"], plans, strict=True)]
    return {name: all(pair[name] for pair in pairs) for name in ASPECTS}


def understanding_lines(report: UnderstandingReport) -> list[str]:
    """Return the report as lines of text."""
    lines = []
    for part in (one for one in PARTS if any(of is one for _, of in report.scores)):
        scores = {author: score for (author, of), score in report.scores.items() if of is part}
        every = sum((Counter(score.right) for score in scores.values()), Counter[str]())
        scores["all"] = AuthorScore(sum(score.questions for score in scores.values()), every)
        lines.append(f"understanding of questions, part {part.value}")
        for author, score in scores.items():
            shares = ", ".join(f"{name} {score.right.get(name, 0) / max(score.questions, 1):.3f}" for name in ASPECTS)
            lines.append(f"  {author:6} {score.questions:4} questions: {shares}")
        ambiguous, of, others, clear = report.asked_back[part]
        lines.append(f"  asked back: {ambiguous} of {of} with two readings, {others} of {clear} others")
    return lines


def understanding_dict(report: UnderstandingReport) -> dict[str, Any]:
    """Return the report as plain values."""
    scores = [
        {"author": author, "part": part.value, "questions": score.questions,
         **{name: round(score.right.get(name, 0) / max(score.questions, 1), 4) for name in ASPECTS}}
        for (author, part), score in report.scores.items()
    ]  # fmt: skip
    names = ("ambiguous_asked", "ambiguous", "others_asked", "others")
    asked = {part.value: dict(zip(names, counts, strict=True)) for part, counts in report.asked_back.items()}
    return {"scores": scores, "asked_back": asked, "wrong": {q: list(names) for q, names in report.wrong.items()}}


def read_facts() -> dict[str, CorpusFacts]:
    """Return the columns of the corpora that the gold questions are about."""
    stored = json.loads(_read(COLUMNS))
    return {
        name: CorpusFacts(1000, tuple(map(_column, one["columns"])), one["rating"], one["date"], one["best_is_low"])
        for name, one in stored.items()
    }


def _column(stored: Mapping[str, Any]) -> ColumnFacts:
    values = tuple((value, 100) for value in stored.get("values", ()))
    return ColumnFacts(
        stored["name"], stored["label"], Kind(stored["kind"]), values, stored.get("low"), stored.get("high")
    )


def _plan_agreement(gold: Mapping[str, str], plan: Plan, facts: CorpusFacts) -> dict[str, bool]:
    if gold["task"] == Task.OFF_TOPIC.value:
        return dict.fromkeys(ASPECTS, plan.task is Task.OFF_TOPIC)
    subject, where, stance = gold.get("subject", ""), gold.get("where", ""), gold.get("stance", "")
    mood = {stance, plan.stance, Stance.COMPLAINT.value if plan.task is Task.WHY else ""} - {""}
    expected = {one for one in _conditions(where, facts) if not _is_implied(one, mood, facts)}
    given = {one for one in _conditions(plan.where, facts) if not _is_implied(one, mood, facts)}
    left_out = [
        *EXCLUDED.findall(subject),
        *(value for name, sign, value in expected if (name, sign) == ("subject", "!=")),
    ]
    expected = {one for one in expected if one[0] != "subject"}
    subject = EXCLUDED.sub("", subject)
    if plan.task is Task.COMPARE:  # that two values are compared is said by the groups
        expected = {one for one in expected if one[0] != plan.by or one[1] != "in"}
        given = {one for one in given if one[0] != plan.by or one[1] != "in"}
    agreed = {
        "task": plan.task.value == gold["task"],
        "subject": is_same_subject(subject, plan.subject)
        and is_same_subject(" ".join(left_out), " ".join(plan.excluded)),
        "filter": _is_same_filter(expected, given, facts) and _is_same_column(gold.get("by", ""), plan, facts)
        and gold.get("period", plan.period) == plan.period,
        "stance": plan.task not in STANCE_TASKS or bool(plan.by) or _mood(plan.stance, plan, facts)
        == _mood(stance, replace(plan, where=where), facts),
    }  # fmt: skip
    return {**agreed, "whole": all(agreed.values())}


def is_same_subject(expected: str, given: str) -> bool:
    """Return whether two subjects have the same content words, but for typos and endings."""
    first, second = _content(expected), _content(given)
    return len(first) == len(second) and all(any(_is_alike(one, other) for other in second) for one in first)


def _content(text: str) -> list[str]:
    return [word for word in re.findall(r"[^\W_]+(?:['’][^\W_]+)*", text.casefold()) if word not in NO_CONTENT]


def _is_alike(one: str, other: str) -> bool:
    return SequenceMatcher(None, one, other).ratio() >= ALIKE


def _conditions(where: str, facts: CorpusFacts) -> set[Condition]:
    """Return the conditions of a filter, of a plan or as the authors of the gold wrote them."""
    pieces = re.split(r";|,(?![^()]*\))|\band\b(?![^()]*\))", where)
    found = [match for piece in pieces if (match := CONDITION.match(piece.strip()))]
    return {_condition(match, facts) for match in found}


def _condition(match: re.Match[str], facts: CorpusFacts) -> Condition:
    name, sign, value = match[2].strip().casefold(), match[3].casefold(), match[4].strip(' "()').casefold()
    name = next((one.name for one in facts.columns if one.name.startswith(name)), name)
    if name == facts.date or sign == ":":
        return name, "in words", ""
    if "|" in value or sign == "in":
        sign, value = "in", " | ".join(sorted(one.strip(' "') for one in re.split(r"[|,]", value)))
    return name, ("!=" if match[1] else "") + sign, value


def _is_same_filter(expected: set[Condition], given: set[Condition], facts: CorpusFacts) -> bool:
    return len(expected) == len(given) and all(any(_is_met(one, other, facts) for other in given) for one in expected)


def _is_met(expected: Condition, given: Condition, facts: CorpusFacts) -> bool:
    if expected[:2] != given[:2]:
        return False
    is_number = any(one.name == expected[0] and one.kind is Kind.NUMBER for one in facts.columns)
    return expected[2] == given[2] if is_number else is_same_value(expected[2], given[2])


def is_same_value(expected: str, given: str) -> bool:
    """Return whether one value is the other in fewer words: "phone line" for "emergency phone line"."""
    first, second = set(re.findall(r"[\w.]+", expected)), set(re.findall(r"[\w.]+", given))
    return first == second or (bool(first) and bool(second) and (first <= second or second <= first))


def _is_same_column(by: str, plan: Plan, facts: CorpusFacts) -> bool:
    if plan.by and plan.by == facts.date and plan.task is Task.TREND:
        return not by or by.casefold() == facts.date
    return by.casefold() == plan.by or (bool(by) and plan.by.startswith(by.casefold()))


def _is_implied(condition: Condition, mood: set[str], facts: CorpusFacts) -> bool:
    """Return whether a condition on the rating only repeats the stance."""
    return condition[0] == facts.rating and bool(mood) and _rated_mood(condition, facts) in mood


def _rated_mood(condition: Condition, facts: CorpusFacts) -> str:
    low, high = ("=1", "=5") if not facts.best_is_low else ("=5", "=1")
    sign = condition[1] + condition[2]
    if sign in {low, ">=4" if facts.best_is_low else "<=2"}:
        return Stance.COMPLAINT.value
    return Stance.PRAISE.value if sign in {high, "<=2" if facts.best_is_low else ">=4"} else ""


def _mood(stance: str, plan: Plan, facts: CorpusFacts) -> str:
    """Return the stance, or that of the filter on the rating: "low ratings" and "complaints" are one choice.

    A question why that says neither is about low ratings.
    """
    rated = (_rated_mood(one, facts) for one in sorted(_conditions(plan.where, facts)) if one[0] == facts.rating)
    return stance or next(rated, Stance.COMPLAINT.value if plan.task is Task.WHY else "")


def _read(name: str) -> str:
    return (files("analyzer.evaluation") / name).read_text(encoding="utf-8")

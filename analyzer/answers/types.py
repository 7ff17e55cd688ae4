"""The types between a question and its answer: what was asked, counted and said, and on what it stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from analyzer.counting.types import Count, Measure, Table
from analyzer.index.types import Hit
from analyzer.types import Claim, FieldValue, Kind


class Task(StrEnum):
    """What a question wants."""

    FIND = "find"
    SUMMARIZE = "summarize"
    COUNT = "count"
    RANK = "rank"
    COMPARE = "compare"
    TREND = "trend"
    WHY = "why"
    OFF_TOPIC = "off_topic"


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """What a question may say of a column.

    Attributes:
        values: a category's values (also a number's, where they are few), most frequent first, with their counts.
        low: the smallest value of a number or date; high: the largest.
    """

    name: str
    label: str
    kind: Kind
    values: tuple[tuple[FieldValue, int], ...] = ()
    low: FieldValue = None
    high: FieldValue = None


@dataclass(frozen=True, slots=True)
class CorpusFacts:
    """What a question can be about besides the words of the comments.

    Attributes:
        records: comments in all.
        columns: the kept columns.
        rating: name of the column that rates, empty without one; date: the same of the date.
        best_is_low: whether the smallest rating is the best one.
    """

    records: int
    columns: tuple[ColumnFacts, ...] = ()
    rating: str = ""
    date: str = ""
    best_is_low: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """A question as it was understood; a person can edit it and run it again.

    Attributes:
        subject: what comments must talk about, in the asker's words; empty when only columns are asked for.
        where: filter over the columns, in the language of --where.
        by: name of the column whose values make the groups of a count, a ranking or a comparison.
        period: day, week, month, quarter or year, where the groups are periods of the date column.
        measure: what is counted; column: the column averaged.
        decided_by: rules, likeness, model or person.
        notes: how it was understood, in words for the person who asked.
    """

    task: Task
    subject: str = ""
    where: str = ""
    by: str = ""
    period: str = ""
    measure: Measure = Measure.COMMENTS
    column: str = ""
    decided_by: str = "rules"
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Number:
    """A figure and the query that made it: value out of `of` comments, with an interval where it is estimated.

    Attributes:
        name: the slot of the answer's text that it fills.
        where: filter that selects its records; ids: some of them, where no filter does.
    """

    value: float
    of: int
    query: str
    name: str = ""
    where: str = ""
    low: float | None = None
    high: float | None = None
    method: str = "exact"
    ids: tuple[str, ...] = ()


class Status(StrEnum):
    """Whether a question found support."""

    ANSWERED = "answered"
    NOT_FOUND = "not_found"


@dataclass(frozen=True, slots=True)
class Answer:
    """A checked answer: every claim has citations, every number a query; without either the status says not_found.

    Attributes:
        plan: the question as it was understood.
        text: the sentences with their numbers filled in.
        table: groups with a value each, where the question asks for them.
        count: the prevalence of the subject, where it was counted.
        evidence: the comments read, nearest first.
        cut: sentences that did not hold; cut_because: how many, by reason.
        is_complete: false where the person stopped it.
        stale: what has changed since, when an answer is asked for again by its receipt.
    """

    status: Status
    text: str
    claims: tuple[Claim, ...]
    numbers: tuple[Number, ...]
    receipt: str
    plan: Plan = Plan(Task.SUMMARIZE)
    table: Table | None = None
    count: Count | None = None
    evidence: tuple[Hit, ...] = ()
    cut: int = 0
    cut_because: Mapping[str, int] = field(default_factory=dict)
    is_complete: bool = True
    stale: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A question somebody asked, with the receipt of its answer."""

    receipt: str
    asked: str
    question: str
    status: str
    where: str = ""

"""Types of questions, plans, figures and answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

from analyzer.counting.types import Count, Measure, Table
from analyzer.index.types import Hit
from analyzer.types import Citation, Claim, FieldValue, Kind, Tabular


class Task(StrEnum):
    """The kind of a question."""

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
    """The facts about a column that the planning of a question uses.

    Attributes:
        values: values of a category (or of a number with few values) with their counts, most frequent first.
        low: smallest value of a number or date column; high: largest value.
    """

    name: str
    label: str
    kind: Kind
    values: tuple[tuple[FieldValue, int], ...] = ()
    low: FieldValue = None
    high: FieldValue = None


@dataclass(frozen=True, slots=True)
class CorpusFacts:
    """The facts about a corpus that the planning of a question uses.

    Attributes:
        records: number of comments.
        columns: the stored columns.
        rating: name of the rating column; date: name of the date column; empty if there is none.
        best_is_low: whether the smallest rating is the best one.
        off_scale: values beyond the worst rating that are no ratings ("prefer not to say"), by what people write.
    """

    records: int
    columns: tuple[ColumnFacts, ...] = ()
    rating: str = ""
    date: str = ""
    best_is_low: bool = False
    off_scale: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """The interpretation of a question; a person can edit it and run it again.

    Attributes:
        subject: what comments must be about, in the words of the question; empty if only columns are asked for.
        where: filter over the columns, in the language of --where.
        by: name of the column with the groups of a count, a ranking or a comparison.
        period: day, week, month, quarter or year, if the groups are periods of the date column.
        measure: what is counted; column: the column that is averaged.
        stance: the stance that is asked for; empty for all.
        decided_by: rules, likeness, model or person.
        notes: the interpretation in words for the person who asked.
        excluded: subjects that opinions must not be about.
        asked: the words of this question, if it is one of several in a text; empty otherwise.
        readings: two plans to choose from if the question was not understood; the plan itself is the first of them.
        wishes: whether only what people ask for is wanted ("what suggestions do people make?"), of complaints.
        language: of the question, in which it is answered (ISO 639-1); empty for English.
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
    stance: str = ""
    excluded: tuple[str, ...] = ()
    readings: "tuple[Plan, ...]" = ()
    asked: str = ""
    language: str = ""
    wishes: bool = False


@dataclass(frozen=True, slots=True)
class Number:
    """A figure and the query that computed it: value out of `of` comments, with an interval if it is estimated.

    Attributes:
        name: the slot in the answer's text that the figure fills.
        where: filter that selects the records; ids: some of the records, if no filter selects them.
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


QUOTATION_MARK = "“"


class Stance(StrEnum):
    """What an opinion does with its subject, by the polarity classifier."""

    COMPLAINT = "complaint"
    PRAISE = "praise"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Something that many comments say about the subject, in one stance.

    Attributes:
        title: two to seven words of the model, checked; where none hold, the first quote in quotation marks.
        comments: number of comments that make the point; people: known respondents among them, each once.
        share: of the comments that the answer is about, 0 to 1; low and high: its 95 % interval (Wilson).
        sentence: checked sentence of the model; empty if none holds.
        citations: up to four quotes; where the title is a quote, the first is its source.
        words: what tells the point from the others.
        elsewhere: for a question why, the share of the comments compared with that make the point.
        since, recent, before: where it is made more or less often since a date: the date, the share of the comments
            since then and before; empty and None if there is no such change.
        number: name of the number with the share.
        where: filter of the answer; the ids of the comments are in the number.
        theme: id of the theme that most of its opinions are in; empty if there is none.
        is_rest: whether it is no point, but what is left of a stance beside the points; its title is written by code.
    """

    title: str
    stance: Stance
    comments: int
    people: int
    share: float
    low: float
    high: float
    sentence: str
    citations: tuple[Citation, ...]
    words: tuple[str, ...] = ()
    elsewhere: float | None = None
    number: str = ""
    where: str = ""
    since: str = ""
    recent: float | None = None
    before: float | None = None
    theme: str = ""
    is_rest: bool = False

    @property
    def is_title_quoted(self) -> bool:
        """Whether the title is a quote."""
        return self.title.startswith(QUOTATION_MARK)


class Status(StrEnum):
    """Whether evidence for an answer was found."""

    ANSWERED = "answered"
    NOT_FOUND = "not_found"


@dataclass(frozen=True, slots=True, repr=False)
class Answer(Tabular):
    """A checked answer: every claim has citations, every number a query; without either the status is not_found.

    Attributes:
        plan: the interpretation of the question.
        text: the sentences with their numbers filled in.
        table: groups with a value each, if the question asks for groups.
        count: the prevalence of the subject, if it was counted.
        evidence: the comments read, nearest first.
        cut: number of sentences dropped by a check; cut_because: the same by reason.
        is_complete: false if a person stopped the answer.
        stale: what has changed since the answer was stored; filled by a replay.
        points: what people say about the subject, those of the most comments first.
        subjects: where nobody speaks of the subject, the nearest ones that people do speak of.
    """

    rows_in: ClassVar[str] = "points"

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
    points: tuple[Point, ...] = ()
    subjects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A question in the history, with the receipt of its answer."""

    receipt: str
    asked: str
    question: str
    status: str
    where: str = ""

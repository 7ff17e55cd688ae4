"""Types."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from analyzer.types import FieldValue


class Measure(StrEnum):
    """What is counted: comments, their share, the people who wrote them, or a column's average."""

    COMMENTS = "comments"
    SHARE = "share"
    RESPONDENTS = "respondents"
    AVERAGE = "average"


@dataclass(frozen=True, slots=True)
class Share:
    """A share of comments, 0 to 1, with its 95 % interval.

    Attributes:
        label: the group's value; empty for the whole.
        where: filter that selects the denominator's records.
        estimate, low, high: the share and its interval; both ends equal the share where nothing is estimated.
        denominator: comments the share is of; labelled: those a person has judged.
    """

    label: str
    where: str
    estimate: float
    low: float
    high: float
    denominator: int
    labelled: int = 0


@dataclass(frozen=True, slots=True)
class Count:
    """How many comments say something, counted over every comment that matches a filter.

    Attributes:
        predicate: what they were counted for; where: among which.
        estimate, low, high: share of the denominator, 0 to 1, with its 95 % interval.
        denominator: comments that match; respondents: different people known among them (None where the file does
            not say who wrote what); texts: different texts among them.
        labelled: comments of these that a person has judged.
        method: how the estimate was made, in words.
        is_corrected: whether people's labels correct the machine's judgement.
        groups: the same by a column's values or by period.
        examples: ids of the comments the machine is surest about.
    """

    predicate: str
    where: str
    estimate: float
    low: float
    high: float
    denominator: int
    labelled: int
    method: str
    is_corrected: bool = False
    by: str = ""
    groups: tuple[Share, ...] = ()
    respondents: int | None = None
    texts: int = 0
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LabelTask:
    """A comment that waits for a person's yes, no or unsure."""

    id: str
    text: str
    fields: Mapping[str, FieldValue]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: a group, its value (with its interval where it is estimated), of how many comments.

    Attributes:
        where: filter that selects the group's records; ids: some of them, where no filter does.
    """

    label: str
    value: float
    of: int
    where: str = ""
    low: float | None = None
    high: float | None = None
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Groups with a value each, made by one query over every matching comment.

    Attributes:
        unit: comments, share, respondents, or the label of the column averaged.
        by: name of the column or the period that makes the groups.
        query: the definition that makes it again.
    """

    title: str
    unit: str
    by: str
    rows: tuple[Row, ...]
    query: str
    method: str = "exact"

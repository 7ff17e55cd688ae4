"""Types of counts, tables and labels."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from analyzer.types import FieldValue


class Measure(StrEnum):
    """The measure of a table: comments, their share, the people who wrote them, or the average of a column."""

    COMMENTS = "comments"
    SHARE = "share"
    RESPONDENTS = "respondents"
    AVERAGE = "average"


@dataclass(frozen=True, slots=True)
class Share:
    """A share of comments, 0 to 1, with its 95 % interval.

    Attributes:
        label: the value of the group; empty for the share of all comments.
        where: filter that selects the records of the denominator.
        estimate, low, high: the share and its interval; both ends equal the share if it is exact.
        denominator: number of comments that the share refers to; labelled: number of labels that the estimate uses.
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
    """The number of comments to which a predicate applies, counted over every comment that matches a filter.

    Attributes:
        predicate: the statement that was counted; where: filter of the comments.
        estimate, low, high: share of the denominator, 0 to 1, with its 95 % interval.
        denominator: number of matching comments; respondents: number of distinct known respondents among them (None
            if the file does not name respondents); texts: number of distinct texts among them.
        labelled: number of labels that the estimate uses.
        method: description of the estimate in words.
        is_corrected: whether labels correct the judgement of the model.
        groups: the same by the values of a column or by period.
        examples: ids of the comments with the highest probability of yes.
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
    """A comment to label with yes, no or unsure."""

    id: str
    text: str
    fields: Mapping[str, FieldValue]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: a group, its value (with an interval if it is estimated) and the number of comments.

    Attributes:
        where: filter that selects the records of the group; ids: some of the records, if no filter selects them.
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
    """Groups with a value each, computed by one query over every matching comment.

    Attributes:
        unit: comments, share, respondents, or the label of the averaged column.
        by: name of the group column, or the period.
        query: the definition of the table, in words.
    """

    title: str
    unit: str
    by: str
    rows: tuple[Row, ...]
    query: str
    method: str = "exact"

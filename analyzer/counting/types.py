"""Types of counts, tables and labels."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from analyzer.types import FieldValue, Tabular


class Measure(StrEnum):
    """The measure of a table: responses, comments, the share of the responses, people, or a figure about a column.

    NPS is the share of 9 and 10 minus the share of 0 to 6 on a scale of 0 to 10, in points; CSAT the share of the best
    two values of a scale (of yes); TOP_BOX the share of the best value.
    """

    RESPONSES = "responses"
    COMMENTS = "comments"
    SHARE = "share"
    RESPONDENTS = "respondents"
    AVERAGE = "average"
    NPS = "nps"
    CSAT = "csat"
    TOP_BOX = "top-box"


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


@dataclass(frozen=True, slots=True, repr=False)
class Count(Tabular):
    """The number of comments to which a predicate applies, counted over every comment that matches a filter.

    Attributes:
        predicate: the statement that was counted; where: filter of the comments.
        estimate, low, high: share of the denominator, 0 to 1, with its 95 % interval.
        denominator: number of matching comments; respondents: number of distinct known respondents among them (None
            if the file does not name respondents); texts: number of different texts, near duplicates as one.
        labelled: number of labels that the estimate uses.
        method: description of the estimate in words.
        is_corrected: whether labels correct the judgement of the model.
        groups: the same by the values of a column or by period.
        examples: ids of the comments with the highest probability of yes.
    """

    rows_in: ClassVar[str] = "groups"

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
    """One row of a table: a group, its value (with an interval, if it has one) and the number of records behind it.

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


@dataclass(frozen=True, slots=True, repr=False)
class Table(Tabular):
    """Groups with a value each, computed by one query over every matching response or comment.

    Attributes:
        unit: responses, comments, share, respondents, nps, csat, top-box, or the label of the averaged column.
        by: name of the group column, or the period.
        query: the definition of the table, in words.
        method: "exact" only if no value is missing; else with the number of missing values.
        missing: records that match, but have no value in the column of the measure or of the groups.
        overlaps: whether a record may be in several groups, because a cell has several options.
    """

    title: str
    unit: str
    by: str
    rows: tuple[Row, ...]
    query: str
    method: str = "exact"
    missing: int = 0
    overlaps: bool = False


@dataclass(frozen=True, slots=True)
class Agreed:
    """A figure of agreement with its 95 % interval; None where it is not defined, as without a yes or without a no."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectAgreement:
    """How far people agree on one theme of the codebook, or on one statement that was counted.

    Attributes:
        subject: id of the theme, or the statement; label: its name.
        texts: number of texts that at least two people labeled; differ: those on which they differ.
        people: the two accounts of kappa and F1: those with the most texts in common.
        both: number of texts that these two labeled.
        kappa: Cohen's kappa of the two; alpha: Krippendorff's alpha of everybody.
        f1: F1 of one of the two against the other, which is the ceiling of a classifier.
        settled: number of texts whose disagreement was settled.
    """

    subject: str
    label: str
    texts: int
    differ: int
    people: tuple[str, ...]
    both: int
    kappa: Agreed
    alpha: Agreed
    f1: Agreed
    settled: int = 0


@dataclass(frozen=True, slots=True, repr=False)
class Agreement(Tabular):
    """Agreement of the people who label; `f1` is micro-F1 over the codebook, the ceiling of its coding."""

    rows_in: ClassVar[str] = "subjects"

    subjects: tuple[SubjectAgreement, ...]
    f1: Agreed
    method: str


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A comment on which people differ.

    Attributes:
        subject, label: as in SubjectAgreement; answers: account -> yes or no.
        settled: the answer that counts, yes or no; settled_by: the account that gave it; settled_at: UTC, ISO 8601.
            All three are empty while it is open.
    """

    id: str
    text: str
    subject: str
    label: str
    answers: Mapping[str, str]
    settled: str = ""
    settled_by: str = ""
    settled_at: str = ""

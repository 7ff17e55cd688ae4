"""Types of the overview."""

from dataclasses import dataclass
from typing import ClassVar

from analyzer.types import Tabular


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthFigures:
    """Figures of one month; a month without responses is among them.

    Attributes:
        month: such as 2022-03.
        responses, comments: their numbers.
        rating: average rating or NPS; None if nothing was rated, or the figure is withheld.
        low, high: 95 % interval of the rating.
        rated: number of responses with a rating.
        where: the filter of the month.
    """

    month: str
    responses: int
    comments: int
    rating: float | None = None
    low: float | None = None
    high: float | None = None
    rated: int = 0
    where: str = ""


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """Whole months from the first to the last, such as 2022-10 to 2022-12, with the filter that selects them."""

    first: str
    last: str
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadlineFigure:
    """A figure over all records, and in the two spans that are compared.

    Attributes:
        name: responses, comments, rating, nps or negative.
        value: over all records; None if it cannot be computed or is withheld.
        of: number of records behind it.
        low, high: 95 % interval of the value; None if it is exact.
        recent, before: the figure in the two spans; None without dates, or if it is withheld.
        of_recent, of_before: number of records behind them.
        is_significant: whether the 95 % interval of the difference excludes 0; a number of records is not tested.
    """

    name: str
    value: float | None
    of: int = 0
    low: float | None = None
    high: float | None = None
    recent: float | None = None
    before: float | None = None
    of_recent: int = 0
    of_before: int = 0
    is_significant: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TopTheme:
    """One of the largest themes.

    Attributes:
        comments: number of comments that mention it; share: of all comments, 0 to 1.
        different: of different texts among these comments, near duplicates as one; None for accounts that see no
            comments.
        negative, neutral, positive: number of its opinions of each stance; all 0 if they are withheld.
        recent, before: its share of the comments of the two spans; None without dates, or if they are withheld.
        count_recent, count_before: comments behind these shares.
        is_significant: whether the shares differ at a false discovery rate of 5 % over all themes.
        where: the filter of its comments.
    """

    id: str
    label: str
    comments: int
    share: float
    negative: int
    neutral: int
    positive: int
    recent: float | None = None
    before: float | None = None
    count_recent: int = 0
    count_before: int = 0
    is_significant: bool = False
    where: str = ""
    different: int | None = None


@dataclass(frozen=True, slots=True)
class ObservedChange:
    """A sentence on what changed, with the name of its figure and the filters of the records behind its two numbers."""

    text: str
    figure: str
    where: str
    where_before: str


@dataclass(frozen=True, slots=True)
class TellingQuote:
    """A comment that says briefly what many say: text[start:end] is the statement that it was chosen for.

    Attributes:
        stance: negative or positive.
        date: of the response; empty if there is none.
        theme: label of the theme that it speaks for; empty without themes.
    """

    id: str
    text: str
    start: int
    end: int
    stance: str
    date: str = ""
    theme: str = ""


@dataclass(frozen=True, slots=True)
class LatestImport:
    """The latest finished import, with the number of its responses and of the one before it (None if it is the first).

    Attributes:
        finished: UTC, ISO 8601.
    """

    file: str
    finished: str
    stored: int
    before: int | None = None


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class Overview(Tabular):
    """What a workspace holds, at a glance.

    Attributes:
        figures: the headline figures.
        different: number of different texts, near duplicates as one; duplicate_groups: number of groups of near
            duplicates; None for accounts that see no comments. duplicates_stale: texts were added since they were
            looked for.
        rating: name of the rating column; rating_label: its heading; both empty if there is none.
        rating_ends: worst and best value of its scale; None if the scale is not known.
        months: every month from the first to the last; empty without dates.
        recent, before: the spans that are compared; None if there are too few dated responses.
        not_over: the last month if the responses do not reach its end; it is never compared; else empty.
        newest: date of the newest response; empty without months.
        themes: the largest themes, largest first; themes_stale: what changed since they were built, in words.
        changes: up to three sentences on what changed.
        quotes: three comments; empty for accounts that see no comments.
        questions: questions that this file can answer; empty for accounts that see no comments.
        notes: what the figures leave out, in words.
    """

    rows_in: ClassVar[str] = "figures"

    figures: tuple[HeadlineFigure, ...]
    rating: str = ""
    rating_label: str = ""
    rating_ends: tuple[float, float] | None = None
    months: tuple[MonthFigures, ...] = ()
    recent: TimeSpan | None = None
    before: TimeSpan | None = None
    not_over: str = ""
    newest: str = ""
    latest_import: LatestImport | None = None
    themes: tuple[TopTheme, ...] = ()
    themes_stale: str = ""
    changes: tuple[ObservedChange, ...] = ()
    quotes: tuple[TellingQuote, ...] = ()
    questions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    different: int | None = None
    duplicate_groups: int | None = None
    duplicates_stale: bool = False

"""Types of a comparison."""

from dataclasses import dataclass
from typing import ClassVar

from analyzer.types import Tabular


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedScore:
    """A figure of one side: its value with the 95 % interval, and the number of records behind it.

    Attributes:
        value: None if nothing was rated or judged.
        low, high: None if the value has no interval.
    """

    value: float | None = None
    low: float | None = None
    high: float | None = None
    of: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedSide:
    """One of the two sides.

    Attributes:
        title: the side in words; where: its filter.
        comments, responses: their numbers; comments is None if it is withheld.
        rating: average or NPS; negative: share of the comments with a negative statement, 0 to 1.
    """

    title: str
    where: str
    comments: int | None
    responses: int
    rating: ComparedScore = ComparedScore()
    negative: ComparedScore = ComparedScore()


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """First side minus second side, with its 95 % interval; None without both figures.

    Attributes:
        is_significant: whether the interval excludes 0.
    """

    value: float | None = None
    low: float | None = None
    high: float | None = None
    is_significant: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedTheme:
    """The share of a theme on both sides.

    Attributes:
        counts: comments that mention it, on the first and the second side.
        shares: counts as a share of the comments of the side, 0 to 1.
        difference: first minus second share, with its 95 % interval (Newcombe 1998, method 10).
        p_value: two-sided; None if there are too few comments to test.
        is_significant: whether it differs at a false discovery rate of 5 % over all tested themes, and by enough.
        wheres: the filters of its comments on both sides.
    """

    id: str
    label: str
    counts: tuple[int, int]
    shares: tuple[float, float]
    difference: Difference
    p_value: float | None = None
    is_significant: bool = False
    wheres: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class ComparedQuote:
    """A statement on a theme that differs: text[start:end] of a comment of one side (0 or 1)."""

    side: int
    theme: str
    id: str
    text: str
    start: int
    end: int
    stance: str


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class Comparison(Tabular):
    """Two sides compared.

    Attributes:
        sides: the first and the second side.
        rating_label: heading of the rating column; empty without one. is_nps: whether its figure is the NPS.
        rating, negative: the differences of these figures.
        themes: those that differ first, by the size of the difference; empty for accounts that see no comments.
        tested: number of themes that were tested together.
        quotes: of the themes that differ most, of both sides.
        method: how the figures were computed, in words; notes: what they leave out.
    """

    rows_in: ClassVar[str] = "themes"

    sides: tuple[ComparedSide, ComparedSide]
    rating_label: str = ""
    is_nps: bool = False
    rating: Difference = Difference()
    negative: Difference = Difference()
    themes: tuple[ComparedTheme, ...] = ()
    tested: int = 0
    quotes: tuple[ComparedQuote, ...] = ()
    method: str = ""
    notes: tuple[str, ...] = ()

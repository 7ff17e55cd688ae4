"""Types of a digest."""

from dataclasses import dataclass
from typing import ClassVar

from analyzer.types import Citation, Tabular, WrittenFile


@dataclass(frozen=True, slots=True)
class DigestFigure:
    """A figure of the new comments and of those before; None where there is none.

    Attributes:
        name: responses, comments, average or nps.
        is_significant: whether chance does not explain the difference (95 %); never for counts.
    """

    name: str
    now: float | None
    before: float | None
    is_significant: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestTheme:
    """A theme in the new comments.

    Attributes:
        change: rose, fell or new; empty if chance explains the difference.
        comments, share: of the new comments; before, share_before: of those before. Shares are 0 to 1.
        quotes: opinions of new comments nearest to the center of the theme, of themes with a change.
    """

    theme: str
    label: str
    change: str
    comments: int
    share: float
    before: int
    share_before: float
    quotes: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class CrossedRule:
    """A rule of alerts.toml that the new comments crossed, and how, in words."""

    name: str
    told: str


@dataclass(frozen=True, slots=True, repr=False, kw_only=True)
class Digest(Tabular):
    """What is new since the last digest, or since a date.

    Attributes:
        since: the date, or "last"; where, where_before: filters of the new records and of those before.
        is_first: whether there is nothing before to compare with.
        themes: those that changed first, then the largest.
        crossed: the rules that were crossed.
        imports: highest number of an import that it covers; the next digest begins after it.
        notes: what the figures leave out, in words.
        made_for: the account that marked files name.
        files: the files that were written.
    """

    rows_in: ClassVar[str] = "themes"

    since: str
    made: str
    where: str
    where_before: str
    is_first: bool
    figures: tuple[DigestFigure, ...]
    themes: tuple[DigestTheme, ...]
    crossed: tuple[CrossedRule, ...] = ()
    imports: int = 0
    notes: tuple[str, ...] = ()
    made_for: str = ""
    files: tuple[WrittenFile, ...] = ()

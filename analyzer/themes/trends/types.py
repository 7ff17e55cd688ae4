"""Types of trends, drivers, segments and theme reports."""

from dataclasses import dataclass
from typing import Any, ClassVar

from analyzer.themes.codebook.types import Codebook
from analyzer.themes.types import Opinion, Theme, ThemeList
from analyzer.types import Method, Tabular

SEGMENTS_METHOD = (
    "↑ ↓: the share differs from that of the other segments together (Fisher's exact test, false discovery rate 5 % "
    "over all themes and segments)"
)


@dataclass(frozen=True, slots=True)
class TrendSeries:
    """One theme over periods.

    Attributes:
        counts: comments of the theme by period.
        shares: counts as a share of all comments of the period, 0 to 1; None if the period has no comments.
        low, high: 95 % interval of the share.
        adjusted: the share at a constant mix of segments.
        flag: up or down if the last complete period differs from those before it; else empty.
        changes: every period that differs from those before it, with up or down.
    """

    theme: str
    label: str
    counts: tuple[int, ...]
    shares: tuple[float | None, ...]
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]
    adjusted: tuple[float | None, ...]
    flag: str = ""
    changes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Trends(Tabular):
    """Themes over time.

    Attributes:
        by: week or month.
        periods: all periods from the first to the last, without gaps.
        totals: number of comments by period.
        segment: column whose mix is constant in `adjusted` shares; empty for none.
        undated: number of matching comments without a date.
        method: how the figures are computed, in words.
        notes: notes, such as on a last period that the comments do not reach the end of.
        untested: periods with too few comments, or too few before them, for a test of change; None if that is
            withheld.
    """

    by: str
    periods: tuple[str, ...]
    totals: tuple[int, ...]
    series: tuple[TrendSeries, ...]
    segment: str = ""
    undated: int = 0
    method: str = ""
    notes: tuple[str, ...] = ()
    untested: tuple[str, ...] | None = None

    def records(self) -> list[dict[str, Any]]:
        """Return a dictionary for each theme and period."""
        return [
            {"theme": one.theme, "label": one.label, "period": period, "comments": self.totals[place],
             "count": one.counts[place], "share": one.shares[place], "low": one.low[place], "high": one.high[place],
             "adjusted": one.adjusted[place], "change": dict(one.changes).get(period, "")}
            for one in self.series
            for place, period in enumerate(self.periods)
        ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Driver:
    """The association of a theme with a rating.

    Attributes:
        comments: number of comments with the theme and a rating.
        mean: mean rating of these comments.
        rest: mean rating of the other comments.
        difference: mean minus rest, within segments.
        low, high: 95 % bootstrap interval of the difference.
        alone: coefficient of the theme in a regression on all themes and segments.
        impact: overall mean minus the mean without the theme's comments: the points that the theme costs (below 0) or
            gives; without it the score would be `rest`. impact_low, impact_high: its 95 % interval.
        is_driver: whether the difference is significant (false discovery rate 5 %).
    """

    theme: str
    label: str
    comments: int
    mean: float | None
    rest: float | None
    difference: float | None
    low: float | None
    high: float | None
    alone: float | None
    impact: float | None
    is_driver: bool = False
    impact_low: float | None = None
    impact_high: float | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Drivers(Tabular):
    """Themes by the size of their association with an outcome.

    Attributes:
        measure: nps or csat, in points from -100 or 0 to 100; empty for the mean of the values.
    """

    rows_in: ClassVar[str] = "drivers"

    outcome: str
    comments: int
    mean: float | None
    drivers: tuple[Driver, ...]
    segment: str = ""
    method: str = ""
    measure: str = ""


@dataclass(frozen=True, slots=True)
class SegmentShares:
    """One theme in each segment.

    Attributes:
        counts: number of comments of the theme by segment.
        shares: counts as a share of the segment's comments, 0 to 1.
        low, high: 95 % interval of the share (Wilson).
        differs: by segment, above or below where its share differs from that of the other segments together, else
            empty (Fisher's exact test; false discovery rate 5 % over all themes and segments).
    """

    theme: str
    label: str
    counts: tuple[int, ...]
    shares: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    differs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Segments(Tabular):
    """Shares of themes by the values of a column.

    Attributes:
        column: label of the column.
        values: values of the column, most frequent first.
        totals: number of comments by value.
        notes: notes, such as on values that differ only in case.
    """

    column: str
    values: tuple[str, ...]
    totals: tuple[int, ...]
    themes: tuple[SegmentShares, ...]
    notes: tuple[str, ...] = ()

    def records(self) -> list[dict[str, Any]]:
        """Return a dictionary for each theme and value."""
        return [
            {"theme": one.theme, "label": one.label, "value": value, "comments": self.totals[place],
             "count": one.counts[place], "share": one.shares[place], "low": one.low[place], "high": one.high[place],
             "differs": one.differs[place] if one.differs else ""}
            for one in self.themes
            for place, value in enumerate(self.values)
        ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class ThemeReport:
    """Content of a report on themes.

    Attributes:
        opinions: opinions to quote by theme id, nearest to the center first.
        trends: None if there are no dates.
        drivers: None if no rating column was given.
        where: the filter.
        method: how the report was made.
        codebook: codings; None if no codebook was applied.
        segments: shares by the values of a column; None if no column was given.
    """

    listed: ThemeList
    opinions: dict[str, tuple[Opinion, ...]]
    trends: Trends | None
    drivers: Drivers | None
    where: str
    method: Method
    codebook: Codebook | None = None
    segments: Segments | None = None

    @property
    def themes(self) -> list[Theme]:
        """The groups and themes that are shown."""
        return [theme for theme in self.listed.themes if not theme.is_excluded]

    def label(self, theme_id: str) -> str:
        """Return the label of a theme or group."""
        return next((theme.label for theme in self.listed.themes if theme.id == theme_id), "")

"""The types of themes by segment."""

from dataclasses import dataclass

from analyzer.themes.codebook.types import Codebook
from analyzer.themes.types import Opinion, Theme, ThemeList
from analyzer.types import Method


@dataclass(frozen=True, slots=True)
class TrendSeries:
    """One theme over periods.

    Attributes:
        counts: comments of the theme; shares: of all comments of the period, 0 to 1, None where there are none.
        low, high: 95 % interval of the share; adjusted: the share at a constant mix of the segments.
        flag: up, down or empty: whether the last whole period differs from those before it.
        changes: every period that does, with its direction.
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


@dataclass(frozen=True, slots=True)
class Trends:
    """Themes over time.

    Attributes:
        by: week or month; periods: without gaps; totals: comments of each.
        segment: column whose mix is held constant; empty for none.
        undated: matching comments without a date.
        notes: what to mind, such as a last period that is not over.
    """

    by: str
    periods: tuple[str, ...]
    totals: tuple[int, ...]
    series: tuple[TrendSeries, ...]
    segment: str = ""
    undated: int = 0
    method: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Driver:
    """How much a theme goes with a rating.

    Attributes:
        comments: with the theme and a rating; mean: of these; rest: mean of the others.
        difference: mean minus rest within segments, with its 95 % bootstrap interval.
        alone: the same with the other themes held constant.
        impact: by how much the overall mean would differ without the theme's comments.
        is_driver: whether the difference is told from chance (false discovery rate 5 %).
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


@dataclass(frozen=True, slots=True)
class Drivers:
    """Themes by how much they go with an outcome."""

    outcome: str
    comments: int
    mean: float | None
    drivers: tuple[Driver, ...]
    segment: str = ""
    method: str = ""


@dataclass(frozen=True, slots=True)
class SegmentShares:
    """One theme in each segment.

    Attributes:
        counts: comments of the theme by segment; shares: of the segment's comments, 0 to 1.
        low, high: 95 % interval of the share (Wilson).
    """

    theme: str
    label: str
    counts: tuple[int, ...]
    shares: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Segments:
    """Themes by the values of a column, the most frequent values first; totals are their comments.

    Attributes:
        notes: what to mind, such as values that differ only in case.
    """

    column: str
    values: tuple[str, ...]
    totals: tuple[int, ...]
    themes: tuple[SegmentShares, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ThemeReport:
    """Everything that a report says.

    Attributes:
        opinions: by theme id, nearest to the center first.
        trends, drivers: None where there are no dates, or no rating was named.
        where: the filter; method: where it comes from.
        codebook: what comments are coded with; None where nothing is coded.
    """

    listed: ThemeList
    opinions: dict[str, tuple[Opinion, ...]]
    trends: Trends | None
    drivers: Drivers | None
    where: str
    method: Method
    codebook: Codebook | None = None

    @property
    def themes(self) -> list[Theme]:
        """The groups and themes that are shown."""
        return [theme for theme in self.listed.themes if not theme.is_excluded]

    def label(self, theme_id: str) -> str:
        """Return the label of a theme or group."""
        return next((theme.label for theme in self.listed.themes if theme.id == theme_id), "")

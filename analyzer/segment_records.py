"""The types of themes by segment."""

from dataclasses import dataclass


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
    """Themes by the values of a column, the most frequent values first; totals are their comments."""

    column: str
    values: tuple[str, ...]
    totals: tuple[int, ...]
    themes: tuple[SegmentShares, ...]

"""Tell the kinds of cells apart by shape, and describe each column of a sample by the kind of most of its cells.

This serves the layout of a file only: which rows are headings, data or footers. What a column means is decided later,
from all of its values.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Shape(StrEnum):
    """The shape of a cell or, for a column, of most of its cells."""

    BLANK = "blank"
    NUMBER = "number"
    DATE = "date"
    ADDRESS = "address"
    CODE = "code"
    TEXT = "text"


TYPED = frozenset({Shape.NUMBER, Shape.DATE, Shape.ADDRESS})
"""Shapes that a heading does not have."""
_LONGEST = 48
_NUMBER = re.compile(
    r"[-+−(]?(?:[A-Z]{3}|[€$£])?\s?\d[\d.,'’\u00a0\u202f]*(?:[ \u00a0]\d{3})*(?:[eE][+-]?\d+)?"
    r"(?:\s?/\s?\d+)?\s?(?:%|€|\$|£|[A-Z]{3})?\)?"
)
_DATE = re.compile(
    r"(?:[^\W\d]{2,10}\.?,? )?(?:\d{4}[-/.]W?\d{1,2}(?:[-/.]\d{1,2})?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}"
    r"|\d{1,2}\.? (?:de |d')?[^\W\d]{3,10}\.?,? (?:de )?\d{4}|[^\W\d]{3,10}\.? \d{1,2},? \d{4}"
    r"|\d{1,2}-[^\W\d]{3}-\d{2,4})(?:\b.*)?"
)
_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.\w{2,}|https?://\S+")
_CODE = re.compile(r"(?=\S*\d)\S{2,40}")
_MISSING = frozenset(
    "- -- n/a na nan null none nil k.a. k.a ka nc n.c. n.a. nvt n.v.t. unknown missing #n/a unbekannt inconnu".split()
)


@dataclass(frozen=True, slots=True)
class ColumnShape:
    """A column of a sample.

    Attributes:
        shape: of at least half of its filled cells; TEXT where none has as many.
        filled: share of rows in which it is filled, 0..1.
        words: mean words of its filled cells.
        values: its different filled cells.
        recurring: those that occur twice or more.
    """

    shape: Shape
    filled: float
    words: float
    values: frozenset[str]
    recurring: frozenset[str] = frozenset()

    @property
    def is_typed(self) -> bool:
        """Whether its cells are numbers, dates or addresses."""
        return self.shape in TYPED

    @property
    def is_prose(self) -> bool:
        """Whether its cells are sentences."""
        return self.shape is Shape.TEXT and self.words >= 3

    def misfits(self, cell: str) -> bool:
        """Check whether a filled cell is text in a column of numbers, dates or addresses; missing-value words fit."""
        return self.is_typed and shape_of(cell) not in TYPED and not is_missing(cell)


def shape_of(cell: str) -> Shape:
    """Return the shape of one cell."""
    text = cell.strip()
    if not text:
        return Shape.BLANK
    if len(text) <= _LONGEST:
        if _NUMBER.fullmatch(text):
            return Shape.NUMBER
        if _DATE.fullmatch(text):
            return Shape.DATE
    if _ADDRESS.fullmatch(text):
        return Shape.ADDRESS
    return Shape.CODE if _CODE.fullmatch(text) else Shape.TEXT


def is_missing(cell: str) -> bool:
    """Check whether a cell is a common word for "no value"."""
    return cell.strip().casefold() in _MISSING


def column_shapes(rows: Sequence[Sequence[str]], width: int) -> tuple[ColumnShape, ...]:
    """Describe each of width columns by the cells of rows; shorter rows count as blank there."""
    return tuple(_column([row[j] if j < len(row) else "" for row in rows]) for j in range(width))


def _column(cells: Sequence[str]) -> ColumnShape:
    filled = [cell.strip() for cell in cells if cell.strip()]
    known = [cell for cell in filled if not is_missing(cell)]
    if not known:
        return ColumnShape(Shape.BLANK, 0.0, 0.0, frozenset(filled))
    shape, count = Counter(map(shape_of, known)).most_common(1)[0]
    return ColumnShape(
        shape if count * 2 >= len(known) else Shape.TEXT,
        len(filled) / len(cells),
        sum(cell.count(" ") + 1 for cell in known) / len(known),
        frozenset(filled),
        frozenset(cell for cell, count in Counter(filled).items() if count > 1),
    )

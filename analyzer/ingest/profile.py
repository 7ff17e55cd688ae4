"""What the columns of a file hold, found in one streaming pass with bounded memory."""

import re
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import blake2b

import numpy as np

from analyzer.ingest.dates import DateOrder, DateTally
from analyzer.ingest.labels import is_id, unique_names
from analyzer.ingest.tables import BadRow, Table
from analyzer.records import Kind

MAX_DISTINCT = 2_000
"""Distinct values counted exactly; beyond them only identifiers are followed, 8 bytes a row."""
MAX_SAMPLES = 20
LONGEST_SAMPLE = 2_000
"""Characters of a sample; longer values are passed over, since half an address is no longer recognized as one."""
CATEGORY_VALUES = 200
CATEGORY_SHARE = 0.2
CATEGORY_LENGTH = 60
FEW_VALUES = 20
"""So few values, repeated a hundred times each, are a category even as whole sentences (survey questions)."""
DATE_SHARE = 0.9
_NUMBER = re.compile(r"[+-]?(?:0|[1-9]\d{0,5})(?:\.\d{1,15})?")
"""Plain numbers under a million: 007 and digit strings of seven and more may be identifiers or phone numbers."""


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """One column, seen whole.

    Attributes:
        label: the heading.
        name: the heading as a name for filters.
        kind: what the values are.
        filled: non-empty values.
        distinct: different values, counted up to 2,000.
        is_unique: every row has a value and no two different rows share one; a row that comes twice, word for word,
            keeps its identifier. Known beyond 2,000 rows only for columns named like identifiers.
        mean_words: mean words of the non-empty values.
        low, high: range of a number column.
        dates: order of day and month, for a date column.
        samples: a few different values; unscrubbed, never shown.
    """

    label: str
    name: str
    kind: Kind
    filled: int
    distinct: int
    is_unique: bool
    mean_words: float
    low: float | None = None
    high: float | None = None
    dates: DateOrder | None = None
    samples: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Profile:
    """A file seen whole: rows counts every row, bad ones included."""

    file: str
    columns: tuple[ColumnProfile, ...]
    rows: int
    bad_rows: int
    notes: tuple[str, ...] = ()


def profile(table: Table, on_row: Callable[[int], None] | None = None) -> Profile:
    """Read the whole table once and describe its columns; on_row gets each row's count as it is read."""
    tallies = [_Tally(label) for label in table.header]
    row_keys = array("Q") if any(is_id(label) for label in table.header) else None
    rows = bad = 0
    for row in table.rows():
        rows += 1
        if isinstance(row, BadRow):
            bad += 1
        else:
            for tally, cell in zip(tallies, row.cells, strict=True):
                if cell:
                    tally.add(cell)
            if row_keys is not None:
                row_keys.append(_key("\x1f".join(row.cells)))
        if on_row is not None:
            on_row(rows)
    names = unique_names(table.header)
    different = _count_different(row_keys) if row_keys is not None else rows - bad
    columns = tuple(t.result(name, rows - bad, different) for t, name in zip(tallies, names, strict=True))
    return Profile(table.name, columns, rows, bad, table.notes)


def as_number(text: str) -> float | int | None:
    """Read a plain number; None for anything that may be an identifier."""
    text = text.strip()
    if _NUMBER.fullmatch(text) is None:
        return None
    return float(text) if "." in text else int(text)


class _Tally:
    """Counts for one column."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._filled = self._words = self._longest = 0
        self._is_number = True
        self._low, self._high = float("inf"), float("-inf")
        self._dates = DateTally()
        self._seen: set[int] = set()
        self._has_repeats = False
        self._hashes = array("Q") if is_id(label) else None
        self._samples: list[str] = []

    def add(self, cell: str) -> None:
        text = cell.strip()
        if not text:
            return
        self._filled += 1
        self._words += text.count(" ") + 1
        self._longest = max(self._longest, len(text))
        number = as_number(text)
        self._add_number(number)
        if number is None:
            self._dates.add(text)
        else:
            self._dates.add_other()
        self._add_distinct(text)

    def _add_number(self, number: float | None) -> None:
        if number is None:
            self._is_number = False
        elif self._is_number:
            self._low, self._high = min(self._low, number), max(self._high, number)

    def _add_distinct(self, text: str) -> None:
        is_open = len(self._seen) < MAX_DISTINCT
        if not is_open and self._hashes is None:
            return
        key = _key(text)
        if key in self._seen:
            self._has_repeats = True
        elif is_open:
            self._seen.add(key)
            if len(self._samples) < MAX_SAMPLES and len(text) <= LONGEST_SAMPLE:
                self._samples.append(text)
        if self._hashes is not None:
            self._hashes.append(key)

    def result(self, name: str, rows: int, different_rows: int) -> ColumnProfile:
        kind = self._kind()
        is_number = kind is Kind.NUMBER
        return ColumnProfile(
            label=self._label,
            name=name,
            kind=kind,
            filled=self._filled,
            distinct=len(self._seen),
            is_unique=self._filled == rows > 0 and self._is_unique(different_rows),
            mean_words=self._words / self._filled if self._filled else 0.0,
            low=self._low if is_number else None,
            high=self._high if is_number else None,
            dates=self._dates.result() if kind is Kind.DATE else None,
            samples=tuple(self._samples),
        )

    def _is_unique(self, different_rows: int) -> bool:
        if self._hashes is None:
            return not self._has_repeats and len(self._seen) == self._filled
        return _count_different(self._hashes) == different_rows

    def _kind(self) -> Kind:
        if not self._filled:
            return Kind.CATEGORY
        if self._is_number:
            return Kind.NUMBER
        if self._dates.filled - self._dates.unreadable >= DATE_SHARE * self._filled:
            return Kind.DATE
        is_few = len(self._seen) <= CATEGORY_VALUES and len(self._seen) < CATEGORY_SHARE * self._filled
        is_list = len(self._seen) <= FEW_VALUES and len(self._seen) * 100 <= self._filled
        return Kind.CATEGORY if is_list or (is_few and self._longest <= CATEGORY_LENGTH) else Kind.TEXT


def _key(text: str) -> int:
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def _count_different(keys: "array[int]") -> int:
    return len(np.unique(np.frombuffer(keys, dtype=np.uint64))) if keys else 0

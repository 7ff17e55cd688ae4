"""Profile the columns of a file in one streaming pass with bounded memory."""

import re
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

import numpy as np

from analyzer.ingest.dates import DateOrder, DateTally
from analyzer.ingest.header import is_id, unique_names
from analyzer.ingest.readers.source_table import BadRow, SourceTable
from analyzer.types import Kind

MAX_DISTINCT = 2_000
"""Distinct values counted exactly; beyond them only identifiers are tracked, at 8 bytes per row."""
MAX_SAMPLES = 200
"""Different values kept of a column, drawn evenly from all of them."""
FEWEST_SAMPLES = 20
ALL_SAMPLES = 20_000
"""Values kept of all columns together: a file of a thousand columns keeps 20 of each."""
LONGEST_SAMPLE = 2_000
"""Maximum characters of a sample; longer values are skipped, because a truncated address is not recognized."""
CATEGORY_VALUES = 200
CATEGORY_SHARE = 0.2
CATEGORY_LENGTH = 60
FEW_VALUES = 20
"""Values up to which whole sentences are a category (survey questions), if each occurs 100 times on average."""
DATE_SHARE = 0.9
_NUMBER = re.compile(r"[+-]?(?:0|[1-9]\d{0,5})(?:\.\d{1,15})?")
"""Plain numbers under a million: 007 and digit strings of seven and more may be identifiers or phone numbers."""


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """The profile of one column.

    Attributes:
        label: the heading.
        name: the heading as a name for filters.
        kind: kind of the values.
        filled: number of non-empty values.
        distinct: number of different values, counted up to 2,000.
        is_unique: every row has a value and no two different rows share one; identical rows may share one. Known
            beyond 2,000 rows only for columns named like identifiers.
        mean_words: mean words of the non-empty values.
        low, high: range of a number column.
        dates: order of day and month, for a date column.
        samples: different values: all of them up to 200, else 200 drawn evenly from the whole file, independent of
            the order of its rows; unscrubbed, never shown.
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
    """The profile of a file; rows counts every row, including bad ones."""

    file: str
    columns: tuple[ColumnProfile, ...]
    rows: int
    bad_rows: int
    notes: tuple[str, ...] = ()


def profile(
    table: SourceTable,
    on_row: Callable[[int], None] | None = None,
    on_cells: Callable[[Sequence[str]], None] | None = None,
    follow_ids: bool = True,
) -> Profile:
    """Read the whole table once and describe its columns.

    Args:
        table: the file.
        on_row: called for each row with the number of rows read so far.
        on_cells: called with the cells of each row.
        follow_ids: determine exactly whether identifiers are unique, at 16 bytes per row; otherwise only a repeat of
            one of the first 2,000 values is detected, and memory does not grow with the file.
    """
    size = max(FEWEST_SAMPLES, min(MAX_SAMPLES, ALL_SAMPLES // max(1, len(table.header))))
    tallies = [_Tally(label, size, follow_ids) for label in table.header]
    row_keys = array("Q") if follow_ids and any(is_id(label) for label in table.header) else None
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
            if on_cells is not None:
                on_cells(row.cells)
        if on_row is not None:
            on_row(rows)
    names = unique_names(table.header)
    different = _count_different(row_keys) if row_keys is not None else rows - bad
    columns = tuple(t.result(name, rows - bad, different) for t, name in zip(tallies, names, strict=True))
    return Profile(table.name, columns, rows, bad, table.notes)


def as_number(text: str) -> float | int | None:
    """Return a plain number; None for a text that may be an identifier."""
    text = text.strip()
    if _NUMBER.fullmatch(text) is None:
        return None
    return float(text) if "." in text else int(text)


class _Tally:
    """Counts the values of one column."""

    def __init__(self, label: str, samples: int, follow_ids: bool) -> None:
        self._label = label
        self._filled = self._words = self._longest = 0
        self._is_number = True
        self._low, self._high = float("inf"), float("-inf")
        self._dates = DateTally()
        self._seen: set[int] = set()
        self._has_repeats = False
        self._is_id = is_id(label)
        self._hashes = array("Q") if self._is_id and follow_ids else None
        self._samples = _Samples(samples)

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
        key = _key(text)
        if key in self._seen:
            self._has_repeats = True
        elif len(self._seen) < MAX_DISTINCT:
            self._seen.add(key)
        if self._hashes is not None:
            self._hashes.append(key)
        self._samples.add(key, text)

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
            samples=self._samples.result(),
        )

    def _is_unique(self, different_rows: int) -> bool:
        if self._hashes is None:
            is_whole = len(self._seen) == self._filled or (self._is_id and len(self._seen) == MAX_DISTINCT)
            return not self._has_repeats and is_whole
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


class _Samples:
    """The values with the smallest hashes: an even sample of the different values, independent of row order."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._hash_limit = 1 << 64
        self._values: dict[int, str] = {}

    def add(self, key: int, text: str) -> None:
        if key >= self._hash_limit or len(text) > LONGEST_SAMPLE:
            return
        self._values[key] = text
        if len(self._values) > 2 * self._size:
            self._thin()

    def _thin(self) -> None:
        self._hash_limit = sorted(self._values)[self._size]
        self._values = {key: text for key, text in self._values.items() if key < self._hash_limit}

    def result(self) -> tuple[str, ...]:
        if len(self._values) > self._size:
            self._thin()
        return tuple(self._values.values())


def _key(text: str) -> int:
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def _count_different(keys: "array[int]") -> int:
    return len(np.unique(np.frombuffer(keys, dtype=np.uint64))) if keys else 0

"""Count the values of one column while its file is read, with bounded memory."""

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from zlib import crc32

import numpy as np

from analyzer.ingest.header import is_id
from analyzer.ingest.values.cell_evidence import CellEvidence

MAX_DISTINCT = 2_000
"""Distinct values kept with their counts; beyond them only identifiers are tracked, at 8 bytes per row."""
MAX_CHARACTERS = 2_000_000
"""Characters of the distinct values kept of a column."""
LONGEST_SAMPLE = 2_000
"""Maximum characters of a sample; longer values are skipped, because a truncated address is not recognized."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What is known of the values of a column.

    Attributes:
        seen: what they allow.
        values: the different values without outer space and their counts; None if there are too many.
        distinct: number of different values, counted up to MAX_DISTINCT.
        is_unique: see ColumnProfile.
        samples: see ColumnProfile.
    """

    seen: CellEvidence
    values: Mapping[str, int] | None = field(repr=False)
    distinct: int
    is_unique: bool
    samples: tuple[str, ...] = field(repr=False)


class ColumnTally:
    """Counts the values of one column."""

    def __init__(self, label: str, samples: int, follow_ids: bool) -> None:
        """Start a count.

        Args:
            label: the heading.
            samples: number of values to keep as samples.
            follow_ids: whether identifiers are tracked beyond MAX_DISTINCT.
        """
        self._seen = CellEvidence()
        self._values: dict[str, int] = {}
        self._is_overfull = self._has_repeats = False
        self._characters = self._filled = self._distinct = 0
        self._is_id = is_id(label)
        self._hashes = array("Q") if self._is_id and follow_ids else None
        self._samples = _Samples(samples)

    def add(self, cells: Mapping[str, int]) -> None:
        """Count the different cells of some rows and how often each occurs."""
        values, samples, hashes = self._values, self._samples, self._hashes
        for cell, count in cells.items():
            text = cell.strip()
            if not text:
                continue
            self._filled += count
            if text in values:
                self._has_repeats = True
            else:
                self._has_repeats = self._has_repeats or count > 1
                self._distinct += 1
                samples.add(text)
            if hashes is not None:
                hashes.append(_key(text))
            if self._is_overfull:
                self._seen.add(text, count)
            else:
                self._keep(text, count)

    def _keep(self, text: str, count: int) -> None:
        """Keep a value with its count; the values kept first remain as keys when there are too many."""
        known = self._values.get(text, 0)
        self._values[text] = known + count
        self._characters += 0 if known else len(text)
        if len(self._values) > MAX_DISTINCT or self._characters > MAX_CHARACTERS:
            for value, number in self._values.items():
                self._seen.add(value, number)
            self._seen.settle()
            self._is_overfull = True

    def result(self, rows: int, different_rows: int) -> Counted:
        """Return the counts; call once.

        Args:
            rows: number of rows read.
            different_rows: number of different rows among them.
        """
        if not self._is_overfull:
            for text, count in self._values.items():
                self._seen.add(text, count)
        is_unique = self._filled == rows > 0 and self._is_unique(different_rows)
        values = None if self._is_overfull else self._values
        return Counted(self._seen, values, min(self._distinct, MAX_DISTINCT), is_unique, self._samples.result())

    def _is_unique(self, different_rows: int) -> bool:
        if self._hashes is not None:
            return count_different(self._hashes) == different_rows
        is_followed = not self._is_overfull or self._is_id
        return not self._has_repeats and is_followed


class _Samples:
    """The values with the smallest hashes: an even sample of the different values, independent of row order."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._hash_limit = 1 << 32
        self._values: dict[int, str] = {}

    def add(self, text: str) -> None:
        key = crc32(text.encode("utf-8", "surrogatepass"))
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


def row_key(cells: tuple[str, ...]) -> int:
    """Return a 64-bit key of a row, equal for equal rows."""
    return _key("\x1f".join(cells))


def count_different(keys: "array[int]") -> int:
    """Return the number of different keys."""
    return len(np.unique(np.frombuffer(keys, dtype=np.uint64))) if keys else 0


def _key(text: str) -> int:
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")

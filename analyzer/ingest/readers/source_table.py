"""What every reader yields: a header and rows of text cells, read anew on each call of rows()."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from typing import TypeAlias

from analyzer.errors import InputFileError
from analyzer.ingest.presets import extra_header_rows

MAX_COLUMNS = 1_000
MAX_CELL = 1 << 20
"""Characters of a line or a cell; longer ones are rejected before they are parsed."""
MAX_LABEL = 1_000
"""Characters of a column label."""
DATA_LABEL = re.compile(r"[^\s@]+@[^\s@]+\.\w|^\d{4}-\d\d-\d\d|^\d{1,2}[/.]\d{1,2}[/.]\d{2,4}\b|(?:\d[\s().+-]?){7}")
"""An e-mail address, a leading date or seven digits: the file has no header, and a comment must not become one."""


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A data row: its number from 1 and one cell for each column, "" where empty."""

    number: int
    cells: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be read, and why; never its text."""

    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class Flaw:
    """A record that a reader could not parse."""

    reason: str


Record: TypeAlias = Sequence[str] | Flaw
"""Cells as a reader finds them; an empty sequence is a blank row, which is counted but is no row."""


@dataclass(frozen=True, slots=True)
class SourceTable:
    """A file seen as rows under a header.

    Attributes:
        path: the file.
        name: its file name.
        header: tidy, unique column labels.
        notes: how the file was read (encoding, delimiter, sheet, header rows skipped).
        records: starts a fresh pass over the records after the header.
        skip: records at the start that are further header rows.
    """

    path: Path
    name: str
    header: tuple[str, ...]
    notes: tuple[str, ...]
    records: Callable[[], Iterator[Record]] = field(repr=False)
    skip: int = 0

    def rows(self) -> Iterator[SourceRow | BadRow]:
        """Read the file from its start and yield every data row once, good or bad."""
        width = len(self.header)
        for number, record in enumerate(islice(self.records(), self.skip, None), start=1):
            if isinstance(record, Flaw):
                yield BadRow(number, record.reason)
            elif len(record) == width:
                yield SourceRow(number, tuple(record))
            elif len(record) > width:
                yield self._overlong(number, record)
            elif record:
                yield SourceRow(number, (*record, *[""] * (width - len(record))))

    def _overlong(self, number: int, record: Sequence[str]) -> SourceRow | BadRow:
        width = len(self.header)
        if any(record[width:]):
            return BadRow(number, f"has {len(record)} cells, header has {width}")
        return SourceRow(number, tuple(record[:width]))


def build_table(
    path: Path,
    labels: Sequence[str],
    notes: Sequence[str],
    records: Callable[[], Iterator[Record]],
    first: Sequence[Record] | None = None,
) -> SourceTable:
    """Tidy the header, recognize further header rows of known exports, and make the table.

    Args:
        path: the file.
        labels: the header as it stands in the file.
        notes: how the file is read.
        records: starts a pass over the records after the header.
        first: the first two of them, where opening the file anew to see them would be slow.

    Raises:
        InputFileError: when there are no columns or more than 1,000.
    """
    if len(labels) > MAX_COLUMNS:
        raise InputFileError(f"{path.name}: has more than {MAX_COLUMNS:,} columns; export fewer columns")
    if not any(label.strip() for label in labels):
        raise InputFileError(f"{path.name}: has no header row; the first row must name the columns")
    header = tidy_header(labels)
    if any(DATA_LABEL.search(label) for label in header):
        raise InputFileError(f"{path.name}: the first row holds data; it must name the columns")
    peeked = islice(records(), 2) if first is None else first[:2]
    skip, note = extra_header_rows(header, [() if isinstance(r, Flaw) else tuple(r) for r in peeked])
    return SourceTable(path, path.name, header, (*notes, *([note] if note else [])), records, skip)


def tidy_header(labels: Sequence[str]) -> tuple[str, ...]:
    """Trim labels, drop a BOM and controls, name the empty ones "column 3" and number repeats "Name (2)"."""
    taken: set[str] = set()
    header = []
    for position, label in enumerate(labels, start=1):
        cleaned = "".join(c if c.isprintable() else " " for c in label[:MAX_LABEL].replace("\ufeff", ""))
        base = " ".join(cleaned.split()) or f"column {position}"
        name, count = base, 1
        while name in taken:
            count += 1
            name = f"{base} ({count})"
        taken.add(name)
        header.append(name)
    return tuple(header)


def cell_text(value: object) -> str:
    """Write a typed value as the text a person would type: 7.0 is "7", dates are ISO 8601, None is ""."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        is_midnight = value.time() == time.min and value.tzinfo is None
        return value.date().isoformat() if is_midnight else value.isoformat(timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)

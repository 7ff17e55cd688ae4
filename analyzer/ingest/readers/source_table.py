"""The result of every reader: a header and rows of text cells; each call of rows() reads the file again."""

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
"""Maximum characters of a line or a cell; longer ones are rejected before they are parsed."""
MAX_LABEL = 1_000
"""Maximum characters of a column label."""
DATA_LABEL = re.compile(r"[^\s@]+@[^\s@]+\.\w|^\d{4}-\d\d-\d\d|^\d{1,2}[/.]\d{1,2}[/.]\d{2,4}\b|(?:\d[\s().+-]?){7}")
"""An e-mail address, a leading date or seven digits: such a label is data, perhaps a comment, not a header."""


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A data row: its number from 1 and one cell for each column, "" where empty."""

    number: int
    cells: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be read, and the reason; never its text."""

    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class Flaw:
    """A record that a reader could not parse, and the reason."""

    reason: str


Record: TypeAlias = Sequence[str] | Flaw
"""The cells of a record; an empty sequence is a blank row, which is numbered but not yielded."""


@dataclass(frozen=True, slots=True)
class SourceTable:
    """A file as rows under a header.

    Attributes:
        path: the file.
        name: its file name.
        header: tidy, unique column labels.
        notes: how the file was read (encoding, delimiter, sheet, header rows skipped).
        records: starts a fresh pass over the records after the header.
        skip: number of further header rows at the start of the records.
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
    """Return a table with a tidy header, without the further header rows of known exports.

    Args:
        path: the file.
        labels: the header as in the file.
        notes: how the file is read.
        records: starts a pass over the records after the header.
        first: the first two records, if opening the file again to read them would be slow.

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
    """Return labels without outer space, BOM and controls; empty ones are "column 3", repeats "Name (2)"."""
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
    """Return a typed value as the text that a person would type: 7.0 is "7", dates are ISO 8601, None is ""."""
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

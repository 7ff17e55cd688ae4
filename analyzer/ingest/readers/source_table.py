"""The result of every reader: a header and rows of text cells; each call of rows() reads the file again."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import islice
from math import isfinite
from pathlib import Path
from typing import BinaryIO, TypeAlias

from analyzer.errors import InputFileError
from analyzer.ingest.readers.footers import MOST_FOOTERS, Subtotals, footer_start, is_rule
from analyzer.ingest.readers.layout import SAMPLE_RECORDS, Layout

MAX_COLUMNS = 1_000
MAX_CELL = 1 << 20
"""Maximum characters of a line or a cell; longer ones are rejected before they are parsed."""
MAX_LABEL = 1_000
"""Maximum characters of a column label."""


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


class RowTally:
    """Counts of the rows that the latest complete pass left out or padded; for notes."""

    def __init__(self) -> None:
        """Start with nothing counted."""
        self.footers = self.headers = self.rules = self.short = self.subtotals = 0

    def notes(self) -> list[str]:
        """Return a sentence for each kind of row that is not read as an answer, with its count."""
        said = (
            (self.footers, "{} at the end left out: totals or remarks, not answers"),
            (self.subtotals, "{} between the answers left out: subtotals, not answers"),
            (self.headers, "{} in the middle left out: the header again"),
            (self.rules, "{} of dashes left out"),
            (self.short, "{} with fewer cells than the header; the missing ones are read as empty"),
        )
        return [text.format(count_of(count, "row")) for count, text in said if count]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTable:
    """A file as rows under a header.

    Attributes:
        path: the file.
        name: its file name, for a member of an archive "archive.zip/member.csv".
        header: tidy, unique column labels.
        opening_notes: how the file is read (encoding, delimiter, sheet, header rows).
        records: starts a fresh pass over all records from the top of the file.
        skip: number of records before the first data row.
        layout: how its rows lie; None for formats that have a schema, whose rows are all data.
        counts_blank: whether a blank row has a number.
        more_notes: returns what only a complete pass can tell.
        tally: what the latest complete pass left out.
        opener: opens the bytes of a table that is in memory and no file; None for a file.
    """

    path: Path
    name: str
    header: tuple[str, ...]
    opening_notes: tuple[str, ...]
    records: Callable[[], Iterator[Record]] = field(repr=False)
    skip: int = 0
    layout: Layout | None = field(default=None, repr=False)
    counts_blank: bool = True
    more_notes: Callable[[], Sequence[str]] = field(default=tuple, repr=False)
    tally: RowTally = field(default_factory=RowTally, repr=False)
    opener: Callable[[], BinaryIO] | None = field(default=None, repr=False)

    def open_bytes(self) -> BinaryIO:
        """Open what the table is read from; of a member of an archive, the archive."""
        return self.opener() if self.opener else self.path.open("rb")

    @property
    def notes(self) -> tuple[str, ...]:
        """How the file is read; complete after a pass over the rows, for short files at once."""
        return tuple(dict.fromkeys((*self.opening_notes, *self.more_notes(), *self.tally.notes())))

    def rows(self) -> Iterator[SourceRow | BadRow]:
        """Read the file from its start and yield every data row once, good or bad."""
        width, tally = len(self.header), RowTally()
        for number, record in self._numbered(tally):
            if isinstance(record, Flaw):
                yield BadRow(number, record.reason)
            elif len(record) == width:
                yield SourceRow(number, tuple(record))
            elif len(record) > width:
                yield self._overlong(number, record)
            else:
                tally.short += self.layout is not None and not self.counts_blank
                yield SourceRow(number, (*record, *[""] * (width - len(record))))
        for counted in ("footers", "headers", "rules", "short", "subtotals"):
            setattr(self.tally, counted, getattr(tally, counted))

    def _numbered(self, tally: RowTally) -> Iterator[tuple[int, Record]]:
        """Yield data records with their numbers, without footers, repeated headers, rules and blank rows."""
        records = islice(self.records(), self.skip, None)
        if self.layout is None:
            yield from ((number, record) for number, record in enumerate(records, start=1) if record)
            return
        tail: deque[tuple[int, Record]] = deque()
        for item in self._answers(records, self.layout, tally):
            tail.append(item)
            if len(tail) > MOST_FOOTERS:
                oldest = tail.popleft()
                if oldest[1]:
                    yield oldest
        start = footer_start([() if isinstance(r, Flaw) else r for _, r in tail], self.layout.shapes)
        yield from (item for item in islice(tail, start) if item[1])
        tally.footers += sum(bool(record) for _, record in islice(tail, start, None))

    def _answers(self, records: Iterable[Record], layout: Layout, tally: RowTally) -> Iterator[tuple[int, Record]]:
        """Yield records with their numbers, without repeated headers, rules and subtotals."""
        again, subtotals = _Again(layout.header), Subtotals(layout.shapes)
        number = 0
        for record in records:
            number += bool(record) or self.counts_blank
            if isinstance(record, Flaw) or not record:
                yield number, record
            elif again.is_header(record):
                tally.headers += 1
            elif is_rule(record):
                tally.rules += 1
            elif subtotals.is_subtotal(record):
                tally.subtotals += 1
            else:
                yield number, record

    def _overlong(self, number: int, record: Sequence[str]) -> SourceRow | BadRow:
        width = len(self.header)
        if any(record[width:]):
            return BadRow(number, f"has {len(record)} cells, header has {width}")
        return SourceRow(number, tuple(record[:width]))


class _Again:
    """Recognizes the rows of the header where they recur."""

    def __init__(self, header: Sequence[Sequence[str]]) -> None:
        self._rows = {_trimmed(row) for row in header}
        self._firsts = {row[0] for row in self._rows if row}

    def is_header(self, record: Sequence[str]) -> bool:
        return record[0].strip() in self._firsts and _trimmed(record) in self._rows


def _trimmed(record: Sequence[str]) -> tuple[str, ...]:
    cells = [cell.strip() for cell in record]
    while cells and not cells[-1]:
        cells.pop()
    return tuple(cells)


def sample_records(name: str, records: Iterable[Record]) -> list[Sequence[str]]:
    """Return the first 200 records; one that cannot be read is empty.

    Raises:
        InputFileError: when one of them has more than 1,000 cells.
    """
    sample = [() if isinstance(record, Flaw) else record for record in islice(records, SAMPLE_RECORDS)]
    _check_width(name, max(map(len, sample), default=0))
    return sample


def lay_out(
    path: Path,
    name: str,
    notes: Sequence[str],
    records: Callable[[], Iterator[Record]],
    layout: Layout,
    *,
    counts_blank: bool = True,
    more_notes: Callable[[], Sequence[str]] = tuple,
) -> SourceTable:
    """Return the table of a format without a schema, whose header was looked for by find_layout().

    Args:
        path: the file.
        name: its name for messages and reports.
        notes: how the file is read.
        records: starts a pass over all records from the top of the file.
        layout: where the table begins.
        counts_blank: whether a blank row has a number.
        more_notes: returns what only a complete pass can tell.

    Raises:
        InputFileError: when there are no columns or more than 1,000.
    """
    _check_width(name, len(layout.labels))
    if not layout.labels:
        raise InputFileError(f"{name}: has no row with text; export it again")
    table = SourceTable(
        path=path,
        name=name,
        header=tidy_header(layout.labels),
        opening_notes=(*notes, *_layout_notes(layout)),
        records=records,
        skip=layout.start,
        layout=layout,
        counts_blank=counts_blank,
        more_notes=more_notes,
    )
    if next(islice(records(), SAMPLE_RECORDS, None), None) is None:
        deque(table.rows(), maxlen=0)
    return table


def build_table(
    path: Path, name: str, labels: Sequence[str], notes: Sequence[str], records: Callable[[], Iterator[Record]]
) -> SourceTable:
    """Return the table of a format with a schema: labels are known, and every record is a data row.

    Raises:
        InputFileError: when there are no columns or more than 1,000.
    """
    _check_width(name, len(labels))
    if not any(label.strip() for label in labels):
        raise InputFileError(f"{name}: its columns have no names; export it again with names")
    return SourceTable(path=path, name=name, header=tidy_header(labels), opening_notes=tuple(notes), records=records)


def count_of(count: int, noun: str) -> str:
    """Return a count with its noun, "1 row" or "2 rows"."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _check_width(name: str, width: int) -> None:
    if width > MAX_COLUMNS:
        raise InputFileError(f"{name}: has more than {MAX_COLUMNS:,} columns; export fewer columns")


def _layout_notes(layout: Layout) -> list[str]:
    notes = []
    if layout.titles:
        notes.append(f"{count_of(layout.titles, 'line')} above the table left out")
    if not layout.header:
        width = len(layout.labels)
        named = "column is called column 1" if width == 1 else f"columns are called column 1 to column {width}"
        notes.append(f"the file has no header row: the first row is read as data and the {named}")
    further = len(layout.header) - 1
    if further > 0:
        rows = "1 further header row is" if further == 1 else f"{further} further header rows are"
        notes.append(f"{rows} read as part of the column names")
    return notes


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
    """Return a typed value as the text that a person would type: 7.0 is "7", dates are ISO 8601, None and NaN ""."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if not isfinite(value):
            return ""
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        is_midnight = value.time() == time.min and value.tzinfo is None
        return value.date().isoformat() if is_midnight else value.isoformat(timespec="seconds")
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)

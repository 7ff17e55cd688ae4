"""Write a scrubbed copy of a file, without a workspace: streamed, in constant memory, on every core.

A table is read twice, once to profile its columns and once to copy it; any other file is one text per line. Only the
copy is stored, and the pseudonym key is discarded after the run: pseudonyms are consistent within one copy only.
"""

import csv
import json
import os
import secrets
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TextIO

from analyzer.errors import UsageError
from analyzer.ingest.cleaning import is_too_long
from analyzer.ingest.mapping import guess_mapping
from analyzer.ingest.personal_columns import personal_columns
from analyzer.ingest.readers.encodings import find_encoding, open_text
from analyzer.ingest.readers.open_file import open_table
from analyzer.ingest.readers.source_file import Source, open_source
from analyzer.ingest.readers.source_table import MAX_CELL, BadRow, tidy_header
from analyzer.ingest.scrub_rows import NOT_SCRUBBED, Cells, CleanCell, PreparedRow, RowReader, Unscrubbed
from analyzer.ingest.typing import as_number, profile
from analyzer.models.parallel import map_batches
from analyzer.privacy.pseudonyms import Pseudonyms
from analyzer.store.output_files import neutralize_formula
from analyzer.types import Progress, no_progress


class Writer(Protocol):
    """Writes the rows of a copy."""

    def header(self, labels: Sequence[str]) -> None:
        """Write the headings."""

    def row(self, cells: Sequence[str]) -> None:
        """Write one row; "" is an empty cell."""


@contextmanager
def new_file(path: Path, force: bool = False) -> Iterator[TextIO]:
    """Open a file that appears under its name only when it is complete, readable by its owner only.

    On failure, no partial file remains and an existing file is unchanged.

    Raises:
        UsageError: when the file exists and force is not given, or its folder does not exist.
    """
    _check(path, force)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace", newline="") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        _check(path, force)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _check(path: Path, force: bool) -> None:
    if path.is_dir() or not path.parent.is_dir():
        raise UsageError(f"{path}: cannot be written there; name a file in a folder that exists")
    if path.exists() and not force:
        raise UsageError(f"{path} exists already; name another file or add --replace")


class DelimitedWriter:
    """CSV or TSV (RFC 4180 quoting, lines end with a line feed)."""

    def __init__(self, stream: TextIO, delimiter: str = ",") -> None:
        """Write to stream."""
        self._writer = csv.writer(stream, delimiter=delimiter, lineterminator="\n")

    def header(self, labels: Sequence[str]) -> None:
        """Write the headings."""
        self.row(labels)

    def row(self, cells: Sequence[str]) -> None:
        """Write one row."""
        self._writer.writerow([harmless(cell) for cell in cells])


class JsonLinesWriter:
    """One flat object per line; plain numbers are numbers, empty cells are left out."""

    def __init__(self, stream: TextIO) -> None:
        """Write to stream."""
        self._stream = stream
        self._labels: Sequence[str] = ()

    def header(self, labels: Sequence[str]) -> None:
        """Store the headings as keys of the objects."""
        self._labels = labels

    def row(self, cells: Sequence[str]) -> None:
        """Write one object."""
        found = {label: _value(cell) for label, cell in zip(self._labels, cells, strict=True) if cell}
        self._stream.write(json.dumps(found, ensure_ascii=False) + "\n")


class LineWriter:
    """One text per line."""

    def __init__(self, stream: TextIO) -> None:
        """Write to stream."""
        self._stream = stream

    def header(self, labels: Sequence[str]) -> None:
        """Write nothing: lines have no heading."""

    def row(self, cells: Sequence[str]) -> None:
        """Write one line."""
        self._stream.write(cells[0] + "\n")


TABLE_WRITERS: Mapping[str, Callable[[TextIO], Writer]] = {
    ".csv": DelimitedWriter,
    ".tsv": lambda stream: DelimitedWriter(stream, "\t"),
    ".jsonl": JsonLinesWriter,
    ".ndjson": JsonLinesWriter,
}


def harmless(cell: str) -> str:
    """Return a cell that a spreadsheet does not evaluate as a formula; numbers are unchanged."""
    return neutralize_formula(cell) if as_number(cell) is None else cell


def _value(cell: str) -> str | float | int:
    number = as_number(cell)
    return cell if number is None else number


TABLES = frozenset(".csv .tsv .tab .xlsx .xlsm .xlsb .xls .ods .jsonl .ndjson .json .parquet .sav .zsav".split())
"""Suffixes of files with columns; any other file is one text per line."""


BATCH_ROWS = 512


BATCH_CHARACTERS = 1 << 20


FEW_ROWS = 1_500
"""Rows or lines up to which one process is faster than several."""


ROWS_LISTED = 1_000


Start = Callable[[], Callable[[Cells], tuple[CleanCell | None, ...]]]


@dataclass(frozen=True, slots=True)
class CopyRequest:
    """The files and options of a copy.

    Attributes:
        file: the input file.
        out: the output file: .csv, .tsv or .jsonl for a table, any suffix for lines.
        mapping, drop: as in an import; "keep" -> columns that are scrubbed rather than left out.
        force: whether an existing output file is replaced.
        workers: number of processes.
    """

    file: Path
    out: Path
    mapping: Mapping[str, str] = field(default_factory=dict)
    drop: tuple[str, ...] = ()
    force: bool = False
    workers: int = 1


@dataclass(frozen=True, slots=True)
class CopyReport:
    """The result of a copy.

    Attributes:
        rows: rows or lines written.
        entities: personal data replaced, by type, in every cell.
        not_scrubbed: number of cells that could not be scrubbed and were replaced as a whole.
        not_scrubbed_rows: the first 1,000 rows with such cells; 0 is the header.
        doubtful: number of cells that should be reviewed.
        doubtful_rows: the first 1,000 rows with such cells.
        notes: how the file was read and how its columns were treated.
    """

    path: str
    rows: int
    entities: Mapping[str, int]
    not_scrubbed: int
    not_scrubbed_rows: tuple[int, ...]
    doubtful: int
    doubtful_rows: tuple[int, ...]
    notes: tuple[str, ...]
    seconds: float


def copy_file(request: CopyRequest, start: Start, on_progress: Progress = no_progress) -> CopyReport:
    """Write a scrubbed copy of a file.

    Raises:
        UsageError: when the output path or format is not possible.
        InputFileError: when the file cannot be read.
        MappingError: when mapping or drop name a column that does not exist.
    """
    source = open_source(request.file)
    if request.out.exists() and request.out.samefile(request.file):
        raise UsageError(f"{request.out} is the input file; name another output file")
    if source.suffix in TABLES:
        return _copy_table(request, start, on_progress)
    encoding = find_encoding(source)
    with open_text(source, encoding.codec) as stream:
        return copy_lines(request, text_lines(stream.readline), start, on_progress, _count_lines(source))


def copy_lines(
    request: CopyRequest, lines: Iterable[str], start: Start, on_progress: Progress = no_progress, total: int = 0
) -> CopyReport:
    """Write a scrubbed copy of texts, one per line; request.file only names them, total estimates their number."""
    rows = (PreparedRow(number, (_line(line),)) for number, line in enumerate(lines, start=1))
    name = request.file.name
    on_progress(name, 0, total)
    with new_file(request.out, request.force) as stream:
        run = _CopyRun(LineWriter(stream))
        workers = request.workers if total > FEW_ROWS else 1
        run.copy(rows, start, workers, lambda done: on_progress(name, done, total))
    return run.report(request, ("one text per line",))


def _copy_table(request: CopyRequest, start: Start, on_progress: Progress) -> CopyReport:
    writer = TABLE_WRITERS.get(request.out.suffix.lower())
    if writer is None:
        raise UsageError(f"{request.out}: a table is written as {', '.join(TABLE_WRITERS)}; choose one of these names")
    name = request.file.name
    on_progress("reading", 0, 0)
    with new_file(request.out, request.force) as stream:
        table = open_table(request.file)
        facts = profile(table, follow_ids=False)
        plan = guess_mapping(facts, request.mapping, request.drop, personal_columns(facts), needs_text=False)
        reader = RowReader(facts, plan, Pseudonyms(secrets.token_bytes(32)))
        rows = (reader.unreadable(r.number) if isinstance(r, BadRow) else reader.prepare(r) for r in table.rows())
        on_progress(name, 0, facts.rows)
        run = _CopyRun(writer(stream), reader.header())
        workers = request.workers if facts.rows > FEW_ROWS else 1
        run.copy(rows, start, workers, lambda done: on_progress(name, done, facts.rows))
    return run.report(request, (*facts.notes, *reader.notes))


def _count_lines(source: Source) -> int:
    """Count the line feeds of a file, as an estimate for progress."""
    with source.open() as stream:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: stream.read(1 << 20), b""))


def text_lines(readline: Callable[[int], str]) -> Iterator[str]:
    """Yield lines without line ends; a line over 1 MiB is truncated and still too long to be scrubbed."""
    while line := readline(MAX_CELL):
        if len(line) == MAX_CELL and not line.endswith("\n"):
            while (rest := readline(MAX_CELL)) and not rest.endswith("\n"):
                pass
        yield line.rstrip("\r\n")


def _line(line: str) -> str | Unscrubbed:
    if is_too_long(line):
        return NOT_SCRUBBED
    return Unscrubbed(line) if line.strip() else line


class _CopyRun:
    """One copy in progress: sends rows to be scrubbed in batches, and writes the results in order."""

    def __init__(self, writer: Writer, header: PreparedRow | None = None) -> None:
        self._writer = writer
        self._header = header
        self._started = time.monotonic()
        self._pending: list[list[tuple[int, list[str | int]]]] = []
        self._rows = 0
        self._entities: Counter[str] = Counter()
        self._not_scrubbed = _Places()
        self._doubtful = _Places()

    def copy(self, rows: Iterable[PreparedRow], start: Start, workers: int, on_rows: Callable[[int], None]) -> None:
        for done in map_batches(start, self._sent(rows), workers):
            for number, cells in self._pending.pop(0):
                self._write(number, [self._finished(number, cell, done) for cell in cells])
            on_rows(self._rows)

    def _sent(self, rows: Iterable[PreparedRow]) -> Iterator[Cells]:
        """Yield the different cells of each batch, and keep their positions."""
        for batch in _batched(rows if self._header is None else _with_first(self._header, rows)):
            places: dict[Unscrubbed, int] = {}
            pending_rows: list[tuple[int, list[str | int]]] = []
            for row in batch:
                cells = [c if isinstance(c, str) else places.setdefault(c, len(places)) for c in row.cells]
                pending_rows.append((row.number, cells))
            self._pending.append(pending_rows)
            yield Cells(tuple(cell.text for cell in places), tuple(cell.own for cell in places))

    def _finished(self, number: int, cell: str | int, done: tuple[CleanCell | None, ...]) -> str:
        clean = done[cell] if isinstance(cell, int) else CleanCell(cell)
        if clean is None or clean.text == NOT_SCRUBBED:
            self._not_scrubbed.add(number)
            return NOT_SCRUBBED
        if clean.is_doubtful:
            self._doubtful.add(number)
        self._entities.update(clean.types)
        return clean.text

    def _write(self, number: int, cells: list[str]) -> None:
        if number:
            self._writer.row(cells)
            self._rows += 1
        else:
            self._writer.header(tidy_header(["" if cell == NOT_SCRUBBED else cell for cell in cells]))

    def report(self, request: CopyRequest, notes: tuple[str, ...]) -> CopyReport:
        return CopyReport(
            path=str(request.out),
            rows=self._rows,
            entities=dict(sorted(self._entities.items())),
            not_scrubbed=self._not_scrubbed.count,
            not_scrubbed_rows=tuple(self._not_scrubbed.rows),
            doubtful=self._doubtful.count,
            doubtful_rows=tuple(self._doubtful.rows),
            notes=notes,
            seconds=round(time.monotonic() - self._started, 2),
        )


class _Places:
    """The number of cells, and the rows that contain them, up to ROWS_LISTED."""

    def __init__(self) -> None:
        self.count = 0
        self.rows: list[int] = []

    def add(self, row: int) -> None:
        self.count += 1
        if len(self.rows) < ROWS_LISTED and self.rows[-1:] != [row]:
            self.rows.append(row)


def _with_first(first: PreparedRow, rows: Iterable[PreparedRow]) -> Iterator[PreparedRow]:
    yield first
    yield from rows


def _batched(rows: Iterable[PreparedRow]) -> Iterator[list[PreparedRow]]:
    batch: list[PreparedRow] = []
    characters = 0
    for row in rows:
        batch.append(row)
        characters += sum(len(cell if isinstance(cell, str) else cell.text) for cell in row.cells)
        if len(batch) >= BATCH_ROWS or characters >= BATCH_CHARACTERS:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch

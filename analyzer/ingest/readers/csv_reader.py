"""Read CSV and similar files: a strict parser over bounded lines, so that a broken quote loses one line, no others."""

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from typing import TextIO

from analyzer.errors import InputFileError
from analyzer.ingest.readers.delimiters import ONE_COLUMN, Dialect, find_dialect
from analyzer.ingest.readers.encodings import find_encoding, given_encoding, open_text
from analyzer.ingest.readers.layout import find_layout
from analyzer.ingest.readers.line_joins import LineJoiner
from analyzer.ingest.readers.read_options import DETECT, ReadOptions
from analyzer.ingest.readers.source_file import Source
from analyzer.ingest.readers.source_table import MAX_CELL, Flaw, Record, SourceTable, lay_out, sample_records
from analyzer.ingest.readers.spreadsheet_traces import SpreadsheetTraces

MAX_RECORD_LINES = 200
"""Maximum physical lines of one record; a longer one has a quote that is not closed."""
REREAD_LINES = 20_000
"""Lines that may be parsed twice because of broken quotes, in addition to five times the lines read."""
UNCLOSED = "a quote is opened and not closed"
_SAMPLE = 1 << 16
_OVERSIZED = "\n-\n"


class _RunawayError(Exception):
    """A record spans too many lines."""


class _OversizedError(Exception):
    """A record's only line is over the limit."""


def read_delimited(source: Source, options: ReadOptions = DETECT) -> SourceTable:
    """Read .csv, .tsv or delimited .txt; encoding, delimiter and layout are detected and noted.

    Raises:
        InputFileError: when there is no row with text.
    """
    encoding = given_encoding(source, options.encoding) if options.encoding else find_encoding(source)
    with open_text(source, encoding.codec) as stream:
        sample = stream.read(_SAMPLE)
    dialect = find_dialect(sample, source.suffix, options.delimiter)

    def parsed() -> Iterator[Record]:
        with open_text(source, encoding.codec) as stream:
            if dialect.is_declared:
                stream.readline(MAX_CELL)
            yield from _parse(stream, dialect, source.name)

    first = sample_records(source.name, SpreadsheetTraces(keeps_errors=True).clean(parsed()))
    layout = find_layout(first)
    traces, joiner = SpreadsheetTraces(keeps_errors=True), LineJoiner(layout, dialect.delimiter, first)

    def records() -> Iterator[Record]:
        return joiner.join(traces.clean(parsed()))

    def more_notes() -> Sequence[str]:
        return (*joiner.notes(), *traces.notes())

    notes = (encoding.note, dialect.note)
    return lay_out(source.path, source.name, notes, records, layout, counts_blank=False, more_notes=more_notes)


def parse(stream: TextIO, delimiter: str, name: str) -> Iterator[Record]:
    """Yield every record but blank ones; see _parse.

    Raises:
        InputFileError: when so many quotes are broken that resuming would take too long.
    """
    return (record for record in _parse(stream, Dialect(delimiter), name) if record)


def _parse(stream: TextIO, dialect: Dialect, name: str) -> Iterator[Record]:
    """Yield every record; where the parser fails, reject one physical line and resume on the next.

    Raises:
        InputFileError: when so many quotes are broken that resuming would take too long.
    """
    feed = _Lines(stream, dialect.is_escaped)
    outer = ONE_COLUMN if dialect.is_wrapped else dialect.delimiter
    reader = csv.reader(
        feed, delimiter=outer, quotechar=dialect.quote, strict=True, skipinitialspace=dialect.skips_space
    )
    while True:
        feed.begin()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except _OversizedError:
            yield Flaw("a cell is over 1 MiB")
        except (_RunawayError, csv.Error) as error:
            yield Flaw(_reason(error))
            if not feed.resume_on_second_line():
                raise InputFileError(
                    f"{name}: line {feed.lines_read:,} and many before it open a quote that is not closed; "
                    "export again with every cell quoted"
                ) from error
        else:
            yield next(csv.reader(cells[:1], delimiter=dialect.delimiter), []) if dialect.is_wrapped else cells


class _Lines:
    """Physical lines of bounded length; keeps the lines of the current record for resuming."""

    def __init__(self, stream: TextIO, is_escaped: bool = False) -> None:
        self._stream = stream
        self._is_escaped = is_escaped
        self._queue: deque[str] = deque()
        self._record_lines: list[str] = []
        self._size = 0
        self._reread = 0
        self.lines_read = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._queue.popleft() if self._queue else self._read()
        if not line:
            raise StopIteration
        if line is _OVERSIZED and not self._record_lines:
            raise _OversizedError
        self._record_lines.append(line)
        self._size += len(line)
        if line is _OVERSIZED or len(self._record_lines) > MAX_RECORD_LINES or self._size > MAX_CELL:
            raise _RunawayError
        return line

    def begin(self) -> None:
        """Start a record."""
        self._record_lines.clear()
        self._size = 0

    def resume_on_second_line(self) -> bool:
        """Queue all lines of the record but the first again; return False if too many lines were parsed twice."""
        self._reread += len(self._record_lines) - 1
        self._queue.extendleft(reversed(self._record_lines[1:]))
        return self._reread <= REREAD_LINES + 5 * self.lines_read

    def _read(self) -> str:
        line = self._stream.readline(MAX_CELL)
        self.lines_read += 1
        if len(line) < MAX_CELL or line.endswith(("\n", "\r")):
            return line.replace('\\"', '""').replace("\\'", "'") if self._is_escaped else line
        while chunk := self._stream.readline(MAX_CELL):
            if chunk.endswith(("\n", "\r")):
                break
        return _OVERSIZED


def _reason(error: Exception) -> str:
    text = str(error)
    if "field limit" in text:
        return f"a cell is longer than {csv.field_size_limit():,} characters"
    if "expected after" in text:
        return "text follows a closing quote; quotes inside a cell must be doubled"
    return UNCLOSED

"""Read CSV and similar files: a strict parser over bounded lines, so that a broken quote loses one line, no others."""

import csv
import io
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TextIO

from analyzer.errors import InputFileError
from analyzer.ingest.readers.encodings import find_encoding, open_text
from analyzer.ingest.readers.source_file import Source
from analyzer.ingest.readers.source_table import MAX_CELL, Flaw, Record, SourceTable, build_table

MAX_RECORD_LINES = 200
"""Maximum physical lines of one record; a longer one has a quote that is not closed."""
REREAD_LINES = 20_000
"""Lines that may be parsed twice because of broken quotes, in addition to five times the lines read."""
UNCLOSED = "a quote is opened and not closed"
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
_NO_DELIMITER = "\x1f"
_SAMPLE = 1 << 16
_SAMPLE_RECORDS = 200
_OVERSIZED = "\n-\n"


class _RunawayError(Exception):
    """A record spans too many lines."""


class _OversizedError(Exception):
    """A record's only line is over the limit."""


def read_delimited(source: Source) -> SourceTable:
    """Read .csv, .tsv or delimited .txt; encoding and delimiter are detected and noted.

    Raises:
        InputFileError: when there is no usable header row.
    """
    encoding = find_encoding(source)
    with open_text(source, encoding.codec) as stream:
        sample = stream.read(_SAMPLE)
    first = sample.splitlines()[0].strip() if sample.strip() else ""
    declared = first[4:] if first.lower().startswith("sep=") and len(first) == 5 else ""
    delimiter = declared or sniff_delimiter(sample, source.suffix)

    def records() -> Iterator[Record]:
        with open_text(source, encoding.codec) as stream:
            if declared:
                stream.readline(MAX_CELL)
            yield from parse(stream, delimiter, source.name)

    def body() -> Iterator[Record]:
        return islice(records(), 1, None)

    header = next(records(), None)
    if header is None:
        raise InputFileError(f"{source.name}: the file is empty; export it again")
    if isinstance(header, Flaw):
        raise InputFileError(f"{source.name}: the header row cannot be read ({header.reason}); correct the first line")
    delimiter_note = f"delimiter {_NAMES.get(delimiter, delimiter)}" if delimiter != _NO_DELIMITER else "one column"
    return build_table(source.path, header, (encoding.note, delimiter_note), body)


def sniff_delimiter(sample: str, suffix: str = ".csv") -> str:
    """Choose the delimiter that splits the sample into the most even table of two columns or more."""
    candidates = ("\t", ",", ";", "|") if suffix == ".tsv" else (",", ";", "\t", "|")
    best, best_score = _NO_DELIMITER, (0.0, 0)
    for delimiter in candidates:
        widths = _widths(sample, delimiter)
        if not widths or widths[0] < 2:
            continue
        score = (sum(w == widths[0] for w in widths) / len(widths), widths[0])
        # a comma in a one-column header would be quoted; another delimiter there does not prove columns
        is_split = delimiter == "," or sum(w > 1 for w in widths) * 2 >= len(widths)
        if is_split and score > best_score:
            best, best_score = delimiter, score
    return best


def parse(stream: TextIO, delimiter: str, name: str) -> Iterator[Record]:
    """Yield every record; where the parser fails, reject one physical line and resume on the next.

    Raises:
        InputFileError: when so many quotes are broken that resuming would take too long.
    """
    feed = _Lines(stream)
    reader = csv.reader(feed, delimiter=delimiter, strict=True)
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
            if cells:
                yield cells


class _Lines:
    """Physical lines of bounded length; keeps the lines of the current record for resuming."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
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
            return line
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


def _widths(sample: str, delimiter: str) -> Sequence[int]:
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
    widths: list[int] = []
    try:
        widths.extend(len(cells) for cells in islice(reader, _SAMPLE_RECORDS) if cells)
    except csv.Error:
        return widths
    return widths[:-1] if len(sample) >= _SAMPLE and len(widths) > 1 else widths

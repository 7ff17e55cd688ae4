"""Read the tables of web pages and of Excel 2003 XML, which many programs save under the name .xls."""

from collections.abc import Iterator
from html.parser import HTMLParser

from analyzer.errors import InputFileError
from analyzer.ingest.readers.encodings import find_encoding, open_text
from analyzer.ingest.readers.layout import find_layout
from analyzer.ingest.readers.read_options import DETECT, ReadOptions
from analyzer.ingest.readers.source_file import Source
from analyzer.ingest.readers.source_table import MAX_CELL, MAX_COLUMNS, Record, SourceTable, lay_out, sample_records
from analyzer.ingest.readers.spreadsheet_traces import SpreadsheetTraces

_CHUNK = 1 << 16
_ROWS = frozenset({"tr", "row"})
_CELLS = frozenset({"td", "th", "cell"})
_BREAKS = frozenset({"br", "p", "div", "li"})
_UNSEEN = frozenset({"script", "style", "title", "head"})
_TABLES = frozenset({"table", "worksheet"})
MAX_TABLES = 200


def read_markup(source: Source, options: ReadOptions = DETECT) -> SourceTable:
    """Read the largest table of an HTML file or of Excel 2003 XML; cells over several columns fill them with blanks.

    Raises:
        InputFileError: when the file holds no table.
    """
    codec = options.encoding or find_encoding(source).codec
    sizes: dict[int, int] = {}
    for number, _ in _rows(source, codec):
        sizes[number] = sizes.get(number, 0) + 1
        if len(sizes) > MAX_TABLES:
            raise InputFileError(f"{source.name}: holds more than {MAX_TABLES} tables; save one as CSV")
    if not sizes:
        raise InputFileError(f"{source.name}: holds no table; save it as CSV")
    largest = max(sizes, key=lambda number: sizes[number])
    traces = SpreadsheetTraces()

    def records() -> Iterator[Record]:
        yield from traces.clean(cells for number, cells in _rows(source, codec) if number == largest)

    layout = find_layout(sample_records(source.name, records()), is_grid=True)
    notes = ["a table of a web page or XML file"]
    if len(sizes) > 1:
        notes.append(f"{len(sizes) - 1} smaller tables of the file not read")
    return lay_out(source.path, source.name, notes, records, layout, more_notes=traces.notes)


def _rows(source: Source, codec: str) -> Iterator[tuple[int, list[str]]]:
    parser = _TableParser()
    with open_text(source, codec) as stream:
        while chunk := stream.read(_CHUNK):
            try:
                parser.feed(chunk)
            except _TooWideError as error:
                message = f"{source.name}: has more than {MAX_COLUMNS:,} columns; export fewer columns"
                raise InputFileError(message) from error
            yield from parser.take()
    parser.close()
    parser.end_row()
    yield from parser.take()


class _TooWideError(Exception):
    """A row has more than 1,000 cells."""


class _TableParser(HTMLParser):
    """Collects the rows of tables, with the number of the table."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._done: list[tuple[int, list[str]]] = []
        self._table = 0
        self._row: list[str] | None = None
        self._cell: list[str] | None = None
        self._size = 0
        self._span = 1
        self._is_unseen = False

    def take(self) -> list[tuple[int, list[str]]]:
        """Return the rows completed since the last call."""
        done, self._done = self._done, []
        return done

    def end_row(self) -> None:
        """End the row that is being read, as a closing tag does."""
        self._end_cell()
        if self._row:
            while self._row and not self._row[-1]:
                self._row.pop()
            self._done.append((self._table, self._row))
        self._row = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        name = tag.rpartition(":")[2]
        if name in _TABLES:
            self._table += name == "table"
        elif name in _ROWS:
            self.end_row()
            self._row = []
        elif name in _CELLS and self._row is not None:
            self._end_cell()
            self._cell = []
            self._start_cell({key.rpartition(":")[2]: value or "" for key, value in attrs})
        elif name in _BREAKS and self._cell:
            self._cell.append("\n")
        elif name in _UNSEEN:
            self._is_unseen = True

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        if name in _CELLS:
            self._end_cell()
        elif name in _ROWS or name == "table":
            self.end_row()
        elif name in _UNSEEN:
            self._is_unseen = False

    def handle_data(self, data: str) -> None:
        if self._cell is not None and not self._is_unseen and self._size < MAX_CELL:
            self._cell.append(data)
            self._size += len(data)

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self._size = 0
        span = attributes.get("colspan", "") or attributes.get("mergeacross", "")
        self._span = min(int(span), MAX_COLUMNS) if span.isdecimal() else 1
        if "mergeacross" in attributes:
            self._span += 1
        index = attributes.get("index", "")
        if self._row is not None and index.isdecimal() and int(index) <= MAX_COLUMNS:
            self._row.extend([""] * (int(index) - 1 - len(self._row)))

    def _end_cell(self) -> None:
        if self._row is not None and len(self._row) > MAX_COLUMNS:
            raise _TooWideError
        if self._cell is not None and self._row is not None:
            lines = (" ".join(line.split()) for line in "".join(self._cell).split("\n"))
            self._row.extend(["\n".join(line for line in lines if line), *[""] * (self._span - 1)])
        self._cell = None

"""The file a scrubbed copy is written to: whole or not there at all, and harmless to a spreadsheet."""

import csv
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, TextIO

from analyzer.errors import UsageError
from analyzer.ingest.profile import as_number

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""First characters that make a spreadsheet run a cell (OWASP, CSV injection; their wide forms too)."""


class Writer(Protocol):
    """Writes the rows of a copy."""

    def header(self, labels: Sequence[str]) -> None:
        """Write the headings."""

    def row(self, cells: Sequence[str]) -> None:
        """Write one row; "" is an empty cell."""


@contextmanager
def new_file(path: Path, force: bool = False) -> Iterator[TextIO]:
    """Open a file that appears under its name only when it is complete; it can be read by its owner alone.

    Whatever goes wrong, nothing is left behind and what was there before stays.

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
        raise UsageError(f"{path} exists already; name another file or add --force")


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
    """One flat object a line; plain numbers are numbers, empty cells are left out."""

    def __init__(self, stream: TextIO) -> None:
        """Write to stream."""
        self._stream = stream
        self._labels: Sequence[str] = ()

    def header(self, labels: Sequence[str]) -> None:
        """Remember the headings: they are the keys."""
        self._labels = labels

    def row(self, cells: Sequence[str]) -> None:
        """Write one object."""
        found = {label: _value(cell) for label, cell in zip(self._labels, cells, strict=True) if cell}
        self._stream.write(json.dumps(found, ensure_ascii=False) + "\n")


class LineWriter:
    """One text a line."""

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
    """Return a cell that no spreadsheet takes for a formula: an apostrophe goes before it; numbers stay numbers."""
    return f"'{cell}" if cell.startswith(FORMULA) and as_number(cell) is None else cell


def _value(cell: str) -> str | float | int:
    number = as_number(cell)
    return cell if number is None else number

"""Read XLSX files through openpyxl in streaming mode, after xlsx_guard has checked the file."""

import warnings
from collections.abc import Callable, Iterator
from itertools import dropwhile, islice
from typing import Any, BinaryIO, TypeVar

from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

from analyzer.errors import InputFileError
from analyzer.ingest.readers.source_file import Source
from analyzer.ingest.readers.source_table import SourceTable, build_table, cell_text
from analyzer.ingest.readers.xlsx_guard import check_workbook

_BATCH = 500
_T = TypeVar("_T")
_OLD_FORMAT = b"\xd0\xcf\x11\xe0"


def read_workbook(source: Source, sheet: str | None = None) -> SourceTable:
    """Read one sheet of an .xlsx: the named one, else the first visible sheet that is not empty.

    Raises:
        InputFileError: when the file is encrypted, damaged, hostile, an old .xls, or lacks the sheet.
    """
    with source.seekable() as stream:
        if stream.read(4) == _OLD_FORMAT:
            raise InputFileError(
                f"{source.name}: is protected by a password or an old .xls; save it as .xlsx without one, or as CSV"
            )
        width = check_workbook(source.name, stream)
        title, others, top = _translate_errors(source, lambda: _choose(source, stream, sheet, width))

    def rows() -> Iterator[list[str]]:
        with source.seekable() as stream:
            yield from _rows(source, stream, title, width)

    def body() -> Iterator[list[str]]:
        records = rows()
        next((r for r in records if r), None)
        return records

    if not top:
        raise InputFileError(f"{source.name}: sheet {title!r} is empty; choose another sheet")
    notes = [f"sheet {title!r}"] + ([f"sheets not read: {', '.join(map(repr, others))}"] if others else [])
    return build_table(source.path, top[0], notes, body, top[1:])


def _choose(source: Source, stream: BinaryIO, sheet: str | None, width: int) -> tuple[str, list[str], list[list[str]]]:
    workbook = load_workbook(stream, read_only=True, data_only=True, keep_links=False)
    try:
        titles = [s.title for s in workbook.worksheets]
        if sheet is not None and sheet not in titles:
            raise InputFileError(f"{source.name}: has no sheet {sheet!r}; its sheets are {', '.join(titles)}")
        visible = [s for s in workbook.worksheets if s.sheet_state == "visible"] or workbook.worksheets
        if not visible:
            raise InputFileError(f"{source.name}: has no sheet with cells; save it again")
        top: list[list[str]] = []
        for candidate in visible if sheet is None else [workbook[sheet]]:
            title = candidate.title
            top = list(islice(dropwhile(lambda row: not row, _cells(candidate, width)), 3))
            if top:
                break
        return title, [t for t in titles if t != title], top
    finally:
        workbook.close()


def _rows(source: Source, stream: BinaryIO, title: str, width: int) -> Iterator[list[str]]:
    def load() -> Any:
        return load_workbook(stream, read_only=True, data_only=True, keep_links=False)

    workbook = _translate_errors(source, load)
    try:
        cells = _cells(workbook[title], width)
        while batch := _translate_errors(source, lambda: list(islice(cells, _BATCH))):
            yield from batch
    finally:
        workbook.close()


def _cells(worksheet: Any, width: int) -> Iterator[list[str]]:
    """Yield rows of text without trailing empty cells; the declared size of the sheet is not trusted."""
    worksheet.reset_dimensions()
    for values in worksheet.iter_rows(max_col=max(1, width), values_only=True):
        row = [_text(value) for value in values]
        while row and not row[-1]:
            row.pop()
        yield row


def _text(value: object) -> str:
    text = cell_text(value)
    return unescape(text) if "_x" in text else text


def _translate_errors(source: Source, action: Callable[[], _T]) -> _T:
    """Run an openpyxl call with warnings suppressed and errors translated."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return action()
    except InputFileError:
        raise
    except Exception as error:  # openpyxl raises errors of many types on damaged parts
        raise InputFileError(f"{source.name}: not a readable .xlsx workbook; open it and save it again") from error

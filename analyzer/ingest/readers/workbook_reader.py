"""Read workbooks (.xlsx, .xlsm, .xlsb, .xls, .ods) through calamine, after workbook_guard has checked the file."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from analyzer.errors import InputFileError
from analyzer.ingest.header import names_role
from analyzer.ingest.readers.compound_guard import check_compound
from analyzer.ingest.readers.damage import damage_as
from analyzer.ingest.readers.layout import SAMPLE_RECORDS, Layout, find_layout
from analyzer.ingest.readers.merged_cells import MergedCells, with_merged_headings
from analyzer.ingest.readers.read_options import DETECT, ReadOptions
from analyzer.ingest.readers.source_file import Source
from analyzer.ingest.readers.source_table import (
    MAX_CELL,
    MAX_COLUMNS,
    Flaw,
    Record,
    SourceTable,
    cell_text,
    count_of,
    lay_out,
)
from analyzer.ingest.readers.spreadsheet_traces import SpreadsheetTraces
from analyzer.ingest.readers.workbook_guard import SheetScan, WorkbookScan, check_workbook
from analyzer.types import ColumnRole

OLD_FORMAT = b"\xd0\xcf\x11\xe0"
"""First bytes of an .xls, and of a workbook that is protected by a password."""
MOST_CANDIDATES = 12
"""Sheets that are looked at to find the one with the answers."""
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A sheet that was loaded: its title, position, rows and layout."""

    title: str
    position: int
    rows: Any
    layout: Layout | None
    score: float


def read_workbook(source: Source, options: ReadOptions = DETECT) -> SourceTable:
    """Read one sheet of a workbook: the named one, else the visible one that looks most like answers.

    Raises:
        InputFileError: when the file is encrypted, damaged, hostile, or lacks the sheet.
    """
    with source.seekable() as stream:
        scan = _check(source, stream)
        workbook = _open(source, stream)
        names = [m.name for m in workbook.sheets_metadata if _is_worksheet(m)]
        chosen = _choose(source, workbook, options.sheet, names)
    if chosen.layout is None:
        raise InputFileError(f"{source.name}: sheet {chosen.title!r} is empty; choose another sheet")
    held = [chosen.rows]
    """The loaded sheet, until its first complete pass: most files are read once more only."""
    traces = SpreadsheetTraces()
    merged = MergedCells(chosen.rows.merged_cell_ranges or (), (chosen.rows.start or (0, 0))[1], chosen.layout)

    def more_notes() -> Sequence[str]:
        return (*merged.notes(), *traces.notes())

    def records() -> Iterator[Record]:
        rows = held[0] if held else _load(source, chosen.position)
        yield from traces.clean(merged.fill(map(_record, rows.iter_rows())))
        held.clear()

    others = [name for name in names if name != chosen.title]
    notes = [f"sheet {chosen.title!r}"] + ([f"sheets not read: {', '.join(map(repr, others))}"] if others else [])
    found = scan.sheets.get(workbook.sheet_names.index(chosen.title), SheetScan())
    hidden = [m.name for m in workbook.sheets_metadata if m.name == chosen.title and not _is_visible(m)]
    if hidden:
        notes.append(f"sheet {chosen.title!r} is hidden in the workbook")
    notes += _scan_notes(found)
    return lay_out(source.path, source.name, notes, records, chosen.layout, more_notes=more_notes)


def _check(source: Source, stream: BinaryIO) -> WorkbookScan:
    is_old = stream.read(4) == OLD_FORMAT
    stream.seek(0)
    if is_old:
        check_compound(source.name, stream)
        return WorkbookScan()
    return check_workbook(source.name, stream)


def _open(source: Source, stream: BinaryIO) -> Any:
    import python_calamine  # noqa: PLC0415 - loads only when a workbook is read

    stream.seek(0)
    with damage_as(source.name, "not a readable workbook; open it and save it again"):
        try:
            return python_calamine.CalamineWorkbook.from_filelike(stream)
        except python_calamine.PasswordError as error:
            raise InputFileError(f"{source.name}: is protected by a password; save it without one") from error


def _load(source: Source, position: int) -> Any:
    with source.seekable() as stream:
        return _sheet_rows(source, _open(source, stream), position)


def _sheet_rows(source: Source, workbook: Any, position: int) -> Any:
    with damage_as(source.name, "a sheet is damaged; open the workbook and save it again"):
        return workbook.get_sheet_by_index(position)


def _choose(source: Source, workbook: Any, sheet: str | None, names: Sequence[str]) -> _Sheet:
    if sheet is not None and sheet not in names:
        raise InputFileError(f"{source.name}: has no sheet {sheet!r}; its sheets are {', '.join(names)}")
    if not names:
        raise InputFileError(f"{source.name}: has no sheet with cells; save it again")
    visible = {m.name for m in workbook.sheets_metadata if _is_visible(m)}
    wanted = [sheet] if sheet is not None else [n for n in names if n in visible] or list(names)
    best: _Sheet | None = None
    for title in wanted[:MOST_CANDIDATES]:
        found = _look_at(source, workbook, title)
        if best is None or found.score > best.score:
            best = found
    if best is None:
        raise InputFileError(f"{source.name}: has no sheet with cells; save it again")
    return best


def _look_at(source: Source, workbook: Any, title: str) -> _Sheet:
    position = workbook.sheet_names.index(title)
    rows = _sheet_rows(source, workbook, position)
    sample = [record for record, _ in zip(map(_record, rows.iter_rows()), range(SAMPLE_RECORDS), strict=False)]
    cells: list[Sequence[str]] = [() if isinstance(record, Flaw) else record for record in sample]
    if max(map(len, cells), default=0) > MAX_COLUMNS:
        raise InputFileError(f"{source.name}: has more than {MAX_COLUMNS:,} columns; export fewer columns")
    if not any(map(len, cells)):
        return _Sheet(title, position, rows, None, -1.0)
    layout = find_layout(
        with_merged_headings(cells, rows.merged_cell_ranges or (), (rows.start or (0, 0))[1]), is_grid=True
    )
    return _Sheet(title, position, rows, layout, _score(layout, len(cells) - layout.start))


def _score(layout: Layout, rows: int) -> float:
    """Return how much a sheet looks like answers: columns of numbers and of sentences, roles in its headings, rows."""
    is_named = any(names_role(label, role) for label in layout.labels for role in ColumnRole if role in _NAMED)
    return (
        2 * (len(layout.labels) > 1)
        + 2 * any(column.is_typed for column in layout.shapes)
        + 2 * any(column.is_prose for column in layout.shapes)
        + 1 * is_named
        + min(1.0, max(0, rows) / 20)
    )


_NAMED = (ColumnRole.TEXT, ColumnRole.DATE, ColumnRole.RATING)


def _is_worksheet(metadata: Any) -> bool:
    return str(metadata.typ).endswith(("WorkSheet", "Vba")) or "WorkSheet" in str(metadata.typ)


def _is_visible(metadata: Any) -> bool:
    return str(metadata.visible).endswith(".Visible")


def _scan_notes(scan: SheetScan) -> list[str]:
    said = (
        (scan.errors, "cell", "with a spreadsheet error such as #NAME? or #N/A read as empty"),
        (scan.no_results, "formula", "without a stored result read as empty; open the workbook and save it"),
        (scan.hidden_rows, "hidden row", "read like the others"),
        (scan.hidden_columns, "hidden column", "read like the others"),
    )
    return [f"{count_of(count, noun)} {text}" for count, noun, text in said if count]


def _record(values: Sequence[Any]) -> Record:
    """Return a row as texts, without empty cells at its end."""
    cells = [value if type(value) is str else cell_text(value) for value in values]
    while cells and not cells[-1]:
        cells.pop()
    for place, cell in enumerate(cells):
        if len(cell) > MAX_CELL:
            return Flaw("a cell is over 1 MiB")
        if "_x" in cell:
            cells[place] = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), cell)
    return cells

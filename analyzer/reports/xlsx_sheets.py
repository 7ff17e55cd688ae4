"""Write sheets of plain cells as an XLSX file with openpyxl: no formulas, no links; equal cells give equal bytes.

A cell that begins like a formula is stored as text with Excel's quote prefix, so that it stays text when it is edited
(OWASP, "CSV Injection").
"""

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from analyzer.store.output_files import FORMULA_STARTS, safe_text

FIXED_TIME = datetime(2020, 1, 1)  # noqa: DTZ001 - XLSX has no time zones; fixed, so that equal sheets give equal files


MAX_WIDTH = 80


Sheet = tuple[str, Sequence[str], Iterable[Sequence[object]]]


def workbook_bytes(sheets: Sequence[Sheet]) -> bytes:
    """Return an XLSX file with these sheets: (name, headings, rows) each."""
    from openpyxl import Workbook  # noqa: PLC0415
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415

    book: Any = Workbook()
    book.remove(book.active)
    for name, headings, rows in sheets:
        sheet = book.create_sheet(name[:31])
        for row, cells in enumerate([headings, *rows], start=1):
            for column, value in enumerate(cells, start=1):
                _fill(sheet.cell(row=row, column=column), value, Alignment(wrap_text=True, vertical="top"))
        for column, head in enumerate(headings, start=1):
            sheet.cell(row=1, column=column).font = Font(bold=True)
            letter = sheet.cell(row=1, column=column).column_letter
            widest = max((len(str(cell.value or "")) for cell in sheet[letter]), default=len(head))
            sheet.column_dimensions[letter].width = min(MAX_WIDTH, max(8, widest + 2))
        sheet.freeze_panes = "A2"
    book.properties.created = book.properties.modified = FIXED_TIME
    book.properties.creator = "analyzer"
    return _bytes_with_fixed_times(book)


def _fill(cell: Any, value: object, alignment: Any) -> None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        cell.value = value
        return
    text = safe_text("" if value is None else value)
    cell.value = text
    cell.data_type = "s"
    cell.alignment = alignment
    if text.startswith(FORMULA_STARTS):
        cell.quotePrefix = True


def _bytes_with_fixed_times(book: Any) -> bytes:
    """Return the saved workbook with fixed times; openpyxl writes the current time."""
    draft, fixed = io.BytesIO(), io.BytesIO()
    book.save(draft)
    with zipfile.ZipFile(draft) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        for item in source.infolist():
            content = source.read(item)
            if item.filename == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2020-01-01T00:00:00Z", content)
            target.writestr(zipfile.ZipInfo(item.filename, (2020, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return fixed.getvalue()

"""Rows as CSV that a spreadsheet runs nothing of: a cell that begins like a formula gets a quote before it.

Source: OWASP, "CSV Injection".
"""

import csv
import io
from collections.abc import Sequence

from analyzer.exports.workbook import FORMULA, safe_text


def csv_bytes(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    """Return a CSV file (UTF-8, comma)."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(heads)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return stream.getvalue().encode()


def _cell(value: object) -> object:
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    text = safe_text(value)
    return f"'{text}" if text.startswith(FORMULA) else text

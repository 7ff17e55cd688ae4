"""Cells that are safe for spreadsheets, CSV files made of them, and names that are free."""

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path

from analyzer.errors import UsageError

ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""First characters that make a spreadsheet evaluate a cell (OWASP, "CSV Injection"), and their full-width forms."""


LONGEST = 32_000
"""Most characters of a cell; Excel's own limit is 32,767."""


def neutralize_formula(text: str) -> str:
    """Return the text of a cell with an apostrophe before a formula start, so that no spreadsheet evaluates it."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def safe_text(value: object) -> str:
    """Return a value as cell text: without illegal control characters, cut at LONGEST characters."""
    text = ILLEGAL.sub("", str(value))
    return text if len(text) <= LONGEST else text[:LONGEST] + " … (cut)"


def check_free(path: Path, may_replace: bool = False) -> None:
    """Check that a file may be written under a name.

    Raises:
        UsageError: if it exists already and may not be replaced.
    """
    if path.exists() and not may_replace:
        raise UsageError(f"{path} is there already; choose another name (an export can replace it: --replace)")


def csv_bytes(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    """Return a CSV file (UTF-8, comma-separated) with cells neutralized against formulas."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(heads)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return stream.getvalue().encode()


def _cell(value: object) -> object:
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    return neutralize_formula(safe_text(value))

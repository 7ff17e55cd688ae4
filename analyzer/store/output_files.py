"""Write output files atomically, with mode 0600, and make cells safe for spreadsheets."""

import csv
import hashlib
import io
import os
import re
import uuid
from collections.abc import Iterable, Sequence
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


def write_whole(path: Path, content: bytes, may_replace: bool = False) -> str:
    """Write a file atomically and return its SHA-256.

    Raises:
        UsageError: if the file exists already and may not be replaced.
    """
    return _write(path, [content], may_replace)[1]


def write_lines(path: Path, lines: Iterable[str], may_replace: bool = False) -> tuple[int, str]:
    """Write a file line by line, atomically; return the number of lines and the SHA-256.

    Raises:
        UsageError: if the file exists already and may not be replaced.
    """
    return _write(path, (line.encode() + b"\n" for line in lines), may_replace)


def _write(path: Path, pieces: Iterable[bytes], may_replace: bool) -> tuple[int, str]:
    if path.exists() and not may_replace:
        raise UsageError(f"{path} is there already; choose another name (an export can replace it: --replace)")
    draft = path.with_name(f".{path.name}.{uuid.uuid4().hex}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    digest, count = hashlib.sha256(), 0
    try:
        with os.fdopen(descriptor, "wb") as out:
            for piece in pieces:
                out.write(piece)
                digest.update(piece)
                count += 1
            out.flush()
            os.fsync(out.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return count, digest.hexdigest()


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

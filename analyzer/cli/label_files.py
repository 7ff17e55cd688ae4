"""Read CSV files of labels: rows with their line numbers; every row must be as long as the header."""

import csv
from collections.abc import Mapping
from pathlib import Path

from analyzer.errors import InputFileError

LabelRow = tuple[int, Mapping[str, str]]
"""Line of the file on which the row ends; cells by heading."""


def read_label_rows(file: Path) -> list[LabelRow]:
    """Return the rows of a CSV file with a header; empty cells after the last heading are left out.

    Raises:
        InputFileError: if the file cannot be read as CSV, or the number of cells in a row differs from the header.
    """
    rows: list[LabelRow] = []
    try:
        with file.open(newline="", encoding="utf-8-sig") as stream:
            reader = csv.reader(stream, strict=True)
            header = next(reader, [])
            for cells in reader:
                if not cells:
                    continue  # a blank line
                if len(cells) < len(header) or any(cells[len(header) :]):
                    raise InputFileError(
                        f"{file} line {reader.line_num}: {len(cells)} cells under {len(header)} headings; complete "
                        "the row, and quote cells with commas; no label was stored"
                    )
                rows.append((reader.line_num, dict(zip(header, cells, strict=False))))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputFileError(f"{file} cannot be read as a CSV of labels; save it as CSV in UTF-8") from error
    return rows

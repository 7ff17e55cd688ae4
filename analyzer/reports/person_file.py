"""Render all data of one respondent as a file for them (GDPR 15): JSON, CSV or XLSX."""

import json
from collections.abc import Sequence

from analyzer.errors import UsageError
from analyzer.reports.xlsx_sheets import workbook_bytes
from analyzer.store.output_files import csv_bytes
from analyzer.types import Feedback

HEADS = ("record", "comment", "themes")
KINDS = ("json", "csv", "xlsx")


def person_file(kind: str, respondent: str, records: Sequence[tuple[Feedback, Sequence[str]]]) -> bytes:
    """Return a file of a respondent's records, each with its themes.

    Raises:
        UsageError: if the kind is unknown.
    """
    if kind == "json":
        plain = [
            {"record": one.id, "comment": one.text, "fields": dict(one.fields), "themes": list(themes)}
            for one, themes in records
        ]
        return json.dumps({"respondent": respondent, "records": plain}, ensure_ascii=False, indent=1).encode()
    columns = sorted({name for one, _ in records for name in one.fields})
    headings = (*HEADS, *columns)
    rows = [(one.id, one.text, ", ".join(themes), *map(one.fields.get, columns)) for one, themes in records]
    if kind == "csv":
        return csv_bytes(headings, rows)
    if kind == "xlsx":
        return workbook_bytes([("Held", headings, rows)])
    raise UsageError(f'"{kind}" is not a kind of personal data export; choose one of {", ".join(KINDS)}')

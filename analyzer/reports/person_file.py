"""What is held of one person as a file, to be handed to them (GDPR 15): JSON, CSV or XLSX."""

import json
from collections.abc import Sequence

from analyzer.errors import UsageError
from analyzer.reports.xlsx_sheets import workbook_bytes
from analyzer.store.output_files import csv_bytes
from analyzer.types import Feedback

HEADS = ("record", "comment", "themes")
KINDS = ("json", "csv", "xlsx")


def person_file(kind: str, respondent: str, records: Sequence[tuple[Feedback, Sequence[str]]]) -> bytes:
    """Return a file of somebody's records with the themes each speaks of.

    Raises:
        UsageError: on a kind that is not known.
    """
    if kind == "json":
        plain = [
            {"record": one.id, "comment": one.text, "fields": dict(one.fields), "themes": list(themes)}
            for one, themes in records
        ]
        return json.dumps({"respondent": respondent, "records": plain}, ensure_ascii=False, indent=1).encode()
    columns = sorted({name for one, _ in records for name in one.fields})
    heads = (*HEADS, *columns)
    rows = [(one.id, one.text, ", ".join(themes), *map(one.fields.get, columns)) for one, themes in records]
    if kind == "csv":
        return csv_bytes(heads, rows)
    if kind == "xlsx":
        return workbook_bytes([("Held", heads, rows)])
    raise UsageError(f'what is held of a person is a file of kind {", ".join(KINDS)}, not "{kind}"')

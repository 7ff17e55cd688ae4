"""Convert rows to RawFeedback: every row of a file yields exactly one item, accepted or rejected with a reason."""

from collections.abc import Callable, Iterator, Sequence
from hashlib import blake2b
from typing import TypeAlias

from analyzer.ingest.cleaning import MAX_TEXT, clean_text, is_too_long
from analyzer.ingest.dates import DateOrder, parse_date
from analyzer.ingest.header import is_personal
from analyzer.ingest.mapping import ColumnPlan
from analyzer.ingest.raw_feedback import RawFeedback
from analyzer.ingest.readers.source_table import BadRow, SourceRow, SourceTable
from analyzer.ingest.types import Rejected
from analyzer.ingest.typing import Profile, as_number
from analyzer.types import Column, ColumnRole, FieldValue, Kind

MAX_ID = 500
"""Maximum characters of an identifier."""
_Reader: TypeAlias = Callable[[str], FieldValue]


def raw_feedback(table: SourceTable, plan: ColumnPlan, profile: Profile) -> Iterator[RawFeedback | Rejected]:
    """Read the table again and yield one item per row, in the order of the file."""
    converter = _RowConverter(table, plan, profile)
    for row in table.rows():
        if isinstance(row, BadRow):
            yield Rejected(table.name, row.number, row.reason)
        else:
            yield converter.convert(row)


class _RowConverter:
    """Converts rows of one file to RawFeedback."""

    def __init__(self, table: SourceTable, plan: ColumnPlan, profile: Profile) -> None:
        places = {label: position for position, label in enumerate(table.header)}
        orders = {c.label: c.dates for c in profile.columns}
        self._file = table.name
        self._text = places[plan.roles[ColumnRole.TEXT]]
        self._id = places.get(plan.roles.get(ColumnRole.ID, ""))
        self._respondent = places.get(plan.roles.get(ColumnRole.RESPONDENT, ""))
        self._link = places.get(plan.roles.get(ColumnRole.LINK, ""))
        present = [c for c in plan.columns if c.label in places]  # other columns come from the survey link
        self._fields = [(c.name, places[c.label], _reader(c, orders.get(c.label))) for c in present]
        self._prose = [(c.label, places[c.label]) for c in present if c.kind in {Kind.TEXT, Kind.CATEGORY}]
        self._own = [places[label] for label, reason in plan.dropped if _is_identity(label, reason)]
        self._digest = blake2b(_canonical(table.header), digest_size=16)

    def convert(self, row: SourceRow) -> RawFeedback | Rejected:
        cells = row.cells
        if reason := self._too_long(cells):
            return Rejected(self._file, row.number, reason)
        text = clean_text(cells[self._text])
        if not text:
            return Rejected(self._file, row.number, "no comment text")
        fields: dict[str, FieldValue] = {}
        for name, place, read in self._fields:
            if (cell := cells[place]) and (value := read(cell)) not in {None, ""}:
                fields[name] = value
        digest = self._digest.copy()
        digest.update(_canonical(cells))
        return RawFeedback(
            row=row.number,
            source_id=_reference(cells, self._id),
            respondent=_reference(cells, self._respondent),
            text=text,
            fields=fields,
            digest=digest.digest(),
            link=_reference(cells, self._link),
            own=tuple(value for place in self._own if (value := clean_text(cells[place][:MAX_ID]))),
        )

    def _too_long(self, cells: Sequence[str]) -> str:
        if is_too_long(cells[self._text]):
            return f"comment longer than {MAX_TEXT:,} characters"
        for label, place in self._prose:
            if is_too_long(cells[place]):
                return f"cell in column {label!r} longer than {MAX_TEXT:,} characters"
        for reference in (self._id, self._respondent, self._link):
            if reference is not None and len(cells[reference]) > MAX_ID:
                return f"identifier longer than {MAX_ID} characters"
        return ""


def _is_identity(label: str, reason: str) -> bool:
    """Check whether a left-out column identifies the author: by the reason it was left out, or by its heading."""
    return reason.startswith("holds ") or is_personal(label)


def _reference(cells: Sequence[str], place: int | None) -> str | None:
    return (clean_text(cells[place]) or None) if place is not None else None


def _reader(column: Column, order: DateOrder | None) -> _Reader:
    if column.kind is Kind.NUMBER:
        return as_number
    if column.kind is Kind.DATE:
        known = order or DateOrder("dmy")
        return lambda cell: parse_date(cell, known)
    return clean_text


def _canonical(cells: Sequence[str]) -> bytes:
    return "".join(f"{len(cell)}:{cell}" for cell in cells).encode("utf-8", "surrogatepass")

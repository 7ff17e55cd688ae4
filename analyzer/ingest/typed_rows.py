"""Convert rows to RawFeedback: every row of a file yields exactly one item, accepted or rejected with a reason."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import blake2b

from analyzer.ingest.cleaning import MAX_TEXT, clean_text, is_too_long
from analyzer.ingest.header import is_personal, slug
from analyzer.ingest.mapping import ColumnPlan
from analyzer.ingest.raw_feedback import RawFeedback
from analyzer.ingest.readers.source_table import BadRow, SourceRow, SourceTable
from analyzer.ingest.types import Rejected
from analyzer.ingest.values.reader import CellReader, reader
from analyzer.types import ColumnRole, FieldValue, Kind, Reading

MAX_ID = 500
"""Maximum characters of an identifier."""
NOTHING = "holds no comment and no value"
_PROSE = {Kind.TEXT, Kind.CATEGORY, Kind.MULTI, Kind.ORDINAL, Kind.BOOLEAN, Kind.CODE}


def raw_feedback(table: SourceTable, plan: ColumnPlan) -> Iterator[RawFeedback | Rejected]:
    """Read the table again and yield one item per row, in the order of the file."""
    converter = _RowConverter(table, plan)
    for row in table.rows():
        if isinstance(row, BadRow):
            yield Rejected(table.name, row.number, row.reason)
        else:
            yield converter.convert(row)


class _RowConverter:
    """Converts rows of one file to RawFeedback."""

    def __init__(self, table: SourceTable, plan: ColumnPlan) -> None:
        places = {label: position for position, label in enumerate(table.header)}
        self._file = table.name
        self._questions = [(label, places[label], _text_of(plan.reading_of(label)[1])) for label in plan.questions]
        self._identity = [(slug(label), places[label]) for label in sorted(plan.identity)]
        self._id = places.get(plan.roles.get(ColumnRole.ID, ""))
        self._respondent = places.get(plan.roles.get(ColumnRole.RESPONDENT, ""))
        self._link = places.get(plan.roles.get(ColumnRole.LINK, ""))
        present = [c for c in plan.columns if c.label in places]  # other columns come from the survey link
        self._fields = [(c, places[c.label], reader(c.kind, c.reading)) for c in present]
        self._key_fields = [c.name for c in present if c.role is ColumnRole.RATING]
        self._date = next((c.name for c in present if c.role is ColumnRole.DATE), "")
        self._own = [places[label] for label, reason in plan.dropped if _is_identity(label, reason)]
        self._exclusions = [(places[one.label], one) for one in plan.exclusions if one.label in places]
        self._digest = blake2b(_canonical(table.header), digest_size=16)

    def convert(self, row: SourceRow) -> RawFeedback | Rejected:
        cells = row.cells
        if reason := self._refused(cells):
            return Rejected(self._file, row.number, reason)
        answers, long_answers = self._answers(cells)
        if long_answers and not answers:
            return Rejected(self._file, row.number, f"comment longer than {MAX_TEXT:,} characters")
        fields, too_long = self._values(cells)
        if not answers and not fields:
            return Rejected(self._file, row.number, NOTHING)
        respondent = _reference(cells, self._respondent)
        digest = self._digest.copy()
        digest.update(_canonical(cells))
        link = _reference(cells, self._link)
        return RawFeedback(
            row=row.number,
            source_id=_reference(cells, self._id),
            respondent=respondent,
            answers=answers,
            fields=fields,
            digest=digest.digest(),
            said=self._said(cells, fields, respondent or link or ""),
            link=link,
            own=tuple(value for place in self._own if (value := clean_text(cells[place][:MAX_ID]))),
            too_long=too_long + long_answers,
        )

    def _answers(self, cells: Sequence[str]) -> tuple[dict[str, str], int]:
        """Return the comments by heading, and how many were left out because they are too long."""
        answers: dict[str, str] = {}
        too_long = 0
        for label, place, read in self._questions:
            if is_too_long(cells[place]):
                too_long += 1
            elif text := read(cells[place]):
                answers[label] = text
        return answers, too_long

    def _values(self, cells: Sequence[str]) -> tuple[dict[str, FieldValue], int]:
        fields: dict[str, FieldValue] = {}
        too_long = 0
        for column, place, read in self._fields:
            if not (cell := cells[place]):
                continue
            if column.kind in _PROSE and is_too_long(cell):
                too_long += 1
            elif (value := read(cell)) not in {None, ""}:
                fields[column.name] = value
        return fields, too_long

    def _said(self, cells: Sequence[str], fields: Mapping[str, FieldValue], author: str) -> bytes:
        """Return the digest of what was said and when: the same if the export has more columns or other formats.

        The day stands for the time, since spreadsheets drop seconds. Without any comment, the rating is what was said.
        """
        texts = [(name, " ".join(cells[place].split())) for name, place in self._identity]
        said = [f"{name}={text}" for name, text in texts if text]
        said = said or [f"{name}={fields.get(name)}" for name in self._key_fields]
        parts = (str(fields.get(self._date, ""))[:10], author, *said)
        return blake2b(_canonical(parts), digest_size=16).digest()

    def _refused(self, cells: Sequence[str]) -> str:
        for place, exclusion in self._exclusions:
            if cells[place].strip().casefold() in exclusion.values:
                return exclusion.reason
        for reference in (self._id, self._respondent, self._link):
            if reference is not None and len(cells[reference]) > MAX_ID:
                return f"identifier longer than {MAX_ID} characters"
        return ""


def _is_identity(label: str, reason: str) -> bool:
    """Check whether a left-out column identifies the author: by the reason it was left out, or by its heading."""
    return reason.startswith("holds ") or is_personal(label)


def _reference(cells: Sequence[str], place: int | None) -> str | None:
    return (clean_text(cells[place]) or None) if place is not None else None


def _text_of(reading: Reading) -> Callable[[str], str]:
    """Return the reader of comments, which reads a missing answer as an empty text."""
    read: CellReader = reader(Kind.TEXT, reading)
    return lambda cell: str(read(cell) or "")


def _canonical(cells: Sequence[str]) -> bytes:
    return "".join(f"{len(cell)}:{cell}" for cell in cells).encode("utf-8", "surrogatepass")

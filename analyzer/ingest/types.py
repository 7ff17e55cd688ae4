"""Types of an import: rejected rows, reports and previews."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from analyzer.types import Readable, Tabular


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was not stored, and the reason; never its text."""

    file: str
    row: int
    reason: str


@dataclass(frozen=True, slots=True, repr=False)
class IngestReport(Readable):
    """The result of an import; rows = stored + updated + duplicates + rejected.

    Attributes:
        files: names of the files read.
        stored: new responses; updated: responses with new content; duplicates: rows that are known already.
        comments: number of comments in the stored responses.
        failed: names of files that could not be read, with the reason; the others were imported.
        entities: number of replaced personal values by type; each distinct text is counted once.
        rejections: the rejected rows, with file, row and reason.
        notes: decisions about encoding, dates and columns.
    """

    files: tuple[str, ...]
    rows: int
    stored: int
    updated: int
    duplicates: int
    rejected: int
    comments: int
    entities: Mapping[str, int]
    seconds: float
    failed: tuple[str, ...] = ()
    rejections: tuple[Rejected, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ColumnPreview:
    """How one column of a file would be used and read, with scrubbed examples.

    Attributes:
        use: its role, "question" for a further column of free text, "kept as a field" or "left out".
        filled: non-empty cells, missing answers included.
        examples: up to three cells as they are in the file.
        reason: why it is left out.
        reading: how its cells are read, in words: "number 0 to 10, NPS".
        values: what the examples are read as; "" for an empty value.
        missing: words that mean "no answer", with their counts.
        misfits: cells that do not fit and become empty; `misfit_examples` are up to three of them.
        change: options of the command that change how it is used or read.
    """

    label: str
    use: str
    kind: str
    filled: int
    examples: tuple[str, ...]
    reason: str = ""
    reading: str = ""
    values: tuple[str, ...] = ()
    missing: Mapping[str, int] = field(default_factory=dict)
    misfits: int = 0
    misfit_examples: tuple[str, ...] = ()
    change: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ExcludedRows:
    """Rows that would be left out because a column says that they are no answers.

    Attributes:
        label: heading of the column.
        values: its values that say so, case-folded; "" for an empty cell.
        reason: what such a row is: a test, spam, unfinished.
        rows: their number.
    """

    label: str
    values: tuple[str, ...]
    reason: str
    rows: int


@dataclass(frozen=True, slots=True, repr=False)
class FilePreview(Tabular):
    """How a file would be imported; nothing is stored.

    Attributes:
        unreadable: rows that cannot be read.
        preset: the tool that wrote the file; "" if it is unknown.
        questions: headings of the columns of free text.
        unclear_dates: dates that can be read day first and month first while nothing decides.
        excluded: rows that are no answers.
        languages: number of comments by language (ISO 639-1) in a sample; the empty string for undetermined ones.
    """

    rows_in: ClassVar[str] = "columns"

    file: str
    rows: int
    unreadable: int
    preset: str
    columns: tuple[ColumnPreview, ...]
    notes: tuple[str, ...]
    questions: tuple[str, ...] = ()
    unclear_dates: int = 0
    excluded: tuple[ExcludedRows, ...] = ()
    languages: Mapping[str, int] = field(default_factory=dict)

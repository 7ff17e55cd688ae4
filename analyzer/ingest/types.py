"""Types of an import: rejected rows, reports and previews."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was not stored, and the reason; never its text."""

    file: str
    row: int
    reason: str


@dataclass(frozen=True, slots=True)
class IngestReport:
    """The result of an import; rows = stored + duplicates + rejected.

    Attributes:
        files: names of the files read.
        entities: number of replaced personal values by type; each distinct text is counted once.
        rejections: the rejected rows, with file, row and reason.
        notes: decisions about encoding, dates and columns.
    """

    files: tuple[str, ...]
    rows: int
    stored: int
    duplicates: int
    rejected: int
    entities: Mapping[str, int]
    seconds: float
    rejections: tuple[Rejected, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ColumnPreview:
    """How one column of a file would be used, with scrubbed examples."""

    label: str
    use: str
    kind: str
    filled: int
    examples: tuple[str, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FilePreview:
    """How a file would be imported; nothing is stored."""

    file: str
    rows: int
    unreadable: int
    preset: str
    columns: tuple[ColumnPreview, ...]
    notes: tuple[str, ...]

"""One row of a file before scrubbing; only the scrubber and the pipeline may import it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from analyzer.types import FieldValue


@dataclass(frozen=True, slots=True)
class RawFeedback:
    """A response as it was written: unscrubbed, never stored, logged, cached or shown.

    Attributes:
        row: data row in the file, counted from 1, header rows not counted.
        source_id: the id column's value, or None.
        respondent: the author as given in the file, or None.
        answers: the comments by heading of their column, cleaned of controls and normalized to NFC; none is empty.
        fields: the kept columns by Column.name; a value that is empty or unreadable is absent.
        digest: 16-byte blake2b of the header labels and the raw cells of the row.
        said: 16-byte blake2b of what was said and when, the same in every export of the response.
        link: the token of the survey link of the answer, or None.
        own: other values in the row that identify the author: the cells of columns left out as personal.
        too_long: number of cells, beside the comments that are kept, that were left empty because they are too long.
    """

    row: int
    source_id: str | None = field(repr=False)
    respondent: str | None = field(repr=False)
    answers: Mapping[str, str] = field(repr=False)
    fields: Mapping[str, FieldValue] = field(repr=False)
    digest: bytes = field(repr=False)
    said: bytes = field(repr=False)
    own: tuple[str, ...] = field(default=(), repr=False)
    link: str | None = field(default=None, repr=False)
    too_long: int = 0

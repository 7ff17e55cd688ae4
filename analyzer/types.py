"""The types that flow between layers: frozen, small, and free of behavior beyond derived properties.

Feedback is scrubbed by definition. The raw counterpart lives in analyzer.ingest.raw_feedback and goes no further
than the scrubber and the pipeline.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

FieldValue: TypeAlias = str | float | int | None
"""A kept column's value; dates are ISO 8601 text."""


class Kind(StrEnum):
    """What a column's values are."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    CATEGORY = "category"


class ColumnRole(StrEnum):
    """What a column is for; at most one column has each role."""

    TEXT = "text"
    ID = "id"
    DATE = "date"
    RATING = "rating"
    RESPONDENT = "respondent"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Column:
    """A column kept with every record: its name in filters, its heading in the file, its kind.

    Attributes:
        role: date or rating, as decided at import; text, id, respondent and link are parts of a record, not columns.
    """

    name: str
    label: str
    kind: Kind
    role: ColumnRole | None = None


@dataclass(frozen=True, slots=True)
class Entity:
    """A span of personal data: offsets into the input, and what now stands there.

    Attributes:
        rule: what found it.
        score: how sure that is, 0 to 1; below privacy.findings.SURE it is offered for review.
        key: 16-byte keyed digest of the value, the same for the same value in this workspace; empty without a key.
    """

    type: str
    start: int
    end: int
    text_after: str
    rule: str = ""
    score: float = 1.0
    key: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class ScrubbedText:
    """A text with its personal data replaced."""

    text: str
    entities: tuple[Entity, ...] = ()
    language: str = ""


@dataclass(frozen=True, slots=True)
class Feedback:
    """One scrubbed comment with the fields kept beside it."""

    id: str
    text: str
    fields: Mapping[str, FieldValue] = field(default_factory=dict)
    themes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a claim stands: an exact substring of record id's text, text[start:end] == quote."""

    id: str
    quote: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence of an answer and the quotes it stands on.

    Attributes:
        support: the verifier's probability, 0 to 1, that the weakest cited quote supports it.
        opposed: quotes of the comments read that say the opposite.
        number: name of the number that says how many comments make this point, empty where nobody counted.
    """

    text: str
    citations: tuple[Citation, ...]
    support: float = 1.0
    opposed: tuple[Citation, ...] = ()
    number: str = ""


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file that was written: how many rows of comments are in it, and its SHA-256."""

    path: str
    rows: int
    sha256: str


Progress: TypeAlias = Callable[[str, int, int], None]
"""Called with (what is being done, how much of it is done, how much there is)."""


def no_progress(*_: object) -> None:
    """Ignore progress."""


@dataclass(frozen=True, slots=True)
class Method:
    """How a written file was made: workspace, models with SHA-256, program version, number of comments, their dates.

    Attributes:
        made_for: the account that a marked file names; empty where files are not marked.
    """

    workspace: str
    version: str
    asked: str
    records: int
    dates: str
    models: tuple[tuple[str, str], ...]
    made_for: str = ""

    @property
    def mark(self) -> str:
        """What a marked file says at its top; empty where files are not marked."""
        return f"Made for {self.made_for} on {self.asked}; not to be passed on" if self.made_for else ""

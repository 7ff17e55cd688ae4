"""The types that flow between layers: frozen, small, and free of behavior beyond derived properties.

Feedback is always scrubbed. Its raw counterpart is in analyzer.ingest.raw_feedback and is used only by the scrubber and
the pipeline.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

FieldValue: TypeAlias = str | float | int | None
"""Value of a stored column; dates are ISO 8601 text."""


class Kind(StrEnum):
    """Data type of a column.

    ORDINAL has labels with an order; MULTI has several labels in a cell; PERIOD is a week, month, quarter or year; CODE
    is an identifier, whose values have no order and are never searched for names.
    """

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    CATEGORY = "category"
    ORDINAL = "ordinal"
    MULTI = "multi-choice"
    PERIOD = "period"
    BOOLEAN = "boolean"
    CODE = "code"


CHOICES = frozenset({Kind.CATEGORY, Kind.ORDINAL, Kind.BOOLEAN, Kind.MULTI})
"""Kinds of few values that people choose from: they make groups and menus."""
RANKED = frozenset({Kind.NUMBER, Kind.ORDINAL})
"""Kinds whose values are numbers, or labels that have a number."""
DATED = frozenset({Kind.DATE, Kind.PERIOD})
"""Kinds whose values lie in time."""


class ColumnRole(StrEnum):
    """Role of a column; at most one column has each role."""

    TEXT = "text"
    ID = "id"
    DATE = "date"
    RATING = "rating"
    RESPONDENT = "respondent"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Scale:
    """The scale of a rating column.

    Attributes:
        name: nps, csat, ces, stars or rating.
        low, high: its ends as numbers.
        is_reversed: whether the low end is the best.
    """

    name: str
    low: float
    high: float
    is_reversed: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """How the cells of a column are read; kept with the workspace and used again for later files.

    Attributes:
        labels: of an ordinal, lowest first; of a boolean, no and yes.
        numbers: the number of each label, in the same order; empty for a boolean.
        scale: of a rating.
        missing: values that mean "no answer" in this column, case-folded.
        separator: between the labels of a multi-choice cell.
        dates: order or form of dates: dmy, mdy, ymd, excel-1900, excel-1904, epoch-seconds, epoch-milliseconds.
        granularity: of periods: week, month, quarter or year.
        decimal: the decimal mark of numbers, if it is a comma.
        is_markup: whether texts are HTML, which is read as plain text.
        is_encoded_twice: whether texts hold "Ã¼" for "ü", which is repaired.
    """

    labels: tuple[str, ...] = ()
    numbers: tuple[float, ...] = ()
    scale: Scale | None = None
    missing: tuple[str, ...] = ()
    separator: str = ""
    dates: str = ""
    granularity: str = ""
    decimal: str = ""
    is_markup: bool = False
    is_encoded_twice: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column stored with every response: its name in filters, its heading in the file, its kind.

    Attributes:
        role: date or rating, assigned at import; text, id, respondent and link are parts of a record, not columns.
        reading: how its cells are read.
    """

    name: str
    label: str
    kind: Kind
    role: ColumnRole | None = None
    reading: Reading = Reading()


@dataclass(frozen=True, slots=True)
class Entity:
    """A span of personal data: its offsets in the input, and its replacement.

    Attributes:
        rule: the detection rule that matched.
        score: confidence, 0 to 1; spans below privacy.findings.SURE are offered for review.
        key: 16-byte keyed digest of the value, equal for equal values in one workspace; empty without a key.
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
    """One scrubbed comment with the stored fields of its response, and the question that it answers.

    Attributes:
        text: empty for a response without comments.
        question: the heading of the column of the comment; empty if it is not known.
    """

    id: str
    text: str
    fields: Mapping[str, FieldValue] = field(default_factory=dict)
    themes: tuple[str, ...] = ()
    question: str = ""


@dataclass(frozen=True, slots=True)
class Citation:
    """A quote that supports a claim: text[start:end] == quote, where text is the text of record id."""

    id: str
    quote: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence of an answer and the quotes that support it.

    Attributes:
        support: the verifier's probability, 0 to 1, that the weakest cited quote supports it.
        opposed: quotes of the comments read that say the opposite.
        number: name of the number of comments that make this point; empty if they were not counted.
    """

    text: str
    citations: tuple[Citation, ...]
    support: float = 1.0
    opposed: tuple[Citation, ...] = ()
    number: str = ""


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file that was written: its path, the number of comment rows in it, and its SHA-256."""

    path: str
    rows: int
    sha256: str


Progress: TypeAlias = Callable[[str, int, int], None]
"""Called with (task, units done, units in total)."""


def no_progress(*_: object) -> None:
    """Ignore progress; the default progress callback."""


@dataclass(frozen=True, slots=True)
class Brand:
    """What reports look like: a color, a logo and a name.

    Attributes:
        color: #rrggbb, in lower case; logo: a PNG or JPEG, empty for none; logo_type: its media type.
    """

    color: str = "#0b6e6e"
    logo: bytes = b""
    logo_type: str = ""
    name: str = ""


PLAIN = Brand()
"""The program's own look."""


@dataclass(frozen=True, slots=True)
class Method:
    """How a written file was made: workspace, models with SHA-256, program version, number of comments, their dates.

    Attributes:
        made_for: the account named in a marked file; empty if files are not marked.
        brand: color, logo and name that the file carries.
    """

    workspace: str
    version: str
    asked: str
    records: int
    dates: str
    models: tuple[tuple[str, str], ...]
    made_for: str = ""
    brand: Brand = PLAIN

    @property
    def mark(self) -> str:
        """First line of a marked file; empty if files are not marked."""
        return f"Made for {self.made_for} on {self.asked}; not to be passed on" if self.made_for else ""

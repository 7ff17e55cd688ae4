"""The types that flow between layers: frozen, small, and free of behavior beyond derived properties.

Feedback is always scrubbed. Its raw counterpart is in analyzer.ingest.raw_feedback and is used only by the scrubber and
the pipeline.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from enum import StrEnum
from html import escape
from typing import Any, ClassVar, TypeAlias

FieldValue: TypeAlias = str | float | int | None
"""Value of a stored column; dates are ISO 8601 text."""


ROWS_SHOWN = 20
CELL_WIDTH = 40
LINE_WIDTH = 120
CAPTION_WIDTH = 400


class Readable:
    """A result of several figures and lists: shown as its figures, and how much is in its lists, each on a line."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Return a line for each figure and list that is not empty, of at most LINE_WIDTH characters."""
        facts = self._facts()
        width = max((len(name) for name, _ in facts), default=0)
        lines = [f"  {name:{width}}  {text}"[:LINE_WIDTH] for name, text in facts]
        return "\n".join([f"{type(self).__name__}:", *lines])

    def _repr_html_(self) -> str:
        """Return the same as a table of HTML, escaped, for notebooks."""
        rows = "".join(
            f"<tr><th style='text-align:left'>{escape(name)}</th><td style='text-align:left'>{escape(text)}</td></tr>"
            for name, text in self._facts()
        )
        return f"<table><caption>{escape(type(self).__name__)}</caption><tbody>{rows}</tbody></table>"

    def _facts(self) -> list[tuple[str, str]]:
        found = [(one.name, getattr(self, one.name)) for one in fields(self) if one.repr]  # type: ignore[arg-type]
        texts = ((name, _fact(value)) for name, value in found)
        return [(name, text) for name, text in texts if text]


class Tabular:
    """A result that is a table: readable where it is shown, in a terminal or a notebook, and a data frame on request.

    Attributes:
        rows_in: name of the field that holds the rows, which are dataclasses.
    """

    __slots__ = ()
    rows_in: ClassVar[str] = "rows"

    def records(self) -> list[dict[str, Any]]:
        """Return a dictionary for each row; the parts of a part are columns, such as sentiment_negative."""
        return [_flat(asdict(row)) for row in getattr(self, self.rows_in)]

    def to_pandas(self) -> Any:
        """Return the rows as a pandas.DataFrame."""
        import pandas as pd  # noqa: PLC0415 - heavy: loads only when a frame is asked for

        return pd.DataFrame(self.records())

    def __repr__(self) -> str:
        """Return the figures of the result and its first rows, as text of at most LINE_WIDTH columns."""
        headings, rows, more = self._shown()
        widths = [max(map(len, column)) for column in zip(headings, *rows, strict=True)]
        lines = [
            "  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True))[:LINE_WIDTH] for row in (headings, *rows)
        ]
        return "\n".join([self._caption(), *(line.rstrip() for line in lines if line.strip()), *more])

    def _repr_html_(self) -> str:
        """Return the same as a table of HTML, escaped, for notebooks."""
        headings, rows, more = self._shown()
        head = "".join(f"<th>{escape(one)}</th>" for one in headings)
        body = "".join("<tr>" + "".join(f"<td>{escape(one)}</td>" for one in row) + "</tr>" for row in rows)
        caption = escape("; ".join([self._caption(), *more]))
        return f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"

    def _shown(self) -> tuple[list[str], list[list[str]], list[str]]:
        records = self.records()
        headings = list(dict.fromkeys(name for record in records[:ROWS_SHOWN] for name in record))
        rows = [[_cell(record.get(name)) for name in headings] for record in records[:ROWS_SHOWN]]
        more = len(records) - ROWS_SHOWN
        return headings, rows, [f"and {more:,} more rows"] if more > 0 else []

    def _caption(self) -> str:
        found = {one.name: getattr(self, one.name) for one in fields(self) if one.repr}  # type: ignore[arg-type]
        plain = [
            f"{name} {_cell(value, CAPTION_WIDTH)}"
            for name, value in found.items()
            if isinstance(value, str | int | float)
        ]
        return f"{type(self).__name__}: " + ", ".join(one for one in plain if not one.endswith(" "))


def _flat(record: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in record.items():
        is_part = isinstance(value, dict)
        found |= {f"{name}_{inner}": one for inner, one in _flat(value).items()} if is_part else {name: value}
    return found


def _fact(value: object) -> str:
    """Return a value in a line: figures and short lists as they are, of a list of records how many there are."""
    if value is None or value in ("", (), {}):
        return ""
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_cell(one)}" for name, one in value.items())
    if is_dataclass(value):
        return ", ".join(f"{one.name} {text}" for one in fields(value) if (text := _fact(getattr(value, one.name))))
    if isinstance(value, tuple | list) and is_dataclass(value[0]):
        named = [name for one in value if (name := getattr(one, "label", "") or getattr(one, "name", ""))]
        return f"{len(value):,}" + (f": {_cell(tuple(map(str, named)), CAPTION_WIDTH)}" if named else "")
    return f"{value:,}" if type(value) is int else _cell(value, CAPTION_WIDTH)


def _cell(value: object, width: int = CELL_WIDTH) -> str:
    """Return a value in one line of at most so many characters, without what a terminal acts on."""
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, tuple | list):
        value = ", ".join(map(_cell, value))
    text = "".join(one if one.isprintable() else " " for one in ("" if value is None else str(value)))
    return text if len(text) <= width else text[: width - 1] + "…"


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

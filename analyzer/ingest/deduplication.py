"""Batches during an import: which rows are new, which texts must be processed, and the outcome of each text."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from analyzer.index.feedback_table import StoredResponse
from analyzer.ingest.raw_feedback import RawFeedback
from analyzer.ingest.types import Rejected
from analyzer.ingest.worker import NOT_SCRUBBED, Outcome, Processed, RawPiece, Refused, Texts
from analyzer.privacy.own_values import own_values_in
from analyzer.privacy.pseudonyms import PLAIN_ID
from analyzer.types import Column, Kind

REMEMBERED = 20_000
"""Number of comments, and of field values, with an outcome cached during an import besides those in progress; a comment
with its vector takes about 2 kB."""
Key = TypeVar("Key")
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class PendingRow:
    """A row to be written: its id, its comments by question, its other texts by column, and the stored response with
    this id, if there is one.
    """

    id: str
    item: RawFeedback = field(repr=False)
    comments: dict[int, RawPiece]
    values: dict[str, RawPiece]
    known: StoredResponse | None = None


@dataclass(slots=True)
class Batch:
    """A batch in progress: rows to be written, texts sent to the worker, and counts of the other rows."""

    rows: list[PendingRow]
    sent: Texts
    seen: int
    stored: int
    duplicates: int
    rejected: list[Rejected]


UNSCRUBBED = {Kind.NUMBER, Kind.DATE, Kind.PERIOD, Kind.CODE}
"""Kinds whose values have no words: they are parsed, or identifiers that a check of the column let pass."""
LABELS = {Kind.CATEGORY, Kind.ORDINAL, Kind.MULTI, Kind.BOOLEAN}
"""Kinds whose values are labels, not sentences."""


def make_row(
    record_id: str,
    item: RawFeedback,
    columns: Iterable[Column],
    questions: Mapping[str, int],
    known: StoredResponse | None,
) -> PendingRow:
    """Return a row with the texts to be scrubbed.

    Args:
        record_id: of the response.
        item: the row.
        columns: the kept columns.
        questions: number of each question by heading.
        known: the stored response.
    """
    own = [value for value in (*item.own, item.respondent) if value]
    if item.source_id and not PLAIN_ID.fullmatch(item.source_id):
        own.append(item.source_id)
    values = {
        c.name: _piece(str(item.fields[c.name]), own, is_label=c.kind in LABELS)
        for c in columns
        if c.kind not in UNSCRUBBED and isinstance(item.fields.get(c.name), str)
    }
    comments = {questions[label]: _piece(text, own) for label, text in item.answers.items()}
    return PendingRow(record_id, item, comments, values, known)


def _piece(text: str, own: Sequence[str], is_label: bool = False) -> RawPiece:
    return RawPiece(text, own_values_in(text, own), is_label)


class Recent(OrderedDict[Key, Value]):
    """A cache of the most recently used entries."""

    def is_known(self, key: Key, unknown: Value) -> bool:
        """Check whether a key is cached, and mark it as used; if it is not, add it with the value `unknown`."""
        if key in self:
            self.move_to_end(key)
            return True
        self[key] = unknown
        return False

    def forget(self, most: int) -> None:
        """Drop the oldest entries beyond the `most` newest."""
        while len(self) > most:
            self.popitem(last=False)


class Outcomes:
    """The outcome of each text; a repeated text is not processed again."""

    def __init__(self) -> None:
        """Start without outcomes."""
        self._comments: Recent[bytes, Outcome] = Recent()
        self._values: Recent[bytes, Outcome] = Recent()

    def unknown(self, rows: Sequence[PendingRow], in_use: int) -> Texts:
        """Return the texts to be processed, each once; keep at least the `in_use` newest outcomes."""
        self._comments.forget(max(REMEMBERED, in_use))
        self._values.forget(max(REMEMBERED, in_use))
        comments = dict.fromkeys(piece for row in rows for piece in row.comments.values())
        values = dict.fromkeys(piece for row in rows for piece in row.values.values())
        pending = Refused(NOT_SCRUBBED)
        return Texts(
            tuple(piece for piece in comments if not self._comments.is_known(piece.digest, pending)),
            tuple(piece for piece in values if not self._values.is_known(piece.digest, pending)),
        )

    def remember(self, sent: Texts, processed: Processed) -> None:
        """Store the outcomes that a worker returned for the texts sent to it."""
        self._comments.update(zip((p.digest for p in sent.comments), processed.comments, strict=True))
        self._values.update(zip((p.digest for p in sent.values), processed.values, strict=True))

    def of(self, row: PendingRow) -> tuple[dict[int, Outcome], dict[str, Outcome]]:
        """Return the outcomes of a row's comments by question, and those of its other texts by column name."""
        comments = {question: self._comments[piece.digest] for question, piece in row.comments.items()}
        return comments, {name: self._values[piece.digest] for name, piece in row.values.items()}

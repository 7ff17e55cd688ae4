"""Batches on their way through an import: which rows are new, which texts need work, what came of each text."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from analyzer.index.feedback_table import StoredRow
from analyzer.ingest.raw_feedback import RawFeedback
from analyzer.ingest.types import Rejected
from analyzer.ingest.worker import NOT_SCRUBBED, Outcome, Processed, RawPiece, Refused, Texts
from analyzer.privacy.own_values import own_values_in
from analyzer.privacy.pseudonyms import PLAIN_ID
from analyzer.types import Column, Kind

REMEMBERED = 20_000
"""Texts, and as many field values, whose outcome is remembered during an import besides those under way; a comment
with its vector takes about 2 kB."""
Key = TypeVar("Key")
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class PendingRow:
    """A row that is to be written: with the id it gets, its texts, and what is stored of it already."""

    id: str
    item: RawFeedback = field(repr=False)
    comment: RawPiece
    values: dict[str, RawPiece]
    known: StoredRow | None = None


@dataclass(slots=True)
class Batch:
    """A batch on its way: what is to be written, what went to the worker, and what is already decided."""

    rows: list[PendingRow]
    sent: Texts
    seen: int
    stored: int
    duplicates: int
    rejected: list[Rejected]


def make_row(record_id: str, item: RawFeedback, columns: Iterable[Column], known: StoredRow | None) -> PendingRow:
    """Take a row apart into the texts that must be scrubbed; numbers and dates are read, so they hold no words."""
    own = [value for value in (*item.own, item.respondent) if value]
    if item.source_id and not PLAIN_ID.fullmatch(item.source_id):
        own.append(item.source_id)
    texts = [
        c.name for c in columns if c.kind not in {Kind.NUMBER, Kind.DATE} and isinstance(item.fields.get(c.name), str)
    ]
    values = {name: _piece(str(item.fields[name]), own) for name in texts}
    return PendingRow(record_id, item, _piece(item.text, own), values, known)


def _piece(text: str, own: Sequence[str]) -> RawPiece:
    return RawPiece(text, own_values_in(text, own))


class Recent(OrderedDict[Key, Value]):
    """Remembers the most recently used entries."""

    def is_known(self, key: Key, unknown: Value) -> bool:
        """Tell whether the key is here, marking it as used; if not, enter it with the value for unknown."""
        if key in self:
            self.move_to_end(key)
            return True
        self[key] = unknown
        return False

    def forget(self, most: int) -> None:
        """Drop the oldest entries beyond so many."""
        while len(self) > most:
            self.popitem(last=False)


class Outcomes:
    """What came of each text; one that comes again is not worked on again."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._comments: Recent[bytes, Outcome] = Recent()
        self._values: Recent[bytes, Outcome] = Recent()

    def unknown(self, rows: Sequence[PendingRow], in_use: int) -> Texts:
        """Return the texts that need work, each once; never forget one of the `in_use` newest."""
        self._comments.forget(max(REMEMBERED, in_use))
        self._values.forget(max(REMEMBERED, in_use))
        comments = dict.fromkeys(row.comment for row in rows)
        values = dict.fromkeys(piece for row in rows for piece in row.values.values())
        pending = Refused(NOT_SCRUBBED)
        return Texts(
            tuple(piece for piece in comments if not self._comments.is_known(piece.digest, pending)),
            tuple(piece for piece in values if not self._values.is_known(piece.digest, pending)),
        )

    def remember(self, sent: Texts, processed: Processed) -> None:
        """Take in what a worker returned for what it was sent."""
        self._comments.update(zip((p.digest for p in sent.comments), processed.comments, strict=True))
        self._values.update(zip((p.digest for p in sent.values), processed.values, strict=True))

    def of(self, row: PendingRow) -> tuple[Outcome, dict[str, Outcome]]:
        """Return what came of a row's comment and of each of its fields' texts."""
        return self._comments[row.comment.digest], {name: self._values[p.digest] for name, p in row.values.items()}

"""Convert the rows of a batch and the outcomes of their texts into records, and write them in one transaction.

A row is rejected if any of its texts did not pass; if it was stored before, under other rules, it is removed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from analyzer.index import record_writer
from analyzer.index.feedback_table import FeedbackTable, NewRecord, StoredText
from analyzer.index.placeholder_aliases import Aliases, Renumbered, renumber
from analyzer.ingest.deduplication import Outcomes, PendingRow
from analyzer.ingest.worker import Done, Outcome, Processed, Refused
from analyzer.privacy.pseudonyms import Pseudonyms
from analyzer.privacy.review import note_doubts
from analyzer.privacy.review_candidates import Doubtful
from analyzer.privacy.risk import BatchTally
from analyzer.store.database import Connection
from analyzer.store.derived_data import DerivedData
from analyzer.types import FieldValue


@dataclass(slots=True)
class WrittenBatch:
    """The rows of a written batch: new rows, replaced rows, and refused rows with the reason."""

    new: list[PendingRow] = field(default_factory=list)
    again: list[PendingRow] = field(default_factory=list)
    refused: list[tuple[PendingRow, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _ReadyRecord:
    """A record to be written, and its places for review with their column, which is empty for the comment."""

    record: NewRecord
    doubts: tuple[tuple[str, Doubtful], ...]


@dataclass(frozen=True, slots=True)
class BatchWriter:
    """Writes the rows of one import, scrubbed under one profile."""

    table: FeedbackTable
    pseudonyms: Pseudonyms
    import_id: int
    profile_id: int
    derived: DerivedData

    def write(self, connection: Connection, rows: Iterable[PendingRow], outcomes: Outcomes) -> WrittenBatch:
        """Write the rows inside the caller's transaction."""
        written = WrittenBatch()
        new: dict[str, _ReadyRecord] = {}
        again: dict[int, _ReadyRecord] = {}
        aliases = Aliases(connection)
        for row in rows:
            comment, values = outcomes.of(row)
            if not isinstance(comment, Done) or (refused := _refusals(values)):
                reason = comment.reason if isinstance(comment, Refused) else refused[0]
                written.refused.append((row, reason))
            elif row.known is None:
                new[row.id] = self._ready(row, comment, values, aliases)
                written.new.append(row)
            else:
                again[row.known.n] = self._ready(row, comment, values, aliases)
                written.again.append(row)
        self._insert(connection, new)
        self._replace(connection, again, [row.known.n for row, _ in written.refused if row.known])
        return written

    def _insert(self, connection: Connection, new: Mapping[str, _ReadyRecord]) -> None:
        records = [ready.record for ready in new.values()]
        numbers = record_writer.insert(connection, self.table, self.import_id, self.profile_id, records)
        for record_id, ready in new.items():
            note_doubts(connection, numbers[record_id], ready.doubts)

    def _replace(self, connection: Connection, again: Mapping[int, _ReadyRecord], refused: list[int]) -> None:
        """Replace and remove stored records, and update the data derived from their texts."""
        if not again and not refused:
            return
        records = {n: ready.record for n, ready in again.items()}
        record_writer.replace(connection, self.table, self.profile_id, records, self.derived)
        for n, ready in again.items():
            note_doubts(connection, n, ready.doubts)
        record_writer.remove(connection, refused, self.derived)

    def _ready(self, row: PendingRow, comment: Done, values: Mapping[str, Outcome], aliases: Aliases) -> _ReadyRecord:
        item = row.item
        respondent = self.pseudonyms.respondent(item.respondent) if item.respondent else None
        text, doubts = _numbered(comment, "", respondent, aliases)
        fields: dict[str, FieldValue] = dict(item.fields)
        for name, outcome in values.items():
            if isinstance(outcome, Done):
                fields[name], more = _numbered(outcome, name, respondent, aliases)
                doubts += more
        stored = StoredText(text, comment.scrubbed.language, comment.vector)
        digest = self.pseudonyms.keyed(item.digest)
        return _ReadyRecord(NewRecord(row.id, stored, item.row, digest, respondent, fields), doubts)


def tally(processed: Processed) -> BatchTally:
    """Count the outcomes of a batch; a text is counted only in the batch in which it occurs first."""
    done = [outcome for outcome in processed.comments if isinstance(outcome, Done)]
    counts = BatchTally(
        texts=len(processed.comments),
        altered=sum(bool(one.scrubbed.entities) for one in done),
        reviewed=sum(bool(one.doubts) for one in done),
        refused=len(processed.comments) - len(done),
    )
    for one in (*done, *(value for value in processed.values if isinstance(value, Done))):
        counts.found.update((e.type, one.scrubbed.language, e.rule) for e in one.scrubbed.entities)
    return counts


def _refusals(values: Mapping[str, Outcome]) -> list[str]:
    return [outcome.reason for outcome in values.values() if isinstance(outcome, Refused)]


def _numbered(
    done: Done, column: str, respondent: str | None, aliases: Aliases
) -> tuple[str, tuple[tuple[str, Doubtful], ...]]:
    """Return a text with its respondent's placeholder numbers, and its doubtful places at their new positions."""
    after = Renumbered(done.scrubbed.text)
    if respondent is not None and done.scrubbed.entities:
        after = renumber(done.scrubbed, partial(aliases.number, respondent))
    doubts = [replace(d, start=after.place(d.start), end=after.place(d.end)) for d in done.doubts]
    return after.text, tuple((column, doubt) for doubt in doubts)

"""Convert the rows of a batch and the outcomes of their texts into responses, and write them in one transaction.

A row is rejected if any of its texts did not pass; if it was stored before, it is removed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from analyzer.index import record_writer
from analyzer.index.feedback_table import FeedbackTable, NewResponse, StoredText
from analyzer.index.placeholder_aliases import Aliases, Renumbered, renumber
from analyzer.ingest.deduplication import Outcomes, PendingRow
from analyzer.ingest.worker import Done, Outcome, Processed, Refused
from analyzer.opinions.stored_opinions import JudgedClause, Span, SplitTexts, opinion_digests, write_opinions
from analyzer.privacy.pseudonyms import Pseudonyms
from analyzer.privacy.review import note_doubts
from analyzer.privacy.review_candidates import Doubtful
from analyzer.privacy.risk import BatchTally
from analyzer.store.database import Connection
from analyzer.store.derived_data import DerivedData
from analyzer.types import FieldValue


@dataclass(slots=True)
class WrittenBatch:
    """The rows of a written batch.

    Attributes:
        new: rows of new responses; comments: number of comments in them.
        again: rows that were scrubbed again under other rules.
        updated: rows with other content than the stored response.
        known: rows that the stored response has already; gained: those of them with values of new columns.
        refused: rows that were not written, with the reason.
    """

    new: list[PendingRow] = field(default_factory=list)
    again: list[PendingRow] = field(default_factory=list)
    updated: list[PendingRow] = field(default_factory=list)
    known: list[PendingRow] = field(default_factory=list)
    refused: list[tuple[PendingRow, str]] = field(default_factory=list)
    comments: int = 0
    gained: int = 0


@dataclass(frozen=True, slots=True)
class _ReadyResponse:
    """A response to be written, its places for review with the question (0 for a field) and the column, and the
    clauses of its comments.
    """

    response: NewResponse
    doubts: tuple[tuple[int, str, Doubtful], ...]
    clauses: tuple[JudgedClause, ...] = ()


@dataclass(frozen=True, slots=True)
class FileScope:
    """What a file speaks of: names of its columns, numbers of its questions, and columns that are new with it."""

    columns: frozenset[str]
    questions: frozenset[int]
    new_columns: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class BatchWriter:
    """Writes the rows of one import, scrubbed under one profile."""

    table: FeedbackTable
    pseudonyms: Pseudonyms
    import_id: int
    profile_id: int
    derived: DerivedData
    scope: FileScope
    plan: bytes = b""

    def write(self, connection: Connection, rows: Iterable[PendingRow], outcomes: Outcomes) -> WrittenBatch:
        """Write the rows inside the caller's transaction."""
        written = WrittenBatch()
        new: dict[str, _ReadyResponse] = {}
        stored: dict[int, tuple[PendingRow, _ReadyResponse]] = {}
        aliases = Aliases(connection)
        for row in rows:
            comments, values = outcomes.of(row)
            if refused := _refusals((*comments.values(), *values.values())):
                written.refused.append((row, refused[0]))
            elif row.known is None:
                new[row.id] = self._ready(row, comments, values, aliases)
                written.new.append(row)
                written.comments += len(comments)
            else:
                stored[row.known.n] = (row, self._ready(row, comments, values, aliases))
        self._insert(connection, new)
        self._update(connection, stored, written)
        _write_opinions(connection, [*new.values(), *(ready for _, ready in stored.values())])
        gone = [row.known.n for row, _ in written.refused if row.known]
        if gone:
            record_writer.remove(connection, gone, self.derived)
        return written

    def _insert(self, connection: Connection, new: Mapping[str, _ReadyResponse]) -> None:
        responses = [ready.response for ready in new.values()]
        numbers = record_writer.insert(connection, self.table, self.import_id, self.profile_id, responses)
        for record_id, ready in new.items():
            _note(connection, numbers[record_id].response, numbers[record_id].comments, ready)

    def _update(
        self, connection: Connection, stored: Mapping[int, tuple[PendingRow, _ReadyResponse]], written: WrittenBatch
    ) -> None:
        """Update stored responses, and the data derived from their texts."""
        if not stored:
            return
        found = record_writer.update(
            connection,
            self.table,
            self.profile_id,
            {n: ready.response for n, (_, ready) in stored.items()},
            (self.scope.columns, self.scope.questions),
            self.derived,
            self.scope.new_columns,
        )
        for n, (row, ready) in stored.items():
            _note(connection, n, found.comments[n], ready)
            known = row.known
            is_rescrubbed = known is not None and known.profile_id != self.profile_id
            is_same = known is not None and known.digest == ready.response.digest and known.plan == self.plan
            if is_rescrubbed and (is_same or n not in found.changed):
                written.again.append(row)
            elif n in found.changed:
                written.updated.append(row)
            else:
                written.known.append(row)
        written.gained += len(found.gained)

    def _ready(
        self, row: PendingRow, comments: Mapping[int, Outcome], values: Mapping[str, Outcome], aliases: Aliases
    ) -> _ReadyResponse:
        item = row.item
        respondent = self.pseudonyms.respondent(item.respondent) if item.respondent else None
        texts: dict[int, StoredText] = {}
        doubts: list[tuple[int, str, Doubtful]] = []
        for question, outcome in comments.items():
            if isinstance(outcome, Done):
                text, found = _numbered(outcome, respondent, aliases)
                texts[question] = StoredText(text, outcome.scrubbed.language, outcome.vector)
                doubts += [(question, "", doubt) for doubt in found]
        fields: dict[str, FieldValue] = dict(item.fields)
        for name, outcome in values.items():
            if isinstance(outcome, Done):
                fields[name], found = _numbered(outcome, respondent, aliases)
                doubts += [(0, name, doubt) for doubt in found]
        digest, said = self.pseudonyms.keyed(item.digest), self.pseudonyms.keyed(item.said)
        clauses = [clause for done in comments.values() if isinstance(done, Done) for clause in done.clauses]
        response = NewResponse(row.id, texts, item.row, digest, respondent, fields, said)
        return _ReadyResponse(response, tuple(doubts), tuple(clauses))


def _write_opinions(connection: Connection, ready: Sequence[_ReadyResponse]) -> None:
    """Write the opinions of comments; a text with a clause that no worker judged is split when opinions are read."""
    judged = {clause.digest: clause for one in ready for clause in one.clauses}
    spans: dict[int, list[Span]] = {}
    for digest, text in {t.digest: t for one in ready for t in one.response.comments.values()}.items():
        row = connection.execute("SELECT text_id, language FROM texts WHERE digest = ?", (digest,)).fetchone()
        found = opinion_digests(text.text, row[1]) if row else []  # said before, it keeps the language it had then
        if row and all(clause in judged for _, _, clause in found):
            spans[int(row[0])] = found
    used = {clause for found in spans.values() for _, _, clause in found}
    write_opinions(connection, SplitTexts(spans, [one for digest, one in judged.items() if digest in used]))


def _note(connection: Connection, response: int, comments: Mapping[int, int], ready: _ReadyResponse) -> None:
    doubts = [(comments[question] if question else 0, column, doubt) for question, column, doubt in ready.doubts]
    note_doubts(connection, response, doubts)


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


def _refusals(outcomes: Iterable[Outcome]) -> list[str]:
    return [outcome.reason for outcome in outcomes if isinstance(outcome, Refused)]


def _numbered(done: Done, respondent: str | None, aliases: Aliases) -> tuple[str, list[Doubtful]]:
    """Return a text with its respondent's placeholder numbers, and its doubtful places at their new positions."""
    after = Renumbered(done.scrubbed.text)
    if respondent is not None and done.scrubbed.entities:
        after = renumber(done.scrubbed, partial(aliases.number, respondent))
    return after.text, [replace(d, start=after.place(d.start), end=after.place(d.end)) for d in done.doubts]

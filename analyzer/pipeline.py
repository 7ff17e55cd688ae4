"""File to rows to raw to scrubbed to vectors to store: one import, batch by batch.

Workers scrub and embed; this process alone writes. A batch is one transaction, so an import that is stopped at any
moment has stored whole batches and nothing else, and importing the same file again goes on where it stopped.
"""

import json
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import TypeVar

from analyzer.index.feedback import FeedbackTable, Known, NewRecord, StoredText, text_digest
from analyzer.ingest.columns import ColumnPlan, Profile, raw_feedback
from analyzer.ingest.raw import RawFeedback
from analyzer.ingest.tables import Table
from analyzer.parallel import map_batches
from analyzer.privacy.pseudonyms import PLAIN_ID, Pseudonyms
from analyzer.records import FieldValue, Rejected
from analyzer.security.audit import AuditLog
from analyzer.store.database import Connection, Database
from analyzer.worker import Processed, Texts

NOT_SCRUBBED = "could not be scrubbed"
SAME_ID = "its id is already used by another comment; where ids are not unique, import with --map id="
REMEMBERED = 200_000
"""Texts and field values whose scrubbed form is remembered during an import, besides those under way."""


@dataclass(frozen=True, slots=True)
class Importer:
    """What an import works with; `start` builds a Processor in each worker."""

    database: Database
    table: FeedbackTable
    audit: AuditLog
    key: bytes
    start: Callable[[], Callable[[Texts], Processed]]
    workers: int
    batch_size: int
    actor: str


@dataclass(slots=True)
class Counts:
    """Running totals of one file; rows = stored + duplicates + len(rejected)."""

    rows: int = 0
    stored: int = 0
    duplicates: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    entities: Counter[str] = field(default_factory=Counter)


def import_file(
    importer: Importer, source: Table, profile: Profile, plan: ColumnPlan, on_rows: Callable[[int], None]
) -> Counts:
    """Import one file; on_rows is told after each commit how many rows are now safely accounted for."""
    run = _Run(importer, source.name, plan, _fingerprint(importer.key, source.path, plan))
    items = raw_feedback(source, plan, profile)
    batches = run.prepared(_batched(items, importer.batch_size))
    for processed in map_batches(importer.start, batches, importer.workers):
        run.store(processed)
        on_rows(run.counts.rows)
    run.finish()
    return run.counts


Key = TypeVar("Key")
Value = TypeVar("Value")


class _Recent(OrderedDict[Key, Value]):
    """Remembers the most recently used entries."""

    def is_known(self, key: Key, unknown: Value) -> bool:
        """Tell whether the key is here, marking it as used; if not, enter it with the value for unknown."""
        if key in self:
            self.move_to_end(key)
            return True
        self[key] = unknown
        return False

    def forget(self, in_use: int) -> None:
        """Drop the oldest entries beyond REMEMBERED, never one of the `in_use` newest."""
        while len(self) > max(REMEMBERED, in_use):
            self.popitem(last=False)


@dataclass(slots=True)
class _Batch:
    """A batch on its way: its new rows with their ids, what went to the worker, and what is already decided."""

    rows: list[tuple[str, RawFeedback]]
    sent: Texts
    seen: int
    stored: int
    duplicates: int
    rejected: list[Rejected]


class _Run:
    """One file's import: knows which texts went out, and turns what comes back into transactions."""

    def __init__(self, importer: Importer, file: str, plan: ColumnPlan, fingerprint: bytes) -> None:
        self._importer = importer
        self._file = file
        self._plan = plan
        self._pseudonyms = Pseudonyms(importer.key)
        self._under_way: list[_Batch] = []
        self._comments: _Recent[bytes, bytes] = _Recent()
        self._values: _Recent[str, str | None] = _Recent()
        self._ids_under_way: dict[str, bytes] = {}
        self._spare: dict[bytes, StoredText] = {}
        self.counts = Counts()
        self._import_id = self._begin(fingerprint)

    def _begin(self, fingerprint: bytes) -> int:
        with self._importer.database.transaction() as connection:
            self._importer.table.add_columns(connection, self._plan.columns)
            row = connection.execute(
                "SELECT import_id FROM imports WHERE fingerprint = ? AND finished IS NULL", (fingerprint,)
            ).fetchone()
            if row is None:
                connection.execute(
                    "UPDATE imports SET fingerprint = randomblob(16) WHERE fingerprint = ?", (fingerprint,)
                )
                row = connection.execute(
                    "INSERT INTO imports(file, fingerprint, started, notes) VALUES(?, ?, ?, ?) RETURNING import_id",
                    (self._file, fingerprint, _now(), json.dumps(list(self._plan.notes))),
                ).fetchone()
            self._audit(connection, "import.start", {"import": row[0], "file": self._file})
        return int(row[0])

    def prepared(self, batches: Iterable[list[RawFeedback | Rejected]]) -> Iterator[Texts]:
        """Yield for each batch the texts that still need work, remembering the rest for store()."""
        for items in batches:
            rejected = [item for item in items if isinstance(item, Rejected)]
            identified = [(self._identify(item), item) for item in items if isinstance(item, RawFeedback)]
            batch = _Batch([], Texts((), ()), len(items), 0, 0, rejected)
            known = self._importer.table.existing([record_id for record_id, _ in identified])
            for record_id, item in identified:
                self._sort_out(batch, record_id, item, known.get(record_id))
            batch.sent = self._unknown(batch.rows)
            self._under_way.append(batch)
            yield batch.sent

    def _identify(self, item: RawFeedback) -> str:
        if not item.source_id:
            return self._pseudonyms.content(item.digest)
        if PLAIN_ID.fullmatch(item.source_id):
            return item.source_id
        return self._pseudonyms.record(item.source_id)

    def _sort_out(self, batch: _Batch, record_id: str, item: RawFeedback, known: Known | None) -> None:
        digest = self._pseudonyms.keyed(item.digest)
        seen_digest = known.digest if known else self._ids_under_way.get(record_id)
        if seen_digest is None:
            self._ids_under_way[record_id] = digest
            batch.rows.append((record_id, item))
        elif known and (known.import_id, known.row) == (self._import_id, item.row):
            batch.stored += 1
        elif seen_digest == digest:
            batch.duplicates += 1
        else:
            batch.rejected.append(Rejected(self._file, item.row, SAME_ID))

    def _unknown(self, rows: Sequence[tuple[str, RawFeedback]]) -> Texts:
        in_use = sum(len(batch.rows) for batch in self._under_way) * (1 + len(self._plan.columns))
        self._comments.forget(in_use)
        self._values.forget(in_use)
        comments = {text_digest(item.text): item.text for _, item in rows}
        values = {v: None for _, item in rows for v in item.fields.values() if isinstance(v, str)}
        new_comments = [text for digest, text in comments.items() if not self._comments.is_known(digest, b"")]
        new_values = [value for value in values if not self._values.is_known(value, None)]
        return Texts(tuple(new_comments), tuple(new_values))

    def store(self, processed: Processed) -> None:
        """Write one batch, whole or not at all, with its audit event."""
        batch = self._under_way.pop(0)
        for raw, done in zip(batch.sent.comments, processed.comments, strict=True):
            self._comments[text_digest(raw)] = text_digest(done[0].text) if done else b""
        for value, scrubbed in zip(batch.sent.values, processed.values, strict=True):
            self._values[value] = scrubbed.text if scrubbed else None
        records = [r for record_id, item in batch.rows if (r := self._record(record_id, item, batch.rejected))]
        texts = self._texts(processed, records)
        entities = Counter(e.type for c in processed.comments if c for e in c[0].entities)
        entities.update(e.type for v in processed.values if v for e in v.entities)
        with self._importer.database.transaction() as connection:
            self._importer.table.insert(connection, self._import_id, texts, records)
            self._note(connection, batch, entities)
            self._audit(connection, "import.batch", {"import": self._import_id, "stored": len(records)})
        self.counts.rows += batch.seen
        self.counts.stored += len(records) + batch.stored
        self.counts.duplicates += batch.duplicates
        self.counts.rejected += batch.rejected
        self.counts.entities += entities
        for record_id, _ in batch.rows:
            del self._ids_under_way[record_id]

    def _texts(self, processed: Processed, records: Sequence[NewRecord]) -> list[StoredText]:
        """Return the new texts that a record of this batch has; one whose row was rejected waits for another row."""
        ready = [StoredText(done[0].text, done[0].language, done[1]) for done in processed.comments if done]
        self._spare.update({text.digest: text for text in ready})
        wanted = dict.fromkeys(record.text_digest for record in records)
        return [self._spare.pop(digest) for digest in wanted if digest in self._spare]

    def _record(self, record_id: str, item: RawFeedback, rejected: list[Rejected]) -> NewRecord | None:
        digest = self._comments[text_digest(item.text)]
        fields: dict[str, FieldValue] = {}
        for name, value in item.fields.items():
            fields[name] = self._values[value] if isinstance(value, str) else value
        if not digest or any(fields[name] is None for name in item.fields):
            rejected.append(Rejected(self._file, item.row, NOT_SCRUBBED))
            return None
        respondent = self._pseudonyms.respondent(item.respondent) if item.respondent else None
        return NewRecord(record_id, digest, item.row, self._pseudonyms.keyed(item.digest), respondent, fields)

    def _note(self, connection: Connection, batch: _Batch, entities: Counter[str]) -> None:
        connection.executemany(
            "INSERT OR REPLACE INTO rejected VALUES(?, ?, ?)",
            [(self._import_id, r.row, r.reason) for r in batch.rejected],
        )
        connection.executemany(
            "INSERT INTO entity_counts VALUES(?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n",
            [(self._import_id, kind, n) for kind, n in entities.items()],
        )

    def finish(self) -> None:
        """Mark the import as complete."""
        counts = self.counts
        with self._importer.database.transaction() as connection:
            connection.execute(
                "UPDATE imports SET finished = ?, duplicates = ? WHERE import_id = ?",
                (_now(), counts.duplicates, self._import_id),
            )
            detail = {"rows": counts.rows, "stored": counts.stored, "duplicates": counts.duplicates}
            self._audit(connection, "import.finish", {"import": self._import_id, **detail})

    def _audit(self, connection: Connection, action: str, detail: dict[str, object]) -> None:
        self._importer.audit.append(connection, self._importer.actor, action, detail)


def _batched(items: Iterator[RawFeedback | Rejected], size: int) -> Iterator[list[RawFeedback | Rejected]]:
    while batch := list(islice(items, size)):
        yield batch


def _fingerprint(key: bytes, path: Path, plan: ColumnPlan) -> bytes:
    digest = blake2b(repr((plan.roles, plan.columns)).encode(), key=key, digest_size=16)
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.digest()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")

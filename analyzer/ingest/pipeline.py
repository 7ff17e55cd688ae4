"""Import one file batch by batch: read rows, scrub, check, embed, store.

Workers scrub, check and embed; only this process writes. A batch is one transaction, so an import that is stopped at
any moment has stored whole batches only, and importing the same file again continues where it stopped. A response
stores the name of the rules it was scrubbed under; under other rules, the same row is scrubbed again and replaced. A
row with the id of a stored response and other content is an update: the newest content stands.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from itertools import islice

from analyzer.index.feedback_table import FeedbackTable, StoredResponse
from analyzer.index.record_writer import stem_stored_texts
from analyzer.ingest.batch_writer import BatchWriter, FileScope, WrittenBatch, tally
from analyzer.ingest.dataset_ids import Dataset, find_dataset
from analyzer.ingest.deduplication import Batch, Outcomes, make_row
from analyzer.ingest.kept_questions import keep_questions
from analyzer.ingest.mapping import ColumnPlan
from analyzer.ingest.raw_feedback import RawFeedback
from analyzer.ingest.readers.source_table import SourceTable
from analyzer.ingest.typed_rows import raw_feedback
from analyzer.ingest.types import Rejected
from analyzer.ingest.typing import Profile
from analyzer.ingest.worker import Processed, Texts
from analyzer.models.parallel import RunsBatches, map_batches
from analyzer.privacy.pseudonyms import PLAIN_ID, Pseudonyms, are_codes
from analyzer.privacy.risk import BatchTally, note_tally
from analyzer.security.audit_log import AuditLog
from analyzer.security.clock import now, stamp
from analyzer.security.suppression import ErasureCandidate
from analyzer.security.survey_tokens import Issued, Tokens
from analyzer.store.database import Connection, Database
from analyzer.store.derived_data import DerivedData
from analyzer.types import ColumnRole, FieldValue

USED = "its survey link was used already; each takes one answer"
ERASED = "was erased on request and is not imported again"
SAME_ID = "its id is used by another row of this file; where ids are not unique, import with --map id="
NEXT_IMPORT = (
    "max((SELECT coalesce(max(import_id), 0) FROM imports), "
    "(SELECT coalesce(max(CAST(value AS INTEGER)), 0) FROM meta WHERE key = 'last_import')) + 1"
)
"""Number of the next import; one that a restore took back is not given again, since grants may be limited to it."""


@dataclass(frozen=True, slots=True)
class Importer:
    """The dependencies and options of an import.

    Attributes:
        start: builds a Processor in each worker.
        workers: number of processes, or a cluster.
        profile: name of the rules under which a Processor scrubs.
        derived: the owners of derived data, which is updated when texts are scrubbed again.
        links: the tokens of survey links; None if none were issued.
        is_suppressed: checks whether a row was erased on request; None if nothing was erased.
        dataset: name of the dataset of the file, as given by the user; None to find it out.
        header: keyed digest of the headings; choices: what the user chose about the columns, as JSON.
    """

    database: Database
    table: FeedbackTable
    audit: AuditLog
    key: bytes = field(repr=False)
    start: Callable[..., Callable[[Texts], Processed]]
    profile: str
    workers: int | RunsBatches
    batch_size: int
    actor: str
    derived: DerivedData
    is_suppressed: Callable[[ErasureCandidate], bool] | None = None
    links: Tokens | None = None
    dataset: str | None = None
    header: bytes = b""
    choices: str = "{}"


@dataclass(slots=True)
class Counts:
    """Running totals of one file; rows = stored + updated + duplicates + len(rejected).

    Rescrubbed rows are included in these. comments are those of the stored rows; gained rows are duplicates that had
    values of new columns; too_long cells were left empty.
    """

    rows: int = 0
    stored: int = 0
    updated: int = 0
    duplicates: int = 0
    comments: int = 0
    without_comment: int = 0
    gained: int = 0
    too_long: int = 0
    rescrubbed: int = 0
    notes: list[str] = field(default_factory=list)
    reviewed: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    entities: Counter[str] = field(default_factory=Counter)


def import_file(
    importer: Importer, source: SourceTable, profile: Profile, plan: ColumnPlan, on_rows: Callable[[int], None]
) -> Counts:
    """Import one file; on_rows is called after each commit with the number of rows processed so far."""
    run = _ImportRun(importer, source.name, plan, _fingerprint(importer.key, source, plan))
    own = next((column for column in profile.columns if column.label == plan.roles.get(ColumnRole.ID)), None)
    if own is not None:
        run.keeps_ids, run.follows_ids = are_codes(own.samples), not own.is_unique
    if plan.roles.get(ColumnRole.ID):
        run.find_dataset(item for item in raw_feedback(source, plan) if isinstance(item, RawFeedback))
    items = raw_feedback(source, plan)
    batches = run.prepared(_batched(items, importer.batch_size))
    for processed in map_batches(importer.start, batches, importer.workers):
        run.store(processed)
        on_rows(run.counts.rows)
    run.finish()
    return run.counts


class _ImportRun:
    """The import of one file: tracks the texts sent to workers, and writes each returned batch in one transaction."""

    def __init__(self, importer: Importer, file: str, plan: ColumnPlan, fingerprint: bytes) -> None:
        self._importer = importer
        self._file = file
        self._plan = plan
        self._pseudonyms = Pseudonyms(importer.key)
        self._pending: list[Batch] = []
        self._outcomes = Outcomes()
        self._pending_digests: dict[str, bytes] = {}
        self._issued: dict[str, Issued] = {}
        self._dataset = Dataset(importer.dataset or "", is_continued=importer.dataset is not None)
        self._has_legacy_ids = bool(importer.database.meta("legacy_ids"))
        self._plan_digest = blake2b(repr((plan.questions, plan.columns)).encode(), digest_size=16).digest()
        self._seen: dict[str, bytes] = {}
        self.keeps_ids, self.follows_ids = True, False
        self.counts = Counts()
        known = frozenset(importer.table.columns())
        names = frozenset(column.name for column in plan.columns)
        self._import_id, self._profile_id, self._questions = self._begin(fingerprint)
        scope = FileScope(names, frozenset(self._questions.values()), names - known)
        self._writer = BatchWriter(
            importer.table, self._pseudonyms, self._import_id, self._profile_id, importer.derived, scope,
            self._plan_digest,
        )  # fmt: skip

    def _begin(self, fingerprint: bytes) -> tuple[int, int, dict[str, int]]:
        importer = self._importer
        with importer.database.transaction() as connection:
            importer.table.add_columns(connection, self._plan.columns)
            stem_stored_texts(connection)
            questions = keep_questions(connection, self._plan.questions)
            row = connection.execute(
                "SELECT import_id FROM imports WHERE fingerprint = ? AND finished IS NULL", (fingerprint,)
            ).fetchone()
            if row is None:
                connection.execute(
                    "UPDATE imports SET fingerprint = randomblob(16) WHERE fingerprint = ?", (fingerprint,)
                )
                notes = json.dumps(list(self._plan.notes))
                row = connection.execute(
                    "INSERT INTO imports(import_id, file, fingerprint, started, notes, plan, header, choices) "
                    f"VALUES({NEXT_IMPORT}, ?, ?, ?, ?, ?, ?, ?) RETURNING import_id",
                    (
                        self._file,
                        fingerprint,
                        stamp(now()),
                        notes,
                        self._plan_digest,
                        importer.header,
                        importer.choices,
                    ),
                ).fetchone()
            connection.execute("INSERT OR IGNORE INTO profiles(name) VALUES(?)", (importer.profile,))
            profile = connection.execute(
                "SELECT profile_id FROM profiles WHERE name = ?", (importer.profile,)
            ).fetchone()
            detail = {"import": row[0], "file": self._file, "profile": importer.profile}
            self._audit(connection, "import.start", detail)
        return int(row[0]), int(profile[0]), questions

    def find_dataset(self, rows: Iterable[RawFeedback]) -> None:
        """Find out whether the ids of the file continue those of the workspace, unless the user said so."""
        importer = self._importer
        if importer.dataset is None:
            found = find_dataset(
                importer.database, importer.table, self._file, rows, self._source_id, self._pseudonyms.keyed
            )
            self._dataset = found
            self.counts.notes += [found.note] if found.note else []
        if self._dataset.name:
            with importer.database.transaction() as connection:
                row = (self._dataset.name, stamp(now()))
                connection.execute("INSERT OR IGNORE INTO datasets VALUES(?, ?)", row)

    def prepared(self, batches: Iterable[list[RawFeedback | Rejected]]) -> Iterator[Texts]:
        """Yield for each batch the texts to be processed, and keep the batch for store()."""
        for items in batches:
            rejected = [item for item in items if isinstance(item, Rejected)]
            segmented = self._with_segments(items)
            named = [(*self._identify(item), item) for item in segmented]
            batch = Batch([], Texts((), ()), len(items), 0, 0, rejected)
            known = self._importer.table.existing([one for own, old, _ in named for one in (own, old) if one])
            for own, old, item in named:
                record_id = old if old in known else own
                self._classify(batch, record_id, item, known.get(record_id))
            in_use = sum(len(one.rows) for one in [*self._pending, batch]) * (1 + len(self._plan.columns))
            batch.sent = self._outcomes.unknown(batch.rows, in_use)
            self._pending.append(batch)
            yield batch.sent

    def _with_segments(self, items: Iterable[RawFeedback | Rejected]) -> list[RawFeedback]:
        """Return the rows with the segments of their survey links."""
        rows = [item for item in items if isinstance(item, RawFeedback)]
        tokens = {item.link for item in rows if item.link}
        if not tokens or self._importer.links is None:
            return rows
        # Look a link up only once: the database does not yet mark links that pending batches have used.
        unknown = sorted(tokens - self._issued.keys())
        self._issued |= self._importer.links.known(self._importer.database, unknown)
        return [replace(item, fields={**item.fields, **self._segments(item)}) for item in rows]

    def _segments(self, item: RawFeedback) -> dict[str, FieldValue]:
        known = self._issued.get(item.link or "")
        names = {column.label: column.name for column in self._plan.columns}
        return {names[label]: value for label, value in known.segments.items() if label in names} if known else {}

    def _identify(self, item: RawFeedback) -> tuple[str, str]:
        """Return the id of a row, and the id under which an older version may have stored it (or "")."""
        if item.source_id:
            return self._dataset.qualified(self._source_id(item)), ""
        old = self._pseudonyms.content(item.digest) if self._has_legacy_ids else ""
        return self._pseudonyms.content(item.said), old

    def _source_id(self, item: RawFeedback) -> str:
        source_id = item.source_id or ""
        if self.keeps_ids and PLAIN_ID.fullmatch(source_id):
            return source_id
        return self._pseudonyms.record(source_id)

    def _classify(self, batch: Batch, record_id: str, item: RawFeedback, known: StoredResponse | None) -> None:
        digest = self._pseudonyms.keyed(item.digest)
        before = self._pending_digests.get(record_id) or self._seen.get(record_id)
        if self.follows_ids:
            self._seen.setdefault(record_id, digest)
        self.counts.too_long += item.too_long
        if before is not None and before == digest:
            batch.duplicates += 1
        elif before is not None:
            batch.rejected.append(Rejected(self._file, item.row, SAME_ID))
        elif self._is_suppressed(record_id, item, digest, is_new=known is None):
            batch.rejected.append(Rejected(self._file, item.row, ERASED))
        elif known is None and item.link and not self._accepts_answer(item.link):
            batch.rejected.append(Rejected(self._file, item.row, USED))
        elif known is None or not self._is_current(known, digest):
            self._pending_digests[record_id] = digest
            batch.rows.append(make_row(record_id, item, self._plan.columns, self._questions, known))
        elif self._is_same_row(known, item.row):
            batch.stored += 1
        else:
            batch.duplicates += 1

    def _is_suppressed(self, record_id: str, item: RawFeedback, digest: bytes, is_new: bool) -> bool:
        if self._importer.is_suppressed is None:
            return False
        links = self._importer.links
        candidate = ErasureCandidate(
            record_id=record_id, row=digest, said=self._pseudonyms.keyed(item.said),
            respondents=self._pseudonyms.respondents(item.respondent) if item.respondent else (),
            link=links.digest(item.link) if links and item.link else b"",
            is_same_source=is_new and self._dataset.is_continued,
        )  # fmt: skip
        return self._importer.is_suppressed(candidate)

    def _is_current(self, known: StoredResponse, digest: bytes) -> bool:
        """Check whether a response is stored as this import would store it."""
        return (known.digest, known.profile_id, known.plan) == (digest, self._profile_id, self._plan_digest)

    def _accepts_answer(self, token: str) -> bool:
        """Check whether a link still accepts an answer, and mark it as used; a link accepts one answer."""
        issued = self._issued.get(token)
        if issued is None:
            return True  # not issued by this workspace
        if issued.is_used:
            return False
        self._issued[token] = replace(issued, is_used=True)
        return True

    def _is_same_row(self, known: StoredResponse | None, row: int) -> bool:
        """Check whether a record is the same row of this import, stored before an interruption."""
        return known is not None and (known.import_id, known.row) == (self._import_id, row)

    def store(self, processed: Processed) -> None:
        """Write one batch and its audit event in one transaction."""
        batch = self._pending.pop(0)
        self._outcomes.remember(batch.sent, processed)
        found = tally(processed)
        with self._importer.database.transaction() as connection:
            written = self._writer.write(connection, batch.rows, self._outcomes)
            batch.rejected += [Rejected(self._file, row.item.row, reason) for row, reason in written.refused]
            connection.executemany(
                "INSERT OR REPLACE INTO rejected VALUES(?, ?, ?)",
                [(self._import_id, r.row, r.reason) for r in batch.rejected],
            )
            note_tally(connection, self._import_id, found)
            if self._importer.links:
                used = [row.item.link for row in batch.rows if row.item.link]
                self._importer.links.mark_used(connection, used, stamp(now()))
            self._audit(connection, "import.batch", {"import": self._import_id, "stored": len(written.new)})
        self._count(batch, written, found)
        for row in batch.rows:
            del self._pending_digests[row.id]

    def _count(self, batch: Batch, written: WrittenBatch, found: BatchTally) -> None:
        same = sum(self._is_same_row(row.known, row.item.row) for row in written.again)
        counts = self.counts
        counts.rows += batch.seen
        counts.stored += len(written.new) + batch.stored + same
        counts.updated += len(written.updated)
        counts.duplicates += batch.duplicates + len(written.again) + len(written.known) - same
        counts.comments += written.comments
        counts.without_comment += sum(not row.comments for row in written.new)
        counts.gained += written.gained
        counts.rescrubbed += len(written.again)
        counts.reviewed += found.reviewed
        counts.rejected += batch.rejected
        counts.entities += found.by_type

    def finish(self) -> None:
        """Mark the import as complete."""
        counts = self.counts
        with self._importer.database.transaction() as connection:
            connection.execute(
                "UPDATE imports SET finished = ?, duplicates = ?, updated = ? WHERE import_id = ?",
                (stamp(now()), counts.duplicates, counts.updated, self._import_id),
            )
            detail = {
                "rows": counts.rows, "stored": counts.stored, "updated": counts.updated,
                "duplicates": counts.duplicates,
            }  # fmt: skip
            self._audit(connection, "import.finish", {"import": self._import_id, **detail})

    def _audit(self, connection: Connection, action: str, detail: dict[str, object]) -> None:
        self._importer.audit.append(connection, self._importer.actor, action, detail)


def _batched(items: Iterator[RawFeedback | Rejected], size: int) -> Iterator[list[RawFeedback | Rejected]]:
    while batch := list(islice(items, size)):
        yield batch


def _fingerprint(key: bytes, source: SourceTable, plan: ColumnPlan) -> bytes:
    digest = blake2b(repr((plan.roles, plan.questions, plan.columns)).encode(), key=key, digest_size=16)
    with source.open_bytes() as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.digest()

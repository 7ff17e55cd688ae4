"""Taking records out of a workspace with all that was made from them, and keeping out what was taken out on request."""

from dataclasses import dataclass

from analyzer.answers.derived_answers import AnswersOwner
from analyzer.counting.derived_labels import LabelsOwner
from analyzer.custody.derived_custody import CustodyOwner
from analyzer.index import record_writer
from analyzer.index.derived_texts import AliasesOwner, TextsOwner
from analyzer.index.feedback_table import CHUNK
from analyzer.privacy.derived_reviews import ReviewOwner
from analyzer.security.audit import AuditLog
from analyzer.security.clock import now, stamp
from analyzer.security.suppression import CONTENT, RECORD, RESPONDENT, ROW, Entry, Ledger
from analyzer.store.database import Connection, Database
from analyzer.store.derived_data import DerivedData
from analyzer.themes.derived_themes import CodebookOwner, ThemesOwner

REQUESTED = ("respondent", "record")
"""What goes into the ledger: a request. What lapses by a rule lapses again, and "again" is of the ledger already."""


@dataclass(frozen=True, slots=True)
class DeletionTarget:
    """What is to be taken out.

    Attributes:
        of: "respondent", "record", "retention", or "again" after a restore; reference: what it was asked by.
        respondent: the pseudonym, where all of somebody's go.
        numbers: of the records.
    """

    of: str
    reference: str
    respondent: str
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DeletionSet:
    """What records hold, read before they go; texts and vectors are those that no other record shares."""

    ids: tuple[str, ...]
    rows: tuple[bytes, ...]
    texts: tuple[str, ...]
    vectors: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class DeletionResult:
    """What went besides the records: kept answers, and what themes lost."""

    answers: int
    themes: int


@dataclass(frozen=True, slots=True)
class RecordDeleter:
    """Takes records out of one workspace."""

    database: Database
    ledger: Ledger
    derived: DerivedData

    def held(self, target: DeletionTarget) -> DeletionSet:
        """Return what the records hold."""
        rows = []
        for start in range(0, len(target.numbers), CHUNK):
            part = target.numbers[start : start + CHUNK]
            marks = ",".join("?" * len(part))
            rows += self.database.rows(
                f"SELECT id, digest, text_id FROM feedback WHERE n IN ({marks}) ORDER BY n", part
            )
        text_ids = tuple(dict.fromkeys(row[2] for row in rows))
        gone = set(target.numbers)
        own = [
            self.database.rows("SELECT text, vector FROM texts WHERE text_id = ?", (text_id,))[0]
            for text_id in text_ids
            if {r[0] for r in self.database.rows("SELECT n FROM feedback WHERE text_id = ?", (text_id,))} <= gone
        ]
        return DeletionSet(
            tuple(row[0] for row in rows), tuple(bytes(row[1]) for row in rows),
            tuple(text for text, _ in own), tuple(bytes(vector) for _, vector in own),
        )  # fmt: skip

    def remove(self, connection: Connection, target: DeletionTarget, held: DeletionSet, at: str) -> DeletionResult:
        """Take the records out inside the caller's transaction; what was asked for goes into the ledger."""
        if target.of in REQUESTED:
            self.ledger.write(connection, self._entries(target, held), at)
        counts = record_writer.remove(connection, target.numbers, self.derived)
        return DeletionResult(counts[AnswersOwner.name], counts[ThemesOwner.name])

    def missing(self) -> tuple[list[Entry], tuple[int, ...]]:
        """Return what the ledger holds and this workspace does not know, with the records that it is about."""
        missing = self.ledger.missing(self.database.connection)
        if not missing:
            return [], ()
        wanted, entry = set(missing), self.ledger.entry
        rows = self.database.rows("SELECT n, id, digest, respondent FROM feedback ORDER BY n")
        numbers = tuple(
            n for n, record, digest, respondent in rows
            if entry(RECORD, record) in wanted or entry(ROW, bytes(digest)) in wanted
            or (respondent and entry(RESPONDENT, respondent) in wanted)
        )  # fmt: skip
        return missing, numbers

    def _entries(self, target: DeletionTarget, held: DeletionSet) -> list[Entry]:
        entry = self.ledger.entry
        entries = [entry(RECORD, one) for one in held.ids]
        rows = zip(held.ids, held.rows, strict=True)
        entries += [entry(ROW, row) for one, row in rows if not one.startswith(CONTENT)]
        return entries + ([entry(RESPONDENT, target.respondent)] if target.respondent else [])


def derived_data() -> DerivedData:
    """Return the registry of all owners of derived data; the owner of the texts is called last."""
    return DerivedData((
        AnswersOwner(), LabelsOwner(), CodebookOwner(), ThemesOwner(), ReviewOwner(), CustodyOwner(), AliasesOwner(),
        TextsOwner(),
    ))  # fmt: skip


def reapply_erasures(database: Database, erased: Ledger, audit: AuditLog, actor: str) -> int:
    """Bring a database from before an erasure up to the ledger; return how many records went.

    Raises:
        LogInUseError: if the records are gone, but readers keep what they said in the log.
    """
    remover = RecordDeleter(database, erased, derived_data())
    entries, numbers = remover.missing()
    if not entries:
        return 0
    at = stamp(now())
    target = DeletionTarget("again", "", "", numbers)
    held = remover.held(target)
    with database.transaction() as connection:
        remover.remove(connection, target, held, at)
        erased.know(connection, entries, at)
        audit.append(connection, actor, "erase.again", {"ids": list(held.ids), "entries": len(entries)})
    database.truncate_log()
    return len(numbers)

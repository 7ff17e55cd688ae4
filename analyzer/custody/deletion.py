"""Delete records with all data derived from them, and re-apply the erasures that the ledger lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from analyzer.answers.answers_data_owner import AnswersOwner
from analyzer.counting.labels_data_owner import LabelsOwner
from analyzer.custody.custody_data_owner import CustodyOwner
from analyzer.index import record_writer
from analyzer.index.feedback_table import CHUNK
from analyzer.index.texts_data_owner import AliasesOwner, ReadingsOwner, TextsOwner
from analyzer.index.views_data_owner import ViewsOwner
from analyzer.privacy.review_data_owner import ReviewOwner
from analyzer.security.audit_log import AuditLog
from analyzer.security.clock import now, stamp
from analyzer.security.suppression import LINK, RESPONDENT, Entry, ErasureCandidate, Ledger, SuppressionList
from analyzer.store.database import Connection, Database
from analyzer.store.derived_data import DerivedData
from analyzer.themes.themes_data_owner import CodebookOwner, ThemesOwner

REQUESTED = ("respondent", "record")
"""Deletions that are entered in the ledger; retention rules apply again anyway, and "again" comes from the ledger."""


@dataclass(frozen=True, slots=True)
class DeletionTarget:
    """Records to delete.

    Attributes:
        of: "respondent", "record", "retention", or "again" after a restore; reference: the pseudonym, ids or rule.
        respondents: the pseudonyms if all records of a respondent are deleted; empty otherwise.
        numbers: numbers of the responses; links: digests of survey links.
    """

    of: str
    reference: str
    respondents: tuple[str, ...]
    numbers: tuple[int, ...]
    links: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class DeletionSet:
    """Content of responses, read before they are deleted; without texts and vectors that other responses share.

    Attributes:
        ids, rows: ids and row digests of the responses; comments: ids of their comments.
        entries: what the ledger notes if the deletion was requested.
    """

    ids: tuple[str, ...]
    rows: tuple[bytes, ...]
    texts: tuple[str, ...]
    vectors: tuple[bytes, ...]
    comments: tuple[str, ...] = ()
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class DeletionResult:
    """Derived data that was deleted or changed: the number of saved answers and of themes."""

    answers: int
    themes: int


@dataclass(frozen=True, slots=True)
class RecordDeleter:
    """Deletes records of one workspace."""

    database: Database
    ledger: Ledger
    derived: DerivedData

    def held(self, target: DeletionTarget) -> DeletionSet:
        """Return the content of the records."""
        rows, comments = [], []
        for start in range(0, len(target.numbers), CHUNK):
            part = target.numbers[start : start + CHUNK]
            marks = ",".join("?" * len(part))
            rows += self.database.rows(
                "SELECT id, digest, said, respondent, response_id FROM responses "
                f"WHERE response_id IN ({marks}) ORDER BY response_id", part,
            )  # fmt: skip
            comments += self.database.rows(
                f"SELECT id, text_id, response_id FROM feedback WHERE response_id IN ({marks}) ORDER BY n", part
            )
        deleted, texts, vectors = set(target.numbers), [], []
        for text_id in dict.fromkeys(text_id for _, text_id, _ in comments):
            users = self.database.rows("SELECT response_id FROM feedback WHERE text_id = ?", (text_id,))
            if {user for (user,) in users} <= deleted:
                ((text, vector),) = self.database.rows("SELECT text, vector FROM texts WHERE text_id = ?", (text_id,))
                texts.append(text)
                vectors.append(bytes(vector))
        return DeletionSet(
            tuple(row[0] for row in rows), tuple(bytes(row[1]) for row in rows), tuple(texts), tuple(vectors),
            tuple(one for one, _, _ in comments), tuple(self._entries(target, rows, comments)),
        )  # fmt: skip

    def remove(self, connection: Connection, target: DeletionTarget, content: DeletionSet, at: str) -> DeletionResult:
        """Delete the records in the caller's transaction; enter requested deletions in the ledger."""
        if target.of in REQUESTED:
            self.ledger.write(connection, content.entries, at)
        connection.executemany("DELETE FROM links WHERE digest = ?", [(one,) for one in target.links])
        counts = record_writer.remove(connection, target.numbers, self.derived)
        return DeletionResult(counts[AnswersOwner.name], counts[ThemesOwner.name])

    def missing(self) -> tuple[list[Entry], DeletionTarget]:
        """Return the ledger entries that this workspace lacks, and the records and links they cover."""
        missing = self.ledger.missing(self.database.connection)
        if not missing:
            return [], DeletionTarget("again", "", (), ())
        is_erased = SuppressionList(self.ledger, frozenset(missing))
        rows = self.database.rows("SELECT response_id, id, digest, said, respondent FROM responses ORDER BY 1")
        numbers = tuple(
            n
            for n, own, digest, said, respondent in rows
            if is_erased(
                ErasureCandidate(
                    record_id=own, respondents=(respondent,) if respondent else (), row=bytes(digest), said=bytes(said)
                )
            )
        )
        links = [bytes(digest) for (digest,) in self.database.rows("SELECT digest FROM links")]
        erased = tuple(one for one in links if self.ledger.entry(LINK, one) in is_erased.entries)
        return missing, DeletionTarget("again", "", (), numbers, erased)

    def _entries(
        self, target: DeletionTarget, rows: Sequence[tuple[Any, ...]], comments: Sequence[tuple[Any, ...]]
    ) -> list[Entry]:
        entry = self.ledger.entry
        own: dict[int, list[str]] = {}
        for one, _, response in comments:
            own.setdefault(response, []).append(one)
        entries = [
            one
            for record, digest, said, respondent, number in rows
            for one in self.ledger.entries_of([record, *own.get(number, ())], bytes(digest), bytes(said), respondent)
        ]
        entries += [entry(RESPONDENT, one) for one in target.respondents]
        return [*entries, *(entry(LINK, one) for one in target.links)]


def derived_data() -> DerivedData:
    """Return the registry of all owners of derived data; the owner of the texts comes last."""
    return DerivedData((
        AnswersOwner(), LabelsOwner(), CodebookOwner(), ThemesOwner(), ReviewOwner(), CustodyOwner(), ViewsOwner(),
        AliasesOwner(),
        ReadingsOwner(),
        TextsOwner(),
    ))  # fmt: skip


def reapply_erasures(database: Database, erased: Ledger, audit: AuditLog, actor: str) -> int:
    """Apply the erasures of the ledger to an older database; return the number of records deleted.

    Raises:
        LogInUseError: if the records are deleted, but open readers keep their content in the write-ahead log.
    """
    deleter = RecordDeleter(database, erased, derived_data())
    entries, target = deleter.missing()
    if not entries:
        return 0
    at = stamp(now())
    content = deleter.held(target)
    with database.transaction() as connection:
        deleter.remove(connection, target, content, at)
        erased.know(connection, entries, at)
        audit.append(
            connection,
            actor,
            "erase.again",
            {"ids": list(content.ids), "links": len(target.links), "entries": len(entries)},
        )
    database.truncate_log()
    return len(target.numbers)

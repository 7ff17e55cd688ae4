"""The erasure service: delete all data of a respondent or record with a signed receipt; export a respondent's data."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

from analyzer.custody.deletion import DeletionSet, DeletionTarget, RecordDeleter
from analyzer.custody.residual_bytes import count_copies, markers
from analyzer.custody.types import Erasure
from analyzer.errors import UsageError
from analyzer.index.corpus_index import CorpusIndex
from analyzer.index.feedback_table import CHUNK, FeedbackTable
from analyzer.privacy.pseudonyms import Pseudonyms
from analyzer.privacy.workspace_scrubber import WorkspaceScrubber
from analyzer.security.audit_log import Event
from analyzer.security.audit_trail import AuditTrail
from analyzer.security.authorization import Authorization
from analyzer.security.clock import now, stamp
from analyzer.security.files_service import FilesService
from analyzer.security.incident_log import FILES, SAW_ALL, ids_in, written_file
from analyzer.security.permissions import Permission, needs
from analyzer.security.signatures import SIGNATURE, is_intact, sign
from analyzer.security.survey_tokens import Tokens
from analyzer.security.workspace_store import DATABASE, WorkspaceStore
from analyzer.store.database import Database
from analyzer.store.import_lock import ImportLock
from analyzer.store.output_files import check_free
from analyzer.store.pages import decrypted_pages
from analyzer.themes.queries import ThemeQueries
from analyzer.types import Feedback, WrittenFile

SEARCHED_PREFIXES = ("vectors", "import", "workspace")
"""Name prefixes of the files beside the database that are searched after an erasure."""


class ErasureService:
    """Erasure of records and respondents (GDPR 17), and export of a respondent's data to a file (GDPR 15)."""

    name = "erasure"

    def __init__(
        self,
        *,
        store: WorkspaceStore,
        anchors: Path,
        database: Database,
        table: FeedbackTable,
        index: CorpusIndex,
        audit: AuditTrail,
        authorization: Authorization,
        scrubber: WorkspaceScrubber,
        deleter: RecordDeleter,
        pseudonyms: Pseudonyms,
        receipt_key: bytes,
        person_file: Callable[[str, str, Sequence[tuple[Feedback, Sequence[str]]]], bytes],
        import_lock: ImportLock,
        tokens: Tokens,
        files: FilesService,
    ) -> None:
        """Create the service.

        Args:
            store: keys, files and the connection without restrictions.
            anchors: folder with the ledger of erasures and the anchor of the audit log.
            database: the account's connection.
            table: the feedback table on the same connection.
            index: the search index, saved after a deletion.
            audit: the audit log, which records erasures.
            authorization: checks the permissions of each call.
            scrubber: scrubs reasons before they are stored.
            deleter: deletes records with everything derived from them.
            pseudonyms: compute the pseudonym of a respondent as the source file named them.
            receipt_key: signs receipts.
            person_file: renders a respondent's data as a file; called with (kind, respondent, rows).
            import_lock: prevents imports during a deletion.
            tokens: of survey links, whose recipients are erased too.
            files: writes and records files.
        """
        self._store = store
        self._anchors = anchors
        self._database = database
        self._admin_database = store.database
        self._table = table
        self._index = index
        self._audit = audit
        self._authorization = authorization
        self._scrubber = scrubber
        self._deleter = deleter
        self._pseudonyms = pseudonyms
        self._receipt_key = receipt_key
        self._person_file = person_file
        self._import_lock = import_lock
        self._tokens = tokens
        self._files = files

    @needs(Permission.ERASURE)
    def erase(
        self,
        respondent: str = "",
        ids: Sequence[str] = (),
        reason: str = "",
        dry_run: bool = False,
        out: Path | str | None = None,
    ) -> Erasure:
        """Erase all records of a respondent, or single records: texts, vectors, labels, and what was derived from them.

        Erased records are refused at import and deleted again after a restore; so is a respondent of whom nothing is
        stored yet. The survey links of a respondent are erased too. After an interruption, call it again.

        Args:
            respondent: the name in the source file, or the pseudonym.
            ids: ids of records.
            reason: reason of the erasure; scrubbed and stored.
            dry_run: return what would be deleted without deleting it.
            out: file to write the signed receipt to.

        Raises:
            UsageError: if neither or both are given, an id is not stored, the file exists, or no import named
                respondents.
            WorkspaceError: if an import is running.
        """
        if bool(respondent) == bool(ids):
            raise UsageError("name either a respondent (--respondent REF) or records (--id ID …)")
        if out:
            check_free(Path(out))
        if respondent:
            self._check_respondents_are_known()
        find = partial(self._target_of_respondent, respondent) if respondent else partial(self._target_of_records, ids)
        found = self.delete(find, reason, dry_run)
        if out and found.receipt:
            plain = json.dumps(asdict(found), ensure_ascii=False, indent=1).encode()
            self._files.document(out, plain, ("erase.receipt", {"receipt": found.receipt}))
        return found

    @needs(Permission.ERASURE)
    def check(self, receipt: Path | str) -> bool:
        """Return whether a receipt was signed by this workspace and is unchanged.

        Raises:
            UsageError: if it cannot be read.
        """
        try:
            found = json.loads(Path(receipt).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise UsageError(f"{receipt} cannot be read as a receipt") from error
        key = sign({}, self._receipt_key)[SIGNATURE]["public_key"]
        is_own = isinstance(found, dict) and is_intact(found) and found[SIGNATURE]["public_key"] == key
        self._audit.record("erase.check", {"ok": is_own})
        return is_own

    @needs(Permission.ERASURE, Permission.EXPORTS)
    def export_person(self, respondent: str, out: Path | str, kind: str = "", may_replace: bool = False) -> WrittenFile:
        """Write all data of a respondent to a file: scrubbed comments, fields, themes (GDPR 15).

        Args:
            respondent: the name in the source file, or the pseudonym.
            out: file to write.
            kind: json, csv or xlsx; by default the suffix of the file's name.
            may_replace: whether an existing file may be replaced.

        Raises:
            UsageError: if the respondent has no records, or the kind is unknown.
        """
        out = Path(out)
        target = self._target_of_respondent(respondent)
        held = self._deleter.held(target)
        records = self._table.get_responses(held.ids) | self._table.get(held.comments)
        ids = sorted(set(held.comments) | self._without_comments(held.ids))
        if not ids:
            raise UsageError(f"no records of {target.reference} are stored")
        queries = ThemeQueries(self._database, self._table, "")
        labels = {theme.id: theme.label for theme in queries.themes().themes}
        themes = dict(queries.assignments(""))
        rows = [(records[one], [labels.get(theme, theme) for theme in themes.get(one, ())]) for one in ids]
        content = self._person_file(kind or out.suffix.removeprefix(".").casefold(), target.reference, rows)
        event = "person.export", {"respondent": target.reference, "ids": ids}
        return self._files.export(out, [content], event, rows=len(rows), may_replace=may_replace)

    def _check_respondents_are_known(self) -> None:
        """Refuse a person where no import named any: nothing would be found, and nothing refused at a later import."""
        rows = self._database.rows("SELECT count(*), count(respondent), (SELECT count(*) FROM links) FROM responses")
        if rows[0][0] and not rows[0][1] and not rows[0][2]:
            raise UsageError(
                "no import named respondents, so nobody can be found here and nothing was erased; find the records "
                "(search, or table --where with the column that holds the person) and erase them by --id, or import "
                "with --map respondent=COLUMN"
            )

    def _without_comments(self, ids: Sequence[str]) -> set[str]:
        found: set[str] = set()
        for start in range(0, len(ids), CHUNK):
            part = ids[start : start + CHUNK]
            rows = self._database.rows(
                f"SELECT id FROM responses r WHERE id IN ({','.join('?' * len(part))}) "
                "AND NOT EXISTS (SELECT 1 FROM feedback f WHERE f.response_id = r.response_id)",
                part,
            )
            found |= {one for (one,) in rows}
        return found

    def _target_of_respondent(self, reference: str) -> DeletionTarget:
        known = self._database.rows("SELECT 1 FROM responses WHERE respondent = ? LIMIT 1", (reference,))
        names = (reference,) if known else self._pseudonyms.respondents(reference)
        marks = ",".join("?" * len(names))
        rows = self._database.rows(
            f"SELECT response_id, respondent FROM responses WHERE respondent IN ({marks}) ORDER BY 1", names
        )
        links = [
            digest
            for digest, recipient in self._tokens.recipients(self._database)
            if not set(names).isdisjoint(self._pseudonyms.respondents(recipient))
        ]
        shown = names[0] if names[0] in {name for _, name in rows} or not rows else rows[0][1]
        return DeletionTarget("respondent", shown, names, tuple(n for n, _ in rows), tuple(links))

    def _target_of_records(self, ids: Sequence[str]) -> DeletionTarget:
        found: dict[int, str] = {}
        for one in ids:
            names = (one, self._pseudonyms.record(one))
            rows = self._database.rows("SELECT response_id, id FROM responses WHERE id IN (?, ?)", names)
            rows = rows or self._database.rows("SELECT response_id, id FROM feedback WHERE id IN (?, ?)", names)
            if not rows:
                raise UsageError(f"no record {one}; ids are listed by: analyzer search")
            found |= dict(rows)
        return DeletionTarget("record", ", ".join(found.values()), (), tuple(found))

    @needs(Permission.ERASURE)
    def delete(self, find: Callable[[], DeletionTarget], reason: str, dry_run: bool = False) -> Erasure:
        """Delete records with all data derived from them; return a signed receipt.

        Args:
            find: returns the records, and the request or retention rule; called while no import can run.
            reason: scrubbed and stored.
            dry_run: return what would be deleted without deleting it.

        Raises:
            WorkspaceError: if an import is running.
        """
        scrubbed = self._scrubber.scrub_note(reason)
        if dry_run:
            target, _, found = self._found(find, scrubbed)
            return self._preview(target, found)
        with self._import_lock.hold():
            target, content, found = self._found(find, scrubbed)
            if not content.ids and not content.entries:
                return replace(self._preview(target, found), left_in_log=self._database.keeps_log())
            found = self._delete_records(target, content, found)
            found = replace(found, left_in_log=self._database.keeps_log())
            self._index.save()
        wanted = markers(self._database.connection, content.texts, content.vectors)
        return self._signed(replace(found, copies_found=count_copies(self._stored_blocks(), wanted)))

    def _found(self, find: Callable[[], DeletionTarget], reason: str) -> tuple[DeletionTarget, DeletionSet, Erasure]:
        target = find()
        content = self._deleter.held(target)
        exports = (*self._exports_containing((*content.ids, *content.comments)), *self._link_files(target.links))
        found = Erasure(
            "", stamp(now()), self._audit.actor, reason, target.of, target.reference, len(content.ids),
            len(content.texts), len(content.vectors), 0, 0, content.ids, exports, self._backups(),
            links=len(target.links),
        )  # fmt: skip
        return target, content, found

    def _preview(self, target: DeletionTarget, found: Erasure) -> Erasure:
        self._audit.record("erase.preview", {"of": target.of, "records": found.records, "links": found.links})
        return found

    def _delete_records(self, target: DeletionTarget, content: DeletionSet, found: Erasure) -> Erasure:
        with self._database.transaction() as connection:
            deleted = self._deleter.remove(connection, target, content, found.at)
            number = int(connection.execute("SELECT max(seq) FROM audit").fetchone()[0]) + 1
            receipt = f"e-{number}"
            detail = {
                "receipt": receipt, "of": target.of, "reference": target.reference, "ids": list(content.ids),
                "answers": deleted.answers, "themes": deleted.themes, "links": found.links, "reason": found.reason,
            }  # fmt: skip
            event = self._audit.append(connection, "erase", detail)
        return replace(found, receipt=receipt, answers=deleted.answers, themes_relabelled=deleted.themes, event=event)

    def _exports_containing(self, ids: Sequence[str]) -> tuple[str, ...]:
        """Return the files written by this program that contain any of these records."""
        wanted = set(ids)
        return tuple(
            f"{name}, {event.at[:16]}, {event.actor}"
            for event, name in self._file_events()
            if wanted & set(ids_in(event.detail)) or (wanted and event.action in SAW_ALL)
        )

    def _file_events(self) -> list[tuple[Event, str]]:
        """Return the events of written files with the name of the file, oldest first."""
        marks = ",".join("?" * len(FILES))
        rows = self._admin_database.rows(
            "SELECT seq, at, actor, action, detail FROM audit "
            f"WHERE action IN ({marks}) OR detail LIKE '%\"sha256\"%' ORDER BY seq", sorted(FILES),
        )  # fmt: skip
        events = [Event(seq, at, actor, action, json.loads(detail)) for seq, at, actor, action, detail in rows]
        return [(event, name) for event in events if (name := written_file(event))]

    def _link_files(self, links: Sequence[bytes]) -> tuple[str, ...]:
        """Return the files in which these survey links were handed out."""
        sql = "SELECT batch_id FROM links WHERE digest = ?"
        batches = {batch for one in links for (batch,) in self._database.rows(sql, (one,))}
        rows = self._admin_database.rows(
            "SELECT at, actor, detail FROM audit WHERE action = 'links.issue' ORDER BY seq"
        )
        events = [(at, actor, json.loads(detail)) for at, actor, detail in rows]
        return tuple(
            f"{detail.get('file') or 'survey links'}, {at[:16]}, {actor}"
            for at, actor, detail in events
            if detail["batch"] in batches
        )

    def _backups(self) -> tuple[str, ...]:
        rows = self._admin_database.rows("SELECT at, detail FROM audit WHERE action = 'backup.create' ORDER BY seq")
        return tuple(f"{json.loads(detail)['name']}, {at[:16]}" for at, detail in rows)

    def _stored_blocks(self) -> Iterator[bytes]:
        """Yield all stored bytes, decrypted: pages of the database and its log, the cache, other files."""
        yield from decrypted_pages(self._store.path / DATABASE, self._store.store_key)
        yield from self._index.cache_file().pieces()
        beside = [file for file in self._store.path.iterdir() if file.name.startswith(SEARCHED_PREFIXES)]
        outside = [file for file in self._anchors.iterdir() if file.name.startswith(self._store.id)]
        for file in [*beside, *outside]:
            if file.is_file():
                yield file.read_bytes()

    def _signed(self, found: Erasure) -> Erasure:
        plain = json.loads(json.dumps(asdict(found)))
        return replace(found, signature=sign(plain, self._receipt_key)[SIGNATURE])

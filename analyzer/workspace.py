"""A person's handle on a workspace: every command of the program is one of its methods."""

import json
import os
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from itertools import islice
from pathlib import Path

from analyzer.answers.service import AskDesk
from analyzer.config import Settings, load_settings
from analyzer.counting.service import FigureDesk
from analyzer.custody.evidence import EvidenceDesk
from analyzer.custody.incidents import IncidentDesk
from analyzer.custody.restore import restore
from analyzer.custody.retention import RetentionDesk
from analyzer.custody.survey_links import SurveyDesk
from analyzer.custody.types import Backup
from analyzer.errors import UsageError, WorkspaceError
from analyzer.index.feedback_table import FeedbackTable
from analyzer.index.inventory import count_languages, find_inconsistencies, list_imports
from analyzer.index.types import Query, SearchResult, Verification, WorkspaceStatus
from analyzer.index.vectors import open_index
from analyzer.ingest.pipeline import Importer, import_file
from analyzer.ingest.planning import Planned, joined, planned, reported
from analyzer.ingest.preview import preview_file
from analyzer.ingest.readers.open_file import find_files
from analyzer.ingest.types import FilePreview, IngestReport
from analyzer.models.loaded_models import LoadedModels
from analyzer.opened import SINGLE_USER, scrubbing_rules
from analyzer.privacy.detector import Detector
from analyzer.privacy.scrubber import Scrubber
from analyzer.privacy.service import PrivacyDesk
from analyzer.security.keys import Keyring, create_key, derive_key
from analyzer.security.permissions import Permission, needs
from analyzer.security.sandbox.egress import seal
from analyzer.security.suppression import suppression_list
from analyzer.security.workspace_store import DATABASE, IDENTITY, audit_log, key_file
from analyzer.store.database import Database
from analyzer.store.schema import VERSION
from analyzer.themes.codebook.service import CodingDesk
from analyzer.themes.trends.service import FollowDesk
from analyzer.types import Column, Feedback, FieldValue, ScrubbedText

SCRUB_BATCH = 256
FEW_ROWS = 1_500
"""Rows up to which an import runs in this process: starting workers takes as long."""

Progress = Callable[[str, int, int], None]
"""Told the file, the rows done and the rows in all."""


def _silent(*_: object) -> None:
    """Report nothing."""


class Workspace(
    PrivacyDesk,
    FigureDesk,
    AskDesk,
    CodingDesk,
    FollowDesk,
    RetentionDesk,
    IncidentDesk,
    EvidenceDesk,
    SurveyDesk,
):
    """Scrubbed feedback, its index, and what can be asked of it.

    Every command of the program is one method here, with the same name and the same result.
    """

    @classmethod
    def init(cls, settings: Settings | None = None, actor: str = SINGLE_USER, unsealed: str = "") -> "Workspace":
        """Make a new workspace with its key file and open it.

        Raises:
            WorkspaceError: if the folder holds a workspace already.
        """
        seal(unsealed)
        settings = settings or load_settings()
        path = settings.workspace
        if (path / IDENTITY).exists():
            raise WorkspaceError(f"{path} is a workspace already; choose another folder with --workspace")
        models = LoadedModels(settings.models_dir)
        model = models.catalog.get(settings.embedding_model)
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        for unfinished in path.glob(f"{DATABASE}*"):  # of an init that was interrupted: nothing was ever in it
            unfinished.unlink()
        workspace_id = uuid.uuid4().hex
        key = create_key(key_file(settings, workspace_id))
        meta = {"workspace": workspace_id, "embedding": settings.embedding_model, "fingerprint": model.fingerprint}
        database = Database.create(path / DATABASE, derive_key(key, "store"), meta)
        log = audit_log(settings, workspace_id, Keyring(key))
        database.settle = log.settle
        with database.transaction() as connection:
            log.append(connection, actor or SINGLE_USER, "workspace.init", {"id": workspace_id})
        database.close()
        (path / IDENTITY).write_text(json.dumps({"id": workspace_id, "version": VERSION}), encoding="utf-8")
        return cls(settings, actor, models)

    @classmethod
    def open(cls, path: Path | str | None = None, actor: str = SINGLE_USER, unsealed: str = "") -> "Workspace":
        """Open the workspace in a folder, with the settings of the surroundings.

        The whole process is sealed for good: from then on nothing in it can connect anywhere. A script that must goes
        on unsealed by giving the reason, which is put on record.
        """
        seal(unsealed)
        environ = dict(os.environ) | ({"ANALYZER_WORKSPACE": str(path)} if path else {})
        return cls(load_settings(environ=environ), actor)

    @classmethod
    def backup_restore(
        cls, folder: Path, settings: Settings | None = None, actor: str = SINGLE_USER, old_key: Path | None = None
    ) -> Backup:
        """Put a backup in the place of a workspace, or where there is none, see analyzer.custody.restore.restore."""
        seal()
        return restore(settings or load_settings(), Path(folder), actor or SINGLE_USER, old_key)

    @needs(Permission.IMPORTS)
    def preview(self, file: Path, mapping: Mapping[str, str] | None = None, drop: Sequence[str] = ()) -> FilePreview:
        """Show how a file would be imported: roles, kept and dropped columns, scrubbed examples; store nothing."""
        found = planned(file, mapping or {}, drop)
        scrubber = Scrubber(self._detector.taught(found.vocabulary), self._terms)
        return preview_file(found.facts, found.plan, scrubber)

    @needs(Permission.IMPORTS)
    def ingest(
        self,
        files: Sequence[Path],
        mapping: Mapping[str, str] | None = None,
        drop: Sequence[str] = (),
        on_progress: Progress = _silent,
    ) -> IngestReport:
        """Import files or folders of files; stopping it at any moment loses nothing that was reported as done.

        Args:
            files: CSV, TSV, XLSX, JSONL or Parquet files, or folders of them.
            mapping: role -> column label, for roles text, id, date, rating, respondent; "keep" -> labels to keep.
            drop: labels of columns to leave out.
            on_progress: told after each batch that is safely stored.

        Raises:
            InputFileError: if a file cannot be read as feedback; earlier files stay imported.
            MappingError: if the columns do not fit the mapping.
            WorkspaceError: if another import is running.
        """
        started = time.monotonic()
        on_progress("reading", 0, 0)
        files_planned = [planned(file, mapping or {}, drop) for file in find_files(files)]
        workers = self.settings.cores if sum(one.facts.rows for one in files_planned) > FEW_ROWS else 1
        with self._import_lock():
            reports = [self._import(one, workers, on_progress) for one in files_planned]
            with suppress(OSError):  # the cache is disposable
                self._vectors().save(self._cache_file())
        return joined(reports, time.monotonic() - started)

    def _import(self, file: Planned, workers: int, on_progress: Progress) -> IngestReport:
        table, facts, words = file.table, file.facts, file.vocabulary
        start = self._recipe(words) if workers > 1 else partial(self._processor, words)
        importer = Importer(
            self._database, self._table, self._audit, self._pseudonym_key, start, self._profile(), workers,
            self.settings.batch_size, self.actor, suppression_list(self._database, self._ledger),
            self._tokens,
        )  # fmt: skip
        on_progress(table.name, 0, facts.rows)
        plan = self._with_segments(file.plan)
        counts = import_file(importer, table, facts, plan, lambda rows: on_progress(table.name, rows, facts.rows))
        return reported(file, counts)

    @needs()
    def scrub(self, texts: Sequence[str]) -> tuple[ScrubbedText, ...]:
        """Replace personal data in texts; nothing is stored."""
        return tuple(self._scrubber.scrub(texts))

    @needs(Permission.COMMENTS)
    def search(self, query: str, where: str = "", limit: int = 10) -> SearchResult:
        """Find the records that best match a query among those that match a filter."""
        self._table.predicate(where)
        result = self._searcher().search(Query(query, where, limit))
        self._record("search", {"ids": [hit.id for hit in result.hits]})
        return result

    @needs(Permission.COMMENTS)
    def show(self, ids: Sequence[str]) -> tuple[Feedback, ...]:
        """Return records by id.

        Raises:
            UsageError: if an id is not stored.
        """
        found = self._table.get(ids)
        missing = [record_id for record_id in ids if record_id not in found]
        if missing:
            raise UsageError(f"no record {', '.join(missing)}; ids are listed by: analyzer search")
        self._record("show", {"ids": list(ids)})
        return tuple(found[record_id] for record_id in ids)

    @needs(Permission.COMMENTS)
    def browse(self, where: str = "", limit: int = 100, offset: int = 0) -> tuple[Feedback, ...]:
        """Return matching records in order of id."""
        records = self._table.browse(where, limit, offset)
        self._record("browse", {"ids": [record.id for record in records]})
        return tuple(records)

    @needs(Permission.FIGURES)
    def matching(self, where: str = "") -> int:
        """Count the records that match a filter."""
        if not self._may_quote:
            self._withholder.check(where)
        found = self._table.count(where)
        if where:
            self._record("matching", {"records": found})
        return found

    @needs()
    def columns(self) -> tuple[Column, ...]:
        """Return the columns kept with every record."""
        return tuple(target.column for target in self._table.columns().values())

    @needs(Permission.FIGURES)
    def tally(
        self, column: str, where: str = "", most: int = 50, characters: int = 0
    ) -> tuple[tuple[FieldValue, int], ...]:
        """Count matching records by the values of a column (or their first characters), most frequent first."""
        found = tuple(self._table.tally(column, where, most, characters))
        if not self._may_quote:
            told = self._withholder.tallied(column, where, found, characters)
            found = tuple(one for one, is_told in zip(found, told, strict=True) if is_told)
        self._record("tally", {"column": column, "values": len(found)})
        return found

    @needs()
    def status(self) -> WorkspaceStatus:
        """Say what the workspace holds and whether its models are here."""
        names = (self._embedding_name, self.settings.answering_model, self.settings.names_model)
        return WorkspaceStatus(
            workspace=str(self._path),
            records=self._database.rows("SELECT count(*) FROM feedback")[0][0],
            texts=self._database.rows("SELECT count(*) FROM texts")[0][0],
            columns=self.columns(),
            imports=list_imports(self._database),
            languages=count_languages(self._database),
            models={name: self._models.is_present(name) for name in names},
            single_user=self._gate.is_single_user,
            days_since_drill=self._days_since_drill(),
            bytes=sum(file.stat().st_size for file in self._path.iterdir() if file.is_file()),
        )

    @needs(Permission.CHECKS)
    def verify(self) -> Verification:
        """Check cipher pages, tables, word index, vectors, audit chain and cache."""
        problems = self._custodian.problems() + find_inconsistencies(self._custodian)
        log = self._verified()
        if not log.ok:
            problems.append(f"audit log: {log.reason} (event {log.first_bad})" if log.first_bad else log.reason)
        cache = "none"
        if self._dimension:
            table = FeedbackTable(self._custodian)
            _, is_cached = open_index(table, self._cache_file(), self._dimension)
            cache = "sound" if is_cached else "rebuilt"
        self._record("verify", {"problems": len(problems)})
        return Verification(not problems, tuple(problems), self._table.count(), log.events + 1, cache)

    def close(self) -> None:
        """Close the database."""
        self._database.close()
        self._vault.close()


def scrub_texts(settings: Settings, texts: Iterable[str]) -> Iterator[ScrubbedText]:
    """Scrub any number of texts without a workspace, a batch at a time."""
    scrubber = Scrubber(Detector(scrubbing_rules(settings, LoadedModels(settings.models_dir))))
    source = iter(texts)
    while batch := list(islice(source, SCRUB_BATCH)):
        yield from scrubber.scrub(batch)

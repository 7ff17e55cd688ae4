"""The import service: preview a file, import files."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeAlias

from analyzer.index.corpus_index import CorpusIndex
from analyzer.index.feedback_table import FeedbackTable
from analyzer.ingest.mapping import ColumnPlan, fit_to_workspace
from analyzer.ingest.pipeline import Importer, import_file
from analyzer.ingest.planning import PlannedFile, join_reports, plan_file, report_file
from analyzer.ingest.preview import preview_file
from analyzer.ingest.readers.open_file import find_files
from analyzer.ingest.types import FilePreview, IngestReport
from analyzer.ingest.worker import Processor, Recipe
from analyzer.models.embedder import Embeds
from analyzer.models.workspace_models import WorkspaceModels
from analyzer.privacy.names.lexicon import CorpusVocabulary
from analyzer.privacy.workspace_scrubber import WorkspaceScrubber
from analyzer.security.audit_trail import AuditTrail
from analyzer.security.authorization import Authorization
from analyzer.security.permissions import Permission, needs
from analyzer.security.suppression import Ledger, suppression_list
from analyzer.security.survey_tokens import Tokens
from analyzer.store.database import Database
from analyzer.store.derived_data import DerivedData
from analyzer.store.import_lock import ImportLock
from analyzer.types import Progress, no_progress

FEW_ROWS = 1_500
"""Rows up to which an import runs in this process: starting workers takes as long."""

BuildProcessor: TypeAlias = Callable[[], Processor]


class IngestService:
    """Imports of files into a workspace."""

    name = "imports"

    def __init__(
        self,
        *,
        database: Database,
        table: FeedbackTable,
        index: CorpusIndex,
        audit: AuditTrail,
        authorization: Authorization,
        models: WorkspaceModels,
        scrubber: WorkspaceScrubber,
        ledger: Ledger,
        tokens: Tokens,
        derived: DerivedData,
        pseudonym_key: bytes,
        with_segments: Callable[[ColumnPlan], ColumnPlan],
        build_processor: Callable[[WorkspaceScrubber, CorpusVocabulary, Embeds], Processor],
        build_recipe: Callable[[WorkspaceScrubber, CorpusVocabulary, Path], BuildProcessor],
        import_lock: ImportLock,
        workers: int,
        batch_size: int,
    ) -> None:
        """Set the dependencies and options of an import.

        Args:
            database: the account's connection.
            table: over the same connection.
            index: saved after the last file.
            audit: logs one event per batch.
            authorization: decides which calls are permitted.
            models: provide the embedder of texts.
            scrubber: scrubs texts.
            ledger: records erased on request, which are not imported again.
            tokens: of survey links.
            derived: owners of derived data, which is updated when texts are scrubbed again.
            pseudonym_key: key of the HMAC that replaces respondents and ids.
            with_segments: adds the segment columns of survey links to a plan.
            build_processor: builds the processor of an import in this process.
            build_recipe: builds the recipe from which a worker process builds its processor.
            import_lock: held while rows are written.
            workers: processes for files of more than FEW_ROWS rows.
            batch_size: rows per transaction.
        """
        self._database = database
        self._table = table
        self._index = index
        self._audit = audit
        self._authorization = authorization
        self._models = models
        self._scrubber = scrubber
        self._ledger = ledger
        self._tokens = tokens
        self._derived = derived
        self._pseudonym_key = pseudonym_key
        self._with_segments = with_segments
        self._build_processor = build_processor
        self._build_recipe = build_recipe
        self._import_lock = import_lock
        self._workers = workers
        self._batch_size = batch_size

    @needs(Permission.IMPORTS)
    def preview(
        self, file: Path | str, mapping: Mapping[str, str] | None = None, drop: Sequence[str] = ()
    ) -> FilePreview:
        """Show how a file would be imported: roles, kept and dropped columns, scrubbed examples; store nothing."""
        found = plan_file(Path(file), mapping or {}, drop)
        return preview_file(found.facts, found.plan, self._scrubber.for_corpus(found.vocabulary))

    @needs(Permission.IMPORTS)
    def ingest(
        self,
        files: Sequence[Path | str],
        mapping: Mapping[str, str] | None = None,
        drop: Sequence[str] = (),
        on_progress: Progress = no_progress,
    ) -> IngestReport:
        """Import files or folders of files; an interruption loses no batch that was reported as done.

        Args:
            files: CSV, TSV, XLSX, JSONL or Parquet files, or folders of them.
            mapping: role -> column label, for roles text, id, date, rating, respondent; "keep" -> labels to keep.
            drop: labels of columns to leave out.
            on_progress: called after each stored batch with (file, rows done, rows in total).

        Raises:
            InputFileError: if a file cannot be read as feedback; earlier files stay imported.
            MappingError: if the columns do not fit the mapping.
            WorkspaceError: if another import is running.
        """
        started = time.monotonic()
        on_progress("reading", 0, 0)
        files_planned = [plan_file(file, mapping or {}, drop) for file in find_files([Path(file) for file in files])]
        workers = self._workers if sum(one.facts.rows for one in files_planned) > FEW_ROWS else 1
        with self._import_lock.hold():
            reports = [self._import(one, workers, on_progress) for one in files_planned]
            with suppress(OSError):  # a missing cache is rebuilt
                self._index.save()
        return join_reports(reports, time.monotonic() - started)

    def _import(self, file: PlannedFile, workers: int, on_progress: Progress) -> IngestReport:
        table, facts, words = file.table, file.facts, file.vocabulary
        start: BuildProcessor = partial(self._build_processor, self._scrubber, words, self._models.embedder)
        if workers > 1:
            start = self._build_recipe(self._scrubber, words, self._models.embedding_path)
        importer = Importer(
            self._database, self._table, self._audit.log, self._pseudonym_key, start, self._scrubber.profile(), workers,
            self._batch_size, self._audit.actor, self._derived, suppression_list(self._database, self._ledger),
            self._tokens,
        )  # fmt: skip
        on_progress(table.name, 0, facts.rows)
        known = (target.column for target in self._table.columns().values())
        plan = fit_to_workspace(self._with_segments(file.plan), known)
        counts = import_file(importer, table, facts, plan, lambda rows: on_progress(table.name, rows, facts.rows))
        return report_file(replace(file, plan=plan), counts)


def processor(scrubber: WorkspaceScrubber, vocabulary: CorpusVocabulary, embedder: Embeds) -> Processor:
    """Return a processor that scrubs, checks and embeds a batch in this process."""
    return Processor(scrubber.for_corpus(vocabulary), embedder, scrubber.terms)


def recipe(scrubber: WorkspaceScrubber, vocabulary: CorpusVocabulary, embedding_model: Path) -> BuildProcessor:
    """Return the recipe from which a worker process builds its processor."""
    return Recipe(scrubber.rules.with_vocabulary(vocabulary), embedding_model, scrubber.terms)

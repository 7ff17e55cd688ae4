"""The import service: preview a file, import files."""

import hmac
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TypeAlias

from analyzer.cluster.client import Cluster
from analyzer.errors import InputFileError
from analyzer.index.corpus_index import CorpusIndex
from analyzer.index.duplicate_groups import are_stale, find_duplicates, write_duplicates
from analyzer.index.feedback_table import FeedbackTable
from analyzer.ingest.import_choices import AS_FOUND, Choices, ImportOptions, header_digest, latest_choices
from analyzer.ingest.languages import language_notes
from analyzer.ingest.mapping import ColumnPlan, fit_to_workspace
from analyzer.ingest.pipeline import Importer, import_file
from analyzer.ingest.planning import ReadFile, join_reports, read_file, read_table, report_file
from analyzer.ingest.preview import preview_file
from analyzer.ingest.readers.frame_reader import Frame, open_frame
from analyzer.ingest.readers.open_file import find_files
from analyzer.ingest.types import FilePreview, IngestReport
from analyzer.ingest.worker import Processor, Recipe
from analyzer.models.embedder import Embeds
from analyzer.models.workspace_models import WorkspaceModels
from analyzer.opinions.polarity import PolarityHead
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
from analyzer.types import Column, Progress, no_progress

FEW_ROWS = 1_500
"""Rows up to which an import runs in this process: starting workers takes as long."""
MOST_COMPARED = 20_000
"""Texts up to which an import looks for near duplicates (about 10 s); with more: analyzer duplicates --find."""

BuildProcessor: TypeAlias = Callable[..., Processor]
JoinCluster: TypeAlias = Callable[[Callable[[str, tuple[str, ...]], None]], Cluster | None]
"""Returns the cluster that this process was sealed with, or None; takes what is called with its address and workers."""
Input: TypeAlias = Path | str | Frame
"""What is imported: a file, a folder or an archive of files, or a data frame."""


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
        build_remote: Callable[[BuildProcessor], BuildProcessor],
        join_cluster: JoinCluster,
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
            build_remote: makes that recipe one for workers on other machines.
            join_cluster: returns the cluster to import on; None for this machine.
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
        self._build_remote, self._join_cluster = build_remote, join_cluster
        self._import_lock = import_lock
        self._workers = workers
        self._batch_size = batch_size

    @needs(Permission.IMPORTS)
    def preview(
        self,
        file: Input,
        mapping: Mapping[str, str] | None = None,
        drop: Sequence[str] = (),
        options: ImportOptions = AS_FOUND,
    ) -> FilePreview:
        """Show how a file or frame would be imported: columns, kinds, what is missing or left out; store nothing.

        Examples are scrubbed.
        """
        given = file if isinstance(file, Frame) else Path(file)
        return self._preview(given, Choices(mapping or {}, drop, options.columns), options)

    @needs(Permission.IMPORTS)
    def preview_all(
        self,
        files: Input | Sequence[Input],
        mapping: Mapping[str, str] | None = None,
        drop: Sequence[str] = (),
        options: ImportOptions = AS_FOUND,
    ) -> tuple[FilePreview, ...]:
        """Preview files, every file in folders and archives, and frames."""
        found = _found(files)
        return tuple(self._preview(one, Choices(mapping or {}, drop, options.columns), options) for one in found)

    def _preview(self, file: Path | Frame, given: Choices, options: ImportOptions) -> FilePreview:
        read = _opened(file, options)
        choices = self._choices(read, given)
        planned = read.planned(choices, self._known())
        shown = preview_file(planned.facts, planned.plan, self._scrubber.for_corpus(planned.vocabulary))
        languages = language_notes(shown.languages, self._models.embedding_name)
        return replace(shown, notes=(*_reused(choices), *shown.notes, *languages))

    @needs(Permission.IMPORTS)
    def ingest(
        self,
        files: Input | Sequence[Input],
        mapping: Mapping[str, str] | None = None,
        drop: Sequence[str] = (),
        on_progress: Progress = no_progress,
        options: ImportOptions = AS_FOUND,
    ) -> IngestReport:
        """Import files, folders of files or data frames; an interruption loses no batch that was reported as done.

        Without a choice for the columns, those of the latest import with the same headings are used again. Of several
        files, one that cannot be read is reported, and the others are imported.

        Args:
            files: files of a supported format, folders or archives of them, or data frames; one or several.
            mapping: role -> column label, for roles text, id, date, rating, respondent; "keep" -> labels to keep.
            drop: labels of columns to leave out.
            on_progress: called after each stored batch with (file, rows done, rows in total).
            options: how the files and their columns are read, where it is not to be found out.

        Raises:
            InputFileError: if no file can be read as feedback.
            MappingError: if the columns do not fit the mapping; nothing is imported.
            WorkspaceError: if another import is running.
            AccessError: if the account may not send raw comments to the cluster of another machine.
        """
        started = time.monotonic()
        on_progress("reading", 0, 0)
        read, failed = self._read(_found(files), options)
        chosen = [(one, self._choices(one, Choices(mapping or {}, drop, options.columns))) for one in read]
        for one, choices in chosen:
            one.planned(choices, self._known())  # an error is raised before anything is stored
        workers: int | Cluster = self._workers if sum(one.facts.rows for one in read) > FEW_ROWS else 1
        if cluster := self._join_cluster(self._record_workers):
            if not cluster.address.is_here:
                self._authorization.permit("imports.ingest", frozenset({Permission.PRIVACY}))
            workers = cluster
        with self._import_lock.hold():
            reports = [self._import(one, choices, options.dataset, workers, on_progress) for one, choices in chosen]
            self._find_duplicates(on_progress)
            with suppress(OSError):  # a missing cache is rebuilt
                self._index.save()
        return join_reports(reports, failed, time.monotonic() - started)

    def _record_workers(self, address: str, names: tuple[str, ...]) -> None:
        """Put on record that raw comments go to a cluster, before they do."""
        self._audit.record("import.cluster", {"scheduler": address, "workers": list(names)})

    def _find_duplicates(self, on_progress: Progress) -> None:
        """Look for near duplicates again, unless there are so many texts that it takes longer than few seconds."""
        if self._table.count_texts() > MOST_COMPARED or not are_stale(self._database):
            return
        on_progress("near duplicates", 0, 0)
        groups = find_duplicates(self._database)
        with self._database.transaction() as connection:
            write_duplicates(connection, groups)
            self._audit.append(connection, "duplicates.find", {"groups": len(set(groups.values()))})

    def _read(self, files: Sequence[Path | Frame], options: ImportOptions) -> tuple[list[ReadFile], list[str]]:
        """Return the files that can be read, and a message for each of the others; an error if there is one file."""
        read, failed = [], []
        for file in files:
            try:
                read.append(_opened(file, options))
            except InputFileError as error:
                if len(files) == 1:
                    raise
                failed.append(str(error))
        if not read:
            raise InputFileError("none of the files can be read: " + "; ".join(failed))
        return read, failed

    def _choices(self, read: ReadFile, given: Choices) -> Choices:
        """Return what was chosen now, or at the latest import of a file with these headings."""
        return given if not given.is_empty else latest_choices(self._database, self._header(read))

    def _header(self, read: ReadFile) -> bytes:
        return hmac.new(self._pseudonym_key, header_digest(read.table.header), sha256).digest()[:16]

    def _known(self) -> dict[str, Column]:
        return {name: target.column for name, target in self._table.columns().items()}

    def _import(
        self, read: ReadFile, choices: Choices, dataset: str | None, workers: int | Cluster, on_progress: Progress
    ) -> IngestReport:
        known = self._known()
        file = read.planned(choices, known)
        table, facts, words = file.table, file.facts, file.vocabulary
        start: BuildProcessor = partial(self._build_processor, self._scrubber, words, self._models.embedder)
        if not isinstance(workers, int):
            start = self._build_remote(self._build_recipe(self._scrubber, words, self._models.embedding_path))
        elif workers > 1:
            start = self._build_recipe(self._scrubber, words, self._models.embedding_path)
        erased = suppression_list(self._database, self._ledger)
        importer = Importer(
            self._database, self._table, self._audit.log, self._pseudonym_key, start, self._scrubber.profile(), workers,
            self._batch_size, self._audit.actor, self._derived, erased if erased.entries else None,
            self._tokens, dataset, self._header(read), choices.to_json(),
        )  # fmt: skip
        on_progress(table.name, 0, facts.rows)
        plan = fit_to_workspace(self._with_segments(file.plan), known.values())
        counts = import_file(importer, table, facts, plan, lambda rows: on_progress(table.name, rows, facts.rows))
        counts.notes += _reused(choices)
        return report_file(replace(file, plan=plan), counts)


def _found(files: Input | Sequence[Input]) -> list[Path | Frame]:
    """Return the files to read, those of folders and archives too, and the frames, in the order given."""
    given = [files] if isinstance(files, Path | str | Frame) else list(files)
    found: list[Path | Frame] = []
    for one in given:
        found += [one] if isinstance(one, Frame) else find_files([Path(one)])
    return list({one if isinstance(one, Path) else id(one): one for one in found}.values())


def _opened(file: Path | Frame, options: ImportOptions) -> ReadFile:
    if isinstance(file, Frame):
        return read_table(open_frame(file, options.frame_name))
    return read_file(file, options.file)


def _reused(choices: Choices) -> list[str]:
    """Return a note if the choices are those of an earlier import."""
    if choices.is_empty or not choices.made_for:
        return []
    return [f"columns are used as chosen for {choices.made_for}; choose again to change it"]


def processor(scrubber: WorkspaceScrubber, vocabulary: CorpusVocabulary, embedder: Embeds) -> Processor:
    """Return a processor that scrubs, checks and embeds a batch in this process."""
    return Processor(scrubber.for_corpus(vocabulary), embedder, PolarityHead.load(embedder.name), scrubber.terms)


def recipe(scrubber: WorkspaceScrubber, vocabulary: CorpusVocabulary, embedding_model: Path) -> BuildProcessor:
    """Return the recipe from which a worker process builds its processor."""
    return Recipe(scrubber.rules.with_vocabulary(vocabulary), embedding_model, scrubber.terms)

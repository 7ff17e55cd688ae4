"""The embedding service: changes the embedding model of a workspace."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from analyzer.custody.backups import BackupService
from analyzer.custody.types import Reindexed
from analyzer.errors import ModelError
from analyzer.index.corpus_index import CorpusIndex
from analyzer.index.record_writer import stem_stored_texts
from analyzer.models.catalog_entries import ModelRole
from analyzer.models.embedding_thresholds import notes_on
from analyzer.models.loaded_models import LoadedModels
from analyzer.models.workspace_models import WorkspaceModels
from analyzer.opinions import collected_vectors
from analyzer.security.audit_trail import AuditTrail
from analyzer.security.authorization import Authorization
from analyzer.security.permissions import Permission, needs
from analyzer.store.database import Database
from analyzer.store.import_lock import ImportLock
from analyzer.themes.build import ThemeBuilder
from analyzer.themes.codebook.repository import read_run, write_run
from analyzer.themes.recentering import ThemesBefore
from analyzer.types import Progress, no_progress

BUILD_AGAIN = "themes are those of the model before; find them anew with: analyzer themes build"
CODE_AGAIN = "the codebook was applied with the model before; apply it again with: analyzer codebook apply"


class EmbeddingService:
    """The embedding model of a workspace."""

    name = "embedding"

    def __init__(
        self,
        *,
        database: Database,
        models: WorkspaceModels,
        loaded: LoadedModels,
        audit: AuditTrail,
        authorization: Authorization,
        index: CorpusIndex,
        backups: BackupService,
        builder: Callable[[], ThemeBuilder],
        import_lock: ImportLock,
        workers: int,
    ) -> None:
        """Set the dependencies.

        Args:
            database: the account's connection.
            models: the models of the workspace.
            loaded: the models of this machine.
            audit: logs the beginning and the change.
            authorization: decides which calls are permitted.
            index: saved after the change.
            backups: makes the backup before the change.
            builder: returns the builder of themes, for the vectors stored now.
            import_lock: held all the time.
            workers: processes for large workspaces.
        """
        self._database = database
        self._models = models
        self._loaded = loaded
        self._audit = audit
        self._authorization = authorization
        self._index = index
        self._backups = backups
        self._builder = builder
        self._import_lock = import_lock
        self._workers = workers

    @needs(Permission.IMPORTS, Permission.THEMES, Permission.BACKUPS)
    def reindex(self, model: str, on_progress: Progress = no_progress) -> Reindexed:
        """Embed all comments and opinions with another model and judge stance again; then use that model.

        The workspace keeps its model until everything is embedded: then it is backed up, and model, vectors and stance
        are replaced in one transaction. An interrupted call continues when it is called again.

        Args:
            model: name of an embedding model of the catalog that is installed.
            on_progress: called after each batch with (what is done, texts and clauses done, in total).

        Raises:
            ModelError: if the model is unknown, not installed, or no embedding model.
            BackupError: if the backup cannot be written; vectors are kept for the next call.
            WorkspaceError: if an import or a build of themes is running.
        """
        started = time.monotonic()
        target, before = self._target(model), self._models.embedding_name
        with self._import_lock.hold():
            if (before, self._database.meta("fingerprint")) == (target.name, target.fingerprint):
                same = (f"{model} is the embedding model already; nothing was changed",)
                return replace(self._reindexed(target, before, started), notes=same)
            is_resumed = collected_vectors.begin(self._database, target)
            if not is_resumed:
                self._audit.record("embedding.begin", {"from": before, "to": target.name})
            embedder = self._loaded.embedder(model)
            collected_vectors.collect(self._database, target, lambda: embedder, self._workers, on_progress)
            backup = self._backups.create().path
            notes = self._put_in_place(target, before, embedder.dimension)
            with suppress(OSError):  # a missing cache is rebuilt
                self._index.save()
            done = self._reindexed(target, before, started)
        return replace(done, resumed=is_resumed, backup=backup, notes=(*notes, *notes_on(model)))

    def _target(self, model: str) -> collected_vectors.Target:
        found = self._loaded.catalog.get(model)
        if found.role is not ModelRole.EMBEDDING:
            raise ModelError(f"{model} is no embedding model; choose one with the role embedding in: models list")
        return collected_vectors.Target(model, found.fingerprint, self._loaded.path(model))

    def _put_in_place(self, target: collected_vectors.Target, before: str, dimension: int) -> tuple[str, ...]:
        notes = []
        with self._database.transaction() as connection:
            self._authorization.check_unchanged()
            stem_stored_texts(connection)
            themes = ThemesBefore.read(self._database, self._builder())
            collected_vectors.put_in_place(connection, target, dimension)
            if themes:
                themes.write(connection, self._builder())
                notes.append(BUILD_AGAIN)
            run = read_run(self._database)
            if run.at:
                write_run(connection, replace(run, state=""))
                notes.append(CODE_AGAIN)
            texts, clauses = self._counts()
            detail = {"from": before, "to": target.name, "sha256": target.fingerprint, "texts": texts,
                      "clauses": clauses}  # fmt: skip
            self._audit.append(connection, "embedding.reindex", detail)
        return tuple(notes)

    def _counts(self) -> tuple[int, int]:
        texts, clauses = self._database.rows("SELECT (SELECT count(*) FROM texts), (SELECT count(*) FROM clauses)")[0]
        return int(texts), int(clauses)

    def _reindexed(self, target: collected_vectors.Target, before: str, started: float) -> Reindexed:
        texts, clauses = self._counts()
        return Reindexed(
            model=target.name, before=before, texts=texts, clauses=clauses, resumed=False, backup="", notes=(),
            seconds=round(time.monotonic() - started, 2),
        )  # fmt: skip

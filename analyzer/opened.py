"""What an open workspace is made of: database, tables, audit log, keys, models and the vector index, wired together."""

import json
import threading
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from analyzer.config import Settings
from analyzer.errors import ModelError, WorkspaceError
from analyzer.index.feedback import FeedbackTable
from analyzer.index.vectors import CacheFile, VectorIndex, open_index
from analyzer.models.embedder import Embedder
from analyzer.models.loaded import LoadedModels
from analyzer.privacy.detector import Detector
from analyzer.privacy.scrubber import Scrubber
from analyzer.retrieval.search import Searcher
from analyzer.security.audit import AuditLog
from analyzer.security.egress import harden_environment
from analyzer.security.keys import derive_key, read_key
from analyzer.store.database import Database
from analyzer.store.schema import VERSION
from analyzer.worker import Processor, Recipe

IDENTITY = "workspace.json"
DATABASE = "feedback.db"
CACHE = "vectors.cache"
LOCK = "import.lock"
SINGLE_USER = "owner"


class OpenWorkspace:
    """The parts behind a Workspace, each made on first use."""

    def __init__(self, settings: Settings, actor: str = SINGLE_USER, models: LoadedModels | None = None) -> None:
        """Open the workspace that the settings name.

        Raises:
            WorkspaceError: if there is none, or it does not open.
            KeyFileError: if its key is missing or not safely kept.
        """
        harden_environment()
        self.settings = settings
        self.actor = actor or SINGLE_USER
        self._models = models or LoadedModels(settings.models_dir)
        self._path = settings.workspace
        self.id = _identity(self._path)
        key = read_key(key_file(settings, self.id))
        self._pseudonym_key = derive_key(key, "pseudonyms")
        self._cache_key = derive_key(key, "cache")
        self._database = Database(self._path / DATABASE, derive_key(key, "store"))
        self._audit = AuditLog(derive_key(key, "audit"))
        self._table = FeedbackTable(self._database)
        self._index: tuple[str, VectorIndex] | None = None
        self._index_lock = threading.Lock()
        if self._database.meta("schema") != VERSION:
            raise WorkspaceError(f"{self._path} was made by another version of this program; export it there")

    def _record(self, action: str, detail: Mapping[str, object]) -> None:
        with self._database.transaction() as connection:
            self._audit.append(connection, self.actor, action, detail)

    def _recipe(self) -> Recipe:
        names = self._models.path(self.settings.names_model)
        return Recipe(names, self._models.path(self._embedding_name), self.settings.regions)

    def _processor(self) -> Processor:
        return Processor(self._scrubber, self._embedder)

    @cached_property
    def _scrubber(self) -> Scrubber:
        return Scrubber(Detector(self._models.path(self.settings.names_model), self.settings.regions))

    @property
    def _embedding_name(self) -> str:
        return self._database.meta("embedding")

    @property
    def _embedder(self) -> Embedder:
        """The model the workspace was made with; another one would make its vectors meaningless."""
        name = self._embedding_name
        if self._models.fingerprint(name) != self._database.meta("fingerprint"):
            raise ModelError(f"{name} is not the file this workspace was made with; put that one back")
        return self._models.embedder(name)

    @property
    def _dimension(self) -> int:
        return int(self._database.meta("dimension") or 0)

    def _searcher(self) -> Searcher:
        return Searcher(self._database, self._table, self._vectors(), self._embedder)

    def _vectors(self) -> VectorIndex:
        """The index over all texts, brought up to date when something has been stored since."""
        generation = self._database.meta("generation")
        with self._index_lock:
            if self._index is None or not len(self._index[1]):  # an empty index does not know its dimension yet
                self._index = (generation, open_index(self._table, self._cache_file(), self._dimension)[0])
            elif self._index[0] != generation:
                self._index[1].add(*self._table.vectors(after=self._index[1].last_id))
                self._index = (generation, self._index[1])
            return self._index[1]

    def _cache_file(self) -> CacheFile:
        meta = self._database.meta
        binding = "|".join(meta(k) for k in ("workspace", "fingerprint", "dimension", "generation"))
        return CacheFile(self._path / CACHE, self._cache_key, binding)


def _identity(path: Path) -> str:
    try:
        return str(json.loads((path / IDENTITY).read_text(encoding="utf-8"))["id"])
    except FileNotFoundError as error:
        raise WorkspaceError(f"{path} is not a workspace; make one with: analyzer init --workspace {path}") from error
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise WorkspaceError(f"{path / IDENTITY} cannot be read; restore a backup") from error


def key_file(settings: Settings, workspace_id: str) -> Path:
    """Return where a workspace's key lies."""
    return settings.keys_dir / f"{workspace_id}.key"

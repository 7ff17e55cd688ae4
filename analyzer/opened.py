"""What an open workspace is made of: database, tables, audit log, keys, models and the vector index, wired together."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path

from filelock import FileLock, Timeout

from analyzer.answer_records import CorpusFacts
from analyzer.answers.checks import Verifies
from analyzer.answers.support import Verifier
from analyzer.config import Settings
from analyzer.errors import ModelError, WorkspaceError
from analyzer.exports.method import Method
from analyzer.index.feedback import FeedbackTable
from analyzer.index.vectors import CacheFile, VectorIndex, open_index
from analyzer.models.embedder import Embedder
from analyzer.models.llm import AnsweringModel
from analyzer.models.loaded import LoadedModels
from analyzer.privacy.detector import Detector, Rules
from analyzer.privacy.names.lexicon import Vocabulary
from analyzer.privacy.residue import VERSION as RESIDUE_VERSION
from analyzer.privacy.residue import Decision, check
from analyzer.privacy.review import read_terms
from analyzer.privacy.scrubber import Detects, Scrubber
from analyzer.privacy.terms import Terms
from analyzer.questions.facts import corpus_facts
from analyzer.retrieval.search import Searcher
from analyzer.security.audit import AuditLog
from analyzer.security.egress import seal
from analyzer.security.keys import derive_key, read_key
from analyzer.security.process import keep_memory_private
from analyzer.security.switches import harden_environment
from analyzer.store.database import Database
from analyzer.store.schema import UPGRADES, VERSION
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
            EgressError: if this process cannot be sealed against reaching out.
            WorkspaceError: if there is none, or it does not open.
            KeyFileError: if its key is missing or not safely kept.
        """
        harden_environment()
        keep_memory_private()
        unsealed = seal().unsealed
        self.settings = settings
        self.actor = actor or SINGLE_USER
        self._models = models or LoadedModels(settings.models_dir)
        self._path = settings.workspace
        self.id = _identity(self._path)
        key = read_key(key_file(settings, self.id))
        self._pseudonym_key = derive_key(key, "pseudonyms")
        self._cache_key = derive_key(key, "cache")
        self._terms_key = derive_key(key, "terms")
        self._database = Database(self._path / DATABASE, derive_key(key, "store"))
        self._audit = AuditLog(derive_key(key, "audit"))
        self._table = FeedbackTable(self._database)
        self._index: tuple[str, str, VectorIndex] | None = None
        self._index_lock = threading.Lock()
        self._known_facts: tuple[str, CorpusFacts] | None = None
        self._upgrade()
        if self._database.meta("schema") != VERSION:
            raise WorkspaceError(f"{self._path} was made by another version of this program; export it there")
        if unsealed:
            self._record("unsealed", {"reason": unsealed})

    def _record(self, action: str, detail: Mapping[str, object]) -> None:
        with self._database.transaction() as connection:
            self._audit.append(connection, self.actor, action, detail)

    def _upgrade(self) -> None:
        """Bring a workspace of an older version to this one; what is in it stays."""
        while (found := self._database.meta("schema")) in UPGRADES:
            with self._database.transaction() as connection:
                for statement in UPGRADES[found]:
                    connection.execute(statement)
                after = str(int(found) + 1)
                connection.execute("UPDATE meta SET value = ? WHERE key = 'schema'", (after,))
                self._audit.append(connection, self.actor, "workspace.upgrade", {"to": after})

    @property
    def _rules(self) -> Rules:
        return scrubbing_rules(self.settings, self._models)

    @property
    def _rules_name(self) -> str:
        return self._rules.profile

    def _recipe(self, vocabulary: Vocabulary) -> Recipe:
        rules = self._rules.taught(vocabulary)
        return Recipe(rules, self._models.path(self._embedding_name), self._terms)

    def _processor(self, vocabulary: Vocabulary) -> Processor:
        scrubber = Scrubber(self._detector.taught(vocabulary), self._terms)
        return Processor(scrubber, self._embedder, self._terms)

    @property
    def _terms(self) -> Terms:
        """The reviewers' allow and deny lists as they are now; another process may have added to them."""
        return read_terms(self._database, self._terms_key)

    @cached_property
    def _detector(self) -> Detects:
        return Detector(self._rules)

    @property
    def _scrubber(self) -> Scrubber:
        return Scrubber(self._detector, self._terms)

    def _is_clean(self, text: str) -> bool:
        """Tell whether a text that is about to be shown passes the scrubber unchanged, and the second pass."""
        return self._scrubber.scrub([text])[0].text == text and check(text).decision is Decision.PASS

    def _profile(self) -> str:
        """Name the rules in force: detector, lists, second pass."""
        return blake2b(
            f"{self._rules_name}-{self._terms.fingerprint}|{RESIDUE_VERSION}".encode(), digest_size=8
        ).hexdigest()

    @contextmanager
    def _import_lock(self) -> Iterator[None]:
        """Keep everybody else from writing comments; reading goes on."""
        lock = FileLock(self._path / LOCK, timeout=0)
        try:
            lock.acquire()
        except Timeout as error:
            raise WorkspaceError(f"{self._path}: another import is running; wait for it or stop it") from error
        try:
            yield
        finally:
            lock.release()

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

    def _verifier(self) -> Verifies:
        return Verifier(self._embedder, self._open_model())

    def _open_model(self) -> AnsweringModel:
        settings = self.settings
        return self._models.answering(settings.answering_model, settings.context_tokens, settings.threads)

    def _method(self) -> Method:
        facts = self._facts()
        names = (self._embedding_name, self.settings.answering_model)
        column = next((one for one in facts.columns if one.name == facts.date), None)
        dates = f"{str(column.low)[:10]} to {str(column.high)[:10]}" if column else "no date column"
        models = tuple((name, self._models.fingerprint(name)) for name in names)
        asked = datetime.now(UTC).isoformat(timespec="minutes")
        return Method(
            self._path.name, f"feedback-analyzer {version('feedback-analyzer')}", asked, facts.records, dates, models
        )

    def _facts(self) -> CorpusFacts:
        generation = self._database.meta("generation") + "-" + self._database.meta("deletions")
        if self._known_facts is None or self._known_facts[0] != generation:
            found = corpus_facts(self._database, self._table, self._vectors(), self._embedder)
            self._known_facts = (generation, found)
        return self._known_facts[1]

    @property
    def _dimension(self) -> int:
        return int(self._database.meta("dimension") or 0)

    def _searcher(self) -> Searcher:
        return Searcher(self._database, self._table, self._vectors(), self._embedder)

    def _vectors(self) -> VectorIndex:
        """The index over all texts, brought up to date when something has been stored or deleted since."""
        generation, deletions = self._database.meta("generation"), self._database.meta("deletions")
        with self._index_lock:
            held = self._index
            if held is None or not len(held[2]) or held[1] != deletions:  # an empty one does not know its dimension yet
                index = open_index(self._table, self._cache_file(), self._dimension)[0]
                self._index = held = (generation, deletions, index)
            elif held[0] != generation:
                held[2].add(*self._table.vectors(after=held[2].last_id))
                self._index = (generation, deletions, held[2])
            return held[2]

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


def scrubbing_rules(settings: Settings, models: LoadedModels) -> Rules:
    """Return the rules that the settings ask for, with every language model that is here."""
    more = tuple(sorted(models.other_names(settings.names_model).items()))
    return Rules(models.path(settings.names_model), settings.regions, more, settings.also)


def key_file(settings: Settings, workspace_id: str) -> Path:
    """Return where a workspace's key lies."""
    return settings.keys_dir / f"{workspace_id}.key"

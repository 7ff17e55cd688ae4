"""What an open workspace is made of: database, tables, audit log, keys, models and the vector index, wired together."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from hashlib import blake2b
from importlib.metadata import version

from filelock import FileLock, Timeout

from analyzer.answers.grounding.checks import Verifies
from analyzer.answers.grounding.entailment import Verifier
from analyzer.answers.planning.corpus_facts import corpus_facts, date_span
from analyzer.answers.types import CorpusFacts
from analyzer.config import Settings
from analyzer.custody.deletion import RecordDeleter
from analyzer.custody.disclosure_guard import DisclosureGuard
from analyzer.errors import ModelError, WorkspaceError
from analyzer.index.feedback_table import FeedbackTable
from analyzer.index.hybrid_search import Searcher
from analyzer.index.vectors import CacheFile, VectorIndex, open_index
from analyzer.ingest.worker import Processor, Recipe
from analyzer.models.embedder import Embedder
from analyzer.models.llm import AnsweringModel
from analyzer.models.loaded_models import LoadedModels, loaded_models
from analyzer.privacy.detector import Detector, Rules
from analyzer.privacy.names.lexicon import CorpusVocabulary
from analyzer.privacy.residual_check import VERSION as RESIDUE_VERSION
from analyzer.privacy.residual_check import ResidualDecision, check
from analyzer.privacy.review import read_terms
from analyzer.privacy.scrubber import Detects, Scrubber
from analyzer.privacy.terms import Terms
from analyzer.reports.report_method import Method
from analyzer.reports.theme_report import SMALLEST
from analyzer.security.authorization import Authorization
from analyzer.security.permissions import Permission, access_scope_of
from analyzer.security.sandbox.egress import seal
from analyzer.security.sandbox.process import keep_memory_private
from analyzer.security.sandbox.switches import harden_environment
from analyzer.security.survey_tokens import Tokens
from analyzer.security.workspace_store import DATABASE, WorkspaceStore
from analyzer.store.database import Database

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
            AuditError: if it is older than its log says.
            AccessError: if this account may not come in.
        """
        harden_environment()
        keep_memory_private()
        unsealed = seal().unsealed
        self.settings = settings
        self.actor = actor or SINGLE_USER
        self._models = models or loaded_models(settings.models_dir)
        self._vault = WorkspaceStore(settings, self.actor)
        self._path, self.id = self._vault.path, self._vault.id
        self._audit, self._ledger, self._custodian = self._vault.audit, self._vault.ledger, self._vault.database
        keys = self._vault.keys
        self._pseudonym_key, self._terms_key = keys.key("pseudonyms"), keys.key("terms")
        self._cache_key, self._receipt_key = keys.key("cache"), keys.key("receipts")
        self._tokens = Tokens(keys.key("links"))
        try:
            self._admit()
        except BaseException:
            self._vault.close()
            raise
        self._table = FeedbackTable(self._database)
        self._remover = RecordDeleter(self._database, self._ledger)
        self._withholder = DisclosureGuard(self._custodian, self._database, self._table, self.actor)
        self._index: tuple[str, str, VectorIndex] | None = None
        self._index_lock = threading.Lock()
        self._known_facts: tuple[str, CorpusFacts] | None = None
        if unsealed:
            self._record("unsealed", {"reason": unsealed})

    def _admit(self) -> None:
        """Let this account in, with a connection that is held to what it reaches."""
        self._gate = Authorization(self._custodian, self._audit, self.actor)
        grant = self._gate.admit()
        self._is_scoped = bool(grant and grant.datasets)
        self._is_marked = bool(grant and grant.exports == "marked")
        self._database = self._custodian
        if grant:
            self._database = Database(self._path / DATABASE, self._vault.store_key, access_scope_of(grant))
            self._database.settle = self._audit.settle
            self._database.refused = self._gate.refused

    def permit(self, method: str, wanted: frozenset[Permission]) -> None:
        """Return if this account may call a method now; the refusal is put on record.

        Raises:
            AccessError: if it may not.
        """
        self._gate.permit(method, wanted)

    @property
    def _least_shown(self) -> int:
        """Comments below which a theme is not told of: who sees a part of the comments learns no words of the rest."""
        return SMALLEST if self._is_scoped else 0

    @property
    def _may_quote(self) -> bool:
        """Whether what people said may be shown to this account."""
        return Permission.COMMENTS in self._gate.permissions

    def _record(self, action: str, detail: Mapping[str, object]) -> None:
        with self._database.transaction() as connection:
            self._audit.append(connection, self.actor, action, detail)

    @property
    def _rules(self) -> Rules:
        return scrubbing_rules(self.settings, self._models)

    @property
    def _rules_name(self) -> str:
        return self._rules.profile

    def _recipe(self, vocabulary: CorpusVocabulary) -> Recipe:
        rules = self._rules.taught(vocabulary)
        return Recipe(rules, self._models.path(self._embedding_name), self._terms)

    def _processor(self, vocabulary: CorpusVocabulary) -> Processor:
        scrubber = Scrubber(self._detector.taught(vocabulary), self._terms)
        return Processor(scrubber, self._embedder, self._terms)

    @property
    def _terms(self) -> Terms:
        """The reviewers' allow and deny lists as they are now; another process may have added to them."""
        return read_terms(self._custodian, self._terms_key)

    @cached_property
    def _detector(self) -> Detects:
        return Detector(self._rules)

    @property
    def _scrubber(self) -> Scrubber:
        return Scrubber(self._detector, self._terms)

    def _is_clean(self, text: str) -> bool:
        """Tell whether a text that is about to be shown passes the scrubber unchanged, and the second pass."""
        return self._scrubber.scrub([text])[0].text == text and check(text).decision is ResidualDecision.PASS

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
        names = (self._embedding_name, self.settings.answering_model)
        span = date_span(self._database, self._table)
        dates = f"{span[0][:10]} to {span[1][:10]}" if span else "no date column"
        models = tuple((name, self._models.fingerprint(name)) for name in names)
        asked = datetime.now(UTC).isoformat(timespec="minutes")
        return Method(
            self._path.name, f"feedback-analyzer {version('feedback-analyzer')}", asked, self._table.count(), dates,
            models, self.actor if self._is_marked else "",
        )  # fmt: skip

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
                file = None if self._is_scoped else self._cache_file()  # the cache is of everything
                index = open_index(self._table, file, self._dimension)[0]
                self._index = held = (generation, deletions, index)
            elif held[0] != generation:
                held[2].add(*self._table.vectors(after=held[2].last_id))
                self._index = (generation, deletions, held[2])
            return held[2]

    def _cache_file(self) -> CacheFile:
        meta = self._database.meta
        binding = "|".join(meta(k) for k in ("workspace", "fingerprint", "dimension", "generation"))
        return CacheFile(self._path / CACHE, self._cache_key, binding)


def scrubbing_rules(settings: Settings, models: LoadedModels) -> Rules:
    """Return the rules that the settings ask for, with every language model that is here."""
    more = tuple(sorted(models.other_names(settings.names_model).items()))
    return Rules(models.path(settings.names_model), settings.regions, more, settings.also)

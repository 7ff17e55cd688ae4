"""The composition root: opens a workspace, builds the services and passes each its dependencies.

Every command of the program is a method of a service: `analyzer themes build` is `workspace.themes.build()`. The most
frequent commands (ask, search, ingest, count, status, verify) are methods of Workspace too.
"""

import inspect
import os
import uuid
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from analyzer.answers.grounding.checks import Verifies
from analyzer.answers.grounding.entailment import verifier_of
from analyzer.answers.grounding.theme_checks import ThemeText
from analyzer.answers.opinion_snapshot import OpinionReader
from analyzer.answers.opposites import denies
from analyzer.answers.planning.corpus_facts import CachedFacts, date_span
from analyzer.answers.progress_listener import ProgressListener
from analyzer.answers.segment_directions import read_segments
from analyzer.answers.service import AnswersService
from analyzer.answers.stance_context import read_contexts
from analyzer.answers.types import Answer, Plan
from analyzer.cluster.certificates import certificates_for
from analyzer.cluster.client import Cluster
from analyzer.cluster.membership import join
from analyzer.config import Settings, load_settings
from analyzer.counting.agreement_service import AgreementService
from analyzer.counting.prevalence import Counter
from analyzer.counting.service import CountsService, LabelsService
from analyzer.counting.types import Count
from analyzer.custody import restore as backup_restore
from analyzer.custody.backups import BackupService
from analyzer.custody.deletion import RecordDeleter, derived_data, reapply_erasures
from analyzer.custody.disclosure_guard import DisclosureGuard
from analyzer.custody.disclosure_themes import ThemeDisclosure
from analyzer.custody.erasure import ErasureService
from analyzer.custody.evidence import EvidenceService
from analyzer.custody.incidents import IncidentService
from analyzer.custody.integrity import IntegrityService
from analyzer.custody.reanchoring import ReanchorService
from analyzer.custody.recorded_reads import RecordedReads
from analyzer.custody.reindexing import EmbeddingService
from analyzer.custody.restore import RestoreRequest
from analyzer.custody.retention import RetentionService
from analyzer.custody.selftest.selftest import run_selftest
from analyzer.custody.survey_links import SurveyLinkService, with_segments
from analyzer.custody.types import Backup, Reanchored
from analyzer.custody.users import UserService, all_accounts
from analyzer.custody.workspace_key import KeyService
from analyzer.errors import ModelError
from analyzer.index.cache_file import CacheFile
from analyzer.index.corpus_index import CorpusIndex
from analyzer.index.duplicates_service import DuplicatesService
from analyzer.index.feedback_table import FeedbackTable
from analyzer.index.service import FeedbackService
from analyzer.index.types import SearchResult, Verification, WorkspaceStatus
from analyzer.index.views_service import ViewsService
from analyzer.ingest.dropped_files import ImportedFiles
from analyzer.ingest.import_choices import AS_FOUND, ImportOptions
from analyzer.ingest.remote_recipe import RECORDS, remote_recipe
from analyzer.ingest.service import BuildProcessor, IngestService, Input, processor, recipe
from analyzer.ingest.types import IngestReport
from analyzer.ingest.worker import Processor, Recipe
from analyzer.models.catalog_entries import ModelRole
from analyzer.models.embedder import Embeds, Vectors
from analyzer.models.embedding_thresholds import thresholds_of
from analyzer.models.language_directions import language_directions
from analyzer.models.loaded_models import LoadedModels, loaded_models
from analyzer.models.local_server import LocalServer
from analyzer.models.server_address import parse_server, resident_address
from analyzer.models.workspace_models import WorkspaceModels
from analyzer.opinions.stored_opinions import OpinionSplitter
from analyzer.privacy.detector import Rules, rules_of, shared_detector
from analyzer.privacy.names.lexicon import CorpusVocabulary
from analyzer.privacy.pseudonyms import Pseudonyms
from analyzer.privacy.review import read_terms
from analyzer.privacy.scrubber import Detects
from analyzer.privacy.service import PrivacyService
from analyzer.privacy.terms import Terms
from analyzer.privacy.translation import TranslationService
from analyzer.privacy.workspace_scrubber import WorkspaceScrubber
from analyzer.reports.breach_notice import breach_notice
from analyzer.reports.compare.service import CompareService
from analyzer.reports.digest.service import DigestService
from analyzer.reports.evidence_html import evidence_html
from analyzer.reports.file_writers import ANSWER_WRITERS, THEME_WRITERS
from analyzer.reports.overview.service import OverviewService
from analyzer.reports.person_file import person_file
from analyzer.reports.watch_service import WatchService
from analyzer.security.accounts import NO_ACCOUNT, account_named
from analyzer.security.audit_service import AuditService
from analyzer.security.audit_trail import AuditTrail, days_since_success
from analyzer.security.authorization import Authorization
from analyzer.security.files_service import FilesService
from analyzer.security.keys import Keyring, create_key, derive_key
from analyzer.security.offline import OfflineService
from analyzer.security.permissions import Permission, access_scope_of
from analyzer.security.sandbox.egress import resident_broker, scheduler_broker, seal, server_connection
from analyzer.security.sandbox.process import keep_memory_private
from analyzer.security.sandbox.switches import harden_environment
from analyzer.security.survey_tokens import Tokens
from analyzer.security.workspace_identity import begin_identity, write_identity
from analyzer.security.workspace_store import DATABASE, WorkspaceStore, audit_log, key_file
from analyzer.store.database import Database
from analyzer.store.import_lock import ImportLock
from analyzer.themes.build import ThemeBuilder
from analyzer.themes.codebook.service import CodebookService
from analyzer.themes.name_writer import ThemeNameWriter
from analyzer.themes.phrase_names import PhraseNamer
from analyzer.themes.queries import ThemeQueries
from analyzer.themes.service import ThemesService
from analyzer.themes.trends.followed import FollowedThemes
from analyzer.themes.trends.service import TrendsService
from analyzer.themes.types import SMALLEST
from analyzer.types import Column, Method, Progress, no_progress

CACHE = "vectors.cache"
SINGLE_USER = NO_ACCOUNT
SECRET_SETTINGS = frozenset({"keys_dir"})
warnings.filterwarnings("ignore", "IProgress not found")  # tqdm, in a notebook without widgets; it draws no bar here


def _verifier(models: WorkspaceModels) -> Verifies:
    return verifier_of(models.embedder, models.answering())


@dataclass(frozen=True, slots=True)
class Engines:
    """Factories of the expensive components; tests replace them with fakes.

    Attributes:
        models: folder -> the models in it.
        detector: rules -> the detector of personal data; profile: rules -> their name, which is stored with records.
        verifier: models -> the verifier, which checks whether a comment supports a sentence.
        processor: scrubs and embeds in this process; recipe: builds the same processor in a worker process.
    """

    models: Callable[[Path], LoadedModels] = loaded_models
    detector: Callable[[Rules], Detects] = shared_detector
    profile: Callable[[Rules], str] = lambda rules: rules.profile
    verifier: Callable[[WorkspaceModels], Verifies] = _verifier
    processor: Callable[[WorkspaceScrubber, CorpusVocabulary, Embeds], Processor] = processor
    recipe: Callable[[WorkspaceScrubber, CorpusVocabulary, Path], BuildProcessor] = recipe


class Collaborators:
    """Objects that several services share, created once for an open workspace and an account."""

    def __init__(
        self, settings: Settings, actor: str, engines: Engines, is_reanchoring: bool = False,
        is_figures_only: bool = False,
    ) -> None:  # fmt: skip
        """Open the workspace for an account, for figures only, or to anchor it again; no model is loaded yet."""
        harden_environment()
        keep_memory_private()
        unsealed = seal(server=settings.answering_server).unsealed
        store = WorkspaceStore(settings, actor, is_reanchoring)
        try:
            with store.database.translate_errors():
                actor = account_named(store.database.connection, actor)
                reapply_erasures(store.database, store.ledger, store.audit, actor)
            authorization = Authorization(store.database, store.audit, actor, is_figures_only)
            database = _account_database(store, authorization)
        except BaseException:
            store.close()
            raise
        self.settings, self.store, self.engines, self.actor = settings, store, engines, actor
        self.database, self.admin_database, self.authorization = database, store.database, authorization
        self.audit = AuditTrail(database, store.audit, actor)
        self.table = FeedbackTable(database)
        self.loaded = engines.models(settings.models_dir)
        if resident := resident_broker():
            self.loaded.use_resident(resident.connect)
        self.models = WorkspaceModels(
            self.loaded, read_embedding=self._embedding, answering_name=settings.answering_model,
            context_tokens=settings.context_tokens, threads=settings.threads, server=self._server(),
        )  # fmt: skip
        self.scrubber = WorkspaceScrubber(self._rules, self._terms, engines.detector, engines.profile)
        reads_all = authorization.may_quote and not authorization.is_scoped
        self.index = CorpusIndex(
            database,
            self.table,
            self._cache_file,
            reads_cache=not authorization.is_scoped,
            shared_as=(str(store.path.resolve()), store.id) if reads_all else None,
        )
        self.guard = DisclosureGuard(store.database, database, self.table, actor)
        self.theme_guard = ThemeDisclosure(self.guard.most_of)
        self.facts = CachedFacts(database, self.table, self.index)
        self.reads = RecordedReads(store.database)
        self.import_lock = ImportLock(store.path)
        self.derived = derived_data()
        self.tokens = Tokens(store.keys.key("links"))
        self.opinions = OpinionSplitter(database, self.models, settings.cores)
        self.opinion_reader = OpinionReader(
            database, self.models, lambda: self.index.state, splitter=self.opinions, import_lock=self.import_lock,
            may_write=lambda: not authorization.is_scoped and Permission.IMPORTS in authorization.permissions,
            contexts=lambda: read_contexts(database, self.table), segments=lambda: read_segments(database, self.table),
        )  # fmt: skip
        self.followed = FollowedThemes(database, self.queries, authorization.is_scoped)
        if unsealed:
            self.audit.record("unsealed", {"reason": unsealed})
        self._record_server()

    def close(self) -> None:
        """Close the account's connection and the workspace; release the shared index, which a restore may outdate."""
        self.index.close()
        self.database.close()
        self.store.close()

    @property
    def model_names(self) -> tuple[str, ...]:
        """Names of the embedding model, the answering model and the models that find names."""
        people = sorted(self.loaded.people_models())
        return self._embedding()[0], self.models.answering_name, self.settings.names_model, *people

    def queries(self) -> ThemeQueries:
        """Return the theme queries; accounts with limited datasets see only themes of at least SMALLEST comments.

        Theme names are made from all comments, so the name of a small theme could disclose comments outside the grant.
        """
        least = SMALLEST if self.authorization.is_scoped else 0
        return ThemeQueries(self.database, self.table, self._corpus(), self.authorization.may_quote, least)

    def build_themes(self) -> ThemeBuilder:
        """Return the theme builder."""
        return ThemeBuilder(
            self.database,
            self.index.dimension,
            self._corpus(),
            lambda: language_directions(self.models.embedder),
            thresholds_of(self.models.embedding_name).theme_level,
            PhraseNamer(self._embed, denies),
        )

    def _embed(self, texts: Sequence[str]) -> Vectors:
        """Embed texts by the model of the workspace, which is loaded when it is needed."""
        return self.models.embedder.embed(texts)

    def counter(self) -> Counter:
        """Return the counter of comments that match a statement."""
        return Counter(self.database, self.table, self.index.vectors(), self.models.embedder)

    def verifier(self) -> Verifies:
        """Return the verifier, which checks whether a comment supports a sentence."""
        return self.engines.verifier(self.models)

    def method(self) -> Method:
        """Return how a written file was made, for inclusion in the file."""
        span = date_span(self.database, self.table)
        dates = f"{span[0][:10]} to {span[1][:10]}" if span else "no date column"
        made_for = self.actor if self.authorization.is_marked else ""
        program = f"feedback-analyzer {version('feedback-analyzer')}"
        asked = datetime.now(UTC).isoformat(timespec="minutes")
        fingerprints = tuple(self.models.fingerprints().items())
        return Method(self.store.path.name, program, asked, self.table.count(), dates, fingerprints, made_for)

    def cluster(self, on_workers: Callable[[str, tuple[str, ...]], None]) -> Cluster | None:
        """Return the cluster that this process was sealed with; None for none."""
        broker = scheduler_broker()
        if broker is None:
            return None
        return Cluster(broker, certificates_for(broker.address, self.settings.cluster_dir), RECORDS, on_workers)

    def remote(self, recipe: BuildProcessor) -> BuildProcessor:
        """Return a recipe for workers on other machines."""
        return remote_recipe(recipe, self.settings.models_dir) if isinstance(recipe, Recipe) else recipe

    def _server(self) -> LocalServer | None:
        told = self.settings.answering_server
        return self.loaded.server(parse_server(told), server_connection) if told else None

    def _record_server(self) -> None:
        """Put on record that a model server was set or removed since the workspace was last opened."""
        now, before = self.settings.answering_server, self.admin_database.meta("answering_server")
        if now == before:
            return
        with self.admin_database.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO meta(key, value) VALUES('answering_server', ?)", (now,))
            action = "models.server_on" if now else "models.server_off"
            self.store.audit.append(connection, self.actor, action, {"server": now, "before": before})

    def _embedding(self) -> tuple[str, str]:
        return self.admin_database.meta("embedding"), self.admin_database.meta("fingerprint")

    def _rules(self) -> Rules:
        settings = self.settings
        return rules_of(self.loaded, settings.names_model, settings.regions, settings.also)

    def _terms(self) -> Terms:
        return read_terms(self.admin_database, self.store.keys.key("terms"))

    def _cache_file(self) -> CacheFile:
        meta = self.admin_database.meta
        binding = "|".join(meta(name) for name in ("workspace", "fingerprint", "dimension"))
        return CacheFile(self.store.path / CACHE, self.store.keys.key("cache"), binding)

    def _corpus(self) -> str:
        return blake2b(self.index.state.encode(), digest_size=8).hexdigest()


class Workspace:
    """Scrubbed feedback, its index, and the services over both; a context manager that closes it.

    Attributes:
        settings: the settings it was opened with; id: the workspace id; actor: the name of the account.
        collaborators: the objects that the services share; for measurements and tests.
        feedback, imports, duplicates, overview, compare, digest, answers, counts, labels, agreement, themes, codebook,
            trends, privacy, users, audit, erasure, retention, backups, embedding, keys, incidents, evidence,
            survey_links, integrity, offline, files, views, watch, translation: the services.
    """

    engines = Engines()

    def __init__(self, settings: Settings, actor: str = SINGLE_USER, *, is_figures_only: bool = False) -> None:
        """Open the workspace that the settings name.

        Args:
            settings: the settings.
            actor: the name of the account.
            is_figures_only: whether the session sees figures only, under disclosure control, whatever the account may.

        Raises:
            EgressError: if this process cannot be sealed against network access.
            WorkspaceError: if the folder has no workspace, or the workspace does not open.
            KeyFileError: if its key file is missing or not private.
            AuditError: if the database is older than the anchor of its audit log.
            AccessError: if this account has no grant in force.
        """
        self.settings = settings
        self.collaborators = Collaborators(
            settings, actor or SINGLE_USER, self.engines, is_figures_only=is_figures_only
        )
        self.actor = self.collaborators.actor
        self.id = self.collaborators.store.id
        self._compose(self.collaborators)

    def _compose(self, shared: Collaborators) -> None:
        """Build the services; pass each only what it uses."""
        settings, store, engines = shared.settings, shared.store, shared.engines
        database, admin_database, table, index = shared.database, shared.admin_database, shared.table, shared.index
        audit, authorization, models, scrubber = shared.audit, shared.authorization, shared.models, shared.scrubber
        pseudonym_key, receipt_key = store.keys.key("pseudonyms"), store.keys.key("receipts")

        self.offline = OfflineService(authorization=authorization)
        self.files = FilesService(
            database=database, admin_database=admin_database, audit=audit, authorization=authorization
        )
        self.audit = AuditService(
            database=database, admin_database=admin_database, audit=audit, authorization=authorization,
            run_selftest=lambda: run_selftest(self._all_columns(), self._methods()),
        )  # fmt: skip
        self.feedback = FeedbackService(
            path=store.path, database=database, table=table, index=index, audit=audit, authorization=authorization,
            models=models, model_names=lambda: shared.model_names, guard=shared.guard,
            days_since_drill=lambda: days_since_success(admin_database, "backup.drill"), files=self.files,
        )  # fmt: skip
        self.translation = TranslationService(
            table=table, models=models, is_clean=scrubber.is_clean, audit=audit, authorization=authorization
        )
        self.views = ViewsService(
            admin_database=admin_database, table=table, audit=audit, authorization=authorization,
            account=shared.actor, is_clean=scrubber.is_clean,
        )  # fmt: skip
        self.duplicates = DuplicatesService(
            database=database, table=table, audit=audit, authorization=authorization, import_lock=shared.import_lock
        )
        self.privacy = PrivacyService(
            workspace_id=store.id, database=database, table=table, index=index, audit=audit,
            authorization=authorization, models=models, scrubber=scrubber, terms_key=store.keys.key("terms"),
            import_lock=shared.import_lock, derived=shared.derived,
        )  # fmt: skip
        self.imports = IngestService(
            database=database, table=table, index=index, audit=audit, authorization=authorization, models=models,
            scrubber=scrubber, ledger=store.ledger, tokens=shared.tokens, derived=shared.derived,
            pseudonym_key=pseudonym_key,
            with_segments=lambda plan: with_segments(database, plan), build_processor=engines.processor,
            build_recipe=engines.recipe, build_remote=shared.remote, join_cluster=shared.cluster,
            import_lock=shared.import_lock, workers=settings.cores, batch_size=settings.batch_size,
        )  # fmt: skip
        self.labels = LabelsService(
            database=database, table=table, audit=audit, authorization=authorization, counter=shared.counter,
            is_clean=scrubber.is_clean, files=self.files,
        )  # fmt: skip
        self.counts = CountsService(
            database=database, table=table, audit=audit, authorization=authorization, counter=shared.counter,
            labels=self.labels, guard=shared.guard,
        )  # fmt: skip
        self.agreement = AgreementService(database=database, table=table, audit=audit, authorization=authorization)
        text = ThemeText(database, models, shared.verifier, scrubber.is_clean)
        self.trends = TrendsService(
            database=database,
            table=table,
            audit=audit,
            authorization=authorization,
            guard=shared.theme_guard,
            followed=shared.followed,
        )
        self.themes = ThemesService(
            database=database, table=table, index=index, audit=audit, authorization=authorization, models=models,
            scrubber=scrubber, guard=shared.theme_guard, opinions=shared.opinions,
            name_writer=ThemeNameWriter(database, models, text, shared.queries, shared.build_themes),
            queries=shared.queries, build_themes=shared.build_themes, followed=shared.followed, trends=self.trends,
            report_writers=THEME_WRITERS, method=shared.method, import_lock=shared.import_lock, files=self.files,
        )  # fmt: skip
        self.watch = WatchService(
            imports=self.imports, themes=self.themes, files=ImportedFiles(database, store.keys.key("watched")),
            comments=table.count, authorization=authorization,
        )  # fmt: skip
        self.codebook = CodebookService(
            database=database, table=table, audit=audit, authorization=authorization, models=models,
            is_clean=scrubber.is_clean, guard=shared.theme_guard, opinions=shared.opinions, queries=shared.queries,
            import_lock=shared.import_lock, files=self.files,
        )  # fmt: skip
        self.answers = AnswersService(
            database=database, table=table, index=index, audit=audit, authorization=authorization, models=models,
            scrubber=scrubber, verifier=shared.verifier, opinions=shared.opinion_reader, facts=shared.facts,
            file_writers=ANSWER_WRITERS, method=shared.method, files=self.files,
        )  # fmt: skip
        self.overview = OverviewService(
            database=database, table=table, index=index, audit=audit, authorization=authorization,
            guard=shared.theme_guard, queries=shared.queries,
        )  # fmt: skip
        self.digest = DigestService(
            database=database, admin_database=admin_database, table=table, audit=audit, authorization=authorization,
            queries=shared.queries, files=self.files,
        )  # fmt: skip
        self.compare = CompareService(
            database=database, table=table, audit=audit, authorization=authorization, counts=self.counts,
            followed=shared.followed, queries=shared.queries,
        )  # fmt: skip
        self.users = UserService(
            database=database, admin_database=admin_database, audit=audit, authorization=authorization,
            scrubber=scrubber, reads=shared.reads,
        )  # fmt: skip
        self.erasure = ErasureService(
            store=store, anchors=settings.anchors, database=database, table=table, index=index, audit=audit,
            authorization=authorization, scrubber=scrubber,
            deleter=RecordDeleter(database, store.ledger, shared.derived),
            pseudonyms=Pseudonyms(pseudonym_key), receipt_key=receipt_key, person_file=person_file,
            import_lock=shared.import_lock, tokens=shared.tokens, files=self.files,
        )  # fmt: skip
        self.retention = RetentionService(
            database=database, admin_database=admin_database, table=table, audit=audit, authorization=authorization,
            scrubber=scrubber, erasure=self.erasure,
        )  # fmt: skip
        self.backups = BackupService(store=store, folder=settings.backups, audit=audit, authorization=authorization)
        self.embedding = EmbeddingService(
            database=database, models=models, loaded=shared.loaded, audit=audit, authorization=authorization,
            index=index, backups=self.backups, builder=shared.build_themes, import_lock=shared.import_lock,
            workers=settings.cores,
        )  # fmt: skip
        self.keys = KeyService(store=store, database=database, audit=audit, authorization=authorization)
        self.incidents = IncidentService(
            store=store, backups_folder=settings.backups, audit=audit, authorization=authorization, scrubber=scrubber,
            reads=shared.reads, draft_notice=breach_notice, files=self.files,
        )  # fmt: skip
        self.evidence = EvidenceService(
            store=store, settings=_public_settings(settings), model_names=lambda: shared.model_names, audit=audit,
            authorization=authorization,
            models=models, accounts=lambda: all_accounts(admin_database), receipt_key=receipt_key,
            evidence_page=evidence_html, files=self.files,
        )  # fmt: skip
        self.survey_links = SurveyLinkService(
            database=database,
            table=table,
            audit=audit,
            authorization=authorization,
            scrubber=scrubber,
            tokens=shared.tokens,
            ledger=store.ledger,
            files=self.files,
        )
        self.integrity = IntegrityService(
            admin_database=admin_database, table=table, index=index, audit=audit, authorization=authorization
        )

    def _all_columns(self) -> list[Column]:
        return [one.column for one in FeedbackTable(self.collaborators.admin_database).columns().values()]

    def _methods(self) -> dict[str, Callable[..., Any]]:
        """Return the methods of the services by public name."""
        services = {name: type(one) for name, one in vars(self).items() if type(one).__name__.endswith("Service")}
        return {
            f"{name}.{method}": function
            for name, service in services.items()
            for method, function in inspect.getmembers(service, inspect.isfunction)
            if not method.startswith("_")
        }

    @classmethod
    def init(cls, settings: Settings | None = None, actor: str = SINGLE_USER, unsealed: str = "") -> Self:
        """Create a workspace with its key file and open it.

        Raises:
            WorkspaceError: if the folder holds a workspace already, or a database without its identity.
            ModelError: if the embedding model of the settings is not in the catalog, or has another role.
        """
        settings = settings or load_settings()
        seal(unsealed, server=settings.answering_server)
        path, workspace_id = settings.workspace, uuid.uuid4().hex
        model = cls.engines.models(settings.models_dir).catalog.get(settings.embedding_model)
        if model.role is not ModelRole.EMBEDDING:
            raise ModelError(f"{model.name} is no embedding model; choose one with the role embedding in: models list")
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        begin_identity(path, DATABASE, workspace_id)
        key = create_key(key_file(settings, workspace_id))
        meta = {"workspace": workspace_id, "embedding": settings.embedding_model, "fingerprint": model.fingerprint}
        database = Database.create(path / DATABASE, derive_key(key, "store"), meta)
        log = audit_log(settings, workspace_id, Keyring(key))
        database.on_commit = log.note_head
        with database.transaction() as connection:
            log.append(connection, actor or SINGLE_USER, "workspace.init", {"id": workspace_id})
        database.close()
        write_identity(path, workspace_id)
        return cls(settings, actor)

    @classmethod
    def open(
        cls, path: Path | str | None = None, actor: str = SINGLE_USER, unsealed: str = "", cluster: str = ""
    ) -> Self:
        """Open the workspace in a folder, with the settings of the settings file and the environment.

        The process is sealed permanently: no code in it can open network connections afterwards. A script that needs
        the network passes the reason as `unsealed`, which is recorded in the audit log. Imports run on the `cluster`
        that is named, see `analyzer ingest --cluster`.
        """
        environ = dict(os.environ) | ({"ANALYZER_WORKSPACE": str(path)} if path else {})
        settings = load_settings(environ=environ)
        scheduler = join(cluster, settings.models_dir, settings.cluster_dir) if cluster else None
        seal(
            unsealed,
            server=settings.answering_server,
            scheduler=scheduler,
            resident=resident_address(settings.keys_dir),
        )
        return cls(settings, actor)

    @classmethod
    def restore(
        cls,
        folder: Path | str,
        settings: Settings | None = None,
        actor: str = SINGLE_USER,
        old_key: Path | str | None = None,
    ) -> Backup:
        """Restore a backup over a workspace or into a new folder, see analyzer.custody.restore."""
        seal()
        settings = settings or load_settings()

        def embed(model: str, texts: Sequence[str]) -> list[bytes]:
            loaded = cls.engines.models(settings.models_dir)
            return [vector.tobytes() for vector in loaded.embedder(model).embed(list(texts)).astype("float16")]

        request = RestoreRequest(Path(folder), actor or SINGLE_USER, embed, Path(old_key) if old_key else None)
        return backup_restore.restore(settings, request)

    @classmethod
    def reanchor(cls, settings: Settings | None = None, actor: str = SINGLE_USER, reason: str = "") -> Reanchored:
        """Confirm the clock of this machine, or anchor a workspace that was moved to it, see ReanchorService."""
        shared = Collaborators(settings or load_settings(), actor or SINGLE_USER, cls.engines, is_reanchoring=True)
        try:
            return ReanchorService(
                store=shared.store, authorization=shared.authorization, scrub_note=shared.scrubber.scrub_note,
                actor=shared.actor,
            ).reanchor(reason)  # fmt: skip
        finally:
            shared.close()

    def ask(
        self,
        question: str,
        where: str = "",
        plan: Plan | None = None,
        previous: Plan | None = None,
        listener: ProgressListener | None = None,
    ) -> Answer:
        """Answer a question, see AnswersService.ask."""
        return self.answers.ask(question, where, plan, previous, listener)

    def search(self, query: str, where: str = "", limit: int = 10, mode: str = "meaning") -> SearchResult:
        """Find the records that best match a query, see FeedbackService.search."""
        return self.feedback.search(query, where, limit, mode)

    def ingest(
        self,
        files: Input | Sequence[Input],
        mapping: Mapping[str, str] | None = None,
        drop: Sequence[str] = (),
        on_progress: Progress = no_progress,
        options: ImportOptions = AS_FOUND,
    ) -> IngestReport:
        """Import files or data frames, or one of them, see IngestService.ingest."""
        return self.imports.ingest(files, mapping, drop, on_progress, options)

    def count(
        self,
        predicate: str = "",
        where: str = "",
        by: str = "",
        period: str = "",
        labels: Mapping[str, str] | None = None,
    ) -> Count:
        """Count the comments that match a statement, see CountsService.count."""
        return self.counts.count(predicate, where, by, period, labels)

    def status(self) -> WorkspaceStatus:
        """Return the state and content of the workspace, see FeedbackService.status."""
        return self.feedback.status()

    def verify(self) -> Verification:
        """Check the integrity of all stored data, see IntegrityService.verify."""
        return self.integrity.verify()

    def close(self) -> None:
        """Close the workspace."""
        self.collaborators.close()

    def __enter__(self) -> Self:
        """Return the open workspace."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the workspace."""
        self.close()


def _account_database(store: WorkspaceStore, authorization: Authorization) -> Database:
    """Admit an account; return a connection limited to what its grant, and this session, allow."""
    grant = authorization.admit()
    if grant is None:
        return store.database
    database = Database(store.path / DATABASE, store.store_key, access_scope_of(grant))
    database.on_commit = store.audit.note_head
    database.on_denied = authorization.record_denial
    return database


def _public_settings(settings: Settings) -> dict[str, str]:
    return {name: str(getattr(settings, name)) for name in settings.__slots__ if name not in SECRET_SETTINGS}

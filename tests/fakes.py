"""Named stand-ins for the models: small, deterministic, picklable, and held to the contract of the real ones.

Everything else in a FakeWorkspace is real: the SQLCipher store, the keys, the audit chain, FAISS, the readers, the
scrubber. Import as `from fakes import …`; pytest puts this folder on the path, a child process needs PYTHONPATH.
"""

import csv
import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from analyzer.answers.grounding.checks import ClaimVerdict
from analyzer.config import PROJECT, Settings
from analyzer.index.cache_file import CacheFile
from analyzer.index.vectors import VectorIndex
from analyzer.ingest.worker import Processor
from analyzer.models.fair_lock import FairLock
from analyzer.models.families import UNKNOWN
from analyzer.models.llm import Message, OnText
from analyzer.models.loaded_models import LoadedModels
from analyzer.opinions.polarity import PolarityHead
from analyzer.privacy.detector import shared_detector
from analyzer.privacy.engine import _import_presidio
from analyzer.privacy.findings import URL, Finding
from analyzer.privacy.names.lexicon import CorpusVocabulary
from analyzer.privacy.scrubber import Scrubber
from analyzer.privacy.terms import Terms
from analyzer.privacy.urls import find_urls
from analyzer.privacy.workspace_scrubber import WorkspaceScrubber
from analyzer.security.workspace_store import IDENTITY, WorkspaceStore
from analyzer.store.database import Database
from analyzer.workspace import SINGLE_USER, Engines, Workspace

DIMENSION = 32
OPEN_DOOR = SimpleNamespace(is_open=True, grant_number=lambda account: 0, is_in_force=lambda account, grant: True)
"""The door of a workspace without accounts: nobody signs in."""
PATTERNS = {
    "EMAIL_ADDRESS": re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    "PERSON": re.compile(r"\b(?:Ann|Bob|Cid) (?:Lee|Ray|Poe)\b"),
    "PHONE_NUMBER": re.compile(r"\d{7,}"),
}


def fake_scrubber(fails_on: str = "UNSCRUBBABLE", terms: Terms | None = None) -> Scrubber:
    """The real scrubber over a FakeDetector."""
    _import_presidio()  # as the real detector does: presidio alone, without the ten seconds of torch
    return Scrubber(FakeDetector(fails_on), terms)


class FakeEmbedder:
    """Words hashed into signed buckets, so that texts with the same words are near each other; poses as the default."""

    name = "all-MiniLM-L6-v2"

    def __init__(self, dimension: int = DIMENSION) -> None:
        self.dimension = dimension

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Return float32[n, dimension], rows of unit length."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            vectors[row] = self._vector(text)
        return vectors

    def embed_queries(self, texts: Sequence[str]) -> np.ndarray:
        """Return the vectors of `embed`: this model has no prompts."""
        return self.embed(texts)

    def embed_one(self, text: str) -> np.ndarray:
        """Return float32[dimension], of unit length."""
        return self._vector(text)

    def knows(self, word: str) -> bool:
        """Tell whether a word is plain: the made-up ones of tests have an x, a q or a z."""
        return not set(word) & set("xqz")

    def _vector(self, text: str) -> np.ndarray:
        vector = np.zeros(self.dimension, dtype=np.float32)
        vector[0] = 0.25  # a text without words has a direction too
        for word in re.findall(r"\w+", text.casefold()):
            digest = blake2b(word.encode("utf-8", "surrogatepass"), digest_size=4).digest()
            vector[int.from_bytes(digest[:3], "big") % self.dimension] += 1.0 if digest[3] & 1 else -1.0
        length = np.linalg.norm(vector)
        return vector / length if length else np.eye(1, self.dimension, dtype=np.float32)[0]


class FakeLLM:
    """A scripted answering model: queue what it says, look at what it was asked."""

    gives_probabilities = True

    def __init__(self) -> None:
        self.lock = FairLock()
        self.family = UNKNOWN
        self.always: str | None = ""
        self.title = ""
        self.judged: list[list[Message]] = []
        self.preference = 1.0
        self.prompts: list[list[Message]] = []
        self.grammars: list[str] = []
        self._answers: list[str] = []

    def enqueue(self, *texts: str) -> None:
        """Say these next, in this order."""
        self._answers.extend(texts)

    def complete(
        self, messages: Sequence[Message], grammar: str, max_tokens: int, on_text: OnText | None = None
    ) -> str:
        """Return the next queued text, word by word through on_text."""
        self.prompts.append(list(messages))
        self.grammars.append(grammar)
        if messages[-1].content.endswith("\nTitle:"):
            return self.title
        if not self._answers and self.always is None:
            raise AssertionError("FakeLLM was asked more often than it has answers; call enqueue() first")
        answer = self._answers.pop(0) if self._answers else self.always
        if on_text:
            for piece in re.findall(r"\S+\s*|\s+", answer):
                on_text(piece)
        return answer

    def prefers(self, messages: Sequence[Message], yes: str = "Yes", no: str = "No") -> float:
        """Return the preference it was given."""
        self.judged.append(list(messages))
        return self.preference


@dataclass(frozen=True, slots=True)
class FakeVerifier:
    """A quote supports a claim with half of whose words it shares, and opposes one that it denies with "not"."""

    least_support: float = 0.5
    least_opposition: float = 0.5

    def verdicts(self, claim: str, quotes: Sequence[str]) -> list[ClaimVerdict]:
        """Judge a claim against each quote by itself."""
        wanted = set(re.findall(r"\w+", claim.casefold())) - {"people", "say", "report", "that", "the", "was", "is"}
        return [self._verdict(wanted, set(re.findall(r"\w+", quote.casefold()))) for quote in quotes]

    def oppositions(self, claim: str, quotes: Sequence[str]) -> list[float]:
        """Return how far each quote says the opposite."""
        return [verdict.opposes for verdict in self.verdicts(claim, quotes)]

    def _verdict(self, wanted: set[str], found: set[str]) -> ClaimVerdict:
        share = len(wanted & found) / max(len(wanted), 1)
        is_denied = ("not" in wanted) != ("not" in found)
        return ClaimVerdict(0.0, share) if is_denied else ClaimVerdict(share)


@dataclass(frozen=True, slots=True)
class FakeDetector:
    """Finds e-mail addresses, Ann Lee and her kin, digit strings of 7 and more, and URLs; fails on one chosen word."""

    fails_on: str = "UNSCRUBBABLE"
    profile: str = "fake"
    language: str = "en"

    def with_vocabulary(self, vocabulary: CorpusVocabulary) -> "FakeDetector":
        """Words of a corpus are nothing to it."""
        return self

    def detect(self, texts: Sequence[str]) -> list[tuple[str, list[Finding]]]:
        """Return each text's language and findings."""
        return [(self.language, self._findings(text)) for text in texts]

    def _findings(self, text: str) -> list[Finding]:
        if self.fails_on and self.fails_on in text:
            raise ValueError(f"a detector that repeats the text in its error: {text}")
        found = [Finding(URL, start, end, 0.9) for start, end in find_urls(text)]
        for kind, pattern in PATTERNS.items():
            found += [Finding(kind, *match.span(), 1.0) for match in pattern.finditer(text)]
        return sorted(found, key=lambda f: (f.start, -f.end, f.type))


class FakeModels(LoadedModels):
    """The real catalog with fake models behind it; `llm` and `embedders` are there to be looked at."""

    def __init__(self, models_dir: Path = PROJECT / "models", llm: FakeLLM | None = None) -> None:
        super().__init__(models_dir)
        self.llm = llm or FakeLLM()
        self.fake_embedder = FakeEmbedder()

    def is_present(self, name: str) -> bool:
        """Fakes are always here."""
        return bool(self.catalog.get(name))

    def path(self, name: str) -> Path:
        """Return where the model would lie; nothing fake opens it."""
        return self._models_dir / self.catalog.get(name).path

    def embedder(self, name: str) -> Any:
        """Return the fake embedder."""
        return self.fake_embedder

    def answering(self, name: str, context_tokens: int, threads: int) -> Any:
        """Return the fake answering model."""
        return self.llm


OTHER_MODEL = "multilingual-e5-small"


class OtherEmbedder(FakeEmbedder):
    """A second model of the same dimension, whose vectors have nothing to do with those of the first."""

    name = OTHER_MODEL

    def __init__(self) -> None:
        super().__init__()
        self.embedded = 0

    def embed(self, texts):
        self.embedded += len(texts)
        return super().embed(texts)

    def _vector(self, text):
        return np.roll(super()._vector(text[::-1]), 7)


class TwoModels(FakeModels):
    """A machine with two embedding models."""

    def __init__(self):
        super().__init__()
        self.other = OtherEmbedder()

    def embedder(self, name):
        return self.other if name == OTHER_MODEL else self.fake_embedder


@dataclass(frozen=True, slots=True)
class FakeRecipe:
    """What a worker process needs to build a Processor of fakes."""

    fails_on: str = "UNSCRUBBABLE"
    terms: Terms = field(default_factory=Terms)

    def __call__(self) -> Processor:
        return Processor(fake_scrubber(self.fails_on, self.terms), FakeEmbedder(), PolarityHead.load(), self.terms)


@dataclass(frozen=True, slots=True)
class _Current:
    """The detector that a workspace has at the moment; tests put another in its place."""

    workspace: "FakeWorkspace"

    def with_vocabulary(self, vocabulary: CorpusVocabulary) -> Any:
        """Return what the current detector makes of a corpus."""
        _import_presidio()
        return self.workspace.detector.with_vocabulary(vocabulary)

    def detect(self, texts: Sequence[str]) -> list[tuple[str, list[Finding]]]:
        """Ask the current detector."""
        _import_presidio()
        return self.workspace.detector.detect(texts)


def _fake_recipe(scrubber: WorkspaceScrubber, _vocabulary: CorpusVocabulary, _model: Path) -> FakeRecipe:
    return FakeRecipe(terms=scrubber.terms)


class FakeWorkspace(Workspace):
    """A real workspace with fake models; FakeWorkspace.init(settings) makes one, FakeWorkspace(settings) opens it.

    Attributes:
        detector: finds personal data; a test may put another in its place.
    """

    engines = Engines(models=FakeModels, verifier=lambda _: FakeVerifier(), recipe=_fake_recipe)

    def __init__(
        self, settings: Settings, actor: str = SINGLE_USER, models: FakeModels | None = None, **session: bool
    ) -> None:
        self.fakes = models or FakeModels(settings.models_dir)
        self.detector: Any = FakeDetector()
        mine = type(self).engines
        if mine.detector is shared_detector:
            mine = replace(mine, detector=lambda _: _Current(self), profile=lambda _: self.detector.profile)
        self.engines = replace(mine, models=lambda _: self.fakes)
        super().__init__(settings, actor, **session)

    @property
    def llm(self) -> FakeLLM:
        """The scripted model that `ask` will talk to."""
        return self.fakes.llm

    @property
    def database(self) -> Database:
        """The account's connection."""
        return self.collaborators.database

    @property
    def store(self) -> WorkspaceStore:
        """Keys, files and the connection without restrictions."""
        return self.collaborators.store

    def vectors(self) -> VectorIndex:
        """The vector index over what is stored."""
        return self.collaborators.index.vectors()

    def cache_file(self) -> CacheFile:
        """The file of the vector cache that fits what is stored."""
        return self.collaborators.index.cache_file()


def make_settings(folder: Path, **changes: Any) -> Settings:
    """Settings that keep everything under one folder; small batches, one process."""
    settings = Settings(workspace=folder / "workspace", keys_dir=folder / "keys", workers=1, batch_size=8)
    return replace(settings, **changes)


def make_workspace(folder: Path, models: FakeModels | None = None, **changes: Any) -> FakeWorkspace:
    """Make a workspace under a folder, or open the one that is there."""
    settings = make_settings(folder, **changes)
    if not (settings.workspace / IDENTITY).exists():
        FakeWorkspace.init(settings).close()
    return FakeWorkspace(settings, models=models)


def write_csv(path: Path, rows: Sequence[dict[str, object]]) -> Path:
    """Write rows as a CSV file whose header is the keys of the first one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


def four_ahead(start, batches, workers):
    """Stand in for map_batches with workers: four batches are under way at once."""
    function, pending = start(), deque()
    for batch in batches:
        pending.append(batch)
        if len(pending) == 4:
            yield function(pending.popleft())
    yield from map(function, pending)

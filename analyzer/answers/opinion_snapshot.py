"""All opinions that an account may read, as arrays, with the background that subjects are compared against.

Texts that no build of themes has taken apart yet are taken apart by the same code: stored where the account may write,
kept in memory otherwise. A snapshot holds spans and vectors, no words; it is read again when the corpus changes.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analyzer.answers.segment_directions import Segments, segment_directions
from analyzer.answers.stance_context import Context, with_contexts
from analyzer.errors import WorkspaceError
from analyzer.models.embedder import Embeds, Vectors
from analyzer.models.embedding_thresholds import MOST_FOR_PAIRS, AlikeCosines, alike_in
from analyzer.models.parallel import one_thread
from analyzer.models.workspace_models import WorkspaceModels
from analyzer.opinions.polarity import PolarityHead
from analyzer.opinions.stored_opinions import (
    TEXTS_AT_A_TIME,
    OpinionSplitter,
    Splitter,
    count_pending,
    is_outdated,
    pending,
)
from analyzer.store.database import Database
from analyzer.store.import_lock import ImportLock
from analyzer.types import Progress, no_progress

Rows = NDArray[np.int64]
Floats = NDArray[np.float64]
Halves = NDArray[np.float16]
Span = tuple[int, int, int, bytes]
"""Text, start, end and digest of the clause of an opinion."""
Stored = tuple[bytes, float, float]
"""Vector of a clause, float16 bytes, with its probabilities of negative and of positive."""
MOST_FOR_BACKGROUND = 20_000
"""Clauses on which mean and covariance are computed."""
BLOCK = 65_536
STANCE = 0.5
"""Minimum probability of negative or positive for an opinion to be a complaint or praise; of the 440 clauses of
benchmarks/polarity.py .81 of those shown as complaints are (.67 of all are found), .87 as praise (.87)."""
READ_OPINIONS = (
    'SELECT o.text_id, o.start, o."end", c.digest FROM opinions o JOIN clauses c USING(clause_id) '
    "JOIN texts t USING(text_id) ORDER BY t.digest, o.start"
)
READ_CLAUSES = "SELECT digest, vector, negative, positive FROM clauses"


@dataclass(frozen=True, slots=True)
class Background:
    """What clauses of this corpus have in common, as this embedding model sees it.

    Attributes:
        mean: float32[d], subtracted from vectors before they are compared.
        whitening: float64[d, d], inverse of the clauses' covariance, with the mean variance added to each dimension.
    """

    mean: NDArray[np.float32]
    whitening: Floats

    @classmethod
    def of(cls, vectors: Halves) -> "Background":
        """Return the background of clauses in canonical order."""
        chosen = np.linspace(0, max(len(vectors) - 1, 0), min(len(vectors), MOST_FOR_BACKGROUND)).astype(np.int64)
        with one_thread():
            sample = vectors[chosen].astype(np.float64)
            mean = sample.mean(axis=0) if len(sample) else np.zeros(vectors.shape[1])
            units = sample - mean
            units /= np.maximum(np.linalg.norm(units, axis=1, keepdims=True), 1e-9)
            spread = units.T @ units / max(len(units), 1)
            ridge = max(float(np.trace(spread)) / len(spread), 1e-6)
            return cls(mean.astype(np.float32), np.linalg.inv(spread + ridge * np.eye(len(spread))).astype(np.float64))

    def centered(self, vector: Vectors) -> Vectors:
        """Return float32[d], a vector without the mean, of length 1."""
        return unit(vector - self.mean)

    def sample(self, vectors: Halves) -> Vectors:
        """Return float32[k, d], clauses at equal distances in canonical order, centered, of length 1."""
        chosen = np.linspace(0, len(vectors) - 1, min(len(vectors), MOST_FOR_PAIRS)).astype(np.int64)
        centered = vectors[chosen].astype(np.float32) - self.mean
        return np.asarray(centered / np.maximum(np.linalg.norm(centered, axis=1, keepdims=True), 1e-9))

    def likeness(self, vectors: Vectors | Halves, directions: Vectors) -> Floats:
        """Return float64[n], the cosine of centered vectors, float[n, d], to a unit direction, float32[d]."""
        found = np.zeros(len(vectors))
        offset, length = float(self.mean @ directions), float(self.mean @ self.mean)
        for start in range(0, len(vectors), BLOCK):
            part = vectors[start : start + BLOCK].astype(np.float32)
            norms = np.sqrt(np.maximum((part * part).sum(axis=1) - 2 * (part @ self.mean) + length, 1e-9))
            found[start : start + BLOCK] = (part @ directions - offset) / norms
        return np.round(found, 5)


@dataclass(frozen=True, slots=True)
class OpinionSnapshot:
    """The opinions of a corpus in canonical order: by digest of their text, then by place in it.

    Attributes:
        text_ids, starts, ends: int64[n], text and span of each opinion.
        clauses: int64[n], row of each opinion's clause below.
        vectors: float16[m, d], a vector for each distinct clause, by digest.
        polarity: float32[n, 2], probabilities of negative and of positive of each opinion, in view of the rating and
            the question of its comment.
        background: of the clauses.
        segments: float32[k, d], the directions in which the segments of the file lie apart.
        alike: cosines of centered clauses from which they are alike, of the embedding model.
    """

    text_ids: Rows
    starts: Rows
    ends: Rows
    clauses: Rows
    vectors: NDArray[np.float16]
    polarity: NDArray[np.float32]
    background: Background
    segments: Vectors
    alike: AlikeCosines

    def __len__(self) -> int:
        """Return the number of opinions."""
        return len(self.text_ids)

    def stances(self) -> Rows:
        """Return int64[n], the stance of each opinion: -1 a complaint, 1 praise, 0 neither."""
        negative, positive = self.polarity[:, 0], self.polarity[:, 1]
        return np.where(negative >= STANCE, -1, np.where(positive >= STANCE, 1, 0)).astype(np.int64)


@dataclass(slots=True)
class _Slot:
    state: str = ""
    snapshot: OpinionSnapshot | None = None


class OpinionReader:
    """Reads the opinions of one workspace for one account, and keeps the last snapshot."""

    def __init__(
        self,
        database: Database,
        models: WorkspaceModels,
        state: Callable[[], str],
        *,
        splitter: OpinionSplitter,
        import_lock: ImportLock,
        may_write: Callable[[], bool],
        contexts: Callable[[], Mapping[int, Context]],
        segments: Callable[[], Mapping[int, Segments]],
    ) -> None:
        """Take the sources.

        Args:
            database: the connection of the account.
            models: the embedding model takes texts apart that are not yet.
            state: returns an identifier of the stored data.
            splitter: stores the opinions of texts that have none.
            import_lock: held while opinions are stored.
            may_write: returns whether the account may store opinions.
            contexts: returns rating and question of each text by id.
            segments: returns the values of the category columns of each text by id.
        """
        self._database = database
        self._models = models
        self._state = state
        self._splitter = splitter
        self._import_lock = import_lock
        self._may_write = may_write
        self._contexts = contexts
        self._segments = segments
        self._slot = _Slot()
        self._lock = threading.Lock()

    def read(self, on_progress: Progress = no_progress) -> OpinionSnapshot:
        """Return the opinions of all texts that the account may read."""
        with self._lock:
            state, snapshot = self._state(), self._slot.snapshot
            if snapshot is None or self._slot.state != state:
                snapshot = self._read(on_progress)
                self._slot = _Slot(state, snapshot)
            return snapshot

    def _read(self, on_progress: Progress) -> OpinionSnapshot:
        head = PolarityHead.load(self._models.embedding_name)
        if self._may_write() and (count_pending(self._database) or is_outdated(self._database, head)):
            self._store_pending(on_progress)
        rows: list[Span] = [(row[0], row[1], row[2], bytes(row[3])) for row in self._database.rows(READ_OPINIONS)]
        clauses: dict[bytes, Stored] = {bytes(row[0]): row[1:] for row in self._database.rows(READ_CLAUSES)}
        more_rows, more_clauses = self._split(on_progress)
        clauses |= more_clauses
        if more_rows:
            order = {text: bytes(digest) for text, digest in self._database.rows("SELECT text_id, digest FROM texts")}
            rows = sorted([*rows, *more_rows], key=lambda row: (order.get(row[0], b""), row[1]))
        return _snapshot(rows, clauses, self._models.embedder, self._contexts(), self._segments())

    def _store_pending(self, on_progress: Progress) -> None:
        try:
            with self._import_lock.hold():
                self._splitter.split_pending(on_progress)
        except WorkspaceError:  # an import or a build is running: this question takes the texts apart for itself
            return

    def _split(self, on_progress: Progress) -> tuple[list[Span], dict[bytes, Stored]]:
        """Take apart the texts that have no stored opinions, in memory."""
        whole = count_pending(self._database)
        rows, clauses = list[Span](), dict[bytes, Stored]()
        if not whole:
            return rows, clauses
        split, done = Splitter(self._models.embedder, PolarityHead.load(self._models.embedding_name)), 0
        for batch in pending(self._database):
            found = split(batch)
            rows += [(text_id, *span) for text_id, spans in found.spans.items() for span in spans]
            clauses |= {one.digest: (one.vector, one.negative, one.positive) for one in found.clauses}
            done = min(done + TEXTS_AT_A_TIME, whole)
            on_progress("splitting comments into opinions", done, whole)
        return rows, clauses


def unit(vector: Vectors) -> Vectors:
    """Return a vector scaled to length 1; zeros stay zeros."""
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9), dtype=np.float32)


def _snapshot(
    rows: Sequence[Span],
    clauses: Mapping[bytes, Stored],
    embedder: Embeds,
    contexts: Mapping[int, Context],
    segments: Mapping[int, Segments],
) -> OpinionSnapshot:
    used = sorted({row[3] for row in rows})
    place = {digest: number for number, digest in enumerate(used)}
    blob = b"".join(clauses[digest][0] for digest in used)
    vectors = np.frombuffer(blob, dtype=np.float16).reshape(len(used), embedder.dimension)
    judged = np.array([clauses[row[3]][1:3] for row in rows], dtype=np.float64).reshape(len(rows), 2)
    polarity = with_contexts(judged, [contexts.get(row[0]) for row in rows]).astype(np.float32)
    spans = np.array([row[:3] for row in rows], dtype=np.int64).reshape(len(rows), 3)
    numbers = np.array([place[row[3]] for row in rows], dtype=np.int64)
    directions = segment_directions(vectors, numbers, spans[:, 0], segments)
    background = Background.of(vectors)
    alike = alike_in(embedder.name, background.sample(vectors))
    return OpinionSnapshot(
        spans[:, 0], spans[:, 1], spans[:, 2], numbers, vectors, polarity, background, directions, alike
    )

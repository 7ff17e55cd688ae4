"""Vectors and polarity of all stored texts and clauses by another embedding model, beside those in use.

They are collected in tables of their own, batch by batch, so that the workspace works with its model until all are
there; then they replace the vectors in use in one transaction. A run that was interrupted goes on where it stopped, and
what is deleted meanwhile is deleted here too.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeAlias

import numpy as np

from analyzer.errors import WorkspaceError
from analyzer.index.placeholder_aliases import strip_numbers
from analyzer.models.embedder import Embedder, Embeds
from analyzer.models.parallel import map_batches
from analyzer.opinions.polarity import PolarityHead
from analyzer.opinions.stored_opinions import JUDGED_BY, JudgedClause, Splitter, compared_as
from analyzer.security.sandbox.process import keep_memory_private
from analyzer.store.database import Connection, Database
from analyzer.types import Progress, no_progress

TARGET = "reindexing"
"""Key of meta: name and SHA-256 of the embedding model that the collected vectors are of."""
AT_A_TIME = 64
"""Texts or clauses of a batch; at most a few batches are embedded again after an interruption."""
FEW = 2_000
"""Number of texts and clauses up to which this process embeds alone: starting workers takes as long."""
READ_TEXTS = """
    SELECT text_id, text FROM texts t WHERE text_id > ?
    AND NOT EXISTS (SELECT 1 FROM reindexed_texts r WHERE r.text_id = t.text_id) ORDER BY text_id LIMIT ?"""
READ_CLAUSES = """
    SELECT c.clause_id, c.digest, substr(t.text, o.start + 1, o."end" - o.start)
    FROM clauses c JOIN opinions o ON o.clause_id = c.clause_id JOIN texts t ON t.text_id = o.text_id
    WHERE c.clause_id > ? AND NOT EXISTS (SELECT 1 FROM reindexed_clauses r WHERE r.clause_id = c.clause_id)
    AND (o.text_id, o.start) = (
        SELECT text_id, start FROM opinions p WHERE p.clause_id = c.clause_id ORDER BY text_id, start LIMIT 1)
    ORDER BY c.clause_id LIMIT ?"""
PENDING = (
    "SELECT (SELECT count(*) FROM texts) - (SELECT count(*) FROM reindexed_texts), "
    "(SELECT count(*) FROM clauses) - (SELECT count(*) FROM reindexed_clauses)"
)


@dataclass(frozen=True, slots=True)
class TextBatch:
    """Texts to be embedded: id and text."""

    rows: Sequence[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class ClauseBatch:
    """Clauses to be embedded and judged: id, digest and normalized text."""

    rows: Sequence[tuple[int, bytes, str]]


@dataclass(frozen=True, slots=True)
class EmbeddedTexts:
    """Texts that were embedded: id and vector (float16 bytes)."""

    rows: Sequence[tuple[int, bytes]]


@dataclass(frozen=True, slots=True)
class JudgedClauses:
    """Clauses that were embedded and judged: id, vector (float16 bytes), probabilities of negative and of positive."""

    rows: Sequence[tuple[int, bytes, float, float]]


Batch: TypeAlias = TextBatch | ClauseBatch
Embedded: TypeAlias = EmbeddedTexts | JudgedClauses


@dataclass(frozen=True, slots=True)
class Reembedder:
    """Embeds batches as an import does; runs in worker processes."""

    embedder: Embeds
    head: PolarityHead

    def __call__(self, batch: Batch) -> Embedded:
        """Return the vectors of a batch, and the polarity of its clauses."""
        if isinstance(batch, TextBatch):
            vectors = self.embedder.embed([strip_numbers(text) for _, text in batch.rows]).astype(np.float16)
            return EmbeddedTexts([(row[0], vector.tobytes()) for row, vector in zip(batch.rows, vectors, strict=True)])
        words = {digest: text for _, digest, text in batch.rows}
        judged: dict[bytes, JudgedClause] = Splitter(self.embedder, self.head).judge_clauses(words)
        found = [(clause_id, judged[digest]) for clause_id, digest, _ in batch.rows]
        return JudgedClauses([(clause_id, one.vector, one.negative, one.positive) for clause_id, one in found])


@dataclass(frozen=True, slots=True)
class ReembedderRecipe:
    """A picklable factory of Reembedder for worker processes."""

    model: Path

    def __call__(self) -> Reembedder:
        """Load the models and return the Reembedder."""
        keep_memory_private()
        return Reembedder(Embedder(self.model), PolarityHead.load(self.model.name))


@dataclass(frozen=True, slots=True)
class Target:
    """The embedding model that a workspace changes to: name, SHA-256, and the path that workers load it from."""

    name: str
    fingerprint: str
    path: Path


def begin(database: Database, target: Target) -> bool:
    """Prepare to collect vectors of a model; return whether vectors of an interrupted run are there.

    Those of another model, or of another file of the model, are deleted.
    """
    wanted = f"{target.name} {target.fingerprint}"
    if database.meta(TARGET) == wanted:
        return True
    with database.transaction() as connection:
        forget(connection)
        connection.execute("INSERT INTO meta VALUES(?, ?)", (TARGET, wanted))
    return False


def forget(connection: Connection) -> None:
    """Delete the collected vectors inside the caller's transaction."""
    connection.execute("DELETE FROM reindexed_texts")
    connection.execute("DELETE FROM reindexed_clauses")
    connection.execute("DELETE FROM meta WHERE key = ?", (TARGET,))


def collect(
    database: Database, target: Target, load: Callable[[], Embeds], workers: int, on_progress: Progress = no_progress
) -> None:
    """Embed what is not embedded yet, one transaction a batch.

    Args:
        database: connection of an account that may import.
        target: the model, for which begin() was called.
        load: loads the model in this process.
        workers: processes, where there is enough to embed.
        on_progress: called after each batch with (what is done, texts and clauses done, in total).
    """
    texts, clauses = (int(count) for count in database.rows(PENDING)[0])
    done, whole = 0, texts + clauses
    if not whole:
        return
    start: Callable[[], Reembedder] = ReembedderRecipe(target.path)
    if workers <= 1 or whole <= FEW:
        start = partial(Reembedder, load(), PolarityHead.load(target.name))
        workers = 1
    doing = f"embedding with {target.name}"
    on_progress(doing, 0, whole)
    for embedded in map_batches(start, _pending(database), workers):
        with database.transaction() as connection:
            _write(connection, embedded)
        done += len(embedded.rows)
        on_progress(doing, done, whole)


def put_in_place(connection: Connection, target: Target, dimension: int) -> None:
    """Replace vectors, polarity and the model of the workspace by what was collected, in the caller's transaction.

    The state of the corpus changes, so that indexes in memory, thresholds and themes are seen to be of another model.

    Raises:
        WorkspaceError: if a text or clause has no vector of the model; nothing is replaced.
    """
    if connection.execute(PENDING).fetchone() != (0, 0):
        raise WorkspaceError("comments were imported meanwhile; run the same command again to embed them")
    connection.execute(
        "UPDATE texts SET vector = (SELECT r.vector FROM reindexed_texts r WHERE r.text_id = texts.text_id)"
    )
    connection.execute(
        "UPDATE clauses SET (vector, negative, positive) = "
        "(SELECT r.vector, r.negative, r.positive FROM reindexed_clauses r WHERE r.clause_id = clauses.clause_id)"
    )
    meta = {"embedding": target.name, "fingerprint": target.fingerprint}
    if connection.execute("SELECT 1 FROM texts LIMIT 1").fetchone():
        meta["dimension"] = str(dimension)
    else:
        connection.execute("DELETE FROM meta WHERE key = 'dimension'")
    if connection.execute("SELECT 1 FROM clauses LIMIT 1").fetchone():
        meta[JUDGED_BY] = PolarityHead.load(target.name).version
    connection.executemany("INSERT OR REPLACE INTO meta VALUES(?, ?)", list(meta.items()))
    connection.execute("UPDATE meta SET value = value + 1 WHERE key IN ('generation', 'deletions')")
    forget(connection)


def _pending(database: Database) -> Iterator[Batch]:
    last = 0
    while texts := database.rows(READ_TEXTS, (last, AT_A_TIME)):
        last = int(texts[-1][0])
        yield TextBatch([(int(text_id), str(text)) for text_id, text in texts])
    last = 0
    while clauses := database.rows(READ_CLAUSES, (last, AT_A_TIME)):
        last = int(clauses[-1][0])
        yield ClauseBatch([(int(row[0]), bytes(row[1]), compared_as(row[2])) for row in clauses])


def _write(connection: Connection, embedded: Embedded) -> None:
    if isinstance(embedded, EmbeddedTexts):
        connection.executemany("INSERT INTO reindexed_texts VALUES(?, ?)", embedded.rows)
    else:
        connection.executemany("INSERT INTO reindexed_clauses VALUES(?, ?, ?, ?)", embedded.rows)

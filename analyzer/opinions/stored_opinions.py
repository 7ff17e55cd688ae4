"""Stored opinions: spans of texts, and each distinct clause once, with its vector and polarity.

An import writes them in the transaction of their comments. Texts that changed since (scrubbed again, a denied term) are
split when opinions are next read.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from analyzer.index.placeholder_aliases import strip_numbers
from analyzer.models.embedder import Embedder, Embeds
from analyzer.models.parallel import map_batches
from analyzer.models.workspace_models import WorkspaceModels
from analyzer.opinions.clauses import clauses
from analyzer.opinions.polarity import PolarityHead
from analyzer.security.sandbox.process import keep_memory_private
from analyzer.store.database import Connection, Database
from analyzer.types import Progress, no_progress

Ids = NDArray[np.int64]
TEXTS_AT_A_TIME = 512
JUDGED_BY = "polarity"
"""Key of meta: version of the classifier that judged all clauses; absent where an earlier release did."""
CLAUSES_AT_A_TIME = 20_000
READ = """
    SELECT c.clause_id, c.digest, substr(t.text, o.start + 1, o."end" - o.start), c.vector, c.negative, c.positive,
        t.language
    FROM clauses c JOIN opinions o ON o.clause_id = c.clause_id JOIN texts t ON t.text_id = o.text_id
    WHERE c.digest > ? AND (o.text_id, o.start) = (
        SELECT text_id, start FROM opinions p WHERE p.clause_id = c.clause_id ORDER BY text_id, start LIMIT 1)
    ORDER BY c.digest LIMIT ?"""
EDGES = " .,;:!?-–—'\"()[]*•/"


@dataclass(frozen=True, slots=True)
class Clauses:
    """The distinct clauses of all texts in canonical order, by digest.

    Attributes:
        ids: int64[n].
        digests: see clause_digest().
        texts: normalized texts, see compared_as().
        vectors: float16[n, d], unit rows.
        polarity: float32[n, 2], probabilities of negative and of positive.
        comments: int64[n], number of records that contain each clause.
        languages: language (ISO 639-1) of a text with each clause, empty where it is undetermined.
    """

    ids: Ids
    digests: list[bytes]
    texts: list[str]
    vectors: NDArray[np.float16]
    polarity: NDArray[np.float32]
    comments: Ids
    languages: list[str]

    def __len__(self) -> int:
        """Return the number of clauses."""
        return len(self.ids)


def compared_as(clause: str) -> str:
    """Return a normalized clause: case folded, white space collapsed, punctuation at both ends removed.

    Placeholders lose their number, so that a clause is the same whoever said it.
    """
    return " ".join(strip_numbers(clause).casefold().split()).strip(EDGES)


def clause_digest(compared: str) -> bytes:
    """Return the 16-byte BLAKE2b digest of a normalized clause."""
    return blake2b(compared.encode("utf-8", "surrogatepass"), digest_size=16).digest()


PendingText: TypeAlias = tuple[int, str, str]
"""Id, text and language of a text."""


def count_pending(database: Database) -> int:
    """Count the texts that are not split into opinions yet."""
    rows = database.rows(
        "SELECT count(*) FROM texts t WHERE NOT EXISTS (SELECT 1 FROM opinions o WHERE o.text_id = t.text_id)"
    )
    return int(rows[0][0])


def pending(database: Database) -> Iterator[list[PendingText]]:
    """Yield batches of the texts that are not split into opinions yet, in order of id."""
    last = 0
    while True:
        batch = database.rows(
            "SELECT text_id, text, language FROM texts t WHERE text_id > ? "
            "AND NOT EXISTS (SELECT 1 FROM opinions o WHERE o.text_id = t.text_id) ORDER BY 1 LIMIT ?",
            (last, TEXTS_AT_A_TIME),
        )
        if not batch:
            return
        yield [(int(text_id), str(text), str(language)) for text_id, text, language in batch]
        last = int(batch[-1][0])


@dataclass(frozen=True, slots=True)
class JudgedClause:
    """A distinct clause: digest, vector (float16 bytes), probabilities of negative and of positive."""

    digest: bytes
    vector: bytes
    negative: float
    positive: float


Span: TypeAlias = tuple[int, int, bytes]
"""Start, end and clause digest of an opinion."""


@dataclass(frozen=True, slots=True)
class SplitTexts:
    """Texts split into opinions: spans by text id, and each distinct clause."""

    spans: Mapping[int, Sequence[Span]]
    clauses: Collection[JudgedClause]


@dataclass(frozen=True, slots=True)
class Splitter:
    """Splits texts into opinions; runs in worker processes."""

    embedder: Embeds
    head: PolarityHead

    def __call__(self, batch: Sequence[PendingText]) -> SplitTexts:
        """Return the opinions of texts."""
        return SplitTexts(
            {text_id: opinion_digests(text, language) for text_id, text, language in batch},
            self.judge([(text, language) for _, text, language in batch]).values(),
        )

    def judge(self, texts: Iterable[tuple[str, str]]) -> dict[bytes, JudgedClause]:
        """Return the distinct clauses of texts, each with its language, by digest."""
        words: dict[bytes, str] = {}
        for text, language in texts:
            for start, end in opinion_spans(text, language):
                compared = compared_as(text[start:end])
                words[clause_digest(compared)] = compared
        return self.judge_clauses(words)

    def judge_clauses(self, words: Mapping[bytes, str]) -> dict[bytes, JudgedClause]:
        """Return normalized clauses, given by digest, with vector and polarity."""
        vectors = self.embedder.embed(list(words.values()))
        judged = np.round(self.head.judge(list(words.values()), vectors), 4)
        return {
            digest: JudgedClause(
                digest, vectors[row].astype(np.float16).tobytes(), float(judged[row, 0]), float(judged[row, 2])
            )
            for row, digest in enumerate(words)
        }


@dataclass(frozen=True, slots=True)
class SplitterRecipe:
    """A picklable factory of Splitter for worker processes."""

    model: Path

    def __call__(self) -> Splitter:
        """Load the models and return the Splitter."""
        keep_memory_private()
        return Splitter(Embedder(self.model), PolarityHead.load(self.model.name))


def write_opinions(connection: Connection, split: SplitTexts) -> None:
    """Write the opinions of texts inside the caller's transaction; existing rows are kept."""
    embedding = connection.execute("SELECT value FROM meta WHERE key = 'embedding'").fetchone()
    connection.execute(
        "INSERT OR IGNORE INTO meta SELECT ?, ? WHERE NOT EXISTS (SELECT 1 FROM clauses)",
        (JUDGED_BY, PolarityHead.load(embedding[0] if embedding else "").version),
    )
    connection.executemany(
        "INSERT OR IGNORE INTO clauses(digest, vector, negative, positive) VALUES(?, ?, ?, ?)",
        [(one.digest, one.vector, one.negative, one.positive) for one in split.clauses],
    )
    connection.executemany(
        'INSERT OR IGNORE INTO opinions(text_id, start, "end", clause_id) '
        "SELECT t.text_id, ?, ?, c.clause_id FROM texts t, clauses c WHERE t.text_id = ? AND c.digest = ?",
        [(start, end, text_id, digest) for text_id, spans in split.spans.items() for start, end, digest in spans],
    )


def opinion_spans(text: str, language: str = "") -> list[tuple[int, int]]:
    """Return the spans of a text's opinions; a text without a clause is one opinion, so that it is counted."""
    return clauses(text, language) or [(0, len(text))]


def opinion_digests(text: str, language: str = "") -> list[Span]:
    """Return the opinions of a text in a language (ISO 639-1) as spans with the digests of their clauses."""
    return [(start, end, clause_digest(compared_as(text[start:end]))) for start, end in opinion_spans(text, language)]


def read_clauses(database: Database, dimension: int) -> Clauses:
    """Return the distinct clauses of all texts in canonical order."""
    count = int(database.rows("SELECT count(*) FROM clauses")[0][0])
    ids, digests, texts, languages = np.zeros(count, dtype=np.int64), list[bytes](), list[str](), list[str]()
    vectors = np.zeros((count, dimension), dtype=np.float16)
    polarity = np.zeros((count, 2), dtype=np.float32)
    last = b""
    while rows := database.rows(READ, (last, CLAUSES_AT_A_TIME)):
        place = slice(len(texts), len(texts) + len(rows))
        ids[place] = [row[0] for row in rows]
        vectors[place] = np.frombuffer(b"".join(row[3] for row in rows), dtype=np.float16).reshape(len(rows), dimension)
        polarity[place] = [row[4:6] for row in rows]
        digests += [bytes(row[1]) for row in rows]
        texts += [compared_as(row[2]) for row in rows]
        languages += [str(row[6]) for row in rows]
        last = digests[-1]
    return Clauses(ids, digests, texts, vectors, polarity, _comment_counts(database, ids), languages)


def _comment_counts(database: Database, ids: Ids) -> Ids:
    rows = database.rows(
        "SELECT o.clause_id, count(DISTINCT f.n) FROM opinions o JOIN feedback f USING(text_id) GROUP BY 1"
    )
    found = dict(rows)
    return np.array([found.get(int(clause_id), 0) for clause_id in ids], dtype=np.int64)


FEW_TEXTS = 2_000
"""Number of texts up to which this process splits alone: starting workers takes as long."""


@dataclass(frozen=True, slots=True)
class OpinionSplitter:
    """Splits the pending texts of one workspace into opinions."""

    database: Database
    models: WorkspaceModels
    workers: int

    def split_pending(self, on_progress: Progress = no_progress) -> None:
        """Split the pending texts, one transaction for each batch; an interrupted run continues at the next call."""
        head = PolarityHead.load(self.models.embedding_name)
        if is_outdated(self.database, head):
            self._judge_again(head, on_progress)
        whole = count_pending(self.database)
        if not whole:
            return
        workers = self.workers if whole > FEW_TEXTS else 1
        start: Callable[[], Splitter] = partial(Splitter, self.models.embedder, head)
        if workers > 1:
            start = SplitterRecipe(self.models.embedding_path)
        done = 0
        on_progress("splitting comments into opinions", 0, whole)
        for split in map_batches(start, pending(self.database), workers):
            with self.database.transaction() as connection:
                write_opinions(connection, split)
            done += len(split.spans)
            on_progress("splitting comments into opinions", done, whole)

    def _judge_again(self, head: PolarityHead, on_progress: Progress) -> None:
        """Judge all clauses by another classifier, from their stored words and vectors, in one transaction."""
        stored = read_clauses(self.database, int(self.database.meta("dimension") or 0))
        with self.database.transaction() as connection:
            for start in range(0, len(stored), TEXTS_AT_A_TIME):
                part = slice(start, start + TEXTS_AT_A_TIME)
                judged = head.judge(stored.texts[part], stored.vectors[part].astype(np.float32))
                connection.executemany(
                    "UPDATE clauses SET negative = ?, positive = ? WHERE clause_id = ?",
                    [(float(one[0]), float(one[2]), int(i)) for one, i in zip(judged, stored.ids[part], strict=True)],
                )
                on_progress("judging the stance of opinions", min(start + TEXTS_AT_A_TIME, len(stored)), len(stored))
            connection.execute("INSERT OR REPLACE INTO meta VALUES(?, ?)", (JUDGED_BY, head.version))


def is_outdated(database: Database, head: PolarityHead) -> bool:
    """Return whether stored clauses were judged by another classifier."""
    return database.meta(JUDGED_BY) != head.version and bool(database.rows("SELECT 1 FROM clauses LIMIT 1"))

"""Search by meaning over the vectors of distinct texts: exact up to EXACT of them, beyond with a measured recall.

The index is a cache. It is stored encrypted beside the database and bound to workspace, model and dimension; what it
lacks, or has too much, is found by the digests of the texts and mended when it is opened. If it is damaged, it is built
again from the database.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.index import approximate
from analyzer.index.approximate import ApproximateIndex, Tuning
from analyzer.index.cache_file import CacheFile, CacheReader
from analyzer.index.feedback_table import FeedbackTable, TextIds, TextVectors
from analyzer.index.types import IndexStatus
from analyzer.index.vector_blocks import BLOCK, Blocks, VectorBlock, extended, float_blocks, scores_of, without

EXACT = 100_000
"""Vectors up to which each is compared: 4 ms a query."""
FEW_ALLOWED = 10_000
"""Vectors that a filter leaves up to which each of them is compared."""
RERANKED_TIMES = 10
"""Candidates for each result wanted, where the tuning asks for fewer."""
TAIL_SHARE = 0.05
"""Share of the vectors that may stay outside the inverted file, where each is compared."""
TRAINED_TIMES = 2
"""Growth at which the lists are made again."""


class VectorIndex:
    """Inner-product search over float16 vectors.

    An index is immutable: add() and without() return a new one, and readers of this one keep it. So ids(), products()
    and rows() of one index are always consistent, and any number of threads may read it at once.
    """

    def __init__(
        self, dimension: int, blocks: Blocks = (), inverted: ApproximateIndex | None = None, refused_at: int = 0
    ) -> None:
        """Create an empty index, or one of blocks.

        Args:
            dimension: length of the vectors.
            blocks: the vectors.
            inverted: covers the first of the blocks.
            refused_at: number of vectors when no inverted file reached the recall; 0 if that did not happen.
        """
        self._dimension = blocks[0].halves.shape[1] if blocks else dimension
        self._blocks = blocks
        self._inverted = inverted
        self._refused_at = refused_at
        self._ids = np.concatenate([np.empty(0, dtype=np.int64), *(block.ids for block in blocks)])
        self._ids.setflags(write=False)

    def __len__(self) -> int:
        """Return the number of indexed texts."""
        return len(self._ids)

    @property
    def last_id(self) -> int:
        """The largest text id; 0 if there is none."""
        return int(self._ids[-1]) if len(self._ids) else 0

    @property
    def status(self) -> IndexStatus:
        """How this index searches, and the recall that was measured."""
        return _status(len(self), self._inverted.tuning if self._inverted else None)

    def add(self, parts: Iterable[TextVectors]) -> "VectorIndex":
        """Return an index with these vectors added, under ascending ids above last_id; this index is unchanged."""
        blocks = self._blocks
        for part in parts:
            blocks = extended(blocks, part, self._inverted.covered if self._inverted else 0)
        return self if blocks is self._blocks else self._next(blocks, self._inverted)

    def without(self, ids: TextIds) -> "VectorIndex":
        """Return an index that has nothing of these texts: neither vectors nor codes made of them."""
        if not len(ids):
            return self
        cut = [without(block, ~np.isin(block.ids, ids)) for block in self._blocks]
        inverted = self._inverted
        if inverted:
            inverted = inverted.without(ids, covered=sum(len(block) > 0 for block in cut[: inverted.covered]))
        return self._next(tuple(block for block in cut if len(block)), inverted)

    def _next(self, blocks: Blocks, inverted: ApproximateIndex | None) -> "VectorIndex":
        """Return an index of these blocks, without an inverted file where there are few vectors."""
        if sum(len(block) for block in blocks) <= EXACT:
            return VectorIndex(self._dimension, blocks)
        return VectorIndex(self._dimension, blocks, inverted, self._refused_at)

    @property
    def is_behind(self) -> bool:
        """Whether so many vectors are outside the inverted file that prepared() would bring them in."""
        if len(self) <= EXACT:
            return False
        return self._is_outgrown or (self._inverted is not None and self._tail > TAIL_SHARE * len(self))

    @property
    def _is_outgrown(self) -> bool:
        return len(self) > TRAINED_TIMES * (self._inverted.trained if self._inverted else self._refused_at)

    @property
    def _tail(self) -> int:
        covered = self._inverted.covered if self._inverted else 0
        return sum(len(block) for block in self._blocks[covered:])

    def prepared(self) -> "VectorIndex":
        """Return this index with an inverted file over all its vectors, if it is behind; this takes a minute at 10^6.

        It is for who writes: readers take what is there, and compare every vector outside the inverted file.
        """
        if not self.is_behind:
            return self
        inverted = None
        if self._inverted and not self._is_outgrown:
            inverted = approximate.extended(self._inverted, self._blocks)
        inverted = inverted or approximate.build(self._blocks)
        return VectorIndex(self._dimension, self._blocks, inverted, 0 if inverted else len(self))

    def search(self, vector: Any, limit: int, allowed: TextIds | None = None) -> list[tuple[int, float]]:
        """Return up to `limit` (text id, cosine), best first, ties by id; only allowed ids (sorted) if given."""
        if not len(self) or (allowed is not None and not len(allowed)):
            return []
        query = np.ascontiguousarray(vector, dtype=np.float32).reshape(1, -1)
        found, compared = [], self._blocks
        if self._inverted and (allowed is None or len(allowed) > FEW_ALLOWED):
            near = self._inverted.candidates(query, RERANKED_TIMES * limit, allowed)
            compared = self._blocks[self._inverted.covered :]
            found.append(scores_of(self._blocks[: self._inverted.covered], query, near))
        found += [block.search(query, limit, allowed) for block in compared]
        ids = np.concatenate([one.ids for one in found])
        scores = np.concatenate([one.scores for one in found])
        best = np.lexsort((ids, -scores))[:limit]
        return list(zip(ids[best].tolist(), scores[best].tolist(), strict=True))

    def ids(self) -> TextIds:
        """Return the text ids in the order of products, ascending; the array cannot be written to."""
        return self._ids

    def digests(self) -> NDArray[np.uint64]:
        """Return the first bytes of the digests of the texts, uint64[n], in the order of ids()."""
        return np.concatenate([np.empty(0, dtype=np.uint64), *(block.digests for block in self._blocks)])

    def products(self, queries: Any) -> NDArray[np.float32]:
        """Return float32[n, q], each text's vector times each of the queries, float32[q, d]; rows as in ids()."""
        wanted = np.ascontiguousarray(queries, dtype=np.float32).T
        found = np.empty((len(self), wanted.shape[1]), dtype=np.float32)
        start = 0
        for vectors in float_blocks(self._blocks):
            found[start : start + len(vectors)] = vectors @ wanted
            start += len(vectors)
        return found

    def rows(self, rows: Any) -> NDArray[np.float32]:
        """Return float32[m, d], the vectors of rows of ids()."""
        wanted = np.asarray(rows, dtype=np.int64)
        found = np.empty((len(wanted), self._dimension), dtype=np.float32)
        start = 0
        for block in self._blocks:
            inside = (wanted >= start) & (wanted < start + len(block))
            found[inside] = block.floats(wanted[inside] - start)
            start += len(block)
        return found

    def save(self, file: CacheFile) -> None:
        """Write the index encrypted to its cache file, replacing the previous one; a block at a time is in memory."""
        inverted = self._inverted
        head = {
            "dimension": self._dimension,
            "blocks": [len(block) for block in self._blocks],
            "refused_at": self._refused_at,
            "inverted": inverted and {
                "tuning": asdict(inverted.tuning), "covered": inverted.covered, "trained": inverted.trained,
            },
        }  # fmt: skip
        with file.writing() as writer:
            writer.write(json.dumps(head).encode())
            writer.end_part()
            for block in self._blocks:
                for content in (block.ids.data, block.digests.data, block.halves.data):
                    writer.write(content)
            if inverted:
                inverted.write(writer.write)

    @classmethod
    def load(cls, file: CacheFile, dimension: int) -> "VectorIndex | None":
        """Open a cache file; None if it is absent, damaged, or bound to something else."""
        try:
            with file.reading() as reader:
                head = json.loads(reader.first_part())
                blocks = tuple(_read_block(reader, count, head["dimension"]) for count in head["blocks"])
                inverted = _read_inverted(reader, head["inverted"])
                reader.check_end()
        except (OSError, ValueError):
            return None
        return cls(dimension, blocks, inverted, head["refused_at"])


def status_of(file: CacheFile) -> IndexStatus | None:
    """Return how the index of a cache file searches, without reading its vectors; None if there is no sound file."""
    try:
        with file.reading() as reader:
            head = json.loads(reader.first_part())
    except (OSError, ValueError):
        return None
    inverted = head["inverted"]
    return _status(sum(head["blocks"]), Tuning(**inverted["tuning"]) if inverted else None)


def open_index(table: FeedbackTable, file: CacheFile | None, dimension: int) -> tuple[VectorIndex, bool]:
    """Return the index over all texts of the table, and whether the cache has exactly these."""
    cached = VectorIndex.load(file, dimension) if file else None
    index = refreshed(cached or VectorIndex(dimension), table)
    return index, index is cached


def refreshed(index: VectorIndex, table: FeedbackTable) -> VectorIndex:
    """Return the index without what the table does not have any more, and with what is new; the same if nothing is.

    A text is known by id and digest: the id of a deleted text may have been given to another one.
    """
    ids, digests = table.text_digests()
    kept = np.searchsorted(ids, index.ids())
    inside = kept < len(ids)
    inside[inside] = (ids[kept[inside]] == index.ids()[inside]) & (digests[kept[inside]] == index.digests()[inside])
    index = index.without(index.ids()[~inside])
    return index if len(index) == len(ids) else index.add(texts_after(table, index.last_id))


def texts_after(table: FeedbackTable, text_id: int) -> Iterator[TextVectors]:
    """Yield the texts above an id, a block at a time."""
    is_last = False
    while not is_last:
        part = table.vectors(text_id, BLOCK)
        is_last = len(part.ids) < BLOCK
        if len(part.ids):
            text_id = int(part.ids[-1])
            yield part


def _status(vectors: int, tuning: Tuning | None) -> IndexStatus:
    if tuning is None:
        return IndexStatus(is_exact=True, vectors=vectors, recall=1.0)
    return IndexStatus(
        is_exact=False, vectors=vectors, recall=round(tuning.recall, 4), lists=tuning.lists, probed=tuning.probed,
        candidates=tuning.candidates, measured_among=tuning.vectors, queries=tuning.queries,
    )  # fmt: skip


def _read_block(reader: CacheReader, count: int, dimension: int) -> VectorBlock:
    ids = np.frombuffer(reader.read(8 * count), dtype=np.int64)
    digests = np.frombuffer(reader.read(8 * count), dtype=np.uint64)
    halves = np.frombuffer(reader.read(2 * count * dimension), dtype=np.float16)
    return VectorBlock.of(TextVectors(ids, digests, halves.reshape(count, dimension)))


def _read_inverted(reader: CacheReader, head: dict[str, Any] | None) -> ApproximateIndex | None:
    if head is None:
        return None
    return ApproximateIndex.read(reader.read, Tuning(**head["tuning"]), head["covered"], head["trained"])

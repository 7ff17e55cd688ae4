"""Candidates for a search among many vectors: an inverted file with 4-bit codes, tuned to a measured recall.

FAISS's IndexIVFPQFastScan finds candidates; the caller compares these by their stored vectors, so that scores are
exact and a neighbor is missed only where it is not among the candidates. How many lists are searched and how many
candidates are taken is chosen when the index is built or extended, as the cheapest with which RECALL of the nearest
neighbors are found. The index depends on the texts and their vectors, not on the order in which they were imported:
samples are taken by the digests of the texts, and vectors are added in that order.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.index.feedback_table import TextIds
from analyzer.index.vector_blocks import BLOCK, Blocks, Scores, load_faiss
from analyzer.models.parallel import one_thread

RECALL = 0.995
"""Share of the NEIGHBORS nearest vectors that must be found; with less, every vector is compared."""
TUNED = 0.997
"""Share that the settings must reach on the sample, so that RECALL holds beyond the sample."""
NEIGHBORS = 10
QUERIES = 256
"""Sample of the tuning: half are vectors of texts, half lie between two of them, as a question does."""
CANDIDATES = (500, 1_000, 2_000, 4_000, 8_000)
FILTERED_TIMES = 4
"""Candidates under a filter, in times of those without: what it leaves may lie far away, where codes tell less."""
FEWEST_PROBED = 4
COMPARED_COST = 25
"""Cost of comparing a candidate by its stored vector, in codes scanned."""
TRAINED_A_LIST = 64
ITERATIONS = 10
SEED = 7
STREAMED_BYTES = 1 << 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """How the inverted file is searched.

    Attributes:
        lists: number of lists; probed: lists searched without a filter; candidates: compared by their vectors.
        recall: share of the 10 nearest vectors that are found, measured on `queries` queries among `vectors`.
    """

    lists: int
    probed: int
    candidates: int
    recall: float
    queries: int
    vectors: int


@dataclass(frozen=True, slots=True, eq=False)
class ApproximateIndex:
    """Finds candidates among the vectors of the first `covered` blocks; it never changes.

    Attributes:
        trained: number of vectors when its lists were made.
    """

    index: Any
    tuning: Tuning
    covered: int
    trained: int

    def candidates(self, query: Scores, limit: int, allowed: TextIds | None) -> TextIds:
        """Return at least `limit` text ids, if there are so many, among which the nearest are.

        With a filter every list is searched: what is allowed may lie in any of them.

        Args:
            query: float32[1, d].
            limit: number of candidates, if the tuning does not want more.
            allowed: sorted ids among which to search.
        """
        faiss = load_faiss()
        chosen, probed = {}, self.tuning.probed
        if allowed is not None:
            bits = np.zeros(int(allowed[-1]) + 1, dtype=bool)
            bits[allowed] = True
            chosen = {"sel": faiss.IDSelectorBitmap(np.packbits(bits, bitorder="little"))}
            probed = self.tuning.lists
        wanted = FILTERED_TIMES * self.tuning.candidates if allowed is not None else self.tuning.candidates
        wanted = min(max(limit, wanted), int(self.index.ntotal))
        _, ids = self.index.search(query, wanted, params=faiss.SearchParametersIVF(nprobe=probed, **chosen))
        return np.asarray(ids[0][ids[0] >= 0], dtype=np.int64)

    def without(self, ids: TextIds, covered: int) -> "ApproximateIndex":
        """Return an index that does not contain these ids, nor their codes."""
        faiss = load_faiss()
        index = faiss.clone_index(self.index)
        index.remove_ids(faiss.IDSelectorBatch(ids))
        _wipe_unused_codes(index)
        return replace(self, index=index, covered=covered)

    def write(self, write: Callable[[bytes], object]) -> None:
        """Write the lists piece by piece; the rest of the state is the caller's to keep."""
        faiss = load_faiss()
        faiss.write_index(self.index, faiss.PyCallbackIOWriter(write, STREAMED_BYTES))

    @classmethod
    def read(cls, read: Callable[[int], bytes], tuning: Tuning, covered: int, trained: int) -> "ApproximateIndex":
        """Read what write() wrote.

        Args:
            read: returns exactly the number of bytes asked for.
            tuning: as it was.
            covered: as it was.
            trained: as it was.
        """
        faiss = load_faiss()
        return cls(faiss.read_index(faiss.PyCallbackIOReader(read, STREAMED_BYTES)), tuning, covered, trained)


def build(blocks: Blocks) -> ApproximateIndex | None:
    """Make an index of all vectors; None if the recall is not reached, so that every vector has to be compared."""
    faiss = load_faiss()
    digests = np.concatenate([block.digests for block in blocks])
    order = np.argsort(digests, kind="stable")
    dimension = blocks[0].halves.shape[1]
    lists = 1 << round(np.log2(np.sqrt(len(digests))))
    quantizer = faiss.IndexFlatIP(dimension)
    parts = dimension // 2 if dimension % 2 == 0 else dimension
    index = faiss.IndexIVFPQFastScan(quantizer, dimension, lists, parts, 4, faiss.METRIC_INNER_PRODUCT)
    index.cp.seed, index.cp.niter, index.cp.min_points_per_centroid = SEED, ITERATIONS, 1
    index.cp.spherical = True
    with one_thread():  # the lists must not depend on the number of cores
        index.train(_rows(blocks, order[: lists * TRAINED_A_LIST]))
    return _covering(index, blocks, order, len(digests))


def extended(approximate: ApproximateIndex, blocks: Blocks) -> ApproximateIndex | None:
    """Return an index that covers all blocks, with the same lists, and tuned again; None if the recall is missed."""
    faiss = load_faiss()
    before = sum(len(block) for block in blocks[: approximate.covered])
    digests = np.concatenate([block.digests for block in blocks[approximate.covered :]])
    index = faiss.clone_index(approximate.index)
    return _covering(index, blocks, before + np.argsort(digests, kind="stable"), approximate.trained)


def _covering(index: Any, blocks: Blocks, order: NDArray[np.int64], trained: int) -> ApproximateIndex | None:
    """Add rows of the blocks in this order, and tune."""
    ids = np.concatenate([block.ids for block in blocks])
    for start in range(0, len(order), BLOCK):
        rows = order[start : start + BLOCK]
        index.add_with_ids(_rows(blocks, rows), ids[rows])
    tuning = _tune(index, blocks)
    return ApproximateIndex(index, tuning, len(blocks), trained) if tuning else None


def _rows(blocks: Blocks, rows: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return float32[m, d], the vectors of rows that are counted over all blocks."""
    found = np.empty((len(rows), blocks[0].halves.shape[1]), dtype=np.float32)
    start = 0
    for block in blocks:
        inside = (rows >= start) & (rows < start + len(block))
        found[inside] = block.floats(rows[inside] - start)
        start += len(block)
    return found


def _tune(index: Any, blocks: Blocks) -> Tuning | None:
    """Choose the cheapest settings that find TUNED of the nearest; else the best, if it finds RECALL."""
    faiss = load_faiss()
    queries = _sample_queries(blocks)
    nearest = _nearest(queries, blocks)
    total, lists = int(index.ntotal), int(index.nlist)
    deepest = min(CANDIDATES[-1], total)
    recalls: dict[tuple[int, int], float] = {}
    for probed in [1 << power for power in range(lists.bit_length()) if FEWEST_PROBED <= 1 << power <= lists]:
        _, ids = index.search(queries, deepest, params=faiss.SearchParametersIVF(nprobe=probed))
        places = _places(nearest, ids)
        for candidates in CANDIDATES:
            recalls[probed, candidates] = float((places < candidates).mean())

    def cost(one: tuple[int, int]) -> float:
        return one[0] / lists * total + COMPARED_COST * one[1]

    enough = [one for one, recall in recalls.items() if recall >= TUNED]
    best = min(enough, key=cost) if enough else max(recalls, key=lambda one: recalls[one])
    if recalls[best] < RECALL:
        return None
    probed, candidates = best
    return Tuning(
        lists=lists,
        probed=probed,
        candidates=candidates,
        recall=recalls[best],
        queries=len(queries),
        vectors=total,
    )


def _sample_queries(blocks: Blocks) -> NDArray[np.float32]:
    """Return float32[q, d]: vectors of the texts with the largest digests, and directions between two of them.

    The texts with the smallest digests trained the lists.
    """
    digests = np.concatenate([block.digests for block in blocks])
    vectors = _rows(blocks, np.argsort(digests, kind="stable")[-QUERIES:])
    half = len(vectors) // 2
    between = vectors[:half] + vectors[half : 2 * half]
    between /= np.maximum(np.linalg.norm(between, axis=1, keepdims=True), 1e-6)
    return np.concatenate([vectors[:half], between])


def _nearest(queries: NDArray[np.float32], blocks: Blocks) -> TextIds:
    """Return int64[q, NEIGHBORS], the ids of the nearest vectors by comparing all; a query's own text is one."""
    ids = np.empty((len(queries), 0), dtype=np.int64)
    scores = np.empty((len(queries), 0), dtype=np.float32)
    for block in blocks:
        products = queries @ block.floats().T
        k = min(NEIGHBORS, len(block))
        best = np.argpartition(-products, k - 1, axis=1)[:, :k]
        ids = np.concatenate([ids, block.ids[best]], axis=1)
        scores = np.concatenate([scores, np.take_along_axis(products, best, axis=1)], axis=1)
    order = np.lexsort((ids, -scores), axis=1)[:, :NEIGHBORS]
    return np.take_along_axis(ids, order, axis=1)


def _places(nearest: TextIds, found: TextIds) -> NDArray[np.int64]:
    """Return the place of each nearest id among those found, or their number where it is missing."""
    places = np.full(nearest.shape, CANDIDATES[-1], dtype=np.int64)
    for query, (wanted, ids) in enumerate(zip(nearest, found, strict=True)):
        order = np.argsort(ids, kind="stable")
        at = np.minimum(np.searchsorted(ids, wanted, sorter=order), len(ids) - 1)
        is_found = ids[order[at]] == wanted
        places[query, is_found] = order[at[is_found]]
    return places


def _wipe_unused_codes(index: Any) -> None:
    """Overwrite the codes behind the end of each list: FAISS leaves those that were removed in the last block."""
    faiss = load_faiss()
    lists, packer = index.invlists, index.get_CodePacker()
    zeros = np.zeros(packer.code_size, dtype=np.uint8)
    for number in range(index.nlist):
        size = lists.list_size(number)
        blocks = -(-size // packer.nvec)
        if size < blocks * packer.nvec:
            codes = faiss.rev_swig_ptr(lists.get_codes(number), blocks * packer.block_size)
            for offset in range(size, blocks * packer.nvec):
                packer.pack_1(zeros, offset, codes.reshape(blocks, packer.block_size))

"""Vectors in blocks of at most BLOCK: each holds float16 vectors in a FAISS index that compares all of them.

A block never changes. Adding copies the last block at most, and deleting copies the blocks that lose vectors, so
that readers of the previous blocks keep them. What is deleted is in no new block.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from analyzer.index.feedback_table import TextIds, TextVectors

BLOCK = 65_536
"""Vectors of a block: 50 MB of 384 dimensions."""

Scores = NDArray[np.float32]


class ScoredTexts(NamedTuple):
    """Text ids with their inner products, not sorted."""

    ids: TextIds
    scores: Scores


@dataclass(frozen=True, slots=True, eq=False)
class VectorBlock:
    """The vectors of ascending text ids.

    Attributes:
        ids: int64[n]; digests: uint64[n], the first bytes of the digests of the texts.
        halves: float16[n, d], a view of the memory of the FAISS index.
    """

    ids: TextIds
    digests: NDArray[np.uint64]
    halves: NDArray[np.float16]
    _index: Any

    @classmethod
    def of(cls, texts: TextVectors) -> "VectorBlock":
        """Copy vectors into a block."""
        faiss = load_faiss()
        count, dimension = texts.vectors.shape
        index = faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
        index.train(np.zeros((1, dimension), dtype=np.float32))
        faiss.copy_array_to_vector(np.ascontiguousarray(texts.vectors).view(np.uint8).ravel(), index.codes)
        index.ntotal = count
        halves = faiss.rev_swig_ptr(index.codes.data(), index.codes.size()).view(np.float16).reshape(count, dimension)
        for array in (texts.ids, texts.digests, halves):
            array.setflags(write=False)
        return cls(texts.ids, texts.digests, halves, index)

    def __len__(self) -> int:
        """Return the number of vectors."""
        return len(self.ids)

    def texts(self, rows: Any = slice(None)) -> TextVectors:
        """Return the content of rows: ids, digests and vectors."""
        return TextVectors(self.ids[rows], self.digests[rows], self.halves[rows])

    def floats(self, rows: Any = slice(None)) -> NDArray[np.float32]:
        """Return float32[m, d], the vectors of rows."""
        return np.asarray(self.halves[rows], dtype=np.float32)

    def search(self, query: NDArray[np.float32], limit: int, allowed: TextIds | None) -> ScoredTexts:
        """Return the `limit` best of all vectors, or of the allowed ids (sorted); query is float32[1, d]."""
        faiss = load_faiss()
        parameters = None
        if allowed is not None:
            chosen = np.zeros(len(self), dtype=bool)
            wanted = _between(allowed, self.ids[0], self.ids[-1])
            rows = np.searchsorted(self.ids, wanted)
            chosen[rows[self.ids[rows] == wanted]] = True
            if not chosen.any():
                return ScoredTexts(self.ids[:0], np.empty(0, dtype=np.float32))
            parameters = faiss.SearchParameters(sel=faiss.IDSelectorBitmap(np.packbits(chosen, bitorder="little")))
        scores, rows = self._index.search(query, min(limit, len(self)), params=parameters)
        is_found = rows[0] >= 0
        return ScoredTexts(self.ids[rows[0][is_found]], scores[0][is_found])


Blocks = tuple[VectorBlock, ...]


def extended(blocks: Blocks, texts: TextVectors, first: int = 0) -> Blocks:
    """Return the blocks with vectors added at the end; the first `first` blocks stay as they are."""
    kept = list(blocks)
    if len(kept) > first and len(kept[-1]) < BLOCK:
        texts = joined([kept.pop().texts(), texts])
    for start in range(0, len(texts.ids), BLOCK):
        part = slice(start, start + BLOCK)
        kept.append(
            VectorBlock.of(TextVectors(texts.ids[part].copy(), texts.digests[part].copy(), texts.vectors[part]))
        )
    return tuple(kept)


def joined(texts: Sequence[TextVectors]) -> TextVectors:
    """Join vectors of ascending ids."""
    return TextVectors(*(np.concatenate(parts) for parts in zip(*texts, strict=True)))


def without(block: VectorBlock, kept: NDArray[np.bool_]) -> VectorBlock:
    """Return a block of the kept rows; the block itself if these are all."""
    return block if kept.all() else VectorBlock.of(block.texts(kept))


def scores_of(blocks: Blocks, query: NDArray[np.float32], ids: TextIds) -> ScoredTexts:
    """Return the inner products of the vectors of ids, which must be in the blocks; each is computed alone."""
    ids = np.sort(ids)
    found = [np.empty(0, dtype=np.float32)]
    for block in blocks:
        part = _between(ids, block.ids[0], block.ids[-1])
        if len(part):
            found.append(np.einsum("ij,j->i", block.floats(np.searchsorted(block.ids, part)), query[0]))
    return ScoredTexts(ids, np.concatenate(found))


def float_blocks(blocks: Blocks) -> Iterator[NDArray[np.float32]]:
    """Yield the vectors of each block, float32[n, d]."""
    for block in blocks:
        yield block.floats()


def _between(ids: TextIds, first: int, last: int) -> TextIds:
    """Return the sorted ids from first to last."""
    return ids[np.searchsorted(ids, first) : np.searchsorted(ids, last, side="right")]


def load_faiss() -> Any:
    """Return the library, which takes 0.3 s to load; its types say less than it does."""
    import faiss  # noqa: PLC0415

    return faiss

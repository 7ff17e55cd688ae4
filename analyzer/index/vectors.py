"""Search by meaning: a FAISS index over the vectors of distinct texts. Only this module and neighbors import faiss.

The index is a cache. It is stored encrypted (AES-256-GCM) beside the database and bound to workspace, model, dimension
and generation; if it does not match or is damaged, it is rebuilt from the database.
"""

import os
import uuid
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from numpy.typing import NDArray

from analyzer.index.feedback_table import FeedbackTable, TextIds

MAGIC = b"FBX1"
NONCE_BYTES = 12
DRAFT = ".new"
BLOCK = 65_536
"""Vectors decoded at a time, 100 MB of them."""
CHUNK_BYTES = 1 << 28
"""Bytes encrypted at a time; AES-GCM takes at most 2^31 in one call."""


@dataclass(frozen=True, slots=True)
class CacheFile:
    """The cache file: its path, its key, and the binding that is authenticated with its content."""

    path: Path
    key: bytes
    binding: str

    def plain(self) -> bytes | None:
        """Return the decrypted content; None if the file is absent, damaged, or bound to something else."""
        return _decrypted(self)


class VectorIndex:
    """Exact inner-product search over float16 vectors; exact, because 10^5 of them take 4 ms a query.

    An index is immutable: add() returns a new one, and readers of this one keep it. So ids(), products() and rows() of
    one index are always consistent, and any number of threads may read it at once.
    """

    def __init__(self, dimension: int, index: Any = None) -> None:
        """Create an empty index, or wrap a FAISS index that must not change any more."""
        self._faiss = _faiss()
        self._index = self._empty(dimension) if index is None else index
        self._ids = np.asarray(self._faiss.vector_to_array(self._index.id_map), dtype=np.int64)
        self._ids.setflags(write=False)

    def _empty(self, dimension: int) -> Any:
        faiss = self._faiss
        flat = faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
        flat.train(np.zeros((1, dimension), dtype=np.float32))
        return faiss.IndexIDMap2(flat)

    def __len__(self) -> int:
        """Return the number of indexed texts."""
        return len(self._ids)

    @property
    def last_id(self) -> int:
        """The largest text id; 0 if there is none."""
        return int(self._ids[-1]) if len(self._ids) else 0

    def add(self, ids: TextIds, vectors: Any) -> "VectorIndex":
        """Return an index with these vectors added, under ascending ids above last_id; this index is unchanged.

        The vectors are copied, 0.1 s for 10^5 of 384 dimensions; the previous copy is freed with its last reader.
        """
        if not len(ids):
            return self
        grown = self._faiss.clone_index(self._index)
        grown.add_with_ids(np.ascontiguousarray(vectors, dtype=np.float32), ids)
        return VectorIndex(grown.d, grown)

    def search(self, vector: Any, limit: int, allowed: TextIds | None = None) -> list[tuple[int, float]]:
        """Return up to `limit` (text id, cosine), best first, ties by id; only allowed ids if they are given."""
        if not len(self) or (allowed is not None and not len(allowed)):
            return []
        parameters = None
        if allowed is not None:
            parameters = self._faiss.SearchParameters(sel=self._faiss.IDSelectorBatch(allowed))
        query = np.ascontiguousarray(vector, dtype=np.float32).reshape(1, -1)
        scores, ids = self._index.search(query, min(limit, len(self)), params=parameters)
        found = [(int(i), float(s)) for i, s in zip(ids[0], scores[0], strict=True) if i >= 0]
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))

    def ids(self) -> TextIds:
        """Return the text ids in the order of products, ascending; the array cannot be written to."""
        return self._ids

    def products(self, queries: Any) -> NDArray[np.float32]:
        """Return float32[n, q], each text's vector times each of the queries, float32[q, d]; rows as in ids()."""
        wanted = np.ascontiguousarray(queries, dtype=np.float32).T
        found = np.zeros((len(self), wanted.shape[1]), dtype=np.float32)
        flat = self._index.index
        for start in range(0, len(self), BLOCK):
            count = min(BLOCK, len(self) - start)
            found[start : start + count] = flat.reconstruct_n(start, count) @ wanted
        return found

    def rows(self, rows: Any) -> NDArray[np.float32]:
        """Return float32[m, d], the vectors of rows of ids()."""
        flat = self._index.index
        return np.stack([flat.reconstruct(int(row)) for row in rows]).astype(np.float32)

    def save(self, file: CacheFile) -> None:
        """Write the index encrypted to its cache file, replacing the previous one."""
        plain = memoryview(self._faiss.serialize_index(self._index).tobytes())
        cipher = AESGCM(file.key)
        for leftover in file.path.parent.glob(f"{file.path.stem}.*{DRAFT}"):
            leftover.unlink(missing_ok=True)  # of a killed process
        draft = file.path.with_suffix(f".{uuid.uuid4().hex}{DRAFT}")
        with draft.open("wb") as out:
            out.write(MAGIC)
            for number, start in enumerate(range(0, len(plain), CHUNK_BYTES)):
                part = plain[start : start + CHUNK_BYTES]
                nonce = os.urandom(NONCE_BYTES)
                is_last = start + CHUNK_BYTES >= len(plain)
                encrypted = cipher.encrypt(nonce, part, _label(file, number, is_last))
                out.write(nonce + len(encrypted).to_bytes(8, "big") + encrypted)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(file.path)

    @classmethod
    def load(cls, file: CacheFile, dimension: int) -> "VectorIndex | None":
        """Open a cache file; None if it is absent, damaged, or bound to something else."""
        plain = _decrypted(file)
        if plain is None:
            return None
        return cls(dimension, _faiss().deserialize_index(np.frombuffer(plain, dtype=np.uint8)))


def open_index(table: FeedbackTable, file: CacheFile | None, dimension: int) -> tuple[VectorIndex, bool]:
    """Return the index over all texts of the table, and whether it was loaded from the cache."""
    cached = VectorIndex.load(file, dimension) if file else None
    if cached is not None and len(cached) == table.count_texts():
        return cached, True
    index = VectorIndex(dimension).add(*table.vectors())
    if file:
        with suppress(OSError):  # a cache that cannot be written is rebuilt the next time
            index.save(file)
    return index, False


def _faiss() -> Any:
    import faiss  # noqa: PLC0415

    return faiss


def _label(file: CacheFile, number: int, is_last: bool) -> bytes:
    return f"{file.binding}|{number}|{int(is_last)}".encode()


def _decrypted(file: CacheFile) -> bytes | None:
    try:
        data = memoryview(file.path.read_bytes())
    except OSError:
        return None
    if bytes(data[:4]) != MAGIC:
        return None
    cipher, position, parts = AESGCM(file.key), len(MAGIC), list[bytes]()
    while position < len(data):
        nonce = bytes(data[position : position + NONCE_BYTES])
        position += NONCE_BYTES + 8
        length = int.from_bytes(data[position - 8 : position], "big")
        is_last = position + length >= len(data)
        if position + length > len(data):
            return None
        try:
            parts.append(cipher.decrypt(nonce, data[position : position + length], _label(file, len(parts), is_last)))
        except (InvalidTag, ValueError, OverflowError):
            return None
        position += length
    return b"".join(parts) if parts else None

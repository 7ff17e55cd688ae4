"""Texts as features, read from the store in blocks: what the heads of a codebook learn from.

A text's features are its vector, its words (latent semantic analysis), the strongest of its opinions in each dimension,
how these are meant and how many there are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.index.fulltext import is_without_content
from analyzer.models.parallel import one_thread
from analyzer.store.database import Database
from analyzer.themes.codebook.seeding import Mixture
from analyzer.themes.graph import unit

Matrix = NDArray[np.float32]
Ids = NDArray[np.int64]
ASKED_AT_A_TIME = 500
VECTOR, WORDS, STRONGEST, MEANT, LENGTH = 2.0, 2.0, 1.5, 0.5, 0.5
"""How much each part of the features counts against the penalty of the heads."""


@dataclass(frozen=True, slots=True)
class Block:
    """Some texts: ids, features float32[n, f], and what the mixture says, float32[n, k]."""

    ids: Ids
    features: Matrix
    likely: Matrix


@dataclass(frozen=True, slots=True)
class BlockReader:
    """Reads texts as features.

    Attributes:
        dimension: of the vectors; mixture: asked of each opinion; words: turns texts into vectors, None for none.
    """

    database: Database
    dimension: int
    mixture: Mixture
    words: Any

    def block(self, ids: Ids) -> Block:
        """Return some texts, in the order of their ids as given."""
        vectors = np.zeros((len(ids), self.dimension), dtype=np.float32)
        strongest, meant = np.zeros_like(vectors), np.zeros((len(ids), 3), dtype=np.float32)
        likely = np.zeros((len(ids), self.mixture.themes), dtype=np.float32)
        texts = [""] * len(ids)
        for start in range(0, len(ids), ASKED_AT_A_TIME):
            row = {int(text): start + at for at, text in enumerate(ids[start : start + ASKED_AT_A_TIME])}
            self._read_texts(row, texts, vectors)
            owners, found, how = self._opinions(row)
            with one_thread():
                np.maximum.at(likely, owners, self.mixture.probabilities(found))
            np.maximum.at(strongest, owners, found)
            np.add.at(meant, owners, how)
        likely[[at for at, text in enumerate(texts) if is_without_content(text)]] = 0.0
        return Block(ids, self._features(vectors, texts, strongest, meant), likely)

    def _read_texts(self, row: Mapping[int, int], texts: list[str], vectors: Matrix) -> None:
        sql = f"SELECT text_id, text, vector FROM texts WHERE text_id IN ({_marks(row)})"
        for text_id, text, vector in self.database.rows(sql, list(row)):
            texts[row[text_id]] = text
            vectors[row[text_id]] = np.frombuffer(vector, dtype=np.float16)

    def _opinions(self, row: Mapping[int, int]) -> tuple[Ids, Matrix, Matrix]:
        """Return whose each opinion is, its vector, and how it is meant: negative, positive, and 1 to count it."""
        said = self.database.rows(
            "SELECT o.text_id, c.vector, c.negative, c.positive FROM opinions o JOIN clauses c USING(clause_id) "
            f"WHERE o.text_id IN ({_marks(row)})",
            list(row),
        )
        owners = np.array([row[one[0]] for one in said], dtype=np.int64)
        found = np.frombuffer(b"".join(one[1] for one in said), dtype=np.float16).astype(np.float32)
        how = np.array([(one[2], one[3], 1.0) for one in said], dtype=np.float32)
        return owners, found.reshape(len(said), self.dimension), how.reshape(len(said), 3)

    def _features(self, vectors: Matrix, texts: Sequence[str], strongest: Matrix, meant: Matrix) -> Matrix:
        """Return float32[n, f]; of no texts at all, those of one that says nothing, without its row."""
        if not texts:
            nothing = np.zeros((1, self.dimension), dtype=np.float32)
            return self._features(nothing, [""], nothing, np.zeros((1, 3), dtype=np.float32))[:0]
        count = np.maximum(meant[:, 2:], 1.0)
        parts = [VECTOR * vectors, STRONGEST * strongest, MEANT * meant[:, :2] / count, LENGTH * np.log(count)]
        if self.words is not None:
            with one_thread():
                parts.append(WORDS * unit(self.words.transform(texts)))
        return np.hstack(parts).astype(np.float32)


def _marks(row: Mapping[int, int]) -> str:
    return ",".join("?" * len(row))

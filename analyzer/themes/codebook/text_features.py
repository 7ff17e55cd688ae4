"""Features of texts for the classifiers of a codebook, read from the database in blocks.

The features of a text are its vector, its word vector (latent semantic analysis), the maximum over its opinions in each
dimension, their mean polarity and their number.
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
TEXTS_AT_A_TIME = 500
VECTOR, WORDS, STRONGEST, POLARITY, LENGTH = 2.0, 2.0, 1.5, 0.5, 0.5
"""Scale of each part of the features; a larger scale is penalized less by the classifiers."""


@dataclass(frozen=True, slots=True)
class Block:
    """A block of texts.

    Attributes:
        ids: int64[n].
        features: float32[n, f].
        likely: float32[n, k], maximum over the opinions of the mixture's theme probabilities; 0 without content.
    """

    ids: Ids
    features: Matrix
    likely: Matrix


@dataclass(frozen=True, slots=True)
class BlockReader:
    """Reads the features of texts.

    Attributes:
        dimension: dimension of the vectors.
        mixture: gives theme probabilities of opinions.
        words: fitted transformer from texts to word vectors; None for no word vectors.
    """

    database: Database
    dimension: int
    mixture: Mixture
    words: Any

    def block(self, ids: Ids) -> Block:
        """Return the block of these texts, in the order of `ids`."""
        vectors = np.zeros((len(ids), self.dimension), dtype=np.float32)
        strongest, polarity = np.zeros_like(vectors), np.zeros((len(ids), 3), dtype=np.float32)
        likely = np.zeros((len(ids), self.mixture.themes), dtype=np.float32)
        texts = [""] * len(ids)
        for start in range(0, len(ids), TEXTS_AT_A_TIME):
            row = {int(text): start + at for at, text in enumerate(ids[start : start + TEXTS_AT_A_TIME])}
            self._read_texts(row, texts, vectors)
            owners, found, opinion_polarity = self._opinions(row)
            with one_thread():
                np.maximum.at(likely, owners, self.mixture.probabilities(found))
            np.maximum.at(strongest, owners, found)
            np.add.at(polarity, owners, opinion_polarity)
        likely[[at for at, text in enumerate(texts) if is_without_content(text)]] = 0.0
        return Block(ids, self._features(vectors, texts, strongest, polarity), likely)

    def _read_texts(self, row: Mapping[int, int], texts: list[str], vectors: Matrix) -> None:
        sql = f"SELECT text_id, text, vector FROM texts WHERE text_id IN ({_placeholders(row)})"
        for text_id, text, vector in self.database.rows(sql, list(row)):
            texts[row[text_id]] = text
            vectors[row[text_id]] = np.frombuffer(vector, dtype=np.float16)

    def _opinions(self, row: Mapping[int, int]) -> tuple[Ids, Matrix, Matrix]:
        """Return each opinion's row, its vector, and (probability of negative, probability of positive, 1)."""
        rows = self.database.rows(
            "SELECT o.text_id, c.vector, c.negative, c.positive FROM opinions o JOIN clauses c USING(clause_id) "
            f"WHERE o.text_id IN ({_placeholders(row)})",
            list(row),
        )
        owners = np.array([row[one[0]] for one in rows], dtype=np.int64)
        found = np.frombuffer(b"".join(one[1] for one in rows), dtype=np.float16).astype(np.float32)
        opinion_polarity = np.array([(one[2], one[3], 1.0) for one in rows], dtype=np.float32)
        return owners, found.reshape(len(rows), self.dimension), opinion_polarity.reshape(len(rows), 3)

    def _features(self, vectors: Matrix, texts: Sequence[str], strongest: Matrix, polarity: Matrix) -> Matrix:
        """Return float32[n, f]; without texts float32[0, f], with f from the features of an empty text."""
        if not texts:
            nothing = np.zeros((1, self.dimension), dtype=np.float32)
            return self._features(nothing, [""], nothing, np.zeros((1, 3), dtype=np.float32))[:0]
        count = np.maximum(polarity[:, 2:], 1.0)
        parts = [VECTOR * vectors, STRONGEST * strongest, POLARITY * polarity[:, :2] / count, LENGTH * np.log(count)]
        if self.words is not None:
            with one_thread():
                parts.append(WORDS * unit(self.words.transform(texts)))
        return np.hstack(parts).astype(np.float32)


def _placeholders(row: Mapping[int, int]) -> str:
    return ",".join("?" * len(row))

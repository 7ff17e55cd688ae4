"""Polarity classifier: negative, neutral or positive, from the words and the sentence vector of an opinion.

A small network (one hidden layer) over the scores of a lexicon library (polarity_features) and, with the embedding
model it was trained for, the vector; models of one dimension are told apart by their names. benchmarks/polarity.py
trained it on 7,800 clauses of openly licensed comments, each labeled by reading it in its comment: a complaint or a
wish, praise, or neither. With another embedding model a network uses the lexicon scores only.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.opinions.polarity_features import features

Floats = NDArray[np.float64]
DEFAULT = "all-MiniLM-L6-v2"
WEIGHTS = {DEFAULT: "polarity_weights.json", "multilingual-e5-small": "polarity_weights_multilingual.json"}
"""Weights by embedding model; those of the default model hold the network over the words alone too."""
FOREIGN = "polarity_words_languages.json"


@dataclass(frozen=True, slots=True)
class Network:
    """Layers of weights and offsets; the inputs are a vector times scale, then the features of the words."""

    scale: float
    layers: tuple[tuple[Floats, Floats], ...]

    @property
    def width(self) -> int:
        """Number of inputs."""
        return len(self.layers[0][0])

    def probabilities(self, inputs: Floats) -> Floats:
        """Return float64[n, 3], softmax probabilities, for inputs float64[n, width]."""
        values = inputs
        for weights, offsets in self.layers[:-1]:
            values = np.maximum(values @ weights + offsets, 0.0)
        margins = values @ self.layers[-1][0] + self.layers[-1][1]
        odds = np.exp(margins - margins.max(axis=1, keepdims=True))
        return np.asarray(odds / odds.sum(axis=1, keepdims=True))


@dataclass(frozen=True, slots=True)
class PolarityHead:
    """Classifies opinions as negative, neutral or positive; version identifies the weights.

    Attributes:
        with_vector: the network for words and vector; None for an embedding model without one.
    """

    with_vector: Network | None
    words_alone: Network
    version: str = ""

    @classmethod
    def load(cls, model: str = "") -> "PolarityHead":
        """Return the classifier for an embedding model by its name; words alone for a model without weights."""
        return _shipped(model)

    def judge(self, texts: Sequence[str], vectors: NDArray[np.float32]) -> Floats:
        """Return float64[n, 3], the probabilities of negative, neutral and positive, rows summing to 1.

        Args:
            texts: texts of the opinions.
            vectors: float32[n, d], unit rows of the embedding model; ignored where the network reads words alone.
        """
        if not texts:
            return np.zeros((0, 3))
        words = features(texts)
        if self.with_vector is None or vectors.shape[1] + words.shape[1] != self.with_vector.width:
            return np.round(self.words_alone.probabilities(words), 4)
        return np.round(self.with_vector.probabilities(np.hstack([vectors * self.with_vector.scale, words])), 4)


def _network(stored: Mapping[str, Any]) -> Network:
    layers = tuple((np.array(weights), np.array(offsets)) for weights, offsets in stored["layers"])
    return Network(float(stored["scale"]), layers)


@cache
def _shipped(model: str) -> PolarityHead:
    shared = _content(WEIGHTS[DEFAULT])
    own = b"" if model not in WEIGHTS else _content(WEIGHTS[model])
    parts = (own, shared, _content(FOREIGN))
    version = blake2b(b"|".join(parts), digest_size=8).hexdigest()
    with_vector = _network(json.loads(own)["with_vector"]) if own else None
    return PolarityHead(with_vector, _network(json.loads(shared)["words_alone"]), version)


def _content(name: str) -> bytes:
    return (files("analyzer.opinions") / name).read_bytes()

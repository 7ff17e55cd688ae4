"""The directions of a vector space in which texts differ because they are in other languages.

A model for several languages places what says the same near each other, and still a little nearer where the language is
the same too: among clauses of one kind that suffices to part them by language. The means of the same sentences in six
languages span what only the language decides; without it, and without words, which languages do not share, a theme
holds what is said in all of them. The directions are measured on sentences of this package, not on the comments, whose
languages may speak of other things.
"""

import json
from functools import cache
from importlib.resources import files

import numpy as np

from analyzer.models.embedder import Embeds, Vectors
from analyzer.models.parallel import one_thread

LEAST_FOUND = 0.8
"""Least share of the sentences that are nearest to themselves in another language, for a model to know languages. Over
all pairs of languages multilingual-e5-small has .99, all-MiniLM-L6-v2 .37."""


def language_directions(embedder: Embeds) -> Vectors:
    """Return float32[k, d], orthonormal directions of language; k is 0 for a model that does not know languages."""
    sentences = _sentences()
    vectors = embedder.embed([one for said in sentences for one in said])
    return directions_of(vectors.reshape(len(sentences), len(sentences[0]), -1))


def directions_of(vectors: Vectors) -> Vectors:
    """Return the directions of language of the same sentences in several languages.

    Args:
        vectors: float32[s, l, d], of s sentences in l languages.
    """
    with one_thread():
        if _share_found(vectors) < LEAST_FOUND:
            return np.zeros((0, vectors.shape[2]), dtype=np.float32)
        means = vectors.astype(np.float64).mean(axis=0)
        _, singular, rows = np.linalg.svd(means - means.mean(axis=0), full_matrices=False)
        kept = rows[: int((singular > 1e-6).sum())]
        signs = np.sign(kept[np.arange(len(kept)), np.abs(kept).argmax(axis=1)])
    return np.asarray(kept * signs[:, None], dtype=np.float32)


def without_directions(vectors: Vectors, directions: Vectors) -> Vectors:
    """Return float32[n, d], unit vectors without their part in some orthonormal directions."""
    with one_thread():
        left = vectors - (vectors @ directions.T) @ directions
    return np.asarray(left / np.maximum(np.linalg.norm(left, axis=1, keepdims=True), 1e-9), dtype=np.float32)


def _share_found(vectors: Vectors) -> float:
    """Return the share of sentences that are nearest to themselves in another language, over all pairs."""
    count, languages = vectors.shape[:2]
    found = [
        float((np.round(vectors[:, one] @ vectors[:, other].T, 4).argmax(axis=1) == np.arange(count)).mean())
        for one in range(languages)
        for other in range(languages)
        if one != other
    ]
    return float(np.mean(found))


@cache
def _sentences() -> list[list[str]]:
    text = (files("analyzer.models") / "parallel_sentences.json").read_text(encoding="utf-8")
    sentences: list[list[str]] = json.loads(text)["sentences"]
    return sentences

"""Weighted k-nearest-neighbor graph of opinions.

Vectors are centered sentence vectors, joined to smaller word vectors (latent semantic analysis). Edge weights are
local: the distance to a neighbor is scaled by the distances to the opinion's other neighbors, so that dense and sparse
regions are clustered alike (the fuzzy graph of McInnes, Healy & Melville 2018, "UMAP", section 3.1).

On the 77 intents of banking_queries, means of three seeds: plain cosine weights ARI .565, local weights .575, with the
word vectors .59; shared neighbors .53, smoothing over neighbors .54, whitening .57, consensus of many runs .57.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.index.neighbors import neighbors
from analyzer.models.language_directions import without_directions
from analyzer.models.parallel import one_thread

Matrix = NDArray[np.float32]
Floats = NDArray[np.float64]
NEIGHBORS = 20
"""Edges from each opinion. On banking_queries 15 to 25 gave the same ARI, 30 one point less."""
WORDS_WEIGHT = 0.5
"""Length of the word vector, relative to 1 for the sentence vector. On banking_queries at resolutions 2 to 4: .2 gave
ARI .55-.58, .3 .56-.59, .4 .58-.60, .5 .58-.60."""
WORD_DIMENSIONS = 200
LEAST_TEXTS_A_WORD = 3
LEAST_WORDS = 50
"""Number of distinct words below which vectors have no part for words."""
LEAST_VARIANCE = 1e-4
"""Least variance of a direction, relative to their mean, that is leveled; what is below is left out as noise."""
HALVINGS = 40
DIGITS = 6
SEED = 7


@dataclass(frozen=True, slots=True)
class Space:
    """The vector space of the graph.

    Attributes:
        vectors: float32[n, d], unit rows: centered sentence vectors, joined to word vectors.
        mean: float32[m], mean that is subtracted from sentence vectors.
        words: fitted transformer from texts to word vectors; None if there are too few words.
        directions: float32[k, m], directions of language that sentence vectors are without; None for none.
        leveling: float32[m, m], applied to centered sentence vectors; None for none, see `leveling_of`.
    """

    vectors: Matrix
    mean: Matrix
    words: Any = None
    directions: Matrix | None = None
    leveling: Matrix | None = None

    def place(self, vectors: Matrix, texts: Sequence[str]) -> Matrix:
        """Return the vectors of further opinions in the same space, float32[n, d]."""
        if self.directions is not None:
            vectors = without_directions(vectors, self.directions)
        part = None if self.words is None else WORDS_WEIGHT * unit(self.words.transform(texts))
        return _joined(_leveled(unit(vectors - self.mean), self.leveling), part)


def make_language_free_space(vectors: Matrix, directions: Matrix, level: float = 0.0) -> Space:
    """Return the space of opinions in several languages, which share no words: of sentence vectors alone.

    Args:
        vectors: float32[n, m], unit rows, in canonical order.
        directions: float32[k, m], orthonormal directions in which languages differ.
        level: see `leveling_of`.
    """
    left = without_directions(vectors, directions)
    mean = left.mean(axis=0, dtype=np.float64).astype(np.float32)
    leveling = leveling_of(unit(left - mean), level)
    return Space(_leveled(unit(left - mean), leveling), mean, None, directions, leveling)


def make_space(vectors: Matrix, texts: Sequence[str], mean: Matrix | None = None, level: float = 0.0) -> Space:
    """Return the space of these opinions.

    Args:
        vectors: float32[n, m], unit rows, in canonical order.
        texts: texts of the opinions, in the same order.
        mean: float32[m], subtracted from the vectors; None for their own mean.
        level: see `leveling_of`.
    """
    if mean is None:
        mean = vectors.mean(axis=0, dtype=np.float64).astype(np.float32)
    words = make_word_space(texts)
    part = None if words is None else WORDS_WEIGHT * unit(words.transform(texts))
    leveling = leveling_of(unit(vectors - mean), level)
    return Space(_joined(_leveled(unit(vectors - mean), leveling), part), mean, words, None, leveling)


def leveling_of(vectors: Matrix, level: float) -> Matrix | None:
    """Return the map that makes the variances of directions more equal, float32[m, m]; None for level 0.

    The variance of each principal direction is raised to the power 1 - level: 1 is whitening (Mu & Viswanath 2018,
    "All-but-the-Top", remove the first directions instead). Where a few directions have most of the variance, as with
    multilingual-e5-small, the coarsest themes are those directions and are found again more often than finer ones.

    Args:
        vectors: float32[n, m], centered unit rows.
        level: 0 to 1; less is used of few vectors, which say little of the variances.
    """
    if not level:
        return None
    level *= len(vectors) / sum(vectors.shape)
    with one_thread():
        products = vectors.T.astype(np.float64) @ vectors.astype(np.float64) / len(vectors)
        variances, axes = np.linalg.eigh(np.round(products, 12))
        relative = variances / max(float(variances.mean()), 1e-12)
        scales = np.where(relative > LEAST_VARIANCE, np.maximum(relative, LEAST_VARIANCE) ** (-level / 2), 0.0)
        return np.asarray(np.round((axes * scales) @ axes.T, DIGITS), dtype=np.float32)


def _leveled(vectors: Matrix, leveling: Matrix | None) -> Matrix:
    return vectors if leveling is None else unit(np.round(vectors @ leveling, DIGITS))


def make_graph(vectors: Matrix) -> Any:
    """Return the symmetric weights, a scipy.sparse.csr_array[n, n] with values in (0, 1].

    Args:
        vectors: float32[n, d], unit rows; n at least 2.
    """
    from scipy import sparse  # noqa: PLC0415

    count = len(vectors)
    rows, cosines = neighbors(vectors, NEIGHBORS)
    weights = local_weights(np.maximum(1.0 - cosines.astype(np.float64), 0.0))
    weights[rows < 0] = 0.0
    heads = np.repeat(np.arange(count), rows.shape[1])
    one_way = sparse.csr_matrix((weights.ravel(), (heads, np.maximum(rows, 0).ravel())), shape=(count, count))
    other_way = one_way.T.tocsr()
    either = (one_way + other_way - one_way.multiply(other_way)).tocsr()
    either.data = np.round(either.data, DIGITS)
    either.eliminate_zeros()
    either.sort_indices()
    return either


def local_weights(distances: Floats) -> Floats:
    """Return the weight of each neighbor: 1 for the nearest, falling so that a row sums to log2 of its length.

    Args:
        distances: float64[n, k], cosine distances of each opinion to its neighbors, 0 to 2.
    """
    nearest = distances.min(axis=1, keepdims=True)
    beyond = distances - nearest
    target = np.log2(max(distances.shape[1], 2))
    low, high = np.full(len(distances), 1e-4), np.full(len(distances), 10.0)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        is_wide = np.exp(-beyond / middle[:, None]).sum(axis=1) > target
        low, high = np.where(is_wide, low, middle), np.where(is_wide, middle, high)
    return np.asarray(np.exp(-beyond / ((low + high) / 2)[:, None]))


def gather_neighbors(centers: Matrix, wanted: int) -> NDArray[np.int64]:
    """Return the group of each center after agglomerative clustering to `wanted` groups (average linkage)."""
    from sklearn.cluster import AgglomerativeClustering  # noqa: PLC0415

    with one_thread():
        likeness = np.round(centers.astype(np.float64) @ centers.T.astype(np.float64), DIGITS)
        made = AgglomerativeClustering(wanted, metric="precomputed", linkage="average").fit(1.0 - likeness)
    return np.asarray(made.labels_, dtype=np.int64)


def unit(vectors: Any) -> Matrix:
    """Return rows scaled to length 1; a row of zeros stays zeros."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), dtype=np.float32)


def _joined(meaning: Matrix, words: Any) -> Matrix:
    return meaning if words is None else unit(np.hstack([meaning, words.astype(np.float32)]))


def make_word_space(texts: Sequence[str]) -> Any:
    """Return a transformer from texts to word vectors (latent semantic analysis); None if there are too few words."""
    from sklearn.decomposition import TruncatedSVD  # noqa: PLC0415
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415
    from sklearn.pipeline import make_pipeline  # noqa: PLC0415

    counted = TfidfVectorizer(ngram_range=(1, 2), min_df=LEAST_TEXTS_A_WORD, sublinear_tf=True, dtype=np.float32)
    try:
        found = counted.fit_transform(texts).shape[1]
    except ValueError:  # scikit-learn's error if no word is frequent enough
        return None
    if found < LEAST_WORDS:
        return None
    reduced = TruncatedSVD(min(WORD_DIMENSIONS, found - 1), random_state=SEED)
    with one_thread():  # again: the import above may have started a thread pool of its own
        return make_pipeline(counted, reduced).fit(texts)

"""Community detection: partitions the graph into themes, at a resolution chosen by stability.

Leiden (Traag, Waltman & van Eck 2019) maximizes modularity at a resolution; a higher one gives more and smaller themes.
The number of themes is not an input. It follows from stability (von Luxburg 2010, "Clustering stability"; Ben-Hur,
Elisseeff & Guyon 2002): overlapping subsamples of the opinions are clustered at each resolution of LADDER, and each
pair of subsamples is compared by adjusted Rand index on the opinions in both. The highest resolution is taken whose
stability is within .02 of the best: themes are as fine as they can be reproduced.
"""

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.themes.agreement import adjusted_rand
from analyzer.themes.graph import Matrix, make_graph

Labels = NDArray[np.int64]
LADDER = (0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0)
TURNS = (997.0, 1009.0, 1013.0, 1019.0)
"""Factors on an opinion's rank that decide whether it is in a subsample; one for each subsample."""
PART = 0.85
"""Share of the opinions in each subsample; with .7 the curve was flat on banking_queries."""
TOLERANCE = 0.02
"""Differences in stability that count as chance: its standard deviation between pairs of subsamples is .012 to .025.
With 20 (twice), 40 and 77 (twice) intents of banking_queries the highest stable resolution gave ARI .77, .60, .67, .60
and .57; the best resolution .77, .75, .67, .60 and .59; the most stable one .77, .60, .64, .58 and .54."""
MOST_COMPARED = 10_000
"""Most opinions on which resolutions are compared; the whole graph is then partitioned at the one chosen."""
LEAST_COMPARED = 200
"""Number of opinions below which resolutions are not compared and DEFAULT is taken."""
DEFAULT = 2.0
LEAST_GROUPED = 8
"""Number of themes below which themes are not grouped."""
HALVINGS = 14
SEED = 7
_DRAWING = Lock()
"""scikit-network's Leiden draws from the C library's rand(), whose state is shared by the whole process."""


@dataclass(frozen=True, slots=True)
class Grain:
    """The chosen resolution and the reason for it.

    Attributes:
        resolution: resolution of the modularity.
        stability: resolution and mean adjusted Rand index between subsamples; empty if not measured.
        criterion: the reason in words.
    """

    resolution: float
    stability: tuple[tuple[float, float], ...]
    criterion: str


def cut(graph: Any, resolution: float) -> Labels:
    """Return each node's community at a resolution, numbered from 0 by size, ties by first node."""
    from sknetwork.clustering import Leiden  # noqa: PLC0415

    if not graph.nnz:
        return np.arange(graph.shape[0])
    with _DRAWING:
        ctypes.CDLL(None).srand(SEED)  # random_state does not seed the refinement (scikit-network 0.33)
        found = Leiden(resolution=resolution, random_state=SEED).fit_predict(graph)
    return ordered(np.asarray(found, dtype=np.int64))


def ordered(labels: Labels) -> Labels:
    """Renumber communities by size, the largest 0, ties by first node."""
    values, first, back, sizes = np.unique(labels, return_index=True, return_inverse=True, return_counts=True)
    rank = np.empty(len(values), dtype=np.int64)
    rank[np.lexsort((first, -sizes))] = np.arange(len(values))
    return np.asarray(rank[back], dtype=np.int64)


def choose_grain(vectors: Matrix, ranks: NDArray[np.float64]) -> Grain:
    """Return the highest resolution that is about as stable as the most stable one (to within TOLERANCE).

    Args:
        vectors: float32[n, d], unit rows in canonical order.
        ranks: float64[n], in [0, 1): a hash of each opinion's words, which decides what subsamples it is in.
    """
    if len(vectors) < LEAST_COMPARED:
        return Grain(DEFAULT, (), f"resolution {DEFAULT:g}: fewer than {LEAST_COMPARED} opinions to compare")
    compared = np.sort(np.argsort(ranks, kind="stable")[:MOST_COMPARED])
    parts = [compared[(ranks[compared] * turn) % 1.0 < PART] for turn in TURNS]
    graphs = [make_graph(vectors[part]) for part in parts]
    found = []
    for resolution in LADDER:
        labels = [cut(graph, resolution) for graph in graphs]
        agreed = [_agreement(parts, labels, pair) for pair in combinations(range(len(parts)), 2)]
        found.append(round(float(np.mean(agreed)), 4))
    stable = [row for row, agreed in enumerate(found) if agreed >= max(found) - TOLERANCE]
    best = stable[-1]
    words = (
        f"resolution {LADDER[best]:g}, the finest that is found again in parts of the opinions (ARI {found[best]:.2f})"
    )
    return Grain(LADDER[best], tuple(zip(LADDER, found, strict=True)), words)


def cut_about(graph: Any, wanted: int) -> tuple[Labels, Grain]:
    """Return the partition whose number of communities is nearest to `wanted`, by bisection of the resolution."""
    low, high = 0.01, 40.0
    best: tuple[int, float, Labels] | None = None
    for _ in range(HALVINGS):
        middle = float(np.sqrt(low * high))
        labels = cut(graph, middle)
        found = int(labels.max()) + 1
        if best is None or abs(found - wanted) < best[0]:
            best = (abs(found - wanted), middle, labels)
        if found == wanted:
            break
        low, high = (middle, high) if found < wanted else (low, middle)
    assert best is not None  # noqa: S101 - HALVINGS is above 0
    return best[2], Grain(round(best[1], 4), (), f"resolution {best[1]:.2f}, for about {wanted} themes as asked")


def groups_of(themes: int) -> int:
    """Return the number of groups for k themes: about sqrt(2k), 0 below LEAST_GROUPED."""
    return round(float(np.sqrt(2 * themes))) if themes >= LEAST_GROUPED else 0


def gather_groups(graph: Any, labels: Labels) -> Labels:
    """Return the group of each community, by the edges between their opinions: about sqrt(2k) groups of k communities.

    Args:
        graph: weights between opinions, csr[n, n].
        labels: each opinion's community, -1 for none.
    """
    from scipy import sparse  # noqa: PLC0415

    count = int(labels.max(initial=-1)) + 1
    if not groups_of(count):
        return np.arange(count)
    inside = np.nonzero(labels >= 0)[0]
    member = sparse.csr_matrix((np.ones(len(inside)), (labels[inside], inside)), shape=(count, graph.shape[0]))
    between = (member @ graph @ member.T).tocsr()
    between.data = np.round(between.data, 3)
    return cut_about(between, groups_of(count))[0]


def _agreement(parts: Sequence[Labels], labels: Sequence[Labels], pair: tuple[int, int]) -> float:
    one, other = pair
    _, left, right = np.intersect1d(parts[one], parts[other], assume_unique=True, return_indices=True)
    return adjusted_rand(labels[one][left], labels[other][right])

"""Theme discovery: clusters a bounded sample of opinions, then assigns the others by nearest-neighbor vote.

Works on vectors and words; knows nothing about records, names or edits. The same opinions give the same themes,
whatever their order, the number of cores or the number of imports.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from analyzer.index.neighbors import blocks, nearest
from analyzer.models.parallel import one_thread
from analyzer.themes.communities import Grain, Labels, choose_grain, cut, cut_about, gather_groups, groups_of, ordered
from analyzer.themes.graph import (
    Floats,
    Matrix,
    Space,
    gather_neighbors,
    make_graph,
    make_language_free_space,
    make_space,
    unit,
)

MOST_SAMPLED = 30_000
"""Most opinions that are clustered: a larger sample takes longer and changes few themes."""
VOTERS = 10
LEAST_OPINIONS = 12
"""Number of distinct opinions below which no themes are formed."""
LEAST_IN_THEME = 5
"""Least number of distinct opinions in a theme."""
LEAST_SHARE = 0.001
"""Least size of a theme as a share of the sample."""
LEAST_LIKENESS = 0.15
"""Least cosine of an opinion to its theme's center, in the space of the graph; below it the opinion is in no theme."""

MOST_OVER = 1.25
"""Ratio of found to wanted themes (or groups) above which the nearest are merged."""
Halves = NDArray[np.float16]
Stage = Callable[[str, float], None]
"""Called with (step, share of the whole that is done, 0 to 1)."""


@dataclass(frozen=True, slots=True)
class Found:
    """Result of theme discovery.

    Attributes:
        members: int64[n], each opinion's theme, numbered by size; -1 for none.
        likeness: float64[n], cosine of each opinion to the center of its theme (of the nearest theme if it has none).
        groups: int64[k], each theme's group, numbered from 0.
        centers: float32[k, d], in the space of the graph, unit rows.
        grain: the resolution and the reason for it.
        sampled: number of opinions that were clustered.
    """

    members: Labels
    likeness: Floats
    groups: Labels
    centers: Matrix
    grain: Grain
    sampled: int


def ignore_stage(_what: str, _share: float) -> None:
    """A stage callback that does nothing."""


def discover(
    vectors: Matrix | Halves,
    texts: Sequence[str],
    about: int = 0,
    stage: Stage = ignore_stage,
    directions: Matrix | None = None,
    level: float = 0.0,
) -> Found:
    """Return the themes of distinct opinions.

    Args:
        vectors: float16 or float32[n, d], unit rows, one for each opinion, in canonical order (order_of()).
        texts: texts of the opinions, in the same order.
        about: approximate number of themes; 0 chooses it by stability.
        stage: called with each step and the share done.
        directions: float32[k, d], directions of language, for opinions in several ones; None for opinions in one.
        level: of the embedding model, see graph.leveling_of.
    """
    if len(texts) < LEAST_OPINIONS:
        return _no_themes(len(texts), vectors.shape[1])
    with one_thread():
        ranks = ranks_of(texts)
        sample = np.sort(np.argsort(ranks, kind="stable")[:MOST_SAMPLED])
        chosen = [texts[i] for i in sample]
        stage("preparing vectors", 0.0)
        first = np.asarray(vectors[sample], dtype=np.float32)
        if directions is None:
            space = make_space(first, chosen, level=level)
        else:
            space = make_language_free_space(first, directions, level)
        return _discover((space, sample, ranks), vectors, texts, about, stage)


def _discover(
    sampled: tuple[Space, Labels, Floats], vectors: Matrix | Halves, texts: Sequence[str], about: int, stage: Stage
) -> Found:
    space, sample, ranks = sampled
    stage("comparing opinions", 0.1)
    labels, grain = _labels(space, ranks[sample], about, stage)
    members, centers, groups, likeness = labels
    if len(sample) < len(texts):
        stage("assigning the remaining opinions", 0.7)
        members, likeness = _assign_rest(space, vectors, texts, sample, (members, centers))
    stage("done", 1.0)
    return Found(members, np.round(likeness, 4), groups, centers, grain, len(sample))


def ranks_of(texts: Sequence[str]) -> Floats:
    """Return float64[n] in [0, 1): a pseudorandom number from a hash of each text."""
    numbers = [
        int.from_bytes(blake2b(t.encode("utf-8", "surrogatepass"), digest_size=6).digest(), "big") for t in texts
    ]
    return np.array(numbers, dtype=np.float64) / 2.0**48


def order_of(texts: Sequence[str]) -> Labels:
    """Return the canonical order of texts: int64[n], by a hash of each text."""
    return np.argsort(ranks_of(texts), kind="stable").astype(np.int64)


def _labels(
    space: Space, ranks: Floats, about: int, stage: Stage
) -> tuple[tuple[Labels, Matrix, Labels, Floats], Grain]:
    graph = make_graph(space.vectors)
    stage("choosing the number of themes", 0.25)
    if about:
        found, grain = cut_about(graph, about)
        if int(found.max()) + 1 > MOST_OVER * about:  # disconnected parts of the graph
            found = ordered(gather_neighbors(_centers(space.vectors, found), about)[found])
    else:
        grain = choose_grain(space.vectors, ranks)
        stage("finding themes", 0.6)
        found = cut(graph, grain.resolution)
    members = _large_enough(found)
    centers = _centers(space.vectors, members)
    likeness = _likeness(space.vectors, members, centers)
    members = ordered_members(np.where(likeness >= LEAST_LIKENESS, members, -1))
    centers = _centers(space.vectors, members)
    groups = gather_groups(graph, members)
    wanted = groups_of(len(centers))
    if wanted and int(groups.max()) + 1 > MOST_OVER * wanted:
        groups = ordered(gather_neighbors(centers, wanted))
    return (members, centers, groups, _likeness(space.vectors, members, centers)), grain


def _large_enough(found: Labels) -> Labels:
    sizes = np.bincount(found)
    least = max(LEAST_IN_THEME, int(LEAST_SHARE * len(found)))
    return ordered_members(np.where(sizes[found] >= least, found, -1))


def ordered_members(members: Labels) -> Labels:
    """Renumber the themes of members by size; -1 stays -1."""
    inside = members >= 0
    numbered = np.full(len(members), -1, dtype=np.int64)
    if inside.any():
        numbered[inside] = ordered(members[inside])
    return numbered


def _centers(vectors: Matrix, members: Labels) -> Matrix:
    count = int(members.max(initial=-1)) + 1
    sums = np.zeros((count, vectors.shape[1]), dtype=np.float64)
    inside = members >= 0
    np.add.at(sums, members[inside], vectors[inside])
    return np.round(unit(sums), 6)


def _likeness(vectors: Matrix, members: Labels, centers: Matrix) -> Floats:
    """Return the cosine of each vector to its theme's center, or to the nearest center if it has no theme."""
    found = np.zeros(len(vectors))
    if not len(centers):
        return found
    for part in blocks(len(vectors)):
        cosines = np.round(vectors[part] @ centers.T, 4)
        own = np.take_along_axis(cosines, np.maximum(members[part], 0)[:, None], axis=1)[:, 0]
        found[part] = np.where(members[part] >= 0, own, cosines.max(axis=1))
    return found


def _assign_rest(
    space: Space, vectors: Matrix | Halves, texts: Sequence[str], sample: Labels, found: tuple[Labels, Matrix]
) -> tuple[Labels, Floats]:
    """Assign the opinions outside the sample by a vote of their nearest neighbors in it, weighted by cosine."""
    known, centers = found
    members, likeness = np.full(len(texts), -1, dtype=np.int64), np.zeros(len(texts))
    members[sample] = known
    likeness[sample] = _likeness(space.vectors, known, centers)
    rest = np.setdiff1d(np.arange(len(texts)), sample, assume_unique=True)
    for part in blocks(len(rest), 50_000):
        rows = rest[part]
        placed = space.place(np.asarray(vectors[rows], dtype=np.float32), [texts[i] for i in rows])
        neighbor_rows, cosines = nearest(placed, space.vectors, VOTERS)
        weights = np.where(neighbor_rows >= 0, np.maximum(cosines, 0.0), 0.0)
        voted = vote(known[np.maximum(neighbor_rows, 0)], weights, len(centers))
        cosine_to_center = _likeness(placed, voted, centers)
        members[rows], likeness[rows] = np.where(cosine_to_center >= LEAST_LIKENESS, voted, -1), cosine_to_center
    return members, likeness


def vote(labels: Labels, weights: NDArray[np.float32], count: int) -> Labels:
    """Return the label with the highest sum of squared weights in each row, ties to the smaller; -1 if all are 0.

    Args:
        labels: int64[m, v], -1 for no label.
        weights: float32[m, v], not negative.
        count: number of labels.
    """
    if not count:
        return np.full(len(labels), -1, dtype=np.int64)
    sums = np.zeros((len(labels), count))
    rows = np.broadcast_to(np.arange(len(labels))[:, None], labels.shape)
    inside = labels >= 0
    np.add.at(sums, (rows[inside], labels[inside]), weights[inside].astype(np.float64) ** 2)
    best = np.round(sums, 6).argmax(axis=1)
    return np.where(sums.max(axis=1) > 0, best, -1).astype(np.int64)


def _no_themes(count: int, dimension: int) -> Found:
    grain = Grain(0.0, (), f"fewer than {LEAST_OPINIONS} different opinions: no themes yet")
    none = np.zeros(0, dtype=np.int64)
    centers = np.zeros((0, dimension), dtype=np.float32)
    return Found(np.full(count, -1, dtype=np.int64), np.zeros(count), none, centers, grain, count)

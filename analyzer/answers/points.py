"""Cut opinions into points: by stance, then by average linkage of their clauses; counted over all comments.

A point is a group of opinions of one stance that say the same thing. Its figures count comments and people, each once.
"""

from collections import Counter as Tally
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np

from analyzer.answers.grounding.quantities import unbound_quantities
from analyzer.answers.opinion_snapshot import Floats, OpinionSnapshot, Rows
from analyzer.answers.opposites import directions, split_by_denial, split_dimension
from analyzer.answers.segment_directions import without
from analyzer.answers.types import Stance
from analyzer.counting.c_tf_idf import telling_words
from analyzer.index.fulltext import WORD
from analyzer.models.embedder import Vectors
from analyzer.models.embedding_thresholds import AlikeCosines
from analyzer.models.parallel import one_thread
from analyzer.opinions.stored_opinions import compared_as
from analyzer.themes.communities import ordered
from analyzer.themes.graph import make_space, unit
from analyzer.themes.keywords import IGNORED_WORDS

MANY = 1_000
"""Clauses that speak of many subjects: one shared word ("jeans") joins them at AlikeCosines.clauses (average linkage),
which gives more and purer points than Leiden on the graph of themes, see benchmarks/points.py."""
MOST_CUT = 4_000
"""Distinct clauses of one stance that are cut; the others join the point they are most like, if they are alike."""
SHRINK = 20
"""Clauses that the mean of all clauses counts for beside those of the subject: few of them say little of their mean."""
SMALLEST = 3
"""Distinct clauses below which a group is no point if there are larger ones; its clauses join those if alike."""
FEW_CLAUSES = 30
"""Distinct clauses of a stance below which no group is too small: in a file of a dozen comments each says something."""
LEAST_TYPICAL = 0.1
"""Share of a point's own opinions that are farther from its center than any opinion of other comments counted in it."""
LABEL_WORDS = 3
SHORTEST = 3
SIGNS = {-1: Stance.COMPLAINT, 1: Stance.PRAISE, 0: Stance.NEUTRAL}


@dataclass(frozen=True, slots=True)
class FoundPoint:
    """Opinions of one stance that say the same.

    Attributes:
        rows: int64[k], rows of the opinions, most typical first.
        typical: float64[k], cosine of each to the center.
        center: float32[d], of the clauses' vectors in the centered space.
        words: up to three words that tell the point from the others.
        comments: number of matching comments that make it.
    """

    stance: Stance
    rows: Rows
    typical: Floats
    center: Vectors
    words: tuple[str, ...]
    comments: int


def find_points(
    opinions: OpinionSnapshot,
    rows: Rows,
    texts: Mapping[int, str],
    counts: Mapping[int, int],
    asked: Set[str] = frozenset(),
) -> list[FoundPoint]:
    """Return the points of opinions, those of the most comments first, ties by the first opinion.

    Args:
        opinions: all opinions.
        rows: int64[k], rows of the opinions to cut, in canonical order.
        texts: the texts of these opinions by id.
        counts: number of matching comments of each text.
        asked: words of the subject, which tell no point from another.
    """
    stances = opinions.stances()[rows]
    found: list[FoundPoint] = []
    for sign, stance in SIGNS.items():
        chosen = rows[stances == sign]
        clauses = [clause_of(opinions, row, texts) for row in chosen.tolist()] if asked else []
        for part in split_by_denial(clauses, asked) if asked else [np.ones(len(chosen), dtype=bool)]:
            if part.any():
                found += _points_of(opinions, chosen[part], texts, counts, stance, bool(asked))
    labels = _labels(opinions, found, texts, counts, asked)
    named = [
        FoundPoint(p.stance, p.rows, p.typical, p.center, words, p.comments)
        for p, words in zip(found, labels, strict=True)
    ]
    return sorted(named, key=lambda point: (-point.comments, int(point.rows.min())))


def shares_elsewhere(
    opinions: OpinionSnapshot, points: Sequence[FoundPoint], rows: Rows, counts: Mapping[int, int], whole: int
) -> dict[int, float]:
    """Return by place of a point the share of `whole` other comments that make it.

    Args:
        opinions: all opinions.
        points: the points of the comments that are asked about.
        rows: int64[k], opinions of the other comments.
        counts: number of the other comments of each text.
        whole: number of other comments.
    """
    if not whole or not len(rows):
        return dict.fromkeys(range(len(points)), 0.0)
    signs = {stance: sign for sign, stance in SIGNS.items()}
    stances = opinions.stances()[rows]
    units = centered(opinions, rows)
    with one_thread():
        likeness = np.round(units @ np.stack([point.center for point in points]).T, 4)
    own = [float(np.quantile(np.round(centered(opinions, p.rows) @ p.center, 4), LEAST_TYPICAL)) for p in points]
    stance_of = np.array([signs[point.stance] for point in points])
    likeness[stances[:, None] != stance_of[None, :]] = -1.0
    nearest = likeness.argmax(axis=1)
    shares = {}
    for place in range(len(points)):
        inside = (nearest == place) & (likeness[:, place] >= own[place])
        shares[place] = round(count_comments(opinions, rows[inside], counts) / whole, 6)
    return shares


def centered(opinions: OpinionSnapshot, rows: Rows) -> Vectors:
    """Return float32[k, d], unit vectors of the clauses of opinions, centered on the mean of the corpus."""
    return unit(opinions.vectors[opinions.clauses[rows]].astype(np.float32) - opinions.background.mean)


def count_comments(opinions: OpinionSnapshot, rows: Rows, counts: Mapping[int, int]) -> int:
    """Return the number of matching comments with any of these opinions."""
    return sum(counts.get(int(one), 0) for one in np.unique(opinions.text_ids[rows]))


def clause_of(opinions: OpinionSnapshot, row: int, texts: Mapping[int, str]) -> str:
    """Return the clause of an opinion, as it stands in its text."""
    return texts[int(opinions.text_ids[row])][int(opinions.starts[row]) : int(opinions.ends[row])]


def _points_of(
    opinions: OpinionSnapshot, rows: Rows, texts: Mapping[int, str], counts: Mapping[int, int], stance: Stance,
    has_subject: bool,
) -> list[FoundPoint]:  # fmt: skip
    clauses, first, back = np.unique(opinions.clauses[rows], return_index=True, return_inverse=True)
    words = [compared_as(clause_of(opinions, int(rows[place]), texts)) for place in first]
    vectors, mean = opinions.vectors[clauses].astype(np.float32), opinions.background.mean
    if not has_subject:
        vectors, mean = without(vectors, opinions.segments), without(mean, opinions.segments)
    centered = unit(vectors - mean)
    cut = _cut(vectors, words, mean, opinions.alike)
    members = _split_by_ends(_joined(cut, centered, opinions.alike), words, centered)
    groups = (rows[members[back] == number] for number in range(int(members.max()) + 1))
    return [make_point(opinions, inside, stance, (), counts) for inside in groups]


def make_point(
    opinions: OpinionSnapshot, rows: Rows, stance: Stance, words: tuple[str, ...], counts: Mapping[int, int]
) -> FoundPoint:
    """Return the point of some opinions, int64[k] in canonical order, with words that tell it from others."""
    vectors = centered(opinions, rows)
    center = unit(vectors.mean(axis=0, keepdims=True))[0]
    typical = np.round(vectors @ center, 4).astype(np.float64)
    order = np.argsort(-typical, kind="stable")
    return FoundPoint(stance, rows[order], typical[order], center, words, count_comments(opinions, rows, counts))


def _cut(vectors: Vectors, words: Sequence[str], mean: Vectors, cosines: AlikeCosines) -> Rows:
    """Return the point of each distinct clause, -1 for none.

    The clauses are centered on their own mean, so that what they have in common (the subject) does not make them alike.
    """
    chosen = np.linspace(0, len(vectors) - 1, min(len(vectors), MOST_CUT)).astype(np.int64)
    with one_thread():
        own = (vectors[chosen].sum(axis=0) + SHRINK * mean) / (len(chosen) + SHRINK)
        space = make_space(vectors[chosen], [words[row] for row in chosen], own)
        alike = cosines.many_clauses if len(chosen) >= MANY else cosines.clauses
        found = _linked(space.vectors, alike)
        sizes = np.bincount(found)
        if sizes.max() >= SMALLEST and len(chosen) >= FEW_CLAUSES:
            found = np.where(sizes[found] >= SMALLEST, found, -1)
        means = _means(space.vectors, found)
        everywhere = space.vectors if len(chosen) == len(vectors) else space.place(vectors, words)
        likeness = np.round(everywhere @ means.T, 4)
    nearest = likeness.argmax(axis=1)
    members = np.where(likeness[np.arange(len(vectors)), nearest] >= alike, nearest, -1)
    members[chosen] = np.where(found >= 0, found, members[chosen])
    return members.astype(np.int64)


def _linked(vectors: Vectors, least: float, linkage_by: str = "average") -> Rows:
    """Return the group of each vector by linkage at a least cosine, numbered by size."""
    if len(vectors) == 1:
        return np.zeros(1, dtype=np.int64)
    from scipy.cluster.hierarchy import fcluster, linkage  # noqa: PLC0415

    distances = np.maximum(1.0 - np.round(vectors @ vectors.T, 4), 0.0)
    condensed = distances[np.triu_indices(len(vectors), 1)].astype(np.float64)
    return ordered(np.asarray(fcluster(linkage(condensed, linkage_by), 1.0 - least, "distance"), dtype=np.int64) - 1)


def _joined(members: Rows, vectors: Vectors, alike: AlikeCosines) -> Rows:
    """Return the members after joining points that say the same; -1 stays.

    Args:
        members: point of each clause.
        vectors: of the clauses, centered on the mean of the corpus, so that what they share counts.
        alike: cosines from which points are one ("more staff" and "no staff").
    """
    if members.max() < 1:
        return members
    with one_thread():
        same = _linked(unit(_means(vectors, members)), alike.points_surely, "single")
        same = _linked(unit(_means(vectors, np.where(members >= 0, same[members], -1))), alike.points)[same]
    return np.where(members >= 0, same[members], -1)


def _split_by_ends(members: Rows, clauses: Sequence[str], vectors: Vectors) -> Rows:
    """Return the members after cutting points that say both ends of a dimension ("too long" and "too short") in two.

    A clause that names neither end goes to the half it is nearer to.
    """
    found = [directions(clause) for clause in clauses]
    members = members.copy()
    for number in range(int(members.max()) + 1):
        inside = np.flatnonzero(members == number)
        dimension = split_dimension([found[row] for row in inside.tolist()])
        if dimension:
            ends = np.array([found[row].get(dimension, 0) for row in inside.tolist()])
            with one_thread():
                means = np.stack([vectors[inside[ends == end]].mean(axis=0) for end in (1, -1)])
                nearer = np.where(np.round(vectors[inside] @ (means[0] - means[1]), 4) >= 0, 1, -1)
            members[inside[np.where(ends, ends, nearer) == -1]] = members.max() + 1
    return members


def _means(vectors: Vectors, members: Rows) -> Vectors:
    """Return float32[k, d], the mean of each group; its product with a vector is the mean cosine to the members."""
    count = int(members.max()) + 1
    sums = np.zeros((count, vectors.shape[1]), dtype=np.float32)
    np.add.at(sums, members[members >= 0], vectors[members >= 0])
    return np.asarray(sums / np.maximum(np.bincount(members[members >= 0], minlength=count), 1)[:, None])


def _labels(
    opinions: OpinionSnapshot,
    points: Sequence[FoundPoint],
    texts: Mapping[int, str],
    counts: Mapping[int, int],
    asked: Set[str],
) -> list[tuple[str, ...]]:
    """Return the words that tell each point from the others; each word counts once for a comment."""
    tallies = list[Tally[str]]()
    for point in points:
        tally = Tally[str]()
        for row in point.rows.tolist():
            weight = counts.get(int(opinions.text_ids[row]), 0)
            for word in set(WORD.findall(clause_of(opinions, row, texts).casefold())):
                if _is_telling(word) and word not in asked:
                    tally[word] += weight
        tallies.append(tally)
    return [
        tuple([word for word in words if not unbound_quantities(f"People say {word}.")][:LABEL_WORDS])
        for words in telling_words(tallies, 2 * LABEL_WORDS)
    ]


def _is_telling(word: str) -> bool:
    return len(word) >= SHORTEST and word.isalpha() and word not in IGNORED_WORDS

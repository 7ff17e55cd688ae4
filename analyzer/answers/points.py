"""Cut opinions into points: by stance, then by the graph and the communities of themes; counted over all comments.

A point is a group of opinions of one stance that say the same thing. Its figures count comments and people, each once.
"""

from collections import Counter as Tally
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np

from analyzer.answers.grounding.quantities import unbound_quantities
from analyzer.answers.opinion_snapshot import Floats, OpinionSnapshot, Rows
from analyzer.answers.types import Stance
from analyzer.counting.c_tf_idf import telling_words
from analyzer.index.fulltext import WORD
from analyzer.models.embedder import Vectors
from analyzer.models.parallel import one_thread
from analyzer.themes.communities import cut, ordered
from analyzer.themes.graph import Space, make_graph, make_space, unit
from analyzer.themes.keywords import IGNORED_WORDS
from analyzer.themes.opinions import compared_as

RESOLUTION = 1.0
"""For the opinions on one subject; MANY_RESOLUTION for those of a whole corpus, which speak of many."""
MANY_RESOLUTION = 2.0
MANY = 2_000
MOST_CUT = 6_000
"""Distinct clauses of one stance that are cut; the others join the nearest point."""
LEAST_CUT = 8
"""Distinct clauses below which a stance is one point."""
SAME_POINT = 0.85
"""Two points of a stance are one if their centers are this near, relative to the centers of two halves of one point."""
MEMBER = 0.25
"""Least cosine to the center of a point for an opinion to be counted in it."""
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
    stances = opinions.stances()[opinions.clauses[rows]]
    found: list[FoundPoint] = []
    for sign, stance in SIGNS.items():
        chosen = rows[stances == sign]
        if len(chosen):
            found += _points_of(opinions, chosen, texts, counts, stance)
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
    stances = opinions.stances()[opinions.clauses[rows]]
    units = _centered(opinions, rows)
    with one_thread():
        likeness = np.round(units @ np.stack([point.center for point in points]).T, 4)
    own = [float(np.quantile(np.round(_centered(opinions, p.rows) @ p.center, 4), LEAST_TYPICAL)) for p in points]
    stance_of = np.array([signs[point.stance] for point in points])
    likeness[stances[:, None] != stance_of[None, :]] = -1.0
    nearest = likeness.argmax(axis=1)
    shares = {}
    for place in range(len(points)):
        inside = (nearest == place) & (likeness[:, place] >= own[place])
        shares[place] = round(count_comments(opinions, rows[inside], counts) / whole, 6)
    return shares


def _centered(opinions: OpinionSnapshot, rows: Rows) -> Vectors:
    return unit(opinions.vectors[opinions.clauses[rows]].astype(np.float32) - opinions.background.mean)


def count_comments(opinions: OpinionSnapshot, rows: Rows, counts: Mapping[int, int]) -> int:
    """Return the number of matching comments with any of these opinions."""
    return sum(counts.get(int(one), 0) for one in np.unique(opinions.text_ids[rows]))


def clause_of(opinions: OpinionSnapshot, row: int, texts: Mapping[int, str]) -> str:
    """Return the clause of an opinion, as it stands in its text."""
    return texts[int(opinions.text_ids[row])][int(opinions.starts[row]) : int(opinions.ends[row])]


def _points_of(
    opinions: OpinionSnapshot, rows: Rows, texts: Mapping[int, str], counts: Mapping[int, int], stance: Stance
) -> list[FoundPoint]:
    clauses, first, back = np.unique(opinions.clauses[rows], return_index=True, return_inverse=True)
    words = [compared_as(clause_of(opinions, int(rows[place]), texts)) for place in first]
    vectors = opinions.vectors[clauses].astype(np.float32)
    members, likeness = _cut(vectors, words, opinions.background.mean)
    points = []
    for number in range(int(members.max()) + 1):
        inside = np.nonzero((members[back] == number) & (likeness[back] >= MEMBER))[0]
        if not len(inside):
            continue
        order = inside[np.argsort(-likeness[back][inside], kind="stable")]
        chosen = rows[order]
        center = unit(_centered(opinions, chosen).mean(axis=0, keepdims=True))[0]
        comments = count_comments(opinions, chosen, counts)
        points.append(FoundPoint(stance, chosen, likeness[back][order], center, (), comments))
    return points


def _cut(vectors: Vectors, words: Sequence[str], mean: Vectors) -> tuple[Rows, Floats]:
    """Return the point of each distinct clause, and its cosine to the center of the point."""
    if len(vectors) < LEAST_CUT:
        center = unit(vectors.mean(axis=0, keepdims=True))[0]
        return np.zeros(len(vectors), dtype=np.int64), np.round(vectors @ center, 4).astype(np.float64)
    chosen = np.linspace(0, len(vectors) - 1, min(len(vectors), MOST_CUT)).astype(np.int64)
    with one_thread():
        space = make_space(vectors[chosen], [words[row] for row in chosen])
        found = cut(make_graph(space.vectors), MANY_RESOLUTION if len(chosen) > MANY else RESOLUTION)
        found = _merged(found, unit(vectors[chosen] - mean))
        centers = _centers(space.vectors, found)
        everywhere = space.vectors if len(chosen) == len(vectors) else _placed(space, vectors, words)
        likeness = np.round(everywhere @ centers.T, 4)
    members = found if len(chosen) == len(vectors) else likeness.argmax(axis=1)
    return members.astype(np.int64), likeness[np.arange(len(vectors)), members].astype(np.float64)


def _placed(space: Space, vectors: Vectors, words: Sequence[str]) -> Vectors:
    return space.place(vectors, words)


def _centers(vectors: Vectors, members: Rows, count: int = 0) -> Vectors:
    sums = np.zeros((count or int(members.max()) + 1, vectors.shape[1]), dtype=np.float32)
    np.add.at(sums, members, vectors)
    return unit(sums)


def _merged(members: Rows, vectors: Vectors) -> Rows:
    """Return the members after joining each point to the first larger one that says the same."""
    half = np.arange(len(members)) % 2
    centers = _centers(vectors, members)
    one_half, other_half = (_centers(vectors[half == part], members[half == part], len(centers)) for part in (0, 1))
    agreement = np.round((one_half * other_half).sum(axis=1), 3)
    agreement[agreement <= 0] = 1.0  # a point of which one half is empty
    likeness, target = np.round(centers @ centers.T, 3), np.arange(len(centers))
    for one in range(1, len(centers)):
        alike = [
            other for other in range(one)
            if target[other] == other and likeness[one, other] >= SAME_POINT * min(agreement[one], agreement[other])
        ]  # fmt: skip
        if alike:
            target[one] = max(alike, key=lambda other: (likeness[one, other], -other))
    return ordered(target[members])


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

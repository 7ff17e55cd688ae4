"""Part groups of opinions that lie near to each other into points that say one thing: what their title says.

Clauses about appointments lie together whatever they say of them. Those that support the title of their group make its
point; of the others a further title is looked for, and those that support none are counted in no point.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from analyzer.answers.opinion_snapshot import OpinionSnapshot, Rows
from analyzer.answers.points import SIGNS, FoundPoint, centered, make_point
from analyzer.answers.quote_fit import TitleFit
from analyzer.answers.titles import ChosenTitles
from analyzer.answers.types import Stance
from analyzer.models.embedding_thresholds import thresholds_of
from analyzer.models.parallel import one_thread

SUPPORTS = 0.4
"""Support of a title from which an opinion says the same. Read on two questions: "keep to appointment times" has .39
for "appointments are changed or cancelled", "respect the patient" .37 for "staff listening to patients"."""
ALMOST, VERY_NEAR = 0.36, 0.55
"""Support from which an opinion that lies so near to the center of a point joins it too. Read on four questions: of 30
such opinions 21 say it ("increase the amount of staff" for "need more staff")."""
LOOKED_AT = 20
"""Groups of each stance that are parted, those of the most comments; the others are too small to be shown."""
GATHERING, NEAR = 16, 0.35
"""Points of each stance that further opinions join, and least cosine of an opinion to the center of one."""
ROUNDS = 3
"""Titles that are looked for in a group."""
SMALLEST = 3
"""Opinions below which no further title is looked for."""


def statements(
    opinions: OpinionSnapshot,
    points: Sequence[FoundPoint],
    rows: Rows,
    counts: Mapping[int, int],
    title: ChosenTitles,
    fit: TitleFit,
) -> list[FoundPoint]:
    """Return the points whose opinions say what their title says, most comments first.

    Args:
        opinions: all opinions.
        points: groups of opinions, most comments first.
        rows: int64[k], all opinions that were grouped, in canonical order; those in no point that support the title of
            one join it.
        counts: number of matching comments of each text.
        title: of each point; the points that are made keep the title that their opinions say.
        fit: of opinions to a title. With an embedding model whose heads were not trained, the points stay as they are.
    """
    if not thresholds_of(fit.model).is_verified:
        return list(points)
    found, seen = list[FoundPoint](), dict.fromkeys(Stance, 0)
    for point in points:
        seen[point.stance] += 1
        if seen[point.stance] <= LOOKED_AT:
            found += _parted(opinions, point, counts, title, fit)
    found = _gathered(opinions, found, rows, counts, title, fit)
    return sorted(found, key=lambda one: (-one.comments, int(one.rows.min())))


def _gathered(
    opinions: OpinionSnapshot, points: Sequence[FoundPoint], rows: Rows, counts: Mapping[int, int],
    title: ChosenTitles, fit: TitleFit,
) -> list[FoundPoint]:  # fmt: skip
    """Return the points with the opinions in none of them that support the title of one, each in the best."""
    stances, signs = opinions.stances()[rows], {stance: sign for sign, stance in SIGNS.items()}
    free = rows[~np.isin(rows, np.concatenate([point.rows for point in points]))] if points else rows
    joined = list(points)
    for stance, sign in signs.items():
        among = [n for n, point in enumerate(points) if point.stance is stance and title(point)][:GATHERING]
        inside = free[stances[np.isin(rows, free)] == sign]
        if not among or not len(inside):
            continue
        with one_thread():
            units = centered(opinions, inside)
            likeness = np.round(units @ np.stack([points[n].center for n in among]).T, 4)
        support = np.zeros(likeness.shape)
        for column, n in enumerate(among):
            near = np.flatnonzero(likeness[:, column] >= NEAR)
            own = title(points[n])
            if own and len(near):
                support[near, column] = fit.of_rows(own.text, own.vector, inside[near])
        best = support.argmax(axis=1)
        found, near = (values[np.arange(len(inside)), best] for values in (support, likeness))
        says = (found >= SUPPORTS) | ((found >= ALMOST) & (near >= VERY_NEAR))
        for column, n in enumerate(among):
            more = inside[says & (best == column)]
            if len(more):
                together = np.sort(np.concatenate([points[n].rows, more]))
                one = make_point(opinions, together, stance, points[n].words, counts)
                joined[n] = title.keep(one, title(points[n]))
    return joined


def _parted(
    opinions: OpinionSnapshot, point: FoundPoint, counts: Mapping[int, int],
    title: ChosenTitles, fit: TitleFit,
) -> list[FoundPoint]:  # fmt: skip
    """Return the statements of a group; the group itself if it has no title."""
    made, rest = list[FoundPoint](), point
    for _ in range(ROUNDS):
        own = title(rest)
        if own is None:
            break
        supports = fit.of_rows(own.text, own.vector, rest.rows) >= SUPPORTS
        supports |= rest.rows == own.quoted.row
        one = make_point(opinions, np.sort(rest.rows[supports]), point.stance, point.words, counts)
        made.append(title.keep(one, own))
        left = np.sort(rest.rows[~supports])
        if len(left) < SMALLEST:
            break
        rest = make_point(opinions, left, point.stance, point.words, counts)
    return made or [point]

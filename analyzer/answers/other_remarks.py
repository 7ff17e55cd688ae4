"""What people say of a subject beside the points: remarks that few others make, quoted together under one title.

Of 120 comments on medication no three say the same. Without these remarks an answer would show nothing of most of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from analyzer.answers.opinion_snapshot import Floats, OpinionSnapshot, Rows
from analyzer.answers.points import SIGNS, FoundPoint, centered, count_comments, make_point
from analyzer.answers.quote_fit import TitleFit
from analyzer.answers.quotes import Quoted, choose_quotes
from analyzer.answers.types import Stance
from analyzer.models.parallel import one_thread
from analyzer.opinions.polarity import PolarityHead

TITLES = {
    Stance.COMPLAINT: "Other complaints",
    Stance.PRAISE: "Other praise",
}
MOST_COVERED = 0.5
"""Share of the comments of a stance that make its points from which the others are not shown."""
QUOTES = 4
LIKE = 0.6
"""Cosine to the center of a point from which a remark is not quoted beside it: it says the same, or nearly."""
NEAR = 0.75
"""Relevance from which a remark is quoted, if any is so near: no other comment says that it is on the subject."""
SURE = 0.2
"""Margin of its stance from which a remark is quoted, whatever the rating of its comment says."""


def other_remarks(
    opinions: OpinionSnapshot, spoken: Rows, points: Sequence[FoundPoint], counts: Mapping[int, int]
) -> list[FoundPoint]:
    """Return for complaints and for praise the opinions of comments that make none of the points, if they are most.

    Args:
        opinions: all opinions.
        spoken: int64[k], the opinions that speak of the subject, of the stances asked for, in canonical order.
        points: the points that are shown.
        counts: number of matching comments of each text.
    """
    stances, found = opinions.stances()[spoken], list[FoundPoint]()
    for sign, stance in SIGNS.items():
        own = spoken[stances == sign]
        made = [point.rows for point in points if point.stance is stance]
        told = opinions.text_ids[np.concatenate(made)] if made else own[:0]
        rest = own[~np.isin(opinions.text_ids[own], told)]
        whole, left = count_comments(opinions, own, counts), count_comments(opinions, rest, counts)
        if stance in TITLES and left and left > (1 - MOST_COVERED) * whole:
            found.append(make_point(opinions, rest, stance, (), counts))
    return found


def unlike(opinions: OpinionSnapshot, remarks: FoundPoint, points: Sequence[FoundPoint]) -> FoundPoint:
    """Return the remarks that say something else than the points of their stance; all if none do."""
    centers = [point.center for point in points if point.stance is remarks.stance]
    if not centers:
        return remarks
    with one_thread():
        likeness = np.round(centered(opinions, remarks.rows) @ np.stack(centers).T, 4).max(axis=1)
    other = likeness < LIKE
    if not other.any():
        return remarks
    return replace(remarks, rows=remarks.rows[other], typical=remarks.typical[other])


def quotes_of_remarks(
    opinions: OpinionSnapshot, remarks: FoundPoint, texts: Mapping[int, str], subject: str, relevance: Floats,
    polarity: PolarityHead, model: str,
) -> list[Quoted]:  # fmt: skip
    """Return up to QUOTES quotes that differ, each of its stance read by itself.

    Args:
        opinions: all opinions.
        remarks: of `other_remarks`.
        texts: texts by id.
        subject: of the question.
        relevance: float64[n], how much each opinion speaks of the subject, 0 to 1.
        polarity: the classifier of texts.
        model: name of the embedding model.
    """
    fit = TitleFit(opinions, texts, model).of_stance(remarks.stance, polarity, SURE)
    choose = partial(choose_quotes, opinions, remarks, texts, subject, QUOTES, relevance, fit=fit)
    near = choose(least=NEAR)
    return near if len(near) > 1 else choose()

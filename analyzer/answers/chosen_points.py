"""Choose which of the points of an answer are shown: those that enough comments make, and that say what they say."""

from collections.abc import Sequence

from analyzer.answers.point_figures import CountedPoint
from analyzer.answers.point_writer import Prepared
from analyzer.answers.types import Plan, Stance

MOST_POINTS, MOST_NEUTRAL, MOST_ALONE = 6, 3, 8
"""Points shown of complaints and of praise each, and of neither; of one stance alone over everything."""
ENOUGH = 4
"""Points with a stance from which one without is enough: those say least."""
LEAST_COMMENTS, LEAST_SHARE = 3, 0.015
"""Comments of a point that is shown, and their share of those that the points are made of, if there are ENOUGH such."""
FEW = 30
"""Comments about the subject below which a point needs no LEAST_COMMENTS."""
LEAST_OF_STANCE = 0.05
"""The same share of the comments of its stance, for a point about a subject: a tail of small points hides the large."""
SPARE = 2
"""Times the points shown that are looked at about a subject: some have no title or no second quote."""
LEAST_TOLD, MANY = 2, 10
"""Points with a title of their own and as many quotes beside it as they need from which the others are left out;
comments from which a point needs two such quotes, and not one: where 19 comments say it, two can be quoted."""
LEAST_NEUTRAL = 0.05
"""The same share for a point without a stance, where fewer than half of the comments make such points."""


def most_made(points: Sequence[CountedPoint], of: int, plan: Plan) -> list[CountedPoint]:
    """Return the points to show, by comments; for a question why those that are made more often here than elsewhere."""
    least = LEAST_COMMENTS if of >= FEW else 1
    kept = [one for one in points if len(one.records) >= least]
    if any(one.elsewhere is not None and one.share > one.elsewhere for one in kept):
        kept = [one for one in kept if one.elsewhere is not None and one.share > one.elsewhere]
    spoken = len({record.id for one in points for record in one.records})
    neutral = {record.id for one in points if one.found.stance is Stance.NEUTRAL for record in one.records}
    are_facts = 2 * len(neutral) > spoken
    shares = dict.fromkeys(Stance, LEAST_SHARE) | {Stance.NEUTRAL: LEAST_SHARE if are_facts else LEAST_NEUTRAL}
    of_stance = {
        stance: len({record.id for one in points if one.found.stance is stance for record in one.records})
        for stance in Stance
    }
    large = [
        one for one in kept
        if len(one.records) >= spoken * shares[one.found.stance]
        and (not plan.subject or len(one.records) >= LEAST_OF_STANCE * of_stance[one.found.stance])
    ]  # fmt: skip
    kept = large if len(large) >= ENOUGH else kept
    has_enough = sum(one.found.stance is not Stance.NEUTRAL for one in kept) >= ENOUGH
    most_neutral = MOST_NEUTRAL if not has_enough or are_facts else 1
    most = MOST_POINTS if plan.subject or not plan.stance else MOST_ALONE
    left = dict.fromkeys(Stance, most * (SPARE if plan.subject and of >= FEW else 1)) | {Stance.NEUTRAL: most_neutral}
    return [one for one in kept if _takes(left, one.found.stance)]


def _takes(left: dict[Stance, int], stance: Stance) -> bool:
    """Return whether another of a stance is wanted, and count it."""
    left[stance] -= 1
    return left[stance] >= 0


def told(prepared: Sequence[Prepared], plan: Plan) -> list[Prepared]:
    """Return the points that have a title of their own and another comment that says it, if there are two or more.

    Of a stance that has none such, the first point with a title stays.
    """
    titled = [one for one in prepared if one.clause_score] or list(prepared)
    kept = [one for one in titled if len(one.quotes) > (1 if len(one.point.records) < MANY else 2)]
    if len(kept) < LEAST_TOLD:
        return titled
    have = {one.point.found.stance for one in kept}
    others = {one.point.found.stance: one for one in reversed(prepared) if one.clause_score}
    kept += [one for stance, one in others.items() if stance not in have and stance is not Stance.NEUTRAL]
    places = {id(one) for one in kept}
    most = MOST_POINTS if plan.subject or not plan.stance else MOST_ALONE
    left = dict.fromkeys(Stance, most) | {Stance.NEUTRAL: MOST_NEUTRAL}
    return [one for one in prepared if id(one) in places and _takes(left, one.point.found.stance)]

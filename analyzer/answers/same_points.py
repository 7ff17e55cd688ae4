"""Join points that say the same in other words, and tell groups whose comments have nothing in common.

The distance of two groups of clauses alone does not tell "shorter waiting times" and "waited for hours" from "waiting
for a call" and "waiting for an ambulance", which lie as near; whether the title of one supports that of the other does.
"""

from collections.abc import Mapping, Sequence, Set

import numpy as np

from analyzer.answers.general_remarks import EVALUATIONS
from analyzer.answers.opinion_snapshot import OpinionSnapshot
from analyzer.answers.opposites import WORD, are_opposite, denies, directions
from analyzer.answers.point_words import FUNCTION_WORDS
from analyzer.answers.points import FoundPoint, make_point
from analyzer.answers.quote_fit import TitleFit, fits
from analyzer.answers.quotes import is_form_of
from analyzer.answers.titles import ChosenTitles, ClauseTitle
from analyzer.answers.types import Stance
from analyzer.index.fulltext import STOP_WORDS, subject_words
from analyzer.models.embedding_thresholds import thresholds_of

COMPARED = 12
"""Points of each stance that are compared, those of the most comments."""
SUPPORTED = ((0.58, 0.6), (0.38, 0.8))
"""Support of one title by the other, and cosine of the centers, from which two points are one. Read on nine questions
over two corpora: 13 pairs that say the same, of which 10 are joined, and 60 that do not, of which one is."""

STEM, LONG_DENIED = 5, 6
KEPT = frozenset("more less too not no never without few fewer enough".split())
"""Words that a list of stop words has, and that change what a title says."""
COHERENT = 0.31
"""Mean support of a title by the clauses of its point from which they have something to say in common: .48, .58, .44
for waiting for an ambulance, in general and on the phone, .28 for all sorts of things about hospitals."""
LOOKED_AT, ENOUGH = 60, 4


def without_repeats(
    opinions: OpinionSnapshot,
    points: Sequence[FoundPoint],
    counts: Mapping[int, int],
    title: ChosenTitles,
    fit: TitleFit,
    subject: str = "",
) -> list[FoundPoint]:
    """Return the points, most comments first; of those that say the same, one with the opinions of all.

    Args:
        opinions: all opinions.
        points: the points, most comments first.
        counts: number of matching comments of each text.
        title: returns the clause that is the title of a point.
        fit: of clauses to a title.
        subject: of the question; titles that say nothing beside it but how good it is say the same.
    """
    asked = frozenset(word[:STEM] for word in subject_words(subject)) if subject else frozenset[str]()
    kept = list[FoundPoint]()
    titles = list[ClauseTitle | None]()
    seen = dict.fromkeys(Stance, 0)
    for point in points:
        seen[point.stance] += 1
        own = title(point) if seen[point.stance] <= COMPARED else None
        same = next(
            (n for n, one in enumerate(titles) if own and one and _same(kept[n], one, point, own, fit, asked)), None
        )
        if same is None:
            kept.append(point)
            titles.append(own)
        else:
            rows = np.sort(np.concatenate([kept[same].rows, point.rows]))
            joined = make_point(opinions, rows, point.stance, kept[same].words, counts)
            kept[same] = title.keep(joined, titles[same])
    return sorted(kept, key=lambda one: (-one.comments, int(one.rows.min())))


def coherent_first(points: Sequence[FoundPoint], title: ChosenTitles, fit: TitleFit) -> list[FoundPoint]:
    """Return the points whose clauses say something in common, or all if fewer than ENOUGH do.

    Clauses about a hospital are alike over a whole file, and need have nothing else in common.
    """
    if not thresholds_of(fit.model).is_verified:
        return list(points)
    seen = dict.fromkeys(Stance, 0)
    kept = list[FoundPoint]()
    for point in points:
        seen[point.stance] += 1
        if seen[point.stance] <= COMPARED + ENOUGH and (own := title(point)):
            supported = float(fit.of_rows(own.text, own.vector, point.rows[:LOOKED_AT]).mean())
            if round(supported, 4) >= COHERENT:
                kept.append(point)
    return kept if len(kept) >= ENOUGH else list(points)


def gist(title: str, asked: Set[str]) -> frozenset[str]:
    """Return the beginnings of the words of a title that say something: not those of the subject, nor how good it is.

    "Not flattering at all" and "so unflattering" have the same.
    """
    found, words = set[str](), [word.replace("’", "'") for word in WORD.findall(title.casefold())]
    for word in words:
        if word in KEPT or word.endswith("n't"):
            found.add("not" if denies(word) else word)
        elif len(word) > LONG_DENIED and word.startswith("un"):
            found |= {"not", word[2 : 2 + STEM]}
        elif word not in STOP_WORDS | FUNCTION_WORDS | EVALUATIONS and not is_form_of(word, asked):
            found.add(word[:STEM])
    says_bad = found == {"not"} and not EVALUATIONS.isdisjoint(words)  # "the quality is not great"
    return frozenset() if says_bad else frozenset(found)


def _same(
    one: FoundPoint, first: ClauseTitle, other: FoundPoint, second: ClauseTitle, fit: TitleFit, asked: Set[str]
) -> bool:
    if one.stance is not other.stance or are_opposite(directions(first.text), directions(second.text)):
        return False
    said = gist(first.text, asked)
    if said == gist(second.text, asked) and (said or asked):
        return True
    if not thresholds_of(fit.model).is_verified:
        return False
    nearness = float(np.round(one.center @ other.center, 4))
    if nearness < min(near for _, near in SUPPORTED):
        return False
    support = min(
        float(fits(a.text, [b.text], a.vector, b.vector[None], fit.model)[0])
        for a, b in ((first, second), (second, first))
    )
    return any(support >= least and nearness >= near for least, near in SUPPORTED)

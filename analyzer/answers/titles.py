"""Choose the title of a point: a short clause of a comment, or words of the model that say it as well.

A candidate is scored by how near it is to the center of its point, how much nearer than to the other points of its
stance, and whether its words say something. A short clause is there before the model has written, and holds by itself.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np

from analyzer.answers.opinion_snapshot import Floats, OpinionSnapshot
from analyzer.answers.opposites import are_opposite, common, directions
from analyzer.answers.point_words import (
    FUNCTION_WORDS,
    INNER_WORD,
    Vocabulary,
    is_title,
    repeats_content,
)
from analyzer.answers.points import FoundPoint, clause_of
from analyzer.answers.quote_fit import fits, stance_margins
from analyzer.answers.quotes import QUOTED_RELEVANCE, Quoted, content_words, is_sure, says_more_than
from analyzer.answers.title_spans import begins_with_pronoun, is_of_the_thing, title_spans
from analyzer.answers.types import Stance
from analyzer.answers.wishes import is_wish
from analyzer.index.fulltext import STOP_WORDS
from analyzer.models.embedder import Embeds, Vectors
from analyzer.opinions.polarity import PolarityHead
from analyzer.opinions.stored_opinions import compared_as

LOOKED_AT = 60
"""Most typical opinions of a point among which a short clause is looked for."""
DISTINCT, INFORMATIVE = 0.3, 0.15
"""Weights of being nearer to the point than to others, and of words with content, beside the cosine to its center."""
SUPPORTED = 0.6
"""Weight of the mean support by the SUPPORTING most typical opinions; the COMPARED best clauses are looked at."""
SUPPORTING, COMPARED = 20, 12
SAYS = 0.3
"""Weight of how sure the stance of a title is, read by itself: "wait for ambulance" says less than "long wait"."""
VAGUE = 0.1
"""How much less a title scores that does not name its thing: "it is soft"."""
OTHER_MOOD = 0.1
"""How much less a wish scores where what is so is asked for: "shorter waiting time" beside "waiting times far too
long"; and the other way round."""
MOST_LONE = 0.34
"""Share of the words of a title that stand in one clause of the point alone."""
LEAST_SURE = 0.1
"""The same, below which no clause is a title of a complaint or of praise."""
UNSURE = 0.15
"""How much less a clause scores whose stance is unsure."""
RELEVANT = 0.4
"""Weight of speaking of the subject."""
ENOUGH_WORDS = 4
LESS_GOOD = 0.1
"""How much less a title of the model may score than the best short clause: it says what several comments say."""
LESS_SUPPORTED = 0.05
"""How much less support a title of the model may have than the clause in its place."""
STEM = 4
LEAST_USES, MANY_USED = 2, 0.6
MOST_COUNTED = 4
USED = 0.4
"""Weight of the mean share of a title's words that a typical clause of its point has too."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A score of a title for a point; own is the cosine to its center, other the highest to another of its stance."""

    own: float
    other: float
    words: int

    @property
    def value(self) -> float:
        """The score; higher is better."""
        informative = INFORMATIVE * min(self.words, ENOUGH_WORDS) / ENOUGH_WORDS
        return round(self.own + DISTINCT * (self.own - self.other) + informative, 4)


@dataclass(frozen=True, slots=True)
class ClauseTitle:
    """A part of a clause that is the title of a point.

    Attributes:
        quoted: its span.
        text: of the span.
        vector: float32[d], of the text.
        value: its score, to compare with a title of the model.
    """

    quoted: Quoted
    text: str
    vector: Vectors
    value: float


class ChosenTitles:
    """The titles of points, each chosen once: the title that a point was made by is the one it is shown with."""

    def __init__(self, choose: Callable[[FoundPoint], ClauseTitle | None]) -> None:
        """Choose the title of a point that has none yet by `choose`."""
        self._choose = choose
        self._known = dict[int, tuple[FoundPoint, ClauseTitle | None]]()

    def __call__(self, point: FoundPoint) -> ClauseTitle | None:
        """Return the title of a point; None if it has none."""
        if id(point) not in self._known:
            self.keep(point, self._choose(point))
        return self._known[id(point)][1]

    def keep(self, point: FoundPoint, title: ClauseTitle | None) -> FoundPoint:
        """Keep a title for a point; return the point."""
        self._known[id(point)] = (point, title)
        return point


def clause_title(
    opinions: OpinionSnapshot, point: FoundPoint, others: Sequence[FoundPoint], texts: Mapping[int, str], subject: str,
    model: str, embed: Callable[[Sequence[str]], Vectors], polarity: PolarityHead, relevance: Floats | None = None,
    wishes: bool = False,
) -> ClauseTitle | None:  # fmt: skip
    """Return the part of a clause, two to seven words, that says best what a point says; None if there is none.

    Of the best by their score that one is taken which the typical opinions of the point support most, and whose words
    most of them use.

    Args:
        opinions: all opinions.
        point: the point.
        others: the other points.
        texts: texts by id.
        subject: of the question; a clause of its words alone is no title.
        model: name of the embedding model.
        embed: returns float32[k, d] of k texts.
        polarity: judges a clause by itself: one of the other stance, whatever the rating of its comment, is no title.
        relevance: float64[n], how much each opinion speaks of the subject, 0 to 1; None without a subject.
        wishes: whether a wish is the better title of a complaint, rather than what is so.
    """
    clauses = [clause_of(opinions, row, texts) for row in point.rows[:LOOKED_AT].tolist()]
    used = [_stems_of(clause) for clause in clauses[:SUPPORTING]]
    best = _candidates(opinions, point, others, clauses, subject, used, relevance)
    near = [one for one in best if relevance is None or relevance[one.row] >= QUOTED_RELEVANCE]
    supported = partial(_best_supported, opinions, point, others, texts, model, embed, polarity, used, wishes)
    return supported(near[: 2 * COMPARED]) or supported(best[: 2 * COMPARED])


def _candidates(
    opinions: OpinionSnapshot, point: FoundPoint, others: Sequence[FoundPoint], clauses: Sequence[str], subject: str,
    used: Sequence[Set[str]], relevance: Floats | None,
) -> list[Quoted]:  # fmt: skip
    """Return the parts of the most typical clauses that can be titles, best first, each wording once."""
    rows = point.rows[:LOOKED_AT]
    vectors = np.stack([opinions.background.centered(one) for one in opinions.vectors[opinions.clauses[rows]]])
    own, other = _likeness(vectors, point, others)
    ends, named = common([directions(clause) for clause in clauses]), _stems_of(subject)
    tally = Counter(stem for clause in clauses for stem in _stems_of(clause))
    least = LEAST_USES if len(clauses) > LEAST_USES else 1
    found, is_shared, is_certain = dict[str, tuple[float, Quoted]](), dict[str, bool](), dict[str, bool]()
    for place, (row, clause) in enumerate(zip(rows.tolist(), clauses, strict=True)):
        base = RELEVANT * float(relevance[row]) if relevance is not None else 0.0
        sure = is_sure(opinions, row, point.stance)
        for start, end in title_spans(clause) if _may_be_title(clause, point.stance) else []:
            text = clause[start:end]
            loses_subject = named & _stems_of(clause) and not named & _stems_of(text)
            if loses_subject or are_opposite(ends, directions(text)) or not says_more_than(text, subject):
                continue
            lone = sum(tally[stem] < least for stem in _stems_of(text)) > MOST_LONE * len(_stems_of(text))
            value = Scored(own[place], other[place], len(content_words(text))).value
            fitting = base + value + _plainness(text, used) - (0.0 if sure else UNSURE)
            begin = int(opinions.starts[row])
            quoted = Quoted(row, int(opinions.text_ids[row]), begin + start, begin + end, own[place])
            if compared_as(text) not in found or fitting > found[compared_as(text)][0]:
                found[compared_as(text)] = (fitting, quoted)
                is_shared[compared_as(text)], is_certain[compared_as(text)] = not lone, sure
    for is_better in (is_certain, is_shared):  # words of one comment alone, and unsure ones, only where no others are
        if any(is_better[text] for text in found):
            found = {text: one for text, one in found.items() if is_better[text]}
    return [one for _, one in sorted(found.values(), key=lambda one: (-one[0], one[1].row, one[1].start))]


def _may_be_title(clause: str, stance: Stance) -> bool:
    """Return whether a clause is no question, nor, without a stance, what its writer is or has done."""
    return not clause.rstrip().endswith("?") and (stance is not Stance.NEUTRAL or is_of_the_thing(clause))


def _plainness(text: str, used: Sequence[Set[str]]) -> float:
    """Return the part of a title's score for words that other clauses use, and for naming its thing."""
    return USED * _share_used(text, used) - (VAGUE if begins_with_pronoun(text) else 0.0)


def _best_supported(
    opinions: OpinionSnapshot, point: FoundPoint, others: Sequence[FoundPoint], texts: Mapping[int, str],
    model: str, embed: Callable[[Sequence[str]], Vectors], polarity: PolarityHead, used: Sequence[Set[str]],
    wishes: bool, candidates: Sequence[Quoted],
) -> ClauseTitle | None:  # fmt: skip
    """Return the candidate of the point's stance that its typical opinions support most; None if there is none."""
    said = [texts[one.text_id][one.start : one.end] for one in candidates]
    if not said:
        return None
    vectors = embed(said)
    sure = stance_margins(said, vectors, point.stance, polarity)
    kept = [n for n in range(len(said)) if point.stance is Stance.NEUTRAL or sure[n] >= LEAST_SURE][:COMPARED]
    if not kept:
        return None
    own, other = _likeness(np.stack([opinions.background.centered(one) for one in vectors]), point, others)
    supporting = point.rows[:SUPPORTING]
    quotes = [clause_of(opinions, row, texts) for row in supporting.tolist()]
    rest = opinions.vectors[opinions.clauses[supporting]].astype(np.float32)
    titles, is_complaint = list[tuple[float, ClauseTitle]](), point.stance is Stance.COMPLAINT
    for n in kept:
        value = Scored(own[n], other[n], len(content_words(said[n]))).value
        support = float(fits(said[n], quotes, vectors[n], rest, model).mean())
        fitting = value + SUPPORTED * support + SAYS * sure[n] + _plainness(said[n], used)
        fitting -= OTHER_MOOD if is_complaint and is_wish(said[n]) != wishes else 0.0
        titles.append((round(fitting, 4), ClauseTitle(candidates[n], said[n], vectors[n], value)))
    return max(titles, key=lambda one: one[0])[1]


def _stems_of(text: str) -> frozenset[str]:
    return frozenset(word[:STEM] for word in content_words(text))


def _share_used(text: str, used: Sequence[Set[str]]) -> float:
    """Return how much of a title's words with content the clauses have too, in whatever form: 1 for one that all have.

    Half of it is the mean share of clauses that have a word, and half the sum over the MOST_COUNTED most used words, so
    that "appointments changed or cancelled" says more than "missed appointments".
    """
    shares = sorted((sum(stem in one for one in used) / max(len(used), 1) for stem in _stems_of(text)), reverse=True)
    return (sum(shares) / max(len(shares), 1) + sum(shares[:MOST_COUNTED])) / 2


def model_title(
    output: str, allowed: Vocabulary, clauses: Sequence[str], embedder: Embeds,
    center: Callable[[Vectors], Vectors], point: FoundPoint, others: Sequence[FoundPoint], against: str = "",
) -> tuple[str, float]:  # fmt: skip
    """Return the best beginning of what the model wrote that is a title, with its score; empty if none is.

    A beginning ends before a function word, with a word that ends a clause too ("and took" ends none), and has no word
    with content twice. Words that stand side by side do so in a clause, so that it reads as people write. MANY_USED of
    those with content are used by at least LEAST_USES clauses. A title is at least as near to its point as to the
    others of its stance.
    """
    words = output.strip().split()
    ends_clause = {found[-1].casefold() for clause in clauses if (found := INNER_WORD.findall(clause))}
    glued = strange_pairs(words, clauses)
    ends = [n for n in range(2, len(words)) if words[n].casefold() in FUNCTION_WORDS]
    used = [content_words(clause) for clause in clauses]
    candidates = [
        text for end in [*ends, len(words)]
        if end and words[end - 1].casefold() in ends_clause and not any(glued[: end - 1])
        and not repeats_content(words[:end])
        and is_title(text := " ".join(words[:end]), allowed) and _is_shared(text, used)
    ]  # fmt: skip
    if not candidates:
        return "", 0.0
    if against:
        candidates = _supported(candidates, against, clauses, embedder)
        if not candidates:
            return "", 0.0
    vectors = np.stack([center(vector) for vector in embedder.embed(candidates)])
    own, other = _likeness(vectors, point, others)
    scored = [
        (Scored(a, b, len(content_words(text))).value, text)
        for a, b, text in zip(own, other, candidates, strict=True) if a >= b
    ]  # fmt: skip
    value, text = max(scored, key=lambda pair: pair[0], default=(0.0, ""))
    return text, value


def _supported(titles: Sequence[str], clause: str, clauses: Sequence[str], embedder: Embeds) -> list[str]:
    """Return the titles that the clauses support as much as they support a clause: "ward staff" says nothing of it."""
    read = clauses[:SUPPORTING]
    vectors = embedder.embed([clause, *titles, *read])
    rest = vectors[len(titles) + 1 :]
    supports = [
        float(fits(title, read, vectors[n], rest, embedder.name).mean()) for n, title in enumerate([clause, *titles])
    ]
    return [title for title, value in zip(titles, supports[1:], strict=True) if value >= supports[0] - LESS_SUPPORTED]


def strange_pairs(words: Sequence[str], clauses: Sequence[str]) -> list[bool]:
    """Return for each word but the last whether no clause has it before the next one, in whatever form.

    Between two words with content a clause may have up to two others: "came three days late" has "came late".
    """
    pairs, near = set[tuple[str, str]](), set[tuple[str, str]]()
    for found in map(INNER_WORD.findall, clauses):
        pairs.update(_stems(*pair) for pair in pairwise(found))
        near.update(_stems(one, other) for n, one in enumerate(found) for other in found[n + 2 : n + 4])
    return [
        _stems(*pair) not in pairs
        and (_stems(*pair) not in near or any(word.casefold() in STOP_WORDS | FUNCTION_WORDS for word in pair))
        for pair in pairwise(words)
    ]


def _stems(one: str, other: str) -> tuple[str, str]:
    return one.casefold()[:STEM], other.casefold()[:STEM]


def _is_shared(title: str, used: Sequence[Set[str]]) -> bool:
    words = content_words(title)
    least = LEAST_USES if len(used) > LEAST_USES else 1
    shared = sum(sum(word in one for one in used) >= least for word in words)
    return bool(words) and shared >= MANY_USED * len(words)


def _likeness(vectors: Vectors, point: FoundPoint, others: Sequence[FoundPoint]) -> tuple[list[float], list[float]]:
    own = np.round(vectors @ point.center, 4)
    centers = [one.center for one in others if one is not point and one.stance is point.stance]
    other = np.round(vectors @ np.stack(centers).T, 4).max(axis=1) if centers else np.zeros(len(vectors))
    return own.tolist(), other.tolist()

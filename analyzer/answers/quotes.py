"""Choose the quotes of a point: typical of it, informative, and different from each other."""

import re
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np

from analyzer.answers.grounding.verbatim import PLACEHOLDER
from analyzer.answers.opinion_snapshot import Floats, OpinionSnapshot, Rows
from analyzer.answers.points import FoundPoint, clause_of
from analyzer.answers.types import Stance
from analyzer.index.fulltext import EMPTY_WORDS, STOP_WORDS, WORD, subject_words
from analyzer.opinions.stored_opinions import EDGES

MOST_CANDIDATES = 60
"""Opinions of a point that are looked at, best first."""
QUOTED_RELEVANCE = 0.6
"""Least relative height of the score of a quoted opinion. On the 30 labels of benchmarks/points.py: without it .40 of
the cited comments carry the label (31 a question), with .55 .44 (23), .65 .51 (16), .75 .59 (10)."""
SAYS_TITLE, FARTHER = 0.65, 0.7
"""Support of the title from which FARTHER of that relevance is enough, where a point has not two quotes otherwise:
"they run large" need not name sizing."""
TYPICAL = 0.3
"""Weight of being typical of the point; the rest is speaking of the subject. On the same labels, without a least
relevance: 1 gave .33 of cited comments that carry the label, .5 .39, .3 .40, .1 .40."""
GOOD_WORDS = 12
"""Words from which a quote is as informative as a longer one."""
LEAST_INFORMATIVE, LEAST_LONG = 2, 3
"""Words of its own, beside the subject's, that a quote needs; one is enough in a clause of LEAST_LONG words."""
WIDENED = 0.8
"""Weight of a quote that needs the clause beside it, which may say something else."""
OPEN = frozenset(
    """a although an and are as at because but feel feels felt for from had has have however if in is it look looks
    looked of on or seem seems so than that the this to unless very was were when which while with""".split()
)
"""Words at which a clause breaks off ("the fabric on this top is"); it is quoted with the one beside it."""
LINK = re.compile(r"https?:|www\.|\]\(|<[a-z/]", re.IGNORECASE)
"""Links and markup: a quote with one is taken last."""
STATEMENT = 3
"""Words from which a subject is a statement ("parcel came late"), and a clause that repeats it says something."""
TOO_LIKE = 0.8
SHARED_WORDS = 0.67
SAME_WORDING = 0.93
"""Cosine from which two quotes are one, where hardly any two are as different as TOO_LIKE asks."""
SURE = 0.75
"""Probability of its stance from which an opinion is preferred as a quote."""
ENOUGH_SURE = 3
"""Quotes whose stance is sure from which no others are taken."""
UNSURE, ASKED = 0.7, 0.5
"""Weights of a quote whose stance is unsure, and of a question, which seldom says what somebody thinks."""
LEAST_FIT, ENOUGH_FIT = 0.3, 0.4
"""Weight of a quote of which nothing says that it supports the title, and the support from which more is no better: a
quote that repeats the title adds nothing."""
STEM, LEAST_STEM = 5, 3
LONGEST = 300


@dataclass(frozen=True, slots=True)
class Quoted:
    """A quote: a span of a text, the row of its opinion, and how typical it is."""

    row: int
    text_id: int
    start: int
    end: int
    typical: float


def choose_quotes(
    opinions: OpinionSnapshot,
    point: FoundPoint,
    texts: Mapping[int, str],
    subject: str,
    most: int,
    relevance: Floats | None = None,
    least: float = QUOTED_RELEVANCE,
    fit: Callable[[Rows, Sequence[str]], Floats] | None = None,
) -> list[Quoted]:
    """Return up to `most` quotes of a point, best first, each of another text.

    A clause that says nothing beside the subject's words is widened by the clause that follows or precedes it; where
    that helps nothing either, it is not quoted.

    Args:
        opinions: all opinions.
        point: the point to quote.
        texts: texts by id.
        subject: of the question; empty if there is none.
        most: number of quotes.
        relevance: float64[n], how much each opinion speaks of the subject, 0 to 1; None without a subject.
        least: relevance from which an opinion is quoted.
        fit: returns for rows of opinions and their texts how well they fit the title, 0 to 1; 0 is not quoted.
    """
    own = frozenset(word[:STEM] for word in subject_words(subject)) if subject else frozenset[str]()
    candidates = list[tuple[float, Quoted, frozenset[str]]]()
    near = point.typical if relevance is None else TYPICAL * point.typical + (1 - TYPICAL) * relevance[point.rows]
    best = np.argsort(-np.round(near, 4), kind="stable")[:MOST_CANDIDATES]
    rows = point.rows[best]
    fitting = fit(rows, [clause_of(opinions, row, texts) for row in rows.tolist()]) if fit else np.ones(len(rows))
    if relevance is not None:
        kept = relevance[rows] >= least
        best, rows, fitting = best[kept], rows[kept], fitting[kept]
    for row, typical, fits in zip(rows.tolist(), near[best].tolist(), fitting.tolist(), strict=True):
        span = _informative_span(opinions, row, texts, own)
        if span is None or not fits:
            continue
        text_id = int(opinions.text_ids[row])
        words = content_words(texts[text_id][span[0] : span[1]])
        score = float(typical) * (0.5 + 0.5 * min(len(words), GOOD_WORDS // 2) / (GOOD_WORDS // 2))
        score *= 1.0 if is_sure(opinions, row, point.stance) else UNSURE
        score *= LEAST_FIT + (1 - LEAST_FIT) * min(fits / ENOUGH_FIT, 1.0)
        score *= ASKED if texts[text_id][span[0] : span[1]].rstrip().endswith("?") else 1.0
        score *= WIDENED if span[1] - span[0] > int(opinions.ends[row]) - int(opinions.starts[row]) else 1.0
        score *= 0.5 if LINK.search(texts[text_id], span[0], span[1]) else 1.0
        candidates.append((round(score, 4), Quoted(row, text_id, *span, round(float(typical), 4)), words))
    candidates.sort(key=lambda one: (-one[0], one[1].row))
    sure = [one for one in candidates if is_sure(opinions, one[1].row, point.stance)]
    candidates = sure if len(sure) >= ENOUGH_SURE else candidates
    chosen = _different(opinions, candidates, most)
    chosen = chosen if len(chosen) > 1 else _different(opinions, candidates, most, SAME_WORDING, 1.0)
    if len(chosen) > 1 or relevance is None or not (fit and least >= QUOTED_RELEVANCE):
        return chosen
    farther = choose_quotes(opinions, point, texts, subject, most, relevance, FARTHER * least, _of_title(fit))
    return max(chosen, farther, key=len)


def _of_title(fit: Callable[[Rows, Sequence[str]], Floats]) -> Callable[[Rows, Sequence[str]], Floats]:
    """Return the fit to a title, 0 for what does not surely say it."""

    def surely(rows: Rows, quotes: Sequence[str]) -> Floats:
        found = fit(rows, quotes)
        return np.where(found >= SAYS_TITLE, found, 0.0)

    return surely


def content_words(text: str) -> frozenset[str]:
    """Return the words of a text that say something: no stop words, no placeholders."""
    return frozenset(
        word for word in WORD.findall(PLACEHOLDER.sub(" ", text).casefold())
        if word not in STOP_WORDS and word not in EMPTY_WORDS and not word.isdigit() and len(word) > 1
    )  # fmt: skip


def typical_quotes(opinions: OpinionSnapshot, point: FoundPoint, texts: Mapping[int, str], most: int) -> list[Quoted]:
    """Return the most typical opinions of a point, each of another text and with other words, as they stand."""
    found: dict[str, Quoted] = {}
    seen = set[int]()
    for row, typical in zip(point.rows[:MOST_CANDIDATES].tolist(), point.typical.tolist(), strict=False):
        text_id, start, end = int(opinions.text_ids[row]), int(opinions.starts[row]), int(opinions.ends[row])
        words = " ".join(sorted(content_words(texts[text_id][start:end])))
        if words and words not in found and text_id not in seen:
            seen.add(text_id)
            found[words] = Quoted(row, text_id, start, end, round(float(typical), 4))
        if len(found) == most:
            break
    return list(found.values())


def breaks_off(clause: str) -> bool:
    """Return whether a clause ends at a word after which something is missing."""
    return (clause.strip(EDGES).casefold().split() or [""])[-1] in OPEN


def says_more_than(clause: str, subject: str) -> bool:
    """Return whether a clause says anything beside the words of a subject."""
    own = frozenset(word[:STEM] for word in subject_words(subject)) if subject else frozenset[str]()
    return any(not is_form_of(word, own) for word in content_words(clause)) or len(own) >= STATEMENT


def says_something(opinions: OpinionSnapshot, point: FoundPoint, texts: Mapping[int, str], subject: str) -> bool:
    """Return whether at least half of the typical opinions of a point say more than the subject's own words."""
    rows = point.rows[:MOST_CANDIDATES].tolist()
    spans = [(int(opinions.text_ids[row]), int(opinions.starts[row]), int(opinions.ends[row])) for row in rows]
    return 2 * sum(says_more_than(texts[one][start:end], subject) for one, start, end in spans) >= len(spans)


def beside(opinions: OpinionSnapshot, title: Quoted, quotes: Sequence[Quoted], rows: Rows) -> list[Quoted]:
    """Return the quotes that stand below a title; where others say only the very same, a comment that says it.

    A point that four comments make in one sentence is no weaker than one that they make in four.

    Args:
        opinions: all opinions.
        title: what the title quotes.
        quotes: of the point.
        rows: int64[k], the opinions of the point.
    """
    if found := without_like(opinions, title, quotes):
        return found
    same = opinions.clauses[rows] == opinions.clauses[title.row]
    others = [row for row in rows[same].tolist() if int(opinions.text_ids[row]) != title.text_id]
    return [
        Quoted(row, int(opinions.text_ids[row]), int(opinions.starts[row]), int(opinions.ends[row]), title.typical)
        for row in others[:1]
    ]


def without_like(opinions: OpinionSnapshot, first: Quoted, quotes: Sequence[Quoted]) -> list[Quoted]:
    """Return the quotes of other texts than the first one's, which say something else than the clause it quotes."""
    return [
        one
        for one in quotes
        if one.text_id != first.text_id and opinions.clauses[one.row] != opinions.clauses[first.row]
    ]


def shown_title(quote: str, most_words: int = 12) -> str:
    """Return a quote as a title: in quotation marks, shortened at a word, with a capital letter."""
    words = quote.split()
    line = " ".join(words[:most_words]).strip(EDGES) if len(words) > most_words else " ".join(words).strip(" .,;:-–—")
    return f"“{line[:1].upper()}{line[1:]}{' …' if len(words) > most_words else ''}”"


def _informative_span(
    opinions: OpinionSnapshot, row: int, texts: Mapping[int, str], own: Set[str]
) -> tuple[int, int] | None:
    text_id, start, end = int(opinions.text_ids[row]), int(opinions.starts[row]), int(opinions.ends[row])
    text = texts[text_id]
    if _is_informative(text[start:end], own):
        return start, end
    for neighbor in (row + 1, row - 1):
        if 0 <= neighbor < len(opinions) and int(opinions.text_ids[neighbor]) == text_id:
            wide = min(start, int(opinions.starts[neighbor])), max(end, int(opinions.ends[neighbor]))
            if wide[1] - wide[0] <= LONGEST and _is_informative(text[wide[0] : wide[1]], own):
                return wide
    return None


def _is_informative(clause: str, own: Set[str]) -> bool:
    words = content_words(clause)
    if breaks_off(clause):
        return False
    beside = {word for word in words if not is_form_of(word, own)}
    if len(beside) >= LEAST_INFORMATIVE or (beside and len(clause.split()) >= LEAST_LONG):
        return True
    return len(own) >= STATEMENT and len({word[:STEM] for word in words}) >= STATEMENT


def is_form_of(word: str, stems: Set[str]) -> bool:
    """Return whether a word is a form of one of the stems: "wait" of "waiti"."""
    return any(word.startswith(stem) or (len(word) >= LEAST_STEM and stem.startswith(word)) for stem in stems)


def is_sure(opinions: OpinionSnapshot, row: int, stance: Stance) -> bool:
    """Return whether an opinion surely has this stance; one without a stance is not unsure."""
    negative, positive = opinions.polarity[row]
    return bool(
        negative >= SURE if stance is Stance.COMPLAINT else positive >= SURE if stance is Stance.PRAISE else True
    )


def _different(
    opinions: OpinionSnapshot,
    candidates: Sequence[tuple[float, Quoted, frozenset[str]]],
    most: int,
    too_like: float = TOO_LIKE,
    shared: float = SHARED_WORDS,
) -> list[Quoted]:
    chosen: list[tuple[Quoted, frozenset[str]]] = []
    for _, quoted, words in candidates:
        if len(chosen) == most:
            break
        if all(not _says_the_same(opinions, (quoted, words), other, too_like, shared) for other in chosen):
            chosen.append((quoted, words))
    return [quoted for quoted, _ in chosen]


def _says_the_same(
    opinions: OpinionSnapshot,
    one: tuple[Quoted, frozenset[str]],
    other: tuple[Quoted, frozenset[str]],
    too_like: float,
    most_shared: float,
) -> bool:
    if one[0].text_id == other[0].text_id:
        return True
    vectors = opinions.vectors[opinions.clauses[[one[0].row, other[0].row]]].astype(np.float32)
    shared = len(one[1] & other[1]) / max(len(one[1] | other[1]), 1)
    return bool(np.round(vectors[0] @ vectors[1], 4) >= too_like) or shared >= most_shared

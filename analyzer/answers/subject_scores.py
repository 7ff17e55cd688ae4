"""Score every opinion of a corpus by how much it speaks of a subject.

The score joins meaning, words and context: the cosine of the clause to a direction, the subject's words in the clause
and in its comment, and the cosine of the whole comment. The direction is the subject itself, moved toward the clauses
that come first for it (pseudo-relevance feedback, Rocchio 1971) and toward what tells them from all other clauses (the
linear discriminant of these clauses against the corpus, which needs no examples of the opposite).

On the 30 most frequent labels of the NHS comments, comment level, mean average precision: cosine of the comment .23,
best clause .28, with words .30, centered .31, with feedback .34, with the discriminant .36, without the part
of common words .38 (benchmarks/points.py).
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce

import numpy as np

from analyzer.answers.opinion_snapshot import Floats, OpinionSnapshot, Rows, unit
from analyzer.counting.priors import word_weights
from analyzer.index.fulltext import subject_words, texts_with
from analyzer.index.vectors import VectorIndex
from analyzer.models.embedder import Embeds, Vectors
from analyzer.models.parallel import one_thread
from analyzer.store.database import Database

CLAUSE_WORDS = COMMENT_WORDS = 0.15
CONTEXT = 0.15
FEEDBACK = 20
"""Most clauses that move the direction of a subject, at most one in FEEDBACK_OF of all clauses."""
FEEDBACK_OF = 100
FEEDBACK_LEAST = 0.6
"""Least score of such a clause, relative to the first one, so that a subject of few clauses does not drift."""
TOWARD_CENTER, TOWARD_DIFFERENCE = 0.8, 1.2
COMMON = 0.05
"""Share of texts from which a word of a subject of several words is common: "staff" in "staff continuity". On the 30
labels below and on the 18 next ones: MAP .356 and .270 without, .367 and .283 with .6 of it removed, .379 and .289 with
all of it; with .08 for the share .374 and .273."""
MOST_WORDS = 12
SHORTEST_FORM = 5
LEAST_STEM = 4
MOST_READ = 2_000
"""Texts with a word that are read for whether it is but part of a name; a frequent word is none."""
EVERY_WORD = 0.99
PARTS = re.compile(r"\s*(?:[,/&;]|\b(?:and|or|und|et|y|e|en)\b)\s*")
PLACE = re.compile(
    r"(?<=\w)\s+(?:on|in|at|during|inside|auf|im|bei|dans|sur|en|op|nel|nella|sul|sulla)\s+(?=\w)", re.IGNORECASE
)
"""Before the place or time of a subject: "the food on the wards" speaks of food, not of wards."""
LEAST_PART = 4
"""Characters of a thing in a list: "food & drink" speaks of food, and of drink."""
STEM = 5
TOP = 5
"""Texts whose mean score counts for the upper end of the scale on which the cut is set."""


@dataclass(frozen=True, slots=True)
class SubjectScores:
    """The scores of one subject.

    Attributes:
        scores: float64[n], of each opinion.
        nearness: float64[n], cosine of each opinion's clause to the subject as asked; where it lists several things,
            to the nearest of them.
        shares: float64[n], weighted share of the words of the subject (or of one of the things it lists) in the
            comment of each opinion.
        in_clause: float64[n], weighted share of the words of the subject in each opinion's clause.
        middle, top: the ends of the scale on which the cut is set, see `scale`.
    """

    scores: Floats
    nearness: Floats
    shares: Floats
    in_clause: Floats
    middle: float
    top: float

    def cut(self, height: float) -> float:
        """Return the score at a relative height between the middle (0) and the top (1) of the scale."""
        return self.middle + height * (self.top - self.middle)

    def relevance(self) -> Floats:
        """Return float64[n], the relative height of each opinion's score, 0 to 1."""
        return np.asarray(np.clip((self.scores - self.middle) / max(self.top - self.middle, 1e-6), 0.0, 1.0))


@dataclass(frozen=True, slots=True)
class SubjectScorer:
    """Scores the opinions of one workspace."""

    database: Database
    opinions: OpinionSnapshot
    vectors: VectorIndex
    embedder: Embeds

    def score(self, subject: str) -> SubjectScores:
        """Return the scores of all opinions for a subject."""
        opinions = self.opinions
        asked = self.embedder.embed_one(subject)
        thing, *places = PLACE.split(subject)
        found = self._words(thing) or self._words(subject)
        parts = [subject, *(part for part in PARTS.split(subject) if len(part) >= LEAST_PART and part != subject)]
        in_comment = _shares(opinions.text_ids, found)
        in_clause = self._clause_shares(found)
        with one_thread():
            words = np.zeros(len(opinions.vectors))
            np.maximum.at(words, opinions.clauses, COMMENT_WORDS * in_comment + CLAUSE_WORDS * in_clause)
            direction = self.direction(asked, words, self._common(found, self._words(" ".join(places))))
            likeness = opinions.background.likeness(opinions.vectors, direction)[opinions.clauses]
            context = self._context(direction)
            named = self.embedder.embed_queries(parts)
            nearness = np.round(opinions.vectors.astype(np.float32) @ named.T, 4).max(axis=1)[opinions.clauses]
        scores = likeness + CLAUSE_WORDS * in_clause + COMMENT_WORDS * in_comment + CONTEXT * context
        whole = np.max([_shares(opinions.text_ids, self._words(part)) for part in parts], axis=0)
        ends = scale(opinions.text_ids, scores)
        return SubjectScores(np.round(scores, 4), nearness.astype(np.float64), whole, in_clause, *ends)

    def direction(self, asked: Vectors, words: Floats | float = 0.0, common: Vectors | None = None) -> Vectors:
        """Return the direction of a subject in the centered space, float32[d].

        Args:
            asked: the vector of the subject.
            words: float64[m], what the words of the subject add to the score of each clause.
            common: float32[k, d], vectors of words of the subject that so many texts use that they tell little; their
                part of the subject's vector is removed.
        """
        background, vectors = self.opinions.background, self.opinions.vectors
        subject = background.centered(asked)
        if common is not None and len(common):
            basis, _ = np.linalg.qr(np.stack([background.centered(one) for one in common]).T)
            subject = unit((subject - basis @ (basis.T @ subject)).astype(np.float32))
        first = np.asarray(np.round(background.likeness(vectors, subject) + words, 4))
        nearest = np.argsort(-first, kind="stable")[: min(FEEDBACK, 1 + len(first) // FEEDBACK_OF)]
        if not len(nearest) or first[nearest[0]] <= 0:
            return subject
        nearest = nearest[first[nearest] >= FEEDBACK_LEAST * first[nearest[0]]]
        units = vectors[nearest].astype(np.float32) - background.mean
        center = (units / np.maximum(np.linalg.norm(units, axis=1, keepdims=True), 1e-9)).mean(axis=0)
        moved = unit(subject + TOWARD_CENTER * unit(center))
        return unit(moved + TOWARD_DIFFERENCE * unit((background.whitening @ center).astype(np.float32)))

    def _context(self, direction: Vectors) -> Floats:
        """Return for each opinion the centered cosine of its whole comment; 0 for a text that is not indexed yet."""
        ids = self.vectors.ids()
        if not len(ids):
            return np.zeros(len(self.opinions))
        mean = self.opinions.background.mean
        products = self.vectors.products(np.stack([direction, mean])).astype(np.float64)
        lengths = np.sqrt(np.maximum(1.0 - 2 * products[:, 1] + float(mean @ mean), 1e-9))
        likeness = np.round((products[:, 0] - float(mean @ direction)) / lengths, 5)
        place = np.minimum(np.searchsorted(ids, self.opinions.text_ids), len(ids) - 1)
        return np.where(ids[place] == self.opinions.text_ids, likeness[place], 0.0)

    def _common(
        self, found: Mapping[str, tuple[float, Rows]], places: Mapping[str, tuple[float, Rows]]
    ) -> Vectors | None:
        """Return the vectors of the places of a subject, and of frequent words of it; None if it has none."""
        common = [word for word, (_, ids) in found.items() if len(ids) >= COMMON * len(self.vectors)]
        less = [*(common if len(common) < len(found) else []), *(word for word in places if word not in found)]
        return self.embedder.embed_queries(less) if less else None

    def _words(self, subject: str) -> dict[str, tuple[float, Rows]]:
        """Return the weight of each word of the subject and the texts that contain it."""
        found = {
            word: reduce(np.union1d, [texts_with(self.database, form) for form in forms(word)])
            for word in subject_words(subject)[:MOST_WORDS]
        }
        found = {word: self._without_names(word, ids, found) for word, ids in found.items()}
        weights = word_weights(len(self.vectors), found)
        return {word: (weights[word], ids) for word, ids in found.items()}

    def _without_names(self, word: str, ids: Rows, others: Mapping[str, Rows]) -> Rows:
        """Return the texts in which a word is not but part of a name: "Park House" does not speak of parking."""
        if len(ids) > MOST_READ:
            return ids
        texts = read_texts(self.database, ids)
        kept = [not _is_name(word, texts.get(int(one), ""), others) for one in ids]
        return np.asarray(ids[np.array(kept, dtype=bool)], dtype=np.int64)

    def _clause_shares(self, found: Mapping[str, tuple[float, Rows]]) -> Floats:
        """Return for each opinion the weighted share of the words that stand in the clause itself."""
        opinions, shares = self.opinions, np.zeros(len(self.opinions))
        wanted = np.unique(np.concatenate([ids for _, ids in found.values()] or [np.zeros(0, dtype=np.int64)]))
        texts = read_texts(self.database, wanted)
        for word, (weight, ids) in found.items():
            stem = word[:-1] if len(forms(word)) > 1 else word.rstrip("s")
            begins = re.compile(rf"\b{re.escape(stem[:STEM])}")
            for row in np.nonzero(np.isin(opinions.text_ids, ids))[0].tolist():
                text = texts.get(int(opinions.text_ids[row]), "")
                if begins.search(text[opinions.starts[row] : opinions.ends[row]].casefold()):
                    shares[row] += weight
        return shares


def _is_name(word: str, text: str, others: Iterable[str]) -> bool:
    """Return whether other forms of a word stand in a text, each before a second capital that is not asked for."""
    if re.search(rf"\b{re.escape(word)}", text, re.IGNORECASE):
        return False
    stem = re.escape(word[:LEAST_STEM])
    places = [found.end() for found in re.finditer(rf"\b{stem}\w*", text, re.IGNORECASE)]
    names = [found.end() for found in re.finditer(rf"\b{stem.capitalize()}\w*(?=\s+(?!{'|'.join(others)})[A-Z])", text)]
    return bool(places) and places == names


def forms(word: str) -> tuple[str, ...]:
    """Return a word, and the English adjective of a noun or the noun of an adjective that stemmers keep apart.

    "noise" and "noisy", "price" and "pricey" have different stems in Porter's algorithm.
    """
    if len(word) < SHORTEST_FORM or not word.isalpha():
        return (word,)
    if word.endswith("ey"):
        return (word, f"{word[:-2]}e")
    return (word, *{"e": (f"{word[:-1]}y", f"{word}y"), "y": (f"{word[:-1]}e",)}.get(word[-1], ()))


def scale(text_ids: Rows, scores: Floats) -> tuple[float, float]:
    """Return the middle and the top of the scale of a subject.

    The middle is the median over texts of their highest score. The top lies halfway between the highest score and the
    mean of the TOP highest: where one comment alone names the subject, those around it are not taken for it.
    """
    if not len(scores):
        return 0.0, 0.0
    _, back = np.unique(text_ids, return_inverse=True)
    best = np.full(int(back.max()) + 1, -np.inf)
    np.maximum.at(best, back, scores)
    top = np.sort(best)[-max(1, min(TOP, len(best) // TOP)) :]
    return round(float(np.median(best)), 4), round(float(top.mean() + top[-1]) / 2, 4)


def read_texts(database: Database, text_ids: Rows) -> dict[int, str]:
    """Return texts by id."""
    ids = json.dumps([int(one) for one in text_ids])
    return dict(
        database.rows("SELECT text_id, text FROM texts WHERE text_id IN (SELECT value FROM json_each(?))", (ids,))
    )


def _shares(text_ids: Rows, found: Mapping[str, tuple[float, Rows]]) -> Floats:
    shares = np.zeros(len(text_ids))
    for weight, ids in found.values():
        shares[np.isin(text_ids, ids)] += weight
    return shares

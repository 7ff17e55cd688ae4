"""Polarity features of an opinion in French, German, Spanish, Dutch or Italian, in the form of the English ones.

VADER reads German "war" and "die" as war and death. A clause of another language is therefore told by its words of no
meaning, and scored by a list of that language alone (polarity_words_languages.json, written for this program): words by
their stems, phrases, and negation. Its scores are on VADER's scale, so that the networks trained in English read them.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from analyzer.index.fulltext import STOP_WORDS
from analyzer.index.stemming import STEMMERS, stems_of
from analyzer.index.stop_words import stop_words

WORD = re.compile(r"[^\W\d_]+")
VALENCE = 2.0
"""Valence of a word of the lists, the mean of VADER's clear ones."""
NEGATION_WINDOW, NEGATION_FACTOR = 4, -0.74
ALPHA = 15.0
"""Of VADER's compound score: sum / sqrt(sum^2 + ALPHA)."""
CLEAR = 2
"""Words of another language that tell it, even if each of them is a word in English."""
ENGLISH_TOO = frozenset(
    """a al all alle am an as bin come con die dont dove dell est had hat he her in is ma man me mes met mine more most
    no of on or over par per pour plus s sans sin so son t tot use van war was were will y""".split()
)
"""Words of no meaning in another language that are words in English."""


@dataclass(frozen=True, slots=True)
class ForeignWords:
    """Valences of stems, phrases with their pattern, and negators of a language."""

    stems: Mapping[str, float]
    idioms: Mapping[str, float]
    found: re.Pattern[str]
    negators: frozenset[str]


@dataclass(frozen=True, slots=True)
class ForeignScores:
    """Scores of a clause: valences of its words and phrases, its number of words, and whether it is negated."""

    valences: tuple[float, ...]
    idioms: tuple[float, ...]
    words: int
    is_negated: bool

    @property
    def compound(self) -> float:
        """The sum on VADER's scale of -1 to 1."""
        total = sum(self.valences) + sum(self.idioms)
        return float(total / (total * total + ALPHA) ** 0.5)

    def share(self, sign: int) -> float:
        """Return the share of the words that are of a sign."""
        of_sign = sum(1 for one in (*self.valences, *self.idioms) if one * sign > 0)
        return min(of_sign / max(self.words, 1), 1.0)


@lru_cache(50_000)
def language_of_clause(clause: str) -> str:
    """Return the language of a clause, folded; empty for English, and where its words do not tell."""
    words = WORD.findall(clause)
    hits = {one: [word for word in words if word in _telling(one)] for one in STEMMERS}
    best = max(hits, key=lambda one: len(hits[one]))
    foreign = [word for word in hits[best] if word not in STOP_WORDS and len(word) > 1]
    english = sum(word in STOP_WORDS and word not in _telling(best) for word in words)
    is_clear = sum(word not in ENGLISH_TOO for word in foreign) > english
    return best if is_clear or (not english and len(set(foreign)) >= CLEAR) else ""


def score(clause: str, language: str) -> ForeignScores:
    """Return the scores of a folded clause in a language of STEMMERS."""
    known = _known(language)
    idioms = tuple(known.idioms[phrase] for phrase in known.found.findall(clause))
    valences, window, is_negated = list[float](), 0, False
    words = WORD.findall(known.found.sub(" ", clause))
    for word in words:
        if word in known.negators:
            window, is_negated = NEGATION_WINDOW, True
            continue
        valence = known.stems.get(_stem(word, language), 0.0)
        if valence:
            valences.append(NEGATION_FACTOR * valence if window else valence)
        window = max(0, window - 1)
    return ForeignScores(tuple(valences), idioms, len(words) + len(idioms), is_negated)


@cache
def _telling(language: str) -> frozenset[str]:
    """Return the words by which a language is told: those of no meaning, and its negators."""
    return stop_words((language,)) | _known(language).negators


def _stem(word: str, language: str) -> str:
    return stems_of(word, language) or word


@cache
def _known(language: str) -> ForeignWords:
    file = files("analyzer.opinions") / "polarity_words_languages.json"
    stored = json.loads(file.read_text(encoding="utf-8"))[language]
    stems = {_stem(word, language): -VALENCE for word in stored["bad"].split()}
    stems |= {_stem(word, language): VALENCE for word in stored["good"].split()}
    longest_first = sorted(stored["idioms"], key=lambda phrase: (-len(phrase), phrase))
    found = re.compile(r"\b(?:" + "|".join(map(re.escape, longest_first)) + r")\b")
    return ForeignWords(stems, stored["idioms"], found, frozenset(stored["negators"].split()))

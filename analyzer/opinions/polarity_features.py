"""Polarity features of an opinion's words: scores of the VADER lexicon, and of a lexicon of words typical of feedback.

VADER (Hutto & Gilbert 2014; vaderSentiment, MIT) has 7,500 words, emoticons, boosters and negation. It does not have
"fast" as praise of a delivery, "cold" as criticism of a breakfast, or the idiom "can't complain": such words and
phrases, with valences on VADER's scale of -4 to 4, are in polarity_words.json.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.opinions.foreign_polarity import ForeignScores, language_of_clause, score

WORD = re.compile(r"[^\W\d_][\w'’]*")
NEGATORS = frozenset(
    """not no never without hardly barely scarcely nothing nobody none neither nor cannot isn't wasn't aren't weren't
    don't doesn't didn't can't couldn't won't wouldn't shouldn't hasn't haven't hadn't ain't nicht kein keine pas jamais
    non niet geen nunca""".split()
)
NEGATION_WINDOW = 3
"""Number of words after a negator that it negates."""
NEGATION_FACTOR = -0.74
"""Factor on the valence of a negated word; the same as in VADER."""
WIDTH, STRONGEST = 12, 8
"""Number of features, and the place of half the strongest valence."""
LONGEST = 400
"""Characters of an opinion that are used."""
APOSTROPHE = str.maketrans("’", "'")


@dataclass(frozen=True, slots=True)
class PolarityWords:
    """Valences, -4 to 4, of words and of phrases."""

    words: Mapping[str, float]
    idioms: Mapping[str, float]
    found: re.Pattern[str]


def features(texts: Sequence[str]) -> NDArray[np.float64]:
    """Return float64[n, WIDTH], the features of each opinion's words."""
    return np.array([_features(text) for text in texts], dtype=np.float64).reshape(len(texts), WIDTH)


def _features(text: str) -> list[float]:
    text = text[:LONGEST].casefold().translate(APOSTROPHE)
    if language := language_of_clause(text):
        return _foreign_features(score(text, language))
    scores = _lexicon().polarity_scores(text)
    compound = float(scores["compound"])
    known = own_words()
    idioms = [known.idioms[phrase] for phrase in known.found.findall(text)]
    valences, negated = _valences(known.found.sub(" ", text))
    every = [*valences, *idioms] or [0.0]
    strongest = max(every, key=abs)
    return [
        compound, float(scores["pos"]), float(scores["neg"]), abs(compound), float(compound == 0),
        sum(every) / len(every) ** 0.5 / 2, max(every) / 2, min(every) / 2, strongest / 2, sum(idioms) / 2,
        float(negated), float(strongest == 0),
    ]  # fmt: skip


def _foreign_features(found: ForeignScores) -> list[float]:
    every = [*found.valences, *found.idioms] or [0.0]
    strongest, compound = max(every, key=abs), found.compound
    return [
        compound, found.share(1), found.share(-1), abs(compound), float(compound == 0),
        sum(every) / len(every) ** 0.5 / 2, max(every) / 2, min(every) / 2, strongest / 2, sum(found.idioms) / 2,
        float(found.is_negated), float(strongest == 0),
    ]  # fmt: skip


def _valences(text: str) -> tuple[list[float], bool]:
    """Return the nonzero valences of words, with negation applied, and whether a negator occurs."""
    known, other = own_words().words, _lexicon().lexicon
    found, window, negated = list[float](), 0, False
    for word in WORD.findall(text):
        if word in NEGATORS:
            window, negated = NEGATION_WINDOW, True
            continue
        valence = float(known.get(word, other.get(word, 0.0)))
        if valence:
            found.append(NEGATION_FACTOR * valence if window else valence)
        window = max(0, window - 1)
    return found, negated


def valence(word: str) -> float:
    """Return the valence of a word in lower case, -4 to 4, in its language; 0 if no lexicon has it."""
    return 2 * _features(word)[STRONGEST]


def lexicon() -> Mapping[str, float]:
    """Return the words of the VADER lexicon with their valences."""
    return dict(_lexicon().lexicon)


@cache
def own_words() -> PolarityWords:
    """Return the words and phrases of feedback that VADER lacks or values differently."""
    stored = json.loads((files("analyzer.opinions") / "polarity_words.json").read_text(encoding="utf-8"))
    longest_first = sorted(stored["idioms"], key=lambda phrase: (-len(phrase), phrase))
    found = re.compile(r"\b(?:" + "|".join(re.escape(phrase) for phrase in longest_first) + r")\b")
    return PolarityWords(stored["words"], stored["idioms"], found)


@cache
def _lexicon() -> Any:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer  # noqa: PLC0415

    return SentimentIntensityAnalyzer()

"""What the words of an opinion say of how it is meant: a lexicon library's scores, and those of feedback's own words.

VADER (Hutto & Gilbert 2014; vaderSentiment, MIT) knows 7,500 words, emoticons, boosters and negation. It does not know
that "fast" praises a delivery and "cold" damns a breakfast, nor what "can't complain" means: such words and phrases of
feedback, with valences on VADER's scale of -4 to 4, are in polarity_words.json.
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

WORD = re.compile(r"[^\W\d_][\w'’]*")
NEGATORS = frozenset(
    """not no never without hardly barely scarcely nothing nobody none neither nor cannot isn't wasn't aren't weren't
    don't doesn't didn't can't couldn't won't wouldn't shouldn't hasn't haven't hadn't ain't nicht kein keine pas jamais
    non niet geen nunca""".split()
)
REACH = 3
"""Words after a negator that it turns."""
TURNED = -0.74
"""What a negated word's valence is multiplied by: VADER's own factor."""
WIDTH = 12
LONGEST = 400
"""Characters of an opinion that are read."""
APOSTROPHE = str.maketrans("’", "'")


@dataclass(frozen=True, slots=True)
class PolarityWords:
    """Valences, -4 to 4, of words and of phrases."""

    words: Mapping[str, float]
    idioms: Mapping[str, float]
    found: re.Pattern[str]


def features(texts: Sequence[str]) -> NDArray[np.float64]:
    """Return float64[n, WIDTH], what the words of each opinion say."""
    return np.array([_features(text) for text in texts], dtype=np.float64).reshape(len(texts), WIDTH)


def _features(text: str) -> list[float]:
    text = text[:LONGEST].casefold().translate(APOSTROPHE)
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


def _valences(text: str) -> tuple[list[float], bool]:
    """Return the valences of the words that have one, negation reckoned with, and whether anything is negated."""
    known, other = own_words().words, _lexicon().lexicon
    found, reach, negated = list[float](), 0, False
    for word in WORD.findall(text):
        if word in NEGATORS:
            reach, negated = REACH, True
            continue
        valence = float(known.get(word, other.get(word, 0.0)))
        if valence:
            found.append(TURNED * valence if reach else valence)
        reach = max(0, reach - 1)
    return found, negated


def lexicon() -> Mapping[str, float]:
    """Return the library's words with their valences."""
    return dict(_lexicon().lexicon)


@cache
def own_words() -> PolarityWords:
    """Return the words and phrases of feedback that the library does not know or takes otherwise."""
    kept = json.loads((files("analyzer.themes") / "polarity_words.json").read_text(encoding="utf-8"))
    longest_first = sorted(kept["idioms"], key=lambda phrase: (-len(phrase), phrase))
    found = re.compile(r"\b(?:" + "|".join(re.escape(phrase) for phrase in longest_first) + r")\b")
    return PolarityWords(kept["words"], kept["idioms"], found)


@cache
def _lexicon() -> Any:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer  # noqa: PLC0415

    return SentimentIntensityAnalyzer()

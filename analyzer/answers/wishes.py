"""Tell a clause that asks for something ("more staff", "answer the phone quicker") from one that says how it is.

A wish has a verb of wishing ("could", "needs"), begins with what there should be more or less of, or is a request: it
begins with a verb in its base form (Viswanathan et al. 2011: suggestion mining from customer reviews; Negi et al.
2019: SemEval task 9). The words are in wishes.json, by language.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
OPENING = 3
"""Words of a clause among which the first that is no opening word has to ask for something."""


@dataclass(frozen=True, slots=True)
class _WishWords:
    """Words that wish wherever they stand; that begin a wish; verbs that begin a request; and that may precede them."""

    anywhere: frozenset[str]
    amounts: frozenset[str]
    requests: frozenset[str]
    openings: frozenset[str]
    phrases: re.Pattern[str]
    others: re.Pattern[str]


def is_wish(clause: str) -> bool:
    """Return whether a clause asks for something to be different."""
    known, text = _words(), clause.casefold().replace("’", "'")
    words = WORD.findall(text)
    if known.others.search(text):
        return False
    if known.phrases.search(text) or any(word in known.anywhere for word in words):
        return True
    first = next((word for word in words[:OPENING] if word not in known.openings), "")
    return first in known.amounts or first in known.requests


@cache
def _words() -> _WishWords:
    stored: dict[str, Sequence[str]] = json.loads((files("analyzer.answers") / "wishes.json").read_text("utf-8"))

    def words(kind: str) -> frozenset[str]:
        return frozenset(" ".join(stored[kind]).split())

    def pattern(kind: str) -> re.Pattern[str]:
        return re.compile(r"\b(?:" + "|".join(re.escape(one) for one in stored[kind]) + r")\b")

    return _WishWords(
        words("anywhere"), words("amounts"), words("requests"), words("openings"), pattern("phrases"), pattern("others")
    )

"""Tell a clause that says "too long" from one that says "too short": an embedding model takes them for the same.

Adjectives of dimension (Dixon 1977: where have all the adjectives gone?) are a closed class of pairs of ends. A wish
names the end that is missing: "longer sleeves", "could be longer" and "too short" say the same.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
REACH, FAR = 3, 6
"""Words before an adjective in which a negation turns it round ("is not really long"), at most in a quote."""
NAMED = 0.4
"""Share of the clauses of a point that name a dimension from which the point is about it."""
MINORITY, LEAST = 0.15, 2
"""Share of those that name it, and their number, from which those of the other end are another point."""
STEM = 4
NEAR_TO = {"size": "fit", "fit": "size"}
"""Sleeves that are "huge" are not "too tight"."""
CLEAR = 0.6
"""Share from which most clauses of a point name the same end."""
Directions: TypeAlias = Mapping[str, int]
"""By dimension: 1 for its upper end, -1 for its lower."""


@dataclass(frozen=True, slots=True)
class _Words:
    """Dimensions and ends by adjective, and words that deny, that wish, and that say how something is."""

    ends: Mapping[str, tuple[tuple[str, int], ...]]
    negations: frozenset[str]
    wishes: frozenset[str]
    states: frozenset[str]


def directions(clause: str) -> Directions:
    """Return which end of which dimensions a clause says there is; a dimension of which it says both is left out."""
    return {dimension: next(iter(found)) for dimension, found in _told(clause).items() if len(found) == 1}


def says_both(clause: str) -> bool:
    """Return whether a clause says of any dimension that both ends are there: "thin and heavy" does not."""
    return any(len(found) > 1 for found in _told(clause).values())


def are_opposite(one: Directions, other: Directions) -> bool:
    """Return whether two clauses name different ends of a dimension, or of two that mean nearly the same."""
    return any(
        other.get(dimension, other.get(NEAR_TO.get(dimension, ""), end)) != end for dimension, end in one.items()
    )


def compares(text: str) -> bool:
    """Return whether a text compares with nothing that it names, as a wish does: "answer the phone quicker"."""
    known = _words()
    words = [word.replace("’", "'") for word in WORD.findall(text.casefold())]
    comparing = any(word in known.ends and _is_comparative(word) for word in words)
    return (comparing and "than" not in words) or any(word in known.wishes for word in words)


def common(found: Iterable[Directions]) -> Directions:
    """Return for each dimension the end that most of the clauses that name it say; none where it is not clear."""
    tallies = _tallies(found)
    return {
        dimension: end for dimension, tally in tallies.items()
        if (end := max(tally, key=lambda one: (tally[one], one))) and tally[end] >= CLEAR * tally.total()
    }  # fmt: skip


def split_by_denial(clauses: Sequence[str], asked: Set[str]) -> list[NDArray[np.bool_]]:
    """Return the clauses that say a subject and those that deny it ("itchy", "not itchy"); all if few do either.

    Args:
        clauses: k clauses of one stance about the subject.
        asked: words of the subject.

    Returns:
        One or two bool[k] that part the clauses.
    """
    stems = {word[:STEM] for word in asked}
    told = np.array([_says_of(clause, stems) for clause in clauses], dtype=np.int64)
    denied = told == -1
    named = int(np.count_nonzero(told))
    if min(int(denied.sum()), named - int(denied.sum())) < max(LEAST, MINORITY * named) or not len(clauses):
        return [np.ones(len(clauses), dtype=bool)]
    return [~denied, denied]


def deny_differently(title: str, quote: str) -> bool:
    """Return whether one of two texts denies a word that the other says there is: "itchy", "I didn't notice it itch".

    In a quote a denial reaches farther, since it stands before what somebody thought or noticed.
    """
    words = {word[:STEM] for word in WORD.findall(title.casefold()) if len(word) >= STEM}
    pairs = [(_says_of(title, {one}), _says_of(quote, {one}, FAR)) for one in sorted(words)]
    return any(own and other and own != other for own, other in pairs)


def _says_of(clause: str, stems: Set[str], reach: int = REACH) -> int:
    """Return 1 if a clause names one of the stems, -1 if it denies it, 0 if it does not name it."""
    known = _words()
    words = [part for word in WORD.findall(clause.casefold()) for part in word.replace("’", "'").split("-")]
    named = [place for place, word in enumerate(words) if word[:STEM] in stems]
    if not named:
        return 0
    return -1 if any(_denies(word, known) for word in words[max(named[0] - reach, 0) : named[0]]) else 1


def denies(word: str) -> bool:
    """Return whether a word in lower case denies what stands beside it: "not", "isn't"."""
    return _denies(word, _words())


def split_dimension(found: Sequence[Directions]) -> str:
    """Return the dimension of which enough clauses say each end to make two points of one; empty if there is none."""
    least = {
        dimension: min(tally[1], tally[-1]) for dimension, tally in _tallies(found).items()
        if tally.total() >= NAMED * len(found) and min(tally[1], tally[-1]) >= max(LEAST, MINORITY * tally.total())
    }  # fmt: skip
    return max(sorted(least), key=lambda dimension: least[dimension]) if least else ""


def _told(clause: str) -> Mapping[str, set[int]]:
    known = _words()
    words = [word.replace("’", "'") for word in WORD.findall(clause.casefold())]
    told = dict[str, set[int]]()
    has_wish = any(word in known.wishes for word in words)
    for place, word in enumerate(words):
        is_wish = _is_comparative(word) and (has_wish or not known.states.intersection(words))
        before = words[max(place - REACH, 0) : place]
        if words[place + 1 : place + 2] == ["enough"] and not any(_denies(one, known) for one in before):
            continue  # "long enough" is neither too long nor too short
        is_denied = any(_denies(one, known) for one in before) and "only" not in before
        for dimension, end in known.ends.get(word, ()):
            told.setdefault(dimension, set()).add(-end if is_denied != is_wish else end)
    return told


def _tallies(found: Iterable[Directions]) -> dict[str, Counter[int]]:
    tallies = dict[str, Counter[int]]()
    for one in found:
        for dimension, end in one.items():
            tallies.setdefault(dimension, Counter())[end] += 1
    return tallies


def _denies(word: str, known: _Words) -> bool:
    return word in known.negations or word.endswith("n't")


def _is_comparative(word: str) -> bool:
    return word.endswith("er") or word == "less"


@cache
def _words() -> _Words:
    content = json.loads((files("analyzer.answers") / "opposites.json").read_text(encoding="utf-8"))
    ends = dict[str, tuple[tuple[str, int], ...]]()
    for dimension, (upper, lower) in content["dimensions"].items():
        named = dimension.split()[0]
        for words, end in ((upper, 1), (lower, -1)):
            for word in words.split():
                ends[word] = tuple(dict.fromkeys((*ends.get(word, ()), (named, end))))
    negations, wishes, states = (frozenset(content[kind].split()) for kind in ("negations", "wishes", "states"))
    return _Words(MappingProxyType(ends), negations, wishes, states)

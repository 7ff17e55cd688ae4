"""The place of an answer on a verbal scale, in six languages: "very dissatisfied" is lower than "rather satisfied".

A label is put together from a stem ("satisfied", "unzufrieden", "d'accord"), a degree ("very", "eher", "plutôt") and a
negation; both ends in one label ("neither satisfied nor dissatisfied") are the middle. So no list of whole scales is
needed, and a scale is recognized from the labels that occur. Scales without a stem (never … always, low … high,
detractor … promoter) are lists of words with their places.
"""

import re
from dataclasses import dataclass

from analyzer.ingest.calendar_names import MONTHS, plain_word
from analyzer.ingest.values.likert_words import (
    ARTICLES,
    AT_ALL,
    DEGREES,
    FILLERS,
    LISTS,
    LITTLE,
    MIDDLE,
    MIDDLE_PHRASES,
    NEGATIONS,
    NEITHER,
    NONE,
    STEMS,
)

LONGEST = 60
_ANY = ""
"""The family of a middle label, which fits every scale."""


@dataclass(frozen=True, slots=True)
class ScalePlace:
    """The place of a label: its family (satisfaction, agreement …) and its value, -3.5 to 3.5, or 0 to 10."""

    family: str
    value: float


_OF_STEM = {
    plain_word(word): (family, sign)
    for family, pair in STEMS.items()
    for sign, words in zip((1, -1), pair, strict=True)
    for word in words.split()
}
_OF_DEGREE = {plain_word(word): degree for degree, words in DEGREES.items() for word in words.split()}
_OF_LABEL: dict[str, list[ScalePlace]] = {}
for _family, _listed in LISTS.items():
    for _entry in _listed.split():
        _label, _, _number = _entry.partition("=")
        _OF_LABEL.setdefault(_label.replace("_", " "), []).append(ScalePlace(_family, float(_number)))


for _name, _month in MONTHS.items():
    if len(_name) > 2:
        _OF_LABEL.setdefault(_name, []).append(ScalePlace("month", float(_month)))
COUNTED = frozenset({"number", "weekday", "month"})
"""Families whose values are numbers that the labels name."""
_WITHOUT_MIDDLE = frozenset({"frequency", "recurrence", "level", "amount", "promoter group", "expectation"}) | COUNTED


def places(label: str) -> tuple[ScalePlace, ...]:
    """Return the places that a label may have on verbal scales; a middle label has the family ""; () if it has none."""
    if len(label) > LONGEST:
        return ()
    words = re.findall(r"[a-z]+", plain_word(label.replace("ß", "ss").replace("’", " ")))
    plain = " ".join(words)
    found = list(_OF_LABEL.get(plain, ()))
    if plain in MIDDLE_PHRASES or (words and set(words) <= MIDDLE | FILLERS and not set(words) <= FILLERS):
        found.append(ScalePlace(_ANY, 0.0))
    composed = _compose(words)
    if composed is not None and all(composed.family != place.family for place in found):
        found.append(composed)
    return tuple(found)


def rank(labels: list[str]) -> tuple[str, tuple[float, ...]] | None:
    """Return the family of labels and the value of each; None if they are not labels of one scale with an order."""
    options = [places(label) for label in labels]
    if not all(options) or not labels:
        return None
    families = [dict.fromkeys(place.family for place in option) for option in options]
    candidates = [family for family in dict.fromkeys(f for option in families for f in option) if family != _ANY]
    for family in candidates:
        values = [_value(option, family) for option in options]
        known = [value for value in values if value is not None]
        if len(known) == len(labels) and len(set(known)) == len(known):
            return family, tuple(known)
    return None


def _value(options: tuple[ScalePlace, ...], family: str) -> float | None:
    exact = next((place.value for place in options if place.family == family), None)
    if exact is None and family not in _WITHOUT_MIDDLE:
        return next((place.value for place in options if place.family == _ANY), None)
    return exact


def _compose(words: list[str]) -> ScalePlace | None:
    stems = [_OF_STEM[word] for word in words if word in _OF_STEM]
    if not stems or len(words) > 9:
        return None
    family = stems[-1][0]
    stems = [stem for stem in stems if stem[0] == family]
    others = [word for word in words if _OF_STEM.get(word, ("",))[0] != family]
    known = (_OF_DEGREE, NEGATIONS, LITTLE, AT_ALL, FILLERS, MIDDLE)
    if any(all(word not in group for group in known) for word in others):
        return None
    is_neither = any(others.count(word) >= count for word, count in NEITHER.items())
    if len({sign for _, sign in stems}) == 2 or is_neither:
        return ScalePlace(family, 0.0)
    return ScalePlace(family, stems[0][1] * _degree(others))


def _degree(others: list[str]) -> float:
    """Return the degree that the words beside a stem give it, -3.4 to 3.4."""
    degrees = [_OF_DEGREE[word] for word in others if word in _OF_DEGREE]
    degree = max(degrees, default=2.0)
    is_negated = any(word in NEGATIONS for word in others)
    if is_negated:
        is_none = any(word in AT_ALL for word in others) or "helemaal" in others
        return -3.1 if is_none else -1.2 if degree >= 3 or "so" in others else -degree
    if any(word in NONE for word in others):
        return -3.1
    if any(word in MIDDLE for word in others):
        return 0.0
    is_little = any(word in LITTLE for word in others) and not any(word in ARTICLES for word in others)
    return -1.1 if is_little else degree

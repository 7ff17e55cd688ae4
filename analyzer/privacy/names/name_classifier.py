"""Decide which words are names of people, by a logistic model over their features.

The rules find names by lists and frames; the model weighs what they found against the words around it, and finds names
that no list has. Of a word that it is unsure of, the hidden states of an embedding model have a say too, where that
model is installed. Weights are trained by benchmarks/names/train.py on openly licensed sets and on templates.
"""

import math
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from analyzer.privacy.findings import PERSON, Finding
from analyzer.privacy.names.contextual_names import ContextualNames
from analyzer.privacy.names.cues import COMMON, INSTITUTIONS, PARTICLES
from analyzer.privacy.names.frames import FrameNames
from analyzer.privacy.names.name_features import NameFeatures
from analyzer.privacy.names.name_states import NameStates
from analyzer.privacy.names.not_people import FRAMED, SURE, NotPeople
from analyzer.privacy.names.places import place_sizes
from analyzer.privacy.names.words import NameWords, without_genitive

WEIGHTS = Path(__file__).with_name("name_weights.tsv")
WEAK = frozenset({"name-family", "name-beside", "name-ner-single", "name-ner-pair", "name-unknown-pair"})
"""Rules that need little evidence."""
KEPT_WEAK = 0.45
KEPT_FRAMED = 0.2
KEPT_OTHERWISE = 0.25
"""Lowest probability at which a finding is kept: of a rule that needs little evidence, of a frame, of any other."""
UNSURE = (0.1, 0.9)
"""Probabilities between which the states of a word are asked: on the tuning halves asking always changes nothing, and
2 to 3 % of the comments have such a word."""
ADDED = 0.6
"""Lowest probability at which a word is a name that no rule found."""
SHORTEST = 2
CLASSIFIED = "name-classified"
BROUGHT = "name-model"
"""The rule of a model that the user added, which is believed."""

PLACES = frozenset({"GPE", "LOC"})
LARGE = 2
"""Size from which a place is one that people name without a word before it."""

Entity = tuple[str, int, int]
"""A span of the entity model: label, start, end."""


class NameClassifier:
    """Classifies the words of texts; holds the weights only."""

    def __init__(self, weights: dict[str, float]) -> None:
        """Take the weight of each feature; "" is the intercept."""
        self._weights = weights

    def probabilities(
        self,
        words: NameWords,
        found: Sequence[Finding],
        entities: Sequence[Entity],
        states: NameStates | None = None,
    ) -> dict[int, float]:
        """Return the probability that a word is part of a name, by its place, for every word that could be."""
        described = describe(words, found, entities)
        known, start = self._weights.get, self._weights[""]
        odds = {
            place: start + sum(known(feature, 0.0) for feature in features) for place, features in described.items()
        }
        low, high = (math.log(bound / (1 - bound)) for bound in UNSURE)
        unsure = [place for place, value in odds.items() if low < value < high]
        if states is not None and unsure:
            spans = [(words.tokens[place].start, words.tokens[place].end) for place in unsure]
            odds |= zip(unsure, states.combined(words.text, spans, [odds[place] for place in unsure]), strict=True)
        return {place: 1.0 / (1.0 + math.exp(-value)) for place, value in odds.items()}

    def judge(
        self,
        words: NameWords,
        found: Sequence[Finding],
        entities: Sequence[Entity],
        states: NameStates | None = None,
    ) -> list[Finding]:
        """Return the findings that are names, and further names."""
        if not words.tokens:
            return list(found)
        likely = self.probabilities(words, found, entities, states)
        kept = []
        for one in found:
            inside = [likely[place] for place in words.places_in(one.start, one.end) if place in likely]
            if one.rule in SURE or one.rule == BROUGHT or not inside or max(inside) >= _least(one.rule):
                kept.append(one)
        taken = {place for one in kept for place in words.places_in(one.start, one.end)}
        towns = _towns(words, entities)
        more = [
            place for place, value in likely.items() if value >= ADDED and place not in taken and place not in towns
        ]
        return _joined(words, [*kept, *(_finding(words, place, likely[place]) for place in more)])


def _towns(words: NameWords, entities: Sequence[Entity]) -> set[int]:
    """Return the words that the entity model and the list of large places both take for a place."""
    return {
        place
        for label, start, end in entities
        if label in PLACES
        for place in words.places_in(start, end)
        if place_sizes().get(words.tokens[place].folded, 0) >= LARGE
    }


def _least(rule: str) -> float:
    return KEPT_FRAMED if rule in FRAMED else KEPT_WEAK if rule in WEAK else KEPT_OTHERWISE


def describe(words: NameWords, found: Sequence[Finding], entities: Sequence[Entity]) -> dict[int, list[str]]:
    """Return the features of every word that could be part of a name, by its place."""
    framed = [
        (rule, place)
        for finder in (FrameNames(words), ContextualNames(words))
        for rule, place in finder.places()
        if _may_be_framed(words, place)
    ]
    candidates = {place for one in found for place in words.places_in(one.start, one.end)}
    candidates |= {place for _, place in framed}
    for place, token in enumerate(words.tokens):
        if (token.is_capital and words.may_be_name(token)) or words.is_name(token):
            candidates.add(place)
    if not candidates:
        return {}
    candidates |= set(_beside(words, candidates))
    features = NameFeatures(words, found, entities, NotPeople(words).places_of_things(), framed)
    return {place: list(features.of(place)) for place in sorted(candidates)}


def _beside(words: NameWords, candidates: set[int]) -> Iterator[int]:
    """Yield the words directly after a candidate that may be the rest of its name, in the same case."""
    for place in candidates:
        after = place + 1
        if after >= len(words.tokens) or after in candidates or words.gap(place) not in {" ", "-"}:
            continue
        token, first = words.tokens[after], words.tokens[place]
        if len(token.folded) < SHORTEST or token.folded in COMMON or token.folded in INSTITUTIONS:
            continue
        if token.is_capital != first.is_capital or words.is_function_word(token):
            continue
        if token.is_capital or (words.is_name(first) and not words.is_ordinary(token)):
            yield after


def _may_be_framed(words: NameWords, place: int) -> bool:
    token = words.tokens[place]
    if len(token.folded) < SHORTEST or token.folded in COMMON or token.folded in PARTICLES:
        return False
    return not words.is_function_word(token) and not words.lexicon.is_certain(token.folded, words.language)


def _finding(words: NameWords, place: int, probability: float) -> Finding:
    token = words.tokens[place]
    return Finding(PERSON, token.start, without_genitive(token), round(min(probability, 0.95), 2), CLASSIFIED)


def _joined(words: NameWords, found: list[Finding]) -> list[Finding]:
    """Join a classified word to the name directly before or after it."""
    joined: list[Finding] = []
    for one in sorted(found, key=lambda f: (f.start, f.end)):
        before = joined[-1] if joined else None
        if (
            before is not None
            and words.text[before.end : one.start] in {" ", "-"}
            and CLASSIFIED in {before.rule, one.rule}
        ):
            best = before if before.rule != CLASSIFIED else one
            joined[-1] = Finding(PERSON, before.start, one.end, best.score, best.rule)
        else:
            joined.append(one)
    return joined


@cache
def name_classifier() -> NameClassifier:
    """Return the classifier with the weights of the package."""
    lines = WEIGHTS.read_text(encoding="utf-8").split("\n")
    pairs = (line.rpartition("\t") for line in lines if line and not line.startswith("# "))
    return NameClassifier({feature: float(weight) for feature, _, weight in pairs})

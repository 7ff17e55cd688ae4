"""Find names of people: suggestions of the entity model, names of the gazetteer, and names after a cue.

Each of the three needs further evidence. The entity model takes brands and dishes for people, so a suggestion needs
a known name in it, or two capitalized words that are nothing else; the gazetteer needs a capital, a frequent name or
a neighbor; a cue ("spoke to", "my name is", "Dr") needs a word after it that could be a name.
"""

from collections.abc import Sequence

from analyzer.privacy.findings import PERSON, Finding
from analyzer.privacy.names.contextual_names import ContextualNames
from analyzer.privacy.names.frames import FrameNames
from analyzer.privacy.names.gazetteer_names import AdjacentNames, GazetteerNames
from analyzer.privacy.names.name_classifier import Entity, name_classifier
from analyzer.privacy.names.name_states import NameStates
from analyzer.privacy.names.not_people import NotPeople
from analyzer.privacy.names.words import LONGEST_NAME, NameWords, Token, without_genitive

_BREAKS = frozenset(':;"“”«»!?')
PEOPLE = frozenset({"PERSON", "PER"})
"""Labels for people: of pipelines trained on OntoNotes, and of those trained on WikiNER."""


BY_MODEL = "PERSON_BY_MODEL"
"""Label of a person found by a token-classification model of the user, which needs no further evidence."""


def find_names(words: NameWords, entities: Sequence[Entity], states: NameStates | None = None) -> list[Finding]:
    """Return the names in a text.

    Args:
        words: the text split into words.
        entities: the labeled spans of the entity model.
        states: scores words that the classifier is unsure of, where its model is installed.
    """
    return name_classifier().judge(words, found_by_rules(words, entities), entities, states)


def found_by_rules(words: NameWords, entities: Sequence[Entity]) -> list[Finding]:
    """Return what rules take for names; the classifier decides."""
    suggested = [(start, end) for label, start, end in entities if label in PEOPLE]
    found = [finding for span in suggested if (finding := judge_candidates(words, *span))]
    found += [Finding(PERSON, start, end, 0.8, "name-model") for label, start, end in entities if label == BY_MODEL]
    found += ContextualNames(words).find() + GazetteerNames(words).find() + list(FrameNames(words).find())
    people = NotPeople(words)
    found = people.without_things(found)
    return found + people.without_things(AdjacentNames(words).find(found))


def is_worth_suggesting(words: NameWords) -> bool:
    """Return whether any suggestion could be accepted in this text; in nine comments of ten none could.

    `judge_candidates` accepts only suggestions that begin with a capitalized word that may be a name, or that contain a
    known name. The entity model, by far the costliest part, can therefore skip all other texts without any change in
    the findings.
    """
    return any(words.is_name(token) or (token.is_capital and words.may_be_name(token)) for token in words.tokens)


def judge_candidates(words: NameWords, start: int, end: int) -> Finding | None:
    """Return a suggestion as a finding, trimmed to its name, or None if it is rejected."""
    inside = [words.tokens[place] for place in words.places_in(start, end) if words.tokens[place].end <= end]
    inside = _unbroken(words, inside)
    while inside and not words.may_be_name(inside[0]):
        inside.pop(0)
    while inside and not words.may_be_name(inside[-1]):
        inside.pop()
    if not inside or len(inside) > LONGEST_NAME + 1:
        return None
    place = words.place_of(inside[0])
    last = words.extended(place)
    inside = words.tokens[place : max(last, words.place_of(inside[-1])) + 1]
    span = (inside[0].start, without_genitive(inside[-1]))
    if any(words.lexicon.is_brand(token.folded) for token in inside) or words.is_of_institution(inside[-1]):
        return None
    if any(words.is_name(token) for token in inside):
        return Finding(PERSON, *span, 0.85, "name-ner-known")
    if len(inside) > 1 and all(token.is_capital for token in inside) and not any(map(words.is_acronym, inside)):
        return Finding(PERSON, *span, 0.65, "name-ner-pair")
    if inside[0].is_capital and not words.starts_sentence(place) and words.is_unknown(inside[0]):
        return Finding(PERSON, *span, 0.5, "name-ner-single")
    return None


def _unbroken(words: NameWords, tokens: list[Token]) -> list[Token]:
    """Return the words up to the first colon or quotation mark between them: no name goes on after one."""
    for number, token in enumerate(tokens[:-1], start=1):
        if set(words.gap(words.place_of(token))) & _BREAKS:
            return tokens[:number]
    return tokens

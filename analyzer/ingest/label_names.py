"""Names of people in the labels of choices: "Leeds" and "Chester armchair" stay, "Jane Doe" does not.

The detector reads a label as a sentence, in which a single capitalized word is often taken for a person. In a label
only a full name counts: a given name followed by a family name. Bands of numbers and amounts are no phone numbers.
"""

import itertools
import re

from analyzer.privacy.findings import PERSON
from analyzer.privacy.names.gazetteer import ambiguous_names, family_names, fold_name, is_given_name
from analyzer.types import Entity, ScrubbedText

_OPTIONS = re.compile(r"[^;|\n]+")
_MOST_WORDS = 3
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_AMOUNT = r"[€$£]?\s?\d[\d.,' \u00a0]*"
_BAND = re.compile(
    rf"\W*(?:[^\W\d_]{{2,8}}\W+){{0,2}}{_AMOUNT}\W{{0,4}}(?:(?:[^\W\d_]{{1,8}}|[-–—])\W{{0,3}}{_AMOUNT})?"
    r"\W{0,3}[^\W\d_]{0,8}\W*"
)
"""A band such as "1.000 - 1.999 €", "under 20,000": one or two amounts, a few short words, a currency or unit."""
_IS_MONEY = re.compile(r"[€$£%]|\d[.,]\d{3}\b|\b(?:under|over|bis|unter|über|ab|more|less|plus|moins|meer)\b", re.I)
_LONGEST_BAND = 40
_TITLES = frozenset("mr mrs ms miss dr prof herr frau mme monsieur madame sr sra dhr mevr sig".split())


def keep_words(label: str, scrubbed: ScrubbedText) -> ScrubbedText:
    """Return a scrubbed label in which only full names are masked as people; other personal data stay masked.

    Args:
        label: the original text.
        scrubbed: what the scrubber made of it.
    """
    is_band = len(label) <= _LONGEST_BAND and _BAND.fullmatch(label) is not None and _IS_MONEY.search(label) is not None
    others = [entity for entity in scrubbed.entities if entity.type != PERSON and not is_band]
    names = [span for span in _full_name_spans(label) if not any(e.start < span[1] and span[0] < e.end for e in others)]
    people = [Entity(PERSON, start, end, f"<{PERSON}_{n}>", "label") for n, (start, end) in enumerate(names, start=1)]
    known = {(entity.start, entity.end): entity for entity in scrubbed.entities}
    entities = sorted((known.get((e.start, e.end), e) for e in (*others, *people)), key=lambda entity: entity.start)
    text, end = "", 0
    for entity in entities:
        text += label[end : entity.start] + entity.text_after
        end = entity.end
    return ScrubbedText(text + label[end:], tuple(entities), scrubbed.language)


def is_full_name(option: str) -> bool:
    """Check whether an option is a full name: a given name or a title, then a family name, and nothing else."""
    words = option.replace(".", "").split()
    is_titled = bool(words) and words[0].casefold() in _TITLES
    words = words[is_titled:]
    if not words or len(words) > _MOST_WORDS or not all(word[0].isupper() for word in words):
        return False
    is_family = fold_name(words[-1]) in family_names() or fold_name(words[-1]) in ambiguous_names()
    return (is_titled and is_family) or (len(words) > 1 and is_family and is_given_name(words[0]))


def _full_name_spans(label: str) -> list[tuple[int, int]]:
    found = []
    for match in _OPTIONS.finditer(label):
        option = match[0].strip()
        if is_full_name(option):
            start = match.start() + match[0].index(option)
            found.append((start, start + len(option)))
    return found or (_names_inside(label) if label.count(" ") >= _MOST_WORDS else [])


def _names_inside(label: str) -> list[tuple[int, int]]:
    """Return the full names in a label of several words, such as a note that recurs: two capitalized words in a row."""
    words = list(_WORD.finditer(label))
    pairs = itertools.pairwise(words)
    return [
        (one.start(), other.end())
        for one, other in pairs
        if label[one.end() : other.start()].isspace() and is_full_name(f"{one[0]} {other[0]}")
    ]

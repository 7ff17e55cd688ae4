"""Tell names of people from what is called after people, by phrases that are known: brands, dishes, days, diseases.

A finding inside a phrase of not_people.txt gives way, unless it stands in a frame that only people have ("my name is").
A line with + counts only before a noun, or listed beside another phrase ("Les Misérables and Billy Elliot"). What no
file knows (a town, a brand, a word with a capital) is judged by the classifier of names, which has "in a phrase of
things" among its features.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from analyzer.privacy.findings import Finding
from analyzer.privacy.names.cues import COMMON
from analyzer.privacy.names.gazetteer import fold_name, function_words
from analyzer.privacy.names.lexicon import WORD
from analyzer.privacy.names.words import NameWords

SURE = frozenset(
    "name-introduced name-called name-signed name-relative name-inverted name-disguised name-title-initial".split()
)
"""Rules of frames in which only people stand; a title is none of them: "Dr Martens"."""
FRAMED = frozenset(
    "name-greeted name-introducing name-labeled name-met-lower name-thanked name-at-work name-is-staff name-asked "
    "name-role-comma name-role-german name-apposed name-rank name-title".split()
)
"""Rules of frames in which people stand, and seldom a brand: little more is asked of a name there."""
FILE = Path(__file__).with_name("not_people.txt")
_GENITIVES = ("'s", "’s")
_GOODS = frozenset(
    "dress dresses top tops shirt jeans pants skirt sweater jacket food drink tea coffee water bed room card "
    "account".split()
)
_OF_PEOPLE = frozenset(
    "family families wedding party booking order account case appointment residence household baby boy girl brothers "
    "sisters twins kid kids "
    "child children couple lady man woman person guy chap fella bloke and or but who which at on in from with for to "
    "of by was is were are "
    "had has did does said told helped called made took gave went came let got put set left lost felt kept sent met "
    "saw sold paid said who "
    "as then than so when while if because where what that not never always also just really very too again here "
    "there today yesterday".split()
)
"""Nouns for people, and words that are nouns in a dictionary but seldom so after a name."""
_PERSONAL = frozenset(
    "attitude manner manners help advice patience kindness support knowledge behaviour behavior tone smile "
    "professionalism name email phone "
    "number reply response colleague manager boss work effort efforts explanation service assistance husband wife "
    "mother father son daughter".split()
)
"""What people have and brands do not, after a genitive."""


_LISTED = re.compile(r",? (?:and|or|und|oder|et|ou|y|o|en|of|e|&) (?:the |die |la |le |el |de )?|, ")


class NotPeople:
    """Judges the findings of names in one text."""

    def __init__(self, words: NameWords) -> None:
        """Take the text split into words."""
        self._words = words

    def without_things(self, found: Sequence[Finding]) -> list[Finding]:
        """Return the findings that are people."""
        if not found:
            return []
        phrases = self._phrases()
        return [
            one
            for one in found
            if one.rule in SURE or not any(start <= one.start and one.end <= end for start, end in phrases)
        ]

    def places_of_things(self) -> list[int]:
        """Return the places of the words in phrases of the file."""
        return [place for start, end in self._phrases() for place in self._words.places_in(start, end)]

    def _phrases(self) -> list[tuple[int, int]]:
        """Return the spans of the phrases of the file, with their capitals."""
        tokens, found, famous = self._words.tokens, [], []
        for place, token in enumerate(tokens):
            for phrase in phrases_by_word().get(token.folded, ()) if token.text[0].isupper() else ():
                end = self._end_of(phrase, place)
                if end and phrase in needs_noun() and not self._noun_after(place + len(phrase) - 1):
                    famous.append((token.start, end))
                elif end:
                    found.append((token.start, end))
        return found + [span for span in famous if any(self._is_listed(span, other) for other in [*famous, *found])]

    def _is_listed(self, span: tuple[int, int], other: tuple[int, int]) -> bool:
        """Return whether two phrases stand beside each other in a list."""
        (_, end), (start, _) = sorted((span, other))
        return span != other and _LISTED.fullmatch(self._words.text, end, start) is not None

    def _end_of(self, phrase: "tuple[str, ...]", place: int) -> int:
        """Return the end of a phrase that begins at a place, or 0."""
        tokens = self._words.tokens[place : place + len(phrase)]
        if len(tokens) < len(phrase):
            return 0
        for token, word in zip(tokens, phrase, strict=True):
            if token.text.casefold() != word and not (token.folded == fold_name(word) and "'" not in word):
                return 0
            if word[0].isalpha() and word.istitle() and not token.text[0].isupper():
                return 0
        gaps = [self._words.gap(place + n) for n in range(len(phrase) - 1)]
        if not all(gap.strip(" .'’&+-") == "" and len(gap) <= 3 for gap in gaps):
            return 0
        is_genitive = len(phrase) == 1 and phrase[0].endswith("'s")
        return 0 if is_genitive and self._follows(place, _PERSONAL) else tokens[-1].end

    def _follows(self, place: int, words: frozenset[str]) -> bool:
        return self._words.gap(place) == " " and self._words.tokens[place + 1].folded in words

    def _noun_after(self, place: int) -> bool:
        """Return whether an English noun in lower case follows directly, which a person's name seldom has after it."""
        if self._words.language not in {"", "en"} or self._words.gap(place) != " ":
            return False
        following = self._words.tokens[place + 1]
        word = following.folded
        if not following.text[0].islower() or word in _OF_PEOPLE or len(word) < 4 or word.endswith("ing"):
            return False
        if word in function_words("en") or word in COMMON - _GOODS:
            return False
        return self._words.lexicon.is_noun(following.folded)


@cache
def phrases_by_word() -> dict[str, tuple[tuple[str, ...], ...]]:
    """Return the phrases of the file as words in lower case, by their first word folded."""
    found: defaultdict[str, list[tuple[str, ...]]] = defaultdict(list)
    for words in (*_listed(""), *_listed("+")):
        plain = words[0][:-2] if words[0].endswith("'s") else words[0]
        found[fold_name(plain)].append(words)
    return {word: tuple(phrases) for word, phrases in found.items()}


@cache
def needs_noun() -> frozenset[tuple[str, ...]]:
    """Return the phrases of people so well known that only a noun after them makes them a thing."""
    return frozenset(_listed("+"))


def _listed(mark: str) -> Iterator[tuple[str, ...]]:
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#") and line.startswith("+") == bool(mark):
            for phrase in line.removeprefix("+").split(";"):
                if words := tuple(word.group().casefold() for word in WORD.finditer(phrase)):
                    yield words

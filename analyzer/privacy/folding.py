"""Fold disguised text to the form a person reads, with a mapping back to the original characters.

Invisible and enclosing characters (keycaps) are removed, full-width and styled letters and the digits of other
scripts become ASCII (NFKC and the decimal property of Unicode), and Cyrillic or Greek letters that look Latin become
Latin inside a word or address that also contains Latin letters (a subset of the confusables of Unicode TR39). Nothing
else changes: a word written in one script stays unchanged.
"""

import re
import unicodedata
from dataclasses import dataclass

_LOOKALIKES = dict(
    zip(
        "АВЕЅІЈКМНОРСТХУаеѕіјорсухԁһԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧοανικυρ",
        "ABESIJKMHOPCTXYaesijopcyxdhqwABEZHIKMNOPTYXoavikup",
        strict=True,
    )
)
_RUN = re.compile(r"[^\s<>()\[\]{},;:!?\"]+")
_LATIN = re.compile(r"[A-Za-z]")
_JOINER = "\u200d"
_FIRST_TAG, _LAST_TAG = 0xE0000, 0xE0FFF
"""Range of tag characters and further variation selectors, which are always invisible."""


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text; places[i] is the index of text[i] in the original of `length` characters (None: unchanged)."""

    text: str
    places: tuple[int, ...] | None
    length: int

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the original text that corresponds to text[start:end]."""
        if self.places is None:
            return start, end
        if start >= end:
            return self.places[start] if start < len(self.places) else self.length, self.length
        return self.places[start], self.places[end - 1] + 1


def fold(text: str) -> Folded:
    """Fold a text; ASCII text is returned unchanged at once."""
    if text.isascii():
        return Folded(text, None, len(text))
    letters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for plain in _plain(character):
            letters.append(plain)
            places.append(place)
    _latinize(letters)
    folded = "".join(letters)
    return Folded(folded, None if folded == text else tuple(places), len(text))


def _plain(character: str) -> str:
    if character < "\x80":
        return character
    code = ord(character)
    if unicodedata.category(character) in {"Cf", "Me"} or 0xFE00 <= code <= 0xFE0F or _FIRST_TAG <= code <= _LAST_TAG:
        return ""
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    plain = unicodedata.normalize("NFKC", character)
    return plain if _is_ascii_word(plain) else character


def _is_ascii_word(plain: str) -> bool:
    """Return whether a compatibility form may replace its character: "ﬁ" and "Ａ" are replaced, "½" and "…" stay."""
    return plain.isascii() and len(plain) <= 3 and (plain.isalnum() or len(plain) == 1) and not plain.isspace()


def _latinize(letters: list[str]) -> None:
    """Replace look-alikes in place, in every run of characters that also contains Latin letters."""
    if not any(letter in _LOOKALIKES for letter in letters):
        return
    for run in _RUN.finditer("".join(letters)):
        if _LATIN.search(run.group()):
            for place in range(run.start(), run.end()):
                letters[place] = _LOOKALIKES.get(letters[place], letters[place])

"""See through disguises: the text as a person reads it, with the way back to the text as it was written.

Invisible characters are taken out, full-width and styled letters and the digits of other scripts become plain ones
(NFKC and the decimal property of Unicode), and Cyrillic or Greek letters that look Latin become Latin inside a word
or address that holds Latin letters too (a subset of the confusables of Unicode TR39). Nothing else changes: a word
written in one script stays as it is.
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
_BOTTOM, _TOP = 0xE0000, 0xE0FFF
"""Tag characters and further variation selectors: invisible everywhere."""


@dataclass(frozen=True, slots=True)
class Folded:
    """A text as it reads; the character at i came from the original at places[i] (None: nothing was changed)."""

    text: str
    places: tuple[int, ...] | None
    length: int

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the original text that reads as text[start:end]."""
        if self.places is None:
            return start, end
        if start >= end:
            return self.places[start] if start < len(self.places) else self.length, self.length
        return self.places[start], self.places[end - 1] + 1


def fold(text: str) -> Folded:
    """Fold a text; plain ASCII comes back as it is, in no time."""
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
    if unicodedata.category(character) == "Cf" or 0xFE00 <= code <= 0xFE0F or _BOTTOM <= code <= _TOP:
        return ""
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    plain = unicodedata.normalize("NFKC", character)
    return plain if _is_ascii_word(plain) else character


def _is_ascii_word(plain: str) -> bool:
    """Say whether a compatibility form may replace its character: "ﬁ" and "Ａ" do, "½" and "…" stay."""
    return plain.isascii() and len(plain) <= 3 and (plain.isalnum() or len(plain) == 1) and not plain.isspace()


def _latinize(letters: list[str]) -> None:
    """Replace look-alikes in every run of characters that holds Latin letters as well, in place."""
    if not any(letter in _LOOKALIKES for letter in letters):
        return
    for run in _RUN.finditer("".join(letters)):
        if _LATIN.search(run.group()):
            for place in range(run.start(), run.end()):
                letters[place] = _LOOKALIKES.get(letters[place], letters[place])

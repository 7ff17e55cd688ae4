"""Check that a quote is a substring of a text, and locate it.

Two spellings are equal here if they are equal after normalization: compatibility decomposition (NFKD; letters keep
their accents), runs of white space as one space, none at the ends, typographic quotation marks, apostrophes and dashes
in their ASCII form. Case is kept. Offsets refer to the original text, so that the original text is shown.
"""

import re
import unicodedata
from collections.abc import Iterator

PLACEHOLDER = re.compile(r"<[A-Z][A-Z_]*(?:_\d{1,5})?>")
"""A placeholder for personal data in a scrubbed text; a quote contains it whole or not at all."""
MARKS = str.maketrans("‘’‚‛′ʼ“”„‟″«»‐‑‒–—―−", "''''''" + '"""""""' + "-------")
MOST_MARKS = 30
"""Maximum number of combining marks that are normalized; sorting more takes quadratic time."""


def locate_quote(quote: str, text: str) -> tuple[int, int] | None:
    """Return the offsets of the first occurrence of a quote in a text, or None.

    An occurrence that separates a character from its accents or cuts a placeholder does not count.
    """
    wanted = "".join(piece for piece, _, _ in _pieces(quote)).strip(" ")
    if not wanted:
        return None
    pieces = list(_pieces(text))
    begins: dict[int, int] = {}
    ends: dict[int, int] = {}
    length = 0
    for piece, start, end in pieces:
        begins[length] = start
        length += len(piece)
        ends[length] = end
    normalized = "".join(piece for piece, _, _ in pieces)
    kept_whole = [match.span() for match in PLACEHOLDER.finditer(text)]
    place = normalized.find(wanted)
    while place >= 0:
        place_in_text = begins.get(place, -1), ends.get(place + len(wanted), -1)
        if -1 not in place_in_text and not any(_is_cut(*place_in_text, span) for span in kept_whole):
            return place_in_text
        place = normalized.find(wanted, place + 1)
    return None


def is_verbatim(quote: str, text: str, start: int, end: int) -> bool:
    """Return whether a quote equals text[start:end], is not empty and cuts no placeholder."""
    is_whole = all(not _is_cut(start, end, match.span()) for match in PLACEHOLDER.finditer(text))
    return bool(quote) and text[start:end] == quote and is_whole


def _is_cut(start: int, end: int, span: tuple[int, int]) -> bool:
    """Return whether start or end lies inside a span."""
    return span[0] < start < span[1] or span[0] < end < span[1]


def _pieces(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield (normalized piece, start, end); text[start:end] is the original of a piece, which is never cut."""
    start = 0
    while start < len(text):
        end = start + 1
        if text[start].isspace():
            while end < len(text) and text[end].isspace():
                end += 1
            yield " ", start, end
        else:
            while end < len(text) and unicodedata.combining(text[end]):
                end += 1
            yield _normalized(text[start:end]), start, end
        start = end


def _normalized(character: str) -> str:
    """Return a character and its marks decomposed; unchanged if the result would contain white space."""
    if character.isascii() or len(character) > MOST_MARKS:
        return character
    plain = unicodedata.normalize("NFKD", character.translate(MARKS)).translate(MARKS)
    return character if any(c.isspace() for c in plain) else plain

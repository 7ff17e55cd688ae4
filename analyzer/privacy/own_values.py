"""Find the values of a row's own identity columns in one of its texts.

A value of the name, e-mail or customer number column is personal data wherever it occurs, whether or not a recognizer
finds it. Rows with equal texts share one scrubbed text; a row gets its own only if the text contains values of that
row.
"""

import re
import unicodedata
from collections.abc import Sequence

from analyzer.privacy.ordinary_words import EVERYDAY

SHORTEST = 3
SHORTEST_NUMBER = 5
"""Minimum length of a value, and of a number, to search for; up to four digits are a year, a price or a count."""
SHORTEST_LOCAL = 4
"""Minimum length of a word in the part before the @ of an e-mail address to search for."""
FEWEST_DIGITS = 7
"""Number of digits from which a number is searched for regardless of separators."""
LONGEST = 200
_NAME = re.compile(r"[^\W\d_]+(?:[\s.,'’-]+[^\W\d_]+){0,4}\.?")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_NOT_DIGIT = re.compile(r"\D+")


def own_values_in(text: str, own: Sequence[str]) -> tuple[str, ...]:
    """Return the values, and the single words of names among them, that occur in a text; sorted, each once."""
    if not any(own):
        return ()
    plain = _plain(text)
    digits = ""
    found: set[str] = set()
    for value in dict.fromkeys(part for whole in own for part in _parts(whole[:LONGEST])):
        wanted = _plain(value)
        if _occurs_in(plain, wanted):
            found.add(value)
        elif len(number := _NOT_DIGIT.sub("", wanted)) >= FEWEST_DIGITS:
            digits = digits or _NOT_DIGIT.sub("", plain)
            if number in digits:
                found.add(value)
    return tuple(sorted(found))


def _parts(value: str) -> list[str]:
    """Return a value and those of its words that identify a person alone; nothing too short or too common."""
    value = value.strip()
    parts = [value] if _is_identifying(value) else []
    if _NAME.fullmatch(value):
        parts += [word for word in _WORD.findall(value) if _is_identifying(word)]
    elif "@" in value:
        local = _WORD.findall(value.partition("@")[0].replace("_", " "))
        parts += [word for word in local if len(word) >= SHORTEST_LOCAL and _is_identifying(word)]
    return parts


def _is_identifying(value: str) -> bool:
    shortest = SHORTEST_NUMBER if value.isdecimal() else SHORTEST
    return len(value) >= shortest and value.casefold() not in EVERYDAY


def _plain(text: str) -> str:
    if not text.isascii():
        visible = "".join(c for c in text if unicodedata.category(c) != "Cf")
        text = unicodedata.normalize("NFKC", visible)
    return " ".join(text.casefold().split())


def _occurs_in(plain: str, wanted: str) -> bool:
    start = plain.find(wanted)
    while start >= 0:
        end = start + len(wanted)
        if not (plain[start - 1 : start].isalnum() or plain[end : end + 1].isalnum()):
            return True
        start = plain.find(wanted, end)
    return False

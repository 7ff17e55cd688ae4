"""Names of places and how large they are; a place may be a name of people too (Florence, Hudson)."""

from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("places.txt")
MOST_WORDS = 4


@cache
def place_sizes() -> dict[str, int]:
    """Return the places of one word, folded, with their size from 1 to 3."""
    return {place: size for place, size in _read() if " " not in place}


@cache
def place_phrases() -> dict[str, tuple[tuple[str, ...], ...]]:
    """Return the places of several words, as folded words, by their first word."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for place, _ in _read():
        words = tuple(place.replace("-", " ").replace(".", "").split())
        if 1 < len(words) <= MOST_WORDS:
            found.setdefault(words[0], []).append(words)
    return {word: tuple(phrases) for word, phrases in found.items()}


@cache
def _read() -> tuple[tuple[str, int], ...]:
    lines = FILE.read_text(encoding="utf-8").splitlines()
    return tuple((place, int(size)) for size, _, place in (one.partition("\t") for one in lines if one[0] != "#"))

"""Split examples into a tuning part and a held-back part by a hash of a key.

Examples that share a key (all texts made from one template, all repeats of one comment) are on one side, so no variant
of a held-back example is in the tuning part.
"""

import hashlib
from enum import StrEnum


class Part(StrEnum):
    """A side of the split, or both."""

    TUNING = "tuning"
    HELD_BACK = "held_back"
    ALL = "all"


def side(key: str) -> Part:
    """Return the side of a key: half the keys each, the same on every machine and in every version."""
    return Part.TUNING if hashlib.sha256(key.encode()).digest()[0] % 2 == 0 else Part.HELD_BACK


def belongs(part: Part, asked: Part) -> bool:
    """Return whether an example of one part is in the part asked for."""
    return asked in (part, Part.ALL)


def comment_key(text: str) -> str:
    """Return the key that repeats of a comment share: its words, normalized for case and spacing."""
    return " ".join(text.split()).casefold()

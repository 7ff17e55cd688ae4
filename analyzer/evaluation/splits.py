"""Which examples rules may be tuned on and which are held back: decided by a hash of a key, never by hand.

Whatever shares a key (all texts made from one template, all repeats of one comment) lands on one side, so nothing
held back has been seen in another guise.
"""

import hashlib
from enum import StrEnum


class Part(StrEnum):
    """A side of the split, or both."""

    TUNING = "tuning"
    HELD_BACK = "held_back"
    ALL = "all"


def side(key: str) -> Part:
    """Return the side a key is on: half the keys each, the same on every machine and in every version."""
    return Part.TUNING if hashlib.sha256(key.encode()).digest()[0] % 2 == 0 else Part.HELD_BACK


def belongs(part: Part, asked: Part) -> bool:
    """Tell whether an example on one side is wanted when `asked` is."""
    return asked in (part, Part.ALL)


def comment_key(text: str) -> str:
    """Return what repeats of one comment share: its words, whatever their case and spacing."""
    return " ".join(text.split()).casefold()

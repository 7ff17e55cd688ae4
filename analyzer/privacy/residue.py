"""The second, independent pass: what still looks like personal data in a text that has been scrubbed.

Shares no code with the recognizers, so that a mistake made there is not made again here. It knows shapes, checksums,
entropy, and the values of the row's own identity columns; it masks nothing, it only decides. Time is linear in the
length of the text: no pattern has an unbounded part inside an unbounded part.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from analyzer.privacy import residue_shapes as shapes
from analyzer.privacy.everyday import EVERYDAY

VERSION = "1"
"""Part of the profile a text is stored under: change it with any rule."""
PLACEHOLDER = re.compile(r"<[A-Z][A-Z_]{2,30}(?:_\d{1,5})?>|REMOVED")
BLANK = "\0"
"""Stands for what was masked: part of no word, no number and no gap between numbers."""
SHORTEST_OWN = 3
SHORTEST_OWN_NUMBER = 5
"""Characters of an identity value that is looked for; a number of four digits is a year or a price."""
_INVISIBLE = {"Cf", "Mn"}
_WORD = re.compile(r"[^\W\d_]{3,}")
_NAME = re.compile(r"[^\W\d_]+(?:[\s.,'’-]+[^\W\d_]+){0,4}\.?")


class Decision(StrEnum):
    """What becomes of a scrubbed text."""

    PASS = "pass"  # noqa: S105
    REVIEW = "review"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a text was not passed, and where: text[start:end]."""

    reason: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision on one text; a reason never quotes the text."""

    decision: Decision
    doubts: tuple[Doubt, ...] = ()

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why, each reason once."""
        return tuple(dict.fromkeys(doubt.reason for doubt in self.doubts))


Rule = Callable[[str], Iterator[tuple[int, int]]]
REJECTS: tuple[tuple[str, Rule], ...] = (
    ("e-mail address", shapes.emails),
    ("encoded e-mail address", shapes.encoded_emails),
    ("card number", shapes.cards),
    ("bank account (IBAN)", shapes.ibans),
    ("phone number", shapes.phones),
    ("nine digits or more", shapes.long_numbers),
    ("token", shapes.tokens),
)
REVIEWS: tuple[tuple[str, Rule], ...] = (
    ("seven or eight digits", shapes.short_numbers),
    ("code", shapes.codes),
    ("at sign", shapes.at_signs),
    ("name after a cue", shapes.cued_names),
)
OWN_VALUE = "value of the row's own identity columns"


def check(text: str, own: Sequence[str] = ()) -> Verdict:
    """Decide on a scrubbed text: reject when something identifying is left, review when something may be.

    Args:
        text: scrubbed, with its placeholders.
        own: values of the row's identity columns (name, e-mail, phone, ids) as they were in the file.
    """
    plain, places = _readable(blanked(text))
    rejected = [Doubt(OWN_VALUE, *span) for span in _own_values(plain, own)]
    rejected += _found(REJECTS, plain)
    if rejected:
        return Verdict(Decision.REJECT, _placed(rejected, places))
    doubtful = _found(REVIEWS, plain)
    return Verdict(Decision.REVIEW, _placed(doubtful, places)) if doubtful else Verdict(Decision.PASS)


def blanked(text: str) -> str:
    """Return a scrubbed text with every placeholder blanked out, character for character."""
    return PLACEHOLDER.sub(lambda match: BLANK * len(match.group()), text)


def _found(rules: Sequence[tuple[str, Rule]], plain: str) -> list[Doubt]:
    return [Doubt(reason, start, end) for reason, rule in rules for start, end in rule(plain)]


def _placed(doubts: Sequence[Doubt], places: Sequence[int] | None) -> tuple[Doubt, ...]:
    if places is None:
        return tuple(doubts)
    return tuple(Doubt(d.reason, places[d.start], places[d.end - 1] + 1) for d in doubts)


def _readable(text: str) -> tuple[str, list[int] | None]:
    """Return the text without invisible characters, in plain letters and digits, and where each came from."""
    if text.isascii():
        return text, None
    letters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for plain in _plain(character):
            letters.append(plain)
            places.append(place)
    return "".join(letters), places


def _plain(character: str) -> str:
    if character < "\x80":
        return character
    if unicodedata.category(character) in _INVISIBLE:
        return ""
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    parts = unicodedata.normalize("NFKD", character)[:4]
    return "".join(part for part in parts if unicodedata.category(part) not in _INVISIBLE)


def _own_values(plain: str, own: Sequence[str]) -> Iterator[tuple[int, int]]:
    if not own:
        return
    lowered = plain.lower()
    for value in own:
        wanted = " ".join(_readable(value)[0].lower().split())
        digits = re.sub(r"\D", "", wanted)
        yield from _occurrences(lowered, wanted)
        if _NAME.fullmatch(wanted):
            for word in _WORD.findall(wanted):
                yield from _occurrences(lowered, word)
        if len(digits) >= shapes.FEWEST_PHONE_DIGITS and 2 * len(digits) > len(wanted):
            yield from shapes.digits_in(plain, digits)


def _occurrences(lowered: str, wanted: str) -> Iterator[tuple[int, int]]:
    shortest = SHORTEST_OWN_NUMBER if wanted.isdecimal() else SHORTEST_OWN
    if len(wanted) < shortest or wanted in EVERYDAY:
        return
    start = lowered.find(wanted)
    while start >= 0:
        end = start + len(wanted)
        if not (lowered[start - 1 : start].isalnum() or lowered[end : end + 1].isalnum()):
            yield start, end
        start = lowered.find(wanted, end)

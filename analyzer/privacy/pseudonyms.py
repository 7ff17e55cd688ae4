"""Pseudonyms of identifiers: keyed hashes (HMAC-SHA-256, RFC 2104), stable under the key of a workspace."""

import hmac
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from hashlib import sha256

_DIGITS = re.compile(r"\d+")
PLAIN_ID = re.compile(
    r"(?=.*\d)(?=(?:\D*\d){1,6}\D*$)(?>(?:[A-Z]{1,4}|[a-z]{1,3})?\d{0,6}(?![A-Za-z\d])[\s_|:./-]?)++",
    re.ASCII,
)
"""Record ids that are stored unchanged: codes of up to four letters and at most six digits in all.

A longer id may be a phone, a card, a date of birth or a name, and is replaced by a pseudonym. The repetition is
possessive: otherwise rejecting a hostile id of 500 letters would practically never end.
"""

MOST_SHAPES = 5
_WHOLE = re.compile(r"(\d+)[.,]0{1,2}", re.ASCII)
"""A whole number that a spreadsheet wrote as a decimal one; three zeros may be a group of thousands."""


def are_codes(samples: Iterable[str]) -> bool:
    """Return whether ids follow a scheme: with every digit run replaced by 9, at most five different shapes remain.

    Plates, postcodes and initials match PLAIN_ID one by one, but a column of them has more shapes.
    """
    return len({_DIGITS.sub("9", sample) for sample in samples}) <= MOST_SHAPES


def plain_reference(value: str) -> str:
    """Return a reference to a person without differences of case, width, spacing, invisible characters and ".0"."""
    if not value.isascii():
        value = "".join(c for c in unicodedata.normalize("NFKC", value) if unicodedata.category(c) != "Cf")
    plain = " ".join(value.split()).casefold()
    whole = _WHOLE.fullmatch(plain)
    return whole[1] if whole else plain


class Pseudonyms:
    """Derives pseudonyms with the key of a workspace."""

    def __init__(self, key: bytes) -> None:
        """Take the 32-byte key; occurrences are counted from zero."""
        self._key = key
        self._occurrences: Counter[bytes] = Counter()

    def respondent(self, value: str) -> str:
        """Return the pseudonym of a respondent; 88014, "88014 " and 88014.0 are the same one, see plain_reference."""
        return "r-" + self._hash("respondent", plain_reference(value).encode())

    def respondents(self, value: str) -> tuple[str, ...]:
        """Return the pseudonym of a respondent first, then those under which earlier versions stored the same one."""
        plain = plain_reference(value)
        spellings = (plain, value, f"{plain}.0") if plain.isdecimal() else (plain, value)
        earlier = ["r-" + self._hash("respondent", _earlier_form(one).encode()) for one in spellings]
        return tuple(dict.fromkeys((self.respondent(value), *earlier)))

    def record(self, value: str) -> str:
        """Return the pseudonym of a record id that contains personal data."""
        return "p-" + self._hash("record", value.encode())

    def content(self, digest: bytes) -> str:
        """Return the id of a record that has none, from the digest of its content and its count in the file."""
        self._occurrences[digest] += 1
        return "c-" + self._hash("content", digest + self._occurrences[digest].to_bytes(8, "big"))

    def keyed(self, digest: bytes) -> bytes:
        """Return a 16-byte keyed digest of a row, so that equal rows are recognized but contents cannot be guessed."""
        return hmac.new(self._key, b"row|" + digest, sha256).digest()[:16]

    def _hash(self, purpose: str, value: bytes) -> str:
        return hmac.new(self._key, purpose.encode() + b"|" + value, sha256).hexdigest()[:16]


def _earlier_form(value: str) -> str:
    """Return a reference as versions before 0.1 normalized it; stored pseudonyms are made of it."""
    return " ".join(value.split()).casefold()

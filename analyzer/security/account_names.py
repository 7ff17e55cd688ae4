"""Names of accounts: one form for each, and none that reads like another."""

import unicodedata
from collections.abc import Iterable

from analyzer.errors import UsageError

NAME_LENGTH = 64
MARKS, DIGITS = "._-@+", "0123456789"
WRITTEN_TOGETHER = (frozenset({"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"}), frozenset({"CJK", "HANGUL"}))
"""Scripts that one word may mix: Japanese and Korean (UTS #39, section 5.2, highly restrictive)."""


def check_name(name: str) -> str:
    """Return the name of an account in NFKC, without surrounding white space.

    Raises:
        UsageError: if it has other characters than letters, digits 0-9 and . _ - @ +, or letters of several scripts.
    """
    plain = unicodedata.normalize("NFKC", name).strip()
    letters = [c for c in plain if c not in MARKS and c not in DIGITS]
    if not plain or len(plain) > NAME_LENGTH or not all(c.isalnum() for c in letters):
        raise UsageError(f"an account's name has up to {NAME_LENGTH} letters, digits, and . _ - @ +")
    if not all(c.isalpha() for c in letters) or not _is_one_script(letters):
        raise UsageError(
            "an account's name has letters of one script and digits 0-9; those of others can look the same"
        )
    return plain


def name_key(name: str) -> str:
    """Return the form in which two names are compared: NFKC and case folded, without surrounding white space."""
    folded = name
    for _ in range(2):  # folding can give characters that NFKC changes
        folded = unicodedata.normalize("NFKC", folded).upper().casefold()  # upper: a dotless i is an i
    return unicodedata.normalize("NFKC", folded).strip()


def same_name(names: Iterable[str], name: str) -> str:
    """Return which of these names is the given one, whatever its case and form; empty if none is."""
    key = name_key(name)
    return next((one for one in names if name_key(one) == key), "")


def _is_one_script(letters: Iterable[str]) -> bool:
    scripts = {_script(letter) for letter in letters}
    return len(scripts) <= 1 or any(scripts <= together for together in WRITTEN_TOGETHER)


def _script(letter: str) -> str:
    """Return the script of a letter: the first word of its name, such as "LATIN"; Python has no script property."""
    return unicodedata.name(letter, "UNNAMED").partition(" ")[0]

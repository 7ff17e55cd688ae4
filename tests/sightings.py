"""Search what a program wrote, said and showed for values that must not be there, through whatever disguise."""

import base64
import binascii
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote_plus

import numpy as np

MAYBE_BASE64 = re.compile(r"[A-Za-z0-9_-]{7,}")
SPACED_DIGITS = re.compile(r"(?<=\d)[ ](?=\d)")
WORD = re.compile(r"[^\W_]+")
LOWER = bytes(range(256)).lower()
BETWEEN = bytes(byte for byte in range(128) if not chr(byte).isalnum())
"""ASCII bytes that packing leaves out; without zero bytes UTF-16 reads like UTF-8."""
GRAM = 6
"""Bytes by which needles are looked up; none but the words is shorter."""
SHORTEST_IN_BYTES = 7
"""Needles shorter than this occur in random bytes by chance."""


@dataclass(frozen=True, slots=True)
class Needle:
    """What gives a value away: packed characters, or a short number that counts only where it stands alone."""

    text: str
    is_word: bool = False


def folded(text: str) -> str:
    """Fold what a reader does not see: case, width, invisible characters, digits of other scripts."""
    if text.isascii():
        return text.casefold()
    plain = unicodedata.normalize("NFKC", text).casefold()
    shown = (c for c in plain if c.isascii() or unicodedata.category(c) != "Cf")
    return "".join(str(unicodedata.decimal(c)) if not c.isascii() and c.isdecimal() else c for c in shown)


def packed(text: str) -> str:
    """Fold a text and leave out everything between its letters and digits."""
    return "".join(WORD.findall(folded(text)))


def readings(text: str) -> Iterator[str]:
    """Yield a text as it stands, percent-decoded up to three times, and what it says in base64."""
    while True:
        yield text
        for token in MAYBE_BASE64.findall(text):
            try:
                yield base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode("utf-8")
            except (binascii.Error, UnicodeDecodeError):
                continue
        decoded = unquote_plus(text)
        if decoded == text:
            return
        text = decoded


class Haystack:
    """What was written somewhere, ready to be searched for thousands of needles."""

    def __init__(self, parts: Iterable[object]) -> None:
        """Take texts, numbers and bytes; each is searched for itself."""
        texts: list[str] = []
        blobs: list[bytes] = []
        for part in parts:
            if isinstance(part, bytes | bytearray | memoryview):
                blobs.append(bytes(part).translate(LOWER, BETWEEN))
            else:
                texts += readings(str(part))
        seen = [folded(text) for text in dict.fromkeys(texts)]
        plain = "\n".join(seen)
        self._words = set(WORD.findall(plain))
        self._words.update(WORD.findall(SPACED_DIGITS.sub("", plain)))
        self._packed = "|".join("".join(WORD.findall(text)) for text in seen)
        self._blobs = b"|".join(blobs)
        self._grams = np.sort(np.concatenate([_grams(self._packed.encode("utf-8", "replace")), _grams(self._blobs)]))
        self.size = len(plain) + len(self._blobs)

    def holds(self, needle: Needle) -> bool:
        """Tell whether a needle is anywhere in it."""
        if needle.is_word:
            return needle.text in self._words
        sought = needle.text.encode()
        start = _grams(sought)[:1]
        at = np.searchsorted(self._grams, start)
        if not len(start) or at[0] == len(self._grams) or self._grams[at[0]] != start[0]:
            return False
        in_bytes = len(needle.text) >= SHORTEST_IN_BYTES and sought in self._blobs
        return in_bytes or needle.text in self._packed

    def has_word(self, word: str) -> bool:
        """Tell whether a folded word stands anywhere in its texts."""
        return word in self._words


def _grams(text: bytes) -> np.ndarray:
    """Return a number for every GRAM bytes in a row: looking one up is quicker than reading megabytes again."""
    data = np.frombuffer(text, dtype=np.uint8).astype(np.uint64)
    count = max(0, len(data) - GRAM + 1)
    grams = np.zeros(count, dtype=np.uint64)
    for at in range(GRAM):
        grams = (grams << np.uint64(8)) | data[at : at + count]
    return grams

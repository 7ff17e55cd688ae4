"""The reviewers' allow and deny lists as keyed hashes: no list of names is stored in plain text.

A term is recognized by hashing the words of a text, so the list can be used but not read. The module knows nothing
about where terms are stored or who decided on them.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from hashlib import blake2b

DIGEST_BYTES = 16
LONGEST_TERM = 5
"""Maximum number of words of a term; longer runs of a text are not looked up."""
INVISIBLE = "\u00ad\u200b-\u200f\u2060-\u2064\ufeff"
WORD = re.compile(rf"[^\W_](?:[^\W_]|[\u0300-\u036f{INVISIBLE}])*")
UNSEEN = re.compile(f"[{INVISIBLE}]")
OUTER = re.compile(r"^[\W_]+|[\W_]+$")


@dataclass(frozen=True, slots=True)
class Terms:
    """Digests of the terms that are never masked (allow) and always masked (deny).

    `lengths` are the possible numbers of words of denied terms: fewer make the search faster.
    """

    key: bytes = field(default=b"", repr=False)
    allow: frozenset[bytes] = field(default=frozenset(), repr=False)
    deny: frozenset[bytes] = field(default=frozenset(), repr=False)
    lengths: tuple[int, ...] = tuple(range(1, LONGEST_TERM + 1))

    def digest(self, value: str) -> bytes:
        """Return the 16-byte keyed BLAKE2b of a value, ignoring case, spacing and outer punctuation.

        The digest is empty without a key, and for a value without a letter or digit.
        """
        plain = normalize(value)
        return self._hashed(plain) if plain and self.key else b""

    def is_allowed(self, value: str) -> bool:
        """Return whether a value is on the allow list."""
        return bool(self.allow) and self.digest(value) in self.allow

    def denied_spans(self, text: str) -> list[tuple[int, int]]:
        """Return the spans of all runs of one to five words on the deny list, sorted; spans may overlap."""
        if not self.deny or not self.key:
            return []
        words = [(match.start(), match.end()) for match in WORD.finditer(text)]
        runs = [
            (words[first][0], words[first + length - 1][1])
            for first in range(len(words))
            for length in self.lengths
            if first + length <= len(words)
        ]
        return [(start, end) for start, end in runs if self.digest(text[start:end]) in self.deny]

    @property
    def fingerprint(self) -> str:
        """A digest of both lists; it changes when a term is added or removed, and reveals no term."""
        parts = (b"allow", *sorted(self.allow), b"deny", *sorted(self.deny))
        return blake2b(b"".join(parts), digest_size=8).hexdigest()

    def _hashed(self, plain: str) -> bytes:
        plain_bytes = plain.encode(errors="surrogatepass")
        return blake2b(plain_bytes, key=self.key, digest_size=DIGEST_BYTES, person=b"privacy term").digest()


def normalize(value: str) -> str:
    """Return a value without differences of case, width, spacing, invisible characters and outer punctuation."""
    plain = value.lower() if value.isascii() else unicodedata.normalize("NFKC", UNSEEN.sub("", value)).casefold()
    return OUTER.sub("", " ".join(plain.split()))

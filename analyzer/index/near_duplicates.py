"""Find near duplicates: one letter sent by many, a template filled in, a comment copied with small changes.

MinHash over character n-grams proposes pairs, and an edit distance decides them (datasketch, rapidfuzz). Texts are
compared without case, accents, punctuation and spacing, numbers and placeholders as one word each. A text of fewer than
LEAST_WORDS words is only ever its own copy: people say "very good" by themselves.

Groups are connected pairs, taken in the order of the texts' digests: they do not depend on the order of an import.
Knows nothing of comments and of the store.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.store.casefold import folded

LEAST_WORDS = 8
LEAST_CHARACTERS = 40
"""For scripts without spaces between words."""
SHINGLE = 5
PERMUTATIONS, BANDS, ROWS_OF_BAND = 128, 32, 4
"""A pair whose n-grams overlap by J is proposed with probability 1 - (1 - J^4)^32: .99 for .6, .87 for .5."""
LEAST_SAME_WORDS, LEAST_SIMILAR = 0.86, 0.75
"""Least similarity of the words in their order, and then of the characters (indel distance), of near duplicates:
sentences of one form about different things are alike in characters alone."""
LEAST_WITH_TYPING_ERRORS = 0.93
"""Least similarity of characters that is enough by itself. benchmarks/near_duplicates.py measures the three."""
MOST_LEADERS = 40
"""Members of a group that are searched for further ones: a campaign of thousands is not compared with itself."""
_PLACEHOLDER = re.compile(r"<([A-Z_]+?)(?:_\d+)?>")
_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"\d+")
_PRIME = np.uint64(1_099_511_628_211)


def compared_text(text: str) -> str:
    """Return the form of a text in which it is compared with others."""
    plain = _NUMBER.sub("0", folded(_PLACEHOLDER.sub(r" \1 ", text)))
    return " ".join(_WORD.findall(plain))


def is_comparable(compared: str) -> bool:
    """Return whether a compared form is long enough to be somebody else's."""
    return compared.count(" ") + 1 >= LEAST_WORDS or (len(compared) >= LEAST_CHARACTERS and " " not in compared)


def find_groups(texts: Iterable[tuple[int, str]]) -> dict[int, int]:
    """Return the group of each text that has near duplicates among the texts: text id -> smallest id of its group.

    Args:
        texts: id and text of each different text.
    """
    alike: dict[str, list[int]] = {}
    for text_id, text in texts:
        compared = compared_text(text)
        if is_comparable(compared):
            alike.setdefault(compared, []).append(text_id)
    in_order = sorted(alike, key=lambda one: blake2b(one.encode(), digest_size=16).digest())
    found: dict[int, int] = {}
    for members in _joined(in_order):
        ids = sorted(text_id for member in members for text_id in alike[in_order[member]])
        if len(ids) > 1:
            found |= dict.fromkeys(ids, ids[0])
    return found


def _joined(texts: Sequence[str]) -> Iterator[list[int]]:
    """Yield the groups of near duplicates among distinct compared texts, those of one text too, as positions."""
    from datasketch import MinHashLSH  # noqa: PLC0415 - heavy: loads only when duplicates are looked for

    buckets = MinHashLSH(num_perm=PERMUTATIONS, params=(BANDS, ROWS_OF_BAND))
    groups = _Groups(len(texts))
    leaders: dict[int, int] = {}
    words = [text.split() for text in texts]
    for place, text in enumerate(texts):
        signature = _signature(text)
        for other in sorted(buckets.query(signature)):
            if groups.of(other) != groups.of(place) and _are_alike(text, texts[other], words[place], words[other]):
                groups.join(place, other)
        count = leaders.get(groups.of(place), 0)
        if count < MOST_LEADERS:
            buckets.insert(place, signature, check_duplication=False)
            leaders[groups.of(place)] = count + 1
    yield from groups.members().values()


class _Groups:
    """Disjoint sets of positions, each named by its smallest."""

    def __init__(self, count: int) -> None:
        self._above = list(range(count))

    def of(self, place: int) -> int:
        while self._above[place] != place:
            self._above[place] = self._above[self._above[place]]
            place = self._above[place]
        return place

    def join(self, one: int, other: int) -> None:
        low, high = sorted((self.of(one), self.of(other)))
        self._above[high] = low

    def members(self) -> Mapping[int, list[int]]:
        found: dict[int, list[int]] = {}
        for place in range(len(self._above)):
            found.setdefault(self.of(place), []).append(place)
        return found


def _are_alike(text: str, other: str, words: Sequence[str], other_words: Sequence[str]) -> bool:
    from rapidfuzz.distance import Indel  # noqa: PLC0415

    similar = float(Indel.normalized_similarity(text, other, score_cutoff=LEAST_SIMILAR))
    if similar < LEAST_SIMILAR:
        return False
    same_words = float(Indel.normalized_similarity(words, other_words, score_cutoff=LEAST_SAME_WORDS))
    return similar >= LEAST_WITH_TYPING_ERRORS or same_words >= LEAST_SAME_WORDS


def _signature(text: str) -> Any:
    from datasketch import MinHash  # noqa: PLC0415

    signature = MinHash(num_perm=PERMUTATIONS, seed=1, hashfunc=int)
    signature.update_batch(_shingles(text).tolist())
    return signature


def _shingles(text: str) -> NDArray[np.uint32]:
    """Return uint32[n], a hash of each different n-gram of a text."""
    codes = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    count = max(1, len(codes) - SHINGLE + 1)
    hashed = np.zeros(count, dtype=np.uint64)
    for offset in range(min(SHINGLE, len(codes))):
        hashed = (hashed ^ codes[offset : offset + count]) * _PRIME
    return np.unique((hashed ^ (hashed >> np.uint64(32))).astype(np.uint32))

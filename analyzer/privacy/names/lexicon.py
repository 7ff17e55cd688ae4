"""What a word may be: a given name, a family name, an ordinary word, a brand of this corpus."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from analyzer.privacy.names.gazetteer import (
    MOSTLY_NAMES,
    ambiguous_names,
    family_names,
    fold_name,
    frequent_given_names,
    given_names,
    plain_words,
)

WORD = re.compile(r"[^\W\d_]*[a-zß-öø-ÿ](?=['’][A-ZÀ-ÖØ-Þ])|[^\W\d_]+(?:['’-][^\W\d_]+)*")
"""A word; an elision before a capital (d'Amandine, dell'Anna) is one of its own, an O'Brien is not taken apart."""
LEAST_REPEATS = 5
"""Comments in which an unknown capitalized word must stand to be a brand of the corpus rather than somebody."""
LEAST_SHARE = 0.0005
"""And the share of all comments: five in ten thousand."""
ORDINARY_USES = 3
"""Comments that write a word in lower case for it to count as an ordinary word of the corpus."""
_MIDDLE = re.compile(r"[\w,] ")
"""What stands before a word in the middle of a sentence, where a capital means something."""
_ENDINGS = ("", "s", "es", "d", "ed", "ing", "er", "ers", "ly", "'s", "’s", "n't", "y", "ies")


@dataclass(frozen=True, slots=True)
class CorpusVocabulary:
    """What a corpus itself says of words: ordinary ones, and names of products or brands; folded."""

    words: frozenset[str] = frozenset()
    brands: frozenset[str] = frozenset()

    @property
    def fingerprint(self) -> str:
        """Return what changes when the vocabulary does."""
        from hashlib import blake2b  # noqa: PLC0415

        parts = "|".join([*sorted(self.words), "#", *sorted(self.brands)])
        return blake2b(parts.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


class Learner:
    """Learns the vocabulary of a corpus in one pass; the order of the texts makes no difference."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._lower: Counter[str] = Counter()
        self._upper: Counter[str] = Counter()
        self._texts = 0

    def add_cells(self, cells: Iterable[str]) -> None:
        """Take the prose of a row into account, whatever column it is in."""
        for cell in cells:
            if cell.count(" ") >= FEWEST_SPACES:
                self.add(cell)

    def add(self, text: str) -> None:
        """Take one comment into account."""
        self._texts += 1
        text = text[:MOST_READ]
        found = list(WORD.finditer(text))
        if sum(match.group().isupper() for match in found) * 2 > len(found):
            return  # a comment in capitals says nothing about them
        small = {match.group() for match in found if not match.group()[0].isupper()}
        large = {m.group() for m in found if m.group()[0].isupper() and _MIDDLE.match(text, max(0, m.start() - 2))}
        self._lower.update({fold_name(word) for word in small})
        self._upper.update({fold_name(word) for word in large})
        if len(self._lower) + len(self._upper) > MOST_WORDS:
            self._shrink()

    def _shrink(self) -> None:
        """Forget the words seen once: the memory stays bounded whatever the corpus."""
        self._lower = Counter({word: n for word, n in self._lower.items() if n > 1})
        self._upper = Counter({word: n for word, n in self._upper.items() if n > 1})

    def result(self, products: Iterable[str] = ()) -> CorpusVocabulary:
        """Return the vocabulary; `products` are values of the corpus's own category columns."""
        names = given_names()
        least = max(LEAST_REPEATS, self._texts * LEAST_SHARE)
        words = {w for w, n in self._lower.items() if n >= ORDINARY_USES and (w not in names or n > self._upper[w])}
        brands = {w for w, n in self._upper.items() if n >= least and w not in names}
        brands |= {fold_name(w) for value in products for w in WORD.findall(value) if fold_name(w) not in names}
        return CorpusVocabulary(frozenset(words), frozenset(brands - words))


FEWEST_SPACES = 3
"""Spaces that make a cell prose."""
MOST_READ = 5_000
MOST_WORDS = 400_000


class Lexicon:
    """Answers what a word may be, for one language at a time, with what the corpus and the dictionary say."""

    def __init__(
        self,
        dictionary: frozenset[str] = frozenset(),
        certain: frozenset[str] = frozenset(),
        vocabulary: CorpusVocabulary | None = None,
    ) -> None:
        """Take the English dictionary, what of it is no noun (so no name), and the vocabulary of the corpus."""
        self._dictionary = dictionary
        self._certain = certain
        self.vocabulary = vocabulary or CorpusVocabulary()
        self._given = given_names() - certain
        self._family = family_names()
        self._ambiguous = ambiguous_names() | (given_names() & certain)
        self._frequent = frequent_given_names()

    def is_given(self, word: str) -> bool:
        """Say whether a folded word is a given name and hardly anything else."""
        return word in self._given and word not in self.vocabulary.words

    def is_frequent(self, word: str) -> bool:
        """Say whether a folded word is a given name so usual that it is one in lower case too."""
        return word in self._frequent and self.is_given(word)

    def is_family(self, word: str) -> bool:
        """Say whether a folded word is a family name and hardly anything else."""
        return word in self._family and word not in self.vocabulary.words and not self.is_ordinary(word, "en")

    def is_some_name(self, word: str) -> bool:
        """Say whether a folded word can be a name, ambiguous or not."""
        return word in self._given or word in self._family or word in self._ambiguous

    def is_mostly_name(self, word: str) -> bool:
        """Say whether a folded ambiguous word is usually somebody where it has a capital for no other reason."""
        return word in MOSTLY_NAMES and word not in self.vocabulary.brands

    def is_brand(self, word: str) -> bool:
        """Say whether the corpus knows a folded word as a brand or product."""
        return word in self.vocabulary.brands

    def is_ordinary(self, word: str, language: str) -> bool:
        """Say whether a folded word is an ordinary one in its language or this corpus."""
        if word in self.vocabulary.words or word in plain_words(language or "en"):
            return True
        if language not in {"", "en"}:
            return False
        return self._is_listed(word)

    def is_certain(self, word: str, language: str) -> bool:
        """Say whether a folded word is ordinary even where a name is expected; nouns of the dictionary may be names."""
        return word in self.vocabulary.words or word in self._certain or word in plain_words(language or "en")

    def _is_listed(self, word: str) -> bool:
        listed = self._dictionary
        if word in listed:
            return True
        for ending in _ENDINGS[1:]:
            if word.endswith(ending):
                stem = word[: -len(ending)]
                is_doubled = len(stem) > 3 and stem[-1] == stem[-2] and stem[:-1] in listed
                if len(stem) > 2 and (is_doubled or stem in listed or f"{stem}e" in listed or f"{stem}y" in listed):
                    return True
        return False

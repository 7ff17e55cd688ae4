"""Classify words: given name, family name, ordinary word, or brand of the corpus."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from analyzer.privacy.names.gazetteer import (
    MOSTLY_NAMES,
    WORD_LOCALES,
    ambiguous_names,
    family_names,
    fold_name,
    frequent_given_names,
    function_words,
    given_names,
    plain_words,
)

WORD = re.compile(r"[^\W\d_]*[a-zß-öø-ÿ](?=['’][A-ZÀ-ÖØ-Þ])|[^\W\d_]+(?:['’-][^\W\d_]+)*")
"""A word; an elision before a capital (d'Amandine, dell'Anna) is a word of its own, O'Brien is one word."""
LEAST_REPEATS = 5
"""Minimum number of comments with an unknown capitalized word for it to be a brand of the corpus, not a person."""
LEAST_SHARE = 0.0005
"""Minimum share of all comments for the same: five in ten thousand."""
ORDINARY_USES = 3
"""Minimum number of comments with a word in lower case for it to be an ordinary word of the corpus."""
_MIDDLE = re.compile(r"[\w,] ")
"""Characters before a word in the middle of a sentence, where a capital is significant."""
_ENDINGS = ("", "s", "es", "d", "ed", "ing", "er", "ers", "ly", "'s", "’s", "n't", "y", "ies")


@dataclass(frozen=True, slots=True)
class CorpusVocabulary:
    """The vocabulary of a corpus, folded: ordinary words, names of products or brands, and names of people.

    A name of a person is a word that is unknown, never in lower case, and stands somewhere where only names stand.
    """

    words: frozenset[str] = frozenset()
    brands: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()

    @property
    def fingerprint(self) -> str:
        """A digest that changes with the vocabulary."""
        from hashlib import blake2b  # noqa: PLC0415

        parts = "|".join([*sorted(self.words), "#", *sorted(self.brands), "#", *sorted(self.names)])
        return blake2b(parts.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


class Learner:
    """Learns the vocabulary of a corpus in one pass; the order of the texts does not matter."""

    def __init__(self) -> None:
        """Start with an empty vocabulary."""
        self._lower: Counter[str] = Counter()
        self._upper: Counter[str] = Counter()
        self._framed: Counter[str] = Counter()
        self._texts = 0

    def add_cells(self, cells: Iterable[str]) -> None:
        """Count the words of the prose cells of a row, whatever their column."""
        for cell in cells:
            if cell.count(" ") >= FEWEST_SPACES:
                self.add(cell)

    def add(self, text: str) -> None:
        """Count the words of one comment."""
        self._texts += 1
        text = text[:MOST_READ]
        found = list(WORD.finditer(text))
        if sum(match.group().isupper() for match in found) * 2 > len(found):
            return  # in a comment in capitals, a capital is not significant
        small = {match.group() for match in found if not match.group()[0].isupper()}
        large = {m.group() for m in found if m.group()[0].isupper() and _MIDDLE.match(text, max(0, m.start() - 2))}
        self._lower.update({fold_name(word) for word in small})
        self._upper.update({fold_name(word) for word in large})
        self._framed.update({fold_name(match["name"]) for match in NAMED.finditer(text)})
        if len(self._lower) + len(self._upper) > MOST_WORDS:
            self._shrink()

    def _shrink(self) -> None:
        """Drop the words counted once, so that memory stays bounded for any corpus."""
        self._lower = Counter({word: n for word, n in self._lower.items() if n > 1})
        self._upper = Counter({word: n for word, n in self._upper.items() if n > 1})

    def result(self, products: Iterable[str] = ()) -> CorpusVocabulary:
        """Return the vocabulary; `products` are values of the category columns of the corpus."""
        names = given_names()
        least = max(LEAST_REPEATS, self._texts * LEAST_SHARE)
        words = {w for w, n in self._lower.items() if n >= ORDINARY_USES and (w not in names or n > self._upper[w])}
        people = {w for w in self._framed if w not in self._lower and w not in words and not is_plain(w)}
        people = {w for w in people if self._framed[w] * MOST_UNFRAMED >= self._upper[w]}
        brands = {w for w, n in self._upper.items() if n >= least and w not in names and w not in people}
        brands |= {fold_name(w) for value in products for w in WORD.findall(value) if fold_name(w) not in names}
        return CorpusVocabulary(frozenset(words), frozenset(brands - words), frozenset(people - brands))


NAMED = re.compile(
    r"(?i:\b(?:helped|served|assisted|seen|treated|greeted|advised|welcomed) by|spoke (?:to|with)|speaking (?:to|with)"
    r"|thank(?:s| you)(?: so much)? to|shout ?out to|kudos to|well done|(?:mr|mrs|ms|dr|nurse|herr|frau|mme)\.?|named"
    r"|is called"
    r"|bedient von|beraten von|gesprochen mit|servi par|conseillée? par|atendid[oa] por|geholpen door|servit[oa] da) "
    r"(?P<name>[A-ZÀ-ÞŁŚŽ][^\W\d_]{2,20}(?:-[A-ZÀ-ÞŁŚŽ][^\W\d_]{1,20})?)(?![\w'’])"
)
"""Where only a name or an ordinary word stands: the first witness that a word of a file is a person's name."""
MOST_UNFRAMED = 10
"""Uses in mid-sentence for one in such a place, up to which a word is a person: brands are spoken of in other ways."""


def is_plain(word: str) -> bool:
    """Return whether a folded word is an ordinary word of one of the languages."""
    return any(word in plain_words(one) or word in function_words(one) for one in WORD_LOCALES)


FEWEST_SPACES = 3
"""Minimum number of spaces in a cell that counts as prose."""
MOST_READ = 5_000
MOST_WORDS = 400_000


class Lexicon:
    """Classifies words by the gazetteer, the English dictionary and the vocabulary of the corpus."""

    def __init__(
        self,
        dictionary: frozenset[str] = frozenset(),
        certain: frozenset[str] = frozenset(),
        vocabulary: CorpusVocabulary | None = None,
        nouns: frozenset[str] = frozenset(),
    ) -> None:
        """Take the English dictionary, its words that are not only nouns (so no names), the corpus, its nouns."""
        self._nouns = nouns
        self._dictionary = dictionary
        self._certain = certain
        self.vocabulary = vocabulary or CorpusVocabulary()
        self._given = given_names() - certain
        self._family = family_names()
        self._ambiguous = ambiguous_names() | (given_names() & certain)
        self._frequent = frequent_given_names()

    def is_given(self, word: str) -> bool:
        """Return whether a folded word is a given name and hardly anything else."""
        if word in self.vocabulary.words:
            return False
        if word in self._given or (word in self.vocabulary.names and not self._is_listed(word)):
            return True
        parts = word.split("-")
        return len(parts) == 2 and all(map(self.is_some_name, parts)) and any(part in self._given for part in parts)

    def is_frequent(self, word: str) -> bool:
        """Return whether a folded word is a given name frequent enough to be recognized in lower case."""
        return word in self._frequent and self.is_given(word)

    def is_family(self, word: str) -> bool:
        """Return whether a folded word is a family name and hardly anything else."""
        return word in self._family and word not in self.vocabulary.words and not self.is_ordinary(word, "en")

    def is_some_name(self, word: str) -> bool:
        """Return whether a folded word can be a name, ambiguous or not."""
        return word in self._given or word in self._family or word in self._ambiguous

    def is_mostly_name(self, word: str) -> bool:
        """Return whether a folded ambiguous word is usually a person where nothing else explains its capital."""
        return word in MOSTLY_NAMES and word not in self.vocabulary.brands

    def is_brand(self, word: str) -> bool:
        """Return whether a folded word is a brand or product of the corpus."""
        return word in self.vocabulary.brands

    def is_ordinary(self, word: str, language: str) -> bool:
        """Return whether a folded word is an ordinary word of its language or of the corpus."""
        if word in self.vocabulary.words or word in plain_words(language or "en"):
            return True
        if language not in {"", "en"}:
            return False
        return self._is_listed(word)

    def is_noun(self, word: str) -> bool:
        """Return whether a folded word is an English noun, in the singular or plural."""
        return word in self._nouns or (word.endswith("s") and (word[:-1] in self._nouns or word[:-2] in self._nouns))

    def is_slip(self, word: str) -> bool:
        """Return whether a folded word is an English word with one letter wrong, missing, added or doubled."""
        if word in self._slips:
            return self._slips[word]
        near = _collapsed(word) in self._collapsed_words or any(map(self._is_listed, _one_edit_away(word)))
        if len(self._slips) < MOST_WORDS:
            self._slips[word] = near
        return near

    @cached_property
    def _collapsed_words(self) -> frozenset[str]:
        return frozenset(map(_collapsed, self._dictionary))

    @cached_property
    def _slips(self) -> dict[str, bool]:
        return {}

    def is_certain(self, word: str, language: str) -> bool:
        """Return whether a folded word is ordinary even where a name is expected; nouns may be names."""
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


def _collapsed(word: str) -> str:
    """Return a word without doubled letters: "dissapointed" and "disappointed" are one."""
    return _DOUBLED.sub(r"\1", word)


def _one_edit_away(word: str) -> Iterator[str]:
    for place in range(len(word) + 1):
        before, after = word[:place], word[place:]
        yield before + after[1:]
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]
        for letter in _LETTERS:
            yield before + letter + after[1:]
            yield before + letter + after


_DOUBLED = re.compile(r"(.)\1+")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"

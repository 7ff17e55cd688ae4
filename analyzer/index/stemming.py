"""Stems of words in French, German, Spanish, Dutch and Italian (Snowball), as they are in the full-text index.

SQLite's tokenizer knows the endings of English only. A text in one of these languages is indexed as its stems, and a
word of a query is looked up as it is (which finds English) and by its stem in each of them that the workspace has.
English texts, and those whose language is not known, are indexed as they stand.
"""

import re
from collections.abc import Collection
from functools import lru_cache
from typing import Any

STEMMERS = {
    "fr": ("french",), "de": ("german",), "es": ("spanish",), "nl": ("dutch", "dutch_porter"), "it": ("italian",),
}  # fmt: skip
"""Snowball's algorithms by language, one after the other. Of 40 Dutch pairs ("goedkope", "goedkoop"), Kraaij-Pohlmann
brings 28 together, Porter's 28 others, both 37."""
WORD = re.compile(r"\w+")
KEPT = 50_000
"""Different words whose stems are kept in memory; a stem takes 0.06 ms, as long as writing its text does."""


def stems_of(text: str, language: str) -> str | None:
    """Return a text with the stem of each word in its place; None for a language that is indexed as it stands."""
    if language not in STEMMERS:
        return None
    return WORD.sub(lambda found: _stem(found.group(), language), text.casefold())


def word_forms(word: str, languages: Collection[str]) -> tuple[str, ...]:
    """Return a word of a query in the forms in which the index may have it, each once; the word itself first.

    Args:
        word: letters and digits, without space.
        languages: those of STEMMERS that the workspace has texts in.
    """
    return tuple(dict.fromkeys([word, *(_stem(word, one) for one in sorted(languages))]))


@lru_cache(KEPT)
def _stem(word: str, language: str) -> str:
    for algorithm in STEMMERS[language]:
        word = str(_stemmer(algorithm).stemWord(word)) or word
    return word


@lru_cache
def _stemmer(algorithm: str) -> Any:
    import snowballstemmer  # noqa: PLC0415

    return snowballstemmer.stemmer(algorithm)

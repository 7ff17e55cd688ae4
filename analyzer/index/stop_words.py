"""Words of a language that name no subject: articles, pronouns, prepositions, conjunctions, auxiliaries, degrees.

One table a language (stop_words.json). Several are words with a meaning in another language ("die", "war", "met"), so
that they are ignored only where comments are in that language.
"""

import json
from collections.abc import Iterable
from functools import cache
from importlib.resources import files


def stop_words(languages: Iterable[str]) -> frozenset[str]:
    """Return the stop words of languages (ISO 639-1); those of English are fulltext.STOP_WORDS."""
    tables = _tables()
    return frozenset().union(*(tables.get(one, frozenset()) for one in languages))


@cache
def _tables() -> dict[str, frozenset[str]]:
    stored = json.loads((files("analyzer.index") / "stop_words.json").read_text(encoding="utf-8"))
    return {language: frozenset(words.split()) for language, words in stored.items()}

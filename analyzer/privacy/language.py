"""Detect a comment's language offline, among those the scrubber knows. The only module that imports lingua."""

import re
from functools import cache
from typing import Any

from analyzer.privacy.names.gazetteer import plain_words

KNOWN = ("en", "fr", "de", "es", "nl", "it")
UNSURE = ""
CONFIDENT = 0.6
"""Lowest probability at which a language is accepted; below it the language is undetermined."""
SHORTEST_SURE = 20
"""Minimum length of a text in characters: "Excellent service" reads as French, "None" as Italian."""
LONGEST_READ = 400
"""Maximum number of characters read: enough for a decision, and a bound on time."""

LEAST_ENGLISH = 2
"""Minimum number of everyday English words that overrule lingua, if they outnumber the other language's two to one."""
_WORD = re.compile(r"[^\W\d_]+")


def detect_language(text: str) -> str:
    """Return the ISO 639-1 code of a text, or the empty string if it is undetermined."""
    if len(text) < SHORTEST_SURE:
        return UNSURE
    best = _detector().compute_language_confidence_values(text[:LONGEST_READ])[0]
    language = str(best.language.iso_code_639_1.name.lower()) if best.value >= CONFIDENT else UNSURE
    return "en" if language != "en" and _reads_english(text[:LONGEST_READ], language) else language


def _reads_english(text: str, language: str) -> bool:
    """Return whether everyday English words outnumber those of the detected language: foreign names mislead lingua."""
    words = [word.casefold() for word in _WORD.findall(text)]
    english = sum(word in plain_words("en") for word in words)
    other = sum(word in plain_words(language) for word in words)
    return english >= LEAST_ENGLISH and english > 2 * other and english * 4 >= len(words)


@cache
def _detector() -> Any:
    from lingua import IsoCode639_1, LanguageDetectorBuilder  # noqa: PLC0415

    codes = [getattr(IsoCode639_1, code.upper()) for code in KNOWN]
    return LanguageDetectorBuilder.from_iso_codes_639_1(*codes).with_low_accuracy_mode().build()

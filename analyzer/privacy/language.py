"""Tell a comment's language, offline, among the languages the scrubber knows. The one door to lingua."""

import re
from functools import cache
from typing import Any

from analyzer.privacy.names.gazetteer import plain_words

KNOWN = ("en", "fr", "de", "es", "nl", "it")
UNSURE = ""
CONFIDENT = 0.6
"""Least probability at which a language is believed; below it the text counts as undetermined."""
SHORTEST_SURE = 20
"""Characters below which no language is believed: "Excellent service" reads as French, "None" as Italian."""
LONGEST_READ = 400
"""Characters read: enough to be sure, and a bound on time."""

LEAST_ENGLISH = 2
"""Everyday English words that overrule the letters, when they outnumber the other language's two to one."""
_WORD = re.compile(r"[^\W\d_]+")


def detect_language(text: str) -> str:
    """Return the ISO 639-1 code of a text, or the empty string where it cannot be told."""
    if len(text) < SHORTEST_SURE:
        return UNSURE
    best = _detector().compute_language_confidence_values(text[:LONGEST_READ])[0]
    language = str(best.language.iso_code_639_1.name.lower()) if best.value >= CONFIDENT else UNSURE
    return "en" if language != "en" and _reads_english(text[:LONGEST_READ], language) else language


def _reads_english(text: str, language: str) -> bool:
    """Say whether more words are everyday English than of the language told: foreign names mislead the letters."""
    words = [word.casefold() for word in _WORD.findall(text)]
    english = sum(word in plain_words("en") for word in words)
    other = sum(word in plain_words(language) for word in words)
    return english >= LEAST_ENGLISH and english > 2 * other and english * 4 >= len(words)


@cache
def _detector() -> Any:
    from lingua import IsoCode639_1, LanguageDetectorBuilder  # noqa: PLC0415

    codes = [getattr(IsoCode639_1, code.upper()) for code in KNOWN]
    return LanguageDetectorBuilder.from_iso_codes_639_1(*codes).with_low_accuracy_mode().build()

"""Tell a comment's language, offline, among the languages the scrubber knows. The one door to lingua."""

from functools import cache
from typing import Any

KNOWN = ("en", "fr", "de", "es", "nl", "it")
UNSURE = ""
CONFIDENT = 0.6
"""Least probability at which a language is believed; below it the text counts as undetermined."""
SHORTEST_SURE = 20
"""Characters below which no language is believed: "Excellent service" reads as French, "None" as Italian."""
LONGEST_READ = 400
"""Characters read: enough to be sure, and a bound on time."""


def detect_language(text: str) -> str:
    """Return the ISO 639-1 code of a text, or the empty string where it cannot be told."""
    if len(text) < SHORTEST_SURE:
        return UNSURE
    best = _detector().compute_language_confidence_values(text[:LONGEST_READ])[0]
    return str(best.language.iso_code_639_1.name.lower()) if best.value >= CONFIDENT else UNSURE


@cache
def _detector() -> Any:
    from lingua import IsoCode639_1, LanguageDetectorBuilder  # noqa: PLC0415

    codes = [getattr(IsoCode639_1, code.upper()) for code in KNOWN]
    return LanguageDetectorBuilder.from_iso_codes_639_1(*codes).with_low_accuracy_mode().build()

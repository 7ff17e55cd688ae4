"""Replace personal data by placeholders: the only code, beside the pipeline, that sees raw text.

A placeholder names the type and counts distinct values in the text: the same person mentioned twice is <PERSON_1>
both times. A URL is not replaced whole: what is harmless in it stays readable.
"""

from collections.abc import Sequence
from typing import Any, Protocol

from analyzer.errors import ScrubError
from analyzer.privacy.detector import URL, Finding
from analyzer.privacy.urls import scrub_url
from analyzer.records import Entity, ScrubbedText


class Detects(Protocol):
    """What the scrubber needs of a detector."""

    def detect(self, texts: Sequence[str]) -> list[tuple[str, list[Finding]]]:
        """Return each text's language and its findings."""


class Scrubber:
    """Scrubs texts with a detector; holds no text between calls."""

    def __init__(self, detector: Detects) -> None:
        """Take the detector to ask."""
        from presidio_anonymizer import AnonymizerEngine  # noqa: PLC0415

        self._detector = detector
        self._engine = AnonymizerEngine()

    def scrub(self, texts: Sequence[str]) -> list[ScrubbedText]:
        """Scrub each text; offsets of entities are into the text as given.

        Raises:
            ScrubError: if any text cannot be scrubbed; nothing of the batch is then returned.
        """
        try:
            detected = self._detector.detect(texts)
            return [self._replace(text, *found) for text, found in zip(texts, detected, strict=True)]
        except Exception as error:  # noqa: BLE001 - fail closed; the error may quote the text, so only its type is told
            kind = type(error).__name__
            raise ScrubError(f"the detector failed on a text ({kind}); its row is not stored") from None

    def _replace(self, text: str, language: str, findings: list[Finding]) -> ScrubbedText:
        numbers = _Numbering()
        found = [(f, numbers.replacement(f, text, findings)) for f in resolve(findings)]
        spans = [f for f, after in found if after != text[f.start : f.end]]
        replacements = [after for f, after in found if after != text[f.start : f.end]]
        if not spans:
            return ScrubbedText(text, (), language)
        entities = tuple(Entity(f.type, f.start, f.end, after) for f, after in zip(spans, replacements, strict=True))
        return ScrubbedText(self._anonymized(text, entities), entities, language)

    def _anonymized(self, text: str, entities: tuple[Entity, ...]) -> str:
        from presidio_anonymizer.entities import OperatorConfig, RecognizerResult  # noqa: PLC0415

        keyed = {str(number): entity for number, entity in enumerate(entities)}
        results = [RecognizerResult(key, e.start, e.end, 1.0) for key, e in keyed.items()]
        operators = {key: OperatorConfig("replace", {"new_value": e.text_after}) for key, e in keyed.items()}
        scrubbed: Any = self._engine.anonymize(text=text, analyzer_results=results, operators=operators)
        return str(scrubbed.text)


class _Numbering:
    """Numbers the distinct values of each type within one text."""

    def __init__(self) -> None:
        self._seen: dict[str, dict[str, int]] = {}

    def replacement(self, finding: Finding, text: str, findings: Sequence[Finding]) -> str:
        """Return what stands in the finding's place."""
        value = text[finding.start : finding.end]
        if finding.type == URL:
            scrubbed = scrub_url(value)
            within = [f for f in findings if f.type != URL and finding.start <= f.start and f.end <= finding.end]
            if not any(text[f.start : f.end] in scrubbed for f in within):
                return scrubbed
        values = self._seen.setdefault(finding.type, {})
        number = values.setdefault(" ".join(value.split()).casefold(), len(values) + 1)
        return f"<{finding.type}_{number}>"


def resolve(findings: Sequence[Finding]) -> list[Finding]:
    """Turn overlapping findings into disjoint ones: the union of each overlap, with its best-scored type.

    What lies within a URL is left to the URL's own rules, and a URL that keeps it is replaced whole; so is one that
    another finding reaches beyond.
    """
    merged: list[Finding] = []
    for finding in sorted(findings, key=lambda f: (f.start, -f.end, f.type, -f.score)):
        if merged and finding.start < merged[-1].end:
            merged.append(_union(merged.pop(), finding))
        else:
            merged.append(finding)
    return merged


def _union(one: Finding, other: Finding) -> Finding:
    for url, part in ((one, other), (other, one)):
        if url.type == URL and url.start <= part.start and part.end <= url.end:
            return url
    best = max(one, other, key=lambda f: (f.type != URL, f.score, f.end - f.start, f.type))
    return Finding(best.type, min(one.start, other.start), max(one.end, other.end), best.score)

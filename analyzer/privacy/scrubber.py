"""Replace personal data by placeholders: the only code, beside the pipeline, that sees raw text.

A placeholder names the type and counts distinct values in the text: the same person mentioned twice is <PERSON_1>
both times. A URL is not replaced whole: its harmless parts stay readable.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

from analyzer.errors import ScrubError
from analyzer.privacy.findings import URL, Finding
from analyzer.privacy.names.lexicon import CorpusVocabulary
from analyzer.privacy.terms import Terms, normalize
from analyzer.privacy.urls import scrub_url
from analyzer.types import Entity, ScrubbedText

DENIED = "DENIED"
STREET = "STREET_ADDRESS"
PLACEHOLDER = re.compile(r"<[A-Z][A-Z_]*_\d{1,4}>")
"""A placeholder of an earlier scrubbing; it is left unchanged, so placeholders never nest."""
MOST_PASSES = 4
"""Maximum number of further passes: a replacement can change the detected language and the word after a cue."""
SHORTEST_OWN = 3
LONGEST_NAME = 4


class Detects(Protocol):
    """The interface of a detector that the scrubber uses."""

    def with_vocabulary(self, vocabulary: CorpusVocabulary) -> "Detects":
        """Return a detector with the vocabulary of another corpus."""

    def detect(self, texts: Sequence[str]) -> list[tuple[str, list[Finding]]]:
        """Return each text's language and its findings."""


class Scrubber:
    """Scrubs texts with a detector and the reviewers' lists; keeps no text between calls."""

    def __init__(self, detector: Detects, terms: Terms | None = None) -> None:
        """Take the detector and the terms that are never (allow) or always (deny) masked."""
        from presidio_anonymizer import AnonymizerEngine  # noqa: PLC0415

        self._detector = detector
        self._terms = terms or Terms()
        self._engine = AnonymizerEngine()

    def scrub(self, texts: Sequence[str], own: Sequence[Sequence[str]] | None = None) -> list[ScrubbedText]:
        """Scrub each text; offsets of entities refer to the original text.

        Args:
            texts: the original texts.
            own: for each text the values of its row's identity columns (name, e-mail, phone, ids), which are
                masked wherever they occur in the text.

        Raises:
            ScrubError: if any text cannot be scrubbed; no text of the batch is then returned.
        """
        try:
            return self._scrub_until_stable(texts, own or [()] * len(texts))
        except Exception as error:  # noqa: BLE001 - fail closed; the error may quote the text, only its type is shown
            kind = type(error).__name__
            raise ScrubError(f"the detector failed on a text ({kind}); its row is not stored") from None

    def _scrub_until_stable(self, texts: Sequence[str], own: Sequence[Sequence[str]]) -> list[ScrubbedText]:
        """Scrub, and scrub altered texts again (at most MOST_PASSES times), so that a second call changes nothing."""
        findings: list[list[Finding]] = []
        done: list[ScrubbedText] = []
        for text, (language, found), values in zip(texts, self._detector.detect(texts), own, strict=True):
            findings.append(self._apply_terms(text, found, values))
            done.append(self._replace(text, language, findings[-1]))
        altered = [place for place, one in enumerate(done) if one.entities]
        for _ in range(MOST_PASSES):
            if not altered:
                break
            again = self._detector.detect([done[place].text for place in altered])
            changed = []
            for place, (_, found) in zip(altered, again, strict=True):
                more = self._apply_terms(done[place].text, found, own[place])
                before = done[place]
                findings[place] += [_map_to_original(before.entities, finding) for finding in more]
                done[place] = self._replace(texts[place], before.language, findings[place])
                if done[place].text != before.text:
                    changed.append(place)
            altered = changed
        return done

    def _apply_terms(self, text: str, findings: list[Finding], own: Sequence[str]) -> list[Finding]:
        """Return findings without allowed values and placeholders, with denied terms and the row's own values."""
        placeholders = [match.span() for match in PLACEHOLDER.finditer(text)] if "<" in text else []
        kept = [
            finding
            for finding in findings
            if not self._terms.is_allowed(text[finding.start : finding.end])
            and not any(start < finding.end and finding.start < end for start, end in placeholders)
        ]
        denied = [*self._terms.denied_spans(text), *own_spans(text, own)]
        return kept + [
            Finding(DENIED, start, end, 1.0, "denied")
            for start, end in denied
            if not _overlaps_any(start, end, placeholders)
        ]

    def _replace(self, text: str, language: str, findings: list[Finding]) -> ScrubbedText:
        numbers = _Numbering(self._terms)
        found = [(f, *numbers.replacement(f, text, findings)) for f in resolve(findings)]
        entities = tuple(
            Entity(f.type, f.start, f.end, after, f.rule, f.score, key)
            for f, after, key in found
            if after != text[f.start : f.end]
        )
        return ScrubbedText(self._insert_placeholders(text, entities) if entities else text, entities, language)

    def _insert_placeholders(self, text: str, entities: tuple[Entity, ...]) -> str:
        from presidio_anonymizer.entities import OperatorConfig, RecognizerResult  # noqa: PLC0415

        keyed = {str(number): entity for number, entity in enumerate(entities)}
        results = [RecognizerResult(key, e.start, e.end, 1.0) for key, e in keyed.items()]
        operators = {key: OperatorConfig("replace", {"new_value": e.text_after}) for key, e in keyed.items()}
        scrubbed: Any = self._engine.anonymize(text=text, analyzer_results=results, operators=operators)
        return str(scrubbed.text)


class _Numbering:
    """Numbers the distinct values of each type within one text."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self._seen: dict[str, dict[str, int]] = {}

    def replacement(self, finding: Finding, text: str, findings: Sequence[Finding]) -> tuple[str, bytes]:
        """Return the replacement of a finding and the keyed digest of its value (empty for a URL scrubbed in part)."""
        value = text[finding.start : finding.end]
        if finding.type == URL:
            scrubbed = scrub_url(value)
            within = [f for f in findings if f.type != URL and finding.start <= f.start and f.end <= finding.end]
            if not any(text[f.start : f.end] in scrubbed for f in within):
                return scrubbed, b""
        plain = normalize(value)
        values = self._seen.setdefault(finding.type, {})
        number = values.setdefault(plain, len(values) + 1)
        return f"<{finding.type}_{number}>", self._terms.digest(value)


def _map_to_original(entities: Sequence[Entity], finding: Finding) -> Finding:
    """Map a finding from the scrubbed to the original text; if it overlaps a replacement, it covers all of it."""
    pieces, shift = [], 0
    for entity in entities:
        after = entity.start - shift
        pieces.append((after, after + len(entity.text_after), entity))
        shift += entity.end - entity.start - len(entity.text_after)
    start, end = finding.start, finding.end
    before_start = before_end = 0
    for after, stop, entity in pieces:
        grown = entity.end - stop
        before_start = entity.start - start if after <= start < stop else grown if stop <= start else before_start
        before_end = entity.end - end if after < end <= stop else grown if stop < end else before_end
    return replace(finding, start=start + before_start, end=end + before_end)


def own_spans(text: str, own: Sequence[str]) -> list[tuple[int, int]]:
    """Return the spans of a row's own identity values in its text, ignoring case; names also by single words."""
    spans: list[tuple[int, int]] = []
    for value in dict.fromkeys(part for whole in own for part in (whole, *_name_words(whole))):
        if len(value.strip()) >= SHORTEST_OWN:
            pattern = r"(?<!\w)" + r"[\s\W]{0,3}".join(map(re.escape, re.findall(r"\w+", value))) + r"(?!\w)"
            spans += [match.span() for match in re.finditer(pattern, text, re.IGNORECASE)]
    return spans


def _name_words(value: str) -> list[str]:
    words = value.split()
    return words if 1 < len(words) <= LONGEST_NAME and all(map(_is_name_word, words)) else []


def _is_name_word(word: str) -> bool:
    return all(character.isalpha() or character in "'’.-" for character in word)


def _overlaps_any(start: int, end: int, spans: Sequence[tuple[int, int]]) -> bool:
    return any(one < end and start < other for one, other in spans)


def resolve(findings: Sequence[Finding]) -> list[Finding]:
    """Turn overlapping findings into disjoint ones: the union of each overlap, with its best-scored type.

    A finding within a URL is left to the rules for URLs; a URL that would keep its value is replaced whole, and so is a
    URL that another finding extends beyond.
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
        is_whole = (url.start, url.end) == (part.start, part.end)
        if url.type == URL and url.start <= part.start and part.end <= url.end and not is_whole:
            return url
    if one.type == STREET and one.end >= other.end:
        return one
    best = max(one, other, key=lambda f: (f.type != URL, f.score, f.end - f.start, f.type))
    return Finding(best.type, min(one.start, other.start), max(one.end, other.end), best.score, best.rule)

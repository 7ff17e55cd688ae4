"""Measure which labeled spans were fully masked, and which texts without personal data were altered."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from analyzer.evaluation.spans import Span
from analyzer.types import Entity, ScrubbedText

UNKNOWN = "unknown"
"""Language of a text that is too short or too mixed for detection."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Hits out of cases; share is in 0..1, and 0 if there are no cases."""

    hits: int
    of: int

    @property
    def share(self) -> float:
        """Return hits / of."""
        return self.hits / self.of if self.of else 0.0


@dataclass(frozen=True, slots=True)
class Altered:
    """Comments altered by scrubbing in a set with almost no personal data: each counts as an error.

    Attributes:
        distinct: the same with repeats counted once.
        by_type: comments in which something of that type was replaced; one comment can count for several.
        by_rule: the same by type and rule, as "TYPE:rule".
        by_language: altered out of all, by the language that the scrubber detected.
    """

    name: str
    comments: Rate
    distinct: Rate
    by_type: Mapping[str, int]
    by_rule: Mapping[str, int]
    by_language: Mapping[str, Rate]


def is_masked(text: str, span: Span, entities: Sequence[Entity]) -> bool:
    """Return whether every character of a span but white space was replaced.

    A link is replaced in part: the part that is kept must not contain the span.
    """
    touching = [e for e in entities if e.start < span.end and span.start < e.end]
    kept = any(text[span.start : span.end] in e.text_after for e in touching if e.type == "URL")
    inside = _inside(span, touching)
    return not kept and all(i in inside or text[i].isspace() for i in range(span.start, span.end))


def covered(span: Span, entities: Iterable[Entity]) -> float:
    """Return the share of a span's characters that are in entities, in 0..1."""
    return len(_inside(span, entities)) / (span.end - span.start)


def altered(name: str, texts: Sequence[str], scrubbed: Sequence[ScrubbedText]) -> Altered:
    """Count the altered comments of a set, by type, rule and language."""
    changed = [after for text, after in zip(texts, scrubbed, strict=True) if after.text != text]
    once = {text: after.text != text for text, after in zip(texts, scrubbed, strict=True)}
    all_languages = Counter(after.language or UNKNOWN for after in scrubbed)
    languages = Counter(after.language or UNKNOWN for after in changed)
    return Altered(
        name,
        Rate(len(changed), len(texts)),
        rate(once.values()),
        _most_first(kind for after in changed for kind in {e.type for e in after.entities}),
        _most_first(rule for after in changed for rule in {rule_of(e) for e in after.entities}),
        {language: Rate(languages[language], count) for language, count in sorted(all_languages.items())},
    )


def rule_of(entity: Entity) -> str:
    """Return what found an entity: "TYPE:rule", or the type if no rule is known."""
    return f"{entity.type}:{entity.rule}" if entity.rule else entity.type


def rate(outcomes: Iterable[bool]) -> Rate:
    """Return the rate of true outcomes."""
    hits = list(outcomes)
    return Rate(sum(hits), len(hits))


def _inside(span: Span, entities: Iterable[Entity]) -> set[int]:
    return {i for e in entities for i in range(max(e.start, span.start), min(e.end, span.end))}


def _most_first(names: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(names).items(), key=lambda item: (-item[1], item[0])))

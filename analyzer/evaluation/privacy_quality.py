"""Evaluate the scrubber on labeled data: spans found, spans fully masked, and texts wrongly altered."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from analyzer.evaluation.coverage import UNKNOWN, Altered, Rate, altered, covered, is_masked, rate
from analyzer.evaluation.datasets import (
    COMMENT_SETS,
    HANDLE,
    NAME,
    LabeledText,
    read_comments,
    read_synthetic,
    read_tweets,
)
from analyzer.evaluation.spans import Span, SpanSample, SpanScores, score_spans
from analyzer.evaluation.splits import Part
from analyzer.evaluation.taxonomy import LEFT_BY_DECISION, STRUCTURED, canonical, scored
from analyzer.types import Entity, ScrubbedText

Scrub: TypeAlias = Callable[[Sequence[str]], Sequence[ScrubbedText]]
SYNTHETIC, TWEETS = "synthetic", "tweets"
SETS = (SYNTHETIC, TWEETS, *COMMENT_SETS)
PERSON = "PERSON"
ALL = "ALL"
HALF = 0.5


@dataclass(frozen=True, slots=True)
class SyntheticReport:
    """Results on the synthetic set.

    Attributes:
        in_scope: span scores over the types the product masks, on both sides.
        all_types: span scores with every labeled type, those left by decision counting as missed.
        masked: share of labeled spans with every character replaced, by type.
        masked_by_language: the same by the language that the scrubber detected, then by type; ALL is all in scope.
        structured: the same over the structured types together.
    """

    texts: int
    in_scope: SpanScores
    all_types: SpanScores
    masked: Mapping[str, Rate]
    masked_by_language: Mapping[str, Mapping[str, Rate]]
    structured: Rate


@dataclass(frozen=True, slots=True)
class TweetReport:
    """Results on tweets with labeled people; a span is a NAME, or a HANDLE if it is an @name.

    Attributes:
        found: spans at least half covered by entities of any type, by NAME, HANDLE and ALL.
        masked: spans fully masked, by the same groups.
        names_as_person: NAME spans at least half covered by entities of type PERSON.
        precision: entities of type PERSON that overlap a labeled person.
        altered: tweets that name nobody and in which something was taken for a person.
    """

    tweets: int
    found: Mapping[str, Rate]
    masked: Mapping[str, Rate]
    names_as_person: Rate
    precision: Rate
    altered: Rate


@dataclass(frozen=True, slots=True)
class PrivacyReport:
    """All results for one part of the data; a set that was not found is named in skipped and None here."""

    part: Part
    synthetic: SyntheticReport | None
    tweets: TweetReport | None
    comments: tuple[Altered, ...]
    skipped: tuple[str, ...]


def evaluate_privacy(
    scrub: Scrub, data: Path, part: Part = Part.HELD_BACK, sets: Collection[str] = SETS
) -> PrivacyReport:
    """Run a scrub function over the sets found in a folder and measure it on one part of them.

    Args:
        scrub: texts -> scrubbed texts, in order; offsets of entities are into the input text.
        data: the folder of data sets; a missing set is named in skipped.
        part: side of the split; rules are tuned on one, figures are reported on the other.
        sets: which of SETS to run.
    """
    synthetic = read_synthetic(data, part) if SYNTHETIC in sets else None
    tweets = read_tweets(data, part) if TWEETS in sets else None
    comments = {name: read_comments(data, part, name) for name in COMMENT_SETS if name in sets}
    read = {SYNTHETIC: synthetic, TWEETS: tweets, **comments}
    return PrivacyReport(
        part,
        None if synthetic is None else on_synthetic(synthetic, scrub(_texts(synthetic))),
        None if tweets is None else on_tweets(tweets, scrub(_texts(tweets))),
        tuple(altered(name, texts, scrub(texts)) for name, texts in comments.items() if texts is not None),
        tuple(name for name in SETS if name in sets and read[name] is None),
    )


def on_synthetic(labeled: Sequence[LabeledText], scrubbed: Sequence[ScrubbedText]) -> SyntheticReport:
    """Measure scrubbed texts against the labels of the synthetic set."""
    masked: dict[str, list[bool]] = defaultdict(list)
    languages: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    for gold, after in zip(labeled, scrubbed, strict=True):
        for span in gold.spans:
            hit, kind = is_masked(gold.text, span, after.entities), canonical(span.type)
            masked[kind].append(hit)
            for group in (kind, ALL) if kind not in LEFT_BY_DECISION else (kind,):
                languages[after.language or UNKNOWN][group].append(hit)
    return SyntheticReport(
        len(labeled),
        score_spans(_samples(labeled, scrubbed, LEFT_BY_DECISION)),
        score_spans(_samples(labeled, scrubbed, frozenset())),
        _rates(masked),
        {language: _rates(kinds) for language, kinds in sorted(languages.items())},
        rate(hit for kind in STRUCTURED for hit in masked.get(kind, ())),
    )


def on_tweets(labeled: Sequence[LabeledText], scrubbed: Sequence[ScrubbedText]) -> TweetReport:
    """Measure scrubbed tweets against the labeled people."""
    found: dict[str, list[bool]] = {NAME: [], HANDLE: [], ALL: []}
    masked: dict[str, list[bool]] = {NAME: [], HANDLE: [], ALL: []}
    as_person: list[bool] = []
    right: list[bool] = []
    altered_for_nothing: list[bool] = []
    for gold, after in zip(labeled, scrubbed, strict=True):
        persons = [e for e in after.entities if e.type == PERSON]
        if not any(span.type == NAME for span in gold.spans):
            altered_for_nothing.append(bool(persons))
        right += [any(covered(span, [person]) > 0 for span in gold.spans) for person in persons]
        as_person += [covered(span, persons) >= HALF for span in gold.spans if span.type == NAME]
        for span in gold.spans:
            for group in (span.type, ALL):
                found[group].append(covered(span, after.entities) >= HALF)
                masked[group].append(is_masked(gold.text, span, after.entities))
    return TweetReport(
        len(labeled), _rates(found), _rates(masked), rate(as_person), rate(right), rate(altered_for_nothing)
    )


def _texts(labeled: Iterable[LabeledText]) -> list[str]:
    return [one.text for one in labeled]


def _samples(
    labeled: Sequence[LabeledText], scrubbed: Sequence[ScrubbedText], left: Collection[str]
) -> list[SpanSample]:
    return [
        SpanSample(gold.text, _spans(gold.spans, left), _spans(after.entities, left))
        for gold, after in zip(labeled, scrubbed, strict=True)
    ]


def _spans(found: Iterable[Span | Entity], left: Collection[str]) -> tuple[Span, ...]:
    return tuple(Span(scored(s.type), s.start, s.end, s.score) for s in found if canonical(s.type) not in left)


def _rates(outcomes: Mapping[str, list[bool]]) -> dict[str, Rate]:
    return {kind: rate(hits) for kind, hits in sorted(outcomes.items())}

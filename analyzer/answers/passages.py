"""Select the evidence for the model: the sentences of the hits about the subject, in groups, with offsets.

Relevance is decided here, before the model writes: a small model that is asked about something the comments do not
mention answers all the same. Grouping precedes writing too, so that the evidence of a claim is known before the claim.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analyzer.answers.relevance import is_evidence, is_mentioned
from analyzer.index.types import Hit
from analyzer.models.embedder import Embeds, Vectors

SENTENCE_END = re.compile(r"(?<=[.!?…])[\"')\]]*\s+(?=\S)|\n+")
SHORTEST = 12
"""Length in characters below which a sentence is joined with the next one."""
LONGEST = 300
"""Maximum length of a passage in characters; a longer sentence is cut at a word."""
MOST_PER_COMMENT = 2
MOST_GROUPS = 4
MOST_IN_GROUP = 4
SAME_POINT = 0.5
"""Minimum cosine to the first passage of a group for a passage to join the group."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of a hit: hit.text[start:end] is its text, likeness its cosine similarity to the subject."""

    hit: Hit
    start: int
    end: int
    likeness: float

    @property
    def text(self) -> str:
        """The text of the passage."""
        return self.hit.text[self.start : self.end]


Group = tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Passages about the subject, most relevant first, and groups of passages that make one point each.

    Attributes:
        passages: every passage of the hits that is allowed as evidence, including those outside the groups.
    """

    groups: tuple[Group, ...] = ()
    passages: tuple[Passage, ...] = ()


def find_evidence(subject: str, hits: Sequence[Hit], shares: Mapping[str, float], embedder: Embeds) -> Evidence:
    """Return the relevant passages in up to four groups; no passages if no hit is about the subject.

    Args:
        subject: what is asked about.
        hits: search results for the subject.
        shares: record id -> share of the subject's words that occur in the record.
        embedder: compares passages with the subject.
    """
    spans = [(hit, *span) for hit in hits for span in sentences(hit.text)]
    if not spans:
        return Evidence()
    vectors = embedder.embed([hit.text[start:end] for hit, start, end in spans])
    likeness = np.round(vectors @ embedder.embed_one(subject), 4)
    if not is_mentioned(likeness, [shares.get(hit.id, 0.0) for hit, _, _ in spans]):
        return Evidence()
    passages = [Passage(*span, float(score)) for span, score in zip(spans, likeness, strict=True)]
    relevant = [i for i, p in enumerate(passages) if is_evidence(p.likeness, shares.get(p.hit.id, 0.0))]
    relevant.sort(key=lambda i: (-passages[i].likeness, passages[i].hit.id, passages[i].start))
    return Evidence(tuple(_grouped(passages, vectors, relevant)), tuple(passages[i] for i in relevant))


def _grouped(passages: Sequence[Passage], vectors: Vectors, relevant: Sequence[int]) -> list[Group]:
    groups: list[list[int]] = []
    taken: dict[str, int] = {}
    words: set[str] = set()
    for i in relevant:
        passage = passages[i]
        if taken.get(passage.hit.id, 0) == MOST_PER_COMMENT or passage.text.casefold() in words:
            continue
        group = next((g for g in groups if float(vectors[g[0]] @ vectors[i]) >= SAME_POINT), None)
        if group is None and len(groups) < MOST_GROUPS:
            groups.append(group := [])
        if group is None or len(group) == MOST_IN_GROUP:
            continue
        group.append(i)
        words.add(passage.text.casefold())
        taken[passage.hit.id] = taken.get(passage.hit.id, 0) + 1
    return [tuple(passages[i] for i in group) for group in groups]


def sentences(text: str) -> list[tuple[int, int]]:
    """Return the spans of the sentences of a text, without surrounding white space."""
    spans: list[tuple[int, int]] = []
    start = 0
    for end in [*(match.end() for match in SENTENCE_END.finditer(text)), len(text)]:
        if end < len(text) and end - start < SHORTEST:
            continue
        spans.extend(_trimmed(text, start, end))
        start = end
    return spans


def _trimmed(text: str, start: int, end: int) -> list[tuple[int, int]]:
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    end = start + len(piece.strip())
    if end - start > LONGEST:
        cut = max(text[start : start + LONGEST].rfind(" "), LONGEST // 2)
        end = start + len(text[start : start + cut].rstrip())
    return [(start, end)] if end > start else []

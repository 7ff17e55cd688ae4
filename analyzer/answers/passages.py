"""Passages: parts of comments that the model reads and that answers cite, and the sentences of a text, with offsets.

What stands in a passage is decided before the model writes: a small model that is asked about something the comments
do not mention answers all the same, and the evidence of a claim is known before the claim.
"""

import re
from dataclasses import dataclass

from analyzer.index.types import Hit

SENTENCE_END = re.compile(r"(?<=[.!?…])[\"')\]]*\s+(?=\S)|\n+")
SHORTEST = 12
"""Length in characters below which a sentence is joined with the next one."""
LONGEST = 300
"""Maximum length of a passage in characters; a longer sentence is cut at a word."""


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

"""Review candidates of one scrubbed text: values masked without certainty, and values left with a doubt.

A masked value is shown by its shape only; a value that was left is in the stored text anyway. Both carry the keyed
hash under which a term is on the allow or deny list.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from analyzer.privacy.findings import SURE
from analyzer.privacy.residual_check import Doubt
from analyzer.privacy.terms import WORD, Terms
from analyzer.types import Entity, ScrubbedText

MASKED = "masked"
KEPT = "kept"
HIDDEN = "·"
LONGEST_SHAPE = 24


@dataclass(frozen=True, slots=True)
class Doubtful:
    """One place in a scrubbed text for a reviewer to decide on: text[start:end]."""

    kind: str
    type: str
    digest: bytes = field(repr=False)
    shape: str
    words: int
    start: int
    end: int


def masked_candidates(raw: str, placed: Sequence[tuple[int, Entity]], terms: Terms) -> Iterator[Doubtful]:
    """Yield values that were masked with a score below SURE.

    Args:
        raw: the original text, from which digests and shapes are computed.
        placed: the start of each placeholder in the scrubbed text, with its entity.
        terms: computes the digests.
    """
    for start, entity in placed:
        value = raw[entity.start : entity.end]
        if entity.score < SURE and (digest := terms.digest(value)):
            end = start + len(entity.text_after)
            yield Doubtful(MASKED, entity.type, digest, shape(value), count_words(value), start, end)


def kept_candidates(scrubbed: ScrubbedText, doubts: Sequence[Doubt], terms: Terms) -> Iterator[Doubtful]:
    """Yield the doubts of the residual check, except values that a reviewer has allowed."""
    for doubt in doubts:
        value = scrubbed.text[doubt.start : doubt.end]
        if (digest := terms.digest(value)) and not terms.is_allowed(value):
            yield Doubtful(KEPT, doubt.reason, digest, shape(value), count_words(value), doubt.start, doubt.end)


def shape(value: str) -> str:
    """Return the first letter of each word and the number of characters: "M······ (7 characters)"."""
    words = [match.group() for match in WORD.finditer(value)]
    hidden = " ".join(word[0] + HIDDEN * (len(word) - 1) for word in words)
    hidden = hidden if len(hidden) <= LONGEST_SHAPE else hidden[: LONGEST_SHAPE - 1] + "…"
    letters = sum(map(len, words))
    return f"{hidden} ({letters} character{'s' if letters != 1 else ''})"


def count_words(value: str) -> int:
    """Count the words of a value as the deny list does."""
    return sum(1 for _ in WORD.finditer(value))

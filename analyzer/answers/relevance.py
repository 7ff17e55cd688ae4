"""Decide whether comments mention a subject, and which of their passages do, before the model writes.

A passage is about the subject if its meaning is nearly the same, or if its comment has every word of the subject and
the meaning is near. The thresholds were set on the tuning half of evaluation/gold/refusals.jsonl (comments of hospitals
and of a clothing shop), where they separated 38 absent subjects from 30 present ones without an error; nearest to the
threshold were "the vehicles being comfortable" at .63 and "football boots" in a clothing shop at .60.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analyzer.counting.priors import word_weights
from analyzer.index.feedback_table import TextIds
from analyzer.index.fulltext import subject_words, texts_with
from analyzer.store.database import Database

SAME = 0.61
"""Minimum cosine of subject and passage for a passage about the subject, regardless of its words."""
NEAR = 0.5
"""The same minimum for a passage of a comment that has every word of the subject."""
EVERY_WORD = 0.99
NEARBY = 0.4
"""Minimum cosine of a further passage, allowed beside one about the subject if its comment has half of the words."""
HALF_OF_THE_WORDS = 0.5


@dataclass(frozen=True, slots=True)
class SubjectWords:
    """The words of a subject, the weight of each, and the ids of the texts that contain it."""

    weights: Mapping[str, float]
    texts: Mapping[str, Set[int]]

    def share(self, text_id: int) -> float:
        """Return the weighted share of the words that a text contains, 0 to 1; rarer words weigh more."""
        return sum(weight for word, weight in self.weights.items() if text_id in self.texts[word])


def find_words(database: Database, subject: str, texts: int) -> SubjectWords:
    """Look up the words of a subject in all texts."""
    found: dict[str, TextIds] = {word: texts_with(database, word) for word in subject_words(subject)}
    return SubjectWords(word_weights(texts, found), {word: set(ids.tolist()) for word, ids in found.items()})


def is_mentioned(likeness: NDArray[np.float32], shares: Sequence[float]) -> bool:
    """Return whether any passage is about the subject.

    Args:
        likeness: cosine of each passage to the subject.
        shares: weighted share of the subject's words that the comment of each passage contains.
    """
    return any(_is_on_subject(cosine, share) for cosine, share in zip(likeness, shares, strict=True))


def is_evidence(cosine: float, share: float) -> bool:
    """Return whether a passage is allowed as evidence, given that some passage is about the subject."""
    return _is_on_subject(cosine, share) or (cosine >= NEARBY and share >= HALF_OF_THE_WORDS)


def _is_on_subject(cosine: float, share: float) -> bool:
    return cosine >= SAME or (cosine >= NEAR and share >= EVERY_WORD)

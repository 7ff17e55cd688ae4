"""Whether comments speak of a subject at all, and which of their passages do. Decided before the model says a word.

A passage is on the subject when it means nearly the same, or has every word of the subject and means something near it.
The thresholds were set on the tuning half of evaluation/gold/refusals.jsonl (comments of hospitals and of a clothing
shop), where they told 38 subjects that are absent from 30 that are there without an error; nearest to the line were
"the vehicles being comfortable" at .63 and "football boots" in a clothing shop at .60.
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
"""Cosine of subject and passage from which the passage is on the subject whatever its words."""
NEAR = 0.5
"""The same for a passage of a comment that has every word of the subject."""
EVERY_WORD = 0.99
NEARBY = 0.4
"""Cosine from which a passage may stand beside one that is on the subject, if its comment has half of the words."""
HALF_OF_THE_WORDS = 0.5


@dataclass(frozen=True, slots=True)
class SubjectWords:
    """The words of a subject: how much each weighs, and which texts have it."""

    weights: Mapping[str, float]
    texts: Mapping[str, Set[int]]

    def share(self, text_id: int) -> float:
        """Return the share of the words that a text has, rarer words counting more, 0 to 1."""
        return sum(weight for word, weight in self.weights.items() if text_id in self.texts[word])


def find_words(database: Database, subject: str, texts: int) -> SubjectWords:
    """Look the words of a subject up among all texts."""
    found: dict[str, TextIds] = {word: texts_with(database, word) for word in subject_words(subject)}
    return SubjectWords(word_weights(texts, found), {word: set(ids.tolist()) for word, ids in found.items()})


def is_spoken_of(likeness: NDArray[np.float32], shares: Sequence[float]) -> bool:
    """Tell whether any passage is on the subject.

    Args:
        likeness: cosine of each passage to the subject.
        shares: share of the subject's words that the passage's comment has.
    """
    return any(_is_on_subject(cosine, share) for cosine, share in zip(likeness, shares, strict=True))


def may_stand(cosine: float, share: float) -> bool:
    """Tell whether a passage may be evidence where the subject is spoken of."""
    return _is_on_subject(cosine, share) or (cosine >= NEARBY and share >= HALF_OF_THE_WORDS)


def _is_on_subject(cosine: float, share: float) -> bool:
    return cosine >= SAME or (cosine >= NEAR and share >= EVERY_WORD)

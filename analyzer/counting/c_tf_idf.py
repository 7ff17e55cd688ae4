"""Find the distinctive words of groups of texts: class-based TF-IDF (Grootendorst 2022, "BERTopic", section 3.3)."""

from collections import Counter as Tally
from collections.abc import Sequence

import numpy as np


def telling_words(tallies: Sequence[Tally[str]], most: int) -> list[tuple[str, ...]]:
    """Return the distinctive words of each group, highest weight first; ties are ordered by the word.

    Args:
        tallies: for each group, the number of its texts that use a word.
        most: maximum number of words by group.
    """
    whole: Tally[str] = Tally()
    for tally in tallies:
        whole.update(tally)
    mean = sum(whole.values()) / max(len(tallies), 1)
    return [_ranked_words(tally, whole, mean)[:most] for tally in tallies]


def _ranked_words(tally: Tally[str], whole: Tally[str], mean: float) -> tuple[str, ...]:
    total = sum(tally.values()) or 1
    weight = {word: n / total * float(np.log1p(mean / whole[word])) for word, n in tally.items()}
    return tuple(sorted(weight, key=lambda word: (-round(weight[word], 9), word)))

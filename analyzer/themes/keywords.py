"""Keywords of themes by c-TF-IDF; each word counts once for each comment that contains it."""

from collections import Counter as Tally
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analyzer.counting.c_tf_idf import telling_words
from analyzer.index.fulltext import EMPTY_WORDS, STOP_WORDS, WORD

MOST_KEYWORDS = 6
SHORTEST = 3
IGNORED_WORDS = STOP_WORDS | EMPTY_WORDS | frozenset(
    """very really also get got one would could even still much many always never every don didn doesn wasn isn ve
    ll""".split()
)  # fmt: skip


def keywords(
    texts: Sequence[str], members: NDArray[np.int64], comments: NDArray[np.int64], count: int
) -> list[tuple[str, ...]]:
    """Return each theme's keywords, highest c-TF-IDF first.

    Args:
        texts: texts of the clauses.
        members: int64[n], each clause's theme, -1 for none.
        comments: int64[n], number of records that contain each clause.
        count: number of themes.
    """
    tallies: list[Tally[str]] = [Tally() for _ in range(count)]
    for text, theme, weight in zip(texts, members.tolist(), comments.tolist(), strict=True):
        if theme >= 0:
            for word in set(WORD.findall(text)):
                if len(word) >= SHORTEST and word.isalpha() and word not in IGNORED_WORDS:
                    tallies[theme][word] += max(weight, 1)
    return telling_words(tallies, MOST_KEYWORDS)

"""Keywords of themes by c-TF-IDF; each word counts once for each comment that contains it."""

from collections import Counter as Tally
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analyzer.counting.c_tf_idf import telling_words
from analyzer.index.fulltext import EMPTY_WORDS, STOP_WORDS, WORD
from analyzer.index.inventory import LEAST_SHARE
from analyzer.index.stop_words import stop_words

MOST_KEYWORDS = 6
SHORTEST = 3
ENGLISH = "en"
IGNORED_WORDS = STOP_WORDS | EMPTY_WORDS | frozenset(
    """very really also get got one would could even still much many always never every don didn doesn wasn isn ve
    ll""".split()
)  # fmt: skip


LEAST_IN_MAIN = 3
"""Clauses in the main language from which a theme has its keywords from these alone, so that its name is in one."""


@dataclass(frozen=True, slots=True)
class KeywordTexts:
    """The clauses that keywords are found in.

    Attributes:
        texts: n normalized texts; languages: n codes, empty where undetermined; none for texts in English.
        comments: int64[n], number of records that contain each clause.
    """

    texts: Sequence[str]
    comments: NDArray[np.int64]
    languages: Sequence[str] = ()

    def keywords(self, members: NDArray[np.int64], count: int) -> list[tuple[str, ...]]:
        """Return each theme's keywords, highest c-TF-IDF first.

        Words of no meaning in the language of their clause do not count. Of comments in several languages, keywords are
        in the most frequent one where a theme has LEAST_IN_MAIN clauses in it.

        Args:
            members: int64[n], each clause's theme, -1 for none.
            count: number of themes.
        """
        tallies: list[Tally[str]] = [Tally() for _ in range(count)]
        languages, ignored = self.clause_languages(), self.ignored()
        counted = self.counted(members, languages)
        for row in np.nonzero(counted)[0].tolist():
            for word in set(WORD.findall(self.texts[row])):
                if len(word) >= SHORTEST and word.isalpha() and word not in ignored[languages[row]]:
                    tallies[int(members[row])][word] += max(int(self.comments[row]), 1)
        return telling_words(tallies, MOST_KEYWORDS)

    def clause_languages(self) -> Sequence[str]:
        """Return the language of each clause."""
        return self.languages or [ENGLISH] * len(self.texts)

    def counted(self, members: NDArray[np.int64], languages: Sequence[str]) -> NDArray[np.bool_]:
        """Return bool[n], the clauses whose words count."""
        inside = members >= 0
        main = self._main()
        if len(main) < 2:
            return np.asarray(inside)
        is_main = np.array([one == main[0] for one in languages], dtype=bool)
        in_main = np.bincount(members[inside & is_main], minlength=int(members.max(initial=0)) + 1)
        return np.asarray(inside & (is_main | (in_main[np.maximum(members, 0)] < LEAST_IN_MAIN)))

    def _main(self) -> list[str]:
        """Return the languages of the clauses, most frequent first, without those of few clauses."""
        counts = Tally(one for one in self.clause_languages() if one)
        whole = sum(counts.values())
        ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
        return [language for language, number in ranked if number >= LEAST_SHARE * whole]

    def ignored(self) -> dict[str, frozenset[str]]:
        """Return the words that do not count by language; where it is undetermined, those of all languages."""
        found = {one: IGNORED_WORDS | stop_words((one,)) for one in set(self.clause_languages())}
        return found | {"": IGNORED_WORDS | stop_words(self._main())}

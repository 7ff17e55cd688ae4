"""Words that a sentence may use: those of the language, of the question, and those that several comments use.

One comment cannot speak for another. A comment that orders a code word into the answer, and a model that obeys, get no
further than here: a strange word that one comment alone uses, or none, is nobody's but its writer's.
"""

import re
from dataclasses import dataclass

from analyzer.index.fulltext import texts_with
from analyzer.models.embedder import Embeds
from analyzer.store.database import Database

PART = re.compile(r"[^\W\d_]+")
SHORTEST = 3
"""Letters from which a part of a word is looked up."""
LEAST_TEXTS = 2
OPENING = frozenset({"people"})


@dataclass(frozen=True, slots=True)
class AllowedWords:
    """The words that may be used in answer to one question over one workspace."""

    database: Database
    embedder: Embeds
    question: str

    def strange(self, sentence: str) -> list[str]:
        """Return the words of a sentence that are none of the language and that fewer than two texts use.

        Those of the language are the ones that the embedding model's vocabulary has whole.
        """
        allowed = OPENING | set(_parts(self.question))
        return [part for part in _parts(sentence) if part not in allowed and not self._is_common(part)]

    def _is_common(self, word: str) -> bool:
        return self.embedder.knows(word) or len(texts_with(self.database, word)) >= LEAST_TEXTS


def _parts(text: str) -> list[str]:
    return list(dict.fromkeys(part for part in PART.findall(text.casefold()) if len(part) >= SHORTEST))

"""Find the uncommon words of a sentence: words outside the language and the question that fewer than two texts use.

A comment may instruct the model to write a code word into the answer. A model that obeys produces a sentence with an
uncommon word, which does not pass the checks.
"""

import re
from dataclasses import dataclass

from analyzer.index.fulltext import texts_with
from analyzer.models.embedder import Embeds
from analyzer.store.database import Database

PART = re.compile(r"[^\W\d_]+")
SHORTEST = 3
"""Minimum number of letters of a word that is looked up."""
LEAST_TEXTS = 2
OPENING = frozenset({"people"})


@dataclass(frozen=True, slots=True)
class AllowedWords:
    """The words allowed in the answer to one question over one workspace."""

    database: Database
    embedder: Embeds
    question: str

    def strange(self, sentence: str) -> list[str]:
        """Return the words of a sentence that are not words of the language and that fewer than two texts use.

        Words of the language are the words that are one token of the embedding model.
        """
        allowed = OPENING | set(_parts(self.question))
        return [part for part in _parts(sentence) if part not in allowed and not self._is_common(part)]

    def _is_common(self, word: str) -> bool:
        return self.embedder.knows(word) or len(texts_with(self.database, word)) >= LEAST_TEXTS


def _parts(text: str) -> list[str]:
    return list(dict.fromkeys(part for part in PART.findall(text.casefold()) if len(part) >= SHORTEST))

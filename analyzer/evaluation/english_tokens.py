"""Tokens as in presidio-research's evaluator: spaCy's English tokenizer, and its skip words."""

import string
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

GENERIC = (
    "'s >> >>> >>>> >>>>> >>>>>> street st. st de rue via and a the or do as of day days address country state city "
    "zip po apt unit corner p.o. box suite mr. mrs. miss year years y/o month months old morning noon afternoon night "
    "evening this first last week weeks weekend age ago inc inc. ltd"
).split()
"""Words of addresses, dates and titles that upstream skips, besides punctuation, white space and stop words."""
BLANK = [" ", "", *("\n" * n for n in range(1, 5)), *("\t" * n for n in range(1, 5))]


@dataclass(frozen=True, slots=True)
class Word:
    """One token and its start offset; white space beyond a single space is a token too."""

    text: str
    start: int

    @property
    def end(self) -> int:
        """Return the offset after the last character."""
        return self.start + len(self.text)


Tokenize: TypeAlias = Callable[[str], list[Word]]


@cache
def english() -> Tokenize:
    """Return spaCy's English tokenizer, which needs no model."""
    import spacy  # noqa: PLC0415

    tokenizer = spacy.blank("en").tokenizer
    return lambda text: [Word(token.text, token.idx) for token in tokenizer(text)]


@cache
def skip_words() -> frozenset[str]:
    """Return the words that neither start, end nor separate a span."""
    from spacy.lang.en.stop_words import STOP_WORDS  # noqa: PLC0415

    return frozenset([*string.punctuation, *string.whitespace, *BLANK, *GENERIC, *STOP_WORDS])

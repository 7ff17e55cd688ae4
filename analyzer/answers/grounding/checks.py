"""What the model wrote, turned into a claim that holds: whatever does not pass is cut, never repaired.

A sentence stays when it has the form of the grammar (so no digit and no markup), does not count people in words,
uses no word that one comment alone uses, holds no personal data (the model may have learnt some, or made it up), and at
least one passage of its own group is an exact substring of its record and supports it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeAlias

from analyzer.answers.generation import SENTENCE
from analyzer.answers.grounding.quantities import unbound_quantities
from analyzer.answers.grounding.verbatim import is_verbatim
from analyzer.answers.passages import Passage
from analyzer.types import Citation, Claim

IsClean: TypeAlias = Callable[[str], bool]
Strange: TypeAlias = Callable[[str], Sequence[str]]
"""The words of a sentence that are strange (analyzer.answers.grounding.vocabulary)."""
LINE = re.compile(SENTENCE)
MOST_OTHERS = 16
"""Passages outside a sentence's group that are asked whether they say the opposite, nearest to the subject first."""


class Cut(StrEnum):
    """Why a sentence did not stay."""

    FORM = "not one plain sentence"
    NUMBER = "counts in words that no query stands behind"
    STRANGE = "uses a word that hardly any comment uses"
    PERSONAL = "may hold personal data"
    UNSUPPORTED = "no comment supports it"
    REPEATED = "says what another sentence says"


@dataclass(frozen=True, slots=True)
class ClaimVerdict:
    """How far one quote supports a claim, and how far it says the opposite, each 0 to 1."""

    supports: float
    opposes: float = 0.0


class Verifies(Protocol):
    """What others need of a claim verifier."""

    @property
    def least_support(self) -> float:
        """Probability from which a quote supports a claim."""

    @property
    def least_opposition(self) -> float:
        """Probability from which a quote says the opposite of a claim."""

    def verdicts(self, claim: str, quotes: Sequence[str]) -> list[ClaimVerdict]:
        """Judge a claim against each quote by itself."""

    def oppositions(self, claim: str, quotes: Sequence[str]) -> list[float]:
        """Return how far each quote says the opposite, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Checker:
    """Checks sentences against the passages they were written from.

    Attributes:
        texts: the cited records' texts by id, read again from the store.
    """

    verifier: Verifies
    is_clean: IsClean
    texts: Mapping[str, str]
    strange: Strange

    def check(self, output: str, group: Sequence[Passage], others: Sequence[Passage] = ()) -> Claim | Cut:
        """Return the claim that holds, or why there is none.

        Args:
            output: what the model wrote.
            group: the passages that were put before it.
            others: further passages on the subject, asked only whether they say the opposite.
        """
        sentence = output.strip()
        if not LINE.fullmatch(sentence):
            return Cut.FORM
        if unbound_quantities(sentence):
            return Cut.NUMBER
        if self.strange(sentence):
            return Cut.STRANGE
        if not self.is_clean(sentence):
            return Cut.PERSONAL
        standing = [(p, c) for p in group if (c := self.citation(p)) is not None]
        verdicts = self.verifier.verdicts(sentence, [passage.text for passage, _ in standing])
        least = self.verifier.least_support
        held = [(v.supports, c) for v, (_, c) in zip(verdicts, standing, strict=True) if v.supports >= least]
        if not held:
            return Cut.UNSUPPORTED
        weakest = round(min(support for support, _ in held), 3)
        return Claim(sentence, tuple(c for _, c in held), weakest, self._opposed(sentence, group, others))

    def citation(self, passage: Passage) -> Citation | None:
        """Return a passage as a citation, if it stands in its record word for word."""
        text = self.texts.get(passage.hit.id, "")
        if not is_verbatim(passage.text, text, passage.start, passage.end):
            return None
        return Citation(passage.hit.id, passage.text, passage.start, passage.end)

    def _opposed(self, sentence: str, group: Sequence[Passage], others: Sequence[Passage]) -> tuple[Citation, ...]:
        apart = [passage for passage in others if passage not in group][:MOST_OTHERS]
        opposed = self.verifier.oppositions(sentence, [passage.text for passage in apart]) if apart else []
        against = [p for p, how in zip(apart, opposed, strict=True) if how >= self.verifier.least_opposition]
        return tuple(c for p in against if (c := self.citation(p)) is not None)

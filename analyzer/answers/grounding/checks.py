"""Check a sentence of the model and return a claim; a sentence that fails is dropped, never repaired.

A sentence passes if it has the form of the grammar (so no digit and no markup), contains no quantity in words, no word
that only one comment uses and no personal data (the model may have learnt or invented some), and if at least one
passage of its own group is an exact substring of its record and supports it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeAlias

from analyzer.answers.generation import SENTENCE
from analyzer.answers.grounding.quantities import unbound_quantities
from analyzer.answers.grounding.verbatim import PLACEHOLDER, is_verbatim
from analyzer.answers.passages import Passage
from analyzer.types import Citation, Claim

IsClean: TypeAlias = Callable[[str], bool]
Strange: TypeAlias = Callable[[str], Sequence[str]]
"""Returns the uncommon words of a sentence (analyzer.answers.grounding.vocabulary)."""
LINE = re.compile(SENTENCE)
NUMBER = re.compile(r"_\d+$")
MOST_OTHERS = 16
"""Maximum number of passages outside the group that are checked for the opposite, nearest to the subject first."""


class Cut(StrEnum):
    """The reason why a sentence was dropped."""

    FORM = "not one plain sentence"
    NUMBER = "counts in words that no query stands behind"
    STRANGE = "uses a word that hardly any comment uses"
    PERSONAL = "may hold personal data"
    UNSUPPORTED = "no comment supports it"
    REPEATED = "says what another sentence says"
    STANCE = "says the opposite of the comments' stance"
    FEW = "only one of the comments supports it"


def spells_placeholder(sentence: str, texts: Sequence[str]) -> bool:
    """Return whether a sentence spells out a placeholder of its passages ("street address" for <STREET_ADDRESS_1>)."""
    plain = " ".join(PLACEHOLDER.sub(" ", text) for text in texts).casefold()
    kinds = {NUMBER.sub("", one.strip("<>")) for text in texts for one in PLACEHOLDER.findall(text)}
    names = {kind.replace("_", " ").casefold() for kind in kinds}
    return any(re.search(rf"\b{name}\b", sentence.casefold()) and name not in plain for name in names)


@dataclass(frozen=True, slots=True)
class ClaimVerdict:
    """The probabilities, 0 to 1, that one quote supports a claim and that it says the opposite."""

    supports: float
    opposes: float = 0.0


class Verifies(Protocol):
    """The interface of a claim verifier."""

    @property
    def least_support(self) -> float:
        """Minimum probability of support for a quote to be cited."""

    @property
    def least_opposition(self) -> float:
        """Minimum probability of opposition for a quote to be shown as opposed."""

    def verdicts(self, claim: str, quotes: Sequence[str]) -> list[ClaimVerdict]:
        """Return a verdict on a claim for each quote, independent of the other quotes."""

    def oppositions(self, claim: str, quotes: Sequence[str]) -> list[float]:
        """Return for each quote the probability, 0 to 1, that it says the opposite."""


@dataclass(frozen=True, slots=True)
class Checker:
    """Checks sentences against the passages they were written from.

    Attributes:
        texts: texts of the cited records by id, read again from the store.
        strange: returns the uncommon words of a sentence.
    """

    verifier: Verifies
    is_clean: IsClean
    texts: Mapping[str, str]
    strange: Strange

    def cut_by_words(self, text: str, texts: Sequence[str]) -> Cut | None:
        """Return why the words of a sentence or title may not be shown; None if they may.

        Args:
            text: what the model wrote.
            texts: the passages that it read.
        """
        if unbound_quantities(text):
            return Cut.NUMBER
        if self.strange(text):
            return Cut.STRANGE
        if not self.is_clean(text) or spells_placeholder(text, texts):
            return Cut.PERSONAL
        return None

    def check(
        self, output: str, group: Sequence[Passage], others: Sequence[Passage] = (),
        is_form: Callable[[str], bool] = lambda text: bool(LINE.fullmatch(text)), enough: int = 0,
    ) -> Claim | Cut:  # fmt: skip
        """Return the claim, or the reason why the sentence is dropped.

        Args:
            output: the output of the model.
            group: the passages in the prompt.
            others: further passages about the subject, checked only for the opposite.
            is_form: whether a text has the form of the grammar it was written under.
            enough: number of supporting passages after which no further ones are looked at; 0 for all.
        """
        sentence = output.strip()
        if not is_form(sentence):
            return Cut.FORM
        if (cut := self.cut_by_words(sentence, [passage.text for passage in group])) is not None:
            return cut
        cited = [(p, c) for p in group if (c := self.citation(p)) is not None]
        supporting = self._supporting(sentence, cited, enough or len(cited))
        if not supporting:
            return Cut.UNSUPPORTED
        weakest = round(min(support for support, _ in supporting), 3)
        return Claim(sentence, tuple(c for _, c in supporting), weakest, self._opposed(sentence, group, others))

    def _supporting(
        self, sentence: str, cited: Sequence[tuple[Passage, Citation]], enough: int
    ) -> list[tuple[float, Citation]]:
        """Return the support and the citation of the first passages that support a sentence, in their order."""
        found: list[tuple[float, Citation]] = []
        step = max(len(cited), 1) if enough >= len(cited) else 1
        for start in range(0, len(cited), step):
            part = cited[start : start + step]
            verdicts = self.verifier.verdicts(sentence, [passage.text for passage, _ in part])
            found += [
                (verdict.supports, citation) for verdict, (_, citation) in zip(verdicts, part, strict=True)
                if verdict.supports >= self.verifier.least_support
            ]  # fmt: skip
            if len(found) >= enough:
                break
        return found

    def citation(self, passage: Passage) -> Citation | None:
        """Return a passage as a citation; None if it is not an exact substring of its record."""
        text = self.texts.get(passage.hit.id, "")
        if not is_verbatim(passage.text, text, passage.start, passage.end):
            return None
        return Citation(passage.hit.id, passage.text, passage.start, passage.end)

    def _opposed(self, sentence: str, group: Sequence[Passage], others: Sequence[Passage]) -> tuple[Citation, ...]:
        outside = [passage for passage in others if passage not in group][:MOST_OTHERS]
        opposed = self.verifier.oppositions(sentence, [passage.text for passage in outside]) if outside else []
        opposing = [
            p for p, probability in zip(outside, opposed, strict=True) if probability >= self.verifier.least_opposition
        ]
        return tuple(c for p in opposing if (c := self.citation(p)) is not None)

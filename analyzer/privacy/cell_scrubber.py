"""What a worker does with the cells of a file that is copied: scrub, then look again. Results carry no raw text."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from analyzer.errors import ScrubError
from analyzer.privacy.detector import Detector, Rules
from analyzer.privacy.residual_check import ResidualDecision, check
from analyzer.privacy.scrubber import Scrubber
from analyzer.security.sandbox.process import keep_memory_private
from analyzer.types import ScrubbedText


@dataclass(frozen=True, slots=True)
class Cells:
    """What a worker receives: different cells, and for each what its row says elsewhere of who wrote it."""

    texts: tuple[str, ...] = field(repr=False)
    own: tuple[tuple[str, ...], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class CleanCell:
    """A cell that may be written: its text, the types of what was replaced, and whether it deserves a second look."""

    text: str
    types: tuple[str, ...] = ()
    is_doubtful: bool = False


@dataclass(frozen=True, slots=True)
class CellScrubber:
    """Scrubs one batch of cells."""

    scrubber: Scrubber

    def __call__(self, cells: Cells) -> tuple[CleanCell | None, ...]:
        """Return the cells in the same order; None for one that could not be scrubbed or holds personal data still."""
        scrubbed = _scrub_each(self.scrubber, cells.texts, cells.own)
        return tuple(_checked(one, own) for one, own in zip(scrubbed, cells.own, strict=True))


@dataclass(frozen=True, slots=True)
class CellRecipe:
    """What a worker needs to build its own CellScrubber."""

    rules: Rules

    def __call__(self) -> CellScrubber:
        """Load the models."""
        keep_memory_private()
        return CellScrubber(Scrubber(Detector(self.rules)))


def _scrub_each(scrubber: Scrubber, texts: Sequence[str], own: Sequence[tuple[str, ...]]) -> list[ScrubbedText | None]:
    """Scrub a batch; when it fails, halve it, so that only what cannot be scrubbed is lost."""
    if not texts:
        return []
    try:
        return list(scrubber.scrub(texts, own))
    except ScrubError:
        if len(texts) == 1:
            return [None]
        middle = len(texts) // 2
        return _scrub_each(scrubber, texts[:middle], own[:middle]) + _scrub_each(scrubber, texts[middle:], own[middle:])


def _checked(scrubbed: ScrubbedText | None, own: Sequence[str]) -> CleanCell | None:
    if scrubbed is None:
        return None
    decision = check(scrubbed.text, own).decision
    if decision is ResidualDecision.REJECT:
        return None
    types = tuple(entity.type for entity in scrubbed.entities)
    return CleanCell(scrubbed.text, types, decision is ResidualDecision.REVIEW)

"""Scrub the cells of a file to be copied, and check the results. Results contain no raw text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from analyzer.errors import ScrubError
from analyzer.ingest.cleaning import clean_text, is_too_long
from analyzer.ingest.dates import DateOrder, parse_date
from analyzer.ingest.header import is_personal
from analyzer.ingest.mapping import ColumnPlan
from analyzer.ingest.readers.source_table import SourceRow
from analyzer.ingest.typing import Profile, as_number
from analyzer.privacy.detector import Detector, Rules
from analyzer.privacy.own_values import own_values_in
from analyzer.privacy.pseudonyms import PLAIN_ID, Pseudonyms, are_codes
from analyzer.privacy.residual_check import ResidualDecision, check
from analyzer.privacy.scrubber import Scrubber
from analyzer.security.sandbox.process import keep_memory_private
from analyzer.types import ColumnRole, ScrubbedText


@dataclass(frozen=True, slots=True)
class Cells:
    """The input of a worker: different cells, and for each the values in its row that identify the author."""

    texts: tuple[str, ...] = field(repr=False)
    own: tuple[tuple[str, ...], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class CleanCell:
    """A cell that may be written: its text, the types of replaced values, and whether it should be reviewed."""

    text: str
    types: tuple[str, ...] = ()
    is_doubtful: bool = False


@dataclass(frozen=True, slots=True)
class CellScrubber:
    """Scrubs one batch of cells."""

    scrubber: Scrubber

    def __call__(self, cells: Cells) -> tuple[CleanCell | None, ...]:
        """Return the cells in the same order; None for a cell that failed or still holds personal data."""
        scrubbed = scrub_each(self.scrubber, cells.texts, cells.own)
        return tuple(_checked(one, own) for one, own in zip(scrubbed, cells.own, strict=True))


@dataclass(frozen=True, slots=True)
class CellRecipe:
    """The picklable parameters from which a worker builds its own CellScrubber."""

    rules: Rules

    def __call__(self) -> CellScrubber:
        """Load the models."""
        keep_memory_private()
        return CellScrubber(Scrubber(Detector(self.rules)))


def scrub_each(scrubber: Scrubber, texts: Sequence[str], own: Sequence[tuple[str, ...]]) -> list[ScrubbedText | None]:
    """Scrub a batch; if it fails, halve it, so that only cells that cannot be scrubbed are lost."""
    if not texts:
        return []
    try:
        return list(scrubber.scrub(texts, own))
    except ScrubError:
        if len(texts) == 1:
            return [None]
        middle = len(texts) // 2
        return scrub_each(scrubber, texts[:middle], own[:middle]) + scrub_each(scrubber, texts[middle:], own[middle:])


def _checked(scrubbed: ScrubbedText | None, own: Sequence[str]) -> CleanCell | None:
    if scrubbed is None:
        return None
    decision = check(scrubbed.text, own).decision
    if decision is ResidualDecision.REJECT:
        return None
    types = tuple(entity.type for entity in scrubbed.entities)
    return CleanCell(scrubbed.text, types, decision is ResidualDecision.REVIEW)


NOT_SCRUBBED = "<NOT_SCRUBBED>"
"""Replaces a cell that could not be scrubbed."""


MAX_ID = 500


ON_REQUEST = "dropped on request"


_MISSING_NAMES = frozenset("n/a na none null nil unknown anonymous anonym anonyme anonimo anoniem".split())
"""Values that are entered instead of a name and identify no one."""


_QUESTION_WORDS = 4


_UNCERTAIN_HEADING = re.compile(r"@|\d{4}")


@dataclass(frozen=True, slots=True)
class Unscrubbed:
    """A cell to be scrubbed, and the values in its row that identify the author."""

    text: str = field(repr=False)
    own: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class PreparedRow:
    """A row to be copied: finished cells, and cells to be scrubbed; number 0 is the header."""

    number: int
    cells: tuple[str | Unscrubbed, ...] = field(repr=False)


class RowReader:
    """Converts the rows of a table into prepared rows."""

    def __init__(self, facts: Profile, plan: ColumnPlan, pseudonyms: Pseudonyms) -> None:
        """Decide how each column is treated."""
        dropped = dict(plan.dropped)
        self._pseudonyms = pseudonyms
        self._labels = [column.label for column in facts.columns]
        self._orders = [column.dates for column in facts.columns]
        self._id = self._place(plan, ColumnRole.ID)
        self._keeps_ids = self._id is not None and are_codes(facts.columns[self._id].samples)
        self._respondent = self._place(plan, ColumnRole.RESPONDENT)
        self._kept = [place for place, label in enumerate(self._labels) if label not in dropped]
        self._identity = [
            place
            for place, label in enumerate(self._labels)
            if place == self._respondent or is_personal(label) or dropped.get(label, ON_REQUEST) != ON_REQUEST
        ]
        self.notes = tuple(self._decisions(plan))

    def _place(self, plan: ColumnPlan, role: ColumnRole) -> int | None:
        return self._labels.index(plan.roles[role]) if role in plan.roles else None

    def _decisions(self, plan: ColumnPlan) -> list[str]:
        notes = [f"column {label!r} left out: {reason}" for label, reason in plan.dropped]
        by_content = dict(plan.by_content)
        for role, what in ((ColumnRole.ID, "ids, replaced by pseudonyms unless they are short codes"),
                           (ColumnRole.RESPONDENT, "respondents, replaced by pseudonyms of this run")):  # fmt: skip
            if label := plan.roles.get(role, ""):
                reason = f" ({by_content[label]})" if label in by_content else ""
                notes.append(f"column {label!r} holds {what}{reason}")
        return [*notes, "all other cells scrubbed"]

    def header(self) -> PreparedRow:
        """Return the headings; questions and headings with an @ or a four-digit number are scrubbed too."""
        labels = [self._labels[place] for place in self._kept]
        return PreparedRow(0, tuple(Unscrubbed(label) if _is_uncertain(label) else label for label in labels))

    def unreadable(self, number: int) -> PreparedRow:
        """Return the replacement of a row that cannot be read."""
        return PreparedRow(number, (NOT_SCRUBBED,) * len(self._kept))

    def prepare(self, row: SourceRow) -> PreparedRow:
        """Return a row with the cells to be scrubbed."""
        own = self._own(row.cells)
        return PreparedRow(row.number, tuple(self._cell(place, row.cells[place], own) for place in self._kept))

    def answers(self, row: SourceRow, labels: Sequence[str]) -> list[Unscrubbed]:
        """Return the cells of the named columns that hold something, as they are in the file."""
        own = self._own(row.cells)
        texts = (clean_text(row.cells[self._labels.index(label)]) for label in labels)
        return [Unscrubbed(text, own_values_in(text, own)) for text in texts if text]

    def _own(self, cells: Sequence[str]) -> tuple[str, ...]:
        values = [clean_text(cells[place]) for place in self._identity if cells[place]]
        if self._id is not None and (reference := clean_text(cells[self._id])) and not PLAIN_ID.fullmatch(reference):
            values.append(reference)
        return tuple(value for value in values if len(value) <= MAX_ID and value.casefold() not in _MISSING_NAMES)

    def _cell(self, place: int, raw: str, own: tuple[str, ...]) -> str | Unscrubbed:
        if is_too_long(raw):
            return NOT_SCRUBBED
        cell = clean_text(raw)
        if place == self._respondent:
            return self._pseudonyms.respondent(cell) if cell else ""
        if place == self._id:
            is_kept = self._keeps_ids and PLAIN_ID.fullmatch(cell) is not None
            return cell if not cell or is_kept else self._pseudonyms.record(cell)
        if not cell or as_number(cell) is not None or _is_date(cell, self._orders[place]):
            return cell
        return Unscrubbed(cell, own_values_in(cell, own))


def _is_uncertain(label: str) -> bool:
    return len(label.split()) >= _QUESTION_WORDS or _UNCERTAIN_HEADING.search(label) is not None


def _is_date(cell: str, order: DateOrder | None) -> bool:
    return order is not None and parse_date(cell, order) is not None

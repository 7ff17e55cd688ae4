"""Questions about figures by accounts that see no comments, and what of the answer may be shown. Decides nothing."""

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from typing import Literal, Protocol

from analyzer.store.casefold import casefold
from analyzer.store.database import Connection
from analyzer.types import FieldValue

Counted = Literal["comments", "responses"]
RESPONDENTS = "respondents"
"""The measure of how many known people answered, in place of the name of a column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureQuestion:
    """A question about figures: the number of records, or a measure of a column, of all that match or by group.

    Attributes:
        counted: what a record is.
        where: filter over the columns.
        by: column of the groups; empty for one figure. period: of a date column.
        is_of_values: whether groups are the values as they are stored, cut to `characters` (0: not cut).
        measured: column of the values, or RESPONDENTS; empty for counts.
        low, high: ends of the scale; values outside of it do not count.
    """

    counted: Counted = "comments"
    where: str = ""
    by: str = ""
    period: str = ""
    is_of_values: bool = False
    characters: int = 0
    measured: str = ""
    low: float | None = None
    high: float | None = None

    def stored(self) -> str:
        """Return the question as JSON, without what is empty; equal questions are equal texts."""
        return json.dumps(
            {name: value for name, value in sorted(asdict(self).items()) if value not in ("", None, False)}
        )

    @classmethod
    def read(cls, stored: str) -> "FigureQuestion":
        """Return a question from its JSON."""
        return cls(**json.loads(stored))


@dataclass(frozen=True, slots=True)
class Disclosed:
    """What of an answer may be shown, in a transaction that ends with the answer.

    Attributes:
        connection: of the transaction; the event of the answer is written to it.
        groups: key of each group that may be shown -> its number of known respondents; without groups the key is None.
        ignores_case: whether keys are folded.
    """

    connection: Connection
    groups: Mapping[FieldValue, int]
    ignores_case: bool = False

    def shows(self, value: FieldValue) -> bool:
        """Return whether the figure of a group may be shown."""
        return self._key(value) in self.groups

    def respondents(self, value: FieldValue = None) -> int:
        """Return the number of known respondents of a group that is shown."""
        return self.groups[self._key(value)]

    def _key(self, value: FieldValue) -> FieldValue:
        return casefold(value) if self.ignores_case else value


class GuardsFigures(Protocol):
    """Answers figures for accounts that see no comments."""

    def answer(self, question: FigureQuestion) -> AbstractContextManager[Disclosed]:
        """Open a transaction with what may be shown; raise WithheldError if nothing may."""

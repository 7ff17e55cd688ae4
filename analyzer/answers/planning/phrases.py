"""The state of reading a question: words are removed as they are interpreted, and the interpretation is recorded."""

import re
from dataclasses import dataclass, field
from enum import StrEnum

SPACES = re.compile(r"\s+")
MARK = "¤"
"""Begins the mark that stands for words that were interpreted: ¤, their kind, and the letter of their number."""


class Marked(StrEnum):
    """What words that were interpreted name: a value, a column that groups, a rating, or a period."""

    VALUE = "v"
    GROUP = "g"
    RATING = "r"
    PERIOD = "d"


@dataclass(slots=True)
class QuestionReading:
    """The words of a question not yet interpreted, and the interpretation so far.

    Attributes:
        left: the words not yet interpreted, with a mark in place of those that are.
        taken: mark -> the words it stands for.
        mirrored: a condition on the rating as typed, and at the other end of the scale, where either may be meant.
        conditions: filters found, in the language of --where; columns: the columns they are on.
    """

    left: str
    conditions: list[str] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    by: str = ""
    period: str = ""
    taken: dict[str, str] = field(default_factory=dict)
    mirrored: tuple[str, str] | None = None

    def take(self, match: re.Match[str], kind: Marked) -> str:
        """Put a mark of a kind in the place of a match; return the words of the match."""
        words = " ".join(match.group().split())
        mark = f"{MARK}{kind.value}{chr(ord('a') + min(len(self.taken), 25))}"
        self.taken[mark] = words
        self.left = SPACES.sub(" ", f"{self.left[: match.start()]} {mark} {self.left[match.end() :]}").strip()
        return words

    def original(self, text: str) -> str:
        """Return a part of the words left as they were typed, with the words that marks stand for."""
        for mark, words in reversed(self.taken.items()):
            text = text.replace(mark, words)
        return text

    def filter(self, column: str, condition: str, words: str, meaning: str = "") -> None:
        """Add a condition and a note with the words it was read from."""
        if condition not in self.conditions:
            self.conditions.append(condition)
            self.columns.append(column)
            self.notes.append(f"“{words}” was read as {condition}" + (f", {meaning}" if meaning else ""))

    def drop(self, column: str) -> None:
        """Remove the conditions on a column."""
        kept = [(one, on) for one, on in zip(self.conditions, self.columns, strict=True) if on != column]
        self.conditions = [one for one, _ in kept]
        self.columns = [on for _, on in kept]

    def conditions_on(self, column: str) -> bool:
        """Return whether there is a condition on a column."""
        return column in self.columns

    @property
    def where(self) -> str:
        """All conditions as one filter."""
        return " and ".join(self.conditions)


def quoted(value: object) -> str:
    """Return a value in the syntax of a filter."""
    if isinstance(value, int | float):
        return f"{value:.15g}"
    text = str(value)
    if re.fullmatch(r"[^\W_][\w.-]*", text) and text.casefold() not in RESERVED:
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


RESERVED = frozenset("and or not in is empty contains".split())

"""The state of reading a question: words are removed as they are interpreted, and the interpretation is recorded."""

import re
from dataclasses import dataclass, field

SPACES = re.compile(r"\s+")


@dataclass(slots=True)
class QuestionReading:
    """The words of a question not yet interpreted, and the interpretation so far.

    Attributes:
        left: the words not yet interpreted.
        conditions: filters found, in the language of --where; columns: the columns they are on.
    """

    left: str
    conditions: list[str] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    by: str = ""
    period: str = ""

    def take(self, match: re.Match[str], instead: str = " ") -> str:
        """Remove a match from the words left; return the words of the match."""
        self.left = SPACES.sub(" ", self.left[: match.start()] + instead + self.left[match.end() :]).strip()
        return " ".join(match.group().split())

    def filter(self, column: str, condition: str, words: str, meaning: str = "") -> None:
        """Add a condition and a note with the words it was read from."""
        if condition not in self.conditions:
            self.conditions.append(condition)
            self.columns.append(column)
            self.notes.append(f"“{words}” was read as {condition}" + (f", {meaning}" if meaning else ""))

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

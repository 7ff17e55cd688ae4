"""One respondent's placeholders: the same person is <PERSON_2> in all that one respondent wrote, in every column.

A scrubbed text numbers its values by itself; here the numbers are made those of its respondent. What a number stands
for is known by a keyed hash alone.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from analyzer.store.database import Connection
from analyzer.types import Entity, ScrubbedText

PLACEHOLDER = re.compile(r"<([A-Z][A-Z_]*)_(\d{1,5})>")


@dataclass(frozen=True, slots=True)
class Renumbered:
    """A text with other numbers in its placeholders, and the way from places in the one before."""

    text: str
    _edits: tuple[tuple[int, int], ...] = field(default=(), repr=False)

    def place(self, position: int) -> int:
        """Return where a position of the text before is now."""
        return position + sum(growth for end, growth in self._edits if end <= position)


def renumber(scrubbed: ScrubbedText, number: Callable[[str, bytes], int]) -> Renumbered:
    """Number the placeholders of a text by type and keyed hash; a text with a value of unknown hash stays as it is."""
    masked = [(start, e) for start, e in placeholders_in(scrubbed) if PLACEHOLDER.fullmatch(e.text_after)]
    if not masked or not all(entity.key for _, entity in masked):
        return Renumbered(scrubbed.text)
    pieces, edits, done = [], [], 0
    for start, entity in masked:
        after = f"<{entity.type}_{number(entity.type, entity.key)}>"
        end = start + len(entity.text_after)
        pieces += [scrubbed.text[done:start], after]
        edits.append((end, len(after) - len(entity.text_after)))
        done = end
    return Renumbered("".join([*pieces, scrubbed.text[done:]]), tuple(edits))


def placeholders_in(scrubbed: ScrubbedText) -> list[tuple[int, Entity]]:
    """Return where in the scrubbed text each entity's replacement begins, in order."""
    found, shift = [], 0
    for entity in sorted(scrubbed.entities, key=lambda e: e.start):
        found.append((entity.start + shift, entity))
        shift += len(entity.text_after) - (entity.end - entity.start)
    return found


def strip_numbers(text: str) -> str:
    """Return a scrubbed text as it is embedded: <PERSON> for every <PERSON_n>, so that numbering moves no vector."""
    return PLACEHOLDER.sub(r"<\1>", text) if "<" in text else text


class Aliases:
    """Gives out the numbers of respondents' values, inside the caller's transaction."""

    def __init__(self, connection: Connection) -> None:
        """Read nothing yet."""
        self._connection = connection
        self._known: dict[str, dict[tuple[str, bytes], int]] = {}

    def number(self, respondent: str, kind: str, key: bytes) -> int:
        """Return the number of a respondent's value, a new one the first time it comes."""
        numbers = self._numbers(respondent)
        if (kind, key) not in numbers:
            number = 1 + sum(known == kind for known, _ in numbers)
            self._connection.execute("INSERT INTO aliases VALUES(?, ?, ?, ?)", (respondent, kind, key, number))
            numbers[kind, key] = number
        return numbers[kind, key]

    def _numbers(self, respondent: str) -> dict[tuple[str, bytes], int]:
        if respondent not in self._known:
            rows = self._connection.execute("SELECT type, key, number FROM aliases WHERE respondent = ?", (respondent,))
            self._known[respondent] = {(kind, bytes(key)): int(number) for kind, key, number in rows}
        return self._known[respondent]

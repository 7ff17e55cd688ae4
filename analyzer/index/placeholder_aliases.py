"""Number placeholders per respondent: the same person is <PERSON_2> in every text and column of one respondent.

The scrubber numbers the values of each text separately; this module replaces these numbers by those of the respondent.
A number is linked to its value only by a keyed hash.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from analyzer.store.database import Connection
from analyzer.types import Entity, ScrubbedText

PLACEHOLDER = re.compile(r"<([A-Z][A-Z_]*)_(\d{1,5})>")


@dataclass(frozen=True, slots=True)
class Renumbered:
    """A text with renumbered placeholders, and the mapping of positions from the original text."""

    text: str
    _edits: tuple[tuple[int, int], ...] = field(default=(), repr=False)

    def place(self, position: int) -> int:
        """Return the position in this text of a position in the original text."""
        return position + sum(growth for end, growth in self._edits if end <= position)


def renumber(scrubbed: ScrubbedText, number: Callable[[str, bytes], int]) -> Renumbered:
    """Renumber the placeholders of a text by type and keyed hash; a text with a value without hash is unchanged."""
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
    """Return the start of each entity's replacement in the scrubbed text, with the entity, in order."""
    found, shift = [], 0
    for entity in sorted(scrubbed.entities, key=lambda e: e.start):
        found.append((entity.start + shift, entity))
        shift += len(entity.text_after) - (entity.end - entity.start)
    return found


def strip_numbers(text: str) -> str:
    """Return a scrubbed text for embedding: <PERSON> for every <PERSON_n>, so that numbers do not change the vector."""
    return PLACEHOLDER.sub(r"<\1>", text) if "<" in text else text


class Aliases:
    """Assigns numbers to the values of respondents, inside the caller's transaction."""

    def __init__(self, connection: Connection) -> None:
        """Use this connection; numbers are read when they are needed."""
        self._connection = connection
        self._known: dict[str, dict[tuple[str, bytes], int]] = {}

    def number(self, respondent: str, kind: str, key: bytes) -> int:
        """Return the number of a respondent's value; assign the next number to a new value."""
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

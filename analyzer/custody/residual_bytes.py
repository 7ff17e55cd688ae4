"""What is left of erased comments in bytes: pieces of their words and vectors that nothing else has."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from analyzer.store.database import Connection

Sliced = TypeVar("Sliced", str, bytes)

WINDOW = 20
"""Characters of a piece: long enough to be nobody else's, short enough to lie whole on some page."""
WINDOWS = 12
VECTOR_PIECE = 24
VECTOR_PIECES = 4
MOST = 96
"""Pieces that are looked for: of many comments only some, spread evenly; each takes a pass over everything."""
SAID = "SELECT 1 FROM texts WHERE instr(text, ?) LIMIT 1"
MEANT = "SELECT 1 FROM texts WHERE instr(vector, ?1) UNION ALL SELECT 1 FROM clauses WHERE instr(vector, ?1) LIMIT 1"


def markers(connection: Connection, texts: Sequence[str], vectors: Sequence[bytes]) -> list[bytes]:
    """Return pieces that only erased comments had, to be looked for; none of what others say too.

    Args:
        connection: of the workspace, after the comments are gone.
        texts: their words.
        vectors: theirs.
    """
    words = _spread([piece for text in texts for piece in _cut(text, WINDOW, WINDOWS)])
    numbers = _spread([piece for vector in vectors for piece in _cut(vector, VECTOR_PIECE, VECTOR_PIECES)])
    found = [piece.encode() for piece in words if not connection.execute(SAID, (piece,)).fetchone()]
    found += [piece for piece in numbers if not connection.execute(MEANT, (piece,)).fetchone()]
    return list(dict.fromkeys(found))


def count_copies(blocks: Iterable[bytes], wanted: Sequence[bytes]) -> int:
    """Count the blocks of bytes that hold any of these pieces."""
    return sum(any(piece in block for piece in wanted) for block in blocks)


def _cut(whole: Sliced, size: int, most: int) -> list[Sliced]:
    step = max(1, (len(whole) - size) // most)
    return [whole[place : place + size] for place in range(0, max(1, len(whole) - size + 1), step)]


def _spread(pieces: list[Sliced]) -> list[Sliced]:
    return pieces[:: -(-len(pieces) // MOST)] if len(pieces) > MOST else pieces

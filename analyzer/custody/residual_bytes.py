"""Search of bytes for residues of erased comments: pieces of their texts and vectors that no other comment has."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from analyzer.store.database import Connection

Sliced = TypeVar("Sliced", str, bytes)

TEXT_PIECE = 20
"""Characters of a piece: long enough to be unique, short enough to lie within one database page."""
SHORTEST_TEXT = 8
"""Characters below which a text is not searched for: of 71 blocks of a new workspace 2 have "ok" in them, 4 "id"."""
TEXT_PIECES = 12
VECTOR_PIECE = 24
VECTOR_PIECES = 4
MOST_PIECES = 96
"""Pieces to search for, spread evenly over all comments; the search takes one pass over all bytes per piece."""
IN_TEXTS = "SELECT 1 FROM texts WHERE instr(text, ?) LIMIT 1"
IN_VECTORS = (
    "SELECT 1 FROM texts WHERE instr(vector, ?1) UNION ALL SELECT 1 FROM clauses WHERE instr(vector, ?1) LIMIT 1"
)


def markers(connection: Connection, texts: Sequence[str], vectors: Sequence[bytes]) -> list[bytes]:
    """Return pieces that only the erased comments contained; pieces that occur in other comments are left out.

    Texts shorter than SHORTEST_TEXT have none; their vectors do.

    Args:
        connection: of the workspace, after the deletion.
        texts: of the erased comments.
        vectors: of the erased comments.
    """
    long_enough = [text for text in texts if len(text) >= SHORTEST_TEXT]
    text_pieces = _sample_evenly([piece for text in long_enough for piece in _cut(text, TEXT_PIECE, TEXT_PIECES)])
    vector_pieces = _sample_evenly([piece for vector in vectors for piece in _cut(vector, VECTOR_PIECE, VECTOR_PIECES)])
    found = [piece.encode() for piece in text_pieces if not connection.execute(IN_TEXTS, (piece,)).fetchone()]
    found += [piece for piece in vector_pieces if not connection.execute(IN_VECTORS, (piece,)).fetchone()]
    return list(dict.fromkeys(found))


def count_copies(blocks: Iterable[bytes], wanted: Sequence[bytes]) -> int:
    """Count the blocks of bytes that contain any of these pieces."""
    return sum(any(piece in block for piece in wanted) for block in blocks)


def _cut(value: Sliced, size: int, most: int) -> list[Sliced]:
    step = max(1, (len(value) - size) // most)
    return [value[start : start + size] for start in range(0, max(1, len(value) - size + 1), step)]


def _sample_evenly(pieces: list[Sliced]) -> list[Sliced]:
    return pieces[:: -(-len(pieces) // MOST_PIECES)] if len(pieces) > MOST_PIECES else pieces

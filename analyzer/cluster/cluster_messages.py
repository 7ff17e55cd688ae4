"""Messages between a sealed import and its client of the cluster, over a pair of sockets: kind, number, bytes."""

import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum

HEADER = struct.Struct("!BQI")
LONGEST = 1 << 30
"""Bytes of a message; a batch of 100,000 rows is far below."""


class MessageKind(IntEnum):
    """What a message says; the number is that of a batch unless said otherwise."""

    START = 1
    """To the client, once: the pickled recipe."""
    BATCH = 2
    """To the client: a pickled batch."""
    WORKERS = 3
    """From the client: the names of the workers, one a line, when they have changed; the number is how many."""
    DONE = 4
    """From the client: a pickled result."""
    FAILED = 5
    """From the client: why a batch has no result, in one line."""
    LOST = 6
    """From the client: why it gives up, in one line."""


@dataclass(frozen=True, slots=True)
class ClusterMessage:
    """One message."""

    kind: MessageKind
    number: int = 0
    content: bytes = field(default=b"", repr=False)

    def to_bytes(self) -> bytes:
        """Return the message as it is sent."""
        return HEADER.pack(self.kind, self.number, len(self.content)) + self.content


def read_message(read: Callable[[int], bytes]) -> ClusterMessage | None:
    """Read one message; return None if the other side has ended.

    Args:
        read: returns exactly so many bytes, or fewer at the end.
    """
    header = read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    kind, number, length = HEADER.unpack(header)
    content = read(length)
    return ClusterMessage(MessageKind(kind), number, content) if len(content) == length else None

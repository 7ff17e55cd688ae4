"""A first-come, first-served lock with a visible queue, for calls of the answering model."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

OnWait = Callable[[int], None]
"""Called with the number of callers ahead, whenever it changes."""


class FairLock:
    """A lock that callers acquire in the order of arrival; its length is the number of callers."""

    def __init__(self) -> None:
        """Create an unlocked lock without waiting callers."""
        self._condition = threading.Condition()
        self._queue: list[object] = []

    def __len__(self) -> int:
        """Return the number of callers: the holder and those waiting."""
        return len(self._queue)

    @contextmanager
    def turn(self, on_wait: OnWait | None = None) -> Iterator[None]:
        """Acquire the lock in order of arrival for the block; an exception while waiting leaves the queue."""
        ticket = object()
        with self._condition:
            self._queue.append(ticket)
        try:
            self._wait_for(ticket, on_wait)
            yield
        finally:
            with self._condition:
                self._queue.remove(ticket)
                self._condition.notify_all()

    def _wait_for(self, ticket: object, on_wait: OnWait | None) -> None:
        reported = 0
        while True:
            with self._condition:
                ahead = self._queue.index(ticket)
                if ahead and ahead == reported:
                    self._condition.wait(timeout=1.0)
                    ahead = self._queue.index(ticket)
            if not ahead:
                return
            if ahead != reported and on_wait:
                on_wait(ahead)
            reported = ahead

"""One at a time, in the order of arrival: who waits for the answering model, and behind how many."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

OnWait = Callable[[int], None]
"""Told how many are before one, whenever that changes."""


class FairLock:
    """A queue of one lane: whoever came first goes first, and everybody can see how long it is."""

    def __init__(self) -> None:
        """Start empty."""
        self._turns = threading.Condition()
        self._waiting: list[object] = []

    def __len__(self) -> int:
        """Return how many are in it, the one at work included."""
        return len(self._waiting)

    @contextmanager
    def turn(self, on_wait: OnWait | None = None) -> Iterator[None]:
        """Wait until it is one's turn and keep it for the block; giving up while waiting leaves the queue."""
        ticket = object()
        with self._turns:
            self._waiting.append(ticket)
        try:
            self._wait_for(ticket, on_wait)
            yield
        finally:
            with self._turns:
                self._waiting.remove(ticket)
                self._turns.notify_all()

    def _wait_for(self, ticket: object, on_wait: OnWait | None) -> None:
        told = 0
        while True:
            with self._turns:
                before = self._waiting.index(ticket)
                if before and before == told:
                    self._turns.wait(timeout=1.0)
                    before = self._waiting.index(ticket)
            if not before:
                return
            if before != told and on_wait:
                on_wait(before)
            told = before

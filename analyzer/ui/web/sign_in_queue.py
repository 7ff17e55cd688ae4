"""The queue of sign-ins: bounded, in turn by source, and without those whose client has left.

A sign-in computes Argon2id for a few tenths of a second; whoever sends many must not make others wait for them. It
knows nothing of HTTP. Only futures and tasks of asyncio are imported, nothing that connects.
"""

from asyncio.futures import Future
from asyncio.locks import Event
from asyncio.tasks import FIRST_COMPLETED, ensure_future, wait
from collections import Counter, OrderedDict, deque
from collections.abc import Awaitable, Callable
from typing import TypeVar

from analyzer.errors import AnalyzerError

AT_ONCE = 2
MOST, MOST_OF_SOURCE = 24, 4
"""Most sign-ins that wait or run, in all and from one source; at 0.3 s each and two at a time the last waits 4 s."""
Result = TypeVar("Result")


class BusyError(AnalyzerError):
    """Too many sign-ins are waiting."""


class ClientLeftError(Exception):
    """The client that sent a sign-in closed the connection before its turn; nobody waits for an answer."""


class SignInQueue:
    """Runs the sign-ins of one server; to be used from one event loop."""

    def __init__(self, *, at_once: int = AT_ONCE, most: int = MOST, most_of_source: int = MOST_OF_SOURCE) -> None:
        """Start empty."""
        self._at_once, self._most, self._most_of_source = at_once, most, most_of_source
        self._inside: Counter[str] = Counter()
        self._waiting: OrderedDict[str, deque[Future[None]]] = OrderedDict()
        self._running = 0

    async def run(
        self,
        source: str,
        work: Callable[[], Awaitable[Result]],
        client_left: Callable[[], Awaitable[bool]],
        delay_s: float = 0.0,
    ) -> Result:
        """Return the result of `work`, which is started in its turn.

        Args:
            source: where the sign-in comes from; sources take turns.
            work: makes the awaitable that signs in.
            client_left: returns True once the client has closed the connection, False if that cannot be known.
            delay_s: seconds to wait before the sign-in takes its place in the queue.

        Raises:
            BusyError: if too many are waiting, in all or from this source.
            ClientLeftError: if the client leaves before the turn comes.
        """
        self._enter(source)
        left = ensure_future(_until(client_left))
        turn: Future[None] = Future()
        try:
            if delay_s:
                await wait({left}, timeout=delay_s)
            if left.done():
                raise ClientLeftError
            self._waiting.setdefault(source, deque()).append(turn)
            self._start_next()
            await wait({turn, left}, return_when=FIRST_COMPLETED)
            if left.done():
                raise ClientLeftError
            turn.result()
            return await work()
        finally:
            left.cancel()
            self._leave(source, turn)

    def _enter(self, source: str) -> None:
        """Count a sign-in, in the place of one of a source that has more waiting where the queue is full.

        Raises:
            BusyError: if there is no place.
        """
        if self._inside[source] >= self._most_of_source or (self._is_full() and not self._displace(source)):
            raise BusyError("many are signing in at this moment; try again in a few seconds")
        self._inside[source] += 1

    def _is_full(self) -> bool:
        return self._inside.total() >= self._most

    def _displace(self, source: str) -> bool:
        """End the newest waiting sign-in of the source that has most of them, if it has two more than `source`."""
        other = max(self._waiting, key=lambda one: len(self._waiting[one]), default="")
        turns = self._waiting.get(other)
        if not turns or len(turns) < self._inside[source] + 2:
            return False
        self._take(other, newest=True).set_exception(
            BusyError("many are signing in at this moment; try again in a few seconds")
        )
        return True

    def _leave(self, source: str, turn: Future[None]) -> None:
        """Take a sign-in out: one that ran makes room for the next one, one that waited is forgotten."""
        self._inside[source] -= 1
        if not self._inside[source]:
            del self._inside[source]
        if turn in self._waiting.get(source, ()):
            self._waiting[source].remove(turn)
            if not self._waiting[source]:
                del self._waiting[source]
        elif turn.done() and not turn.cancelled() and turn.exception() is None:
            self._running -= 1
        self._start_next()

    def _start_next(self) -> None:
        while self._running < self._at_once and self._waiting:
            source = next(iter(self._waiting))
            turn = self._take(source, newest=False)
            if source in self._waiting:
                self._waiting.move_to_end(source)
            self._running += 1
            turn.set_result(None)

    def _take(self, source: str, *, newest: bool) -> Future[None]:
        turns = self._waiting[source]
        turn = turns.pop() if newest else turns.popleft()
        if not turns:
            del self._waiting[source]
        return turn


async def _until(client_left: Callable[[], Awaitable[bool]]) -> None:
    """Return once the client has left; never if that cannot be known."""
    if not await client_left():
        await Event().wait()

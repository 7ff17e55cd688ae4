"""The client of a cluster for one import: a sealed process of its own that talks to the scheduler by Dask.

It takes batches from the import and gives results back as bytes. What comes from the scheduler is a pickle for Dask to
read, so this is done here and not in the process that has the key of the workspace. It keeps each batch until its
result is there: a batch whose worker ended is done by another, one that takes much longer than the others is given to a
second worker, and a scheduler that ended and is there again gets all unfinished batches again. A result is handed on
once.
"""

import asyncio
import socket
import statistics
import sys
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from analyzer.cluster.cluster_messages import HEADER, ClusterMessage, MessageKind
from analyzer.cluster.dask_settings import LONGEST_CONNECT_S, apply_settings
from analyzer.cluster.work import Work, recipe_name
from analyzer.cluster.worker_process import run_work
from analyzer.models.server_address import ServerAddress, parse_scheduler
from analyzer.security.sandbox.egress import seal
from analyzer.security.sandbox.process import keep_memory_private
from analyzer.security.sandbox.server_broker import SCHEDULER, BrokerConnections

FIRST_WAIT_S, LONGEST_ABSENCE_S = 60.0, 120.0
"""How long a cluster may have no scheduler or no worker before the import is stopped: at first, and later."""
LONGEST_REASON = 200
SLOW_FACTOR, SLOW_FLOOR_S = 4.0, 5.0
"""The batch that all others wait for is given to a second worker after SLOW_FACTOR times the median time of a batch,
but not before SLOW_FLOOR_S."""
LOOK_S = 0.5
MOST_ATTEMPTS = 3
DIED_WITH_IT = "workers of the cluster died with one batch (out of memory?); run them with fewer --processes"
REMEMBERED = 64
"""Batches whose times make the median."""


def main(arguments: list[str]) -> int:
    """Serve one import until it closes its end; return the exit code.

    Args:
        arguments: descriptor of the import's socket, descriptor of the broker's socket, address of the scheduler,
            folder of certificates or "".
    """
    link, control = (socket.socket(fileno=int(one)) for one in arguments[:2])
    keep_memory_private()
    seal()
    broker = BrokerConnections(control, parse_scheduler(arguments[2]), SCHEDULER)
    with link, control, suppress(KeyboardInterrupt, ConnectionError):
        asyncio.run(_serve(link, broker, Path(arguments[3]) if arguments[3] else None))
    return 0


async def _serve(link: socket.socket, broker: BrokerConnections, certificates: Path | None) -> None:
    apply_settings()
    from analyzer.cluster.transport import register  # noqa: PLC0415

    register(connect=broker.connect, name="import")
    reader, writer = await asyncio.open_connection(sock=link)
    start = await _read(reader)
    if start is None:
        return
    run = _ClusterRun(start.content, writer, broker.address, certificates)
    ends = [asyncio.create_task(one) for one in (run.take(reader), run.keep_working())]
    done, others = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    for one in others:
        one.cancel()
    await asyncio.wait(others, timeout=LOOK_S)
    writer.close()
    for one in done:
        one.result()


async def _read(reader: asyncio.StreamReader) -> ClusterMessage | None:
    try:
        kind, number, length = HEADER.unpack(await reader.readexactly(HEADER.size))
        return ClusterMessage(MessageKind(kind), number, await reader.readexactly(length))
    except (asyncio.IncompleteReadError, ConnectionError):
        return None


@dataclass(slots=True)
class _ClusterJob:
    """A batch without a result: what is sent, when, and how often in this session and in all."""

    work: Work
    sent_at: float = 0.0
    copies: int = 0
    failures: int = 0


class _ClusterRun:
    """One import: its unfinished batches, whatever happens to the connection."""

    def __init__(
        self, recipe: bytes, writer: asyncio.StreamWriter, address: ServerAddress, certificates: Path | None
    ) -> None:
        self._recipe, self._name, self._queue = recipe, recipe_name(recipe), f"results-{uuid4().hex}"
        self._writer, self._address, self._certificates = writer, address, certificates
        self._jobs: dict[int, _ClusterJob] = {}
        self._times: deque[float] = deque(maxlen=REMEMBERED)
        self._session: _ClusterSession | None = None
        self._workers: frozenset[str] = frozenset()
        self._seen_at, self._reason = time.monotonic(), ""

    async def take(self, reader: asyncio.StreamReader) -> None:
        """Take batches until the import closes its end."""
        while message := await _read(reader):
            job = _ClusterJob(Work(message.number, self._name, self._queue, message.content))
            self._jobs[message.number] = job
            if self._session:
                self._session.send(job)

    async def keep_working(self) -> None:
        """Connect, work, and connect again after a loss, until the scheduler was away for too long."""
        while not self.is_given_up:
            self._reason = "it has no worker"
            try:
                async with self._connected() as session:
                    await session.work()
            except (OSError, TimeoutError) as error:
                cause = error.__cause__ or error
                self._reason = f"{type(cause).__name__}: {cause}"[:LONGEST_REASON]
            await asyncio.sleep(LOOK_S)
        text = f"the cluster at {self._address} does not work ({self._reason}); start it, then run this command again"
        await self.tell(ClusterMessage(MessageKind.LOST, 0, text.encode()))

    @asynccontextmanager
    async def _connected(self) -> "AsyncIterator[_ClusterSession]":
        from distributed import Client, Queue  # noqa: PLC0415

        from analyzer.cluster.transport import SCHEME, security_of  # noqa: PLC0415

        client = Client(
            f"{SCHEME}://scheduler", asynchronous=True, security=security_of(self._certificates), set_as_default=False,
            direct_to_workers=False, timeout=LONGEST_CONNECT_S,
        )  # fmt: skip
        try:
            await client
            await client.set_metadata([self._queue], self._recipe)
            self._session = _ClusterSession(self, client, await Queue(self._queue, client=client))
            for job in self._jobs.values():
                job.copies = 0
                self._session.send(job)
            yield self._session
        finally:
            if self._session:
                self._session.end()
            self._session = None
            with suppress(Exception):  # the scheduler may be gone
                await asyncio.wait_for(client.set_metadata([self._queue], b""), 1)
            with suppress(Exception):
                await asyncio.wait_for(client.close(timeout=1), 2)

    def job(self, number: int) -> _ClusterJob | None:
        """Return the unfinished batch of a number."""
        return self._jobs.get(number)

    def slow_job(self) -> _ClusterJob | None:
        """Return the batch that the others wait for, if it takes much longer than they did and one worker has it."""
        job = self._jobs[min(self._jobs)] if self._jobs else None
        if job is None or job.copies != 1 or not self._times:
            return None
        longest = max(SLOW_FLOOR_S, SLOW_FACTOR * statistics.median(self._times))
        return job if time.monotonic() - job.sent_at > longest else None

    async def finish(self, number: int, is_done: bool, content: bytes) -> None:
        """Hand the result of a batch on, or why it has none; once, whoever comes first."""
        job = self._jobs.pop(number, None)
        if job is not None:
            self._times.append(time.monotonic() - job.sent_at)
            await self.tell(ClusterMessage(MessageKind.DONE if is_done else MessageKind.FAILED, number, content))

    async def see(self, workers: frozenset[str]) -> None:
        """Note the workers that are there, and tell the import if they have changed."""
        if workers:
            self._seen_at = time.monotonic()
        if workers and workers != self._workers:
            self._workers = workers
            await self.tell(ClusterMessage(MessageKind.WORKERS, len(workers), "\n".join(sorted(workers)).encode()))

    @property
    def is_given_up(self) -> bool:
        """Whether there was no worker for too long."""
        longest = LONGEST_ABSENCE_S if self._workers else FIRST_WAIT_S
        return time.monotonic() - self._seen_at >= longest

    async def tell(self, message: ClusterMessage) -> None:
        """Send a message to the import."""
        self._writer.write(message.to_bytes())
        await self._writer.drain()


class _ClusterSession:
    """One connection to a scheduler."""

    def __init__(self, run: _ClusterRun, client: Any, queue: Any) -> None:
        self._run, self._client, self._queue = run, client, queue
        self._watched: set[asyncio.Task[None]] = set()

    def send(self, job: _ClusterJob) -> None:
        """Give a batch to the scheduler, which gives it to a worker."""
        job.copies += 1
        job.sent_at = job.sent_at if job.copies > 1 else time.monotonic()
        key = f"{job.work.digest}-{job.work.number}-{job.copies}-{job.failures}"
        future = self._client.submit(run_work, job.work, key=key, pure=False)
        task = asyncio.create_task(self._watch(job, future))
        self._watched.add(task)
        task.add_done_callback(self._watched.discard)

    async def work(self) -> None:
        """Take results and look after slow batches until the connection is lost or the workers are.

        Raises:
            OSError: if the connection is lost.
        """
        ends = [asyncio.create_task(one) for one in (self._take_results(), self._look())]
        try:
            done, _ = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            for one in done:
                one.result()
        finally:
            for one in ends:
                one.cancel()

    def end(self) -> None:
        """Stop watching."""
        for task in self._watched:
            task.cancel()

    async def _take_results(self) -> None:
        while True:
            number, is_done, content = await self._queue.get()
            await self._run.finish(number, is_done, bytes(content))

    async def _look(self) -> None:
        while not self._run.is_given_up:
            found = await self._client.scheduler.ncores()
            await self._run.see(frozenset(name.partition("://")[2] for name in found))
            if job := self._run.slow_job():
                self.send(job)
            await asyncio.sleep(LOOK_S)

    async def _watch(self, job: _ClusterJob, future: Any) -> None:
        """Wait for the end of a batch; what a worker could not hand on is sent again, what killed workers is not."""
        from distributed import KilledWorker  # noqa: PLC0415

        number = job.work.number
        error = await future.exception()
        if future.status != "error" or self._run.job(number) is not job:
            return
        job.failures += 1
        if isinstance(error, KilledWorker) or job.failures >= MOST_ATTEMPTS:
            await self._run.finish(number, False, DIED_WITH_IT.encode())
        else:
            job.copies = 0
            self.send(job)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Batches of a sealed import on a cluster: `parallel.map_batches` with a cluster instead of a number of processes.

The process that imports stays sealed and is the only one that has the key and writes. It starts a client process, which
inherits the seal, gives it batches, and takes results back in order. Results are read as records of known classes.
"""

import pickle
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, BinaryIO

from analyzer.cluster.cluster_messages import ClusterMessage, MessageKind, read_message
from analyzer.cluster.plain_objects import read_records
from analyzer.errors import AnalyzerError, UsageError
from analyzer.models.parallel import AHEAD
from analyzer.models.server_address import ServerAddress
from analyzer.security.sandbox.server_broker import ServerBroker

MOST_AHEAD = 1024
"""Batches in progress, however many workers there are: they are in the memory of the client."""
_PACKAGES = Path(__file__).resolve().parents[2]
_MODULE = "analyzer.cluster.client_process"
_CODE = f"import sys; sys.path.insert(0, sys.argv.pop(1)); from {_MODULE} import main; sys.exit(main(sys.argv[1:]))"
_END = object()


def check_installed() -> None:
    """Check that Dask is there.

    Raises:
        UsageError: if it is not installed.
    """
    try:
        version("distributed")
    except PackageNotFoundError as error:
        raise UsageError('a cluster needs Dask: pip install "feedback-analyzer[cluster]"') from error


class Cluster:
    """The cluster that this process was sealed with."""

    def __init__(
        self, broker: ServerBroker, certificates: Path | None, classes: Sequence[type],
        on_workers: Callable[[str, tuple[str, ...]], None] = lambda *_: None,
    ) -> None:  # fmt: skip
        """Take the broker of the scheduler; nothing is connected yet.

        Args:
            broker: opens connections to the scheduler.
            certificates: folder of the certificates of this machine; None without TLS.
            classes: records of which results consist.
            on_workers: called with the scheduler's address and the names of the workers before the first batch is sent,
                and when others join.
        """
        self._broker, self._certificates, self._classes = broker, certificates, tuple(classes)
        self._on_workers = on_workers

    @property
    def address(self) -> ServerAddress:
        """The address of the scheduler."""
        return self._broker.address

    def map(self, start: Callable[..., Any], batches: Iterable[Any]) -> Iterator[Any]:
        """Yield the result of each batch, in order, see parallel.map_batches.

        Args:
            start: a picklable recipe; each worker calls it with its folder of models and gets the function.
            batches: the input, read lazily.

        Raises:
            AnalyzerError: if a batch fails, or the cluster is gone for too long.
        """
        with self._client() as link:
            link.sendall(ClusterMessage(MessageKind.START, 0, pickle.dumps(start)).to_bytes())
            with link.makefile("rb") as received:
                yield from _ClusterExchange(link, received, self._classes, self._tell_workers).results(iter(batches))

    def _tell_workers(self, names: tuple[str, ...]) -> None:
        self._on_workers(str(self.address), names)

    @contextmanager
    def _client(self) -> Iterator[socket.socket]:
        link, end = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        control = self._broker.control_descriptor()
        with link:
            with end:
                process = subprocess.Popen(
                    [
                        sys.executable, "-I", "-c", _CODE, str(_PACKAGES), str(end.fileno()), str(control),
                        str(self._broker.address), str(self._certificates or ""),
                    ],
                    pass_fds=[end.fileno(), control], env={}, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                    start_new_session=True,
                )  # fmt: skip
            try:
                yield link
            finally:
                link.close()
                try:
                    process.wait(timeout=5)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


class _ClusterExchange:
    """The messages of one import."""

    def __init__(
        self, link: socket.socket, received: BinaryIO, classes: Sequence[type],
        on_workers: Callable[[tuple[str, ...]], None],
    ) -> None:  # fmt: skip
        self._link, self._classes, self._on_workers = link, classes, on_workers
        self._read = received.read
        self._known: set[str] = set()
        self._workers = self._sent = self._next = 0
        self._done: dict[int, bytes] = {}

    def results(self, batches: Iterator[Any]) -> Iterator[Any]:
        """Send batches as long as there is room, and yield results in order."""
        while not self._workers:
            self._take()
        is_read = False
        while not is_read or self._next < self._sent:
            while not is_read and self._sent - self._next < min(AHEAD * max(self._workers, 1), MOST_AHEAD):
                batch = next(batches, _END)
                is_read = batch is _END
                if not is_read:
                    self._link.sendall(ClusterMessage(MessageKind.BATCH, self._sent, pickle.dumps(batch)).to_bytes())
                    self._sent += 1
            while self._next in self._done:
                content = self._done.pop(self._next)
                self._next += 1
                yield read_records(content, self._classes)
                if not is_read:
                    break
            else:
                if self._next < self._sent:
                    self._take()

    def _take(self) -> None:
        """Wait for one message.

        Raises:
            AnalyzerError: if it is about a failure, or the client has ended.
        """
        message = read_message(self._read)
        if message is None:
            raise AnalyzerError("the client of the cluster ended; run the same command again to continue")
        if message.kind in (MessageKind.FAILED, MessageKind.LOST):
            raise AnalyzerError(message.content.decode("utf-8", "replace"))
        if message.kind is MessageKind.DONE:
            self._done[message.number] = message.content
        elif message.kind is MessageKind.WORKERS:
            self._workers = message.number
            names = {name for name in message.content.decode("utf-8", "replace").split("\n") if name}
            if new := names - self._known:
                self._known |= new
                self._on_workers(tuple(sorted(new)))

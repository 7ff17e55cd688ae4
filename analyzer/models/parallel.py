"""Run one function over batches, in this process, in worker processes, or on a cluster.

Results are in the order of the batches for any number of workers, and the number of batches in progress is bounded, so
that memory does not grow with the input. If a worker is killed, the batches that it and its neighbors had not finished
are run again by new workers; each result is yielded once.
"""

import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any, NamedTuple, Protocol, TypeVar

from analyzer.errors import AnalyzerError

Batch = TypeVar("Batch")
Result = TypeVar("Result")

AHEAD = 2
"""Batches in progress for each worker."""
STARTS = 3
"""Times that workers are started before a batch with which they die is given up."""
DIED = "a worker process died again and again (out of memory?); run again with ANALYZER_WORKERS=1"
_END = object()
ORPHAN_CHECK_S = 1.0
BLAS_THREADS = "OPENBLAS_NUM_THREADS"


class RunsBatches(Protocol):
    """A cluster."""

    def map(self, start: Callable[..., Any], batches: Iterable[Any]) -> Iterator[Any]:
        """Yield function(batch) for each batch, in order; each worker calls start(folder of its models) once."""


def map_batches(
    start: Callable[..., Callable[[Batch], Result]], batches: Iterable[Batch], workers: int | RunsBatches
) -> Iterator[Result]:
    """Yield function(batch) for each batch, in order.

    Args:
        start: returns the function; called once per process, costly, and picklable if there are several workers. On a
            cluster it is called with the folder of the models of the worker's machine.
        batches: the input, read lazily.
        workers: number of processes, 1 or less for this process; or a cluster.

    Raises:
        AnalyzerError: if workers died STARTS times in a row before the next batch was done.
    """
    if not isinstance(workers, int):
        yield from workers.map(start, batches)
        return
    if workers <= 1:
        function = start()
        yield from (function(batch) for batch in batches)
        return
    with _one_blas_thread():
        yield from _in_order(start, batches, workers)


@contextmanager
def one_thread() -> Iterator[None]:
    """Limit the loaded linear algebra libraries to one thread, so that rounding does not depend on the cores."""
    from threadpoolctl import threadpool_limits  # noqa: PLC0415

    with threadpool_limits(1):
        yield


@contextmanager
def _one_blas_thread() -> Iterator[None]:
    """Limit workers that start in the block to one linear algebra thread, unless the environment sets a number.

    There are as many workers as cores; with additional threads of OpenBLAS, 2 workers scrubbed 297 rows a second on two
    cores instead of 436.
    """
    if BLAS_THREADS in os.environ:
        yield
        return
    os.environ[BLAS_THREADS] = "1"
    try:
        yield
    finally:
        os.environ.pop(BLAS_THREADS, None)


class _Pending(NamedTuple):
    batch: Any
    future: Future[Any]

    @property
    def is_lost(self) -> bool:
        """Whether the worker died; the result of a batch that was done before is kept."""
        if self.future.cancelled():
            return True
        return self.future.done() and isinstance(self.future.exception(), BrokenProcessPool)


def _in_order(start: Callable[[], Callable[[Any], Any]], batches: Iterable[Any], workers: int) -> Iterator[Any]:
    pool, pending, starts = _started(start, workers), deque[_Pending](), 1
    source, is_read = iter(batches), False
    try:
        while not is_read or pending:
            while not is_read and len(pending) < workers * AHEAD:
                batch = next(source, _END)
                is_read = batch is _END
                if not is_read:
                    pending.append(_submitted(pool, batch))
            if not pending:
                return
            wait([pending[0].future])
            if pending[0].is_lost:
                if starts == STARTS:
                    raise AnalyzerError(DIED)
                pool.shutdown(wait=True, cancel_futures=True)
                pool, starts = _started(start, workers), starts + 1
                pending = deque(_submitted(pool, one.batch) if one.is_lost else one for one in pending)
            else:
                result, starts = pending.popleft().future.result(), 1
                yield result
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _started(start: Callable[[], Callable[[Any], Any]], workers: int) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_start, initargs=(start, os.getpid()))


def _submitted(pool: ProcessPoolExecutor, batch: Any) -> _Pending:
    """Submit a batch; one that a pool refuses because a worker died is lost like those that it had."""
    try:
        return _Pending(batch, pool.submit(_run, batch))
    except BrokenProcessPool as error:
        refused: Future[Any] = Future()
        refused.set_exception(error)
        return _Pending(batch, refused)


_function: Callable[[Any], Any] | None = None


def _start(start: Callable[[], Callable[[Any], Any]], parent: int) -> None:
    global _function  # noqa: PLW0603
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_exit_with_parent, args=(parent,), daemon=True).start()
    _function = start()


def _exit_with_parent(parent: int) -> None:
    """End this worker when its parent process has ended, because a killed parent sends no message."""
    while os.getppid() == parent:
        time.sleep(ORPHAN_CHECK_S)
    os._exit(1)


def _run(batch: Any) -> Any:
    if _function is None:
        raise AnalyzerError("a worker process was not started properly; run again")
    return _function(batch)

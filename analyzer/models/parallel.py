"""Run one function over batches, in this process or in worker processes.

Results are in the order of the batches for any number of workers, and the number of batches in progress is bounded, so
that memory does not grow with the input.
"""

import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any, TypeVar

from analyzer.errors import AnalyzerError

Batch = TypeVar("Batch")
Result = TypeVar("Result")

AHEAD = 2
"""Batches in progress for each worker."""
ORPHAN_CHECK_S = 1.0
BLAS_THREADS = "OPENBLAS_NUM_THREADS"


def map_batches(
    start: Callable[[], Callable[[Batch], Result]], batches: Iterable[Batch], workers: int
) -> Iterator[Result]:
    """Yield function(batch) for each batch, in order.

    Args:
        start: returns the function; called once per process, costly, and picklable if there are several workers.
        batches: the input, read lazily.
        workers: number of processes; 1 or less means this process.
    """
    if workers <= 1:
        function = start()
        yield from (function(batch) for batch in batches)
        return
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_start, initargs=(start, os.getpid()))
    try:
        with _one_blas_thread():
            yield from _in_order(pool, batches, workers * AHEAD)
    except BrokenProcessPool as error:
        raise AnalyzerError("a worker process died (out of memory?); run again with ANALYZER_WORKERS=1") from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


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


def _in_order(pool: ProcessPoolExecutor, batches: Iterable[Batch], ahead: int) -> Iterator[Any]:
    pending: deque[Future[Any]] = deque()
    for batch in batches:
        pending.append(pool.submit(_run, batch))
        if len(pending) >= ahead:
            yield pending.popleft().result()
    while pending:
        yield pending.popleft().result()


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

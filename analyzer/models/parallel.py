"""Run one function over batches in order: in this process, or in a few worker processes.

Results come back in the order of the batches whatever the number of workers, and only a bounded number of batches
is under way at once, so memory does not grow with the input.
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
"""Batches queued for each worker."""
ORPHAN_CHECK_S = 1.0
BLAS_THREADS = "OPENBLAS_NUM_THREADS"


def map_batches(
    start: Callable[[], Callable[[Batch], Result]], batches: Iterable[Batch], workers: int
) -> Iterator[Result]:
    """Yield function(batch) for each batch, in order.

    Args:
        start: builds the function, once a process; costly, and picklable when there are several workers.
        batches: the input; read lazily.
        workers: processes to use; 1 or fewer means this process.
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
    """Keep the linear algebra that is loaded on one thread, so that rounding does not depend on cores."""
    from threadpoolctl import threadpool_limits  # noqa: PLC0415

    with threadpool_limits(1):
        yield


@contextmanager
def _one_blas_thread() -> Iterator[None]:
    """Give each worker that starts meanwhile one thread for linear algebra, unless the user has decided otherwise.

    Workers are as many as cores; with OpenBLAS's own threads besides, 2 of them scrubbed 297 rows a second on two
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
    threading.Thread(target=_die_with, args=(parent,), daemon=True).start()
    _function = start()


def _die_with(parent: int) -> None:
    """End this worker when its parent is gone; a killed parent cannot tell it to."""
    while os.getppid() == parent:
        time.sleep(ORPHAN_CHECK_S)
    os._exit(1)


def _run(batch: Any) -> Any:
    if _function is None:
        raise AnalyzerError("a worker process was not started properly; run again")
    return _function(batch)

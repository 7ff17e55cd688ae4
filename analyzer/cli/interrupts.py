"""Ctrl-C and SIGTERM end a long command at once, or at its next progress report if a library swallowed the exception.

Python raises KeyboardInterrupt at the current instruction. If that is inside a callback of a C library, the library
prints the exception and continues (one stop in eight during name detection). The signal is therefore stored, and
KeyboardInterrupt is raised again at the next progress report.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from analyzer.types import Progress

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stopping(progress: Progress) -> Iterator[Progress]:
    """Yield a progress callback that raises KeyboardInterrupt once SIGINT or SIGTERM has arrived.

    Outside the main thread, which alone receives signals, the given callback is yielded unchanged.
    """
    if threading.current_thread() is not threading.main_thread():
        yield progress
        return
    is_interrupted = threading.Event()

    def interrupt(*_: object) -> None:
        is_interrupted.set()
        raise KeyboardInterrupt

    def report(name: str, done: int, total: int) -> None:
        if is_interrupted.is_set():
            raise KeyboardInterrupt
        progress(name, done, total)

    before = {number: signal.signal(number, interrupt) for number in SIGNALS}
    try:
        yield report
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

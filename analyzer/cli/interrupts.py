"""Ctrl-C and termination end a long command at once, or at its next step where a library swallowed the exception.

Python raises KeyboardInterrupt wherever the program is. Now and then that is inside a callback of a library in C, which
prints the exception and goes on (one stop in eight, while names were looked for). What was asked for is remembered, and
raised again when the next batch is reported.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from analyzer.types import Progress

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stopping(progress: Progress) -> Iterator[Progress]:
    """Yield what a long command reports its progress to; it raises KeyboardInterrupt once a signal has come."""
    if threading.current_thread() is not threading.main_thread():
        yield progress
        return
    asked = threading.Event()

    def ask(*_: object) -> None:
        asked.set()
        raise KeyboardInterrupt

    def told(name: str, done: int, total: int) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        progress(name, done, total)

    before = {number: signal.signal(number, ask) for number in SIGNALS}
    try:
        yield told
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

"""Watch a stretch of a program from inside its process: what it logs, what it prints, what it opens to write."""

import logging
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def logged(lines: list[object]) -> Iterator[None]:
    """Keep every record that any logger makes, down to DEBUG, with its arguments and traceback."""

    class Keeping(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(f"{logging.Formatter().format(record)} {record.args}")

    root, handler = logging.getLogger(), Keeping(logging.NOTSET)
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


@contextmanager
def printed(written: list[object]) -> Iterator[None]:
    """Keep what libraries write to file descriptors 1 and 2, past sys.stdout."""
    with tempfile.TemporaryFile() as file, ExitStack() as undo:
        for descriptor in (1, 2):
            saved = os.dup(descriptor)
            undo.callback(os.close, saved)
            undo.callback(os.dup2, saved, descriptor)
            os.dup2(file.fileno(), descriptor)
        yield
        undo.close()
        file.seek(0)
        written.append(file.read())


_watching: list[list[str]] = []


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if _watching and event == "open":
        path, mode, flags = arguments
        writes = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        if writes or (isinstance(mode, str) and set(mode) & set("wax+")):
            _watching[-1].append(_name_of(path) if isinstance(path, int) else os.fsdecode(path))


def _name_of(descriptor: int) -> str:
    """Return the file of a descriptor that is made a stream of; its number where the system does not tell."""
    try:
        return str(Path(f"/proc/self/fd/{descriptor}").readlink())
    except OSError:
        return str(descriptor)


sys.addaudithook(_audit)


@contextmanager
def opened_to_write(paths: list[str]) -> Iterator[None]:
    """Note the files that Python code opens to write, also those that are gone a moment later."""
    _watching.append(paths)
    try:
        yield
    finally:
        _watching.pop()

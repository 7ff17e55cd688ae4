"""Append-only files of lines, of which a crash or a full disk may cut the last one, or fill the end with NUL bytes.

A file system that had given a file its new length before the data was written shows NUL bytes there after a crash. A
damaged end is cut off before anything is appended, so that it never runs into the next line. Knows nothing of what the
lines mean.
"""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from analyzer.system import lock, open_file, read_at

TORN = b"~"
"""Last byte of a line that an earlier version left incomplete: it marked such a line instead of cutting it off."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Content of a file.

    Attributes:
        whole: the lines with a line break, without it; torn: lines among them that an earlier version marked.
        rest: what follows the last line break, without NUL bytes at its end.
        padding: number of NUL bytes at the end of the file.
    """

    whole: tuple[bytes, ...] = ()
    torn: tuple[bytes, ...] = ()
    rest: bytes = b""
    padding: int = 0

    @property
    def is_damaged(self) -> bool:
        """Whether the file ends with anything but a whole line."""
        return bool(self.rest or self.padding)

    @property
    def marked(self) -> tuple[bytes, ...]:
        """What earlier versions left of lines, without the mark and NUL bytes."""
        return tuple(line.removesuffix(TORN).rstrip(b"\0") for line in self.torn)


def read_lines(file: Path) -> Lines:
    """Return the lines of a file; none if it does not exist."""
    try:
        with file.open("rb") as opened:
            _lock(opened.fileno(), shared=True)  # not while another process has written half a line
            content = opened.read()
    except FileNotFoundError:
        return Lines()
    *whole, rest = content.split(b"\n")
    kept = rest.rstrip(b"\0")
    return Lines(
        tuple(line for line in whole if not line.endswith(TORN)),
        tuple(line for line in whole if line.endswith(TORN)), kept, len(rest) - len(kept),
    )  # fmt: skip


def append_lines(file: Path, lines: bytes) -> bool:
    """Cut a damaged end off, append whole lines, and wait until they are on disk; return whether all were written.

    Args:
        file: created with mode 0600, in a folder with mode 0700, if it does not exist.
        lines: each with its line break.

    Raises:
        OSError: if the file cannot be written.
    """
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = open_file(file, os.O_RDWR | os.O_APPEND | os.O_CREAT)
    try:
        _lock(handle, shared=False)
        size = os.fstat(handle).st_size
        if size and read_at(handle, 1, size - 1) != b"\n":
            os.ftruncate(handle, _end_of_lines(handle, size))
        written = os.write(handle, lines)
        os.fsync(handle)
    finally:
        os.close(handle)
    return written == len(lines)


def _lock(handle: int, shared: bool) -> None:
    """Wait for the lock of an open file, which closing it releases; network drives without locks have none."""
    with suppress(OSError):
        lock(handle, shared=shared, waits=True)


def _end_of_lines(handle: int, size: int) -> int:
    """Return the length of the file up to its last line break."""
    block = 1 << 16
    for end in range(size, 0, -block):
        start = max(0, end - block)
        found = read_at(handle, end - start, start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
    return 0

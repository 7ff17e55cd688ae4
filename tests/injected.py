"""Kill a process at a chosen line of the program, or in the middle of a chosen write.

A first run of an operation lists the lines of the storage modules that it passes, and how often; later runs die at one
of them, before the line is run, or halfway through a call of os.write. What C code does within a line is not cut.
"""

import os
import random
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import analyzer

ROOT = Path(analyzer.__file__).parent
SCOPE = tuple(
    str(ROOT / place)
    for place in (
        "security/audit", "security/keys", "security/workspace", "security/suppression", "security/backup", "store",
        "custody", "workspace.py", "ingest/pipeline.py", "ingest/batch_writer.py", "index/record_writer.py",
        "index/vectors.py",
    )
)  # fmt: skip
"""Beginnings of the paths of the modules that store something."""
WRITE = "os.write"
Point = tuple[str, int]


class Points:
    """Counts how often each point is passed; dies at one of them."""

    def __init__(self, deadly: Point | None = None, hit: int = 0) -> None:
        self.counts: dict[Point, int] = {}
        self._deadly = deadly
        self._hit = hit

    def __enter__(self) -> "Points":
        """Start to watch this thread."""
        self._write, os.write = os.write, self._cut_write
        sys.settrace(self._trace)
        return self

    def __exit__(self, *_: object) -> None:
        """End watching."""
        sys.settrace(None)
        os.write = self._write

    def _trace(self, frame, event, _argument):
        return self._line if frame.f_code.co_filename.startswith(SCOPE) else None

    def _line(self, frame, event, _argument):
        if event == "line" and self._passes((frame.f_code.co_filename, frame.f_lineno)):
            os.kill(os.getpid(), signal.SIGKILL)
        return self._line

    def _cut_write(self, handle, data):
        if self._passes((WRITE, 0)):
            self._write(handle, data[: len(data) // 2])
            os.kill(os.getpid(), signal.SIGKILL)
        return self._write(handle, data)

    def _passes(self, point: Point) -> bool:
        self.counts[point] = self.counts.get(point, 0) + 1
        return point == self._deadly and self.counts[point] > self._hit


def run(operation: Callable[[Path], None], folder: Path, deadly: Point | None, hit: int, reports) -> None:
    """What the child does: the operation, to its end or to its death; send the points that it passed."""
    with Points(deadly, hit) as points:
        operation(folder)
    reports.send(list(points.counts.items()))


def chosen(counts: list[tuple[Point, int]], draw: random.Random) -> Iterator[tuple[Point, int]]:
    """Yield points and passes at which to die, each point before any comes again; every eighth time in a write."""
    order: list[tuple[Point, int]] = []
    number = 0
    while True:
        if not order:
            order = list(counts)
            draw.shuffle(order)
        number += 1
        writes = [one for one in counts if one[0][0] == WRITE]
        point, count = writes[0] if writes and number % 8 == 0 else order.pop()
        yield point, draw.randrange(count)

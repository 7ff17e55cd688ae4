"""Show the progress of a fetch on stderr: a bar on a terminal, one line for each model in a log."""

import sys
from typing import Any

from tqdm import tqdm

from analyzer.types import Progress


def stderr_progress() -> Progress:
    """Return a progress bar over bytes if stderr is a terminal, else one line for each model that is complete."""
    return _Bar() if sys.stderr.isatty() else _line


def _line(name: str, done: int, total: int) -> None:
    if done >= total:
        sys.stderr.write(f"{name}: in place ({total / 1e6:,.0f} MB)\n")


class _Bar:
    """One tqdm bar for each model; a new name starts a new bar."""

    def __init__(self) -> None:
        self._name = ""
        self._bar: tqdm[Any] | None = None

    def __call__(self, name: str, done: int, total: int) -> None:
        if name != self._name or self._bar is None:
            self._name = name
            self._bar = tqdm(total=total, desc=name, unit="B", unit_scale=True, file=sys.stderr)
        self._bar.update(done - self._bar.n)
        if done >= total:
            self._bar.close()
            self._bar = None

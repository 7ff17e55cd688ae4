"""How far a fetch is, on stderr: a bar for a person, one line a model for a log."""

import sys
from typing import Any

from tqdm import tqdm

from analyzer.types import Progress


def stderr_progress() -> Progress:
    """A bar over bytes where stderr is a terminal; elsewhere one line when a model is in place."""
    return _Bar() if sys.stderr.isatty() else _line


def _line(name: str, done: int, total: int) -> None:
    if done >= total:
        sys.stderr.write(f"{name}: in place ({total / 1e6:,.0f} MB)\n")


class _Bar:
    """One tqdm bar a model, replaced when the name changes."""

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

"""Output of a command: the result on stdout, as text or as one JSON object; all other messages on stderr.

Every line is made harmless for a terminal (see analyzer.store.terminal); a line has no line break in it.
"""

import json
import sys
from argparse import Namespace
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, is_dataclass
from typing import Any

from analyzer.store.terminal import printable
from analyzer.store.terminal import say as say


def emit(options: Namespace, result: Any, lines: Sequence[str]) -> None:
    """Print a result: one JSON object with --json, otherwise its lines."""
    options.emitted = True
    if options.json:
        stream([json.dumps(plain(result), ensure_ascii=False)])
    else:
        stream(lines)


def stream(lines: Iterable[str]) -> None:
    """Print the lines of a long result one by one, such as one JSON object for each record."""
    for line in lines:
        print(printable(line))


def plain(result: Any) -> Any:
    """Return a result as dictionaries and lists, ready for JSON."""
    return asdict(result) if is_dataclass(result) and not isinstance(result, type) else result


def dots(options: Namespace) -> Callable[[str], None] | None:
    """Return a callback that prints a dot for each written piece of text; None with --json or without a terminal."""
    if options.json or not sys.stderr.isatty():
        return None
    return lambda _: print(".", end="", file=sys.stderr, flush=True)

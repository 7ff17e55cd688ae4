"""What a command prints: its result on stdout, as text or as one JSON object; whatever else on stderr."""

import json
import sys
from argparse import Namespace
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, is_dataclass
from typing import Any


def emit(options: Namespace, result: Any, lines: Sequence[str]) -> None:
    """Print a result: one JSON object with --json, otherwise its lines."""
    if options.json:
        print(json.dumps(plain(result), ensure_ascii=False))
    else:
        print("\n".join(lines))


def stream(lines: Iterable[str]) -> None:
    """Print a result that is many lines as they come, such as one JSON object a record."""
    for line in lines:
        print(line)


def plain(result: Any) -> Any:
    """Return a result as dictionaries and lists."""
    return asdict(result) if is_dataclass(result) and not isinstance(result, type) else result


def say(text: str) -> None:
    """Tell the person something that is not the result."""
    print(text, file=sys.stderr, flush=True)


def dots(options: Namespace) -> Callable[[str], None] | None:
    """Return what shows a person at a terminal that the model is writing, never what it writes."""
    if options.json or not sys.stderr.isatty():
        return None
    return lambda _: print(".", end="", file=sys.stderr, flush=True)

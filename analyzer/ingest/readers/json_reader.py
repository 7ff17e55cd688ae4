"""Read JSON Lines, and small .json files with a list of objects; json_answers flattens each object to columns."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from analyzer.errors import InputFileError
from analyzer.ingest.readers.encodings import Encoding, find_encoding, given_encoding, open_text
from analyzer.ingest.readers.json_answers import NestedLists, flatten
from analyzer.ingest.readers.read_options import DETECT, ReadOptions
from analyzer.ingest.readers.source_file import Source
from analyzer.ingest.readers.source_table import (
    MAX_CELL,
    MAX_COLUMNS,
    MAX_LABEL,
    Flaw,
    Record,
    SourceTable,
    build_table,
)

MAX_ARRAY_BYTES = 16 << 20
MAX_ARRAY_MARKS = 1_000_000
"""Maximum brackets, braces and commas in an array file: limits the objects that parsing it can create."""

MAX_DEPTH = 2
"""Levels of objects around the list of responses."""
_NEXT = re.compile(r"[^\s,]")

_Objects = Callable[[NestedLists], Iterator[dict[str, str] | Flaw]]
"""Starts a pass over the objects; gets what is known of the lists in them."""


def read_json_lines(source: Source, options: ReadOptions = DETECT) -> SourceTable:
    """Read .jsonl or .ndjson: one object per line; the header is every key of the file, in order of first occurrence.

    Raises:
        InputFileError: when no line is an object or there are more than 1,000 keys.
    """
    encoding = _encoding(source, options)

    def objects(nested: NestedLists) -> Iterator[dict[str, str] | Flaw]:
        with open_text(source, encoding.codec) as stream:
            while line := stream.readline(MAX_CELL):
                if len(line) == MAX_CELL and not line.endswith(("\n", "\r")):
                    while (chunk := stream.readline(MAX_CELL)) and not chunk.endswith(("\n", "\r")):
                        pass
                    yield Flaw("a line is over 1 MiB")
                elif line.strip():
                    yield _parse_line(line, nested)

    return _table(source, (encoding.note,), objects)


def read_json_array(source: Source, options: ReadOptions = DETECT) -> SourceTable:
    """Read a .json file that holds an array of objects, alone or inside an object, or objects one after another.

    Raises:
        InputFileError: when it is over 16 MiB, too complex, or holds no list of objects.
    """
    encoding = _encoding(source, options)
    with open_text(source, encoding.codec) as stream:
        text = stream.read(MAX_ARRAY_BYTES + 1)
    if len(text) > MAX_ARRAY_BYTES or sum(map(text.count, "[{,")) > MAX_ARRAY_MARKS:
        raise InputFileError(f"{source.name}: too big for one JSON array; convert it to JSON Lines (.jsonl)")
    values = _values(source, text)
    where, items = _longest_list(values[0]) if len(values) == 1 else ("", values)
    if not items:
        raise InputFileError(f"{source.name}: holds no JSON array of objects; save it as an array or as .jsonl")
    notes = (encoding.note, *([f"the rows are the objects in {where!r}"] if where else []))
    return _table(source, notes, lambda nested: (_flatten(item, nested) for item in items))


def is_json_lines(text: str) -> bool:
    """Check whether the first two lines with text are whole objects, or the only one is, without a list inside."""
    lines = [line for line in text.splitlines() if line.strip()][:2]
    try:
        values = [json.loads(line) for line in lines]
    except (ValueError, RecursionError):
        return False
    return len(values) == 2 and all(isinstance(value, dict) for value in values)


def _encoding(source: Source, options: ReadOptions) -> Encoding:
    return given_encoding(source, options.encoding) if options.encoding else find_encoding(source)


def _values(source: Source, text: str) -> list[Any]:
    """Return the JSON values of a text, which may stand one after another."""
    decoder, values, at = json.JSONDecoder(), [], 0
    text = text.lstrip("\ufeff")
    try:
        while match := _NEXT.search(text, at):
            value, at = decoder.raw_decode(text, match.start())
            values.append(value)
    except (ValueError, RecursionError) as error:
        raise InputFileError(
            f"{source.name}: not a JSON array; if it has one object per line, name it .jsonl"
        ) from error
    return values or [None]


def _longest_list(value: Any, where: str = "", depth: int = 0) -> tuple[str, list[Any]]:
    """Return the longest list of objects in a value, down to three levels of objects, and its dotted place."""
    if isinstance(value, list):
        return where, value if any(isinstance(item, dict) for item in value) else []
    if not isinstance(value, dict) or depth > MAX_DEPTH:
        return where, []
    inner = [_longest_list(item, f"{where}.{key}".lstrip("."), depth + 1) for key, item in value.items()]
    return max(inner, key=lambda found: len(found[1]), default=(where, []))


def _table(source: Source, notes: Sequence[str], objects: _Objects) -> SourceTable:
    nested = NestedLists()
    keys = _keys(objects, nested)
    if refused := nested.of_titles():
        nested = NestedLists(refused=refused)
        keys = _keys(objects, nested)
    if len(keys) > MAX_COLUMNS:
        raise InputFileError(f"{source.name}: has more than {MAX_COLUMNS:,} different keys; export fewer columns")
    if not keys:
        raise InputFileError(f"{source.name}: no line is a JSON object; check the format")

    def records() -> Iterator[Record]:
        for item in objects(NestedLists(refused=refused)):
            yield item if isinstance(item, Flaw) else [item.get(key, "") for key in keys]

    unread = [f"column {name} holds nested data that is not read" for name in keys if name in nested.unread]
    return build_table(source.path, source.name, keys, (*notes, *unread), records)


def _keys(objects: _Objects, nested: NestedLists) -> list[str]:
    """Return the keys of all objects in order of first occurrence, at most one more than the columns allowed."""
    keys: dict[str, None] = {}
    for item in objects(nested):
        if not isinstance(item, Flaw):
            keys.update(dict.fromkeys(item))
        if len(keys) > MAX_COLUMNS:
            break
    return list(keys)


def _parse_line(line: str, nested: NestedLists) -> dict[str, str] | Flaw:
    try:
        return _flatten(json.loads(line), nested)
    except (ValueError, RecursionError):
        return Flaw("not valid JSON")


def _flatten(item: Any, nested: NestedLists) -> dict[str, str] | Flaw:
    if not isinstance(item, dict):
        return Flaw("not a JSON object")
    flat = flatten(item, nested)
    if any(len(key) > MAX_LABEL for key in flat):
        return Flaw(f"a key is longer than {MAX_LABEL:,} characters")
    return flat

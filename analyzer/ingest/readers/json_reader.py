"""Read JSON Lines, and small .json files with one array; objects are flattened by one level, "a.b"."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from analyzer.errors import InputFileError
from analyzer.ingest.readers.encodings import find_encoding, open_text
from analyzer.ingest.readers.source_file import Source
from analyzer.ingest.readers.source_table import (
    MAX_CELL,
    MAX_COLUMNS,
    MAX_LABEL,
    Flaw,
    Record,
    SourceTable,
    build_table,
    cell_text,
)

MAX_ARRAY_BYTES = 16 << 20
MAX_ARRAY_MARKS = 1_000_000
"""Maximum brackets, braces and commas in an array file: limits the objects that parsing it can create."""

_Objects = Callable[[], Iterator[dict[str, str] | Flaw]]


def read_json_lines(source: Source) -> SourceTable:
    """Read .jsonl or .ndjson: one object per line; the header is every key of the file, in order of first occurrence.

    Raises:
        InputFileError: when no line is an object or there are more than 1,000 keys.
    """
    encoding = find_encoding(source)

    def objects() -> Iterator[dict[str, str] | Flaw]:
        with open_text(source, encoding.codec) as stream:
            while line := stream.readline(MAX_CELL):
                if len(line) == MAX_CELL and not line.endswith(("\n", "\r")):
                    while (chunk := stream.readline(MAX_CELL)) and not chunk.endswith(("\n", "\r")):
                        pass
                    yield Flaw("a line is over 1 MiB")
                elif line.strip():
                    yield _parse_line(line)

    return _table(source, encoding.note, objects)


def read_json_array(source: Source) -> SourceTable:
    """Read a .json file that holds an array of objects.

    Raises:
        InputFileError: when it is over 16 MiB, too complex, or not an array of objects.
    """
    encoding = find_encoding(source)
    with open_text(source, encoding.codec) as stream:
        text = stream.read(MAX_ARRAY_BYTES + 1)
    if len(text) > MAX_ARRAY_BYTES or sum(map(text.count, "[{,")) > MAX_ARRAY_MARKS:
        raise InputFileError(f"{source.name}: too big for one JSON array; convert it to JSON Lines (.jsonl)")
    try:
        items = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputFileError(
            f"{source.name}: not a JSON array; if it has one object per line, name it .jsonl"
        ) from error
    if not isinstance(items, list):
        raise InputFileError(f"{source.name}: holds no JSON array of objects; save it as an array or as .jsonl")
    return _table(source, encoding.note, lambda: map(_flatten, items))


def _table(source: Source, note: str, objects: _Objects) -> SourceTable:
    keys: dict[str, None] = {}
    for item in objects():
        if not isinstance(item, Flaw):
            keys.update(dict.fromkeys(item))
        if len(keys) > MAX_COLUMNS:
            raise InputFileError(f"{source.name}: has more than {MAX_COLUMNS:,} different keys; export fewer columns")
    if not keys:
        raise InputFileError(f"{source.name}: no line is a JSON object; check the format")
    labels = list(keys)

    def records() -> Iterator[Record]:
        for item in objects():
            yield item if isinstance(item, Flaw) else [item.get(key, "") for key in labels]

    return build_table(source.path, labels, (note,), records)


def _parse_line(line: str) -> dict[str, str] | Flaw:
    try:
        return _flatten(json.loads(line))
    except (ValueError, RecursionError):
        return Flaw("not valid JSON")


def _flatten(item: Any) -> dict[str, str] | Flaw:
    if not isinstance(item, dict):
        return Flaw("not a JSON object")
    flat: dict[str, str] = {}
    for key, value in item.items():
        if isinstance(value, dict):
            flat.update({f"{key}.{inner}": _text(deeper) for inner, deeper in value.items()})
        else:
            flat[key] = _text(value)
    if any(len(key) > MAX_LABEL for key in flat):
        return Flaw(f"a key is longer than {MAX_LABEL:,} characters")
    return flat


def _text(value: Any) -> str:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return cell_text(value)

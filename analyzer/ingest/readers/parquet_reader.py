"""Read Parquet files through pyarrow in small batches, with strings left dictionary-encoded."""

import json
from collections.abc import Iterator
from typing import Any

from analyzer.errors import InputFileError
from analyzer.ingest.readers.damage import damage_as, damage_in
from analyzer.ingest.readers.read_options import DETECT, ReadOptions
from analyzer.ingest.readers.source_file import Source
from analyzer.ingest.readers.source_table import (
    MAX_CELL,
    MAX_COLUMNS,
    Flaw,
    Record,
    SourceTable,
    build_table,
    cell_text,
)

MAX_ROW_BYTES = 1 << 20
"""Maximum average of unpacked bytes per row in a row group."""
MAX_RATIO = 200
FREE_BYTES = 64 << 20
FREE_ROWS = 1_000_000
"""Rows that are always allowed; beyond them a file must have at least one bit per row."""
_BATCH = 256


def read_parquet(source: Source, _options: ReadOptions = DETECT) -> SourceTable:
    """Read .parquet; nested values become JSON text.

    Raises:
        InputFileError: when the file is not Parquet, or its metadata indicate a decompression bomb.
    """
    with source.seekable() as stream:
        file = _open(stream, source.name)
        _check(file.metadata, source)
        labels = list(file.schema_arrow.names)

    def records() -> Iterator[Record]:
        with source.seekable() as stream:
            file = _open(stream, source.name)
            strings = [f.name for f in file.schema_arrow if str(f.type) in {"string", "large_string"}]
            data = _rows(_open(stream, source.name, strings))
            yield from damage_in(source.name, data, "the Parquet data are damaged; export it again")

    return build_table(source.path, source.name, labels, ("Parquet",), records)


def _open(stream: Any, name: str, dictionaries: list[str] | None = None) -> Any:
    import pyarrow.parquet as pq  # noqa: PLC0415 - heavy: loads only when a Parquet file is read

    with damage_as(name, "not a readable Parquet file; export it again"):
        return pq.ParquetFile(stream, read_dictionary=dictionaries, pre_buffer=False)


def _check(metadata: Any, source: Source) -> None:
    if metadata.num_columns > MAX_COLUMNS:
        raise InputFileError(f"{source.name}: has more than {MAX_COLUMNS:,} columns; export fewer columns")
    size = source.size
    total = 0
    for position in range(metadata.num_row_groups):
        group = metadata.row_group(position)
        total += group.total_byte_size
        if group.total_byte_size > MAX_ROW_BYTES * max(1, group.num_rows):
            raise InputFileError(f"{source.name}: rows are over 1 MiB on average; export the comments only")
    if total > max(FREE_BYTES, size * MAX_RATIO) or metadata.num_rows > max(FREE_ROWS, size * 8):
        raise InputFileError(f"{source.name}: unpacks to over {MAX_RATIO} times its size; check where it comes from")


def _rows(file: Any) -> Iterator[Record]:
    for batch in file.iter_batches(batch_size=_BATCH):
        columns = batch.columns
        for i in range(batch.num_rows):
            cells = [_text(column[i].as_py()) for column in columns]
            yield Flaw("a cell is over 1 MiB") if any(len(c) > MAX_CELL for c in cells) else cells


def _text(value: Any) -> str:
    if isinstance(value, dict | list | tuple):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=cell_text)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return cell_text(value)

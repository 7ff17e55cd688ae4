"""Read a data frame in memory as if it were a Parquet file: the same cells, the same checks, nothing on the disk.

Frames of pandas, polars, pyarrow and DuckDB are taken, and any other that speaks the Arrow PyCapsule interface.
"""

import io
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from analyzer.errors import InputFileError
from analyzer.ingest.readers.open_file import table_of_source
from analyzer.ingest.readers.source_file import Source
from analyzer.ingest.readers.source_table import SourceTable, cell_text

NAME = "data frame"
_INDEX = "__index_level_"


@runtime_checkable
class Frame(Protocol):
    """A table in memory; every library of data frames has this method."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Return the rows as an Arrow stream."""


def open_frame(frame: Frame, name: str = "") -> SourceTable:
    """Open a frame as a SourceTable; a named index is a column, one without a name is left out.

    Args:
        frame: the rows; a column has one kind of values, or is read as text.
        name: what the frame is recorded as; "data frame" by default.

    Raises:
        InputFileError: if the frame is not a table with names, or has no rows.
    """
    title = name or NAME
    content = _parquet(_as_arrow(frame, title))
    table = table_of_source(Source(Path(title), ".parquet", lambda: io.BytesIO(content), held=len(content)))
    return replace(table, opening_notes=(NAME, *table.opening_notes[1:]))


def _as_arrow(frame: Any, title: str) -> Any:
    import pyarrow as pa  # noqa: PLC0415 - heavy: loads only when a frame is read

    try:
        table = pa.table(frame)
    except (pa.ArrowInvalid, pa.ArrowTypeError):  # a column of pandas with several kinds of values
        frame = frame if frame.index.names == [None] else frame.reset_index()
        table = pa.table({str(label): pa.array(map(_text, frame[label]), pa.string()) for label in frame.columns})
    except (TypeError, ValueError, NotImplementedError) as error:  # labels of several levels, or twice the same
        raise InputFileError(f"{title}: cannot be read as a table; give each column one name of its own") from error
    return table.select([label for label in table.column_names if not label.startswith(_INDEX)])


def _text(value: object) -> str | None:
    """Return a value as text; None for the missing values of pandas, which are the only ones unequal to themselves."""
    is_missing = value is None or type(value).__name__ in ("NAType", "NaTType") or value != value
    return None if is_missing else cell_text(value)


def _parquet(table: Any) -> bytes:
    import pyarrow.parquet as pq  # noqa: PLC0415

    content = io.BytesIO()
    with pq.ParquetWriter(content, table.schema.remove_metadata()) as writer:
        writer.write(table.replace_schema_metadata(None))
    return content.getvalue()

"""Rows as a Parquet file, the same bytes for the same rows. A door to pyarrow."""

import io
from collections.abc import Sequence


def parquet_bytes(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    """Return a Parquet file: a column of numbers where every cell is one or empty, of text otherwise."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    columns = [[row[place] for row in rows] for place in range(len(heads))]
    arrays = [_array(pa, column) for column in columns]
    out = io.BytesIO()
    pq.write_table(pa.table(arrays, names=list(heads)), out, compression="zstd")
    return out.getvalue()


def _array(pa: object, column: Sequence[object]) -> object:
    is_number = all(cell is None or (isinstance(cell, int | float) and not isinstance(cell, bool)) for cell in column)
    if is_number and any(cell is not None for cell in column):
        return pa.array(column)  # type: ignore[attr-defined]
    return pa.array([None if cell is None else str(cell) for cell in column], pa.string())  # type: ignore[attr-defined]

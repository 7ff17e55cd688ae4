"""Write rows as a Parquet file with pyarrow; equal rows give equal bytes."""

import io
from collections.abc import Sequence


def parquet_bytes(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    """Return a Parquet file; a column is numeric if all its cells are numbers or None, otherwise text."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    columns = [[row[index] for row in rows] for index in range(len(headings))]
    arrays = [_array(pa, column) for column in columns]
    out = io.BytesIO()
    pq.write_table(pa.table(arrays, names=list(headings)), out, compression="zstd")
    return out.getvalue()


def _array(pa: object, column: Sequence[object]) -> object:
    is_number = all(cell is None or (isinstance(cell, int | float) and not isinstance(cell, bool)) for cell in column)
    if is_number and any(cell is not None for cell in column):
        return pa.array(column)  # type: ignore[attr-defined]
    return pa.array([None if cell is None else str(cell) for cell in column], pa.string())  # type: ignore[attr-defined]

"""Comments and responses as Arrow tables: one row each, the kept columns with the types of their kinds.

The columns are those of COLUMNS, then the kept columns under their names in filters; one that has a name of COLUMNS
gets an underscore behind it. Rows are in the order of their numbers, so equal content gives equal tables.

| kind | type |
|---|---|
| number | float64 |
| date | timestamp[us], as written: an offset from UTC is left out |
| boolean | bool |
| ordinal | dictionary<string>, ordered, lowest first |
| multi-choice | list<string> |
| period, category, text, code | string |
"""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from analyzer.errors import UsageError
from analyzer.index.feedback_table import RESPONSES, ROWS, FeedbackTable
from analyzer.index.filters import BUILT_IN, ColumnTarget
from analyzer.store.casefold import casefold
from analyzer.store.database import Database
from analyzer.types import Column, Kind

ROWS_OF = ("comments", "responses")
COMMENT_COLUMNS: Mapping[str, tuple[str, str]] = {
    "id": ("f.id", "id of the comment, as search and show give it"),
    "response": ("(SELECT r.id FROM responses r WHERE r.response_id = f.response_id)", "id of its response"),
    "question": (BUILT_IN["question"].sql, "heading of the column that the comment answers"),
    "text": ("t.text", "the scrubbed comment"),
    "language": ("t.language", "ISO 639-1; null if it was not determined"),
    "themes": (BUILT_IN["comment theme"].sql, "ids of its themes and their groups, sorted"),
}
"""Column of a table of comments -> SQL expression, description."""
RESPONSE_COLUMNS: Mapping[str, tuple[str, str]] = {"id": ("f.id", "id of the response")}
"""Column of a table of responses -> SQL expression, description."""
_BATCH = 5_000
_SOURCES = {"comments": (ROWS, "f.n", COMMENT_COLUMNS), "responses": (RESPONSES, "f.response_id", RESPONSE_COLUMNS)}


@dataclass(frozen=True, slots=True)
class _FrameColumn:
    """One column: name, SQL expression, Arrow type, description, and how stored values become an array."""

    name: str
    sql: str
    type: Any
    description: str
    array: Callable[[Sequence[Any]], Any]


class CommentFrames:
    """Reads comments or responses as Arrow batches."""

    def __init__(self, database: Database, table: FeedbackTable) -> None:
        """Read from this database."""
        self._database = database
        self._table = table

    def batches(self, where: str = "", of: str = "comments") -> tuple[Any, Iterator[Any]]:
        """Return the Arrow schema, and the record batches of matching rows.

        Raises:
            UsageError: on a filter that does not fit, or rows of something else than ROWS_OF.
        """
        import pyarrow as pa  # noqa: PLC0415 - heavy: loads only when a table is asked for

        if of not in ROWS_OF:
            raise UsageError(f'a table has a row for each of {" or ".join(ROWS_OF)}, not "{of}"')
        source, number, fixed = _SOURCES[of]
        chosen = self._table.responses(where) if of == "responses" else self._table.predicate(where)
        columns = self._columns(pa, fixed)
        schema = pa.schema([pa.field(one.name, one.type, metadata={"description": one.description}) for one in columns])

        def read() -> Iterator[Any]:
            last, names = -1, ", ".join([number, *(one.sql for one in columns)])
            while rows := self._database.rows(
                f"SELECT {names} FROM {source} WHERE {chosen.sql} AND {number} > ? ORDER BY {number} LIMIT {_BATCH}",
                (*chosen.parameters, last),
            ):
                last = rows[-1][0]
                cells = list(zip(*rows, strict=True))[1:]
                yield pa.record_batch([one.array(values) for one, values in zip(columns, cells, strict=True)], schema)

        return schema, read()

    def table(self, where: str = "", of: str = "comments") -> Any:
        """Return the matching rows as one pyarrow.Table."""
        import pyarrow as pa  # noqa: PLC0415

        schema, batches = self.batches(where, of)
        return pa.Table.from_batches(batches, schema)

    def _columns(self, pa: Any, fixed: Mapping[str, tuple[str, str]]) -> list[_FrameColumn]:
        columns = [
            _options(pa, name, sql, said) if name == "themes" else _strings(pa, name, sql, said)
            for name, (sql, said) in fixed.items()
        ]
        taken = {one.name for one in columns}
        for name, target in self._table.columns().items():
            free = name
            while free in taken:
                free += "_"
            taken.add(free)
            columns.append(self._kept(pa, free, target))
        return columns

    def _kept(self, pa: Any, name: str, target: ColumnTarget) -> _FrameColumn:
        column, said = target.column, _described(target.column)
        if column.kind is Kind.NUMBER:
            return _FrameColumn(name, target.sql, pa.float64(), said, lambda cells: pa.array(cells, pa.float64()))
        if column.kind is Kind.DATE:
            kind = pa.timestamp("us")
            return _FrameColumn(name, target.sql, kind, said, lambda cells: pa.array(map(_moment, cells), kind))
        if column.kind is Kind.BOOLEAN and len(column.reading.labels) == 2:
            answers = dict(zip(map(casefold, column.reading.labels), (False, True), strict=True))
            return _FrameColumn(
                name, target.sql, pa.bool_(), said,
                lambda cells: pa.array([answers.get(casefold(one)) for one in cells], pa.bool_()),
            )  # fmt: skip
        if column.kind is Kind.ORDINAL and column.reading.labels:
            return self._ordered(pa, name, target, said)
        return (
            _options(pa, name, target.sql, said) if column.kind is Kind.MULTI else _strings(pa, name, target.sql, said)
        )

    def _ordered(self, pa: Any, name: str, target: ColumnTarget, said: str) -> _FrameColumn:
        labels = list(target.column.reading.labels)
        places = {casefold(label): place for place, label in enumerate(labels)}
        stored = self._database.rows(
            f"SELECT DISTINCT {target.sql} FROM {RESPONSES} WHERE {target.sql} IS NOT NULL ORDER BY 1"
        )
        for (value,) in stored:  # a value of an earlier order of labels
            if casefold(value) not in places:
                places[casefold(value)] = len(labels)
                labels.append(str(value))

        def array(cells: Sequence[Any]) -> Any:
            indices = pa.array([None if one is None else places[casefold(one)] for one in cells], pa.int32())
            return pa.DictionaryArray.from_arrays(indices, pa.array(labels, pa.string()), ordered=True)

        return _FrameColumn(name, target.sql, pa.dictionary(pa.int32(), pa.string(), ordered=True), said, array)


def check_polars() -> None:
    """Check that polars is installed, before anything is on record.

    Raises:
        UsageError: if it is not.
    """
    try:
        import polars  # noqa: F401, PLC0415 - optional
    except ImportError as error:
        raise UsageError("polars is not installed; run: pip install 'feedback-analyzer[polars]'") from error


def polars_frame(table: Any) -> Any:
    """Return a pyarrow.Table as a polars.DataFrame."""
    import polars as pl  # noqa: PLC0415 - optional

    return pl.from_arrow(table)


def stream_digest(table: Any) -> str:
    """Return the SHA-256 of a table as an Arrow stream, by which the log knows it."""
    import pyarrow as pa  # noqa: PLC0415

    sink = _Digest()
    with pa.ipc.new_stream(pa.PythonFile(sink, mode="w"), table.schema) as writer:
        writer.write_table(table)
    return sink.hexdigest()


def parquet_pieces(schema: Any, batches: Iterator[Any]) -> Iterator[bytes]:
    """Yield a Parquet file in pieces, one row group for each batch; equal batches give equal bytes."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    sink = _Pieces()
    writer = pq.ParquetWriter(pa.PythonFile(sink, mode="w"), schema, compression="zstd")
    for batch in batches:
        writer.write_batch(batch)
        yield sink.taken()
    writer.close()
    yield sink.taken()


class _Pieces(io.RawIOBase):
    """A sink that hands out what was written since it was last asked."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._length = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._length

    def write(self, data: Any) -> int:
        self._parts.append(bytes(data))
        self._length += len(self._parts[-1])
        return len(self._parts[-1])

    def taken(self) -> bytes:
        whole = b"".join(self._parts)
        self._parts.clear()
        return whole


class _Digest(io.RawIOBase):
    """A sink that keeps the digest of what is written alone."""

    def __init__(self) -> None:
        self._digest = sha256()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._digest.update(data)
        return len(data)

    def hexdigest(self) -> str:
        return self._digest.hexdigest()


def _strings(pa: Any, name: str, sql: str, said: str) -> _FrameColumn:
    def array(cells: Sequence[Any]) -> Any:
        return pa.array([None if one in (None, "") and name != "text" else str(one) for one in cells], pa.string())

    return _FrameColumn(name, sql, pa.string(), said, array)


def _options(pa: Any, name: str, sql: str, said: str) -> _FrameColumn:
    kind = pa.list_(pa.string())

    def array(cells: Sequence[Any]) -> Any:
        return pa.array([_split(one, name) for one in cells], kind)

    return _FrameColumn(name, sql, kind, said, array)


def _split(cell: str | None, name: str) -> list[str] | None:
    if cell is None:
        return [] if name == "themes" else None
    found = cell.split("; ")
    return sorted(found) if name == "themes" else found


def _moment(stored: object) -> datetime | None:
    return None if stored is None else datetime.fromisoformat(str(stored)).replace(tzinfo=None)


def _described(column: Column) -> str:
    """Return the heading of a column, its kind, and the scale of a rating."""
    role = f", the {column.role.value}" if column.role else ""
    scale = column.reading.scale if column.kind is Kind.NUMBER else None
    ends = (
        f", {scale.low:g} to {scale.high:g}{', the low end is the best' if scale.is_reversed else ''}" if scale else ""
    )
    return f"{column.label} ({column.kind.value}{role}{ends})"

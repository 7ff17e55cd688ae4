"""A temporary database with the columns of a workspace and invented people in it, encrypted and deleted afterwards."""

import os
import random
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from analyzer.custody.selftest.figure_attack import Known
from analyzer.index import record_writer
from analyzer.index.feedback_table import FeedbackTable, NewResponse, StoredText
from analyzer.store.authorizer import AccessScope
from analyzer.store.database import Connection, Database
from analyzer.types import Column, FieldValue, Kind

PEOPLE = 600
MOST_COLUMNS = 12
"""Columns of each kind that the adversary asks about; more would only thin out its questions."""
IMPORTS = 2
MARKER = "zweckwort"
"""A word of the comments and of every column of free text."""
WITHOUT_COLUMNS = (
    Column("group", "group", Kind.CATEGORY), Column("score", "score", Kind.NUMBER), Column("day", "day", Kind.DATE),
)  # fmt: skip
"""Asked about in a workspace that has no columns yet."""


@dataclass(frozen=True, slots=True)
class ScratchDatabase:
    """The database, its key, and what an adversary knows of it; of its two imports, `second` are the records of one."""

    path: Path
    key: bytes
    database: Database
    known: Known
    second: int

    def opened(self, scope: AccessScope) -> Database:
        """Open it with the access scope of an account."""
        return Database(self.path, self.key, scope)


@contextmanager
def scratch_database(columns: Sequence[Column], seed: int = 0) -> Iterator[ScratchDatabase]:
    """Make a database with these columns and PEOPLE invented people; delete it afterwards."""
    with tempfile.TemporaryDirectory(prefix="analyzer-selftest-") as folder:
        path, key = Path(folder) / "feedback.db", os.urandom(32)
        database = Database.create(path, key, {"workspace": "selftest", "dimension": "0"})
        try:
            chosen = [replace(one, role=None) for one in columns] or list(WITHOUT_COLUMNS)
            rows = _rows(chosen, random.Random(seed))  # noqa: S311 - repeatable, not secret
            table = FeedbackTable(database)
            with database.transaction() as connection:
                table.add_columns(connection, chosen)
                _write(connection, table, rows)
            yield ScratchDatabase(path, key, database, _known(chosen, rows), len(rows) - len(rows) // IMPORTS)
        finally:
            database.close()


def _rows(columns: Sequence[Column], chance: random.Random) -> list[dict[str, FieldValue]]:
    return [{one.name: _value(one, chance) for one in columns} for _ in range(PEOPLE)]


def _value(column: Column, chance: random.Random) -> FieldValue:
    """Return a value; one in fifty is missing, and some values are those of few people."""
    if chance.random() < 0.02:
        return None
    labels = column.reading.labels
    if column.kind in (Kind.ORDINAL, Kind.BOOLEAN) and labels:
        return chance.choice(labels)
    if column.kind is Kind.NUMBER:
        scale = column.reading.scale
        return float(chance.randint(int(scale.low), int(scale.high)) if scale else chance.randint(1, 5))
    if column.kind is Kind.DATE:
        return f"2024-{chance.randint(1, 6):02}-{chance.randint(1, 28):02}"
    if column.kind in (Kind.CATEGORY, Kind.CODE):
        return ("amber", "Amber", "beige", "coral", "denim")[min(int(chance.expovariate(0.7)), 4)]
    return f"{MARKER} {chance.randint(1, 300)}" if column.kind is Kind.TEXT else None


def _known(columns: Sequence[Column], rows: Sequence[Mapping[str, FieldValue]]) -> Known:
    def of(*kinds: Kind) -> tuple[str, ...]:
        """Return the names of the columns of some kinds, as filters write them."""
        named = (one.name for one in columns if one.kind in kinds and any(row[one.name] is not None for row in rows))
        return tuple(named)[:MOST_COLUMNS]

    people = tuple(f"P{n}" for n in range(len(rows)))
    return Known(people, tuple(rows), of(Kind.CATEGORY, Kind.CODE), of(Kind.NUMBER), of(Kind.DATE))


def _write(connection: Connection, table: FeedbackTable, rows: Sequence[Mapping[str, FieldValue]]) -> None:
    connection.execute("INSERT INTO profiles VALUES(1, 'selftest')")
    connection.execute("INSERT INTO questions VALUES(1, 'comment', '')")
    half = len(rows) // IMPORTS
    for number, part in enumerate((range(half), range(half, len(rows))), start=1):
        connection.execute(
            "INSERT INTO imports(import_id, file, fingerprint, started) VALUES(?, ?, ?, '')",
            (number, f"part {number}", bytes([number])),
        )
        found = [
            NewResponse(f"R-{n}", {1: StoredText(f"{MARKER} {n}", "en", b"")}, n, b"%d" % n, f"P{n}", rows[n])
            for n in part
        ]
        record_writer.insert(connection, table, number, 1, found)

"""Write scrubbed records, and write over or remove those stored: every function works inside the caller's transaction.

A text is kept once, with its words and its vector, for as long as a record has it. Whoever removes one says so in
meta.deletions, so that an index in memory knows that adding what is new is not enough.
"""

from collections.abc import Iterable, Mapping, Sequence

from analyzer.index.feedback_table import CHUNK, FeedbackTable, NewRecord, StoredText
from analyzer.index.filters import ColumnTarget
from analyzer.store.database import Connection
from analyzer.types import FieldValue, Kind


def insert(
    connection: Connection, table: FeedbackTable, import_id: int, profile_id: int, records: Sequence[NewRecord]
) -> dict[str, int]:
    """Write new records with their texts; return the number of each by its id."""
    text_ids = write_texts(connection, [record.text for record in records])
    targets = table.columns()
    numbers: dict[str, int] = {}
    for record in records:
        numbers[record.id] = n = connection.execute(
            "INSERT INTO feedback(id, text_id, import_id, row, digest, respondent, profile_id) "
            "VALUES(?, ?, ?, ?, ?, ?, ?) RETURNING n",
            (
                record.id, text_ids[record.text.digest], import_id, record.row, record.digest, record.respondent,
                profile_id,
            ),
        ).fetchone()[0]  # fmt: skip
        _write_fields(connection, targets, n, record.fields)
    _changed(connection)
    return numbers


def replace(
    connection: Connection, table: FeedbackTable, profile_id: int, records: Mapping[int, NewRecord]
) -> frozenset[str]:
    """Write stored records anew, by their numbers, fields and all; return the ids of those whose words changed."""
    text_ids = write_texts(connection, [record.text for record in records.values()])
    targets = table.columns()
    before = _contents(connection, targets, list(records))
    for n, record in records.items():
        connection.execute(
            "UPDATE feedback SET text_id = ?, respondent = ?, profile_id = ? WHERE n = ?",
            (text_ids[record.text.digest], record.respondent, profile_id, n),
        )
        connection.execute("DELETE FROM fields WHERE n = ?", (n,))
        _write_fields(connection, targets, n, record.fields)
        connection.execute("DELETE FROM doubt_places WHERE n = ?", (n,))
    after = _contents(connection, targets, list(records))
    drop_unused_texts(connection, {content[1] for content in before.values()})
    _changed(connection)
    return frozenset(str(content[0]) for n, content in before.items() if content != after[n])


def remove(connection: Connection, numbers: Sequence[int]) -> frozenset[str]:
    """Delete records and the texts nobody else has; return their ids."""
    removed = _contents(connection, {}, numbers)
    for n in numbers:
        connection.execute("DELETE FROM fields WHERE n = ?", (n,))
        connection.execute("DELETE FROM feedback WHERE n = ?", (n,))
    drop_unused_texts(connection, {content[1] for content in removed.values()})
    _changed(connection)
    return frozenset(str(content[0]) for content in removed.values())


def write_texts(connection: Connection, texts: Iterable[StoredText]) -> dict[bytes, int]:
    """Write the texts that are not there yet, words and vectors with them; return the id of each by its digest."""
    found: dict[bytes, int] = {}
    for digest, text in {text.digest: text for text in texts}.items():
        row = connection.execute("SELECT text_id FROM texts WHERE digest = ?", (digest,)).fetchone()
        if row is None:
            row = connection.execute(
                "INSERT INTO texts(digest, text, language, vector) VALUES(?, ?, ?, ?) RETURNING text_id",
                (digest, text.text, text.language, text.vector),
            ).fetchone()
            connection.execute("INSERT OR IGNORE INTO meta VALUES('dimension', ?)", (str(len(text.vector) // 2),))
            connection.execute("INSERT INTO words(rowid, text) VALUES(?, ?)", (row[0], text.text))
        found[digest] = int(row[0])
    return found


def drop_unused_texts(connection: Connection, text_ids: Iterable[object]) -> None:
    """Delete those of the texts that no record has any more, with their words and vectors."""
    dropped = 0
    for text_id in text_ids:
        row = connection.execute(
            "SELECT text FROM texts WHERE text_id = ?1 AND NOT EXISTS(SELECT 1 FROM feedback WHERE text_id = ?1)",
            (text_id,),
        ).fetchone()
        if row:
            connection.execute("INSERT INTO words(words, rowid, text) VALUES('delete', ?, ?)", (text_id, row[0]))
            connection.execute("DELETE FROM texts WHERE text_id = ?", (text_id,))
            dropped += 1
    if dropped:
        connection.execute("UPDATE meta SET value = value + 1 WHERE key = 'deletions'")


def _changed(connection: Connection) -> None:
    connection.execute("UPDATE meta SET value = value + 1 WHERE key = 'generation'")


def _write_fields(
    connection: Connection, targets: Mapping[str, ColumnTarget], n: int, fields: Mapping[str, FieldValue]
) -> None:
    kept = {targets[name]: value for name, value in fields.items()}
    columns = ", ".join(["n", *(target.sql.removeprefix("d.") for target in kept)])
    values = [_coerced(value, target.column.kind) for target, value in kept.items()]
    marks = ", ".join("?" * (len(values) + 1))
    connection.execute(f"INSERT INTO fields({columns}) VALUES({marks})", (n, *values))


def _contents(
    connection: Connection, targets: Mapping[str, ColumnTarget], numbers: Sequence[int]
) -> dict[int, tuple[object, ...]]:
    """Return id, text and fields of records by number."""
    columns = "".join(f", {target.sql}" for target in targets.values())
    found: dict[int, tuple[object, ...]] = {}
    for start in range(0, len(numbers), CHUNK):
        part = numbers[start : start + CHUNK]
        rows = connection.execute(
            f"SELECT f.n, f.id, f.text_id{columns} FROM feedback f JOIN fields d USING(n) "
            f"WHERE f.n IN ({','.join('?' * len(part))})",
            tuple(part),
        )
        found.update({row[0]: tuple(row[1:]) for row in rows})
    return found


def _coerced(value: FieldValue, kind: Kind) -> FieldValue:
    if kind is Kind.NUMBER or value is None:
        return value
    return f"{value:.15g}" if isinstance(value, float) else str(value)

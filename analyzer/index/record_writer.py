"""Insert, replace and delete scrubbed records; every function works inside the caller's transaction.

A text is stored once, with its words and its vector, for as long as a record uses it. Every deletion of texts
increments meta.deletions, so that an index in memory is rebuilt instead of extended.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from analyzer.index.feedback_table import CHUNK, FeedbackTable, NewRecord, StoredText
from analyzer.index.filters import ColumnTarget
from analyzer.store.database import Connection
from analyzer.store.derived_data import Counts, DeletedRecords, DeniedTerm, DerivedData, ReplacedTexts
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
    _increment_generation(connection)
    return numbers


def replace(
    connection: Connection,
    table: FeedbackTable,
    profile_id: int,
    records: Mapping[int, NewRecord],
    derived: DerivedData,
) -> Counts:
    """Replace stored records, given by number, and their fields; return what the owners of derived data changed."""
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
    changed = {
        n for n, content in before.items() if (content.text_id, content.fields) != (after[n].text_id, after[n].fields)
    }
    moves = {(before[n].text_id, after[n].text_id) for n in changed}
    ids = frozenset(before[n].id for n in changed)
    counts = derived.on_texts_replaced(connection, replaced_texts(connection, moves, ids)) if changed else {}
    _increment_generation(connection)
    return counts


def remove(connection: Connection, numbers: Sequence[int], derived: DerivedData) -> Counts:
    """Delete records and all data derived from them; return what the owners of derived data changed."""
    removed = _contents(connection, {}, numbers)
    for n in numbers:
        connection.execute("DELETE FROM fields WHERE n = ?", (n,))
        connection.execute("DELETE FROM feedback WHERE n = ?", (n,))
    respondents = {content.respondent for content in removed.values() if content.respondent}
    text_ids = frozenset(content.text_id for content in removed.values())
    deleted = DeletedRecords(
        numbers=tuple(numbers),
        ids=frozenset(content.id for content in removed.values()),
        text_ids=text_ids,
        orphaned_texts=_orphans(connection, text_ids),
        respondents=frozenset(one for one in respondents if not _has_records(connection, one)),
    )
    counts = derived.on_records_deleted(connection, deleted)
    _increment_generation(connection)
    return counts


def replaced_texts(
    connection: Connection,
    moves: Iterable[tuple[int, int]],
    record_ids: frozenset[str],
    denied: DeniedTerm | None = None,
) -> ReplacedTexts:
    """Describe the replacement of texts of records for the owners of derived data.

    Args:
        connection: in the caller's transaction, after the records were given their new texts.
        moves: old and new text id of each record; they are equal if only fields have changed.
        record_ids: ids of the changed records.
        denied: the masked term, if there is one.
    """
    successors: dict[int, set[int]] = {}
    for old, new in moves:
        if old != new:
            successors.setdefault(old, set()).add(new)
    wanted = sorted({*successors, *(new for found in successors.values() for new in found)})
    texts = {}
    for text_id in wanted:
        texts[text_id] = str(connection.execute("SELECT text FROM texts WHERE text_id = ?", (text_id,)).fetchone()[0])
    return ReplacedTexts(
        successors={old: tuple(sorted(found)) for old, found in successors.items()},
        texts=texts,
        orphans=frozenset(_orphans(connection, successors)),
        record_ids=record_ids,
        denied=denied,
    )


def write_texts(connection: Connection, texts: Iterable[StoredText]) -> dict[bytes, int]:
    """Write the texts that are not stored yet, with words and vectors; return the id of each text by its digest."""
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


def drop_texts(connection: Connection, texts: Mapping[int, str]) -> int:
    """Delete texts that no record uses any more, given by id, with words and vectors; return their number."""
    for text_id, text in texts.items():
        connection.execute("INSERT INTO words(words, rowid, text) VALUES('delete', ?, ?)", (text_id, text))
        connection.execute("DELETE FROM texts WHERE text_id = ?", (text_id,))
    if texts:
        connection.execute("UPDATE meta SET value = value + 1 WHERE key = 'deletions'")
    return len(texts)


def _orphans(connection: Connection, text_ids: Iterable[int]) -> dict[int, str]:
    """Return the texts that no record uses any more, by id."""
    found = {}
    for text_id in sorted(text_ids):
        row = connection.execute(
            "SELECT text FROM texts WHERE text_id = ?1 AND NOT EXISTS(SELECT 1 FROM feedback WHERE text_id = ?1)",
            (text_id,),
        ).fetchone()
        if row:
            found[text_id] = str(row[0])
    return found


def _has_records(connection: Connection, respondent: str) -> bool:
    return bool(connection.execute("SELECT 1 FROM feedback WHERE respondent = ? LIMIT 1", (respondent,)).fetchone())


def _increment_generation(connection: Connection) -> None:
    connection.execute("UPDATE meta SET value = value + 1 WHERE key = 'generation'")


def _write_fields(
    connection: Connection, targets: Mapping[str, ColumnTarget], n: int, fields: Mapping[str, FieldValue]
) -> None:
    kept = {targets[name]: value for name, value in fields.items()}
    columns = ", ".join(["n", *(target.sql.removeprefix("d.") for target in kept)])
    values = [_coerced(value, target.column.kind) for target, value in kept.items()]
    marks = ", ".join("?" * (len(values) + 1))
    connection.execute(f"INSERT INTO fields({columns}) VALUES({marks})", (n, *values))


class _Content(NamedTuple):
    """The content of a stored record."""

    id: str
    text_id: int
    respondent: str | None
    fields: tuple[object, ...]


def _contents(
    connection: Connection, targets: Mapping[str, ColumnTarget], numbers: Sequence[int]
) -> dict[int, _Content]:
    """Return the content of records by number."""
    columns = "".join(f", {target.sql}" for target in targets.values())
    found: dict[int, _Content] = {}
    for start in range(0, len(numbers), CHUNK):
        part = numbers[start : start + CHUNK]
        rows = connection.execute(
            f"SELECT f.n, f.id, f.text_id, f.respondent{columns} FROM feedback f JOIN fields d USING(n) "
            f"WHERE f.n IN ({','.join('?' * len(part))})",
            tuple(part),
        )
        found.update({row[0]: _Content(row[1], row[2], row[3], tuple(row[4:])) for row in rows})
    return found


def _coerced(value: FieldValue, kind: Kind) -> FieldValue:
    if kind is Kind.NUMBER or value is None:
        return value
    return f"{value:.15g}" if isinstance(value, float) else str(value)

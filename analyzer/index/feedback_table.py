"""Read the feedback tables: columns, the rows that a filter selects, records by id; record_writer writes them."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import blake2b
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from analyzer.errors import UsageError, WorkspaceError
from analyzer.index.filters import COMMENT_ROWS, EVERYTHING, ColumnTarget, Predicate, compile_filter, day_of, options_of
from analyzer.store.casefold import casefolded
from analyzer.store.database import Connection, Database
from analyzer.store.schema import MAX_COLUMNS
from analyzer.types import Column, ColumnRole, Feedback, FieldValue, Kind, Reading, Scale

ROWS = COMMENT_ROWS
"""Comments, with the fields of their responses."""
RESPONSES = "responses f JOIN fields d USING(response_id)"
"""Responses, with or without comments."""
KINDS = {ColumnRole.DATE: {Kind.DATE, Kind.PERIOD}, ColumnRole.RATING: {Kind.NUMBER, Kind.ORDINAL}}
"""The kinds that a column must have to be used in a role."""
LABELS = {Kind.TEXT, Kind.CATEGORY, Kind.BOOLEAN, Kind.CODE, Kind.ORDINAL, Kind.MULTI}
"""Kinds whose values are stored as the texts that they are."""
TextIds = NDArray[np.int64]
CHUNK = 500
EVERY = -1
"""No limit, as SQLite reads it."""


class TextVectors(NamedTuple):
    """Vectors of texts.

    Attributes:
        ids: int64[n], ascending text ids; digests: uint64[n], the first bytes of the digests of the texts.
        vectors: float16[n, d].
    """

    ids: TextIds
    digests: NDArray[np.uint64]
    vectors: NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class StoredText:
    """A scrubbed text with its language and its vector (float16 bytes)."""

    text: str
    language: str
    vector: bytes

    @property
    def digest(self) -> bytes:
        """The digest that identifies the text."""
        return text_digest(self.text)


@dataclass(frozen=True, slots=True)
class NewResponse:
    """A response to be stored; comments with the same text share one StoredText.

    Attributes:
        comments: the text of each answered question, by question number.
        digest: keyed digest of the content of the row; said: of what was said and when.
    """

    id: str
    comments: Mapping[int, StoredText]
    row: int
    digest: bytes
    respondent: str | None
    fields: Mapping[str, FieldValue]
    said: bytes = b""


class StoredResponse(NamedTuple):
    """A stored response: number, import and row, keyed digests, scrubbing profile, and digest of its import's plan."""

    n: int
    import_id: int
    row: int
    digest: bytes
    said: bytes
    profile_id: int
    plan: bytes = b""


def text_digest(text: str) -> bytes:
    """Return the 16-byte BLAKE2b digest that identifies a scrubbed text."""
    return blake2b(text.encode(), digest_size=16).digest()


def read_columns(rows: Callable[[str], Iterable[Any]]) -> dict[str, ColumnTarget]:
    """Return the kept columns by name, in the order in which they were added.

    Args:
        rows: runs a statement and returns its rows.
    """
    found = rows("SELECT position, name, label, kind, role, reading FROM columns ORDER BY position")
    return {
        name: ColumnTarget(
            f"d.c{p}", Column(name, label, Kind(kind), ColumnRole(role) if role else None, read_reading(reading))
        )
        for p, name, label, kind, role, reading in found
    }


class FeedbackTable:
    """Reads the feedback in the database of one workspace, and adds columns to it."""

    def __init__(self, database: Database) -> None:
        """Read from this database."""
        self._database = database

    def columns(self) -> dict[str, ColumnTarget]:
        """Return the kept columns by name, in the order in which they were added."""
        return read_columns(self._database.rows)

    def column_of(self, role: ColumnRole) -> ColumnTarget | None:
        """Return the column that an import gave a role: the date of the responses, or their rating.

        A date is given as a day, for a period a day of it. Return None if no column has the role, or if its values are
        not dates (not numbers or ordered labels).
        """
        found = next((t for t in self.columns().values() if t.column.role is role), None)
        if found is None or found.column.kind not in KINDS.get(role, ()):
            return None
        return replace(found, sql=day_of(found)) if role is ColumnRole.DATE else found

    def has(self, chosen: Predicate) -> bool:
        """Return whether a predicate selects a comment, or a response where it is about responses."""
        rows = ROWS if chosen.is_about_comments else RESPONSES
        return bool(self._database.rows(f"SELECT 1 FROM {rows} WHERE {chosen.sql} LIMIT 1", chosen.parameters))

    def questions(self) -> dict[int, str]:
        """Return the labels of the questions by number; a label is empty if it is not known."""
        return dict(self._database.rows("SELECT question_id, label FROM questions ORDER BY 1"))

    def add_columns(self, connection: Connection, wanted: Sequence[Column]) -> None:
        """Add the columns that a workspace lacks, and keep how they are read; one that differs in kind becomes text.

        A column keeps the role it has; see analyzer.ingest.mapping.fit_to_workspace.

        Raises:
            UsageError: if the workspace would have too many columns.
        """
        known = self.columns()
        new = [column for column in wanted if column.name not in known]
        if len(known) + len(new) > MAX_COLUMNS:
            raise UsageError(f"more than {MAX_COLUMNS} columns in one workspace; leave some out with --map drop=COLUMN")
        for position, column in enumerate(new, start=len(known) + 1):
            row = (position, column.name, column.label, column.kind.value)
            connection.execute("INSERT INTO columns(position, name, label, kind) VALUES(?, ?, ?, ?)", row)
            connection.execute(f"ALTER TABLE fields ADD COLUMN c{position}")
        for column in wanted:
            if column.name in known and _differ(known[column.name].column.kind, column.kind):
                _convert_to_text(connection, column.name, known[column.name].sql.removeprefix("d."))
            else:
                connection.execute(
                    "UPDATE columns SET kind = ?, reading = ? WHERE name = ?",
                    (column.kind.value, write_reading(column.reading), column.name),
                )
        taken = {target.column.role for target in known.values()}
        for column in wanted:
            if column.role and column.role not in taken:
                connection.execute("UPDATE columns SET role = ? WHERE name = ?", (column.role.value, column.name))

    def existing(self, ids: Sequence[str]) -> dict[str, StoredResponse]:
        """Return the stored responses by id; ids that are not stored are absent."""
        found: dict[str, StoredResponse] = {}
        for start in range(0, len(ids), CHUNK):
            part = ids[start : start + CHUNK]
            marks = ",".join("?" * len(part))
            rows = self._database.rows(
                "SELECT id, response_id, import_id, row, digest, said, profile_id, plan FROM responses "
                f"JOIN imports USING(import_id) WHERE id IN ({marks})",
                part,
            )
            found.update(
                {i: StoredResponse(n, m, r, bytes(d), bytes(s), p, bytes(c)) for i, n, m, r, d, s, p, c in rows}
            )
        return found

    def predicate(self, where: str) -> Predicate:
        """Compile a filter over this workspace's columns."""
        return compile_filter(where, self.columns())

    def responses(self, where: str = "") -> Predicate:
        """Compile a filter that selects responses; a condition about comments selects those with such a comment."""
        chosen = self.predicate(where)
        if not chosen.is_about_comments:
            return chosen
        inside = f"(f.response_id IN (SELECT f.response_id FROM {ROWS} WHERE {chosen.sql}))"
        return Predicate(inside, chosen.parameters)

    def count(self, where: str = "") -> int:
        """Count the comments that match a filter."""
        chosen = self.predicate(where)
        source = "feedback" if chosen == EVERYTHING else f"{ROWS} WHERE {chosen.sql}"
        return int(self._database.rows(f"SELECT count(*) FROM {source}", chosen.parameters)[0][0])

    def count_responses(self, where: str = "") -> int:
        """Count the responses that match a filter, with or without comments."""
        chosen = self.responses(where)
        source = "responses" if chosen == EVERYTHING else f"{RESPONSES} WHERE {chosen.sql}"
        return int(self._database.rows(f"SELECT count(*) FROM {source}", chosen.parameters)[0][0])

    def comment_ids(self, where: str = "", of: str = "comments") -> list[str]:
        """Return the sorted ids of matching comments, or of the comments of matching responses."""
        chosen = self.responses(where) if of == "responses" else self.predicate(where)
        rows = self._database.rows(f"SELECT f.id FROM {ROWS} WHERE {chosen.sql} ORDER BY 1", chosen.parameters)
        return [str(row[0]) for row in rows]

    def count_texts(self) -> int:
        """Count the distinct texts."""
        return int(self._database.rows("SELECT count(*) FROM texts")[0][0])

    def text_ids(self, chosen: Predicate) -> TextIds:
        """Return the sorted ids of the distinct texts of matching records."""
        rows = self._database.rows(
            f"SELECT DISTINCT f.text_id FROM {ROWS} WHERE {chosen.sql} ORDER BY 1", chosen.parameters
        )
        return np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows))

    def digests(self, text_ids: TextIds) -> list[bytes]:
        """Return the digest of each text, in the order given; ids must be of stored texts."""
        found = dict(self._database.rows("SELECT text_id, digest FROM texts"))
        return [bytes(found[int(text_id)]) for text_id in text_ids]

    def texts_of(self, ids: Sequence[str]) -> dict[str, int]:
        """Return the text ids of records by record id; ids that are not stored are absent."""
        found: dict[str, int] = {}
        for start in range(0, len(ids), CHUNK):
            part = ids[start : start + CHUNK]
            marks = ",".join("?" * len(part))
            found.update(self._database.rows(f"SELECT id, text_id FROM feedback WHERE id IN ({marks})", tuple(part)))
        return found

    def records_of(self, text_ids: Sequence[int], chosen: Predicate) -> dict[int, tuple[str, int]]:
        """Return for each text the smallest matching record id and the number of matching records with that text."""
        found: dict[int, tuple[str, int]] = {}
        for start in range(0, len(text_ids), CHUNK):
            part = text_ids[start : start + CHUNK]
            marks = ",".join("?" * len(part))
            rows = self._database.rows(
                f"SELECT f.text_id, min(f.id), count(*) FROM {ROWS} "
                f"WHERE f.text_id IN ({marks}) AND {chosen.sql} GROUP BY f.text_id",
                (*part, *chosen.parameters),
            )
            found.update({text_id: (record_id, n) for text_id, record_id, n in rows})
        return found

    def get(self, ids: Sequence[str]) -> dict[str, Feedback]:
        """Return the comments with these ids; ids that are not stored are absent."""
        return self._read(ids, f"{ROWS} LEFT JOIN questions q USING(question_id)", "t.text, q.label")

    def languages(self, ids: Sequence[str]) -> dict[str, str]:
        """Return the languages of comments by id (ISO 639-1), empty if unknown; ids that are not stored are absent."""
        found: dict[str, str] = {}
        for start in range(0, len(ids), CHUNK):
            part = ids[start : start + CHUNK]
            marks = ",".join("?" * len(part))
            found.update(self._database.rows(f"SELECT f.id, t.language FROM {ROWS} WHERE f.id IN ({marks})", part))
        return found

    def get_responses(self, ids: Sequence[str]) -> dict[str, Feedback]:
        """Return the responses with these ids, without their comments."""
        return self._read(ids, RESPONSES, "'', ''")

    def _read(self, ids: Sequence[str], source: str, columns: str) -> dict[str, Feedback]:
        targets = self.columns()
        columns += "".join(f", {target.sql}" for target in targets.values())
        found: dict[str, Feedback] = {}
        for start in range(0, len(ids), CHUNK):
            part = ids[start : start + CHUNK]
            marks = ",".join("?" * len(part))
            for row in self._database.rows(f"SELECT f.id, {columns} FROM {source} WHERE f.id IN ({marks})", part):
                found[row[0]] = _record(row, list(targets))
        return found

    def browse(self, where: str, limit: int, offset: int = 0) -> list[Feedback]:
        """Return matching comments in order of id."""
        chosen, targets = self.predicate(where), self.columns()
        columns = "".join(f", {target.sql}" for target in targets.values())
        rows = self._database.rows(
            f"SELECT f.id, t.text, q.label{columns} FROM {ROWS} LEFT JOIN questions q USING(question_id) "
            f"WHERE {chosen.sql} ORDER BY f.id LIMIT ? OFFSET ?",
            (*chosen.parameters, limit, offset),
        )
        return [_record(row, list(targets)) for row in rows]

    def tally(self, column: str, where: str = "", most: int = 50, characters: int = 0) -> list[tuple[FieldValue, int]]:
        """Count matching responses by a column's values, most frequent first, ties by value.

        Values that differ only in case or accents are counted together, under the most frequent spelling (ties: the
        first by code point); a cell with several options counts once for each. `characters` truncates values to that
        length: 7 turns dates into months.
        """
        target = self.columns().get(column)
        if target is None:
            raise UsageError(f'no column "{column}"; columns: {", ".join(sorted(self.columns()))}')
        chosen = self.responses(where)
        value = f"substr({target.sql}, 1, {int(characters)})" if characters else target.sql
        source = RESPONSES
        if target.column.kind is Kind.MULTI:
            source, value = f"{RESPONSES} LEFT JOIN {options_of(target.sql)} m ON TRUE", "m.value"
        spelled = f"SELECT {value} AS value, count(*) AS n FROM {source} WHERE {chosen.sql} GROUP BY 1"
        if target.column.kind in (Kind.CATEGORY, Kind.TEXT, Kind.BOOLEAN, Kind.CODE):
            alike = f"PARTITION BY {casefolded('value')} ORDER BY n DESC, value"
            spelled = f"SELECT first_value(value) OVER ({alike}) AS value, n FROM ({spelled})"
        rows = self._database.rows(
            f"SELECT value, sum(n) FROM ({spelled}) GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ?", (*chosen.parameters, most)
        )
        return [(value, n) for value, n in rows]

    def count_different(self, chosen: Predicate) -> int:
        """Count the different texts of matching comments; near duplicates are one."""
        sql = (
            f"SELECT count(DISTINCT coalesce(g.group_id, f.text_id)) FROM {ROWS} LEFT JOIN near_duplicates g "
            f"ON g.text_id = f.text_id WHERE {chosen.sql}"
        )
        return int(self._database.rows(sql, chosen.parameters)[0][0])

    def different_texts(self, text_ids: TextIds) -> int:
        """Count different texts among texts; near duplicates are one."""
        groups = dict(self._database.rows("SELECT text_id, group_id FROM near_duplicates"))
        return len({groups.get(text_id, text_id) for text_id in text_ids.tolist()})

    def text_digests(self) -> tuple[TextIds, NDArray[np.uint64]]:
        """Return the ids of all texts, ascending, with the first bytes of their digests."""
        rows = self._database.rows("SELECT text_id, substr(digest, 1, 8) FROM texts")
        ids, digests = _ids_and_digests(rows)
        order = np.argsort(ids)
        return ids[order], digests[order]

    def vectors(self, after: int = 0, most: int = EVERY) -> TextVectors:
        """Return the texts of the `most` smallest ids above `after`, in order of id."""
        dimension = int(self._database.meta("dimension") or 0)
        rows = self._database.rows(
            "SELECT text_id, substr(digest, 1, 8), vector FROM texts WHERE text_id > ? ORDER BY 1 LIMIT ?",
            (after, most),
        )
        blob = b"".join(row[2] for row in rows)
        if len(blob) != len(rows) * dimension * 2:
            raise WorkspaceError("stored vectors have the wrong size; restore a backup or run: analyzer verify")
        return TextVectors(*_ids_and_digests(rows), np.frombuffer(blob, dtype=np.float16).reshape(len(rows), dimension))


def _ids_and_digests(rows: Sequence[Any]) -> tuple[TextIds, NDArray[np.uint64]]:
    ids = np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows))
    return ids, np.frombuffer(b"".join(row[1] for row in rows), dtype="<u8").astype(np.uint64)


def _differ(one: Kind, other: Kind) -> bool:
    """Check whether values of two kinds are stored differently; labels are texts, whatever is known of them."""
    return one is not other and not {one, other} <= LABELS


def _convert_to_text(connection: Connection, name: str, position: str) -> None:
    """Convert the values of a column to text, because files differ in its kind."""
    connection.execute("UPDATE columns SET kind = ? WHERE name = ?", (Kind.TEXT.value, name))
    connection.execute(
        f"UPDATE fields SET {position} = printf('%.15g', {position}) WHERE typeof({position}) IN ('real', 'integer')"
    )


def _record(row: Sequence[object], names: Sequence[str]) -> Feedback:
    fields = {name: value for name, value in zip(names, row[3:], strict=True) if value is not None}
    return Feedback(str(row[0]), str(row[1]), fields, question=str(row[2] or ""))  # type: ignore[arg-type]


def write_reading(reading: Reading) -> str:
    """Return a reading as JSON, without what is empty."""
    return json.dumps({name: value for name, value in asdict(reading).items() if value}, ensure_ascii=False)


def read_reading(stored: str) -> Reading:
    """Return a reading from its JSON; parts that this version does not know are ignored."""
    found = {name: value for name, value in json.loads(stored).items() if name in Reading.__dataclass_fields__}
    scale = found.pop("scale", None)
    parts: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in found.items()}
    return Reading(scale=Scale(**scale) if scale else None, **parts)

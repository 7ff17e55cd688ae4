"""The owners of the derived data of the index: texts with words and vectors, readings, and numbers of placeholders."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from analyzer.index.record_writer import drop_texts
from analyzer.store.database import Connection
from analyzer.store.derived_data import ALL_COLUMNS, DeletedRecords, DeniedTerm, ReplacedTexts


@dataclass(frozen=True, slots=True)
class TextsOwner:
    """Owns responses, comments, texts, words and vectors; the last, since a deleted text deletes rows of others."""

    name: ClassVar[str] = "texts"
    columns: ClassVar[Mapping[str, frozenset[str]]] = {
        "responses": ALL_COLUMNS, "feedback": ALL_COLUMNS, "fields": ALL_COLUMNS, "texts": ALL_COLUMNS,
        "words": ALL_COLUMNS, "near_duplicates": ALL_COLUMNS, "reindexed_texts": ALL_COLUMNS,
        "stemmed_texts": ALL_COLUMNS,
    }  # fmt: skip

    def on_texts_replaced(self, connection: Connection, replaced: ReplacedTexts) -> int:
        """Delete the old texts that no record uses any more."""
        return drop_texts(connection, replaced.orphaned_texts)

    def on_records_deleted(self, connection: Connection, deleted: DeletedRecords) -> int:
        """Delete the texts that no record uses any more."""
        return drop_texts(connection, deleted.orphaned_texts)


@dataclass(frozen=True, slots=True)
class ReadingsOwner:
    """Owns how columns are read: labels of scales and words for no answer, which are values of a file."""

    name: ClassVar[str] = "readings"
    columns: ClassVar[Mapping[str, frozenset[str]]] = {
        "columns": frozenset({"reading"}), "imports": frozenset({"choices"}),
    }  # fmt: skip

    def on_texts_replaced(self, connection: Connection, replaced: ReplacedTexts) -> int:
        """Mask a denied term in the labels; values that are masked in the fields keep their place on the scale."""
        if not (denied := replaced.denied):
            return 0
        count = 0
        for table, column in (("columns", "reading"), ("imports", "choices")):
            rows = connection.execute(f"SELECT rowid, {column} FROM {table}").fetchall()  # noqa: S608 - names of this file
            for number, stored in rows:
                before = json.loads(stored)
                after = _masked(before, denied)
                if after != before:
                    sql = f"UPDATE {table} SET {column} = ? WHERE rowid = ?"  # noqa: S608 - names of this file
                    connection.execute(sql, (json.dumps(after, ensure_ascii=False), number))
                    count += 1
        return count

    def on_records_deleted(self, connection: Connection, deleted: DeletedRecords) -> int:  # noqa: ARG002
        """Change nothing: the scale of a column is not that of one record."""
        return 0


def _masked(stored: object, denied: DeniedTerm) -> object:
    if isinstance(stored, dict):
        return {_masked(name, denied): _masked(value, denied) for name, value in stored.items()}
    if isinstance(stored, list):
        return [_masked(one, denied) for one in stored]
    return denied.masked(stored) if isinstance(stored, str) else stored


@dataclass(frozen=True, slots=True)
class AliasesOwner:
    """Owns the numbers of respondents' placeholders."""

    name: ClassVar[str] = "aliases"
    columns: ClassVar[Mapping[str, frozenset[str]]] = {"aliases": ALL_COLUMNS}

    def on_texts_replaced(self, connection: Connection, replaced: ReplacedTexts) -> int:  # noqa: ARG002
        """Change nothing: the numbers of a respondent stay valid for texts scrubbed later."""
        return 0

    def on_records_deleted(self, connection: Connection, deleted: DeletedRecords) -> int:
        """Delete the numbers of respondents without records."""
        rows = [(one,) for one in sorted(deleted.respondents)]
        return int(connection.executemany("DELETE FROM aliases WHERE respondent = ?", rows).rowcount) if rows else 0

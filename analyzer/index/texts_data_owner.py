"""The owners of the derived data of the index: texts with words and vectors, and the numbers of placeholders."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from analyzer.index.record_writer import drop_texts
from analyzer.store.database import Connection
from analyzer.store.derived_data import ALL_COLUMNS, DeletedRecords, ReplacedTexts


@dataclass(frozen=True, slots=True)
class TextsOwner:
    """Owns records, texts, words and vectors; called last, because deleting a text deletes other owners' rows of it."""

    name: ClassVar[str] = "texts"
    columns: ClassVar[Mapping[str, frozenset[str]]] = {
        "feedback": ALL_COLUMNS, "fields": ALL_COLUMNS, "texts": ALL_COLUMNS, "words": ALL_COLUMNS,
    }  # fmt: skip

    def on_texts_replaced(self, connection: Connection, replaced: ReplacedTexts) -> int:
        """Delete the old texts that no record uses any more."""
        return drop_texts(connection, replaced.orphaned_texts)

    def on_records_deleted(self, connection: Connection, deleted: DeletedRecords) -> int:
        """Delete the texts that no record uses any more."""
        return drop_texts(connection, deleted.orphaned_texts)


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

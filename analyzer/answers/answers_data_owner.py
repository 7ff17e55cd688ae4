"""The derived data of answers: an answer is deleted together with the comments that it cites or was written from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from analyzer.answers.receipts import drop_answers
from analyzer.store.database import Connection
from analyzer.store.derived_data import ALL_COLUMNS, DeletedRecords, ReplacedTexts


@dataclass(frozen=True, slots=True)
class AnswersOwner:
    """Owns the stored answers."""

    name: ClassVar[str] = "answers"
    columns: ClassVar[Mapping[str, frozenset[str]]] = {"answers": ALL_COLUMNS}

    def on_texts_replaced(self, connection: Connection, replaced: ReplacedTexts) -> int:
        """Delete the answers made from a changed record, and the answers that contain a denied term."""
        return drop_answers(connection, replaced.record_ids, replaced.denied.is_in if replaced.denied else None)

    def on_records_deleted(self, connection: Connection, deleted: DeletedRecords) -> int:
        """Delete the answers made from a deleted record."""
        return drop_answers(connection, deleted.ids)

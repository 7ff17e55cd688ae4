"""Derived data of the privacy review: the queue, and the reasons that reviewers gave."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from analyzer.store.database import Connection
from analyzer.store.derived_data import ALL_COLUMNS, DeletedRecords, ReplacedTexts


@dataclass(frozen=True, slots=True)
class ReviewOwner:
    """Owns the review queue and the decisions; the lists of terms are keyed hashes and stay unchanged."""

    name: ClassVar[str] = "review"
    columns: ClassVar[Mapping[str, frozenset[str]]] = {
        "doubts": ALL_COLUMNS, "doubt_places": ALL_COLUMNS, "decisions": frozenset({"reason"}),
    }  # fmt: skip

    def on_texts_replaced(self, connection: Connection, replaced: ReplacedTexts) -> int:
        """Mask a denied term in reasons; the places of the queue are moved together with the texts."""
        if not (denied := replaced.denied):
            return 0
        rows = connection.execute("SELECT decision_id, reason FROM decisions WHERE reason <> ''").fetchall()
        found = [(denied.masked(reason), number) for number, reason in rows if denied.is_in(reason)]
        connection.executemany("UPDATE decisions SET reason = ? WHERE decision_id = ?", found)
        return len(found)

    def on_records_deleted(self, connection: Connection, deleted: DeletedRecords) -> int:  # noqa: ARG002
        """Delete the shapes of doubtful values that no record contains any more; their keyed hashes stay.

        The rows stay as well: an id that a reviewer has seen is never reused for another value.
        """
        cursor = connection.execute(
            "UPDATE doubts SET shape = '' WHERE shape <> '' "
            "AND NOT EXISTS (SELECT 1 FROM doubt_places p WHERE p.doubt_id = doubts.doubt_id)"
        )
        return int(cursor.rowcount)

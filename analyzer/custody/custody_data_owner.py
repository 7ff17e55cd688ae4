"""Derived data of custody: texts written by users, in which a denied term may occur."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from analyzer.store.database import Connection
from analyzer.store.derived_data import DeletedRecords, DeniedTerm, ReplacedTexts


@dataclass(frozen=True, slots=True)
class CustodyOwner:
    """Owner of the reasons of retention rules and of the segments that survey links join to answers."""

    name: ClassVar[str] = "custody"
    columns: ClassVar[Mapping[str, frozenset[str]]] = {
        "retention": frozenset({"reason"}), "links": frozenset({"segments"}),
    }  # fmt: skip

    def on_texts_replaced(self, connection: Connection, replaced: ReplacedTexts) -> int:
        """Mask a denied term; return the number of changed texts."""
        if not (denied := replaced.denied):
            return 0
        rows = connection.execute("SELECT rule_id, reason FROM retention WHERE reason <> ''").fetchall()
        reasons = [(denied.masked(reason), number) for number, reason in rows if denied.is_in(reason)]
        connection.executemany("UPDATE retention SET reason = ? WHERE rule_id = ?", reasons)
        found = connection.execute("SELECT DISTINCT segments FROM links").fetchall()
        segments = [(masked, stored) for (stored,) in found if (masked := _masked_segments(stored, denied)) != stored]
        connection.executemany("UPDATE links SET segments = ? WHERE segments = ?", segments)
        return len(reasons) + len(segments)

    def on_records_deleted(self, connection: Connection, deleted: DeletedRecords) -> int:  # noqa: ARG002
        """Return 0: none of these texts is derived from a record."""
        return 0


def _masked_segments(stored: str, denied: DeniedTerm) -> str:
    segments = json.loads(stored)
    masked = {label: denied.masked(value) if isinstance(value, str) else value for label, value in segments.items()}
    return json.dumps(masked, sort_keys=True) if masked != segments else stored

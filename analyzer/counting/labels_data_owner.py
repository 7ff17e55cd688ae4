"""The derived data of counting: predicates, and the labels that people gave to texts."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from analyzer.counting.labels import plain_name
from analyzer.index.fulltext import subject_words
from analyzer.store.database import Connection
from analyzer.store.derived_data import ALL_COLUMNS, DeletedRecords, DeniedTerm, ReplacedTexts, move_labels, unique_mask


@dataclass(frozen=True, slots=True)
class LabelsOwner:
    """Owns predicates and labels; a foreign key deletes the labels of a deleted text."""

    name: ClassVar[str] = "labels"
    columns: ClassVar[Mapping[str, frozenset[str]]] = {"predicates": ALL_COLUMNS, "labels": ALL_COLUMNS}

    def on_texts_replaced(self, connection: Connection, replaced: ReplacedTexts) -> int:
        """Move labels to the replaced texts, and mask a denied term in predicates."""
        moved = move_labels(connection, "labels", "predicate_id", replaced)
        return moved + (_mask_predicates(connection, replaced.denied) if replaced.denied else 0)

    def on_records_deleted(self, connection: Connection, deleted: DeletedRecords) -> int:  # noqa: ARG002
        """Change nothing: predicates are independent of records."""
        return 0


def _mask_predicates(connection: Connection, denied: DeniedTerm) -> int:
    rows = connection.execute("SELECT predicate_id, name, scale FROM predicates ORDER BY predicate_id").fetchall()
    names = {name for _, name, _ in rows}
    count = 0
    for predicate_id, name, kept in rows:
        if not denied.is_in(name):
            continue
        after = plain_name(unique_mask(denied, name, names, plain_name))
        names = names - {name} | {after}
        scale = json.loads(kept)
        scale["weights"] = _weights(scale["weights"], subject_words(after))
        connection.execute(
            "UPDATE predicates SET name = ?, scale = ? WHERE predicate_id = ?",
            (after, json.dumps(scale, sort_keys=True), predicate_id),
        )
        count += 1
    return count


def _weights(weights: Mapping[str, float], words: list[str]) -> dict[str, float]:
    """Return the weights of the remaining words; the placeholder takes the weights of the masked words."""
    kept = {word: weight for word, weight in weights.items() if word in words}
    added = [word for word in words if word not in weights]
    rest = round(sum(weights.values()) - sum(kept.values()), 6)
    return kept | ({added[0]: rest} if added else {})

"""Registry of derived data: each slice updates the data that it derived from texts when these change.

Erasure, deny, re-scrubbing, restore and retention call the registry inside their own transaction and list no tables.
Knows nothing of themes, labels or answers; their slices register themselves as owners.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from analyzer.store.database import Connection

ALL_COLUMNS = frozenset({"*"})
Spans = list[tuple[int, int]]
Counts = Mapping[str, int]
"""Name of an owner -> number of rows that it changed or deleted."""


@dataclass(frozen=True, slots=True)
class DeniedTerm:
    """A term that must not be stored any more.

    Attributes:
        type: of the placeholder that replaces it, such as DENIED.
        finds: returns the spans of the term in a text, sorted; spans may overlap.
    """

    type: str
    finds: Callable[[str], Spans] = field(repr=False)

    def is_in(self, text: str) -> bool:
        """Return whether a text contains the term."""
        return bool(self.finds(text))

    def masked(self, text: str, number: int = 1) -> str:
        """Return a text with every occurrence of the term replaced by the placeholder of this number."""
        return masked(text, self.finds(text), f"<{self.type}_{number}>")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplacedTexts:
    """Old texts of records and their new texts; both are stored while the owners are called.

    Attributes:
        successors: id of an old text -> sorted ids of the new texts of its records.
        texts: old and new texts by id.
        orphans: the old texts that no record has any more.
        record_ids: ids of the records with a changed text or field.
        denied: the term that was masked; None where texts were scrubbed again.
    """

    successors: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    texts: Mapping[int, str] = field(default_factory=dict, repr=False)
    orphans: frozenset[int] = frozenset()
    record_ids: frozenset[str] = frozenset()
    denied: DeniedTerm | None = None

    @property
    def orphaned_texts(self) -> dict[int, str]:
        """The old texts that no record has any more, by id."""
        return {text_id: self.texts[text_id] for text_id in sorted(self.orphans)}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletedRecords:
    """Deleted records; the texts of these records alone are still stored while the owners are called.

    Attributes:
        numbers, ids: of the records; text_ids: of their texts.
        orphaned_texts: the texts that no record has any more, by id.
        respondents: the pseudonyms that no record has any more.
    """

    numbers: tuple[int, ...] = ()
    ids: frozenset[str] = frozenset()
    text_ids: frozenset[int] = frozenset()
    orphaned_texts: Mapping[int, str] = field(default_factory=dict, repr=False)
    respondents: frozenset[str] = frozenset()


class DataOwner(Protocol):
    """Interface that a slice implements and registers for the tables that it owns.

    Attributes:
        name: of the owner, unique in a registry.
        columns: table -> columns that the owner is responsible for, ALL_COLUMNS for every column of the table.
    """

    name: ClassVar[str]
    columns: ClassVar[Mapping[str, frozenset[str]]]

    def on_texts_replaced(self, connection: Connection, replaced: ReplacedTexts) -> int:
        """Update the data of replaced texts inside the caller's transaction; return the number of changes."""

    def on_records_deleted(self, connection: Connection, deleted: DeletedRecords) -> int:
        """Update the data of deleted records inside the caller's transaction; return the number of changes."""


@dataclass(frozen=True, slots=True)
class DerivedData:
    """The registry: owners in call order; the owner of the texts table is the last."""

    owners: tuple[DataOwner, ...]

    def on_texts_replaced(self, connection: Connection, replaced: ReplacedTexts) -> Counts:
        """Call every owner after the records have their new texts; return the number of changes by owner."""
        return {owner.name: owner.on_texts_replaced(connection, replaced) for owner in self.owners}

    def on_records_deleted(self, connection: Connection, deleted: DeletedRecords) -> Counts:
        """Call every owner after the records are deleted; return the number of changes by owner."""
        return {owner.name: owner.on_records_deleted(connection, deleted) for owner in self.owners}

    def owners_of(self, table: str, column: str) -> tuple[str, ...]:
        """Return the names of the owners that are responsible for a column."""
        return tuple(
            owner.name for owner in self.owners if owner.columns.get(table, frozenset()) & {column, *ALL_COLUMNS}
        )


def masked(text: str, spans: Spans, placeholder: str) -> str:
    """Return the text with each span replaced by a placeholder; spans are sorted and may overlap."""
    pieces, done = [], 0
    for start, end in spans:
        if start >= done:
            pieces += [text[done:start], placeholder]
        done = max(done, end)
    return "".join([*pieces, text[done:]])


def unique_mask(term: DeniedTerm, text: str, taken: Iterable[str], form: Callable[[str], str] = str) -> str:
    """Return a name with the term masked, with the first placeholder number that gives a name not in use.

    Args:
        term: the term to mask.
        text: the name that contains it.
        taken: the names in use, normalized by `form`.
        form: normalizes a name for comparison.
    """
    used, number = set(taken), 1
    while form(found := term.masked(text, number)) in used:
        number += 1
    return found


def move_labels(connection: Connection, table: str, subject: str, replaced: ReplacedTexts) -> int:
    """Transfer labels from old texts to their successors; return the number of labels that were moved or copied.

    A moved label keeps its number, so that "the latest counts" and "undo the latest" still apply. A label is copied
    where the old text remains in use, and to further successors unless these have a later label already.

    Args:
        connection: of the caller's transaction.
        table: with label_id, text_id, answer, at, actor, undone.
        subject: the column with the id of the predicate or theme.
        replaced: the old and new texts.
    """
    if not connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone():
        return 0
    count = 0
    targets = {new for successors in replaced.successors.values() for new in successors}
    in_order = sorted(replaced.successors.items(), key=lambda one: (one[0] not in targets, one[0]))
    for old, successors in in_order:  # a text that is replaced and also a successor is replaced first
        for place, new in enumerate(successors):
            # remove a copy of the same label from when other records of the old text were scrubbed again
            connection.execute(
                f"DELETE FROM {table} WHERE text_id = ?1 AND EXISTS (SELECT 1 FROM {table} o WHERE o.text_id = ?2 "
                f"AND o.{subject} = {table}.{subject} AND o.at = {table}.at AND o.actor = {table}.actor "
                f"AND o.answer = {table}.answer AND o.undone IS {table}.undone)",
                (new, old),
            )
            if place == len(successors) - 1 and old in replaced.orphans:
                moved = connection.execute(f"UPDATE {table} SET text_id = ? WHERE text_id = ?", (new, old))
            else:
                moved = connection.execute(
                    f"INSERT INTO {table}({subject}, text_id, answer, at, actor, undone, is_settled) "
                    f"SELECT {subject}, ?1, answer, at, actor, undone, is_settled FROM {table} l WHERE text_id = ?2 "
                    f"AND NOT EXISTS (SELECT 1 FROM {table} x WHERE x.text_id = ?1 AND x.{subject} = l.{subject} "
                    "AND x.at > l.at) ORDER BY label_id",
                    (new, old),
                )
            count += int(moved.rowcount)
    return count

"""Owners of derived data: whatever is made from a text is cleaned up by the slice that made it.

Erasure, deny, re-scrubbing, restore and retention call the registry inside their own transaction and list no tables.
Knows nothing of themes, labels or answers: owners register from above.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from analyzer.store.database import Connection

ALL_COLUMNS = frozenset({"*"})
Spans = list[tuple[int, int]]
Counts = Mapping[str, int]
"""What each owner changed or deleted, by its name."""


@dataclass(frozen=True, slots=True)
class DeniedTerm:
    """A term that must not be stored any more.

    Attributes:
        type: of the placeholder that stands in its place, such as DENIED.
        finds: returns where the term stands in a text, sorted; spans may overlap.
    """

    type: str
    finds: Callable[[str], Spans] = field(repr=False)

    def is_in(self, text: str) -> bool:
        """Tell whether a text holds the term."""
        return bool(self.finds(text))

    def masked(self, text: str, number: int = 1) -> str:
        """Return a text with the placeholder of this number in place of the term."""
        return masked(text, self.finds(text), f"<{self.type}_{number}>")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplacedTexts:
    """Texts that records had and what these records have instead; both are stored while the owners are called.

    Attributes:
        successors: id of an old text -> sorted ids of the texts that its records have now.
        texts: old and new texts by id.
        orphans: the old texts that no record has any more.
        record_ids: ids of the records of which a text or a field changed.
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
    """Records that were deleted; the texts that only they had are stored while the owners are called.

    Attributes:
        numbers: of the records; ids: theirs; text_ids: of the texts that they had.
        orphaned_texts: the texts that no record has any more, by id.
        respondents: the pseudonyms that no record has any more.
    """

    numbers: tuple[int, ...] = ()
    ids: frozenset[str] = frozenset()
    text_ids: frozenset[int] = frozenset()
    orphaned_texts: Mapping[int, str] = field(default_factory=dict, repr=False)
    respondents: frozenset[str] = frozenset()


class DataOwner(Protocol):
    """What a slice registers for the tables that it owns.

    Attributes:
        name: of the owner, unique in a registry.
        columns: table -> columns that the owner is responsible for, ALL_COLUMNS for every column of the table.
    """

    name: ClassVar[str]
    columns: ClassVar[Mapping[str, frozenset[str]]]

    def on_texts_replaced(self, connection: Connection, replaced: ReplacedTexts) -> int:
        """Follow replaced texts inside the caller's transaction; return how much changed."""

    def on_records_deleted(self, connection: Connection, deleted: DeletedRecords) -> int:
        """Follow deleted records inside the caller's transaction; return how much changed."""


@dataclass(frozen=True, slots=True)
class DerivedData:
    """The registry: owners in the order in which they are called; the owner of the texts themselves is the last."""

    owners: tuple[DataOwner, ...]

    def on_texts_replaced(self, connection: Connection, replaced: ReplacedTexts) -> Counts:
        """Call every owner after the records have their new texts; return what each changed."""
        return {owner.name: owner.on_texts_replaced(connection, replaced) for owner in self.owners}

    def on_records_deleted(self, connection: Connection, deleted: DeletedRecords) -> Counts:
        """Call every owner after the records are deleted; return what each changed."""
        return {owner.name: owner.on_records_deleted(connection, deleted) for owner in self.owners}

    def owners_of(self, table: str, column: str) -> tuple[str, ...]:
        """Return the names of the owners that are responsible for a column."""
        return tuple(
            owner.name for owner in self.owners if owner.columns.get(table, frozenset()) & {column, *ALL_COLUMNS}
        )


def masked(text: str, spans: Spans, placeholder: str) -> str:
    """Return the text with a placeholder in the place of each span; spans are sorted and may overlap."""
    pieces, done = [], 0
    for start, end in spans:
        if start >= done:
            pieces += [text[done:start], placeholder]
        done = max(done, end)
    return "".join([*pieces, text[done:]])


def unique_mask(term: DeniedTerm, text: str, taken: Iterable[str], form: Callable[[str], str] = str) -> str:
    """Return a text without the term under the first number of the placeholder that makes a name not yet taken.

    Args:
        term: what is masked.
        text: the name that holds it.
        taken: the names in use, each in the form in which they are compared.
        form: brings a name into that form.
    """
    used, number = set(taken), 1
    while form(found := term.masked(text, number)) in used:
        number += 1
    return found


def move_labels(connection: Connection, table: str, subject: str, replaced: ReplacedTexts) -> int:
    """Let what people said of old texts hold for what these have become; return how many labels were moved or copied.

    A label is moved with its number, so that "the latest counts" and "undo the latest" hold on; it is copied where the
    old text stays, and to further successors unless something later was said of them already.

    Args:
        connection: of the caller's transaction.
        table: with label_id, text_id, answer, at, actor, undone.
        subject: its column that says what is labeled.
        replaced: the texts.
    """
    if not connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone():
        return 0
    count = 0
    targets = {new for successors in replaced.successors.values() for new in successors}
    in_order = sorted(replaced.successors.items(), key=lambda one: (one[0] not in targets, one[0]))
    for old, successors in in_order:  # a text that is given up and taken over by others is given up first
        for place, new in enumerate(successors):
            # a copy of the same label, made when other records of the old text were scrubbed again
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
                    f"INSERT INTO {table}({subject}, text_id, answer, at, actor, undone) "
                    f"SELECT {subject}, ?1, answer, at, actor, undone FROM {table} l WHERE text_id = ?2 "
                    f"AND NOT EXISTS (SELECT 1 FROM {table} x WHERE x.text_id = ?1 AND x.{subject} = l.{subject} "
                    "AND x.at > l.at) ORDER BY label_id",
                    (new, old),
                )
            count += int(moved.rowcount)
    return count

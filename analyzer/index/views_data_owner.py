"""The derived data of saved views: a filter must not outlive the only comments that had one of its values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from analyzer.errors import UsageError
from analyzer.index.feedback_table import RESPONSES, read_columns
from analyzer.index.filters import COMMENT_ROWS, ColumnTarget, Condition, Predicate, split_filter
from analyzer.store.database import Connection
from analyzer.store.derived_data import ALL_COLUMNS, DeletedRecords, DeniedTerm, ReplacedTexts, unique_mask

Has = Callable[[Predicate], bool]
"""Returns whether a predicate selects a comment or a response."""


@dataclass(frozen=True, slots=True)
class ViewsOwner:
    """Owns the saved views."""

    name: ClassVar[str] = "views"
    columns: ClassVar[Mapping[str, frozenset[str]]] = {"saved_views": ALL_COLUMNS}

    def on_texts_replaced(self, connection: Connection, replaced: ReplacedTexts) -> int:
        """Delete the views whose filter holds a denied term, and mask it in the names of the others."""
        if not (denied := replaced.denied):
            return 0
        rows = connection.execute("SELECT view_id, account, name, condition FROM saved_views").fetchall()
        gone = [(number,) for number, _, _, where in rows if denied.is_in(where)]
        connection.executemany("DELETE FROM saved_views WHERE view_id = ?", gone)
        masked = [row for row in rows if denied.is_in(row[2]) and not denied.is_in(row[3])]
        for number, account, name, _ in masked:
            _rename(connection, denied, number, account, name)
        return len(gone) + len(masked)

    def on_records_deleted(self, connection: Connection, deleted: DeletedRecords) -> int:  # noqa: ARG002
        """Delete the views with a condition that no remaining comment or response meets; return their number."""
        rows = connection.execute("SELECT view_id, condition FROM saved_views").fetchall()
        if not rows:
            return 0
        columns = read_columns(lambda sql: connection.execute(sql).fetchall())
        has = partial(_has, connection)
        gone = [(number,) for number, where in rows if not _all_occur(has, where, columns)]
        connection.executemany("DELETE FROM saved_views WHERE view_id = ?", gone)
        return len(gone)


def occurs(has: Has, condition: Condition) -> bool:
    """Return whether one comparison of a filter selects a comment or a response.

    Args:
        has: see Has.
        condition: the comparison; `in` has one for each of its values.
    """
    return has(condition.predicate)


def texts_of(condition: Condition) -> tuple[str, ...]:
    """Return the values of a comparison that are text, as they are compared: in lower case."""
    return tuple(one for one in condition.predicate.parameters if isinstance(one, str))


def _all_occur(has: Has, where: str, columns: Mapping[str, ColumnTarget]) -> bool:
    try:
        return all(occurs(has, one) for one in split_filter(where, columns))
    except UsageError:  # its column is no longer kept, or is read otherwise
        return False


def _has(connection: Connection, predicate: Predicate) -> bool:
    rows = COMMENT_ROWS if predicate.is_about_comments else RESPONSES
    sql = f"SELECT 1 FROM {rows} WHERE {predicate.sql} LIMIT 1"  # noqa: S608 - SQL of the compiled filter
    return connection.execute(sql, predicate.parameters).fetchone() is not None


def _rename(connection: Connection, denied: DeniedTerm, number: int, account: str, name: str) -> None:
    others = connection.execute(
        "SELECT name FROM saved_views WHERE account = ? AND view_id <> ?", (account, number)
    ).fetchall()
    masked = unique_mask(denied, name, [other for (other,) in others])
    connection.execute("UPDATE saved_views SET name = ? WHERE view_id = ?", (masked, number))

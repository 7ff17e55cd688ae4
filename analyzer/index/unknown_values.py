"""Find the values of a filter that no response has, and the values that are nearest to them."""

from collections.abc import Sequence

from analyzer.index.feedback_table import FeedbackTable
from analyzer.index.filter_parts import split_parts
from analyzer.index.filters import close_matches, find_column
from analyzer.index.types import UnknownValue
from analyzer.store.casefold import folded
from analyzer.types import Kind

NAMED = frozenset({Kind.CATEGORY, Kind.CODE, Kind.MULTI})
"""Kinds whose values are names; an ordered label that does not exist is an error of the filter itself."""
MOST_NEAREST = 3
MOST_VALUES = 10_000


def unknown_values(table: FeedbackTable, where: str) -> tuple[UnknownValue, ...]:
    """Return the values of `=` and `in` conditions that no response has, in the order of the filter.

    Raises:
        UsageError: if the filter is not understood.
    """
    table.predicate(where)
    targets, found = table.columns(), []
    for part in split_parts(where):
        target = find_column(targets, part.column) if part.operator in ("=", "in") else None
        if part.column.casefold() == "question":
            known = [label for label in table.questions().values() if label]
        elif target is not None and target.column.kind in NAMED:
            known = [str(value) for value, _ in table.tally(target.column.name, most=MOST_VALUES) if value is not None]
        else:
            continue
        found += [_nearest(part.column, value, known) for value in part.values if not _is_known(value, known)]
    return tuple(found)


def _is_known(value: str, known: Sequence[str]) -> bool:
    return folded(value) in {folded(one) for one in known}


def _nearest(column: str, value: str, known: Sequence[str]) -> UnknownValue:
    near = close_matches(value, known, MOST_NEAREST)
    return UnknownValue(column, value, tuple(near or known[:MOST_NEAREST]), bool(near))

"""Compute exact figures from columns: numbers of comments by group, and averages. Uses no model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analyzer.counting.prevalence import label_of
from analyzer.counting.types import Count, Measure, Row, Share, Table
from analyzer.errors import UsageError
from analyzer.index.aggregates import ONE_GROUP, Grouping, ValueCounts, grouping, join_groups, tally
from analyzer.index.feedback_table import FeedbackTable
from analyzer.index.filters import ColumnTarget
from analyzer.store.database import Database
from analyzer.types import Kind

EXACT = "exact"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A request for a table: a measure by groups; `column` is the column to average."""

    measure: Measure
    by: str = ""
    period: str = ""
    column: str = ""


def make_table(database: Database, table: FeedbackTable, where: str, wanted: Wanted) -> Table:
    """Return a measure for each group of the matching comments, or for all of them in one row.

    Raises:
        UsageError: if a column is unknown, or the column to average is not numeric.
    """
    columns = table.columns()
    averaged = _averaged(columns, wanted) if wanted.measure is Measure.AVERAGE else None
    groups = grouping(columns, wanted.by, wanted.period) if wanted.by else None
    figures = tally(database, table.predicate(where), groups, averaged)
    total = sum(one.records for one in figures)
    rows = tuple(_row(one, groups, where, wanted.measure, total) for one in figures if one.records)
    unit = averaged.column.label if averaged else wanted.measure.value
    by = (groups.period or groups.target.column.label) if groups else ""
    title = (f"average {unit}" if averaged else unit) + (f" by {by}" if by else "")
    query = f"{wanted.measure.value}{f' of {averaged.column.name}' if averaged else ''}"
    query += f" by {wanted.by}{f' ({groups.period})' if groups and groups.period else ''}" if groups else ""
    return Table(title, unit, by, rows, f"{query} where {where or 'all'}", _method(figures))


def count_exactly(database: Database, table: FeedbackTable, where: str, by: str, period: str) -> Count:
    """Return the share of all comments that match a filter, and the share of each group among those that match."""
    columns = table.columns()
    groups = grouping(columns, by, period) if by else None
    chosen, everything = table.predicate(where), table.predicate("")
    matching, whole = tally(database, chosen)[0], tally(database, everything)[0]
    share = matching.records / whole.records if whole.records else 0.0
    parts = tally(database, chosen, groups) if groups else []
    shares = tuple(_part(one, groups, where, matching.records) for one in parts if groups)
    return Count(
        "", where, round(share, 6), round(share, 6), round(share, 6), whole.records, 0, _method(parts), True, by,
        shares, matching.respondents or None, len(table.text_ids(chosen)),
    )  # fmt: skip


def _method(figures: Sequence[ValueCounts]) -> str:
    return f"{EXACT}; {ONE_GROUP}" if any(one.spellings > 1 for one in figures) else EXACT


def _averaged(columns: Mapping[str, ColumnTarget], wanted: Wanted) -> ColumnTarget:
    target = columns.get(wanted.column)
    if target is None or target.column.kind is not Kind.NUMBER:
        numbers = [name for name, one in columns.items() if one.column.kind is Kind.NUMBER]
        raise UsageError(f'"{wanted.column}" is not a numeric column; average one of: {", ".join(numbers) or "none"}')
    return target


def _row(one: ValueCounts, groups: Grouping | None, where: str, measure: Measure, total: int) -> Row:
    inside = join_groups(where, groups.where(one.value)) if groups else where
    value: float = one.records
    of = total
    if measure is Measure.AVERAGE:
        value, of = (round(one.mean, 6) if one.mean is not None else 0.0), one.filled
    elif measure is Measure.SHARE:
        value = round(one.records / total, 6)
    elif measure is Measure.RESPONDENTS:
        value, of = one.respondents, one.records
    return Row(label_of(one.value) if groups else "", value, of, inside)


def _part(one: ValueCounts, groups: Grouping, where: str, total: int) -> Share:
    share = round(one.records / total, 6)
    return Share(label_of(one.value), join_groups(where, groups.where(one.value)), share, share, share, one.records)

"""Compute exact figures from columns: numbers of responses and comments by group, and the measures of a column.

Figures about fields count responses, whether or not they have a comment. Uses no model.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from analyzer.counting.prevalence import label_of
from analyzer.counting.scores import ScaleScore, average, score
from analyzer.counting.types import Count, Measure, Row, Share, Table
from analyzer.errors import UsageError
from analyzer.index.aggregates import (
    ONE_GROUP,
    Grouping,
    ValueCounts,
    distributions,
    grouping,
    join_groups,
    tally,
)
from analyzer.index.feedback_table import RESPONSES, ROWS, FeedbackTable
from analyzer.index.filters import ColumnTarget, find_column
from analyzer.store.database import Database
from analyzer.types import RANKED, ColumnRole, FieldValue, Kind

EXACT = "exact"
OF_A_COLUMN = {
    Measure.AVERAGE: "average", Measure.NPS: "NPS of", Measure.CSAT: "satisfied by", Measure.TOP_BOX: "best value of",
}  # fmt: skip
"""Measures of the values of a column, with the start of their titles."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A request for a table: a measure by groups; `column` is the column that the measure is about.

    Without a column, NPS is of the column with such a scale, CSAT likewise, and the other figures are of the rating.
    """

    measure: Measure
    by: str = ""
    period: str = ""
    column: str = ""


def make_table(database: Database, table: FeedbackTable, where: str, wanted: Wanted) -> Table:
    """Return a measure for each group of the matching responses (or comments), or for all of them in one row.

    Raises:
        UsageError: if a column is unknown, or has no numbers or scale for the measure.
    """
    columns, measure = table.columns(), wanted.measure
    measured = _measured(columns, wanted) if measure in OF_A_COLUMN else None
    groups = grouping(columns, wanted.by, wanted.period) if wanted.by else None
    is_of_comments = measure is Measure.COMMENTS or (groups is not None and groups.target.is_of_comment)
    source = ROWS if is_of_comments else RESPONSES
    chosen = table.predicate(where) if is_of_comments else table.responses(where)
    figures = [one for one in tally(database, chosen, groups, measured, source) if one.records]
    whole = tally(database, chosen, averaged=measured, source=source)[0]
    scores: dict[FieldValue, ScaleScore] = {}
    missing = sum(one.records for one in figures if one.value is None) if groups else 0
    if measured is not None:
        scores = {one.value: average(one) for one in figures}
        missing = whole.records - whole.filled
    if measured is not None and measure is not Measure.AVERAGE:
        found = distributions(database, chosen, groups, measured, source)
        scores = {one.value: score(measure, measured.column, found.get(one.key, {})) for one in figures}
        counted = distributions(database, chosen, None, measured, source).get(None, {})
        missing = whole.records - score(measure, measured.column, counted).of
    rows = tuple(_row(one, groups, where, measure, whole.records, scores.get(one.value)) for one in figures)
    by = (groups.period or groups.target.column.label) if groups else ""
    unit = measured.column.label if measured and measure is Measure.AVERAGE else measure.value
    title = (f"{OF_A_COLUMN[measure]} {measured.column.label}" if measured else unit) + (f" by {by}" if by else "")
    query = f"{measure.value}{f' of {measured.column.name}' if measured else ''}"
    query += f" by {wanted.by}{f' ({groups.period})' if groups and groups.period else ''}" if groups else ""
    of_what = "comments" if is_of_comments else "responses"
    method = [EXACT]
    if missing and measured:
        method.append(f"{missing:,} of {whole.records:,} {of_what} have no value in {measured.column.label!r}")
    if any(one.spellings > 1 for one in figures):
        method.append(ONE_GROUP)
    return Table(
        title, unit, by, rows, f"{query} where {where or 'all'}", "; ".join(method), missing,
        groups is not None and bool(groups.join),
    )  # fmt: skip


def count_exactly(database: Database, table: FeedbackTable, where: str, by: str, period: str) -> Count:
    """Return the share of all comments that match a filter, and the share of each group among those that match."""
    columns = table.columns()
    groups = grouping(columns, by, period) if by else None
    chosen, everything = table.predicate(where), table.predicate("")
    matching, whole = tally(database, chosen)[0], tally(database, everything)[0]
    share = matching.records / whole.records if whole.records else 0.0
    parts = tally(database, chosen, groups) if groups else []
    shares = tuple(_part(one, groups, where, matching.records) for one in parts if groups)
    method = f"{EXACT}; {ONE_GROUP}" if any(one.spellings > 1 for one in parts) else EXACT
    return Count(
        "", where, round(share, 6), round(share, 6), round(share, 6), whole.records, 0, method, True, by,
        shares, matching.respondents or None, len(table.text_ids(chosen)),
    )  # fmt: skip


def _measured(columns: Mapping[str, ColumnTarget], wanted: Wanted) -> ColumnTarget:
    """Return the column that a measure is about."""
    kinds = RANKED | ({Kind.BOOLEAN} if wanted.measure in (Measure.CSAT, Measure.TOP_BOX) else set())
    target = find_column(columns, wanted.column) if wanted.column else _usual(columns, wanted.measure)
    if target is None or target.column.kind not in kinds:
        fitting = ", ".join(name for name, one in columns.items() if one.column.kind in kinds)
        is_known = find_column(columns, wanted.column) is not None
        said = f'"{wanted.column}" is not a numeric column' if is_known else f'no column "{wanted.column}"'
        said = said if wanted.column else "no column is known as the rating"
        raise UsageError(f"{said}; choose with --of one of: {fitting or 'none'}")
    return target


def _usual(columns: Mapping[str, ColumnTarget], measure: Measure) -> ColumnTarget | None:
    scaled = (one for one in columns.values() if one.column.reading.scale)
    of_measure = (one for one in scaled if one.column.reading.scale and one.column.reading.scale.name == measure.value)
    return next(of_measure, None) or next((t for t in columns.values() if t.column.role is ColumnRole.RATING), None)


def _row(
    one: ValueCounts, groups: Grouping | None, where: str, measure: Measure, total: int, scored: ScaleScore | None
) -> Row:
    inside = join_groups(where, groups.where(one.value)) if groups else where
    label = label_of(one.value) if groups else ""
    if scored is not None:
        return Row(label, scored.value, scored.of, inside, scored.low, scored.high)
    if measure is Measure.SHARE:
        return Row(label, round(one.records / total, 6), total, inside)
    if measure is Measure.RESPONDENTS:
        return Row(label, one.respondents, one.records, inside)
    return Row(label, one.records, total, inside)


def _part(one: ValueCounts, groups: Grouping, where: str, total: int) -> Share:
    share = round(one.records / total, 6)
    return Share(label_of(one.value), join_groups(where, groups.where(one.value)), share, share, share, one.records)

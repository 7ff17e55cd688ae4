"""Compute exact figures from columns: numbers of responses and comments by group, and the measures of a column.

Figures about fields count responses, whether or not they have a comment. Uses no model.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from analyzer.counting.prevalence import label_of
from analyzer.counting.scores import ScaleScore, average, scale_of, score
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
from analyzer.index.figure_questions import RESPONDENTS, Disclosed, FigureQuestion
from analyzer.index.filters import ColumnTarget, find_column
from analyzer.store.database import Database
from analyzer.types import RANKED, ColumnRole, FieldValue, Kind

EXACT = "exact"
OF_A_COLUMN = {
    Measure.AVERAGE: "average", Measure.NPS: "NPS of", Measure.CSAT: "satisfied by", Measure.TOP_BOX: "best value of",
}  # fmt: skip
"""Measures of the values of a column, with the start of their titles."""
WITHHELD = "groups of few people are withheld, and others from which they could be calculated"
OVERLAP = "groups of a column with several choices overlap and are withheld: their differences describe few people"
ROUNDED = "rounded to two decimals, of all responses of the group that have a value"
DECIMALS = 2
"""Decimals of a disclosed measure. An exact mean would tell of how many values it is the mean."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A request for a table: a measure by groups; `column` is the column that the measure is about.

    Without a column, NPS is of the column with such a scale, CSAT likewise, and the other figures are of the rating.
    """

    measure: Measure
    by: str = ""
    period: str = ""
    column: str = ""


@dataclass(frozen=True, slots=True)
class TableRequest:
    """A request with its columns: the measured one, the groups, and whether comments are counted, not responses."""

    wanted: Wanted
    measured: ColumnTarget | None
    groups: Grouping | None
    is_of_comments: bool


def read_request(table: FeedbackTable, wanted: Wanted) -> TableRequest:
    """Return a request with its columns.

    Raises:
        UsageError: if a column is unknown, or has no numbers for the measure.
    """
    columns = table.columns()
    measured = _measured(columns, wanted) if wanted.measure in OF_A_COLUMN else None
    groups = grouping(columns, wanted.by, wanted.period) if wanted.by else None
    is_of_comment = groups is not None and groups.target.is_of_comment
    return TableRequest(wanted, measured, groups, wanted.measure is Measure.COMMENTS or is_of_comment)


def question_of(table: FeedbackTable, where: str, wanted: Wanted) -> FigureQuestion:
    """Return what a table asks of disclosure control.

    Raises:
        UsageError: if a column is unknown, or has no numbers or scale for the measure.
    """
    request, measure = read_request(table, wanted), wanted.measure
    groups, column = request.groups, request.measured.column if request.measured else None
    scale = scale_of(measure, column) if column and measure is not Measure.AVERAGE else None
    return FigureQuestion(
        counted="comments" if request.is_of_comments else "responses", where=where,
        by=groups.target.column.name if groups else "", period=groups.period if groups else "",
        measured=RESPONDENTS if measure is Measure.RESPONDENTS else column.name if column else "",
        low=scale.low if scale else None, high=scale.high if scale else None,
    )  # fmt: skip


def make_table(
    database: Database, table: FeedbackTable, where: str, wanted: Wanted, disclosed: Disclosed | None = None
) -> Table:
    """Return a measure for each group of the matching responses (or comments), or for all of them in one row.

    Args:
        database: to read.
        table: over the same connection.
        where: filter over the columns.
        wanted: the measure and its groups.
        disclosed: what may be shown to an account that sees no comments; None if everything may. Its measures are
            rounded, have no interval, and are said to be of all records of their group: the number of values, or of
            missing ones, could be that of few people.

    Raises:
        UsageError: if a column is unknown, or has no numbers or scale for the measure.
    """
    request, measure = read_request(table, wanted), wanted.measure
    measured, groups, is_of_comments = request.measured, request.groups, request.is_of_comments
    source = ROWS if is_of_comments else RESPONSES
    chosen = table.predicate(where) if is_of_comments else table.responses(where)
    is_open = disclosed is None
    figures = [one for one in tally(database, chosen, groups, measured, source, is_open) if one.records]
    whole = tally(database, chosen, averaged=measured, source=source, counts_people=is_open)[0]
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
    rows = [_row(one, groups, where, measure, whole.records, scores.get(one.value)) for one in figures]
    by = (groups.period or groups.target.column.label) if groups else ""
    unit = measured.column.label if measured and measure is Measure.AVERAGE else measure.value
    title = (f"{OF_A_COLUMN[measure]} {measured.column.label}" if measured else unit) + (f" by {by}" if by else "")
    query = f"{measure.value}{f' of {measured.column.name}' if measured else ''}"
    query += f" by {wanted.by}{f' ({groups.period})' if groups and groups.period else ''}" if groups else ""
    of_what = "comments" if is_of_comments else "responses"
    method = [EXACT]
    overlaps = groups is not None and bool(groups.join)
    if disclosed is not None:
        kept = [disclosed.shows(one.value) and not overlaps for one in figures]
        method = [ROUNDED if measured else EXACT, *([OVERLAP] if overlaps else [] if all(kept) else [WITHHELD])]
        pairs = [(row, one) for row, one, is_kept in zip(rows, figures, kept, strict=True) if is_kept]
        rows, figures = [_disclosed_row(*pair, measure, disclosed) for pair in pairs], [one for _, one in pairs]
        missing = 0
    if missing and measured:
        method.append(f"{missing:,} of {whole.records:,} {of_what} have no value in {measured.column.label!r}")
    if any(one.spellings > 1 for one in figures):
        method.append(ONE_GROUP)
    return Table(title, unit, by, tuple(rows), f"{query} where {where or 'all'}", "; ".join(method), missing, overlaps)


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
        shares, matching.respondents or None, table.count_different(chosen),
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


def _disclosed_row(row: Row, one: ValueCounts, measure: Measure, disclosed: Disclosed) -> Row:
    if measure is Measure.RESPONDENTS:
        return replace(row, value=disclosed.respondents(one.value))
    if measure in OF_A_COLUMN:
        return replace(row, value=round(row.value, DECIMALS), of=one.records, low=None, high=None)
    return row


def _part(one: ValueCounts, groups: Grouping, where: str, total: int) -> Share:
    share = round(one.records / total, 6)
    return Share(label_of(one.value), join_groups(where, groups.where(one.value)), share, share, share, one.records)

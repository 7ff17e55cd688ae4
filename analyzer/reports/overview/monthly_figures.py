"""Read the figures of each month, and compare spans of whole months.

Uses only columns that an account with figures alone can read: numbers, never a text.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from analyzer.counting.scores import ScaleScore, average, score
from analyzer.counting.types import Measure
from analyzer.index.aggregates import ValueCounts
from analyzer.index.feedback_table import RESPONSES, FeedbackTable
from analyzer.index.filter_parts import both
from analyzer.index.filters import ColumnTarget, number_of
from analyzer.index.stance_sql import POLARITY
from analyzer.reports.overview.types import TimeSpan
from analyzer.store.database import Database
from analyzer.themes.trends.shares import is_over, periods_between, usual_gap
from analyzer.types import Column, ColumnRole

SPANS = (1, 3, 6, 12)
"""Lengths in months of the spans that are compared; the shortest that fits is taken."""
LEAST_RESPONSES = 30
"""Responses that each of two compared spans needs, as for the tests of trends."""
MOST_MONTHS = 600
NEGATIVE = (
    f"(SELECT o.text_id, max({POLARITY} = 0) AS is_negative FROM opinions o JOIN clauses c USING(clause_id) GROUP BY 1)"
)
"""SQL: the texts that are split into opinions, and whether one of these is negative."""


@dataclass(slots=True)
class SpanCounts:
    """What is counted in a month, or in several.

    Attributes:
        ratings: number of responses by rating.
        judged: comments that are split into opinions; negative: those with a negative one.
    """

    responses: int = 0
    comments: int = 0
    ratings: Counter[float] = field(default_factory=Counter)
    judged: int = 0
    negative: int = 0

    def add(self, other: "SpanCounts") -> None:
        """Add the counts of other months."""
        self.responses += other.responses
        self.comments += other.comments
        self.ratings.update(other.ratings)
        self.judged += other.judged
        self.negative += other.negative


@dataclass(frozen=True, slots=True)
class Monthly:
    """Counts by month.

    Attributes:
        months: by month, without gaps; empty without dates.
        undated: of the records without a date.
        newest: date of the newest response; empty without dates.
        date: name of the date column; empty without one.
        gap_days: the usual pause between two responses, in days.
        filter: that of all these records; empty for all.
    """

    months: Mapping[str, SpanCounts]
    undated: SpanCounts
    newest: str = ""
    date: str = ""
    gap_days: int = 0
    filter: str = ""

    def whole(self) -> SpanCounts:
        """Return the counts of all records."""
        return total([*self.months.values(), self.undated])

    def where(self, first: str, last: str) -> str:
        """Return the filter of the months from the first to the last."""
        months = f"{self.date}={first}" if first == last else f"{self.date}>={first} and {self.date}<={last}"
        return both(self.filter, months)

    def of(self, span: TimeSpan) -> SpanCounts:
        """Return the counts of a span."""
        return total([counts for month, counts in self.months.items() if span.first <= month <= span.last])

    @property
    def not_over(self) -> str:
        """The last month if the responses do not reach its end, else empty."""
        last = list(self.months)[-1] if self.months else ""
        return last if last and not is_over(last, "month", self.newest, self.gap_days) else ""


def total(parts: Sequence[SpanCounts]) -> SpanCounts:
    """Return the sum of counts."""
    found = SpanCounts()
    for part in parts:
        found.add(part)
    return found


def read_monthly(database: Database, table: FeedbackTable, rating: ColumnTarget | None, where: str = "") -> Monthly:
    """Return the counts of the records that match a filter by month of their date."""
    responses, comments = table.responses(where), table.predicate(where)
    dates = table.column_of(ColumnRole.DATE)
    month = f"substr({dates.sql}, 1, 7)" if dates else "NULL"
    value, parameters = number_of(rating) if rating else ("NULL", ())
    found: dict[str, SpanCounts] = {}
    for key, number, count in database.rows(
        f"SELECT {month}, {value}, count(*) FROM {RESPONSES} WHERE {responses.sql} GROUP BY 1, 2",
        (*parameters, *responses.parameters),
    ):
        counts = found.setdefault(key or "", SpanCounts())
        counts.responses += count
        if number is not None:
            counts.ratings[float(number)] += count
    for key, count, judged, negative in database.rows(
        f"SELECT {month}, count(*), count(x.is_negative), total(x.is_negative) FROM feedback f "
        f"JOIN fields d USING(response_id) JOIN texts t USING(text_id) LEFT JOIN {NEGATIVE} x USING(text_id) "
        f"WHERE {comments.sql} GROUP BY 1",
        comments.parameters,
    ):
        counts = found.setdefault(key or "", SpanCounts())
        counts.comments, counts.judged, counts.negative = count, judged, int(negative)
    undated = found.pop("", SpanCounts())
    if not dates or not found:
        return Monthly({}, undated, filter=where)
    days = database.rows(f"SELECT DISTINCT substr({dates.sql}, 1, 10) FROM fields d WHERE {dates.sql} IS NOT NULL")
    newest, gap = max(day for (day,) in days), usual_gap([day for (day,) in days])
    periods = periods_between(min(found), max(found), "month")[-MOST_MONTHS:]
    early = total([counts for key, counts in found.items() if key < periods[0]])
    undated.add(early)
    months = {period: found.get(period, SpanCounts()) for period in periods}
    return Monthly(months, undated, newest, dates.column.name, gap, where)


def compared_spans(monthly: Monthly) -> tuple[TimeSpan, TimeSpan] | None:
    """Return the latest span of whole months and the one before it, of the shortest length with enough responses.

    None if no length has LEAST_RESPONSES in both.
    """
    months = [month for month in monthly.months if month != monthly.not_over]
    for length in SPANS:
        if len(months) < 2 * length:
            return None
        recent, before = months[-length:], months[-2 * length : -length]
        spans = [TimeSpan(one[0], one[-1], monthly.where(one[0], one[-1])) for one in (recent, before)]
        if all(monthly.of(span).responses >= LEAST_RESPONSES for span in spans):
            return spans[0], spans[1]
    return None


def rating_measure(column: Column) -> Measure:
    """Return NPS for a column on such a scale, else the average."""
    scale = column.reading.scale
    return Measure.NPS if scale and scale.name == Measure.NPS.value else Measure.AVERAGE


def rating_score(column: Column, counts: Mapping[float, int]) -> ScaleScore | None:
    """Return the average or the NPS of ratings with its 95 % interval; None if there are none."""
    n = sum(counts.values())
    if not n:
        return None
    if rating_measure(column) is Measure.NPS:
        found = score(Measure.NPS, column, counts)
        return found if found.of else None
    mean = sum(value * count for value, count in counts.items()) / n
    square = sum(value * value * count for value, count in counts.items()) / n
    return average(ValueCounts(None, n, n, mean, 0, square))

"""The trends service: themes over time, and drivers of a rating."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol

import numpy as np

from analyzer.errors import UsageError
from analyzer.index.dates_in_words import date_in_words, period_in_words
from analyzer.index.feedback_table import FeedbackTable
from analyzer.messages.text import _
from analyzer.security.audit_trail import AuditTrail
from analyzer.security.authorization import Authorization
from analyzer.security.permissions import Permission, needs
from analyzer.store.database import Database
from analyzer.themes.trends.drivers import csat, effects, nps
from analyzer.themes.trends.followed import FollowedThemes
from analyzer.themes.trends.results import driver_of, series_of
from analyzer.themes.trends.shares import curves, is_over, periods_between
from analyzer.themes.trends.timeline import Dated, Timeline, join_pairs
from analyzer.themes.trends.types import Drivers, Trends
from analyzer.types import ColumnRole, Kind

METHOD = (
    "shares of all comments of a period, with Wilson's 95 % interval; adjusted: at the mix of segments of the whole "
    "time; flagged where a period differs from up to 12 before it (quasi-binomial test, false discovery rate 5 %), by "
    "at least half a point and a fifth, among at least 30 comments"
)
DRIVERS_METHOD = (
    "difference of means within segments, 95 % interval from 1,000 bootstrap draws; a driver is significant at a false "
    "discovery rate of 5 %; an association is not proof of a cause"
)
PERIODS = ("week", "month")


class GuardsTrends(Protocol):
    """Withholds figures of few people from accounts that see no comments."""

    def require_unfiltered(self, where: str) -> None:
        """Check that figures are for all comments; raise WithheldError if there is a filter."""

    def require_months(self, by: str, segment: str) -> None:
        """Check that trends are by month and without a segment; raise WithheldError if not."""

    def trends(self, found: Trends) -> Trends:
        """Return trends without counts that too few people may have contributed to."""


class TrendsService:
    """Trends and drivers of themes. Every call checks a permission and writes to the audit log."""

    name = "trends"

    def __init__(
        self,
        *,
        database: Database,
        table: FeedbackTable,
        audit: AuditTrail,
        authorization: Authorization,
        guard: GuardsTrends,
        followed: FollowedThemes,
    ) -> None:
        """Store the collaborators; `guard` is the disclosure guard for accounts that see no comments."""
        self._database = database
        self._table = table
        self._audit = audit
        self._authorization = authorization
        self._guard = guard
        self._followed = followed

    @needs(Permission.FIGURES)
    def over_time(
        self, by: str = "month", theme: str = "", where: str = "", segment: str = "", codebook: bool = False
    ) -> Trends:
        """Return the share of each theme by week or month, at a constant mix of segments, with flagged changes.

        Args:
            by: week or month.
            theme: id of one theme; empty for all.
            where: a filter over the columns.
            segment: a column whose mix is held constant, such as region.
            codebook: use the codebook's themes instead of the discovered ones.

        Raises:
            UsageError: if there is no date, or a theme or column is unknown.
        """
        if by not in PERIODS:
            raise UsageError(f"by must be {' or '.join(PERIODS)}")
        if not self._authorization.may_quote:
            self._guard.require_unfiltered(where)
            self._guard.require_months(by, segment)
        labels = self._followed.labels(codebook)
        if theme and theme not in labels:
            lists = "codebook" if codebook else "themes"
            raise UsageError(f"no theme {theme}; they are listed by: analyzer {lists} list")
        timeline = Timeline(self._database, self._table)
        day = timeline.column_of(ColumnRole.DATE)
        dated = timeline.dated(where, day, by, timeline.column(segment) if segment else None)
        found = self._trends(dated, by, labels)
        self._audit.record("trends", {"themes": len(labels), "periods": len(found.periods)})
        series = tuple(one for one in found.series if not theme or one.theme == theme)
        made = replace(found, series=series, segment=segment, undated=dated.undated, method=METHOD)
        return made if self._authorization.may_quote else self._guard.trends(replace(made, untested=None))

    @needs(Permission.COMMENTS)
    def drivers(
        self,
        outcome: str = "",
        where: str = "",
        segment: str = "",
        as_nps: bool = False,
        codebook: bool = False,
        as_csat: bool = False,
    ) -> Drivers:
        """Return the association of each theme with a rating, with 95 % intervals.

        Args:
            outcome: a column of numbers; empty for the rating.
            where: a filter over the columns.
            segment: a column; comments are compared within each of its values.
            as_nps: convert scores from 0 to 10 to promoters, passives and detractors.
            codebook: use the codebook's themes instead of the discovered ones.
            as_csat: convert scores to the share of satisfied ones, the best two values of the scale.

        Raises:
            UsageError: if there is no such column, it has no numbers, or a score is not within its scale (for NPS: from
                0 to 10).
        """
        timeline = Timeline(self._database, self._table)
        target = timeline.column(outcome, Kind.NUMBER) if outcome else timeline.column_of(ColumnRole.RATING)
        labels = self._followed.labels(codebook)
        if not labels:
            raise UsageError("there are no themes yet; find them with: analyzer themes build")
        rated = timeline.rated(where, target, timeline.column(segment) if segment else None)
        values = rated.outcomes
        if as_nps or as_csat:
            try:
                values = nps(values) if as_nps else csat(values, target.column)
            except ValueError as error:
                raise UsageError(f"{target.column.label}: {error}") from error
        ids = list(labels)
        rows, codes = join_pairs(rated.text_ids, self._followed.pairs(ids), ids)
        member = np.zeros((len(values), len(ids)), dtype=bool)
        member[rows, codes] = True
        found = effects(values, member, rated.segments)
        listed = [driver_of(found, row, one, labels[one]) for row, one in enumerate(ids)]
        listed.sort(key=lambda one: (-abs(one.difference or 0.0), one.theme))
        self._audit.record("drivers", {"themes": len(ids), "comments": len(values)})
        mean = round(float(values.mean()), 6) if len(values) else None
        return Drivers(
            target.column.label, len(values), mean, tuple(listed), segment, "; ".join([DRIVERS_METHOD, *rated.notes]),
            "nps" if as_nps else "csat" if as_csat else "",
        )  # fmt: skip

    def _trends(self, dated: Dated, by: str, labels: Mapping[str, str]) -> Trends:
        if not dated.names:
            return Trends(by, (), (), ())
        periods = periods_between(dated.names[0], dated.names[-1], by)
        place = np.array([periods.index(name) for name in dated.names], dtype=np.int64)
        shape = (len(periods), len(dated.kinds))
        totals = np.zeros(shape, dtype=np.int64)
        np.add.at(totals, (place[dated.periods], dated.segments), dated.counts)
        ids = list(labels)
        counts = np.zeros((len(ids), *shape), dtype=np.int64)
        rows, codes = join_pairs(dated.text_ids, self._followed.pairs(ids), ids)
        np.add.at(counts, (codes, place[dated.periods][rows], dated.segments[rows]), dated.counts[rows])
        whole = sum(is_over(period, by, dated.newest, dated.gap_days) for period in periods)
        found = curves(counts, totals, whole)
        until = date_in_words(dated.newest, has_time=False)
        notes = [
            _("{period} has comments up to {until} only and is not tested", period=period_in_words(one), until=until)
            for one in periods[whole:]
        ]
        untested = tuple(period for period, is_tested in zip(periods, found.tested, strict=True) if not is_tested)
        series = tuple(series_of(found, row, one, labels[one], periods, whole) for row, one in enumerate(ids))
        totals_of = tuple(found.totals.tolist())
        return Trends(by, tuple(periods), totals_of, series, notes=(*notes, *dated.notes), untested=untested)

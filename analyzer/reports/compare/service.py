"""The compare service: two groups of comments, or two periods, side by side."""

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

import numpy as np

from analyzer.counting.tables import Wanted
from analyzer.counting.types import Measure, Table
from analyzer.errors import UsageError
from analyzer.index.feedback_table import RESPONSES, FeedbackTable
from analyzer.index.filter_parts import both
from analyzer.index.filter_words import filter_in_words
from analyzer.index.filters import ColumnTarget, number_of
from analyzer.index.orders_to_reader import ORDERS
from analyzer.messages.text import N_, _
from analyzer.reports.compare.themes import compared_themes
from analyzer.reports.compare.types import (
    ComparedQuote,
    ComparedScore,
    ComparedSide,
    ComparedTheme,
    Comparison,
    Difference,
)
from analyzer.reports.overview.monthly_figures import NEGATIVE, rating_measure, rating_score
from analyzer.security.audit_trail import AuditTrail
from analyzer.security.authorization import Authorization
from analyzer.security.permissions import Permission, needs
from analyzer.store.database import Database
from analyzer.themes.queries import ThemeQueries
from analyzer.themes.trends.followed import FollowedThemes
from analyzer.themes.trends.significance import shares_difference, wilson
from analyzer.types import ColumnRole

METHOD = (
    "averages and NPS with the normal 95 % interval, shares with Wilson's; differences with the normal or Newcombe's "
    "interval; themes tested together at a false discovery rate of 5 % (Benjamini and Hochberg), and said to differ if "
    "they also differ by half a point and a fifth; an association is not proof of a cause"
)
REST = "everything else"
MOST_QUOTED = 3
"""Themes that differ of which both sides are quoted."""
CANDIDATES = 10
WITHHELD = N_("themes and the share of criticism are not compared for accounts that see no comments")

NO_THEMES = N_("there are no themes yet; find them with: analyzer themes build")


class CountsFigures(Protocol):
    """Makes tables, checked by the disclosure guard for accounts that see no comments."""

    def table(self, wanted: Wanted, where: str = "") -> Table:
        """Return a measure of the matching records."""


class CompareService:
    """Comparisons of two sides. Every call checks a permission and writes to the audit log."""

    name = "compare"

    def __init__(
        self,
        *,
        database: Database,
        table: FeedbackTable,
        audit: AuditTrail,
        authorization: Authorization,
        counts: CountsFigures,
        followed: FollowedThemes,
        queries: Callable[[], ThemeQueries],
    ) -> None:
        """Store the collaborators.

        Args:
            database: the account's connection.
            table: over the same connection.
            audit: logs every quote that is shown.
            authorization: decides which calls are permitted.
            counts: makes the figures of accounts that see no comments.
            followed: the themes that are compared.
            queries: returns the theme queries, limited to what the account may see.
        """
        self._database = database
        self._table = table
        self._audit = audit
        self._authorization = authorization
        self._counts = counts
        self._followed = followed
        self._queries = queries

    @needs(Permission.FIGURES)
    def show(self, first: str, second: str = "", where: str = "") -> Comparison:
        """Compare the records of two filters.

        Args:
            first: filter of the first side.
            second: filter of the second side; empty for all records that are not on the first.
            where: filter that both sides are limited to.

        Raises:
            UsageError: if a filter is not understood or empty, a side has no comments, or a comment is on both.
            WithheldError: if a side describes too few people for an account that sees no comments.
        """
        if not first.strip():
            raise UsageError("a comparison needs the filter of its first side, such as channel=app")
        wheres = both(first, where), both(second or f"not ({first})", where)
        columns = [target.column for target in self._table.columns().values()]
        titles = (filter_in_words(first, columns), filter_in_words(second, columns) if second else _(REST))
        rating = self._table.column_of(ColumnRole.RATING)
        is_nps = bool(rating) and rating_measure(rating.column) is Measure.NPS  # type: ignore[union-attr]
        if not self._authorization.may_quote:
            return self._figures_only(wheres, titles, rating, is_nps=is_nps)
        sides = self._side(titles[0], wheres[0], rating), self._side(titles[1], wheres[1], rating)
        self._check(sides)
        themes, tested = self._themes(sides)
        quotes = self._quotes(sides, themes)
        self._audit.record("compare", {"ids": [quote.id for quote in quotes], "themes": len(themes)})
        return Comparison(
            sides=sides, rating_label=rating.column.label if rating else "", is_nps=is_nps,
            rating=_score_difference(sides[0].rating, sides[1].rating), negative=_share_difference(sides),
            themes=tuple(themes), tested=tested, quotes=quotes, method=METHOD,
            notes=(*_scale_note(rating), *(() if themes else (_(NO_THEMES),))),
        )  # fmt: skip

    def _figures_only(
        self, wheres: tuple[str, str], titles: tuple[str, str], rating: ColumnTarget | None, *, is_nps: bool
    ) -> Comparison:
        """Return responses and ratings of both sides, each a question that the disclosure guard answers or refuses."""
        sides = []
        for title, where in zip(titles, wheres, strict=True):
            responses = int(self._counts.table(Wanted(Measure.RESPONSES), where).rows[0].value)
            scored = ComparedScore()
            if rating:
                wanted = Wanted(rating_measure(rating.column), column=rating.column.name)
                rows = self._counts.table(wanted, where).rows
                row = rows[0] if rows and rows[0].of else None
                scored = ComparedScore(value=row.value, low=row.low, high=row.high, of=row.of) if row else scored
            sides.append(ComparedSide(title=title, where=where, comments=None, responses=responses, rating=scored))
        self._audit.record("compare", {"themes": 0})
        return Comparison(
            sides=(sides[0], sides[1]), rating_label=rating.column.label if rating else "", is_nps=is_nps,
            rating=_score_difference(sides[0].rating, sides[1].rating), method=METHOD,
            notes=(*_scale_note(rating), _(WITHHELD)),
        )  # fmt: skip

    def _side(self, title: str, where: str, rating: ColumnTarget | None) -> ComparedSide:
        chosen = self._table.predicate(where)
        comments, judged, negative = self._database.rows(
            "SELECT count(*), count(x.is_negative), total(x.is_negative) FROM feedback f JOIN fields d "
            f"USING(response_id) JOIN texts t USING(text_id) LEFT JOIN {NEGATIVE} x USING(text_id) WHERE {chosen.sql}",
            chosen.parameters,
        )[0]
        scored = ComparedScore()
        if rating and (found := rating_score(rating.column, self._ratings(rating, where))):
            scored = ComparedScore(value=found.value, low=found.low, high=found.high, of=found.of)
        return ComparedSide(
            title=title, where=where, comments=comments, responses=self._table.count_responses(where), rating=scored,
            negative=_share(int(negative), judged),
        )  # fmt: skip

    def _ratings(self, rating: ColumnTarget, where: str) -> Counter[float]:
        """Return the number of responses of a side by rating."""
        chosen = self._table.responses(where)
        value, parameters = number_of(rating)
        rows = self._database.rows(
            f"SELECT {value}, count(*) FROM {RESPONSES} WHERE {chosen.sql} GROUP BY 1",
            (*parameters, *chosen.parameters),
        )
        return Counter({float(number): n for number, n in rows if number is not None})

    def _check(self, sides: tuple[ComparedSide, ComparedSide]) -> None:
        for side in sides:
            if not side.comments:
                raise UsageError(f"no comment is on the side “{side.title}”; use a wider filter")
        shared = self._table.count(both(sides[0].where, sides[1].where))
        if shared:
            raise UsageError(f"{shared:,} comments are on both sides; use filters that exclude each other")

    def _themes(self, sides: tuple[ComparedSide, ComparedSide]) -> tuple[list[ComparedTheme], int]:
        labels = self._followed.labels(codebook=False)
        counts = self._mentions(sides[0].where), self._mentions(sides[1].where)
        found, tested = compared_themes(labels, counts, (sides[0].comments or 0, sides[1].comments or 0))
        return [
            replace(one, wheres=(_of_theme(sides[0].where, one.id), _of_theme(sides[1].where, one.id))) for one in found
        ], tested

    def _mentions(self, where: str) -> dict[str, int]:
        """Return the number of comments of a side that mention each theme."""
        chosen = self._table.predicate(where)
        rows = self._database.rows(
            "SELECT p.theme_id, count(DISTINCT f.n) FROM placements p JOIN opinions o USING(clause_id) "
            "JOIN feedback f USING(text_id) JOIN fields d USING(response_id) JOIN texts t USING(text_id) "
            f"WHERE {chosen.sql} GROUP BY 1",
            chosen.parameters,
        )
        return dict(rows)

    def _quotes(
        self, sides: tuple[ComparedSide, ComparedSide], themes: list[ComparedTheme]
    ) -> tuple[ComparedQuote, ...]:
        """Return for each of the themes that differ most the most typical statement of both sides."""
        queries, found = self._queries(), []
        for theme in [one for one in themes if one.is_significant][:MOST_QUOTED]:
            for number, side in enumerate(sides):
                opinions = queries.opinions([theme.id], side.where, CANDIDATES)
                typical = next((one for one in opinions if not ORDERS.search(one.text)), None)
                if typical:
                    found.append(
                        ComparedQuote(
                            number, theme.label, typical.id, typical.text, typical.start, typical.end,
                            typical.sentiment,
                        )
                    )  # fmt: skip
        return tuple(found)


def _scale_note(rating: ColumnTarget | None) -> tuple[str, ...]:
    """Return which end of the rating scale is the best if that is the low one."""
    scale = rating.column.reading.scale if rating else None
    if rating is None or scale is None or not scale.is_reversed:
        return ()
    label = rating.column.label
    return (
        _(
            "{best:g} is the best value of “{label}”, {worst:g} the worst",
            best=scale.low,
            label=label,
            worst=scale.high,
        ),
    )


def _of_theme(where: str, theme: str) -> str:
    return both(where, f'"comment theme" = {theme}')


def _share(count: int, of: int) -> ComparedScore:
    if not of:
        return ComparedScore()
    low, high = wilson(np.array([float(count)]), np.array([float(of)]))
    return ComparedScore(value=round(count / of, 6), low=round(float(low[0]), 6), high=round(float(high[0]), 6), of=of)


def _score_difference(one: ComparedScore, other: ComparedScore) -> Difference:
    """Return the difference of two averages or NPS with the normal 95 % interval."""
    if one.value is None or other.value is None:
        return Difference()
    value = round(one.value - other.value, 6)
    if one.low is None or other.low is None:
        return Difference(value=value)
    half = math.hypot(one.value - one.low, other.value - other.low)
    return Difference(
        value=value, low=round(value - half, 6), high=round(value + half, 6), is_significant=abs(value) > half
    )


def _share_difference(sides: tuple[ComparedSide, ComparedSide]) -> Difference:
    one, other = sides[0].negative, sides[1].negative
    if one.value is None or other.value is None:
        return Difference()
    counts = round(one.value * one.of), round(other.value * other.of)
    value, low, high = shares_difference(counts[0], one.of, counts[1], other.of)
    return Difference(value=round(value, 6), low=round(low, 6), high=round(high, 6), is_significant=low > 0 or high < 0)

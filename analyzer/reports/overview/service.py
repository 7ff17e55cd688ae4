"""The overview service: what a workspace holds, at a glance, for one account."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from analyzer.counting.scores import ScaleScore
from analyzer.counting.types import Measure
from analyzer.index.corpus_index import CorpusIndex
from analyzer.index.duplicate_groups import LOOKED_AT, are_stale, count_duplicates
from analyzer.index.feedback_table import FeedbackTable
from analyzer.index.filter_parts import both
from analyzer.index.filters import EVERYTHING, ColumnTarget
from analyzer.index.inventory import list_imports
from analyzer.messages.current_language import current
from analyzer.messages.text import N_, _
from analyzer.reports.overview.comparison import observed_changes, ratings_differ, shares_differ, tested_themes
from analyzer.reports.overview.monthly_figures import (
    Monthly,
    SpanCounts,
    compared_spans,
    rating_measure,
    rating_score,
    read_monthly,
)
from analyzer.reports.overview.telling_quotes import (
    ChosenQuote,
    choose_quotes_at_a_glance,
    read_quotes,
    suggested_questions,
)
from analyzer.reports.overview.types import HeadlineFigure, LatestImport, MonthFigures, Overview, TimeSpan, TopTheme
from analyzer.security.audit_trail import AuditTrail
from analyzer.security.authorization import Authorization
from analyzer.security.permissions import Permission, needs
from analyzer.store.database import Database
from analyzer.themes.queries import ThemeQueries
from analyzer.themes.types import Theme, ThemeList
from analyzer.types import CHOICES, ColumnRole

MOST_THEMES = 6
MOST_CACHED = 8
"""Overviews that are kept, each of another filter."""
NEGATIVE_NOTE = N_("automatic estimate: a comment counts if at least one of its statements is judged negative")
WITHHELD_NOTE = N_(
    "ratings, months and comparisons are asked for on the page Comments, where figures about few people are withheld"
)


class GuardsOverview(Protocol):
    """Withholds figures of few people from accounts that see no comments."""

    def themes(self, listed: ThemeList) -> ThemeList:
        """Return themes without those that too few people may have mentioned."""

    def require_unfiltered(self, where: str) -> None:
        """Raise WithheldError if there is a filter."""


@dataclass(frozen=True, slots=True)
class _Made:
    """An overview without the texts of its quotes, and where these stand."""

    overview: Overview
    quotes: tuple[ChosenQuote, ...]


class OverviewService:
    """The overview of a workspace. Every call checks a permission and writes to the audit log."""

    name = "overview"

    def __init__(
        self,
        *,
        database: Database,
        table: FeedbackTable,
        index: CorpusIndex,
        audit: AuditTrail,
        authorization: Authorization,
        guard: GuardsOverview,
        queries: Callable[[], ThemeQueries],
    ) -> None:
        """Store the collaborators.

        Args:
            database: the account's connection.
            table: over the same connection.
            index: its state says whether comments changed.
            audit: logs every quote that is shown.
            authorization: decides which calls are permitted.
            guard: checks figures for accounts that see no comments.
            queries: returns the theme queries, limited to what the account may see.
        """
        self._database = database
        self._table = table
        self._index = index
        self._audit = audit
        self._authorization = authorization
        self._guard = guard
        self._queries = queries
        self._cached: dict[tuple[str, str], _Made] = {}

    @needs(Permission.FIGURES)
    def show(self, where: str = "") -> Overview:
        """Return the overview: headline figures, months, top themes, what changed, and three quotes.

        Figures are computed once for a state of the comments and themes; the texts of quotes are read at every call.
        Accounts that see no comments get neither quotes nor figures about few people, and may not filter.

        Args:
            where: a filter over the columns; everything but the last import is about the records that match.
        """
        if not self._authorization.may_quote:
            self._guard.require_unfiltered(where)
        state = self._state()
        if (state, where) not in self._cached:
            kept = [(known, made) for known, made in self._cached.items() if known[0] == state]
            self._cached = dict(kept[1 - MOST_CACHED :]) | {(state, where): self._make(where)}
        made = self._cached[state, where]
        quotes = read_quotes(self._table, made.quotes) if self._authorization.may_quote else ()
        self._audit.record("overview", {"ids": [one.id for one in quotes]})
        return replace(made.overview, quotes=quotes)

    def _state(self) -> str:
        """Return an identifier of everything that the figures and their words depend on."""
        parts = [
            "SELECT coalesce(max(build_id), 0) FROM theme_builds",
            "SELECT count(*) || '.' || count(undone) FROM theme_edits",
            "SELECT count(*) || '.' || count(finished) FROM imports",
            "SELECT count(*) FROM opinions",
        ]
        found = [str(self._database.rows(sql)[0][0]) for sql in parts]
        looked_at = self._database.meta(LOOKED_AT) if self._authorization.may_quote else ""
        return "-".join([current(), self._index.state, *found, str(looked_at), str(self._authorization.may_quote)])

    def _make(self, where: str) -> _Made:
        rating = self._table.column_of(ColumnRole.RATING)
        monthly = read_monthly(self._database, self._table, rating, where)
        months = self._months(monthly, rating)
        spans = self._visible_spans(monthly)
        figures = self._figures(monthly, rating, spans)
        listed = self._listed(where)
        themes = self._themes(listed, monthly, spans)
        top = self._with_different(themes[:MOST_THEMES])
        label = rating.column.label if rating else ""
        chosen = self._table.predicate(where)
        quotes = choose_quotes_at_a_glance(self._database, top, chosen) if self._authorization.may_quote else ()
        scale = rating.column.reading.scale if rating else None
        ends = ((scale.high, scale.low) if scale.is_reversed else (scale.low, scale.high)) if scale else None
        not_over = next((one.month for one in months if one.month == monthly.not_over), "")
        is_counted = self._authorization.may_quote
        notes = [NEGATIVE_NOTE] if any(one.name == "negative" for one in figures) else []
        overview = Overview(
            figures=figures, rating=rating.column.name if rating else "", rating_label=label, rating_ends=ends,
            months=months, recent=spans[0] if spans else None, before=spans[1] if spans else None,
            not_over=not_over, newest=monthly.newest if months else "", latest_import=self._latest_import(),
            themes=tuple(top),
            themes_stale=listed.stale, changes=observed_changes(figures, themes, label, spans),
            questions=self._questions(label, top),
            notes=tuple(_(one) for one in (notes if self._authorization.may_quote else [*notes, WITHHELD_NOTE])),
            different=self._table.count_different(EVERYTHING) if is_counted else None,
            duplicate_groups=count_duplicates(self._database, EVERYTHING)[0] if is_counted else None,
            duplicates_stale=is_counted and are_stale(self._database),
        )  # fmt: skip
        return _Made(overview, quotes)

    def _months(self, monthly: Monthly, rating: ColumnTarget | None) -> tuple[MonthFigures, ...]:
        """Return the figures of each month; none to an account that sees no comments, whose questions are counted."""
        if not self._authorization.may_quote:
            return ()
        found = []
        for month, counts in monthly.months.items():
            scored = rating_score(rating.column, counts.ratings) if rating else None
            found.append(
                MonthFigures(
                    month=month, responses=counts.responses, comments=counts.comments,
                    rating=scored.value if scored else None, low=scored.low if scored else None,
                    high=scored.high if scored else None, rated=scored.of if scored else 0,
                    where=monthly.where(month, month),
                )
            )  # fmt: skip
        return tuple(found)

    def _visible_spans(self, monthly: Monthly) -> tuple[TimeSpan, TimeSpan] | None:
        """Return the spans to compare; None for an account that sees no comments."""
        return compared_spans(monthly) if self._authorization.may_quote else None

    def _figures(
        self, monthly: Monthly, rating: ColumnTarget | None, spans: tuple[TimeSpan, TimeSpan] | None
    ) -> tuple[HeadlineFigure, ...]:
        whole = monthly.whole()
        now, then = (monthly.of(spans[0]), monthly.of(spans[1])) if spans else (None, None)
        found = [
            _counted("comments", whole.comments, now.comments, then.comments)
            if now and then
            else HeadlineFigure(name="comments", value=whole.comments, of=whole.comments),
            _counted("responses", whole.responses, now.responses, then.responses)
            if now and then
            else HeadlineFigure(name="responses", value=whole.responses, of=whole.responses),
        ]
        if rating and self._authorization.may_quote:
            name = "nps" if rating_measure(rating.column) is Measure.NPS else "rating"
            scores = [rating_score(rating.column, one.ratings) if one else None for one in (whole, now, then)]
            found.append(_rated(name, *scores))
        if whole.judged and self._authorization.may_quote:
            found.append(_negative(whole, now, then))
        return tuple(found)

    def _listed(self, where: str) -> ThemeList:
        listed = self._queries().themes(where)
        return listed if self._authorization.may_quote else self._guard.themes(listed)

    def _themes(self, listed: ThemeList, monthly: Monthly, spans: tuple[TimeSpan, TimeSpan] | None) -> list[TopTheme]:
        """Return the themes that are not groups or excluded, largest first, tested for change."""
        shown = [one for one in listed.themes if not one.id.startswith("G") and not one.is_excluded and one.size]
        if spans is None or not self._authorization.may_quote:  # the rest of a theme would be known by subtraction
            return [_top(one, monthly.filter) for one in shown]
        counts = [self._mentions(span) for span in spans]
        themes = [
            replace(
                _top(one, monthly.filter), count_recent=counts[0].get(one.id, 0), count_before=counts[1].get(one.id, 0)
            )
            for one in shown
        ]
        return tested_themes(themes, *(monthly.of(span).comments for span in spans))

    def _with_different(self, themes: list[TopTheme]) -> list[TopTheme]:
        """Return themes with the number of different texts of their comments, for accounts that see comments."""
        if not self._authorization.may_quote:
            return themes
        chosen = {theme.id: self._table.predicate(theme.where) for theme in themes}
        return [replace(theme, different=self._table.count_different(chosen[theme.id])) for theme in themes]

    def _mentions(self, span: TimeSpan) -> dict[str, int]:
        """Return the number of comments of a span that mention each theme."""
        chosen = self._table.predicate(span.where)
        rows = self._database.rows(
            "SELECT p.theme_id, count(DISTINCT f.n) FROM placements p JOIN opinions o USING(clause_id) "
            f"JOIN feedback f USING(text_id) JOIN fields d USING(response_id) WHERE {chosen.sql} GROUP BY 1",
            chosen.parameters,
        )
        return dict(rows)

    def _latest_import(self) -> LatestImport | None:
        finished = [one for one in list_imports(self._database) if one.finished]
        if not finished:
            return None
        latest = finished[-1]
        return LatestImport(
            latest.file, latest.finished, latest.stored, finished[-2].stored if len(finished) > 1 else None
        )

    def _questions(self, rating: str, themes: list[TopTheme]) -> tuple[str, ...]:
        if not self._authorization.may_quote or not self._table.count():
            return ()
        targets = self._table.columns()
        chosen = {name: one for name, one in targets.items() if one.column.kind in CHOICES}
        counts = {
            name: int(self._database.rows(f"SELECT count(DISTINCT {one.sql}) FROM fields d")[0][0])
            for name, one in chosen.items()
        }
        return suggested_questions([one.column for one in targets.values()], counts, rating, themes)


def _counted(name: str, whole: int, now: int, then: int) -> HeadlineFigure:
    return HeadlineFigure(name=name, value=whole, of=whole, recent=now, before=then, of_recent=now, of_before=then)


def _rated(name: str, whole: ScaleScore | None, now: ScaleScore | None, then: ScaleScore | None) -> HeadlineFigure:
    is_both = now is not None and then is not None
    return HeadlineFigure(
        name=name, value=whole.value if whole else None, of=whole.of if whole else 0,
        low=whole.low if whole else None, high=whole.high if whole else None,
        recent=now.value if now and is_both else None, before=then.value if then and is_both else None,
        of_recent=now.of if now and is_both else 0, of_before=then.of if then and is_both else 0,
        is_significant=ratings_differ(now, then),
    )  # fmt: skip


def _negative(whole: SpanCounts, now: SpanCounts | None, then: SpanCounts | None) -> HeadlineFigure:
    share = round(whole.negative / whole.judged, 6)
    if now is None or then is None or not now.judged or not then.judged:
        return HeadlineFigure(name="negative", value=share, of=whole.judged)
    return HeadlineFigure(
        name="negative", value=share, of=whole.judged, recent=round(now.negative / now.judged, 6),
        before=round(then.negative / then.judged, 6), of_recent=now.judged, of_before=then.judged,
        is_significant=shares_differ(now.negative, now.judged, then.negative, then.judged),
    )  # fmt: skip


def _top(theme: Theme, where: str) -> TopTheme:
    stance = theme.sentiment
    return TopTheme(
        id=theme.id, label=theme.label, comments=theme.size, share=theme.share, negative=stance.negative,
        neutral=stance.neutral, positive=stance.positive, where=both(where, f'"comment theme" = {theme.id}'),
    )  # fmt: skip

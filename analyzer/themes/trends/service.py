"""Themes over time, themes by how much they go with a rating, and a report of all that."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from analyzer.errors import UsageError
from analyzer.models.parallel import one_thread
from analyzer.opened import OpenWorkspace
from analyzer.reports.parquet_rows import parquet_bytes
from analyzer.reports.theme_html import theme_html
from analyzer.reports.theme_report import THEME_HEADS, ThemeReport, data_rows, sheets
from analyzer.reports.xlsx_sheets import workbook_bytes
from analyzer.security.permissions import Permission, needs
from analyzer.store.output_files import csv_bytes, write_whole
from analyzer.themes.build import ThemeBuilder
from analyzer.themes.codebook.repository import read_codebook_themes, read_run
from analyzer.themes.codebook.types import Codebook
from analyzer.themes.codebook.view import CodebookView
from analyzer.themes.mentions import read_coded, read_mentions
from analyzer.themes.queries import ThemeQueries
from analyzer.themes.repository import read_build, read_themes
from analyzer.themes.scorecard import quality
from analyzer.themes.trends.drivers import effects, nps
from analyzer.themes.trends.results import driver_of, series_of
from analyzer.themes.trends.shares import curves, is_over, periods_between
from analyzer.themes.trends.significance import wilson
from analyzer.themes.trends.timeline import Dated, Pairs, Timeline, joined
from analyzer.themes.trends.types import Drivers, Segments, SegmentShares, Trends
from analyzer.themes.types import Opinion, Scorecard, ThemeList
from analyzer.types import Kind, WrittenFile

METHOD = (
    "shares of all comments of a period, with Wilson's 95 % interval; adjusted: at the mix of segments of the whole "
    "time; flagged where a period differs from up to 12 before it (quasi-binomial test, false discovery rate 5 %), by "
    "at least half a point and a fifth, among at least 30 comments"
)
DRIVEN = (
    "difference of means within segments, 95 % interval from 1,000 bootstrap draws; a driver is told from chance at a "
    "false discovery rate of 5 %; what goes together is not shown to be a cause"
)
NO_THEMES = "there are no themes yet; find them with: analyzer themes build"
NOT_CODED = "nothing is coded with a codebook yet; bring one and run: analyzer codebook apply"
PERIODS = ("week", "month")
QUOTED = 3
MARKED = ("html", "xlsx")
"""Kinds of files that can name the account they were made for."""
"""Opinions a theme is shown with in a report."""
WRITERS: Mapping[str, Callable[[ThemeReport], bytes]] = {
    "html": lambda report: theme_html(report).encode(),
    "xlsx": lambda report: workbook_bytes(sheets(report)),
    "csv": lambda report: csv_bytes(THEME_HEADS, data_rows(report)),
    "parquet": lambda report: parquet_bytes(THEME_HEADS, data_rows(report)),
}


class FollowDesk(OpenWorkspace):
    """What can be asked of themes over time and of ratings."""

    @needs(Permission.FIGURES)
    def trends(
        self, by: str = "month", theme: str = "", where: str = "", segment: str = "", codebook: bool = False
    ) -> Trends:
        """Count each theme by week or month, as a share at a constant mix of segments, and flag what changed.

        Args:
            by: week or month.
            theme: id of one theme; empty for all.
            where: a filter over the columns.
            segment: a column whose mix is held constant, such as region.
            codebook: follow the codebook's themes instead of the discovered ones.

        Raises:
            UsageError: if there is no date, or a theme or column is not known.
        """
        if by not in PERIODS:
            raise UsageError(f"by: {' or '.join(PERIODS)}")
        if not self._may_quote:
            self._withholder.whole(where)
        labels = self._labels(codebook)
        if theme and theme not in labels:
            lists = "codebook" if codebook else "themes"
            raise UsageError(f"no theme {theme}; they are listed by: analyzer {lists} list")
        timeline = Timeline(self._database, self._table)
        day = timeline.column(timeline.only(Kind.DATE, "date"))
        dated = timeline.dated(where, day, by, timeline.column(segment) if segment else None)
        found = self._trends(dated, by, labels)
        self._record("trends", {"themes": len(labels), "periods": len(found.periods)})
        series = tuple(one for one in found.series if not theme or one.theme == theme)
        made = Trends(by, found.periods, found.totals, series, segment, dated.undated, METHOD, found.notes)
        return made if self._may_quote else self._withholder.trends(made)

    @needs(Permission.COMMENTS)
    def drivers(
        self, outcome: str = "", where: str = "", segment: str = "", as_nps: bool = False, codebook: bool = False
    ) -> Drivers:
        """Say how much each theme goes with a rating.

        Args:
            outcome: a column of numbers; without it the first one.
            where: a filter over the columns.
            segment: a column within whose values comments are compared.
            as_nps: take 0 to 10 for promoters, passives and detractors.
            codebook: take the codebook's themes instead of the discovered ones.

        Raises:
            UsageError: if there is no such column, or its numbers are not what was said.
        """
        labels = self._labels(codebook)
        timeline = Timeline(self._database, self._table)
        target = timeline.column(outcome or timeline.only(Kind.NUMBER, "rating"), Kind.NUMBER)
        rated = timeline.rated(where, target, timeline.column(segment) if segment else None)
        values = rated.outcomes
        if as_nps:
            try:
                values = nps(values)
            except ValueError as error:
                raise UsageError(f"{target.column.label}: {error}") from error
        ids = list(labels)
        rows, codes = joined(rated.text_ids, self._pairs(ids), ids)
        member = np.zeros((len(values), len(ids)), dtype=bool)
        member[rows, codes] = True
        found = effects(values, member, rated.segments)
        listed = [driver_of(found, row, one, labels[one]) for row, one in enumerate(ids)]
        listed.sort(key=lambda one: (-abs(one.difference or 0.0), one.theme))
        self._record("drivers", {"themes": len(ids), "comments": len(values)})
        mean = round(float(values.mean()), 6) if len(values) else None
        return Drivers(target.column.label, len(values), mean, tuple(listed), segment, DRIVEN)

    @needs(Permission.COMMENTS)
    def themes_segments(self, column: str, where: str = "", codebook: bool = False) -> Segments:
        """Say how much each theme is spoken of in each segment.

        Args:
            column: a column whose values are the segments, such as region; beyond the 30 largest all others are one.
            where: a filter over the columns.
            codebook: take the codebook's themes instead of the discovered ones.

        Raises:
            UsageError: if there is no such column.
        """
        labels = self._labels(codebook)
        timeline = Timeline(self._database, self._table)
        target = timeline.column(column)
        text_ids, segments, records, kinds = timeline.split(where, target)
        totals = np.bincount(segments, weights=records, minlength=len(kinds))
        counts = np.zeros((len(labels), len(kinds)))
        rows, codes = joined(text_ids, self._pairs(list(labels)), list(labels))
        np.add.at(counts, (codes, segments[rows]), records[rows])
        low, high = wilson(counts, np.broadcast_to(totals, counts.shape))
        self._record("themes.segments", {"themes": len(labels), "segments": len(kinds)})
        shares = counts / np.maximum(totals, 1.0)
        parts = [tuple(tuple(row) for row in np.round(part, 6).tolist()) for part in (shares, low, high)]
        whole = tuple(tuple(row) for row in counts.astype(np.int64).tolist())
        found = [SegmentShares(*one) for one in zip(labels, labels.values(), whole, *parts, strict=True)]
        found.sort(key=lambda one: (-sum(one.counts), one.theme))
        return Segments(target.column.label, kinds, tuple(totals.astype(int).tolist()), tuple(found))

    @needs(Permission.COMMENTS)
    def themes_scorecard(self) -> Scorecard:
        """Say how good the themes are: distinct, of one piece, named for what they are, standing on comments.

        Raises:
            UsageError: if there are none.
        """
        lister = ThemeQueries(self._database, self._table, "", self._may_quote, self._least_shown)
        listed = lister.themes()
        if not listed.built:
            raise UsageError(NO_THEMES)
        builder = ThemeBuilder(self._database, self._dimension, "")
        clauses, settled = builder.settled_now()
        board = settled.board
        leaves = [one for one in listed.themes if one.id in board.ids and not one.is_excluded and one.opinions]
        code = np.full(len(board.ids) + 1, -1, dtype=np.int64)
        for number, theme in enumerate(leaves):
            code[board.ids.index(theme.id)] = number
        with one_thread():
            names = self._embedder.embed([theme.label for theme in leaves])
            found = quality(clauses.vectors, code[board.members], names)
        self._record("themes.scorecard", {"themes": len(leaves)})
        grounded = sum(theme.summary is not None for theme in leaves) / len(leaves) if leaves else None
        stable = [agreed for _, agreed in read_build(self._database).body.get("stability", [])]
        return Scorecard(
            len(leaves), listed.coverage, found.redundancy, found.intruders, found.specificity, grounded,
            max(stable, default=None),
        )  # fmt: skip

    @needs(Permission.FIGURES, Permission.EXPORTS)
    def themes_report(
        self, out: Path, kind: str = "", where: str = "", rating: str = "", may_replace: bool = False
    ) -> WrittenFile:
        """Write a report of the themes to a file: what they are, how they changed, what they go with, how it was made.

        Args:
            out: where to.
            kind: html, xlsx, or csv or parquet (the themes alone); without it the ending of the file's name says.
            where: a filter over the columns; figures and quotes are of the records that match.
            rating: a column of numbers that themes are set against.
            may_replace: whether a file that is there may be replaced.

        Raises:
            UsageError: if there are no themes, the kind is not known, or a file is there.
        """
        kind = kind or out.suffix.removeprefix(".").casefold()
        if kind not in WRITERS:
            raise UsageError(f'a report is a file of kind {", ".join(WRITERS)}, not "{kind}"')
        if self._is_marked and kind not in MARKED:
            raise UsageError(f"your files are marked, and a {kind} cannot be; write {' or '.join(MARKED)}")
        lister = ThemeQueries(self._database, self._table, "", self._may_quote, self._least_shown)
        listed = lister.themes(where)
        if not listed.built:
            raise UsageError(NO_THEMES)
        if not self._may_quote:
            self._withholder.whole(where)
            listed = self._withholder.themes(listed)
        opinions = self._quoted(lister, listed, where)
        has_dates = any(target.column.kind is Kind.DATE for target in self._table.columns().values())
        report = ThemeReport(
            listed, opinions, self.trends("month", "", where) if has_dates else None,
            self.drivers(rating, where) if rating and self._may_quote else None, where, self._method(),
            self._coded(where),
        )  # fmt: skip
        written = write_whole(out, WRITERS[kind](report), may_replace)
        ids = [opinion.id for found in opinions.values() for opinion in found]
        self._record("themes.report", {"kind": kind, "ids": ids, "file": out.name})
        return WrittenFile(str(out), len(report.themes), written)

    def _quoted(self, lister: ThemeQueries, listed: ThemeList, where: str) -> dict[str, tuple[Opinion, ...]]:
        """Return the opinions that stand for each theme, for those who may see what people said."""
        return {
            theme.id: tuple(lister.opinions([theme.id], where, QUOTED))
            for theme in listed.themes
            if self._may_quote and not theme.id.startswith("G") and not theme.is_excluded
        }

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
        rows, codes = joined(dated.text_ids, self._pairs(ids), ids)
        np.add.at(counts, (codes, place[dated.periods][rows], dated.segments[rows]), dated.counts[rows])
        whole = sum(is_over(period, by, dated.newest) for period in periods)
        found = curves(counts, totals, whole)
        notes = [f"{period} is not over: its newest comment is of {dated.newest[:10]}" for period in periods[whole:]]
        series = tuple(series_of(found, row, one, labels[one], periods, whole) for row, one in enumerate(ids))
        return Trends(by, tuple(periods), tuple(found.totals.tolist()), series, notes=tuple(notes))

    def _labels(self, codebook: bool) -> dict[str, str]:
        """Return the labels of the codebook's themes, or of the discovered ones that are not excluded, by id."""
        if codebook:
            if not read_run(self._database).at:
                raise UsageError(NOT_CODED)
            return {theme.id: theme.name for theme in read_codebook_themes(self._database)}
        kept = read_themes(self._database).values()
        named = {
            one.id: one.standing.label or one.own or one.id
            for one in kept
            if not one.standing.is_group and not one.standing.is_excluded
        }
        if not self._is_scoped:
            return named
        seen = ThemeQueries(self._database, self._table, "", self._may_quote, self._least_shown).themes().themes
        return {one.id: named[one.id] for one in seen if one.id in named}

    def _coded(self, where: str) -> Codebook | None:
        """Return what comments are coded with; nothing before a codebook was applied."""
        if not read_run(self._database).at:
            return None
        found = CodebookView(self._database, self._table.predicate(where), self._may_quote).codebook()
        return found if self._may_quote else self._withholder.codebook(found)

    def _pairs(self, ids: Sequence[str]) -> Pairs:
        """Return which texts speak of these themes; those of a codebook and discovered ones have ids of their own."""
        of_codebook = any(one.startswith("C") for one in ids)
        return read_coded(self._database) if of_codebook else read_mentions(self._database).pairs()

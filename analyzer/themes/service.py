"""The themes service: find, list, explain, edit, undo, set against columns, report."""

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Protocol

import numpy as np

from analyzer.errors import UsageError
from analyzer.index.corpus_index import CorpusIndex
from analyzer.index.feedback_table import FeedbackTable
from analyzer.models.parallel import one_thread
from analyzer.models.workspace_models import WorkspaceModels
from analyzer.privacy.workspace_scrubber import WorkspaceScrubber
from analyzer.security.audit_trail import AuditTrail
from analyzer.security.authorization import Authorization
from analyzer.security.permissions import Permission, needs
from analyzer.store.database import Database
from analyzer.store.import_lock import ImportLock
from analyzer.store.output_files import write_whole
from analyzer.themes.build import Built, ThemeBuilder
from analyzer.themes.codebook.repository import read_run
from analyzer.themes.codebook.types import Codebook
from analyzer.themes.codebook.view import CodebookView
from analyzer.themes.edits import Editor, edit_text
from analyzer.themes.name_writer import ThemeNameWriter
from analyzer.themes.opinions import OpinionSplitter
from analyzer.themes.queries import ThemeQueries
from analyzer.themes.repository import Logged, read_build, read_edits
from analyzer.themes.scorecard import quality
from analyzer.themes.trends.followed import FollowedThemes
from analyzer.themes.trends.service import TrendsService
from analyzer.themes.trends.significance import wilson
from analyzer.themes.trends.timeline import Timeline, join_pairs
from analyzer.themes.trends.types import Segments, SegmentShares, ThemeReport
from analyzer.themes.types import (
    Assigned,
    Opinion,
    Scorecard,
    ThemeBuild,
    ThemeDetail,
    ThemeEdit,
    ThemeList,
)
from analyzer.types import ColumnRole, Method, Progress, WrittenFile, no_progress

QUOTED = 3
"""Opinions a theme is shown with in a report."""
NO_THEMES = "there are no themes yet; find them with: analyzer themes build"
MARKED = ("html", "xlsx")
"""Kinds of files that can name the account they were made for."""


class GuardsThemes(Protocol):
    """Withholds figures of few people from accounts that see no comments."""

    def whole(self, where: str) -> None:
        """Return if figures are asked for of all comments; raise WithheldError under a filter."""

    def themes(self, listed: ThemeList) -> ThemeList:
        """Return themes without those that few people may have spoken of."""

    def codebook(self, found: Codebook) -> Codebook:
        """Return a codebook without the themes that few people may have spoken of."""


class ThemesService:
    """Themes of a workspace: found, listed, explained, edited, set against columns, written as a report."""

    name = "themes"

    def __init__(
        self,
        *,
        database: Database,
        table: FeedbackTable,
        index: CorpusIndex,
        audit: AuditTrail,
        authorization: Authorization,
        models: WorkspaceModels,
        scrubber: WorkspaceScrubber,
        guard: GuardsThemes,
        opinions: OpinionSplitter,
        name_writer: ThemeNameWriter,
        queries: Callable[[], ThemeQueries],
        build_themes: Callable[[], ThemeBuilder],
        followed: FollowedThemes,
        trends: TrendsService,
        report_writers: Mapping[str, Callable[[ThemeReport], bytes]],
        method: Callable[[], Method],
        import_lock: ImportLock,
    ) -> None:
        """Take what themes are made from.

        Args:
            database: the account's connection.
            table: over the same connection.
            index: its dimension is that of the clauses' vectors.
            audit: where what was shown and changed is noted.
            authorization: decides about calls.
            models: embed names for the scorecard.
            scrubber: checks what people write into themes.
            guard: asked where the account sees no comments.
            opinions: splits texts into opinions.
            name_writer: lets the model name themes.
            queries: returns what lists themes, as the account may see them.
            build_themes: returns what finds themes.
            followed: the themes that segments are counted for.
            trends: for reports.
            report_writers: kind of file -> what writes a report as bytes.
            method: returns how files are made.
            import_lock: held while themes change.
        """
        self._database = database
        self._table = table
        self._index = index
        self._audit = audit
        self._authorization = authorization
        self._models = models
        self._scrubber = scrubber
        self._guard = guard
        self._opinions = opinions
        self._name_writer = name_writer
        self._queries = queries
        self._build_themes = build_themes
        self._followed = followed
        self._trends = trends
        self._report_writers = report_writers
        self._method = method
        self._import_lock = import_lock

    @needs(Permission.THEMES)
    def build(self, about: int = 0, names: bool = True, on_progress: Progress = no_progress) -> ThemeBuild:
        """Find the themes of all comments; ids, names and edits of an earlier build go on.

        Stopping it at any moment loses nothing: the same call goes on from there.

        Args:
            about: how many themes are wanted; 0 lets the data say.
            names: let the model name themes and write a sentence on each; without, they go by their words.
            on_progress: told what is done.

        Raises:
            WorkspaceError: if an import or another build is running.
        """
        if about < 0:
            raise UsageError("about how many themes: 0 to let the data say, or a number from 2")
        seconds, started = {}, time.monotonic()
        with self._import_lock.hold():
            self._opinions.split_pending(on_progress)
            seconds["opinions"] = round(time.monotonic() - started, 2)
            started = time.monotonic()
            built = self._build_themes().build(
                self._audit.actor, about, lambda what, share: on_progress(what, round(100 * share), 100)
            )
            seconds["themes"] = round(time.monotonic() - started, 2)
            started = time.monotonic()
            wrote = self._name_writer.write_all(on_progress) if names else (0, 0)
            seconds["names"] = round(time.monotonic() - started, 2)
        listed = self._queries().themes()
        kept = sum(overlap > 0 for overlap in built.themes.overlap)
        report = self._reported(built, listed, kept, wrote, seconds)
        self._audit.record("themes.build", {"themes": report.themes, "opinions": report.opinions, "about": about})
        return report

    @needs(Permission.FIGURES)
    def list(self, where: str = "") -> ThemeList:
        """Return all themes, groups first, then by size.

        Args:
            where: a filter over the columns; the figures are then of the records that match.
        """
        if not self._authorization.may_quote:
            self._guard.whole(where)
        listed = self._queries().themes(where)
        self._audit.record("themes.list", {"themes": len(listed.themes)})
        return listed if self._authorization.may_quote else self._guard.themes(listed)

    @needs(Permission.COMMENTS)
    def show(self, theme: str, where: str = "", limit: int = 50) -> ThemeDetail:
        """Return a theme or a group, its parts, and the opinions nearest to its center.

        Raises:
            UsageError: if there is no theme of that id.
        """
        listed = self._queries().themes(where)
        found = next((one for one in listed.themes if one.id == theme.upper() or one.id == theme), None)
        if found is None:
            raise UsageError(f"no theme {theme}; they are listed by: analyzer themes list")
        parts = [one for one in listed.themes if one.parent == found.id]
        detail = self._queries().detail(found, parts, where, limit)
        self._audit.record("themes.show", {"theme": found.id, "ids": [opinion.id for opinion in detail.opinions]})
        return detail

    @needs(Permission.COMMENTS)
    def why(self, record_id: str) -> tuple[Opinion, ...]:
        """Return the opinions of one record, each with its theme and the reason it is there.

        Raises:
            UsageError: if there is no record of that id, or themes were never built over it.
        """
        if record_id not in self._table.texts_of([record_id]):
            raise UsageError(f"no record {record_id}; ids are listed by: analyzer search")
        found = tuple(self._queries().of_record(record_id))
        if not found:
            raise UsageError(f"{record_id} came after the last build; run: analyzer themes build")
        self._audit.record("themes.why", {"ids": [record_id]})
        return found

    @needs(Permission.COMMENTS)
    def assignments(self, where: str = "") -> Iterator[Assigned]:
        """Yield every matching record with the ids of its themes, in order of record id."""
        self._table.predicate(where)
        self._audit.record("themes.assignments", {"where": bool(where)})
        for record_id, themes in self._queries().assignments(where):
            yield Assigned(record_id, themes)

    @needs(Permission.THEMES)
    def edit(self, action: str, theme: str, *values: str) -> ThemeEdit:
        """Change themes; the change holds in every later build until it is taken back.

        Args:
            action: rename THEME NAME; describe THEME TEXT; merge THEME OTHER…; split THEME N; move THEME GROUP (or a
                new group's name, or nothing for the top); pin, lock, unlock, exclude, include THEME; reassign RECORD
                START THEME (or nothing for none).
            theme: id of the theme (of the record, for reassign).
            values: what the action takes besides.

        Raises:
            UsageError: if the action is not understood or does not apply; nothing is changed then.
        """
        with self._import_lock.hold():
            editor = Editor(self._database, self._build_themes(), self._scrubber.is_clean)
            edit = editor.understood(action, theme, values)
            effect = editor.effect(edit)
            with self._database.transaction() as connection:
                number = editor.write(connection, self._audit.actor, edit, effect)
                self._audit.append(connection, "themes.edit", {"edit": number, "action": edit.action})
        return next(_edit(one) for one in reversed(read_edits(self._database)) if one.number == number)

    @needs(Permission.THEMES)
    def undo(self) -> ThemeEdit:
        """Take the latest edit back.

        Raises:
            UsageError: if there is none.
        """
        with self._import_lock.hold():
            editor = Editor(self._database, self._build_themes(), self._scrubber.is_clean)
            with self._database.transaction() as connection:
                number = editor.undo(connection, self._audit.actor)
                self._audit.append(connection, "themes.undo", {"edit": number})
        return next(_edit(one) for one in read_edits(self._database) if one.number == number)

    @needs(Permission.FIGURES)
    def log(self) -> tuple[ThemeEdit, ...]:
        """Return what people edited, oldest first."""
        found = tuple(_edit(one) for one in read_edits(self._database))
        self._audit.record("themes.log", {"edits": len(found)})
        return found

    @needs(Permission.COMMENTS)
    def segments(self, column: str, where: str = "", codebook: bool = False) -> Segments:
        """Say how much each theme is spoken of in each segment.

        Args:
            column: a column whose values are the segments, such as region; beyond the 30 largest all others are one.
            where: a filter over the columns.
            codebook: take the codebook's themes instead of the discovered ones.

        Raises:
            UsageError: if there is no such column.
        """
        labels = self._followed.labels(codebook)
        timeline = Timeline(self._database, self._table)
        target = timeline.column(column)
        split = timeline.split(where, target)
        segments, records, kinds = split.segments, split.counts, split.kinds
        totals = np.bincount(segments, weights=records, minlength=len(kinds))
        counts = np.zeros((len(labels), len(kinds)))
        rows, codes = join_pairs(split.text_ids, self._followed.pairs(list(labels)), list(labels))
        np.add.at(counts, (codes, segments[rows]), records[rows])
        low, high = wilson(counts, np.broadcast_to(totals, counts.shape))
        self._audit.record("themes.segments", {"themes": len(labels), "segments": len(kinds)})
        shares = counts / np.maximum(totals, 1.0)
        parts = [tuple(tuple(row) for row in np.round(part, 6).tolist()) for part in (shares, low, high)]
        whole = tuple(tuple(row) for row in counts.astype(np.int64).tolist())
        found = [SegmentShares(*one) for one in zip(labels, labels.values(), whole, *parts, strict=True)]
        found.sort(key=lambda one: (-sum(one.counts), one.theme))
        return Segments(target.column.label, kinds, tuple(totals.astype(int).tolist()), tuple(found), split.notes)

    @needs(Permission.COMMENTS)
    def scorecard(self) -> Scorecard:
        """Say how good the themes are: distinct, of one piece, named for what they are, standing on comments.

        Raises:
            UsageError: if there are none.
        """
        lister = self._queries()
        listed = lister.themes()
        if not listed.built:
            raise UsageError(NO_THEMES)
        builder = self._build_themes()
        clauses, applied = builder.current()
        assignments = applied.assignments
        leaves = [one for one in listed.themes if one.id in assignments.ids and not one.is_excluded and one.opinions]
        code = np.full(len(assignments.ids) + 1, -1, dtype=np.int64)
        for number, theme in enumerate(leaves):
            code[assignments.ids.index(theme.id)] = number
        with one_thread():
            names = self._models.embedder.embed([theme.label for theme in leaves])
            found = quality(clauses.vectors, code[assignments.members], names)
        self._audit.record("themes.scorecard", {"themes": len(leaves)})
        grounded = sum(theme.summary is not None for theme in leaves) / len(leaves) if leaves else None
        stable = [agreed for _, agreed in read_build(self._database).body.get("stability", [])]
        return Scorecard(
            len(leaves), listed.coverage, found.redundancy, found.intruders, found.specificity, grounded,
            max(stable, default=None),
        )  # fmt: skip

    @needs(Permission.FIGURES, Permission.EXPORTS)
    def report(
        self, out: Path | str, kind: str = "", where: str = "", rating: str = "", may_replace: bool = False
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
        out = Path(out)
        kind = kind or out.suffix.removeprefix(".").casefold()
        if kind not in self._report_writers:
            raise UsageError(f'a report is a file of kind {", ".join(self._report_writers)}, not "{kind}"')
        if self._authorization.is_marked and kind not in MARKED:
            raise UsageError(f"your files are marked, and a {kind} cannot be; write {' or '.join(MARKED)}")
        lister = self._queries()
        listed = lister.themes(where)
        if not listed.built:
            raise UsageError(NO_THEMES)
        if not self._authorization.may_quote:
            self._guard.whole(where)
            listed = self._guard.themes(listed)
        opinions = self._quoted(lister, listed, where)
        has_dates = self._table.column_of(ColumnRole.DATE) is not None
        report = ThemeReport(
            listed, opinions, self._trends.over_time("month", "", where) if has_dates else None,
            self._trends.drivers(rating, where) if rating and self._authorization.may_quote else None, where,
            self._method(),
            self._coded(where),
        )  # fmt: skip
        written = write_whole(out, self._report_writers[kind](report), may_replace)
        ids = [opinion.id for found in opinions.values() for opinion in found]
        self._audit.record("themes.report", {"kind": kind, "ids": ids, "file": out.name})
        return WrittenFile(str(out), len(report.themes), written)

    def _quoted(self, lister: ThemeQueries, listed: ThemeList, where: str) -> dict[str, tuple[Opinion, ...]]:
        """Return the opinions that stand for each theme, for those who may see what people said."""
        return {
            theme.id: tuple(lister.opinions([theme.id], where, QUOTED))
            for theme in listed.themes
            if self._authorization.may_quote and not theme.id.startswith("G") and not theme.is_excluded
        }

    def _coded(self, where: str) -> Codebook | None:
        """Return what comments are coded with; nothing before a codebook was applied."""
        if not read_run(self._database).at:
            return None
        found = CodebookView(self._database, self._table.predicate(where), self._authorization.may_quote).codebook()
        return found if self._authorization.may_quote else self._guard.codebook(found)

    def _reported(
        self, built: Built, listed: ThemeList, kept: int, wrote: tuple[int, int], seconds: dict[str, float]
    ) -> ThemeBuild:
        opinions = int(self._database.rows("SELECT count(*) FROM opinions")[0][0])
        themes = len(built.themes.ids)
        return ThemeBuild(
            themes, built.groups, listed.coverage, opinions, len(built.clauses), built.found.sampled, kept,
            themes - kept, built.gone, *wrote, built.found.grain.criterion, seconds, built.found.grain.stability,
        )  # fmt: skip


def _edit(logged: Logged) -> ThemeEdit:
    effect = int(logged.edit.detail.get("effect", 0))
    return ThemeEdit(
        logged.number, logged.at, logged.actor, logged.edit.action, edit_text(logged.edit), logged.is_undone, effect
    )

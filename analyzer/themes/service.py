"""The themes service: builds, lists, explains, edits, undoes, compares segments, measures quality, writes reports."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import numpy as np

from analyzer.errors import UsageError
from analyzer.index.corpus_index import CorpusIndex
from analyzer.index.feedback_table import FeedbackTable
from analyzer.models.parallel import one_thread
from analyzer.models.workspace_models import WorkspaceModels
from analyzer.opinions.stored_opinions import OpinionSplitter
from analyzer.privacy.workspace_scrubber import WorkspaceScrubber
from analyzer.security.audit_trail import AuditTrail
from analyzer.security.authorization import Authorization
from analyzer.security.files_service import FilesService
from analyzer.security.permissions import Permission, needs
from analyzer.store.database import Database
from analyzer.store.import_lock import ImportLock
from analyzer.themes.build import Built, ThemeBuilder
from analyzer.themes.codebook.repository import read_run
from analyzer.themes.codebook.types import Codebook
from analyzer.themes.codebook.view import CodebookView
from analyzer.themes.edits import Editor, edit_text
from analyzer.themes.name_writer import ThemeNameWriter
from analyzer.themes.queries import ThemeQueries
from analyzer.themes.repository import LoggedEdit, read_build, read_edits
from analyzer.themes.scorecard import quality
from analyzer.themes.trends.followed import FollowedThemes
from analyzer.themes.trends.service import TrendsService
from analyzer.themes.trends.significance import shares_that_differ, wilson
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
from analyzer.types import PLAIN, Brand, ColumnRole, Method, Progress, WrittenFile, no_progress

QUOTED = 3
"""Number of opinions quoted for each theme in a report."""
NO_THEMES = "there are no themes yet; find them with: analyzer themes build"
MARKED = ("html", "xlsx", "pptx", "doc")
"""File formats that can contain a mark that names the account."""


class GuardsThemes(Protocol):
    """Withholds figures of few people from accounts that see no comments."""

    def require_unfiltered(self, where: str) -> None:
        """Check that figures are for all comments; raise WithheldError if there is a filter."""

    def themes(self, listed: ThemeList) -> ThemeList:
        """Return themes without those that too few people may have mentioned."""

    def codebook(self, found: Codebook) -> Codebook:
        """Return a codebook without the themes that too few people may have mentioned."""


class ThemesService:
    """Themes of a workspace. Every call checks a permission and writes to the audit log."""

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
        files: FilesService,
    ) -> None:
        """Store the collaborators.

        Args:
            database: the account's connection.
            table: feedback table over the same connection.
            index: corpus index; its dimension is that of the clauses' vectors.
            audit: receives a record of each call.
            authorization: permissions of the account.
            models: embeds names for the scorecard.
            scrubber: checks labels and descriptions for personal data.
            guard: disclosure guard for accounts that see no comments.
            opinions: splits texts into opinions.
            name_writer: names and summarizes themes with the language model.
            queries: returns the theme queries, limited to what the account may see.
            build_themes: returns the theme builder.
            followed: the themes that segments are counted for.
            trends: trends and drivers for reports.
            report_writers: file format -> function that returns a report as bytes.
            method: returns the method section of a report.
            import_lock: taken while themes change.
            files: writes and records files.
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
        self._files = files

    @needs(Permission.THEMES)
    def build(self, about: int = 0, names: bool = True, on_progress: Progress = no_progress) -> ThemeBuild:
        """Build the themes of all comments; ids, names and edits of the build before are kept.

        An interrupted build loses nothing: the same call continues where it stopped.

        Args:
            about: approximate number of themes; 0 chooses it by stability.
            names: whether the language model names and summarizes themes; otherwise keywords are their names.
            on_progress: called with (step, done, in total).

        Raises:
            WorkspaceError: if an import or another build is running.
        """
        if about < 0:
            raise UsageError("about must be 0 (the data decide) or the number of themes wanted, from 2")
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
            written = self._name_writer.write_all(on_progress) if names else (0, 0)
            seconds["names"] = round(time.monotonic() - started, 2)
        listed = self._queries().themes()
        matched = sum(overlap > 0 for overlap in built.themes.overlap)
        report = self._build_report(built, listed, matched, written, seconds)
        self._audit.record("themes.build", {"themes": report.themes, "opinions": report.opinions, "about": about})
        return report

    @needs(Permission.FIGURES)
    def list(self, where: str = "") -> ThemeList:
        """Return all themes, groups first, then by size.

        Args:
            where: a filter over the columns; figures count the records that match.
        """
        if not self._authorization.may_quote:
            self._guard.require_unfiltered(where)
        listed = self._queries().themes(where)
        self._audit.record("themes.list", {"themes": len(listed.themes)})
        return listed if self._authorization.may_quote else self._guard.themes(listed)

    @needs(Permission.COMMENTS)
    def show(self, theme: str, where: str = "", limit: int = 50) -> ThemeDetail:
        """Return a theme or group, its parts, and the opinions nearest to its center.

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
        """Return the opinions of one record, each with its theme and the reason for it.

        Raises:
            UsageError: if there is no record of that id, or it is newer than the last build.
        """
        if record_id not in self._table.texts_of([record_id]):
            raise UsageError(f"no record {record_id}; ids are listed by: analyzer search")
        found = tuple(self._queries().of_record(record_id))
        if not found:
            raise UsageError(f"{record_id} is newer than the last build; run: analyzer themes build")
        self._audit.record("themes.why", {"ids": [record_id]})
        return found

    @needs(Permission.COMMENTS, Permission.EXPORTS)
    def assignments(self, where: str = "") -> Iterator[Assigned]:
        """Yield every matching record with the ids of its themes, in order of record id."""
        self._table.predicate(where)
        self._audit.record("themes.assignments", {"where": bool(where)})
        for record_id, themes in self._queries().assignments(where):
            yield Assigned(record_id, themes)

    @needs(Permission.COMMENTS, Permission.EXPORTS)
    def write_assignments(self, out: Path | str, where: str = "") -> WrittenFile:
        """Write every matching record with the ids of its themes to a new file, one JSON object a line.

        Raises:
            UsageError: if the file exists, or files must be marked.
        """
        self._table.predicate(where)
        lines = (
            json.dumps({"id": record_id, "themes": list(themes)}, ensure_ascii=False).encode() + b"\n"
            for record_id, themes in self._queries().assignments(where)
        )
        return self._files.export(out, lines, ("themes.assignments", {"where": bool(where)}))

    @needs(Permission.THEMES)
    def edit(self, action: str, theme: str, *values: str) -> ThemeEdit:
        """Edit themes; every later build replays the edit until it is undone.

        Args:
            action: rename THEME NAME; describe THEME TEXT; merge THEME OTHER…; split THEME N; move THEME GROUP (or the
                name of a new group; without GROUP: the top); pin, lock, unlock, exclude, include THEME; reassign RECORD
                START THEME (without THEME: no theme); create NAME RECORD… (a new theme of the opinions of these records
                that are most alike; RECORD:START or RECORD:START-END says which opinion of it).
            theme: id of the theme (of the record, for reassign; the name of the new theme, for create).
            values: further arguments of the action.

        Raises:
            UsageError: if the action is unknown or does not apply; nothing is changed then.
        """
        with self._import_lock.hold():
            editor = Editor(self._database, self._build_themes(), self._scrubber.is_clean)
            edit = editor.parse(action, theme, values)
            effect = editor.effect(edit)
            with self._database.transaction() as connection:
                number = editor.write(connection, self._audit.actor, edit, effect)
                self._audit.append(connection, "themes.edit", {"edit": number, "action": edit.action})
        return next(_edit(one) for one in reversed(read_edits(self._database)) if one.number == number)

    @needs(Permission.THEMES)
    def undo(self, edit: int = 0) -> ThemeEdit:
        """Undo the latest edit.

        Args:
            edit: number of the edit that must be the latest one; 0 for whichever is.

        Raises:
            UsageError: if there is no edit to undo, or another edit is the latest.
        """
        with self._import_lock.hold():
            editor = Editor(self._database, self._build_themes(), self._scrubber.is_clean)
            with self._database.transaction() as connection:
                number = editor.undo(connection, self._audit.actor, edit)
                self._audit.append(connection, "themes.undo", {"edit": number})
        return next(_edit(one) for one in read_edits(self._database) if one.number == number)

    @needs(Permission.FIGURES)
    def log(self) -> tuple[ThemeEdit, ...]:
        """Return the log of edits, oldest first."""
        found = tuple(_edit(one) for one in read_edits(self._database))
        self._audit.record("themes.log", {"edits": len(found)})
        return found

    @needs(Permission.COMMENTS)
    def segments(self, column: str, where: str = "", codebook: bool = False) -> Segments:
        """Return the share of each theme in each segment, with 95 % intervals.

        Args:
            column: a column whose values are the segments, such as region; values beyond the 30 most frequent count in
                the last segment.
            where: a filter over the columns.
            codebook: use the codebook's themes instead of the discovered ones.

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
        differs = [
            tuple({1: "above", -1: "below"}.get(one, "") for one in row)
            for row in shares_that_differ(counts, totals.astype(np.float64)).tolist()
        ]
        found = [SegmentShares(*one) for one in zip(labels, labels.values(), whole, *parts, differs, strict=True)]
        found.sort(key=lambda one: (-sum(one.counts), one.theme))
        return Segments(target.column.label, kinds, tuple(totals.astype(int).tolist()), tuple(found), split.notes)

    @needs(Permission.COMMENTS)
    def scorecard(self) -> Scorecard:
        """Return quality figures of the themes: coverage, redundancy, coherence, specificity, groundedness, stability.

        Raises:
            UsageError: if there are no themes.
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
            names = self._models.embedder.embed_queries([theme.label for theme in leaves])
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
        self, out: Path | str, kind: str = "", where: str = "", rating: str = "", may_replace: bool = False,
        segment: str = "", brand: Brand = PLAIN,
    ) -> WrittenFile:  # fmt: skip
        """Write a report to a file: themes, trends, drivers, codings and the method.

        Args:
            out: path of the file.
            kind: html, xlsx, pptx, doc (HTML for Word), or csv or parquet (themes only); empty for the suffix of `out`.
            where: a filter over the columns; figures and quotes are of the records that match.
            rating: a column of numbers for the drivers; empty for no drivers.
            may_replace: whether an existing file may be replaced.
            segment: a column whose values are compared by theme; empty for no comparison.
            brand: color, logo and name of the report.

        Raises:
            UsageError: if there are no themes, the kind is unknown or cannot be marked, or the file exists.
        """
        out = Path(out)
        kind = kind or out.suffix.removeprefix(".").casefold()
        content, event, rows = self._report(kind, where, rating, segment, brand)
        return self._files.export(out, [content], event, rows=rows, is_marked=kind in MARKED, may_replace=may_replace)

    @needs(Permission.FIGURES, Permission.EXPORTS)
    def file(self, kind: str, where: str = "", rating: str = "") -> bytes:
        """Return the report as a file to hand out, see report().

        Raises:
            UsageError: if there are no themes, or the kind is unknown or cannot be marked.
        """
        content, event, _ = self._report(kind, where, rating)
        return self._files.hand_out(f"themes.{kind}", content, event, is_marked=kind in MARKED)

    def _report(
        self, kind: str, where: str, rating: str, segment: str = "", brand: Brand = PLAIN
    ) -> tuple[bytes, tuple[str, Mapping[str, object]], int]:
        """Return the content of a report, the event that records it, and its number of themes."""
        if not self._authorization.may_quote:
            self._guard.require_unfiltered(where)
        if kind not in self._report_writers:
            raise UsageError(f'a report is a file of kind {", ".join(self._report_writers)}, not "{kind}"')
        if self._authorization.is_marked and kind not in MARKED:
            raise UsageError(f"your files must be marked, which {kind} cannot be; write {' or '.join(MARKED)}")
        lister = self._queries()
        listed = lister.themes(where)
        if not listed.built:
            raise UsageError(NO_THEMES)
        if not self._authorization.may_quote:
            listed = self._guard.themes(listed)
        opinions = self._quoted(lister, listed, where)
        has_dates = self._table.column_of(ColumnRole.DATE) is not None
        report = ThemeReport(
            listed, opinions, self._trends.over_time("month", "", where) if has_dates else None,
            self._trends.drivers(rating, where) if rating and self._authorization.may_quote else None, where,
            replace(self._method(), brand=brand),
            self._coded(where),
            self.segments(segment, where) if segment and self._authorization.may_quote else None,
        )  # fmt: skip
        ids = [opinion.id for found in opinions.values() for opinion in found]
        return self._report_writers[kind](report), ("themes.report", {"kind": kind, "ids": ids}), len(report.themes)

    def _quoted(self, lister: ThemeQueries, listed: ThemeList, where: str) -> dict[str, tuple[Opinion, ...]]:
        """Return the opinions to quote for each theme; none if the account may not see comments."""
        return {
            theme.id: tuple(lister.opinions([theme.id], where, QUOTED))
            for theme in listed.themes
            if self._authorization.may_quote and not theme.id.startswith("G") and not theme.is_excluded
        }

    def _coded(self, where: str) -> Codebook | None:
        """Return the codebook with its codings; None if no codebook was applied."""
        if not read_run(self._database).at:
            return None
        found = CodebookView(self._database, self._table.predicate(where), self._authorization.may_quote).codebook()
        return found if self._authorization.may_quote else self._guard.codebook(found)

    def _build_report(
        self, built: Built, listed: ThemeList, matched: int, written: tuple[int, int], seconds: dict[str, float]
    ) -> ThemeBuild:
        opinions = int(self._database.rows("SELECT count(*) FROM opinions")[0][0])
        themes = len(built.themes.ids)
        return ThemeBuild(
            themes, built.groups, listed.coverage, opinions, len(built.clauses), built.found.sampled, matched,
            themes - matched, built.lost, *written, built.found.grain.criterion, seconds, built.found.grain.stability,
        )  # fmt: skip


def _edit(logged: LoggedEdit) -> ThemeEdit:
    effect = int(logged.edit.detail.get("effect", 0))
    return ThemeEdit(
        logged.number, logged.at, logged.actor, logged.edit.action, edit_text(logged.edit), logged.is_undone, effect
    )

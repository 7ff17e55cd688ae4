"""Themes of a workspace: found, listed, explained, edited, undone."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from hashlib import blake2b

import numpy as np

from analyzer.answers.generation import GRAMMAR, TOKENS_PER_CLAIM, messages
from analyzer.answers.grounding.checks import Checker
from analyzer.answers.grounding.vocabulary import AllowedWords
from analyzer.errors import UsageError
from analyzer.models.parallel import map_batches
from analyzer.opened import OpenWorkspace
from analyzer.security.permissions import Permission, needs
from analyzer.themes.assignments import center_of
from analyzer.themes.build import Built, ThemeBuilder
from analyzer.themes.edits import Editor, told
from analyzer.themes.naming import SUMMARY_QUESTION, ThemeNamer, ToName, evidence, is_summary
from analyzer.themes.opinions import Splitter, SplitterRecipe, count_pending, pending, write_opinions
from analyzer.themes.polarity import PolarityHead
from analyzer.themes.queries import ThemeQueries
from analyzer.themes.repository import Kept, Logged, named, read_edits, read_themes, write_theme
from analyzer.themes.types import Assigned, Namer, Opinion, Theme, ThemeBuild, ThemeDetail, ThemeEdit, ThemeList
from analyzer.types import Claim

FEW_TEXTS = 2_000
"""Texts up to which opinions are taken apart in this process: starting workers takes as long."""
NAMED_FROM = 8
Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done and how much there is."""


def _silent(*_: object) -> None:
    """Report nothing."""


class ThemeDesk(OpenWorkspace):
    """What can be done with the themes of a workspace."""

    @needs(Permission.THEMES)
    def themes_build(self, about: int = 0, names: bool = True, on_progress: Progress = _silent) -> ThemeBuild:
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
        with self._import_lock():
            self._take_apart(on_progress)
            seconds["opinions"] = round(time.monotonic() - started, 2)
            started = time.monotonic()
            built = self._builder().build(
                self.actor, about, lambda what, share: on_progress(what, round(100 * share), 100)
            )
            seconds["themes"] = round(time.monotonic() - started, 2)
            started = time.monotonic()
            wrote = self._name_all(on_progress) if names else (0, 0)
            seconds["names"] = round(time.monotonic() - started, 2)
        listed = self._lister().themes()
        kept = sum(overlap > 0 for overlap in built.themes.overlap)
        report = self._reported(built, listed, kept, wrote, seconds)
        self._record("themes.build", {"themes": report.themes, "opinions": report.opinions, "about": about})
        return report

    @needs(Permission.FIGURES)
    def themes_list(self, where: str = "") -> ThemeList:
        """Return all themes, groups first, then by size.

        Args:
            where: a filter over the columns; the figures are then of the records that match.
        """
        if not self._may_quote:
            self._withholder.whole(where)
        listed = self._lister().themes(where)
        self._record("themes.list", {"themes": len(listed.themes)})
        return listed if self._may_quote else self._withholder.themes(listed)

    @needs(Permission.COMMENTS)
    def themes_show(self, theme: str, where: str = "", limit: int = 50) -> ThemeDetail:
        """Return a theme or a group, its parts, and the opinions nearest to its center.

        Raises:
            UsageError: if there is no theme of that id.
        """
        listed = self._lister().themes(where)
        found = next((one for one in listed.themes if one.id == theme.upper() or one.id == theme), None)
        if found is None:
            raise UsageError(f"no theme {theme}; they are listed by: analyzer themes list")
        parts = [one for one in listed.themes if one.parent == found.id]
        detail = self._lister().detail(found, parts, where, limit)
        self._record("themes.show", {"theme": found.id, "ids": [opinion.id for opinion in detail.opinions]})
        return detail

    @needs(Permission.COMMENTS)
    def themes_why(self, record_id: str) -> tuple[Opinion, ...]:
        """Return the opinions of one record, each with its theme and the reason it is there.

        Raises:
            UsageError: if there is no record of that id, or themes were never built over it.
        """
        if record_id not in self._table.texts_of([record_id]):
            raise UsageError(f"no record {record_id}; ids are listed by: analyzer search")
        found = tuple(self._lister().of_record(record_id))
        if not found:
            raise UsageError(f"{record_id} came after the last build; run: analyzer themes build")
        self._record("themes.why", {"ids": [record_id]})
        return found

    @needs(Permission.COMMENTS)
    def themes_assignments(self, where: str = "") -> Iterator[Assigned]:
        """Yield every matching record with the ids of its themes, in order of record id."""
        self._table.predicate(where)
        self._record("themes.assignments", {"where": bool(where)})
        for record_id, themes in self._lister().assignments(where):
            yield Assigned(record_id, themes)

    @needs(Permission.THEMES)
    def themes_edit(self, action: str, theme: str, *values: str) -> ThemeEdit:
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
        with self._import_lock():
            editor = Editor(self._database, self._builder(), self._is_clean)
            edit = editor.understood(action, theme, values)
            effect = editor.effect(edit)
            with self._database.transaction() as connection:
                number = editor.write(connection, self.actor, edit, effect)
                self._audit.append(connection, self.actor, "themes.edit", {"edit": number, "action": edit.action})
        return next(_edit(one) for one in reversed(read_edits(self._database)) if one.number == number)

    @needs(Permission.THEMES)
    def themes_undo(self) -> ThemeEdit:
        """Take the latest edit back.

        Raises:
            UsageError: if there is none.
        """
        with self._import_lock():
            editor = Editor(self._database, self._builder(), self._is_clean)
            with self._database.transaction() as connection:
                number = editor.undo(connection, self.actor)
                self._audit.append(connection, self.actor, "themes.undo", {"edit": number})
        return next(_edit(one) for one in read_edits(self._database) if one.number == number)

    @needs(Permission.FIGURES)
    def themes_log(self) -> tuple[ThemeEdit, ...]:
        """Return what people edited, oldest first."""
        found = tuple(_edit(one) for one in read_edits(self._database))
        self._record("themes.log", {"edits": len(found)})
        return found

    def _take_apart(self, on_progress: Progress) -> None:
        whole = count_pending(self._database)
        if not whole:
            return
        workers = self.settings.cores if whole > FEW_TEXTS else 1
        model = self._models.path(self._embedding_name)
        start = SplitterRecipe(model) if workers > 1 else partial(Splitter, self._embedder, PolarityHead.load())
        done = 0
        on_progress("taking comments apart", 0, whole)
        for taken in map_batches(start, pending(self._database), workers):
            with self._database.transaction() as connection:
                write_opinions(connection, taken)
            done += len({span[0] for span in taken.spans})
            on_progress("taking comments apart", done, whole)

    def _name_all(self, on_progress: Progress) -> tuple[int, int]:
        """Let the model name what wants a name; return how many names and how many sentences held."""
        kept = read_themes(self._database)
        wanted = [theme for theme in kept.values() if theme.wanted and not theme.standing.label]
        if not wanted:
            return 0, 0
        listed = {theme.id: theme for theme in self._lister().themes().themes}
        namer = self._namer(kept)
        names = summaries = 0
        for number, theme in enumerate(sorted(wanted, key=lambda one: -listed[one.id].size)):
            on_progress("naming themes", number, len(wanted))
            written = self._named(theme, listed, namer)
            names += written.named_by is Namer.MODEL
            summaries += written.summary is not None
            with self._database.transaction() as connection:
                write_theme(connection, written)
            listed[theme.id] = replace(listed[theme.id], label=written.own)
        on_progress("naming themes", len(wanted), len(wanted))
        return names, summaries

    def _named(self, theme: Kept, listed: dict[str, Theme], namer: ThemeNamer) -> Kept:
        one = listed[theme.id]
        parts = [other.id for other in listed.values() if other.parent == one.id] or [one.id]
        opinions = self._lister().opinions(parts, "", NAMED_FROM)
        apart = [
            ", ".join(other.keywords[:3])
            for other in listed.values()
            if other.id != one.id and other.parent == one.parent
        ]
        taken = [other.label for other in listed.values() if other.id != one.id]
        center = namer.centers.get(theme.id)
        if center is None or not opinions:
            return named(theme, theme.own, theme.named_by)
        name = namer.name(ToName(theme.id, opinions, apart, center), taken)
        written = named(theme, name or theme.own, Namer.MODEL if name else Namer.WORDS)
        return written if theme.standing.is_group else self._summarized(written, opinions, name)

    def _summarized(self, theme: Kept, opinions: Sequence[Opinion], name: str) -> Kept:
        question = SUMMARY_QUESTION.format((name or theme.own).casefold())
        group = evidence(opinions)
        texts = {opinion.id: opinion.text for opinion in opinions}
        output = self._open_model().complete(messages(question, group), GRAMMAR, TOKENS_PER_CLAIM)
        strange = AllowedWords(self._database, self._embedder, question).strange
        outcome = Checker(self._verifier(), self._is_clean, texts, strange).check(output, group)
        return replace(theme, summary=outcome) if isinstance(outcome, Claim) and is_summary(outcome) else theme

    def _namer(self, kept: dict[str, Kept]) -> ThemeNamer:
        clauses, settled = self._builder().settled_now()
        board = settled.board
        centers = {}
        for theme in kept.values():
            parts = (
                [one for one, s in board.standings.items() if s.parent == theme.id]
                if theme.standing.is_group
                else [theme.id]
            )
            rows = np.concatenate([board.rows_of(part) for part in parts]) if parts else np.zeros(0, dtype=np.int64)
            if len(rows):
                centers[theme.id] = center_of(clauses.vectors, rows)
        strange = AllowedWords(self._database, self._embedder, "").strange
        return ThemeNamer(self._open_model(), self._embedder, self._is_clean, strange, centers)

    def _builder(self) -> ThemeBuilder:
        return ThemeBuilder(self._database, self._dimension, self._corpus())

    def _lister(self) -> ThemeQueries:
        return ThemeQueries(self._database, self._table, self._corpus(), self._may_quote, self._least_shown)

    def _corpus(self) -> str:
        state = f"{self._database.meta('generation')}-{self._database.meta('deletions')}"
        return blake2b(state.encode(), digest_size=8).hexdigest()

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
        logged.number, logged.at, logged.actor, logged.edit.action, told(logged.edit), logged.is_undone, effect
    )

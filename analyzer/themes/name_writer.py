"""Names and summaries of themes written by the model, theme by theme, each in a transaction of its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from analyzer.models.workspace_models import WorkspaceModels
from analyzer.store.database import Database
from analyzer.themes.assignments import center_of
from analyzer.themes.build import ThemeBuilder
from analyzer.themes.naming import SUMMARY_QUESTION, ThemeNamer, ToName, WritesThemeText
from analyzer.themes.queries import ThemeQueries
from analyzer.themes.repository import Kept, read_themes, with_name, write_theme
from analyzer.themes.types import Namer, Opinion, Theme
from analyzer.types import Progress, no_progress

NAMED_FROM = 8
"""Opinions nearest to a theme's center that its name is written from."""


@dataclass(frozen=True, slots=True)
class ThemeNameWriter:
    """Lets the model name the themes that want a name."""

    database: Database
    models: WorkspaceModels
    text: WritesThemeText
    queries: Callable[[], ThemeQueries]
    build_themes: Callable[[], ThemeBuilder]

    def write_all(self, on_progress: Progress = no_progress) -> tuple[int, int]:
        """Let the model name what wants a name; return how many names and how many sentences held."""
        kept = read_themes(self.database)
        wanted = [theme for theme in kept.values() if theme.wanted and not theme.standing.label]
        if not wanted:
            return 0, 0
        listed = {theme.id: theme for theme in self.queries().themes().themes}
        namer = self._namer(kept)
        names = summaries = 0
        for number, theme in enumerate(sorted(wanted, key=lambda one: -listed[one.id].size)):
            on_progress("naming themes", number, len(wanted))
            written = self._named(theme, listed, namer)
            names += written.named_by is Namer.MODEL
            summaries += written.summary is not None
            with self.database.transaction() as connection:
                write_theme(connection, written)
            listed[theme.id] = replace(listed[theme.id], label=written.own)
        on_progress("naming themes", len(wanted), len(wanted))
        return names, summaries

    def _named(self, theme: Kept, listed: dict[str, Theme], namer: ThemeNamer) -> Kept:
        one = listed[theme.id]
        parts = [other.id for other in listed.values() if other.parent == one.id] or [one.id]
        opinions = self.queries().opinions(parts, "", NAMED_FROM)
        apart = [
            ", ".join(other.keywords[:3])
            for other in listed.values()
            if other.id != one.id and other.parent == one.parent
        ]
        taken = [other.label for other in listed.values() if other.id != one.id]
        center = namer.centers.get(theme.id)
        if center is None or not opinions:
            return with_name(theme, theme.own, theme.named_by)
        name = namer.name(ToName(theme.id, opinions, apart, center), taken)
        written = with_name(theme, name or theme.own, Namer.MODEL if name else Namer.WORDS)
        return written if theme.standing.is_group else self._summarized(written, opinions, name)

    def _summarized(self, theme: Kept, opinions: Sequence[Opinion], name: str) -> Kept:
        question = SUMMARY_QUESTION.format((name or theme.own).casefold())
        summary = self.text.summary(question, opinions)
        return replace(theme, summary=summary) if summary else theme

    def _namer(self, kept: dict[str, Kept]) -> ThemeNamer:
        clauses, applied = self.build_themes().current()
        assignments = applied.assignments
        centers = {}
        for theme in kept.values():
            parts = (
                [one for one, s in assignments.standings.items() if s.parent == theme.id]
                if theme.standing.is_group
                else [theme.id]
            )
            rows = (
                np.concatenate([assignments.rows_of(part) for part in parts]) if parts else np.zeros(0, dtype=np.int64)
            )
            if len(rows):
                centers[theme.id] = center_of(clauses.vectors, rows)
        return ThemeNamer(self.models.answering(), self.models.embedder, self.text.is_grounded, centers)

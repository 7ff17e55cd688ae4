"""Names and summaries of themes by the language model, theme by theme, each written in its own transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from analyzer.models.workspace_models import WorkspaceModels
from analyzer.store.database import Database
from analyzer.themes.assignments import center_of
from analyzer.themes.build import ThemeBuilder
from analyzer.themes.naming import SUMMARY_QUESTION, NamingTask, ThemeNamer, WritesThemeText
from analyzer.themes.queries import ThemeQueries
from analyzer.themes.repository import StoredTheme, read_themes, with_name, write_theme
from analyzer.themes.types import Namer, Opinion, Theme, in_sentence
from analyzer.types import Progress, no_progress

NAMED_FROM = 8
"""Number of opinions, nearest to the center first, that a name is written from."""


@dataclass(frozen=True, slots=True)
class ThemeNameWriter:
    """Names and summarizes the pending themes with the language model."""

    database: Database
    models: WorkspaceModels
    text: WritesThemeText
    queries: Callable[[], ThemeQueries]
    build_themes: Callable[[], ThemeBuilder]

    def write_all(self, on_progress: Progress = no_progress) -> tuple[int, int]:
        """Name and summarize the pending themes; return the numbers of names and summaries that passed the checks."""
        stored = read_themes(self.database)
        wanted = [theme for theme in stored.values() if theme.wanted and not theme.standing.label]
        if not wanted:
            return 0, 0
        listed = {theme.id: theme for theme in self.queries().themes().themes}
        namer = self._namer(stored)
        names = summaries = 0
        for number, theme in enumerate(sorted(wanted, key=lambda one: -listed[one.id].size)):
            on_progress("naming themes", number, len(wanted))
            written = self._with_name_by_model(theme, listed, namer)
            names += written.named_by is Namer.MODEL
            summaries += written.summary is not None
            with self.database.transaction() as connection:
                write_theme(connection, written)
            listed[theme.id] = replace(listed[theme.id], label=written.own)
        on_progress("naming themes", len(wanted), len(wanted))
        return names, summaries

    def _with_name_by_model(self, theme: StoredTheme, listed: dict[str, Theme], namer: ThemeNamer) -> StoredTheme:
        one = listed[theme.id]
        parts = [other.id for other in listed.values() if other.parent == one.id] or [one.id]
        opinions = self.queries().opinions(parts, "", NAMED_FROM)
        neighbor_words = [
            ", ".join(other.keywords[:3])
            for other in listed.values()
            if other.id != one.id and other.parent == one.parent
        ]
        taken = [other.label for other in listed.values() if other.id != one.id]
        center = namer.centers.get(theme.id)
        if center is None or not opinions:
            return with_name(theme, theme.own, theme.named_by)
        if theme.named_by is Namer.PHRASE:
            written = with_name(theme, theme.own, Namer.PHRASE)
            return written if theme.standing.is_group else self._with_summary(written, opinions, theme.own)
        name = namer.name(NamingTask(theme.id, opinions, neighbor_words, center), taken)
        written = with_name(theme, name or theme.own, Namer.MODEL if name else Namer.WORDS)
        return written if theme.standing.is_group else self._with_summary(written, opinions, name)

    def _with_summary(self, theme: StoredTheme, opinions: Sequence[Opinion], name: str) -> StoredTheme:
        question = SUMMARY_QUESTION.format(in_sentence(name or theme.own))
        summary = self.text.summary(question, opinions)
        return replace(theme, summary=summary) if summary else theme

    def _namer(self, stored: dict[str, StoredTheme]) -> ThemeNamer:
        clauses, applied = self.build_themes().current()
        assignments = applied.assignments
        centers = {}
        for theme in stored.values():
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

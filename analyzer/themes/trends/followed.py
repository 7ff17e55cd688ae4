"""The themes that trends, segments and drivers count: discovered ones, or those of the codebook."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from analyzer.errors import UsageError
from analyzer.store.database import Database
from analyzer.themes.codebook.repository import read_codebook_themes, read_run
from analyzer.themes.mentions import read_coded, read_mentions
from analyzer.themes.queries import ThemeQueries
from analyzer.themes.repository import read_themes
from analyzer.themes.trends.timeline import Pairs

NOT_CODED = "no comment is coded yet; load a codebook and run: analyzer codebook apply"


@dataclass(frozen=True, slots=True)
class FollowedThemes:
    """Labels of themes, and the texts that mention them, limited to what one account may see."""

    database: Database
    queries: Callable[[], ThemeQueries]
    is_scoped: bool

    def labels(self, codebook: bool) -> dict[str, str]:
        """Return the labels of the codebook's themes, or of the discovered ones that are not excluded, by id.

        Raises:
            UsageError: if `codebook` is set and no codebook was applied.
        """
        if codebook:
            if not read_run(self.database).at:
                raise UsageError(NOT_CODED)
            return {theme.id: theme.name for theme in read_codebook_themes(self.database)}
        stored = read_themes(self.database).values()
        named = {
            one.id: one.standing.label or one.own or one.id
            for one in stored
            if not one.standing.is_group and not one.standing.is_excluded
        }
        if not self.is_scoped:
            return named
        seen = self.queries().themes().themes
        return {one.id: named[one.id] for one in seen if one.id in named}

    def pairs(self, ids: Sequence[str]) -> Pairs:
        """Return the pairs of a text and a theme for these themes; ids of codebook themes begin with C."""
        of_codebook = any(one.startswith("C") for one in ids)
        return read_coded(self.database) if of_codebook else read_mentions(self.database).pairs()

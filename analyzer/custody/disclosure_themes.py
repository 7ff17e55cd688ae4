"""Figures of themes for accounts that see no comments: one fixed set, of all comments, without filters.

Nothing can be chosen, so that nothing follows from several answers; what is in the set is withheld where it may be
about too few people, and so is what it would follow from.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from analyzer.custody.disclosure_control import LEAST_PEOPLE, withheld_cells
from analyzer.errors import WithheldError
from analyzer.themes.codebook.types import Codebook
from analyzer.themes.trends.types import Trends, TrendSeries
from analyzer.themes.types import Accounted, Sentiment, Theme, ThemeList

UNFILTERED = "your account sees themes of all comments only; remove the filter, or ask an analyst"
MONTHS_ONLY = "your account sees trends by month and without a segment; ask an analyst"
NOTE = f"groups of fewer than {LEAST_PEOPLE} people are withheld, and others from which they could be calculated"


@dataclass(frozen=True, slots=True)
class ThemeDisclosure:
    """Withholds figures of themes.

    Attributes:
        most_of: returns the largest number of comments that so many people wrote together.
    """

    most_of: Callable[[int], int]

    def require_unfiltered(self, where: str) -> None:
        """Check that themes are queried without a filter; subtracting filtered figures could describe few people.

        Raises:
            WithheldError: if there is a filter.
        """
        if where:
            raise WithheldError(UNFILTERED)

    def require_months(self, by: str, segment: str) -> None:
        """Check that trends are by month at no mix of segments; weeks and months together could describe few people.

        Raises:
            WithheldError: if they are not.
        """
        if by != "month" or segment:
            raise WithheldError(MONTHS_ONLY)

    def themes(self, listed: ThemeList) -> ThemeList:
        """Return themes without those that may be about too few people, and without those from which these follow."""
        least = self._least_comments()
        hidden = _hidden_themes(listed, least)
        shown = tuple(_without_small_sentiment(one, least) for one in listed.themes if one.id not in hidden)
        accounted = _merge_remainders(listed.accounted, least)
        return replace(listed, themes=shown, accounted=accounted, coverage=round(accounted.coverage, 6))

    def trends(self, found: Trends) -> Trends:
        """Return trends without counts that may be about too few people; they are shown as 0."""
        least = self._least_comments()
        hidden = withheld_cells(found.totals, least)
        totals = tuple(0 if one else total for total, one in zip(found.totals, hidden, strict=True))
        series = tuple(
            _guarded_series(one, found.totals, hidden, least) for one in found.series if sum(one.counts) >= least
        )
        undated = found.undated if found.undated >= least else 0
        return replace(found, series=series, totals=totals, undated=undated, notes=(f"{NOTE}: shown as 0",))

    def codebook(self, found: Codebook) -> Codebook:
        """Return a codebook without themes that may be about too few people, and without examples."""
        least, whole = self._least_comments(), found.comments
        shown = (one for one in found.themes if one.comments >= least and not 0 < whole - one.comments < least)
        coded = round(found.coverage * whole)
        is_small = 0 < coded < least or 0 < whole - coded < least
        return replace(
            found, themes=tuple(replace(one, theme=replace(one.theme, examples=())) for one in shown),
            coverage=float(coded > whole - coded) if is_small else found.coverage,
        )  # fmt: skip

    def _least_comments(self) -> int:
        """Return the smallest number of comments that always has at least 10 authors.

        One more than the nine most frequent authors wrote together: 10 if every author wrote one comment.
        """
        return self.most_of(LEAST_PEOPLE - 1) + 1


def _without_small_sentiment(theme: Theme, least: int) -> Theme:
    """Remove the sentiment counts of a theme if any of them is small."""
    sentiment = theme.sentiment
    is_small = any(0 < count < least for count in (sentiment.negative, sentiment.neutral, sentiment.positive))
    return replace(theme, sentiment=Sentiment()) if is_small else theme


def _hidden_themes(listed: ThemeList, least: int) -> set[str]:
    """Return the ids of themes of few comments, of all but few, and of those that would tell of hidden ones."""
    whole, hidden = listed.accounted.comments, set[str]()
    for is_group in (True, False):
        themes = [one for one in listed.themes if one.id.startswith("G") is is_group]
        is_rest_small = [0 < whole - one.size < least for one in themes]
        found = withheld_cells([one.size for one in themes], least, is_rest_small)
        hidden |= {one.id for one, is_hidden in zip(themes, found, strict=True) if is_hidden}
    sizes: dict[str, int] = {}
    for one in listed.themes:
        if one.parent and one.id in hidden:
            sizes[one.parent] = sizes.get(one.parent, 0) + one.size
    return hidden | {parent for parent, size in sizes.items() if 0 < size < least}


def _merge_remainders(where: Accounted, least: int) -> Accounted:
    """Merge small remainders into `other`, or into `in_themes` if their sum is small too."""
    parts = (where.excluded, where.other, where.without_content)
    if not any(0 < part < least for part in parts):
        return where
    rest = sum(parts)
    if rest < least:
        return Accounted(where.comments, where.comments, 0, 0, 0)
    return Accounted(where.comments, where.in_themes, 0, rest, 0)


def _guarded_series(one: TrendSeries, totals: tuple[int, ...], withheld: list[bool], least: int) -> TrendSeries:
    pairs = zip(one.counts, totals, withheld, strict=True)
    is_rest_small = [is_hidden or 0 < total - count < least for count, total, is_hidden in pairs]
    hidden = withheld_cells(one.counts, least, is_rest_small)

    def mask(values: tuple[float | None, ...]) -> tuple[float | None, ...]:
        return tuple(None if hide else value for value, hide in zip(values, hidden, strict=True))

    counts = tuple(0 if hide else count for count, hide in zip(one.counts, hidden, strict=True))
    is_whole = not any(hidden)
    return replace(
        one, counts=counts, shares=mask(one.shares), low=mask(one.low), high=mask(one.high),
        adjusted=mask(one.adjusted), flag=one.flag if is_whole else "", changes=one.changes if is_whole else (),
    )  # fmt: skip

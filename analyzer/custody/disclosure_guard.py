"""Disclosure guard: limits accounts that see no comments to figures about groups, over all queries they ever made."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from analyzer.counting.types import Row, Table
from analyzer.custody.disclosure_control import LEAST_PEOPLE, Disclosure, Mask, withheld_cells
from analyzer.errors import WithheldError
from analyzer.index.feedback_table import RESPONSES, FeedbackTable
from analyzer.security.clock import now, stamp
from analyzer.store.casefold import casefold
from analyzer.store.database import Database
from analyzer.themes.codebook.types import Codebook
from analyzer.themes.trends.types import Trends, TrendSeries
from analyzer.themes.types import Accounted, Sentiment, Theme, ThemeList
from analyzer.types import FieldValue, Kind

MOST_FILTERS = 100
"""Filters that one account may use; each is stored and applied again after every change of the records."""
TOO_FEW = (
    f"the result would describe fewer than {LEAST_PEOPLE} people, alone or combined with your earlier queries; "
    "use a wider filter"
)
UNFILTERED = "your account sees themes of all comments only; remove the filter, or ask an analyst"
TOO_MANY = f"your account has used {MOST_FILTERS} different filters, the maximum; ask an analyst"
OVERLAP = "groups of a column with several choices overlap and are withheld: their differences describe few people"
NOTE = f"groups of fewer than {LEAST_PEOPLE} people are withheld, and others from which they could be calculated"


@dataclass(slots=True)
class DisclosureGuard:
    """Limits the figures of one account to those that may be disclosed.

    Attributes:
        admin_database: connection without restrictions, for the authors of records and earlier filters.
        database: the account's connection; people are counted among the records that it can read.
        table: the feedback table with the columns that the account can read.
    """

    admin_database: Database
    database: Database
    table: FeedbackTable
    account: str
    _state: tuple[str, Disclosure, dict[int, int]] | None = None

    def check(self, where: str) -> None:
        """Check that figures about the records that match a filter may be disclosed; remember the filter.

        Raises:
            WithheldError: if they may not be disclosed.
        """
        disclosure = self._disclosure()
        used = self._used_filters()
        if where in used:
            return
        if len(used) >= MOST_FILTERS:
            raise WithheldError(TOO_MANY)
        if not disclosure.narrow(self._mask(where)):
            raise WithheldError(TOO_FEW)
        if where:
            with self.admin_database.transaction() as connection:
                row = (self.account, where, stamp(now()))
                connection.execute("INSERT OR IGNORE INTO filters_asked VALUES(?, ?, ?)", row)

    def visible_values(
        self, column: str, where: str, values: Sequence[tuple[FieldValue, int]], characters: int
    ) -> list[bool]:
        """Return for each value of a column whether its count may be disclosed."""
        self.check(where)
        target = self.table.columns()[column].sql
        value = f"substr({target}, 1, {int(characters)})" if characters else target
        chosen = self.table.responses(where)
        if self.table.columns()[column].column.kind is Kind.MULTI:
            return [False] * len(values)  # the groups overlap, so that differences of figures would describe few people
        rows = self.database.rows(
            f"SELECT f.response_id, {value} FROM {RESPONSES} WHERE {chosen.sql}", chosen.parameters
        )
        numbers: dict[FieldValue, list[int]] = {}
        for n, found in rows:
            numbers.setdefault(casefold(found), []).append(n)  # case-insensitive, as in the tally
        cells = [self._mask_of(numbers.get(casefold(found), [])) for found, _ in values]
        return self._shown(where, f"{column} {characters}", cells)

    def guard_table(self, where: str, by: str, made: Table) -> Table:
        """Return a table without the rows that may not be disclosed."""
        self.check(where)
        if made.overlaps:
            return replace(made, rows=(), method=f"{made.method}; {OVERLAP}")
        cells = [self._mask(row.where) for row in made.rows]
        shown = self._shown(where, by, cells)
        # an average may be of fewer records than its group
        shown = [one and row.of >= LEAST_PEOPLE for row, one in zip(made.rows, shown, strict=True)]
        rows: list[Row] = [row for row, one in zip(made.rows, shown, strict=True) if one]
        return replace(made, rows=tuple(rows), method=made.method if all(shown) else f"{made.method}; {NOTE}")

    def require_unfiltered(self, where: str) -> None:
        """Check that themes are queried without a filter; subtracting filtered figures could describe few people.

        Raises:
            WithheldError: if there is a filter.
        """
        if where:
            raise WithheldError(UNFILTERED)

    def themes(self, listed: ThemeList) -> ThemeList:
        """Return themes without those that may be about too few people, and without small remainders."""
        least = self._least_comments()
        shown = tuple(_without_small_sentiment(theme, least) for theme in listed.themes if theme.size >= least)
        return replace(listed, themes=shown, accounted=_merge_remainders(listed.accounted, least))

    def trends(self, found: Trends) -> Trends:
        """Return trends without counts that may be about too few people; they are shown as 0."""
        least = self._least_comments()
        series = tuple(_guard_series(one, least) for one in found.series if sum(one.counts) >= least)
        hidden = withheld_cells(found.totals, least)
        totals = tuple(0 if one else total for total, one in zip(found.totals, hidden, strict=True))
        return replace(found, series=series, totals=totals, notes=(*found.notes, f"{NOTE}: shown as 0"))

    def may_show_part(self, part: int, whole: int) -> bool:
        """Return whether a number of comments, and the rest of the whole, are 0 or always have enough authors."""
        least = self._least_comments()
        return all(count == 0 or count >= least for count in (part, max(0, whole - part)))

    def codebook(self, found: Codebook) -> Codebook:
        """Return a codebook without themes that may be about too few people, and without examples."""
        shown = (one for one in found.themes if one.comments >= self._least_comments())
        return replace(found, themes=tuple(replace(one, theme=replace(one.theme, examples=())) for one in shown))

    def _shown(self, where: str, column: str, cells: Sequence[Mask]) -> list[bool]:
        """Return for each cell of a table whether it may be disclosed.

        The records in none of the cells are one more cell: their figure is the total without those of the others.
        """
        rest = self._mask(where) & ~np.logical_or.reduce(cells)
        return self._disclosure().shown(where, column, [*cells, rest])[:-1]

    def _least_comments(self) -> int:
        """Return the smallest number of comments that always has at least 10 authors.

        One more than the nine most frequent authors wrote together: 10 if every author wrote one comment.
        """
        return self._disclosure().most_of(LEAST_PEOPLE - 1) + 1

    def _disclosure(self) -> Disclosure:
        """Return the disclosures so far, recomputed after records were added or deleted."""
        meta = self.admin_database.meta
        generation = f"{meta('generation')}-{meta('deletions')}"
        if self._state is None or self._state[0] != generation:
            seen = {row[0] for row in self.database.rows("SELECT response_id FROM responses")}
            authors = self.admin_database.rows(
                "SELECT response_id, coalesce(respondent, response_id), "
                "(SELECT count(*) FROM feedback f WHERE f.response_id = r.response_id) FROM responses r ORDER BY 1"
            )
            rows = [row for row in authors if row[0] in seen]
            people = np.unique(np.array([str(row[1]) for row in rows]), return_inverse=True)[1].astype(np.int64)
            disclosure = Disclosure(people, comments=np.array([row[2] for row in rows], dtype=np.int64))
            self._state = generation, disclosure, {row[0]: place for place, row in enumerate(rows)}
            for where in self._used_filters():
                disclosure.narrow(self._mask(where))
        return self._state[1]

    def _used_filters(self) -> list[str]:
        rows = self.admin_database.rows(
            "SELECT condition FROM filters_asked WHERE account = ? ORDER BY at, condition", (self.account,)
        )
        return ["", *(row[0] for row in rows)]

    def _mask(self, where: str) -> Mask:
        chosen = self.table.responses(where)
        rows = self.database.rows(f"SELECT f.response_id FROM {RESPONSES} WHERE {chosen.sql}", chosen.parameters)
        return self._mask_of([row[0] for row in rows])

    def _mask_of(self, numbers: Sequence[int]) -> Mask:
        self._disclosure()
        positions = self._state[2] if self._state else {}
        mask = np.zeros(len(positions), dtype=bool)
        mask[[positions[n] for n in numbers]] = True
        return mask


def _without_small_sentiment(theme: Theme, least: int) -> Theme:
    """Remove the sentiment counts of a theme if any of them is small."""
    sentiment = theme.sentiment
    is_small = any(0 < count < least for count in (sentiment.negative, sentiment.neutral, sentiment.positive))
    return replace(theme, sentiment=Sentiment()) if is_small else theme


def _merge_remainders(where: Accounted, least: int) -> Accounted:
    """Merge small remainders into `other`, or into `in_themes` if their sum is small too."""
    parts = (where.excluded, where.other, where.without_content)
    if not any(0 < part < least for part in parts):
        return where
    rest = sum(parts)
    if rest < least:
        return Accounted(where.comments, where.comments, 0, 0, 0)
    return Accounted(where.comments, where.in_themes, 0, rest, 0)


def _guard_series(one: TrendSeries, least: int) -> TrendSeries:
    hidden = withheld_cells(one.counts, least)

    def mask(values: tuple[float | None, ...]) -> tuple[float | None, ...]:
        return tuple(None if hide else value for value, hide in zip(values, hidden, strict=True))

    counts = tuple(0 if hide else count for count, hide in zip(one.counts, hidden, strict=True))
    return replace(
        one, counts=counts, shares=mask(one.shares), low=mask(one.low), high=mask(one.high), adjusted=mask(one.adjusted)
    )

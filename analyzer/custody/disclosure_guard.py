"""Figures for those who see no comment: held to what may be told of groups of people, over all they ever asked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from analyzer.counting.types import Row, Table
from analyzer.custody.disclosure_control import LEAST_PEOPLE, Disclosure, Mask, withheld_cells
from analyzer.errors import WithheldError
from analyzer.index.feedback_table import ROWS, FeedbackTable
from analyzer.security.clock import now, stamp
from analyzer.store.casefold import casefold
from analyzer.store.database import Database
from analyzer.themes.codebook.types import Codebook
from analyzer.themes.trends.types import Trends, TrendSeries
from analyzer.themes.types import Accounted, Sentiment, Theme, ThemeList
from analyzer.types import FieldValue

MOST_FILTERS = 100
"""Filters one account may have asked with; each is kept and tried again."""
TOO_FEW = (
    f"that would tell of fewer than {LEAST_PEOPLE} people, by itself or together with what you asked before; "
    "take a wider filter"
)
UNFILTERED = "themes are told of all comments alone to those who see none; leave the filter out, or ask an analyst"
TOO_MANY = "you have asked with as many filters as can be kept apart; ask an analyst"
NOTE = f"groups of fewer than {LEAST_PEOPLE} people are withheld, and others that would give them away"


@dataclass(slots=True)
class DisclosureGuard:
    """Holds the figures of one account to what may be told.

    Attributes:
        custodian: reaches everything, used for who wrote what and for what was asked before.
        database: reaches what the account does; whom a figure is of is counted among these records alone.
        table: of the account, with the columns it sees.
    """

    custodian: Database
    database: Database
    table: FeedbackTable
    account: str
    _state: tuple[str, Disclosure, dict[int, int]] | None = None

    def check(self, where: str) -> None:
        """Return if figures may be told of what matches a filter.

        Raises:
            WithheldError: if they may not.
        """
        disclosure = self._disclosure()
        known = self._asked()
        if where in known:
            return
        if len(known) >= MOST_FILTERS:
            raise WithheldError(TOO_MANY)
        if not disclosure.narrow(self._mask(where)):
            raise WithheldError(TOO_FEW)
        if where:
            with self.custodian.transaction() as connection:
                row = (self.account, where, stamp(now()))
                connection.execute("INSERT OR IGNORE INTO filters_asked VALUES(?, ?, ?)", row)

    def visible_values(
        self, column: str, where: str, values: Sequence[tuple[FieldValue, int]], characters: int
    ) -> list[bool]:
        """Tell which values of a column may be told of."""
        self.check(where)
        target = self.table.columns()[column].sql
        value = f"substr({target}, 1, {int(characters)})" if characters else target
        chosen = self.table.predicate(where)
        rows = self.database.rows(f"SELECT f.n, {value} FROM {ROWS} WHERE {chosen.sql}", chosen.parameters)
        numbers: dict[FieldValue, list[int]] = {}
        for n, found in rows:
            numbers.setdefault(casefold(found), []).append(n)  # one value whatever its case, as in the tally
        cells = [self._of(numbers.get(casefold(found), [])) for found, _ in values]
        return self._disclosure().shown(where, f"{column} {characters}", cells)

    def guard_table(self, where: str, by: str, made: Table) -> Table:
        """Return a table without the rows that may not be told of."""
        self.check(where)
        cells = [self._mask(row.where) for row in made.rows]
        told = self._disclosure().shown(where, by, cells)
        told = [one and row.of >= LEAST_PEOPLE for row, one in zip(made.rows, told, strict=True)]  # of an average too
        rows: list[Row] = [row for row, one in zip(made.rows, told, strict=True) if one]
        return replace(made, rows=tuple(rows), method=made.method if all(told) else f"{made.method}; {NOTE}")

    def whole(self, where: str) -> None:
        """Return if themes are asked for of all comments; of parts, subtracting would tell of few people.

        Raises:
            WithheldError: if there is a filter.
        """
        if where:
            raise WithheldError(UNFILTERED)

    def themes(self, listed: ThemeList) -> ThemeList:
        """Return themes without those that few people may have spoken of, and without small remainders."""
        least = self._least_comments()
        kept = tuple(_felt(theme, least) for theme in listed.themes if theme.size >= least)
        return replace(listed, themes=kept, accounted=_accounted(listed.accounted, least))

    def trends(self, found: Trends) -> Trends:
        """Return trends without counts that few people may have made; they are shown as nothing."""
        least = self._least_comments()
        series = tuple(_series(one, least) for one in found.series if sum(one.counts) >= least)
        hidden = withheld_cells(found.totals, least)
        totals = tuple(0 if one else total for total, one in zip(found.totals, hidden, strict=True))
        return replace(found, series=series, totals=totals, notes=(*found.notes, f"{NOTE}: shown as 0"))

    def codebook(self, found: Codebook) -> Codebook:
        """Return a codebook without the themes that few people may have spoken of, and without what people said."""
        kept = (one for one in found.themes if one.comments >= self._least_comments())
        return replace(found, themes=tuple(replace(one, theme=replace(one.theme, examples=())) for one in kept))

    def _least_comments(self) -> int:
        """Return how many comments cannot be of fewer than 10 people, whoever wrote them.

        One more than the nine who wrote most wrote together: 10 where nobody wrote twice.
        """
        return self._disclosure().most_of(LEAST_PEOPLE - 1) + 1

    def _disclosure(self) -> Disclosure:
        """Return what was told so far, made again when comments have come or gone."""
        meta = self.custodian.meta
        generation = f"{meta('generation')}-{meta('deletions')}"
        if self._state is None or self._state[0] != generation:
            seen = {row[0] for row in self.database.rows("SELECT n FROM feedback")}
            everybody = self.custodian.rows("SELECT n, coalesce(respondent, n) FROM feedback ORDER BY n")
            rows = [row for row in everybody if row[0] in seen]
            people = np.unique(np.array([str(row[1]) for row in rows]), return_inverse=True)[1].astype(np.int64)
            disclosure = Disclosure(people)
            self._state = generation, disclosure, {row[0]: place for place, row in enumerate(rows)}
            for where in self._asked():
                disclosure.narrow(self._mask(where))
        return self._state[1]

    def _asked(self) -> list[str]:
        rows = self.custodian.rows(
            "SELECT condition FROM filters_asked WHERE account = ? ORDER BY at, condition", (self.account,)
        )
        return ["", *(row[0] for row in rows)]

    def _mask(self, where: str) -> Mask:
        chosen = self.table.predicate(where)
        rows = self.database.rows(f"SELECT f.n FROM {ROWS} WHERE {chosen.sql}", chosen.parameters)
        return self._of([row[0] for row in rows])

    def _of(self, numbers: Sequence[int]) -> Mask:
        self._disclosure()
        places = self._state[2] if self._state else {}
        mask = np.zeros(len(places), dtype=bool)
        mask[[places[n] for n in numbers]] = True
        return mask


def _felt(theme: Theme, least: int) -> Theme:
    """Leave out how a theme is meant where few opinions are meant one way."""
    felt = theme.sentiment
    is_small = any(0 < count < least for count in (felt.negative, felt.neutral, felt.positive))
    return replace(theme, sentiment=Sentiment()) if is_small else theme


def _accounted(where: Accounted, least: int) -> Accounted:
    """Fold small remainders into the others, and those into what is in themes."""
    parts = (where.excluded, where.other, where.without_content)
    if not any(0 < part < least for part in parts):
        return where
    rest = sum(parts)
    if rest < least:
        return Accounted(where.comments, where.comments, 0, 0, 0)
    return Accounted(where.comments, where.in_themes, 0, rest, 0)


def _series(one: TrendSeries, least: int) -> TrendSeries:
    hidden = withheld_cells(one.counts, least)

    def kept(values: tuple[float | None, ...]) -> tuple[float | None, ...]:
        return tuple(None if hide else value for value, hide in zip(values, hidden, strict=True))

    counts = tuple(0 if hide else count for count, hide in zip(one.counts, hidden, strict=True))
    return replace(
        one, counts=counts, shares=kept(one.shares), low=kept(one.low), high=kept(one.high), adjusted=kept(one.adjusted)
    )

"""Statistical disclosure control: no figure about fewer than k people, neither directly nor by subtraction.

Primary suppression by a threshold, complementary suppression where one hidden cell follows from a total (Hundepool et
al., "Statistical Disclosure Control", 2012, chapters 2 and 4). Against differencing, an account's filters partition the
records; a new filter is allowed only if every part that it creates is empty or has at least k people, so no sum or
difference of figures is about fewer. Cells of tables are checked against the same partition.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

LEAST_PEOPLE = 10
Mask = NDArray[np.bool_]
"""bool[n]: selected records."""


class Disclosure:
    """The figures that may be disclosed to one account, given those disclosed to it before."""

    def __init__(
        self, people: NDArray[np.int64], least: int = LEAST_PEOPLE, comments: NDArray[np.int64] | None = None
    ) -> None:
        """Start with no figures disclosed.

        Args:
            people: int64[n], author of each response; each response without a known author counts as another person.
            least: minimum number of people a figure must be about.
            comments: int64[n], comments of each response; one each by default.
        """
        self._comments = comments
        self._people = people
        self._least = least
        self._parts = np.zeros(len(people), dtype=np.int64)
        self._columns: dict[tuple[str, str], list[Mask]] = {}

    def count(self, mask: Mask) -> int:
        """Return the number of people who wrote the selected records."""
        return len(np.unique(self._people[mask]))

    def most_of(self, people: int) -> int:
        """Return the largest number of comments that so many people wrote together."""
        written = np.bincount(self._people, weights=self._comments)
        return int(np.sort(written)[::-1][:people].sum()) if len(self._people) else people

    def narrow(self, mask: Mask) -> bool:
        """Return whether figures about these records may be disclosed; if so, refine the partition by them."""
        sides = (mask, ~mask)
        if not all(self._has_enough(part & side) for part in self._each_part() for side in sides):
            return False
        if any(self._is_beside(side, cells) for cells in self._columns.values() for side in sides):
            return False
        self._parts = np.unique(self._parts * 2 + mask, return_inverse=True)[1].astype(np.int64)
        return True

    def shown(self, where: str, column: str, cells: Sequence[Mask]) -> list[bool]:
        """Return for each cell of a table whether it may be disclosed, and remember the disclosed cells.

        Args:
            where: filter of the table, which identifies its records.
            column: column that defines the cells; cells of one column do not overlap.
            cells: the records of each cell.
        """
        parts = list(self._each_part())
        is_shown = [
            all(self._has_enough(part & side) for part in parts for side in (cell, ~cell)) and self.count(cell) > 0
            for cell in cells
        ]
        others = [disclosed for (table, name), disclosed in self._columns.items() if table == where and name != column]
        is_shown = [
            one and not any(self._is_derivable(cell, disclosed) for disclosed in others)
            for one, cell in zip(is_shown, cells, strict=True)
        ]
        self._hide_complements(cells, is_shown)
        disclosed = [cell for cell, one in zip(cells, is_shown, strict=True) if one]
        if any(self._is_derivable(cell, disclosed) for other in others for cell in other):
            return [False] * len(cells)
        self._columns[where, column] = disclosed
        return is_shown

    def _each_part(self) -> list[Mask]:
        return [self._parts == part for part in range(int(self._parts.max(initial=0)) + 1)]

    def _has_enough(self, mask: Mask) -> bool:
        count = self.count(mask)
        return count == 0 or count >= self._least

    def _is_derivable(self, cell: Mask, disclosed: Sequence[Mask]) -> bool:
        """Return whether a cell minus the disclosed cells inside it is about too few people."""
        inside = [one for one in disclosed if not np.any(one & ~cell)]
        if not inside:
            return False
        return not self._has_enough(cell & ~np.logical_or.reduce(inside))

    def _is_beside(self, mask: Mask, disclosed: Sequence[Mask]) -> bool:
        """Return whether the disclosed cells inside a set, or those that cover it, differ from it by too few people."""
        covering = [one for one in disclosed if np.any(one & mask)]
        if not covering or np.any(mask & ~np.logical_or.reduce(covering)):
            return self._is_derivable(mask, disclosed)
        return self._is_derivable(mask, disclosed) or not self._has_enough(np.logical_or.reduce(covering) & ~mask)

    def _hide_complements(self, cells: Sequence[Mask], is_shown: list[bool]) -> None:
        """Hide the smallest visible cells until the hidden ones do not follow from the total."""
        while True:
            hidden = [cell for cell, one in zip(cells, is_shown, strict=True) if not one and cell.any()]
            if not hidden or self.count(np.logical_or.reduce(hidden)) >= self._least:
                return
            shown = [(self.count(cells[index]), index) for index, one in enumerate(is_shown) if one]
            if not shown:
                return
            is_shown[min(shown)[1]] = False


def withheld_cells(counts: Sequence[int], least: int = LEAST_PEOPLE) -> list[bool]:
    """Return which counts of a row with a known total are withheld: small ones, and more if those would follow."""
    hidden = [0 < count < least for count in counts]
    while any(hidden) and sum(count for count, one in zip(counts, hidden, strict=True) if one) < least:
        shown = [(count, index) for index, count in enumerate(counts) if count and not hidden[index]]
        if not shown:
            break
        hidden[min(shown)[1]] = True
    return hidden

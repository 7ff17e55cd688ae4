"""Statistical disclosure control: no figure of fewer than k people, and none that can be had by subtracting others.

Primary suppression by a threshold, complementary suppression where one hidden cell follows from a total (Hundepool et
al., "Statistical Disclosure Control", 2012, chapters 2 and 4). Against differencing, the sets that somebody asked for
by filters cut the people into parts; a new set is told of only if every part it cuts is empty or has k people, so
whatever is added and subtracted, no figure is of fewer. Cells of tables are held to the same parts.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

LEAST_PEOPLE = 10
Mask = NDArray[np.bool_]
"""bool[n]: which records."""


class Disclosure:
    """What may be told to one account, given what it was told before."""

    def __init__(self, people: NDArray[np.int64], least: int = LEAST_PEOPLE) -> None:
        """Begin with nothing told.

        Args:
            people: int64[n], who wrote each record; whoever is not known is somebody else each time.
            least: people below which nothing is told.
        """
        self._people = people
        self._least = least
        self._parts = np.zeros(len(people), dtype=np.int64)
        self._columns: dict[tuple[str, str], list[Mask]] = {}

    def count(self, mask: Mask) -> int:
        """Return how many people wrote records."""
        return len(np.unique(self._people[mask]))

    def most_of(self, people: int) -> int:
        """Return how many records so many people wrote at most."""
        return int(np.sort(np.bincount(self._people))[::-1][:people].sum()) if len(self._people) else people

    def narrow(self, mask: Mask) -> bool:
        """Tell whether figures of this set of records may be told, and take note if they may."""
        if not all(self._is_told(part & side) for part in self._each_part() for side in (mask, ~mask)):
            return False
        self._parts = np.unique(self._parts * 2 + mask, return_inverse=True)[1].astype(np.int64)
        return True

    def shown(self, where: str, column: str, cells: Sequence[Mask]) -> list[bool]:
        """Tell which cells of a table may be told, and take note of these.

        Args:
            where: names the set of records that the table is of.
            column: what makes the cells; those of one column do not overlap.
            cells: the records of each.
        """
        parts = list(self._each_part())
        told = [all(self._is_told(part & cell) for part in parts) and self.count(cell) > 0 for cell in cells]
        others = [kept for (place, name), kept in self._columns.items() if place == where and name != column]
        told = [
            one and not any(self._follows(cell, kept) for kept in others) for one, cell in zip(told, cells, strict=True)
        ]
        self._complement(cells, told)
        kept = [cell for cell, one in zip(cells, told, strict=True) if one]
        if any(self._follows(cell, kept) for known in others for cell in known):
            return [False] * len(cells)
        self._columns[where, column] = kept
        return told

    def _each_part(self) -> list[Mask]:
        return [self._parts == part for part in range(int(self._parts.max(initial=0)) + 1)]

    def _is_told(self, mask: Mask) -> bool:
        count = self.count(mask)
        return count == 0 or count >= self._least

    def _follows(self, cell: Mask, known: Sequence[Mask]) -> bool:
        """Tell whether a cell, less what is known to lie inside it, leaves too few people."""
        inside = [one for one in known if not np.any(one & ~cell)]
        if not inside:
            return False
        return not self._is_told(cell & ~np.logical_or.reduce(inside))

    def _complement(self, cells: Sequence[Mask], told: list[bool]) -> None:
        """Hide the smallest of the others where what is hidden would follow from the total."""
        while True:
            hidden = [cell for cell, one in zip(cells, told, strict=True) if not one and cell.any()]
            if not hidden or self.count(np.logical_or.reduce(hidden)) >= self._least:
                return
            shown = [(self.count(cells[place]), place) for place, one in enumerate(told) if one]
            if not shown:
                return
            told[min(shown)[1]] = False


def withheld_cells(counts: Sequence[int], least: int = LEAST_PEOPLE) -> list[bool]:
    """Tell which counts of a row with a known total are withheld: small ones, and one more where they would follow."""
    hidden = [0 < count < least for count in counts]
    while any(hidden) and sum(count for count, one in zip(counts, hidden, strict=True) if one) < least:
        shown = [(count, place) for place, count in enumerate(counts) if count and not hidden[place]]
        if not shown:
            break
        hidden[min(shown)[1]] = True
    return hidden

"""Statistical disclosure control: no figure about fewer than k people, directly or by adding and subtracting.

A figure is a sum over a cell, a set of units (comments or responses). Three rules decide whether a table of cells may
be disclosed; none looks at the values that are summed, and a cell of nobody is treated as one of few people
(simulatable auditing: Kenthapadi, Mishra, Nissim, PODS 2005):

* Each cell has at least k people.
* What a table hides has at least k people too, in each part of the filter (complementary suppression: Hundepool et al.,
  "Statistical Disclosure Control", 2012, chapter 4).
* No combination of the cells disclosed so far is about fewer than k people (audit of sums: Chin, Ozsoyoglu, IEEE TSE
  8(6), 1982, there for k = 2). Sufficient for that: the people can be divided into k groups in each of which the cells
  are linearly independent, because a combination that is not zero then has a person in each group.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

LEAST_PEOPLE = 10
FEW = 3
"""Vectors, as a multiple of those wanted, that are tried before all are; most often they are enough."""
PRIME = 2_147_483_647
"""Modulus of the linear algebra. A product of two residues fits into 64 bits."""
Mask = NDArray[np.bool_]
"""bool[u]: selected units."""
Labels = NDArray[np.int64]
"""int64[u]: number of the cell of each unit, from 0; OUTSIDE for units in no cell."""
Rows = NDArray[np.int64]
OUTSIDE = -1


class DisclosedFigures:
    """The cells disclosed so far, up to linear dependence; immutable."""

    __slots__ = ("_people", "_profiles", "_rows")

    def __init__(self, people: NDArray[np.int64], profiles: Labels | None = None, rows: Rows | None = None) -> None:
        """Start with nothing disclosed.

        Args:
            people: int64[u], number of the person of each unit, from 0 without gaps.
            profiles: int64[u], profile of each unit.
            rows: int64[profiles, cells], whether a profile is in a cell.
        """
        self._people = people
        self._profiles = np.zeros(len(people), dtype=np.int64) if profiles is None else profiles
        self._rows = np.zeros((1, 0), dtype=np.int64) if rows is None else rows

    @property
    def rank(self) -> int:
        """The number of independent figures."""
        return int(self._rows.shape[1])

    def with_cells(self, labels: Labels) -> "DisclosedFigures":
        """Return the figures with those of more cells."""
        count = int(labels.max(initial=OUTSIDE)) + 1
        code = self._profiles * (count + 1) + labels + 1
        _, first, profiles = np.unique(code, return_index=True, return_inverse=True)
        added = np.zeros((len(first), count), dtype=np.int64)
        inside = np.flatnonzero(labels[first] != OUTSIDE)
        added[inside, labels[first][inside]] = 1
        rows = np.hstack([self._rows[self._profiles[first]], added])
        return DisclosedFigures(self._people, profiles.astype(np.int64), rows[:, independent(rows.T)])

    def is_safe(self, least: int = LEAST_PEOPLE) -> bool:
        """Return whether people can be divided into `least` groups in each of which the figures are independent.

        People of one kind (in the same cells) are interchangeable. Bases are taken greedily, most frequent kinds first,
        so that a division may be missed; the answer is then False.
        """
        kinds, people = self._kinds()
        ample, scarce, left = kinds[people >= least], kinds[people < least], people[people < least]
        base = ample[independent(ample, self.rank)]  # in every group
        missing = self.rank - len(base)
        if left.sum() < least * missing:
            return False
        for _ in range(least if missing else 0):
            order = np.argsort(-left, kind="stable")
            order = order[left[order] > 0]
            basis = independent(np.vstack([base, scarce[order]]), self.rank)
            if len(basis) < self.rank:
                return False
            left[order[[place - len(base) for place in basis if place >= len(base)]]] -= 1
        return True

    def _kinds(self) -> tuple[Rows, NDArray[np.int64]]:
        """Return the cells of each kind of person, int64[kinds, rank], and the number of people of each kind.

        The units of a person are added with a random factor for each profile: a combination of cells that is zero for
        this sum, but not for the units, is as good as impossible.
        """
        chance = np.random.default_rng(len(self._rows))
        names = chance.integers(1, 2**63, size=len(self._rows), dtype=np.uint64)
        factors = chance.integers(1, PRIME, size=(len(self._rows), 1), dtype=np.int64)
        named = np.zeros(int(self._people.max(initial=OUTSIDE)) + 1, dtype=np.uint64)
        np.add.at(named, self._people, names[self._profiles])
        _, first, counts = np.unique(named, return_index=True, return_counts=True)
        kind_of = np.full(len(named), OUTSIDE, dtype=np.int64)
        kind_of[first] = np.arange(len(first))
        units = np.flatnonzero(kind_of[self._people] != OUTSIDE)
        kinds = np.zeros((len(first), self.rank), dtype=np.int64)
        scaled = self._rows * factors % PRIME
        np.add.at(kinds, kind_of[self._people[units]], scaled[self._profiles[units]])
        return kinds % PRIME, counts.astype(np.int64)


def independent(vectors: Rows, most: int | None = None) -> list[int]:
    """Return the indices of vectors that do not follow from those before them, modulo PRIME; at most `most`."""
    if most is not None and len(vectors) > FEW * most:  # most often the first ones are enough
        found = independent(vectors[: FEW * most], most)
        if len(found) == most:
            return found
    rest = vectors % PRIME
    chosen: list[int] = []
    for index in range(len(rest)):
        if most is not None and len(chosen) == most:
            break
        places = np.flatnonzero(rest[index])
        if not len(places):
            continue
        chosen.append(index)
        column = int(places[0])
        inverse = pow(int(rest[index, column]), -1, PRIME)
        below = np.flatnonzero(rest[index + 1 :, column]) + index + 1
        factors = rest[below, column] * inverse % PRIME
        rest[below] = (rest[below] - factors[:, None] * rest[index]) % PRIME
    return chosen


def people_in(people: NDArray[np.int64], labels: Labels, count: int) -> NDArray[np.int64]:
    """Return the number of people in each of `count` cells."""
    inside = labels != OUTSIDE
    many = int(people.max(initial=0)) + 1
    pairs = np.unique(labels[inside] * many + people[inside])
    return np.bincount(pairs // many, minlength=count)


def joined(parts: Sequence[NDArray[np.int64] | Mask], units: int) -> Labels:
    """Return a label for each combination of labels that occurs; one label for no parts."""
    labels = np.zeros(units, dtype=np.int64)
    for part in parts:
        code = labels * (int(part.max(initial=0)) + 1) + part
        labels = np.unique(code, return_inverse=True)[1].astype(np.int64)
    return labels


def shown_groups(
    groups: Labels, parts: Labels, contributing: Sequence[Mask], people: NDArray[np.int64], least: int = LEAST_PEOPLE
) -> list[bool]:
    """Return for each group of a table whether it may be shown.

    A group is shown if it has enough people in each part, among all units and among those that contribute a value; and
    so have the groups that are not shown, together. Smallest groups are hidden first.

    Args:
        groups: group of each unit.
        parts: part of each unit: a combination of the conditions of the filter.
        contributing: masks of the units that are counted.
        people: person of each unit.
        least: smallest number of people.
    """
    count, width = int(groups.max(initial=OUTSIDE)) + 1, int(parts.max(initial=OUTSIDE)) + 1

    def people_of(labels: Labels, many: int) -> NDArray[np.int64]:
        """Return the smallest number of people of each group over parts and contributions."""
        inside = (labels != OUTSIDE) & (parts != OUTSIDE)
        cells = np.where(inside, labels * width + parts, OUTSIDE)
        found = [
            people_in(people, np.where(mask, cells, OUTSIDE), many * width).reshape(many, width)
            for mask in contributing
        ]
        return np.min(found, axis=(0, 2)) if many and width else np.zeros(many, dtype=np.int64)

    sizes = people_in(people, groups, count)
    is_shown = people_of(groups, count) >= least
    while is_shown.any() and not is_shown.all():
        hidden = np.where((groups != OUTSIDE) & ~is_shown[groups], 0, OUTSIDE)
        if people_of(hidden, 1)[0] >= least:
            break
        is_shown[min(np.flatnonzero(is_shown), key=lambda group: (sizes[group], group))] = False
    return [bool(one) for one in is_shown]


def withheld_cells(counts: Sequence[int], least: int = LEAST_PEOPLE, also: Sequence[bool] = ()) -> list[bool]:
    """Return which counts of a row with a known total are withheld: small ones, and more if those would follow.

    Args:
        counts: of the row.
        least: smallest count that is shown.
        also: counts that are withheld for another reason.
    """
    hidden = [0 < count < least or one for count, one in zip(counts, also or [False] * len(counts), strict=True)]
    while 0 < sum(count for count, one in zip(counts, hidden, strict=True) if one) < least:
        shown = [(count, index) for index, count in enumerate(counts) if count and not hidden[index]]
        if not shown:
            break
        hidden[min(shown)[1]] = True
    return hidden

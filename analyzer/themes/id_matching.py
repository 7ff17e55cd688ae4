"""Themes keep their ids: a theme found again by a new build is the one that most of its opinions were in before."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEAST_OVERLAP = 0.25
"""Jaccard index, over the opinions both builds know, from which a theme goes on under its id."""
SAME_NAME = 0.5
"""The same from which it goes on under its name too."""


@dataclass(frozen=True, slots=True)
class Matched:
    """Ids of the themes of a build.

    Attributes:
        ids: of each theme, in order of its number.
        overlap: Jaccard index with what had that id before; 0 for a new one.
    """

    ids: tuple[str, ...]
    overlap: tuple[float, ...]


def match(before: Sequence[str], members: NDArray[np.int64], count: int, letter: str, used: int) -> Matched:
    """Return ids for newly found themes: the old id where a theme is found again, the next numbers for the others.

    Args:
        before: each opinion's id in the build before; empty where it had none or did not exist.
        members: int64[n], each opinion's theme now, -1 for none.
        count: how many themes there are now.
        letter: what ids begin with.
        used: the highest number ever given.
    """
    old = sorted({one for one in before if one}, key=number_of)
    code = {one: row for row, one in enumerate(old)}
    was = np.array([code.get(one, -1) for one in before], dtype=np.int64)
    known = was >= 0
    table = np.zeros((len(old), count))
    both = known & (members >= 0)
    np.add.at(table, (was[both], members[both]), 1.0)
    older = np.bincount(was[known], minlength=len(old)).astype(float)
    newer = np.bincount(members[both], minlength=count).astype(float) if len(old) else np.zeros(count)
    jaccard = table / np.maximum(older[:, None] + newer[None, :] - table, 1.0)
    ids, overlap = [""] * count, [0.0] * count
    pairs = [(round(float(jaccard[i, j]), 6), i, j) for i, j in np.argwhere(jaccard >= LEAST_OVERLAP)]
    taken: set[int] = set()
    for value, i, j in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2])):
        if i not in taken and not ids[j]:
            ids[j], overlap[j] = old[i], value
            taken.add(i)
    for j in range(count):
        if not ids[j]:
            used += 1
            ids[j] = f"{letter}{used}"
    return Matched(tuple(ids), tuple(overlap))


def number_of(theme_id: str) -> tuple[int, str]:
    """Return what ids are ordered by: T2 comes before T10, and T2a after T2."""
    digits = "".join(character for character in theme_id[1:] if character.isdigit())
    return (int(digits or 0), theme_id)

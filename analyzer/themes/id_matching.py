"""Matching of a new build's themes to those of the build before, by Jaccard index over their opinions."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEAST_OVERLAP = 0.25
"""Least Jaccard index, over the opinions in both builds, at which a theme keeps its id."""
SAME_NAME = 0.5
"""Least Jaccard index at which a theme keeps its name too."""


@dataclass(frozen=True, slots=True)
class MatchedIds:
    """Ids of the themes of a build.

    Attributes:
        ids: id of each theme, by theme number.
        overlap: Jaccard index with the theme that had the id before; 0 for a new theme.
    """

    ids: tuple[str, ...]
    overlap: tuple[float, ...]


def match(before: Sequence[str], members: NDArray[np.int64], count: int, letter: str, used: int) -> MatchedIds:
    """Return ids for the themes of a new build: the old id for a theme that matches one, else the next free number.

    Args:
        before: each opinion's theme id in the build before; empty for no theme and for a new opinion.
        members: int64[n], each opinion's theme in the new build, -1 for none.
        count: number of themes in the new build.
        letter: first letter of the ids, T or G.
        used: highest number ever given to an id.
    """
    old = sorted({one for one in before if one}, key=number_of)
    code = {one: row for row, one in enumerate(old)}
    old_codes = np.array([code.get(one, -1) for one in before], dtype=np.int64)
    known = old_codes >= 0
    table = np.zeros((len(old), count))
    both = known & (members >= 0)
    np.add.at(table, (old_codes[both], members[both]), 1.0)
    older = np.bincount(old_codes[known], minlength=len(old)).astype(float)
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
    return MatchedIds(tuple(ids), tuple(overlap))


def number_of(theme_id: str) -> tuple[int, str]:
    """Return the sort key of an id: T2 comes before T10, and T2a after T2."""
    digits = "".join(character for character in theme_id[1:] if character.isdigit())
    return (int(digits or 0), theme_id)

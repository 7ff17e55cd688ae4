"""Assignments of clauses to themes: the result of a build, with the log of edits replayed over it.

Works on rows of clauses, ids of themes and edits; knows nothing about texts, names by a model or the store.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.errors import UsageError
from analyzer.themes.graph import Matrix, unit

LEAST_MAPPED = 3
NEAREST = "nearest to the center of the theme"
Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ThemeState:
    """State of a theme or group apart from its members.

    Attributes:
        is_group: whether it is a group of themes.
        is_base: whether a build found it; False if an edit made it.
    """

    parent: str = ""
    label: str = ""
    description: str = ""
    is_group: bool = False
    is_base: bool = True
    is_excluded: bool = False
    is_pinned: bool = False
    is_locked: bool = False


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit: an action and its arguments."""

    action: str
    detail: Mapping[str, Any]


@dataclass(slots=True)
class Assignments:
    """Assignments of clauses to themes, changed in place while edits are replayed.

    Attributes:
        digests: digest of each clause, in row order.
        vectors: float16[n, d], unit rows.
        ids: theme ids in the order of their codes.
        members: int64[n], code of each clause's theme, -1 for none.
        standings: state by theme id; the label is empty if no person gave one.
        why: row -> reason, for the clauses that an edit assigned.
    """

    digests: Sequence[bytes]
    vectors: NDArray[np.float16]
    ids: list[str]
    members: Rows
    standings: dict[str, ThemeState]
    why: dict[int, str] = field(default_factory=dict)
    _rows: dict[bytes, int] = field(default_factory=dict)

    def code(self, theme_id: str) -> int:
        """Return the code of a theme.

        Raises:
            UsageError: if there is no theme of that id.
        """
        if theme_id not in self.standings or theme_id not in self.ids:
            raise UsageError(f"no theme {theme_id}; they are listed by: analyzer themes list")
        return self.ids.index(theme_id)

    def rows_of(self, theme_id: str) -> Rows:
        """Return the rows of a theme's clauses."""
        return np.nonzero(self.members == self.code(theme_id))[0].astype(np.int64)

    def row(self, digest: str) -> int | None:
        """Return the row of a clause by its digest in hexadecimal; None if there is none."""
        if not self._rows:
            self._rows = {one: row for row, one in enumerate(self.digests)}
        return self._rows.get(bytes.fromhex(digest))

    def change(self, theme_id: str, **changes: Any) -> None:
        """Change the state of a theme or group.

        Raises:
            UsageError: if there is no theme or group of that id.
        """
        if theme_id not in self.standings:
            raise UsageError(f"no theme {theme_id}; they are listed by: analyzer themes list")
        self.standings[theme_id] = replace(self.standings[theme_id], **changes)

    def add(self, theme_id: str, standing: ThemeState) -> int:
        """Add a theme that an edit makes; return its code."""
        if theme_id not in self.ids:
            self.ids.append(theme_id)
        self.standings[theme_id] = standing
        return self.ids.index(theme_id)

    def put(self, rows: Rows, code: int, why: str) -> None:
        """Assign clauses to the theme with a code, or to no theme (-1)."""
        self.members[rows] = code
        for row in rows.tolist():
            self.why[row] = why

    def likeness(self) -> NDArray[np.float64]:
        """Return float64[n], the cosine of each clause to its theme's center; 0 without a theme."""
        found = np.zeros(len(self.members))
        for code in range(len(self.ids)):
            rows = np.nonzero(self.members == code)[0]
            if len(rows):
                found[rows] = self.vectors[rows].astype(np.float32) @ center_of(self.vectors, rows)
        return np.round(found, 4)

    def places(self) -> dict[str, tuple[float, float]]:
        """Return x and y of each theme on the map: the first two principal components of the centers (PCA)."""
        mapped = [one for one in self.ids if one in self.standings and len(self.rows_of(one))]
        if len(mapped) < LEAST_MAPPED:
            return {}
        centers = np.stack([center_of(self.vectors, self.rows_of(one)) for one in mapped]).astype(np.float64)
        u, singular, vt = np.linalg.svd(centers - centers.mean(axis=0), full_matrices=False)
        signs = np.sign(vt[:2][np.arange(2), np.abs(vt[:2]).argmax(axis=1)])
        spots = np.round(u[:, :2] * singular[:2] * signs, 4)
        return {one: (float(x), float(y)) for one, (x, y) in zip(mapped, spots, strict=True)}


def center_of(vectors: NDArray[np.float16], rows: Rows) -> Matrix:
    """Return the center of some clauses, float32[d], of unit length."""
    mean: Matrix = unit(vectors[rows].astype(np.float64).mean(axis=0)[None, :])[0]
    return mean


def replay(assignments: Assignments, edits: Sequence[Edit]) -> list[int]:
    """Apply edits in order; return the positions of those that do not apply, because a theme no longer exists."""
    skipped = []
    for place, edit in enumerate(edits):
        try:
            ACTIONS[edit.action](assignments, edit.detail)
        except UsageError:
            skipped.append(place)
    return skipped


def apply(assignments: Assignments, edit: Edit) -> None:
    """Apply one edit.

    Raises:
        UsageError: if it names an unknown theme or does not apply.
    """
    ACTIONS[edit.action](assignments, edit.detail)


def _rename(assignments: Assignments, detail: Mapping[str, Any]) -> None:
    assignments.change(detail["theme"], label=detail["label"])


def _describe(assignments: Assignments, detail: Mapping[str, Any]) -> None:
    assignments.change(detail["theme"], description=detail["description"])


def _merge(assignments: Assignments, detail: Mapping[str, Any]) -> None:
    into = assignments.code(detail["into"])
    merged = [theme for theme in detail["themes"] if theme != detail["into"]]
    for theme in merged:
        assignments.put(assignments.rows_of(theme), into, f"{theme} was merged into {detail['into']}")
        del assignments.standings[theme]


def _split(assignments: Assignments, detail: Mapping[str, Any]) -> None:
    rows, before = assignments.rows_of(detail["theme"]), assignments.standings[detail["theme"]]
    parts = detail["parts"]
    centers = np.stack([np.frombuffer(bytes.fromhex(p["center"]), dtype=np.float16) for p in parts]).astype(np.float32)
    if centers.shape[1] != assignments.vectors.shape[1]:
        raise UsageError("the theme was split under another embedding model; split it again")
    nearest = np.round(assignments.vectors[rows].astype(np.float32) @ centers.T, 4).argmax(axis=1)
    for number, part in enumerate(parts):
        standing = ThemeState(before.parent, part.get("label", ""), is_base=False)
        code = assignments.add(part["id"], standing)
        assignments.put(rows[nearest == number], code, f"{detail['theme']} was split; nearest to {part['id']}")
    del assignments.standings[detail["theme"]]


def _move(assignments: Assignments, detail: Mapping[str, Any]) -> None:
    parent = detail["parent"]
    if detail.get("label"):
        assignments.standings.setdefault(parent, ThemeState(label=detail["label"], is_group=True, is_base=False))
    if parent and not (parent in assignments.standings and assignments.standings[parent].is_group):
        raise UsageError(f"no group {parent}; they are listed by: analyzer themes list")
    if assignments.standings.get(detail["theme"], ThemeState()).is_group:
        raise UsageError(f"{detail['theme']} is a group; only themes are moved into groups")
    assignments.change(detail["theme"], parent=parent)


def _pin(assignments: Assignments, detail: Mapping[str, Any]) -> None:
    theme = detail["theme"]
    if theme in assignments.standings:
        assignments.change(theme, is_pinned=True)
        return
    center = np.frombuffer(bytes.fromhex(detail["center"]), dtype=np.float16).astype(np.float32)
    if len(center) != assignments.vectors.shape[1]:
        raise UsageError("the theme was pinned under another embedding model; pin it again")
    standing = ThemeState(detail.get("parent", ""), detail["label"], is_base=False, is_pinned=True)
    if standing.parent not in assignments.standings:
        standing = replace(standing, parent="")
    likeness = np.round(assignments.vectors.astype(np.float32) @ center, 4)
    code = assignments.add(theme, standing)
    assignments.put(
        np.nonzero(likeness >= detail["least"])[0].astype(np.int64), code, f"{theme} is pinned; near its center"
    )


def _flag(name: str, value: bool) -> Callable[[Assignments, Mapping[str, Any]], None]:
    def change(assignments: Assignments, detail: Mapping[str, Any]) -> None:
        assignments.change(detail["theme"], **{name: value})

    return change


def _reassign(assignments: Assignments, detail: Mapping[str, Any]) -> None:
    code = assignments.code(detail["theme"]) if detail["theme"] else -1
    row = assignments.row(detail["clause"])
    if row is not None:
        assignments.put(
            np.array([row], dtype=np.int64), code, "a person put it here" if detail["theme"] else "a person took it out"
        )


def _lock(assignments: Assignments, detail: Mapping[str, Any]) -> None:
    theme = detail["theme"]
    if theme not in assignments.standings:
        assignments.add(theme, ThemeState("", detail["label"], is_base=False))
    assignments.change(theme, is_locked=True, label=assignments.standings[theme].label or detail["label"])
    rows = [row for digest in detail["clauses"] if (row := assignments.row(digest)) is not None]
    assignments.put(np.array(rows, dtype=np.int64), assignments.code(theme), f"{theme} is locked with this opinion")


def _create(assignments: Assignments, detail: Mapping[str, Any]) -> None:
    theme = detail["theme"]
    assignments.add(theme, ThemeState("", detail["label"], is_base=False))
    rows = [row for digest in detail["clauses"] if (row := assignments.row(digest)) is not None]
    assignments.put(np.array(rows, dtype=np.int64), assignments.code(theme), f"a person made {theme} with this opinion")


ACTIONS: Mapping[str, Callable[[Assignments, Mapping[str, Any]], None]] = {
    "rename": _rename, "describe": _describe, "merge": _merge, "split": _split, "move": _move, "pin": _pin,
    "exclude": _flag("is_excluded", True), "include": _flag("is_excluded", False), "reassign": _reassign,
    "lock": _lock, "unlock": _flag("is_locked", False), "create": _create,
}  # fmt: skip

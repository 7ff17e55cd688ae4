"""Who is where: the themes of a build with what people changed, replayed from the log over whatever a build found.

Knows clauses as rows, themes as ids and edits as data; nothing of texts, names by a model, or the store.
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
    """What is known of a theme besides its members; is_group tells a group of themes from a theme."""

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
    """One entry of the log: what was done, and with what."""

    action: str
    detail: Mapping[str, Any]


@dataclass(slots=True)
class Assignments:
    """The themes while edits are replayed.

    Attributes:
        digests: bytes of each clause, in row order; vectors: float16[n, d], unit rows.
        ids: theme ids in the order of their codes; members: int64[n], each clause's code, -1 for none.
        standings: by theme id; label is empty where no person gave one.
        why: row -> the reason a clause is where it is, where that is an edit.
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
            UsageError: if there is none of that id.
        """
        if theme_id not in self.standings or theme_id not in self.ids:
            raise UsageError(f"no theme {theme_id}; they are listed by: analyzer themes list")
        return self.ids.index(theme_id)

    def rows_of(self, theme_id: str) -> Rows:
        """Return the rows of a theme's clauses."""
        return np.nonzero(self.members == self.code(theme_id))[0].astype(np.int64)

    def row(self, digest: str) -> int | None:
        """Return the row of a clause by its digest in hexadecimal."""
        if not self._rows:
            self._rows = {one: row for row, one in enumerate(self.digests)}
        return self._rows.get(bytes.fromhex(digest))

    def change(self, theme_id: str, **changes: Any) -> None:
        """Change what is known of a theme or group.

        Raises:
            UsageError: if there is none of that id.
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
        """Put clauses into a theme, or into none (-1)."""
        self.members[rows] = code
        for row in rows.tolist():
            self.why[row] = why

    def likeness(self) -> NDArray[np.float64]:
        """Return the cosine of each clause to the center of its theme, 0 where it has none."""
        found = np.zeros(len(self.members))
        for code in range(len(self.ids)):
            rows = np.nonzero(self.members == code)[0]
            if len(rows):
                found[rows] = self.vectors[rows].astype(np.float32) @ center_of(self.vectors, rows)
        return np.round(found, 4)

    def places(self) -> dict[str, tuple[float, float]]:
        """Return where themes stand on a map: the two directions in which their centers differ most (PCA)."""
        standing = [one for one in self.ids if one in self.standings and len(self.rows_of(one))]
        if len(standing) < LEAST_MAPPED:
            return {}
        centers = np.stack([center_of(self.vectors, self.rows_of(one)) for one in standing]).astype(np.float64)
        left, size, right = np.linalg.svd(centers - centers.mean(axis=0), full_matrices=False)
        signs = np.sign(right[:2][np.arange(2), np.abs(right[:2]).argmax(axis=1)])
        spots = np.round(left[:, :2] * size[:2] * signs, 4)
        return {one: (float(x), float(y)) for one, (x, y) in zip(standing, spots, strict=True)}


def center_of(vectors: NDArray[np.float16], rows: Rows) -> Matrix:
    """Return the center of some clauses, float32[d], of unit length."""
    mean: Matrix = unit(vectors[rows].astype(np.float64).mean(axis=0)[None, :])[0]
    return mean


def replay(assignments: Assignments, edits: Sequence[Edit]) -> list[int]:
    """Apply edits in order; return the places in the list of those that no longer apply, because a theme is gone."""
    idle = []
    for place, edit in enumerate(edits):
        try:
            ACTIONS[edit.action](assignments, edit.detail)
        except UsageError:
            idle.append(place)
    return idle


def apply(assignments: Assignments, edit: Edit) -> None:
    """Apply one edit.

    Raises:
        UsageError: if it names a theme that is not there, or makes no sense.
    """
    ACTIONS[edit.action](assignments, edit.detail)


def _rename(assignments: Assignments, detail: Mapping[str, Any]) -> None:
    assignments.change(detail["theme"], label=detail["label"])


def _describe(assignments: Assignments, detail: Mapping[str, Any]) -> None:
    assignments.change(detail["theme"], description=detail["description"])


def _merge(assignments: Assignments, detail: Mapping[str, Any]) -> None:
    into = assignments.code(detail["into"])
    gone = [theme for theme in detail["themes"] if theme != detail["into"]]
    for theme in gone:
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
    assignments.put(np.array(rows, dtype=np.int64), assignments.code(theme), f"{theme} is locked with it")


ACTIONS: Mapping[str, Callable[[Assignments, Mapping[str, Any]], None]] = {
    "rename": _rename, "describe": _describe, "merge": _merge, "split": _split, "move": _move, "pin": _pin,
    "exclude": _flag("is_excluded", True), "include": _flag("is_excluded", False), "reassign": _reassign,
    "lock": _lock, "unlock": _flag("is_locked", False),
}  # fmt: skip

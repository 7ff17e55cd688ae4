"""Centers in the log of edits, carried over to the vectors of another embedding model.

A split and a pin keep centers, in which an opinion is nearest to a part or near enough to a theme. Under another model
the center of the same opinions is another vector: the log is replayed with the earlier vectors, and each center becomes
that of the opinions it stood for.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.errors import UsageError
from analyzer.models.parallel import one_thread
from analyzer.store.database import Connection, Database
from analyzer.themes.assignments import Assignments, Edit, Rows, apply, center_of
from analyzer.themes.build import ThemeBuilder
from analyzer.themes.edits import PINNED_QUANTILE, packed_center
from analyzer.themes.graph import Matrix
from analyzer.themes.repository import LoggedEdit, read_build, read_edits, rewrite_edit

NEAREST = 10
"""Opinions nearest to a center that stand for it where it has none of its own any more."""


@dataclass(frozen=True, slots=True)
class ThemesBefore:
    """Themes before the vectors of a workspace are replaced: edits in force, and the last build under these vectors."""

    edits: Sequence[LoggedEdit]
    assignments: Assignments

    @classmethod
    def read(cls, database: Database, builder: ThemeBuilder) -> "ThemesBefore | None":
        """Return the themes as stored; None if none were built."""
        if not read_build(database).at:
            return None
        edits = [one for one in read_edits(database) if not one.is_undone]
        return cls(edits, builder.with_edits(())[1].assignments)

    def write(self, connection: Connection, builder: ThemeBuilder) -> None:
        """Write edits and placements under the new vectors, in the transaction that replaced the vectors."""
        clauses, _ = builder.with_edits(())
        edits = Recentering(self.assignments, clauses.vectors).recentered([one.edit for one in self.edits])
        for before, after in zip(self.edits, edits, strict=True):
            if after is not before.edit:
                rewrite_edit(connection, before.number, after)
        clauses, applied = builder.current()
        applied.write(connection, clauses)


@dataclass(frozen=True, slots=True)
class Recentering:
    """Replays edits under the earlier vectors.

    Attributes:
        assignments: of the last build before edits, with the earlier vectors; changed in place.
        vectors: float16[n, m], the new vectors in the same order.
    """

    assignments: Assignments
    vectors: NDArray[np.float16]

    def recentered(self, edits: Sequence[Edit]) -> list[Edit]:
        """Return the edits, oldest first, with the centers of splits and pins under the new vectors."""
        with one_thread():
            return [self._replayed(edit) for edit in edits]

    def _replayed(self, edit: Edit) -> Edit:
        recentered = self._recentered(edit)
        with suppress(UsageError):  # a theme that no longer exists: the edit is skipped, as in every replay
            apply(self.assignments, edit)
        return recentered

    def _recentered(self, edit: Edit) -> Edit:
        if edit.action == "split":
            return Edit(edit.action, {**edit.detail, "parts": self._parts(edit)})
        if edit.action == "pin":
            return Edit(edit.action, {**edit.detail, **self._pin(edit)})
        return edit

    def _parts(self, edit: Edit) -> list[dict[str, Any]]:
        parts = edit.detail["parts"]
        theme, everything = edit.detail["theme"], np.arange(len(self.vectors), dtype=np.int64)
        members = self.assignments.rows_of(theme) if theme in self.assignments.standings else everything[:0]
        cosines = np.stack([self._cosines(part["center"]) for part in parts], axis=1)
        nearest = np.round(cosines[members], 4).argmax(axis=1)
        return [
            {**part, "center": self._center(members[nearest == number], cosines[:, number])}
            for number, part in enumerate(parts)
        ]

    def _pin(self, edit: Edit) -> dict[str, Any]:
        theme, cosines = edit.detail["theme"], self._cosines(edit.detail["center"])
        rows = np.nonzero(np.round(cosines, 4) >= edit.detail["least"])[0].astype(np.int64)
        if theme in self.assignments.standings:
            rows = self.assignments.rows_of(theme)
        rows = self._or_nearest(rows, cosines)
        center = center_of(self.vectors, rows)
        likeness = self.vectors[rows].astype(np.float32) @ center
        return {"center": packed_center(center), "least": round(float(np.quantile(likeness, PINNED_QUANTILE)), 4)}

    def _center(self, rows: Rows, cosines: Matrix) -> str:
        return packed_center(center_of(self.vectors, self._or_nearest(rows, cosines)))

    def _or_nearest(self, rows: Rows, cosines: Matrix) -> Rows:
        return rows if len(rows) else np.argsort(-np.round(cosines, 4), kind="stable")[:NEAREST].astype(np.int64)

    def _cosines(self, center: str) -> Matrix:
        stored = np.frombuffer(bytes.fromhex(center), dtype=np.float16).astype(np.float32)
        found: Matrix = self.assignments.vectors.astype(np.float32) @ stored
        return found

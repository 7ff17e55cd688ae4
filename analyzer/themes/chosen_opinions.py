"""Choose the opinion of each of some records with which they make one point: the ones that are most alike."""

import json
import re
from collections.abc import Sequence

import numpy as np

from analyzer.errors import UsageError
from analyzer.store.database import Database
from analyzer.themes.assignments import Assignments, Rows, center_of

SPAN = re.compile(r"(?P<id>.+):(?P<start>\d+)(?:-(?P<end>\d+))?", re.DOTALL)
ROUNDS = 5
"""Times that the center is computed again from the chosen opinions; after two they rarely change."""


def chosen_opinions(database: Database, assignments: Assignments, values: Sequence[str]) -> list[int]:
    """Return the sorted rows of one opinion of each record.

    The center of the theme begins as the mean of the opinions that values name by their position (of all opinions, if
    no value does); each record then gives the opinion nearest to it.

    Args:
        database: the store.
        assignments: the current themes, whose rows are returned.
        values: ids of records, each alone or as ID:START or ID:START-END, which limits the opinions of the record to
            those that begin there.

    Raises:
        UsageError: if there are no values, or a record is unknown or has no opinion there.
    """
    if not values:
        raise UsageError("give the ids of the records; they are listed by: analyzer search")
    spans = {match["id"]: (int(match["start"]), int(match["end"] or match["start"]))
             for one in values if (match := SPAN.fullmatch(one))}  # fmt: skip
    stored = _opinions(database, list(dict.fromkeys([*values, *spans])))
    found: dict[str, Rows] = {}
    for value in values:
        match = SPAN.fullmatch(value)
        record = value if value in stored or not match else match["id"]
        low, high = spans[record] if record != value else (0, -1)
        rows = [assignments.row(digest) for start, digest in stored.get(record, ()) if high < 0 or low <= start <= high]
        inside = sorted({row for row in rows if row is not None})
        if not inside:
            raise UsageError(f"{value} is no record with an opinion; see: analyzer themes why ID")
        found[record] = np.array(inside, dtype=np.int64)
    seeds = [found[record] for record in spans if record in found] or list(found.values())
    return _alike(assignments, list(found.values()), np.unique(np.concatenate(seeds)))


def _alike(assignments: Assignments, candidates: Sequence[Rows], seeds: Rows) -> list[int]:
    chosen = seeds
    for _ in range(ROUNDS):
        center = center_of(assignments.vectors, chosen)
        nearest = [
            rows[np.round(assignments.vectors[rows].astype(np.float32) @ center, 4).argmax()] for rows in candidates
        ]
        now = np.unique(np.array(nearest, dtype=np.int64))
        if np.array_equal(now, chosen):
            break
        chosen = now
    return [int(row) for row in chosen]


def _opinions(database: Database, ids: Sequence[str]) -> dict[str, list[tuple[int, str]]]:
    """Return start and digest (hexadecimal) of the opinions of records, by record id."""
    found: dict[str, list[tuple[int, str]]] = {}
    rows = database.rows(
        "SELECT f.id, o.start, c.digest FROM feedback f JOIN opinions o USING(text_id) JOIN clauses c USING(clause_id) "
        "WHERE f.id IN (SELECT value FROM json_each(?)) ORDER BY f.id, o.start",
        (json.dumps(ids),),
    )
    for record, start, digest in rows:
        found.setdefault(record, []).append((int(start), bytes(digest).hex()))
    return found

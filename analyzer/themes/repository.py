"""Where themes are kept: builds, the themes of the last one, who is in which, and the log of what people edited."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.security.clock import now, stamp
from analyzer.store.database import Connection, Database
from analyzer.themes.assignments import Edit, ThemeState
from analyzer.themes.types import Namer
from analyzer.types import Citation, Claim


@dataclass(frozen=True, slots=True)
class Kept:
    """A theme as it is kept.

    Attributes:
        standing: with what people changed; own: its label and who gave it before people changed anything.
        keywords: c-TF-IDF words.
        summary: a sentence with its citations, where one held.
        wanted: whether the model has still to name it.
        place: where it stands on the map.
    """

    id: str
    standing: ThemeState
    own: str = ""
    named_by: Namer = Namer.WORDS
    keywords: tuple[str, ...] = ()
    summary: Claim | None = None
    wanted: bool = True
    place: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Build:
    """The last build: when, of what corpus, and what it found."""

    at: str = ""
    corpus: str = ""
    body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Logged:
    """An entry of the log of edits."""

    number: int
    at: str
    actor: str
    edit: Edit
    is_undone: bool


def read_themes(database: Database) -> dict[str, Kept]:
    """Return the themes and groups by id."""
    rows = database.rows("SELECT theme_id, parent, is_base, body FROM themes ORDER BY theme_id")
    return {
        theme_id: _unpacked(theme_id, parent, bool(is_base), json.loads(body))
        for theme_id, parent, is_base, body in rows
    }


def write_themes(connection: Connection, themes: Sequence[Kept]) -> None:
    """Replace all themes."""
    connection.execute("DELETE FROM themes")
    connection.executemany("INSERT INTO themes VALUES(?, ?, ?, ?)", [_packed(theme) for theme in themes])


def write_theme(connection: Connection, theme: Kept) -> None:
    """Replace one theme."""
    connection.execute("INSERT OR REPLACE INTO themes VALUES(?, ?, ?, ?)", _packed(theme))


def write_base(
    connection: Connection, ids: NDArray[np.int64], themes: Sequence[str], likeness: NDArray[np.float64]
) -> None:
    """Write where the build put each clause, before people's edits.

    Args:
        connection: of the caller's transaction.
        ids: of the clauses.
        themes: their theme ids, empty for none.
        likeness: cosine to the center; NaN for a clause without content.
    """
    rows = zip(themes, likeness.tolist(), ids.tolist(), strict=True)
    connection.executemany(
        "UPDATE clauses SET base = ?, likeness = ? WHERE clause_id = ?",
        [(theme or None, None if math.isnan(how) else how, clause_id) for theme, how, clause_id in rows],
    )


def read_base(database: Database, ids: NDArray[np.int64]) -> list[str]:
    """Return each clause's theme id in the last build, before people's edits; empty for none."""
    found = dict(database.rows("SELECT clause_id, base FROM clauses WHERE base IS NOT NULL"))
    return [found.get(clause_id, "") for clause_id in ids.tolist()]


def write_placements(connection: Connection, rows: Iterable[tuple[int, str, float, str]]) -> None:
    """Replace where every clause stands: clause id, theme id, cosine to its center, the reason."""
    connection.execute("DELETE FROM placements")
    connection.executemany("INSERT INTO placements VALUES(?, ?, ?, ?)", rows)


def write_build(connection: Connection, actor: str, corpus: str, body: Mapping[str, Any]) -> None:
    """Note a build; the note of an earlier one stays."""
    connection.execute(
        "INSERT INTO theme_builds(at, actor, corpus, body) VALUES(?, ?, ?, ?)",
        (stamp(now()), actor, corpus, json.dumps(body, sort_keys=True)),
    )


def read_build(database: Database) -> Build:
    """Return the last build; an empty one if there was none."""
    rows = database.rows("SELECT at, corpus, body FROM theme_builds ORDER BY build_id DESC LIMIT 1")
    return Build(rows[0][0], rows[0][1], json.loads(rows[0][2])) if rows else Build()


def highest_number(database: Database, letter: str) -> int:
    """Return the highest number an id of this letter was ever given, by a build or by an edit."""
    found = [int(json.loads(body)["used"].get(letter, 0)) for (body,) in database.rows("SELECT body FROM theme_builds")]
    for (detail,) in database.rows("SELECT detail FROM theme_edits WHERE action IN ('split', 'move')"):
        found += [_number(one, letter) for one in _made(json.loads(detail))]
    return max(found, default=0)


def write_edit(connection: Connection, actor: str, edit: Edit) -> int:
    """Append an edit to the log; return its number."""
    row = connection.execute(
        "INSERT INTO theme_edits(at, actor, action, detail) VALUES(?, ?, ?, ?) RETURNING edit_id",
        (stamp(now()), actor, edit.action, json.dumps(dict(edit.detail), sort_keys=True)),
    ).fetchone()
    return int(row[0])


def undo_edit(connection: Connection, actor: str) -> int | None:
    """Take the latest edit back; return its number, or None if there is none."""
    row = connection.execute(
        "SELECT edit_id FROM theme_edits WHERE undone IS NULL ORDER BY edit_id DESC LIMIT 1"
    ).fetchone()
    if row is None:
        return None
    connection.execute("UPDATE theme_edits SET undone = ? WHERE edit_id = ?", (f"{stamp(now())} {actor}", row[0]))
    return int(row[0])


def read_edits(database: Database) -> list[Logged]:
    """Return the log, oldest first, with what was taken back."""
    rows = database.rows("SELECT edit_id, at, actor, action, detail, undone IS NOT NULL FROM theme_edits ORDER BY 1")
    return [Logged(n, at, actor, Edit(action, json.loads(d)), bool(undone)) for n, at, actor, action, d, undone in rows]


def in_force(database: Database) -> list[Edit]:
    """Return the edits that were not taken back, oldest first."""
    return [logged.edit for logged in read_edits(database) if not logged.is_undone]


def with_name(theme: Kept, label: str, by: Namer) -> Kept:
    """Return a theme with a name of its own."""
    return replace(theme, own=label, named_by=by, wanted=False)


def _packed(theme: Kept) -> tuple[str, str, int, str]:
    body = asdict(theme) | {"named_by": theme.named_by.value}
    return theme.id, theme.standing.parent, int(theme.standing.is_base), json.dumps(body, sort_keys=True)


def _unpacked(theme_id: str, parent: str, is_base: bool, body: Mapping[str, Any]) -> Kept:
    standing = ThemeState(**{**body["standing"], "parent": parent, "is_base": is_base})
    summary = _claim(body["summary"]) if body["summary"] else None
    return Kept(
        theme_id,
        standing,
        body["own"],
        Namer(body["named_by"]),
        tuple(body["keywords"]),
        summary,
        body["wanted"],
        tuple(body.get("place", (0.0, 0.0))),
    )


def _claim(body: Mapping[str, Any]) -> Claim:
    citations = tuple(Citation(**one) for one in body["citations"])
    return Claim(body["text"], citations, body["support"], tuple(Citation(**one) for one in body["opposed"]))


def _made(detail: Mapping[str, Any]) -> list[str]:
    return [part["id"] for part in detail.get("parts", ())] + [detail.get("parent", "")]


def _number(theme_id: str, letter: str) -> int:
    return int(theme_id[1:]) if theme_id[:1] == letter and theme_id[1:].isdigit() else 0

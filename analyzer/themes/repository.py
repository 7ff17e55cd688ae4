"""Reads and writes builds, themes, placements of clauses and the log of edits."""

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

PHRASES = "phrases"
"""Key in the body of a build: theme id -> its name, for a theme that an edit takes away and another brings back."""


@dataclass(frozen=True, slots=True)
class StoredTheme:
    """A theme as it is stored.

    Attributes:
        standing: state of the theme after edits; its label is empty if no person gave one.
        own: label before edits.
        named_by: source of `own`.
        keywords: c-TF-IDF keywords.
        summary: a sentence with its citations; None if no sentence passed the checks.
        wanted: whether the language model has still to name the theme.
        place: x and y on the map.
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
    """The last build: its time, the identifier of its corpus, and its results."""

    at: str = ""
    corpus: str = ""
    body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LoggedEdit:
    """An entry of the log of edits."""

    number: int
    at: str
    actor: str
    edit: Edit
    is_undone: bool


def read_themes(database: Database) -> dict[str, StoredTheme]:
    """Return the themes and groups by id."""
    rows = database.rows("SELECT theme_id, parent, is_base, body FROM themes ORDER BY theme_id")
    return {
        theme_id: _unpacked(theme_id, parent, bool(is_base), json.loads(body))
        for theme_id, parent, is_base, body in rows
    }


def write_themes(connection: Connection, themes: Sequence[StoredTheme]) -> None:
    """Replace all themes."""
    connection.execute("DELETE FROM themes")
    connection.executemany("INSERT INTO themes VALUES(?, ?, ?, ?)", [_packed(theme) for theme in themes])


def write_theme(connection: Connection, theme: StoredTheme) -> None:
    """Replace one theme."""
    connection.execute("INSERT OR REPLACE INTO themes VALUES(?, ?, ?, ?)", _packed(theme))


def write_base(
    connection: Connection, ids: NDArray[np.int64], themes: Sequence[str], likeness: NDArray[np.float64]
) -> None:
    """Write the theme of each clause in the build, before edits.

    Args:
        connection: connection of the caller's transaction.
        ids: int64[n], ids of the clauses.
        themes: n theme ids, empty for none.
        likeness: float64[n], cosine to the center; NaN for a clause without content.
    """
    rows = zip(themes, likeness.tolist(), ids.tolist(), strict=True)
    connection.executemany(
        "UPDATE clauses SET base = ?, likeness = ? WHERE clause_id = ?",
        [(theme or None, None if math.isnan(how) else how, clause_id) for theme, how, clause_id in rows],
    )


def read_base(database: Database, ids: NDArray[np.int64]) -> list[str]:
    """Return each clause's theme id in the last build, before edits; empty for none."""
    found = dict(database.rows("SELECT clause_id, base FROM clauses WHERE base IS NOT NULL"))
    return [found.get(clause_id, "") for clause_id in ids.tolist()]


def write_placements(connection: Connection, rows: Iterable[tuple[int, str, float, str]]) -> None:
    """Replace all placements; a row is clause id, theme id, cosine to the center, reason."""
    connection.execute("DELETE FROM placements")
    connection.executemany("INSERT INTO placements VALUES(?, ?, ?, ?)", rows)


def write_build(connection: Connection, actor: str, corpus: str, body: Mapping[str, Any]) -> None:
    """Append a build to the table of builds; earlier ones lose the names of their themes."""
    connection.execute("UPDATE theme_builds SET body = json_remove(body, '$.' || ?)", (PHRASES,))
    connection.execute(
        "INSERT INTO theme_builds(at, actor, corpus, body) VALUES(?, ?, ?, ?)",
        (stamp(now()), actor, corpus, json.dumps(body, sort_keys=True)),
    )


def keep_phrases(connection: Connection) -> None:
    """Keep the names in the last build that themes still have, so that an undo brings back none without support."""
    connection.execute(
        "UPDATE theme_builds SET body = json_set(body, '$.' || ?1, json(coalesce((SELECT json_group_object(one.key, "
        "one.value) FROM json_each(theme_builds.body, '$.' || ?1) one JOIN themes ON theme_id = one.key "
        "WHERE json_extract(themes.body, '$.own') = one.value), '{}'))) WHERE json_type(body, '$.' || ?1) = 'object'",
        (PHRASES,),
    )


def read_build(database: Database) -> Build:
    """Return the last build; an empty Build if there is none."""
    rows = database.rows("SELECT at, corpus, body FROM theme_builds ORDER BY build_id DESC LIMIT 1")
    return Build(rows[0][0], rows[0][1], json.loads(rows[0][2])) if rows else Build()


def highest_number(database: Database, letter: str) -> int:
    """Return the highest number ever used in an id with this letter, by a build or by an edit."""
    found = [int(json.loads(body)["used"].get(letter, 0)) for (body,) in database.rows("SELECT body FROM theme_builds")]
    for (detail,) in database.rows("SELECT detail FROM theme_edits WHERE action IN ('split', 'move', 'create')"):
        found += [_number(one, letter) for one in _created_ids(json.loads(detail))]
    return max(found, default=0)


def write_edit(connection: Connection, actor: str, edit: Edit) -> int:
    """Append an edit to the log; return its number."""
    row = connection.execute(
        "INSERT INTO theme_edits(at, actor, action, detail) VALUES(?, ?, ?, ?) RETURNING edit_id",
        (stamp(now()), actor, edit.action, json.dumps(dict(edit.detail), sort_keys=True)),
    ).fetchone()
    return int(row[0])


def rewrite_edit(connection: Connection, number: int, edit: Edit) -> None:
    """Replace the arguments of an edit in the log."""
    detail = json.dumps(dict(edit.detail), sort_keys=True)
    connection.execute("UPDATE theme_edits SET detail = ? WHERE edit_id = ?", (detail, number))


def undo_edit(connection: Connection, actor: str) -> int | None:
    """Undo the latest edit; return its number, or None if there is none."""
    row = connection.execute(
        "SELECT edit_id FROM theme_edits WHERE undone IS NULL ORDER BY edit_id DESC LIMIT 1"
    ).fetchone()
    if row is None:
        return None
    connection.execute("UPDATE theme_edits SET undone = ? WHERE edit_id = ?", (f"{stamp(now())} {actor}", row[0]))
    return int(row[0])


def read_edits(database: Database) -> list[LoggedEdit]:
    """Return the log, oldest first, including undone edits."""
    rows = database.rows("SELECT edit_id, at, actor, action, detail, undone IS NOT NULL FROM theme_edits ORDER BY 1")
    return [
        LoggedEdit(n, at, actor, Edit(action, json.loads(d)), bool(undone)) for n, at, actor, action, d, undone in rows
    ]


def edits_in_force(database: Database) -> list[Edit]:
    """Return the edits that are not undone, oldest first."""
    return [logged.edit for logged in read_edits(database) if not logged.is_undone]


def with_name(theme: StoredTheme, label: str, by: Namer) -> StoredTheme:
    """Return a theme with a new `own` label and its source; it no longer waits for a name."""
    return replace(theme, own=label, named_by=by, wanted=False)


def _packed(theme: StoredTheme) -> tuple[str, str, int, str]:
    body = asdict(theme) | {"named_by": theme.named_by.value}
    return theme.id, theme.standing.parent, int(theme.standing.is_base), json.dumps(body, sort_keys=True)


def _unpacked(theme_id: str, parent: str, is_base: bool, body: Mapping[str, Any]) -> StoredTheme:
    standing = ThemeState(**{**body["standing"], "parent": parent, "is_base": is_base})
    summary = _claim(body["summary"]) if body["summary"] else None
    return StoredTheme(
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


def _created_ids(detail: Mapping[str, Any]) -> list[str]:
    return [part["id"] for part in detail.get("parts", ())] + [detail.get("parent", ""), detail["theme"]]


def _number(theme_id: str, letter: str) -> int:
    return int(theme_id[1:]) if theme_id[:1] == letter and theme_id[1:].isdigit() else 0

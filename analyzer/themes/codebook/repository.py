"""Reads and writes the themes, labels and codings of a codebook, and the result of the last coding run."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

from analyzer.security import clock
from analyzer.security.clock import stamp
from analyzer.store.database import Connection, Database
from analyzer.themes.codebook.types import CodebookTheme

META = "codebook"
Labels = Mapping[tuple[str, int], float]
"""The latest answer by theme id and text id: 1 yes, 0 no."""


@dataclass(frozen=True, slots=True)
class Run:
    """Result of the last coding run.

    Attributes:
        at: time; empty if there was none.
        state: state_of() its input, to detect later changes.
        f1: micro-F1; None if it cannot be measured.
        quality: precision and recall by theme id, each None if it cannot be measured.
        learned: ids of the themes with a fitted classifier.
    """

    at: str = ""
    state: str = ""
    f1: float | None = None
    quality: Mapping[str, tuple[float | None, float | None]] = field(default_factory=dict)
    learned: Sequence[str] = ()


def read_codebook_themes(database: Database) -> tuple[CodebookTheme, ...]:
    """Return the themes of the codebook in the order of its file."""
    rows = database.rows("SELECT theme_id, body FROM codebook WHERE position IS NOT NULL ORDER BY position")
    return tuple(_theme(theme_id, json.loads(body)) for theme_id, body in rows)


def write_codebook_themes(connection: Connection, themes: Sequence[CodebookTheme]) -> None:
    """Replace the themes of the codebook; a name keeps its id, and the labels of a removed theme stay stored.

    All codings are deleted: nothing is coded until the codebook is applied.
    """
    id_of = {name: theme_id for theme_id, name in connection.execute("SELECT theme_id, name FROM codebook")}
    last = max((int(theme_id[1:]) for theme_id in id_of.values()), default=0)
    connection.execute("UPDATE codebook SET position = NULL")
    connection.execute("DELETE FROM codings")
    connection.execute("DELETE FROM meta WHERE key = ?", (META,))
    for position, theme in enumerate(themes):
        name = theme.name.casefold()
        if name not in id_of:
            last += 1
            id_of[name] = f"C{last}"
        body = json.dumps({**asdict(theme), "id": ""}, ensure_ascii=False, sort_keys=True)
        connection.execute(
            "INSERT INTO codebook VALUES(?, ?, ?, ?) ON CONFLICT(theme_id) DO UPDATE SET body = excluded.body, "
            "position = excluded.position",
            (id_of[name], name, body, position),
        )


def read_labels(database: Database) -> dict[tuple[str, int], float]:
    """Return the latest answer for each theme and text, without undone labels."""
    rows = database.rows("SELECT theme_id, text_id, answer FROM theme_labels WHERE undone IS NULL ORDER BY label_id")
    return {(theme, text): answer for theme, text, answer in rows}


def append_labels(connection: Connection, actor: str, labels: Iterable[tuple[str, int, float]]) -> int:
    """Append labels of one person with one timestamp; return their number."""
    now = datetime.now(UTC).isoformat(timespec="microseconds")
    rows = [(theme, text, answer, now, actor) for theme, text, answer in labels]
    connection.executemany("INSERT INTO theme_labels(theme_id, text_id, answer, at, actor) VALUES(?, ?, ?, ?, ?)", rows)
    return len(rows)


def undo_labels(connection: Connection, actor: str) -> int:
    """Undo the labels with the latest timestamp; return their number."""
    row = connection.execute(
        "SELECT at FROM theme_labels WHERE undone IS NULL ORDER BY label_id DESC LIMIT 1"
    ).fetchone()
    if row is None:
        return 0
    now = stamp(clock.now())
    undone = connection.execute(
        "UPDATE theme_labels SET undone = ? WHERE at = ? AND undone IS NULL", (f"{now} {actor}", row[0])
    )
    return int(undone.rowcount)


def write_codings(connection: Connection, rows: Iterable[tuple[str, int, float, bool]]) -> None:
    """Insert codings; a row is theme id, text id, probability, whether the text is coded."""
    connection.executemany("INSERT INTO codings VALUES(?, ?, ?, ?)", rows)


def read_run(database: Database) -> Run:
    """Return the last coding run; an empty Run if there is none."""
    rows = database.rows("SELECT value FROM meta WHERE key = ?", (META,))
    if not rows:
        return Run()
    stored = json.loads(rows[0][0])
    quality = {theme: (one[0], one[1]) for theme, one in stored.pop("quality").items()}
    return Run(**stored, quality=quality)


def write_run(connection: Connection, run: Run) -> None:
    """Replace the stored coding run."""
    connection.execute("INSERT OR REPLACE INTO meta VALUES(?, ?)", (META, json.dumps(asdict(run), sort_keys=True)))


def state_of(database: Database) -> str:
    """Return a short fingerprint of the input of a coding run: texts, labels and definitions."""
    counts = database.rows(
        "SELECT (SELECT count(*) FROM texts), (SELECT coalesce(max(text_id), 0) FROM texts), "
        "(SELECT count(*) FROM theme_labels), (SELECT count(undone) FROM theme_labels), "
        "(SELECT coalesce(group_concat(theme_id || body || position), '') FROM codebook WHERE position IS NOT NULL)"
    )[0]
    return ":".join([*map(str, counts[:4]), blake2b(counts[4].encode(), digest_size=8).hexdigest()])


def _theme(theme_id: str, body: Mapping[str, Any]) -> CodebookTheme:
    lists = (tuple(body["examples"]), tuple(body["exclusions"]))
    return CodebookTheme(body["name"], body["description"], *lists, theme_id)

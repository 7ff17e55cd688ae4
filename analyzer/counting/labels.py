"""Store the labels that people give to texts by predicate: append-only; the latest label of a text counts."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from analyzer.counting.priors import PriorScale
from analyzer.security.clock import now, stamp
from analyzer.store.database import Connection, Database

YES, NO, UNSURE = 1.0, 0.0, 0.5
ANSWERS = {"yes": YES, "no": NO, "unsure": UNSURE}


@dataclass(frozen=True, slots=True)
class KnownLabels:
    """The stored data of a predicate: its number, its frozen scale and word weights, its labels by text id.

    Attributes:
        version: number of labels given plus number of labels undone; part of a receipt.
    """

    predicate_id: int = 0
    scale: PriorScale | None = None
    words: Mapping[str, float] = field(default_factory=dict)
    labels: Mapping[int, float] = field(default_factory=dict)
    version: int = 0


def plain_name(predicate: str) -> str:
    """Return the lookup form of a predicate, which ignores case, spacing and final punctuation."""
    return " ".join(predicate.casefold().split()).rstrip(" ?.!")


def read_known(database: Database, predicate: str) -> KnownLabels:
    """Return the stored data of a predicate; empty if it was never labeled."""
    rows = database.rows("SELECT predicate_id, scale FROM predicates WHERE name = ?", (plain_name(predicate),))
    if not rows:
        return KnownLabels()
    predicate_id, stored = rows[0]
    scale = json.loads(stored)
    words = scale.pop("weights")
    rows_by_label = database.rows(
        "SELECT text_id, answer, undone IS NOT NULL FROM labels WHERE predicate_id = ? ORDER BY label_id",
        (predicate_id,),
    )
    labels = {text_id: answer for text_id, answer, is_undone in rows_by_label if not is_undone}
    version = database.rows("SELECT count(*) + count(undone) FROM labels WHERE predicate_id = ?", (predicate_id,))[0][0]
    return KnownLabels(predicate_id, PriorScale(**scale), words, labels, int(version))


def keep_scale(
    connection: Connection, actor: str, predicate: str, scale: PriorScale, words: Mapping[str, float]
) -> int:
    """Store the scale of a predicate with its first label; return the number of the predicate."""
    stored = json.dumps({**asdict(scale), "weights": dict(words)}, sort_keys=True)
    connection.execute(
        "INSERT OR IGNORE INTO predicates(name, scale, made, actor) VALUES(?, ?, ?, ?)",
        (plain_name(predicate), stored, stamp(now()), actor),
    )
    row = connection.execute("SELECT predicate_id FROM predicates WHERE name = ?", (plain_name(predicate),)).fetchone()
    return int(row[0])


def keep_labels(connection: Connection, actor: str, predicate_id: int, answers: Mapping[int, float]) -> None:
    """Append the labels of a person, by text id."""
    rows = [(predicate_id, text_id, answer, stamp(now()), actor) for text_id, answer in answers.items()]
    connection.executemany("INSERT INTO labels(predicate_id, text_id, answer, at, actor) VALUES(?, ?, ?, ?, ?)", rows)


def undo_last(connection: Connection, actor: str, predicate_id: int) -> int | None:
    """Undo the latest label of a predicate; return its text id, or None if there is none."""
    row = connection.execute(
        "SELECT label_id, text_id FROM labels WHERE predicate_id = ? AND undone IS NULL ORDER BY label_id DESC LIMIT 1",
        (predicate_id,),
    ).fetchone()
    if row is None:
        return None
    connection.execute("UPDATE labels SET undone = ? WHERE label_id = ?", (f"{stamp(now())} {actor}", row[0]))
    return int(row[1])


def labeled_predicates(database: Database) -> list[tuple[str, int]]:
    """Return the labeled predicates, each with its number of labeled texts."""
    rows = database.rows(
        "SELECT name, count(DISTINCT text_id) FROM predicates JOIN labels USING(predicate_id) "
        "WHERE undone IS NULL GROUP BY 1 ORDER BY 1"
    )
    return [(str(name), int(count)) for name, count in rows]

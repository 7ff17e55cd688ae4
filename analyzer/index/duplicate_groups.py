"""The groups of near duplicates of a workspace: found over all its texts, stored, and read with their comments."""

from collections.abc import Sequence

from analyzer.index.feedback_table import ROWS
from analyzer.index.filters import Predicate
from analyzer.index.near_duplicates import compared_text, find_groups, is_comparable
from analyzer.index.types import DuplicateGroup
from analyzer.store.database import Connection, Database

LOOKED_AT = "near_duplicates"
"""Entry of the meta table: the texts that were looked at, as their number and highest id."""
_STATE = "SELECT count(*) || '.' || coalesce(max(text_id), 0) FROM texts"


def find_duplicates(database: Database) -> dict[int, int]:
    """Return the group of each text that has near duplicates or that several comments share."""
    rows = database.rows(
        "SELECT text_id, text, (SELECT count(*) FROM feedback f WHERE f.text_id = t.text_id) FROM texts t ORDER BY 1"
    )
    found = find_groups((text_id, text) for text_id, text, _ in rows)
    shared = (text_id for text_id, text, count in rows if count > 1 and is_comparable(compared_text(text)))
    return {**{text_id: text_id for text_id in shared}, **found}


def write_duplicates(connection: Connection, groups: dict[int, int]) -> None:
    """Replace the stored groups in the caller's transaction, and store which texts were looked at."""
    connection.execute("DELETE FROM near_duplicates")
    connection.executemany("INSERT INTO near_duplicates VALUES(?, ?)", sorted(groups.items()))
    connection.execute(f"INSERT OR REPLACE INTO meta(key, value) SELECT '{LOOKED_AT}', ({_STATE})")


def are_stale(database: Database) -> bool:
    """Return whether texts were added or replaced since near duplicates were looked for."""
    return database.meta(LOOKED_AT) != str(database.rows(_STATE)[0][0])


def count_duplicates(database: Database, chosen: Predicate) -> tuple[int, int]:
    """Return the number of groups of at least two matching comments, and the number of these comments."""
    rows = database.rows(
        f"SELECT count(*), coalesce(sum(copies), 0) FROM (SELECT count(*) AS copies FROM {ROWS} JOIN near_duplicates g "
        f"USING(text_id) WHERE {chosen.sql} GROUP BY g.group_id HAVING count(*) > 1)",
        chosen.parameters,
    )
    return int(rows[0][0]), int(rows[0][1])


def list_duplicates(database: Database, chosen: Predicate, most: int) -> list[DuplicateGroup]:
    """Return the groups of at least two matching comments, those of the most comments first.

    The text of a group is the one that the most of its comments have; ties are the one with the smallest id.
    """
    rows = database.rows(
        f"SELECT g.group_id, count(*), min(f.id) FROM {ROWS} JOIN near_duplicates g "
        f"USING(text_id) WHERE {chosen.sql} GROUP BY 1 HAVING count(*) > 1 ORDER BY 2 DESC, 3 LIMIT ?",
        (*chosen.parameters, most),
    )
    return [_read_group(database, chosen, group) for group, *_ in rows]


def _read_group(database: Database, chosen: Predicate, group: int) -> DuplicateGroup:
    rows: Sequence[tuple[str, int, str]] = database.rows(
        f"SELECT f.id, f.text_id, t.text FROM {ROWS} JOIN near_duplicates g USING(text_id) "
        f"WHERE g.group_id = ? AND {chosen.sql} ORDER BY f.id",
        (group, *chosen.parameters),
    )
    by_text: dict[int, list[str]] = {}
    texts = {text_id: text for _, text_id, text in rows}
    for record_id, text_id, _ in rows:
        by_text.setdefault(text_id, []).append(record_id)
    main = min(by_text, key=lambda one: (-len(by_text[one]), by_text[one][0]))
    ids = tuple(one for one, _, _ in rows)
    return DuplicateGroup(by_text[main][0], texts[main], len(ids), len(texts), ids)

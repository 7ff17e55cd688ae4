"""What was written from comments that are erased goes with them: sentences, names, words, examples of themes.

A name by the model stays only while every word of it is said by a comment that is left; a person's own name stays.
"""

import json
from collections.abc import Collection, Iterable

from analyzer.index.fulltext import STOP_WORDS, WORD
from analyzer.store.database import Connection
from analyzer.themes.types import Namer

STEM = 4
"""Letters by which a word of a name is found again: "parking" in "parked"."""
NAME_WORDS = 3
SAID = (
    'SELECT substr(t.text, o.start + 1, o."end" - o.start) FROM placements p JOIN opinions o USING(clause_id) '
    "JOIN texts t USING(text_id) WHERE p.theme_id = ?"
)


def themes_of(connection: Connection, text_ids: Iterable[int]) -> set[str]:
    """Return the themes that these texts have opinions in, and the groups of those."""
    found: set[str] = set()
    for text_id in text_ids:
        rows = connection.execute(
            "SELECT DISTINCT t.theme_id, t.parent FROM opinions o JOIN placements p USING(clause_id) "
            "JOIN themes t USING(theme_id) WHERE o.text_id = ?",
            (text_id,),
        )
        found |= {one for row in rows for one in row if one}
    return found


def forget_in_themes(connection: Connection, themes: Collection[str], record_ids: Collection[str]) -> int:
    """Take out of themes what only erased comments said; return how many themes changed.

    Args:
        connection: inside the caller's transaction, after the comments are gone.
        themes: those that the comments were in.
        record_ids: of the comments.
    """
    gone, changed = set(record_ids), 0
    rows = connection.execute("SELECT theme_id, body FROM themes ORDER BY theme_id").fetchall()
    parents = dict(connection.execute("SELECT theme_id, parent FROM themes"))
    for theme_id, text in rows:
        body = json.loads(text)
        before = json.dumps(body, sort_keys=True)
        if body["summary"] and gone & {one["id"] for one in _cited(body["summary"])}:
            body |= {"summary": None, "wanted": True}
        if theme_id in themes:
            parts = [one for one, parent in parents.items() if parent == theme_id] or [theme_id]
            _rename(body, _words(connection, parts))
        if (after := json.dumps(body, sort_keys=True)) != before:
            connection.execute("UPDATE themes SET body = ? WHERE theme_id = ?", (after, theme_id))
            changed += 1
    return changed


def forget_examples(connection: Connection, texts: Collection[str]) -> int:
    """Take examples of the codebook out that quote erased texts and no other; return how many."""
    count = 0
    for theme_id, text in connection.execute("SELECT theme_id, body FROM codebook").fetchall():
        body = json.loads(text)
        kept = [one for one in body["examples"] if not _is_quoted(connection, one, texts)]
        count += len(body["examples"]) - len(kept)
        if len(kept) < len(body["examples"]):
            plain = json.dumps(body | {"examples": kept}, ensure_ascii=False, sort_keys=True)
            connection.execute("UPDATE codebook SET body = ? WHERE theme_id = ?", (plain, theme_id))
    return count


def _cited(summary: dict[str, list[dict[str, str]]]) -> list[dict[str, str]]:
    return [*summary["citations"], *summary["opposed"]]


def _words(connection: Connection, themes: Iterable[str]) -> set[str]:
    """Return the words that are still said in themes."""
    return {
        word for one in themes for (said,) in connection.execute(SAID, (one,)) for word in WORD.findall(said.casefold())
    }


def _rename(body: dict[str, object], said: set[str]) -> None:
    keywords = [word for word in body["keywords"] if word in said]  # type: ignore[attr-defined]
    stems = {word[:STEM] for word in said}
    name = [word for word in WORD.findall(str(body["own"]).casefold()) if word not in STOP_WORDS]
    is_said = all(word[:STEM] in stems for word in name)
    if body["named_by"] == Namer.MODEL.value and not is_said:
        body |= {"named_by": Namer.WORDS.value, "wanted": True}
    if body["named_by"] == Namer.WORDS.value and (keywords != body["keywords"] or not is_said):
        body["own"] = ", ".join(keywords[:NAME_WORDS])
    body["keywords"] = keywords


def _is_quoted(connection: Connection, example: str, texts: Collection[str]) -> bool:
    if not any(example in text for text in texts):
        return False
    return not connection.execute("SELECT 1 FROM texts WHERE instr(text, ?) LIMIT 1", (example,)).fetchone()

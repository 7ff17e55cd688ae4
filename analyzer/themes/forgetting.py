"""What is left of themes and examples when comments go or change: sentences, names, words and quotes that still hold.

A name by the model stays only while every word of it is said by a comment that is left; a person's own name stays, but
for a denied term in it.
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from analyzer.index.fulltext import STOP_WORDS, WORD
from analyzer.store.database import Connection
from analyzer.store.derived_data import DeniedTerm, ReplacedTexts
from analyzer.themes.types import Namer

STEM = 4
"""Letters by which a word of a name is found again: "parking" in "parked"."""
NAME_WORDS = 3
SAID = (
    'SELECT substr(t.text, o.start + 1, o."end" - o.start) FROM placements p JOIN opinions o USING(clause_id) '
    "JOIN texts t USING(text_id) WHERE p.theme_id = ?"
)
WITH_WORD = (
    "SELECT t.text FROM words JOIN texts t ON t.text_id = words.rowid WHERE words MATCH ? "
    "AND EXISTS (SELECT 1 FROM feedback f WHERE f.text_id = t.text_id)"
)
QUOTED = (
    "SELECT 1 FROM texts t WHERE instr(text, ?) AND EXISTS (SELECT 1 FROM feedback f WHERE f.text_id = t.text_id) "
    "LIMIT 1"
)
Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ThemesLeft:
    """How many themes changed, and the names that went: theme id -> name before and after."""

    changed: int
    renamed: Mapping[str, tuple[str, str]]


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


def forget_in_themes(connection: Connection, themes: Collection[str], record_ids: Collection[str]) -> ThemesLeft:
    """Take out of themes what only deleted comments said.

    Args:
        connection: inside the caller's transaction, after the opinions of the comments are gone.
        themes: those that the comments were in.
        record_ids: of the comments.
    """
    gone = frozenset(record_ids)
    parents = dict(connection.execute("SELECT theme_id, parent FROM themes"))

    def change(theme_id: str, body: Body) -> None:
        _void_summary(body, lambda cited: cited["id"] in gone)
        if theme_id in themes:
            parts = [one for one, parent in parents.items() if parent == theme_id] or [theme_id]
            said = _words(connection, parts)
            stems = {word[:STEM] for word in said}
            keep_words(body, said.__contains__, lambda word: word[:STEM] in stems)

    return _change_bodies(connection, change)


def follow_in_themes(connection: Connection, replaced: ReplacedTexts) -> ThemesLeft:
    """Take out of themes what comments do not say any more since their texts were replaced, and a denied term.

    Args:
        connection: inside the caller's transaction, after the opinions of the old texts are gone.
        replaced: the texts.
    """
    lost, denied = _lost_words(replaced), replaced.denied
    stems = {word[:STEM] for word in lost}

    @cache
    def is_said(word: str) -> bool:
        rows = connection.execute(WITH_WORD, (f'"{word}"',))
        return any(word in WORD.findall(text.casefold()) for (text,) in rows)

    @cache
    def is_meant(word: str) -> bool:
        return connection.execute(WITH_WORD, (f'"{word}"',)).fetchone() is not None

    def change(_theme_id: str, body: Body) -> None:
        _void_summary(
            body, lambda cited: cited["id"] in replaced.record_ids and not _still_stands(connection, cited), denied
        )
        keep_words(
            body,
            lambda word: not (denied and denied.is_in(word)) and (word not in lost or is_said(word)),
            lambda word: word[:STEM] not in stems or is_meant(word),
            denied,
        )
        if denied:
            standing = body["standing"]
            body["standing"] = standing | {part: denied.masked(standing[part]) for part in ("label", "description")}

    return _change_bodies(connection, change)


def keep_words(
    body: Body, is_said: Callable[[str], bool], is_meant: Callable[[str], bool], denied: DeniedTerm | None = None
) -> None:
    """Keep of a theme's keywords those that are said, and a name that is not a person's while all its words are meant.

    Args:
        body: of the theme; changed.
        is_said: whether comments say a keyword.
        is_meant: whether comments say a word of a name in some form.
        denied: a term that no name may hold.
    """
    keywords = [word for word in body["keywords"] if is_said(word)]
    name = [word for word in WORD.findall(str(body["own"]).casefold()) if word not in STOP_WORDS]
    holds = all(is_meant(word) for word in name) and not (denied and denied.is_in(str(body["own"])))
    if body["named_by"] == Namer.MODEL.value and not holds:
        body |= {"named_by": Namer.WORDS.value, "wanted": True}
    if body["named_by"] == Namer.WORDS.value and (keywords != body["keywords"] or not holds):
        body["own"] = ", ".join(keywords[:NAME_WORDS])
    body["keywords"] = keywords
    if denied:
        body["own"] = denied.masked(str(body["own"]))


def forget_examples(connection: Connection, texts: Collection[str]) -> int:
    """Take out examples of the codebook that quote texts which no record has any more; return how many."""
    count = 0
    for theme_id, text in connection.execute("SELECT theme_id, body FROM codebook").fetchall():
        body = json.loads(text)
        kept = [one for one in body["examples"] if not _is_quoted(connection, one, texts)]
        count += len(body["examples"]) - len(kept)
        if len(kept) < len(body["examples"]):
            plain = json.dumps(body | {"examples": kept}, ensure_ascii=False, sort_keys=True)
            connection.execute("UPDATE codebook SET body = ? WHERE theme_id = ?", (plain, theme_id))
    return count


def _change_bodies(connection: Connection, change: Callable[[str, Body], None]) -> ThemesLeft:
    """Change every theme's body by a function, and say what came of it."""
    changed, renamed = 0, {}
    for theme_id, text in connection.execute("SELECT theme_id, body FROM themes ORDER BY theme_id").fetchall():
        body = json.loads(text)
        before, own = json.dumps(body, sort_keys=True), str(body["own"])
        change(theme_id, body)
        if body["own"] != own:
            renamed[theme_id] = (own, str(body["own"]))
        if (after := json.dumps(body, sort_keys=True)) != before:
            connection.execute("UPDATE themes SET body = ? WHERE theme_id = ?", (after, theme_id))
            changed += 1
    return ThemesLeft(changed, renamed)


def _void_summary(body: Body, is_void: Callable[[Body], bool], denied: DeniedTerm | None = None) -> None:
    """Drop a summary with a citation that is void, and one that holds a denied term."""
    if not (summary := body["summary"]):
        return
    cited = [*summary["citations"], *summary["opposed"]]
    words = [summary["text"], *(one["quote"] for one in cited)]
    if any(map(is_void, cited)) or (denied and any(map(denied.is_in, words))):
        body |= {"summary": None, "wanted": True}


def _still_stands(connection: Connection, cited: Body) -> bool:
    row = connection.execute(
        "SELECT text FROM feedback JOIN texts USING(text_id) WHERE id = ?", (cited["id"],)
    ).fetchone()
    return row is not None and row[0][cited["start"] : cited["end"]] == cited["quote"]


def _words(connection: Connection, themes: Iterable[str]) -> set[str]:
    """Return the words that are still said in themes."""
    return {
        word for one in themes for (said,) in connection.execute(SAID, (one,)) for word in WORD.findall(said.casefold())
    }


def _lost_words(replaced: ReplacedTexts) -> set[str]:
    """Return the words that old texts had and what they have become has not."""
    lost: set[str] = set()
    for old, successors in replaced.successors.items():
        kept = {word for new in successors for word in WORD.findall(replaced.texts[new].casefold())}
        lost |= set(WORD.findall(replaced.texts[old].casefold())) - kept
    return lost


def _is_quoted(connection: Connection, example: str, texts: Collection[str]) -> bool:
    if not any(example in text for text in texts):
        return False
    return not connection.execute(QUOTED, (example,)).fetchone()

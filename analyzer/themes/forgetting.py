"""Updates of themes and codebook examples after comments were deleted or replaced.

Removes summaries, names, keywords and quotes without support in the remaining comments. A name by the language model
or from a phrase is kept only while the remaining comments contain each of its words in some form; a name given by a
person is kept, with a denied term masked.
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from analyzer.index.fulltext import STOP_WORDS, WORD
from analyzer.store.database import Connection
from analyzer.store.derived_data import DeniedTerm, ReplacedTexts
from analyzer.themes.repository import keep_phrases
from analyzer.themes.types import Namer

STEM = 4
"""Letters of a stem: "parking" in a name matches "parked" in a comment."""
NAME_WORDS = 3
OPINIONS = (
    'SELECT substr(t.text, o.start + 1, o."end" - o.start) FROM placements p JOIN opinions o USING(clause_id) '
    "JOIN texts t USING(text_id) WHERE p.theme_id = ?"
)
TEXTS_WITH_WORD = (
    "SELECT t.text FROM words JOIN texts t ON t.text_id = words.rowid WHERE words MATCH ? "
    "AND EXISTS (SELECT 1 FROM feedback f WHERE f.text_id = t.text_id)"
)
RECORD_WITH_QUOTE = (
    "SELECT 1 FROM texts t WHERE instr(text, ?) AND EXISTS (SELECT 1 FROM feedback f WHERE f.text_id = t.text_id) "
    "LIMIT 1"
)
Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ThemeChanges:
    """Number of changed themes, and renamed themes: theme id -> label before and after."""

    changed: int
    renamed: Mapping[str, tuple[str, str]]


def themes_of(connection: Connection, text_ids: Iterable[int]) -> set[str]:
    """Return the themes of the opinions of these texts, and the groups of those themes."""
    found: set[str] = set()
    for text_id in text_ids:
        rows = connection.execute(
            "SELECT DISTINCT t.theme_id, t.parent FROM opinions o JOIN placements p USING(clause_id) "
            "JOIN themes t USING(theme_id) WHERE o.text_id = ?",
            (text_id,),
        )
        found |= {one for row in rows for one in row if one}
    return found


def update_after_deletion(connection: Connection, themes: Collection[str], record_ids: Collection[str]) -> ThemeChanges:
    """Remove from themes what only deleted comments support.

    Args:
        connection: inside the caller's transaction, after the opinions of the comments are deleted.
        themes: themes that the comments were in.
        record_ids: ids of the deleted comments.
    """
    deleted_ids = frozenset(record_ids)
    parents = dict(connection.execute("SELECT theme_id, parent FROM themes"))

    def change(theme_id: str, body: Body) -> None:
        _delete_invalid_summary(body, lambda cited: cited["id"] in deleted_ids)
        if theme_id in themes:
            parts = [one for one, parent in parents.items() if parent == theme_id] or [theme_id]
            words = _words(connection, parts)
            stems = {word[:STEM] for word in words}
            keep_words(body, words.__contains__, lambda word: word[:STEM] in stems)

    return _change_bodies(connection, change)


def update_after_replacement(connection: Connection, replaced: ReplacedTexts) -> ThemeChanges:
    """Remove from themes what the new texts of comments do not support, and mask a denied term.

    Args:
        connection: inside the caller's transaction, after the opinions of the old texts are deleted.
        replaced: old and new texts.
    """
    lost, denied = _lost_words(replaced), replaced.denied
    stems = {word[:STEM] for word in lost}

    @cache
    def is_used(word: str) -> bool:
        rows = connection.execute(TEXTS_WITH_WORD, (f'"{word}"',))
        return any(word in WORD.findall(text.casefold()) for (text,) in rows)

    @cache
    def is_stem_used(word: str) -> bool:
        return connection.execute(TEXTS_WITH_WORD, (f'"{word}"',)).fetchone() is not None

    def change(_theme_id: str, body: Body) -> None:
        _delete_invalid_summary(
            body, lambda cited: cited["id"] in replaced.record_ids and not _is_verbatim(connection, cited), denied
        )
        keep_words(
            body,
            lambda word: not (denied and denied.is_in(word)) and (word not in lost or is_used(word)),
            lambda word: word[:STEM] not in stems or is_stem_used(word),
            denied,
        )
        if denied:
            standing = body["standing"]
            body["standing"] = standing | {part: denied.masked(standing[part]) for part in ("label", "description")}

    return _change_bodies(connection, change)


def keep_words(
    body: Body, is_used: Callable[[str], bool], is_stem_used: Callable[[str], bool], denied: DeniedTerm | None = None
) -> None:
    """Keep the keywords that comments use, and the `own` label if comments use a form of each of its words.

    Args:
        body: body of the theme; changed in place.
        is_used: whether comments use a keyword.
        is_stem_used: whether comments use some form of a word.
        denied: a term that no label may contain.
    """
    keywords = [word for word in body["keywords"] if is_used(word)]
    name = [word for word in WORD.findall(str(body["own"]).casefold()) if word not in STOP_WORDS]
    is_supported = all(is_stem_used(word) for word in name) and not (denied and denied.is_in(str(body["own"])))
    if body["named_by"] in {Namer.MODEL.value, Namer.PHRASE.value} and not is_supported:
        body |= {"named_by": Namer.WORDS.value, "wanted": True}
    if body["named_by"] == Namer.WORDS.value and (keywords != body["keywords"] or not is_supported):
        body["own"] = ", ".join(keywords[:NAME_WORDS])
    body["keywords"] = keywords
    if denied:
        body["own"] = denied.masked(str(body["own"]))


def delete_examples(connection: Connection, texts: Collection[str]) -> int:
    """Delete the examples of the codebook that quote texts without a record; return their number."""
    count = 0
    for theme_id, text in connection.execute("SELECT theme_id, body FROM codebook").fetchall():
        body = json.loads(text)
        remaining = [one for one in body["examples"] if not _is_quoted(connection, one, texts)]
        count += len(body["examples"]) - len(remaining)
        if len(remaining) < len(body["examples"]):
            plain = json.dumps(body | {"examples": remaining}, ensure_ascii=False, sort_keys=True)
            connection.execute("UPDATE codebook SET body = ? WHERE theme_id = ?", (plain, theme_id))
    return count


def _change_bodies(connection: Connection, change: Callable[[str, Body], None]) -> ThemeChanges:
    """Apply a function to every theme's body and store the changed ones."""
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
    keep_phrases(connection)
    return ThemeChanges(changed, renamed)


def _delete_invalid_summary(body: Body, is_invalid: Callable[[Body], bool], denied: DeniedTerm | None = None) -> None:
    """Delete a summary with an invalid citation or a denied term."""
    if not (summary := body["summary"]):
        return
    cited = [*summary["citations"], *summary["opposed"]]
    words = [summary["text"], *(one["quote"] for one in cited)]
    if any(map(is_invalid, cited)) or (denied and any(map(denied.is_in, words))):
        body |= {"summary": None, "wanted": True}


def _is_verbatim(connection: Connection, cited: Body) -> bool:
    row = connection.execute(
        "SELECT text FROM feedback JOIN texts USING(text_id) WHERE id = ?", (cited["id"],)
    ).fetchone()
    return row is not None and row[0][cited["start"] : cited["end"]] == cited["quote"]


def _words(connection: Connection, themes: Iterable[str]) -> set[str]:
    """Return the words of the opinions in these themes."""
    return {
        word
        for one in themes
        for (text,) in connection.execute(OPINIONS, (one,))
        for word in WORD.findall(text.casefold())
    }


def _lost_words(replaced: ReplacedTexts) -> set[str]:
    """Return the words of old texts that their successors do not contain."""
    lost: set[str] = set()
    for old, successors in replaced.successors.items():
        remaining = {word for new in successors for word in WORD.findall(replaced.texts[new].casefold())}
        lost |= set(WORD.findall(replaced.texts[old].casefold())) - remaining
    return lost


def _is_quoted(connection: Connection, example: str, texts: Collection[str]) -> bool:
    if not any(example in text for text in texts):
        return False
    return not connection.execute(RECORD_WITH_QUOTE, (example,)).fetchone()

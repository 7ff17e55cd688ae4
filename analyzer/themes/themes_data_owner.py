"""Owners of derived data: opinions, themes and edits; the codebook with its labels and codings."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from analyzer.opinions.stored_opinions import clause_digest, compared_as, opinion_spans
from analyzer.store.database import Connection
from analyzer.store.derived_data import ALL_COLUMNS, DeletedRecords, DeniedTerm, ReplacedTexts, move_labels, unique_mask
from analyzer.themes.forgetting import (
    ThemeChanges,
    delete_examples,
    themes_of,
    update_after_deletion,
    update_after_replacement,
)

NAMED_AFTER_THEME = frozenset({"pin", "lock"})
"""Edits that store the name that a theme had when the edit was made."""
Digests = Mapping[str, frozenset[str]]
"""Digests (hexadecimal) of clauses that were replaced or deleted -> digests of the clauses that replace them."""


@dataclass(frozen=True, slots=True)
class ThemesOwner:
    """Owner of opinions, their clauses, themes, placements and the log of edits."""

    name: ClassVar[str] = "themes"
    columns: ClassVar[Mapping[str, frozenset[str]]] = dict.fromkeys(
        ("opinions", "clauses", "reindexed_clauses", "placements", "themes", "theme_edits"), ALL_COLUMNS
    )

    def on_texts_replaced(self, connection: Connection, replaced: ReplacedTexts) -> int:
        """Update themes for replaced texts; an edit of an opinion applies to the opinion that replaces it."""
        digests = _digests_after(connection, replaced)
        _delete_opinions(connection, replaced.orphans)
        changes = update_after_replacement(connection, replaced)
        _update_edits(connection, _EditChange(digests, changes, frozenset(), replaced.denied))
        return changes.changed

    def on_records_deleted(self, connection: Connection, deleted: DeletedRecords) -> int:
        """Delete the opinions of deleted texts, and what themes and edits contain of deleted records only."""
        themes = themes_of(connection, deleted.text_ids)
        text_ids = deleted.orphaned_texts if _has_edits_of_clauses(connection) else ()
        digests = {one: frozenset[str]() for text_id in text_ids for one in _digests(connection, text_id)}
        _delete_opinions(connection, deleted.orphaned_texts)
        changes = update_after_deletion(connection, themes, deleted.ids)
        _update_edits(connection, _EditChange(digests, changes, deleted.ids))
        return changes.changed


@dataclass(frozen=True, slots=True)
class CodebookOwner:
    """Owner of the codebook, its labels and its codings."""

    name: ClassVar[str] = "codebook"
    columns: ClassVar[Mapping[str, frozenset[str]]] = dict.fromkeys(
        ("codebook", "theme_labels", "codings"), ALL_COLUMNS
    )

    def on_texts_replaced(self, connection: Connection, replaced: ReplacedTexts) -> int:
        """Move labels and codings to the texts that replace the old ones, and mask a denied term in the codebook."""
        count = move_labels(connection, "theme_labels", "theme_id", replaced)
        for old, successors in replaced.successors.items():
            connection.executemany(
                "INSERT OR IGNORE INTO codings(theme_id, text_id, probability, is_coded) "
                "SELECT theme_id, ?, probability, is_coded FROM codings WHERE text_id = ?",
                [(new, old) for new in successors],
            )
        if replaced.denied:
            count += _mask_codebook(connection, replaced.denied)
        return count + delete_examples(connection, list(replaced.orphaned_texts.values()))

    def on_records_deleted(self, connection: Connection, deleted: DeletedRecords) -> int:
        """Delete examples that quote deleted texts; foreign keys delete the labels and codings of those texts."""
        return delete_examples(connection, list(deleted.orphaned_texts.values()))


@dataclass(frozen=True, slots=True)
class _EditChange:
    """A change for the log of edits: replaced clauses, renamed themes, deleted records, a denied term."""

    digests: Digests
    themes: ThemeChanges
    record_ids: frozenset[str]
    denied: DeniedTerm | None = None


def _has_edits_of_clauses(connection: Connection) -> bool:
    sql = "SELECT 1 FROM theme_edits WHERE action IN ('lock', 'reassign', 'create') LIMIT 1"
    return connection.execute(sql).fetchone() is not None


def _digests(connection: Connection, text_id: int) -> list[str]:
    """Return the digests of a text's clauses in their order."""
    rows = connection.execute(
        "SELECT c.digest FROM opinions o JOIN clauses c USING(clause_id) WHERE o.text_id = ? ORDER BY o.start",
        (text_id,),
    )
    return [bytes(digest).hex() for (digest,) in rows]


def _digests_after(connection: Connection, replaced: ReplacedTexts) -> dict[str, frozenset[str]]:
    """Return the replacements of the clauses of replaced texts, one to one if a text has as many clauses as before."""
    found: dict[str, frozenset[str]] = {}
    for old in sorted(replaced.orphans) if _has_edits_of_clauses(connection) else ():
        before = _digests(connection, old)
        found = {one: frozenset[str]() for one in before} | found
        for new in replaced.successors[old] if before else ():
            text = replaced.texts[new]
            spans = opinion_spans(text, _language(connection, new))
            after = [clause_digest(compared_as(text[start:end])).hex() for start, end in spans]
            if len(after) == len(before):
                found |= {one: found[one] | {other} for one, other in zip(before, after, strict=True)}
    return found


def _language(connection: Connection, text_id: int) -> str:
    row = connection.execute("SELECT language FROM texts WHERE text_id = ?", (text_id,)).fetchone()
    return str(row[0]) if row else ""


def _delete_opinions(connection: Connection, text_ids: Iterable[int]) -> None:
    """Delete the opinions of texts; a trigger of the schema deletes clauses that no opinion has."""
    connection.executemany("DELETE FROM opinions WHERE text_id = ?", [(one,) for one in sorted(text_ids)])


def _update_edits(connection: Connection, change: _EditChange) -> None:
    """Update the log of edits after records were deleted or texts replaced."""
    rows = connection.execute("SELECT edit_id, action, detail, undone FROM theme_edits ORDER BY edit_id").fetchall()
    edits = [(number, action, json.loads(detail), undone) for number, action, detail, undone in rows]
    deleted_digests = {
        one for one in change.digests
        if not connection.execute("SELECT 1 FROM clauses WHERE digest = ?", (bytes.fromhex(one),)).fetchone()
    } if edits else set()  # fmt: skip
    by_person = {(d["theme"], d["label"]) for _, action, d, undone in edits if action == "rename" and not undone}
    for number, action, detail, _ in edits:
        after = _updated_detail(action, detail, change, deleted_digests)
        if after != detail:
            plain = json.dumps(after, sort_keys=True)
            connection.execute("UPDATE theme_edits SET detail = ? WHERE edit_id = ?", (plain, number))
    for theme_id, (before, now) in change.themes.renamed.items():
        if (theme_id, before) not in by_person:
            masked = change.denied.masked(before) if change.denied else before
            connection.execute(
                "UPDATE themes SET body = json_set(body, '$.standing.label', ?) "
                "WHERE theme_id = ? AND body ->> '$.standing.label' IN (?, ?)",
                (now, theme_id, before, masked),
            )


def _updated_detail(
    action: str, detail: Mapping[str, Any], change: _EditChange, deleted_digests: set[str]
) -> dict[str, Any]:
    """Return the updated detail of an edit."""
    found = dict(detail)
    if action in NAMED_AFTER_THEME and (renamed := change.themes.renamed.get(found["theme"])):
        found["label"] = renamed[1] if found.get("label") == renamed[0] else found.get("label", "")
    if action in ("lock", "create"):
        remaining = [one for one in found["clauses"] if one not in deleted_digests]
        more = {other for one in found["clauses"] for other in change.digests.get(one, ())}
        found["clauses"] = [*remaining, *sorted(more - set(remaining))]
    if action == "reassign":
        if found["clause"] in deleted_digests:
            found["clause"] = min(change.digests[found["clause"]], default="")
        if found.get("record") in change.record_ids:
            found["record"] = ""
    return _without_term(found, change.denied) if change.denied else found


def _without_term(detail: dict[str, Any], denied: DeniedTerm) -> dict[str, Any]:
    words: dict[str, Any] = {part: denied.masked(detail[part]) for part in ("label", "description") if detail.get(part)}
    if "parts" in detail:
        words["parts"] = [_without_term(part, denied) for part in detail["parts"]]
    return detail | words


def _mask_codebook(connection: Connection, denied: DeniedTerm) -> int:
    rows = connection.execute("SELECT theme_id, name, body FROM codebook ORDER BY theme_id").fetchall()
    names = {name for _, name, _ in rows}
    count = 0
    for theme_id, name, text in rows:
        body = json.loads(text)
        after: dict[str, Any] = {part: denied.masked(body[part]) for part in ("name", "description")}
        after |= {part: [denied.masked(one) for one in body[part]] for part in ("examples", "exclusions")}
        if all(body[part] == one for part, one in after.items()):
            continue
        if denied.is_in(body["name"]):
            names.discard(name)
            after["name"] = unique_mask(denied, body["name"], names, str.casefold)
            names.add(after["name"].casefold())
        plain = json.dumps(body | after, ensure_ascii=False, sort_keys=True)
        connection.execute(
            "UPDATE codebook SET name = ?, body = ? WHERE theme_id = ?", (after["name"].casefold(), plain, theme_id)
        )
        count += 1
    return count

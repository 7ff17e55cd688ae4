"""Edits of themes: parsed from arguments, tried on the current themes, appended to the log, undone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from analyzer.errors import UsageError
from analyzer.opinions.stored_opinions import Clauses
from analyzer.store.database import Connection, Database
from analyzer.themes.assignments import Assignments, Edit, center_of
from analyzer.themes.assignments import apply as apply_edit
from analyzer.themes.build import AppliedEdits, ThemeBuilder
from analyzer.themes.chosen_opinions import chosen_opinions
from analyzer.themes.communities import cut_about
from analyzer.themes.graph import make_graph, unit
from analyzer.themes.repository import (
    edits_in_force,
    highest_number,
    read_build,
    read_edits,
    read_themes,
    undo_edit,
    write_edit,
)

LONGEST_LABEL = 80
LONGEST_DESCRIPTION = 500
MOST_PARTS = 12
LEAST_TO_SPLIT = 10
PINNED_QUANTILE = 0.1
"""Quantile of the members' cosines to the center when a theme is pinned: the least cosine of the members that it gets
back if a later build does not find it."""
EDIT_TEXTS = {
    "rename": "{theme} renamed to “{label}”", "describe": "{theme} described", "merge": "{merged} merged into {into}",
    "split": "{theme} split into {made}", "move": "{theme} moved to {parent}", "pin": "{theme} pinned",
    "exclude": "{theme} excluded", "include": "{theme} included again", "lock": "{theme} locked",
    "unlock": "{theme} unlocked", "reassign": "an opinion put into {theme}", "create": "{theme} made as “{label}”",
}  # fmt: skip


def edit_text(edit: Edit) -> str:
    """Return an edit in words."""
    detail = dict(edit.detail)
    detail["merged"] = ", ".join(detail.get("themes", ()))
    detail["made"] = ", ".join(part["id"] for part in detail.get("parts", ()))
    detail["parent"] = detail.get("parent") or "the top"
    if edit.action == "reassign" and not detail["theme"]:
        detail["theme"] = "no theme"
    return EDIT_TEXTS[edit.action].format(**detail)


@dataclass(frozen=True, slots=True)
class Editor:
    """Edits the themes of one workspace.

    Attributes:
        is_clean: returns whether a text has no personal data; labels and descriptions stay in the log.
    """

    database: Database
    builder: ThemeBuilder
    is_clean: Callable[[str], bool]

    def parse(self, action: str, theme: str, values: Sequence[str]) -> Edit:
        """Return the edit for an action and its arguments.

        Raises:
            UsageError: if the action is unknown or its arguments do not fit.
        """
        if action not in MAKERS:
            raise UsageError(f'no edit "{action}"; edits: {", ".join(MAKERS)}')
        clauses, applied = self.builder.current()
        return MAKERS[action](self, EditRequest(clauses, applied, theme, tuple(values)))

    def effect(self, edit: Edit) -> int:
        """Try an edit without writing; return the number of comments that it moves.

        Raises:
            UsageError: if it does not apply.
        """
        clauses, before = self.builder.current()
        _, after = self.builder.current()
        apply_edit(after.assignments, edit)
        return _moved(clauses, before.assignments, after.assignments)

    def write(self, connection: Connection, actor: str, edit: Edit, effect: int) -> int:
        """Append an edit to the log and write the assignments with it; return its number."""
        number = write_edit(connection, actor, Edit(edit.action, {**edit.detail, "effect": effect}))
        self._write_assignments(connection)
        return number

    def undo(self, connection: Connection, actor: str, number: int = 0) -> int:
        """Undo the latest edit; return its number.

        Args:
            connection: inside the caller's transaction.
            actor: the account.
            number: the edit that must be the latest one; 0 for whichever is.

        Raises:
            UsageError: if there is no edit to undo, or another edit is the latest.
        """
        latest = max((one.number for one in read_edits(self.database) if not one.is_undone), default=0)
        if number and number != latest:
            raise UsageError("themes were edited since, so that edit is no longer the latest; see: analyzer themes log")
        undone = undo_edit(connection, actor)
        if undone is None:
            raise UsageError("there is no edit to undo")
        self._write_assignments(connection)
        return undone

    def _write_assignments(self, connection: Connection) -> None:
        clauses, applied = self.builder.with_edits(edits_in_force(self.database))
        applied.write(connection, clauses)

    def named(self, label: str) -> str:
        """Return the id of the theme or group with a label, ignoring case; empty if there is none."""
        stored = read_themes(self.database).values()
        return next((k.id for k in stored if (k.standing.label or k.own).casefold() == label.casefold()), "")

    def clean(self, words: str, longest: int) -> str:
        """Return a text with collapsed white space, after checking it.

        Raises:
            UsageError: if it is empty, too long, or has personal data.
        """
        words = " ".join(words.split())
        if not 0 < len(words) <= longest:
            raise UsageError(f"the text must have from 1 to {longest} characters")
        if not self.is_clean(words):
            raise UsageError("the text may contain personal data; write it without")
        return words


@dataclass(frozen=True, slots=True)
class EditRequest:
    """The arguments of an edit, and the current themes that it applies to."""

    clauses: Clauses
    applied: AppliedEdits
    theme: str
    values: tuple[str, ...]

    @property
    def assignments(self) -> Assignments:
        """The current assignments."""
        return self.applied.assignments

    def value(self, what: str) -> str:
        """Return the only value.

        Raises:
            UsageError: if there is no value, or more than one.
        """
        if len(self.values) != 1:
            raise UsageError(f"give exactly one value: {what}")
        return self.values[0]

    def check_no_values(self) -> None:
        """Check that there are no values and that the theme exists.

        Raises:
            UsageError: if there are values, or no theme of that id.
        """
        if self.values:
            raise UsageError("give the theme's id and no other value")
        if self.theme not in self.assignments.standings:
            raise UsageError(f"no theme {self.theme}; they are listed by: analyzer themes list")


def _rename(editor: Editor, request: EditRequest) -> Edit:
    label = editor.clean(request.value("the new name"), LONGEST_LABEL)
    taken = editor.named(label)
    if taken and taken != request.theme:
        raise UsageError(f"{taken} has that name; merge them, or choose another")
    return Edit("rename", {"theme": request.theme, "label": label})


def _describe(editor: Editor, request: EditRequest) -> Edit:
    description = editor.clean(request.value("the description"), LONGEST_DESCRIPTION)
    return Edit("describe", {"theme": request.theme, "description": description})


def _merge(_editor: Editor, request: EditRequest) -> Edit:
    others = [one for one in dict.fromkeys(request.values) if one != request.theme]
    if not others:
        raise UsageError("give at least one other theme to merge into it")
    for one in (request.theme, *others):
        request.assignments.code(one)
    return Edit("merge", {"into": request.theme, "themes": others})


def _split(editor: Editor, request: EditRequest) -> Edit:
    text = request.values[0] if request.values else "2"
    if len(request.values) > 1 or not text.isdigit() or not 2 <= int(text) <= MOST_PARTS:
        raise UsageError(f"give the number of parts: 2 to {MOST_PARTS}")
    rows = request.assignments.rows_of(request.theme)
    if len(rows) < LEAST_TO_SPLIT:
        raise UsageError(f"{request.theme} has {len(rows)} different opinions; there is nothing to split")
    vectors = request.clauses.vectors[rows].astype(np.float32)
    labels, _ = cut_about(make_graph(unit(vectors - vectors.mean(axis=0))), int(text))
    used = highest_number(editor.database, "T")
    parts = [
        {"id": f"T{used + 1 + part}", "center": packed_center(center_of(request.clauses.vectors, rows[labels == part]))}
        for part in range(int(labels.max()) + 1)
    ]
    if len(parts) < 2:
        raise UsageError(f"{request.theme} cannot be split: its opinions are too similar")
    return Edit("split", {"theme": request.theme, "parts": parts})


def _move(editor: Editor, request: EditRequest) -> Edit:
    request.assignments.code(request.theme)
    target = request.value("the group, or a name for a new one") if request.values else ""
    standing = request.assignments.standings.get(target)
    if not target or (standing and standing.is_group):
        return Edit("move", {"theme": request.theme, "parent": target})
    label = editor.clean(target, LONGEST_LABEL)
    taken = editor.named(label)
    if taken.startswith("G"):
        return Edit("move", {"theme": request.theme, "parent": taken})
    if taken:
        raise UsageError(f"{taken} has that name and is a theme; choose another name for the group")
    made = f"G{highest_number(editor.database, 'G') + 1}"
    return Edit("move", {"theme": request.theme, "parent": made, "label": label})


def _pin(_editor: Editor, request: EditRequest) -> Edit:
    request.check_no_values()
    rows = request.assignments.rows_of(request.theme)
    if not len(rows):
        raise UsageError(f"{request.theme} is empty; there is nothing to pin")
    center = center_of(request.clauses.vectors, rows)
    likeness = request.clauses.vectors[rows].astype(np.float32) @ center
    stored = read_themes(_editor.database)[request.theme]
    detail = {
        "theme": request.theme, "center": packed_center(center), "label": stored.standing.label or stored.own,
        "least": round(float(np.quantile(likeness, PINNED_QUANTILE)), 4), "parent": stored.standing.parent,
    }  # fmt: skip
    return Edit("pin", detail)


def _lock(editor: Editor, request: EditRequest) -> Edit:
    request.check_no_values()
    digests = [request.clauses.digests[row].hex() for row in request.assignments.rows_of(request.theme).tolist()]
    stored = read_themes(editor.database)[request.theme]
    return Edit("lock", {"theme": request.theme, "label": stored.standing.label or stored.own, "clauses": digests})


def _flag(action: str) -> Callable[[Editor, EditRequest], Edit]:
    def make(_editor: Editor, request: EditRequest) -> Edit:
        request.check_no_values()
        return Edit(action, {"theme": request.theme})

    return make


def _reassign(editor: Editor, request: EditRequest) -> Edit:
    if not 1 <= len(request.values) <= 2 or not request.values[0].isdigit():
        raise UsageError("give the record's id, the start of the opinion and the theme's id (without it: no theme)")
    target = request.values[1] if len(request.values) == 2 else ""
    if target:
        request.assignments.code(target)
    rows = editor.database.rows(
        "SELECT c.digest FROM feedback f JOIN opinions o USING(text_id) JOIN clauses c USING(clause_id) "
        "WHERE f.id = ? AND o.start = ?",
        (request.theme, int(request.values[0])),
    )
    if not rows:
        raise UsageError(f"{request.theme} has no opinion that starts there; see: analyzer themes why {request.theme}")
    return Edit("reassign", {"clause": bytes(rows[0][0]).hex(), "theme": target, "record": request.theme})


def _create(editor: Editor, request: EditRequest) -> Edit:
    label = editor.clean(request.theme, LONGEST_LABEL)
    if taken := editor.named(label):
        raise UsageError(f"{taken} has that name; choose another")
    if not read_build(editor.database).at:
        raise UsageError("there are no themes yet; find them with: analyzer themes build")
    rows = chosen_opinions(editor.database, request.assignments, request.values)
    digests = [request.clauses.digests[row].hex() for row in rows]
    made = f"T{highest_number(editor.database, 'T') + 1}"
    return Edit("create", {"theme": made, "label": label, "clauses": digests})


MAKERS: Mapping[str, Callable[[Editor, EditRequest], Edit]] = {
    "rename": _rename, "describe": _describe, "merge": _merge, "split": _split, "move": _move, "pin": _pin,
    "lock": _lock, "unlock": _flag("unlock"), "exclude": _flag("exclude"), "include": _flag("include"),
    "reassign": _reassign, "create": _create,
}  # fmt: skip


def _moved(clauses: Clauses, before: Assignments, after: Assignments) -> int:
    was = np.array([*before.ids, ""], dtype=object)[before.members]
    now = np.array([*after.ids, ""], dtype=object)[after.members]
    return int(clauses.comments[was != now].sum())


def packed_center(center: Any) -> str:
    """Return a center as an edit stores it: float16 in hexadecimal digits."""
    return str(np.asarray(center, dtype=np.float16).tobytes().hex())

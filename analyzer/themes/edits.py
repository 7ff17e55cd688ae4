"""What people change: understood from words, tried on the themes as they stand, appended to the log, taken back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from analyzer.errors import UsageError
from analyzer.store.database import Connection, Database
from analyzer.themes.assignments import Assignments, Edit, center_of
from analyzer.themes.assignments import apply as apply_edit
from analyzer.themes.build import AppliedEdits, ThemeBuilder
from analyzer.themes.communities import cut_about
from analyzer.themes.graph import make_graph, unit
from analyzer.themes.opinions import Clauses
from analyzer.themes.repository import highest_number, in_force, read_themes, undo_edit, write_edit

LONGEST_LABEL = 80
LONGEST_DESCRIPTION = 500
MOST_PARTS = 12
LEAST_TO_SPLIT = 10
PINNED_QUANTILE = 0.1
"""A pinned theme that a build no longer finds takes opinions as near to its center as nine in ten of its own were."""
TELLS = {
    "rename": "{theme} renamed to “{label}”", "describe": "{theme} described", "merge": "{gone} merged into {into}",
    "split": "{theme} split into {made}", "move": "{theme} moved to {parent}", "pin": "{theme} pinned",
    "exclude": "{theme} excluded", "include": "{theme} included again", "lock": "{theme} locked",
    "unlock": "{theme} unlocked", "reassign": "an opinion put into {theme}",
}  # fmt: skip


def edit_text(edit: Edit) -> str:
    """Return an edit in words."""
    detail = dict(edit.detail)
    detail["gone"] = ", ".join(detail.get("themes", ()))
    detail["made"] = ", ".join(part["id"] for part in detail.get("parts", ()))
    detail["parent"] = detail.get("parent") or "the top"
    if edit.action == "reassign" and not detail["theme"]:
        detail["theme"] = "no theme"
    return TELLS[edit.action].format(**detail)


@dataclass(frozen=True, slots=True)
class Editor:
    """Edits the themes of one workspace.

    Attributes:
        is_clean: tells whether words hold personal data; what people write is kept for ever.
    """

    database: Database
    builder: ThemeBuilder
    is_clean: Callable[[str], bool]

    def understood(self, action: str, theme: str, values: Sequence[str]) -> Edit:
        """Return the edit that words ask for.

        Raises:
            UsageError: if they ask for nothing that can be done.
        """
        if action not in MAKERS:
            raise UsageError(f'no edit "{action}"; edits: {", ".join(MAKERS)}')
        clauses, applied = self.builder.current()
        return MAKERS[action](self, Scene(clauses, applied, theme, tuple(values)))

    def effect(self, edit: Edit) -> int:
        """Try an edit; return how many comments it puts elsewhere.

        Raises:
            UsageError: if it does not apply.
        """
        clauses, before = self.builder.current()
        _, again = self.builder.current()
        apply_edit(again.assignments, edit)
        return _moved(clauses, before.assignments, again.assignments)

    def write(self, connection: Connection, actor: str, edit: Edit, effect: int) -> int:
        """Append an edit to the log and put everything where it then stands; return its number."""
        number = write_edit(connection, actor, Edit(edit.action, {**edit.detail, "effect": effect}))
        self._settle(connection)
        return number

    def undo(self, connection: Connection, actor: str) -> int:
        """Take the latest edit back; return its number.

        Raises:
            UsageError: if there is none.
        """
        number = undo_edit(connection, actor)
        if number is None:
            raise UsageError("there is no edit to take back")
        self._settle(connection)
        return number

    def _settle(self, connection: Connection) -> None:
        clauses, applied = self.builder.with_edits(in_force(self.database))
        applied.write(connection, clauses)

    def named(self, label: str) -> str:
        """Return the id of the theme or group that has a name, empty for none."""
        kept = read_themes(self.database).values()
        return next((k.id for k in kept if (k.standing.label or k.own).casefold() == label.casefold()), "")

    def clean(self, words: str, longest: int) -> str:
        """Return words that may be kept.

        Raises:
            UsageError: if they are empty, too long, or hold personal data.
        """
        words = " ".join(words.split())
        if not 0 < len(words) <= longest:
            raise UsageError(f"write from 1 to {longest} characters")
        if not self.is_clean(words):
            raise UsageError("that may hold personal data; say it without")
        return words


@dataclass(frozen=True, slots=True)
class Scene:
    """The themes as they stand and what somebody wants of them."""

    clauses: Clauses
    applied: AppliedEdits
    theme: str
    values: tuple[str, ...]

    @property
    def assignments(self) -> Assignments:
        """The themes as they stand."""
        return self.applied.assignments

    def value(self, what: str) -> str:
        """Return the only value that was given.

        Raises:
            UsageError: if there is none, or more.
        """
        if len(self.values) != 1:
            raise UsageError(f"say {what}, and nothing else")
        return self.values[0]

    def none(self) -> None:
        """Refuse values.

        Raises:
            UsageError: if there are any.
        """
        if self.values:
            raise UsageError("say the theme's id and nothing else")
        if self.theme not in self.assignments.standings:
            raise UsageError(f"no theme {self.theme}; they are listed by: analyzer themes list")


def _rename(editor: Editor, scene: Scene) -> Edit:
    label = editor.clean(scene.value("the new name"), LONGEST_LABEL)
    taken = editor.named(label)
    if taken and taken != scene.theme:
        raise UsageError(f"{taken} has that name; merge them, or choose another")
    return Edit("rename", {"theme": scene.theme, "label": label})


def _describe(editor: Editor, scene: Scene) -> Edit:
    description = editor.clean(scene.value("the description"), LONGEST_DESCRIPTION)
    return Edit("describe", {"theme": scene.theme, "description": description})


def _merge(_editor: Editor, scene: Scene) -> Edit:
    others = [one for one in dict.fromkeys(scene.values) if one != scene.theme]
    if not others:
        raise UsageError("say which other themes are merged into it")
    for one in (scene.theme, *others):
        scene.assignments.code(one)
    return Edit("merge", {"into": scene.theme, "themes": others})


def _split(editor: Editor, scene: Scene) -> Edit:
    text = scene.values[0] if scene.values else "2"
    if len(scene.values) > 1 or not text.isdigit() or not 2 <= int(text) <= MOST_PARTS:
        raise UsageError(f"say into how many parts: 2 to {MOST_PARTS}")
    rows = scene.assignments.rows_of(scene.theme)
    if len(rows) < LEAST_TO_SPLIT:
        raise UsageError(f"{scene.theme} has {len(rows)} different opinions; there is nothing to split")
    vectors = scene.clauses.vectors[rows].astype(np.float32)
    labels, _ = cut_about(make_graph(unit(vectors - vectors.mean(axis=0))), int(text))
    used = highest_number(editor.database, "T")
    parts = [
        {"id": f"T{used + 1 + part}", "center": _packed(center_of(scene.clauses.vectors, rows[labels == part]))}
        for part in range(int(labels.max()) + 1)
    ]
    if len(parts) < 2:
        raise UsageError(f"{scene.theme} does not come apart")
    return Edit("split", {"theme": scene.theme, "parts": parts})


def _move(editor: Editor, scene: Scene) -> Edit:
    scene.assignments.code(scene.theme)
    target = scene.value("the group, or a name for a new one") if scene.values else ""
    standing = scene.assignments.standings.get(target)
    if not target or (standing and standing.is_group):
        return Edit("move", {"theme": scene.theme, "parent": target})
    label = editor.clean(target, LONGEST_LABEL)
    taken = editor.named(label)
    if taken.startswith("G"):
        return Edit("move", {"theme": scene.theme, "parent": taken})
    if taken:
        raise UsageError(f"{taken} has that name and is a theme; choose another name for the group")
    made = f"G{highest_number(editor.database, 'G') + 1}"
    return Edit("move", {"theme": scene.theme, "parent": made, "label": label})


def _pin(_editor: Editor, scene: Scene) -> Edit:
    scene.none()
    rows = scene.assignments.rows_of(scene.theme)
    if not len(rows):
        raise UsageError(f"{scene.theme} is empty; there is nothing to pin")
    center = center_of(scene.clauses.vectors, rows)
    likeness = scene.clauses.vectors[rows].astype(np.float32) @ center
    kept = read_themes(_editor.database)[scene.theme]
    detail = {
        "theme": scene.theme, "center": _packed(center), "label": kept.standing.label or kept.own,
        "least": round(float(np.quantile(likeness, PINNED_QUANTILE)), 4), "parent": kept.standing.parent,
    }  # fmt: skip
    return Edit("pin", detail)


def _lock(editor: Editor, scene: Scene) -> Edit:
    scene.none()
    digests = [scene.clauses.digests[row].hex() for row in scene.assignments.rows_of(scene.theme).tolist()]
    kept = read_themes(editor.database)[scene.theme]
    return Edit("lock", {"theme": scene.theme, "label": kept.standing.label or kept.own, "clauses": digests})


def _flag(action: str) -> Callable[[Editor, Scene], Edit]:
    def make(_editor: Editor, scene: Scene) -> Edit:
        scene.none()
        return Edit(action, {"theme": scene.theme})

    return make


def _reassign(editor: Editor, scene: Scene) -> Edit:
    if not 1 <= len(scene.values) <= 2 or not scene.values[0].isdigit():
        raise UsageError("say the record's id, where the opinion starts, and the theme (or nothing for none)")
    target = scene.values[1] if len(scene.values) == 2 else ""
    if target:
        scene.assignments.code(target)
    rows = editor.database.rows(
        "SELECT c.digest FROM feedback f JOIN opinions o USING(text_id) JOIN clauses c USING(clause_id) "
        "WHERE f.id = ? AND o.start = ?",
        (scene.theme, int(scene.values[0])),
    )
    if not rows:
        raise UsageError(f"{scene.theme} has no opinion that starts there; see: analyzer themes why {scene.theme}")
    return Edit("reassign", {"clause": bytes(rows[0][0]).hex(), "theme": target, "record": scene.theme})


MAKERS: Mapping[str, Callable[[Editor, Scene], Edit]] = {
    "rename": _rename, "describe": _describe, "merge": _merge, "split": _split, "move": _move, "pin": _pin,
    "lock": _lock, "unlock": _flag("unlock"), "exclude": _flag("exclude"), "include": _flag("include"),
    "reassign": _reassign,
}  # fmt: skip


def _moved(clauses: Clauses, before: Assignments, after: Assignments) -> int:
    was = np.array([*before.ids, ""], dtype=object)[before.members]
    now = np.array([*after.ids, ""], dtype=object)[after.members]
    return int(clauses.comments[was != now].sum())


def _packed(center: Any) -> str:
    return str(np.asarray(center, dtype=np.float16).tobytes().hex())

"""What can be done with a point: explore its comments, make a theme of it, add it to the codebook; and undo that."""

import streamlit as st

from analyzer.answers.types import Answer, Point
from analyzer.messages.text import _, ngettext
from analyzer.security.permissions import Permission
from analyzer.themes.edits import LONGEST_LABEL
from analyzer.ui.markup import unmarked
from analyzer.ui.parts.comments_behind import open_listed
from analyzer.ui.session import Kept, guarded, may, page, workspace


def draw_actions(answer: Answer, point: Point, ids: tuple[str, ...], key: str) -> None:
    """Draw the buttons of a point that the account may use.

    Args:
        answer: the answer.
        point: one of its points.
        ids: the comments of the point.
        key: of the answer, unique on the page.
    """
    name = f"{key}-{point.number}"
    if st.button(_("Explore these {n:,}", n=len(ids)), key=f"explore-{name}"):
        open_listed(point.title, ids)
    if may(Permission.THEMES):
        with st.popover(_("Make a theme")), guarded():
            _theme_form(point, ids, key, name)
        with st.popover(_("Add to codebook")), guarded():
            _entry_form(answer, point, key, name)


def draw_kept(key: str) -> None:
    """Draw what was made of a point of this answer last, with a button to undo it."""
    kept = page().kept
    if kept is None or kept.answer != key:
        return
    if kept.edit:
        moved = (
            ngettext(
                ": {effect:,} comment moved into it",
                ": {effect:,} comments moved into it",
                kept.edit.effect,
                effect=kept.edit.effect,
            )
            if kept.edit.effect
            else ""
        )
        done = _("{told}{moved}. See the page Themes.", told=kept.edit.told, moved=moved)
    else:
        done = _("“{entry}” is in the codebook. Recode the comments on the tab Codebook of Themes.", entry=kept.entry)
    left, right = st.columns([6, 1], vertical_alignment="center")
    left.success(unmarked(done), icon=":material/check:")
    if right.button(_("Undo"), key=f"undo-{key}"):
        if kept.edit:
            workspace().themes.undo(kept.edit.number)
        else:
            workspace().codebook.remove(kept.entry)
        page().kept = None
        st.rerun()


def suggested_name(point: Point) -> str:
    """Return a name for a theme of a point: its title, or its words where the title is a quote.

    A quote is no name: a name stays when the comment that it was taken from is erased.
    """
    name = ", ".join(point.words) if point.is_title_quoted else point.title
    return name if len(name) <= LONGEST_LABEL else name[:LONGEST_LABEL].rsplit(" ", 1)[0].rstrip(",;")


def _theme_form(point: Point, ids: tuple[str, ...], key: str, name: str) -> None:
    label = st.text_input(_("Name of the theme"), suggested_name(point), LONGEST_LABEL, key=f"theme-name-{name}")
    st.caption(
        _("It takes the opinions that make this point out of their themes, and stays when themes are built again.")
    )
    if st.button(_("Make this theme"), key=f"theme-{name}", type="primary"):
        quoted = {one.id: f"{one.id}:{one.start}-{one.end}" for one in point.citations}
        edit = workspace().themes.edit("create", label, *(quoted.get(one, one) for one in ids))
        page().kept = Kept(key, edit=edit)
        st.rerun()


def _entry_form(answer: Answer, point: Point, key: str, name: str) -> None:
    entry = st.text_input(_("Name of the entry"), suggested_name(point), LONGEST_LABEL, key=f"entry-name-{name}")
    st.caption(_("The quotes become its examples. Recode the comments afterwards."))
    if st.button(_("Add this entry"), key=f"entry-{name}", type="primary"):
        description = point.sentence or _(
            "{value} about {subject}", value=point.stance.value.capitalize(), subject=answer.plan.subject or "this"
        )
        workspace().codebook.add(entry, description, [one.quote for one in point.citations])
        page().kept = Kept(key, entry=" ".join(entry.split()))
        st.rerun()

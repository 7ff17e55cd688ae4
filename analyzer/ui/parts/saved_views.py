"""The saved views of an account: open one, save the present filter under a name, delete one."""

from pathlib import Path

import streamlit as st

from analyzer.index.filter_words import filter_in_words
from analyzer.index.types import SavedView
from analyzer.messages.text import _
from analyzer.security.permissions import Permission
from analyzer.ui.markup import unmarked
from analyzer.ui.session import NO_PARAMETERS, change_page_filter, guarded, may, workspace

PAGES = Path(__file__).parents[1] / "pages"
OPENED_ON = {
    "overview": Permission.FIGURES, "comments": Permission.FIGURES, "themes": Permission.FIGURES,
    "compare": Permission.FIGURES, "ask": Permission.COMMENTS, "reports": Permission.EXPORTS,
}  # fmt: skip
"""Pages with a filter -> the permission that they need."""


def view_menu(where: str, place: str) -> None:
    """Draw a menu of the saved views, with a form that saves the present filter.

    Args:
        where: the present filter.
        place: address of the page.
    """
    views = workspace().views.list()
    title = _("Views ({n})", n=len(views)) if views else _("Views")
    with st.popover(title, icon=":material/bookmarks:", key="views-menu"):
        if not views:
            st.caption(_("A view is a filter with a name, and the page that it opens on. Only you see yours."))
        for view in views:
            view_line(view, "menu")
        _save_form(where, place)


def view_line(view: SavedView, key: str) -> None:
    """Draw one view: a button that opens it, its filter in words, and a button that deletes it.

    Args:
        view: the view.
        key: part of the keys of the buttons, unique on a page.
    """
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        words = filter_in_words(view.where, workspace().feedback.columns()) or _("all comments")
        if st.button(unmarked(view.name), key=f"view-{key}-{view.number}", type="tertiary", icon=":material/bookmark:"):
            open_view(view)
        st.caption(unmarked(f"{_(view.page.capitalize())} · {words}"), width="stretch")
        if st.button(
            _("Delete"), key=f"view-gone-{key}-{view.number}", type="tertiary", icon=":material/delete:",
            help=unmarked(_("Delete the view “{name}”", name=view.name)),
        ):  # fmt: skip
            workspace().views.remove(view.number)
            st.rerun()


def open_view(view: SavedView) -> None:
    """Open the page of a view with its filter; Comments if the account may no longer see that page."""
    needed = OPENED_ON.get(view.page)
    name = view.page if needed and may(needed) else "comments"
    change_page_filter(view.where)
    st.switch_page(PAGES / f"{name}_page.py", query_params=NO_PARAMETERS)


def _save_form(where: str, place: str) -> None:
    with st.form(f"view-save-{place}", border=False, clear_on_submit=False):
        name = st.text_input(_("Save the present filter as"), max_chars=60, key=f"view-name-{place}")
        if not st.form_submit_button(_("Save this view"), type="primary"):
            return
    with guarded():
        workspace().views.save(name, where, place)
        st.rerun()

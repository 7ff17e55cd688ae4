"""The frame of every page: seal the process first, then draw the menu, the page and the side bar."""

from collections.abc import Mapping
from contextlib import suppress
from html import escape

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from analyzer.config import PACKAGE
from analyzer.errors import AccessError
from analyzer.messages.text import N_, _
from analyzer.security.permissions import Permission
from analyzer.security.sandbox.egress import SealStatus, seal
from analyzer.security.sandbox.process import keep_memory_private
from analyzer.security.sandbox.switches import apply_streamlit_options, harden_environment, preseed_streamlit
from analyzer.ui.parts.downloads import hide_table_downloads
from analyzer.ui.parts.page_style import PAGE_STYLE
from analyzer.ui.parts.record_parts import STYLE
from analyzer.ui.session import (
    PART,
    EndOfPageError,
    choose_language,
    guarded,
    leases,
    may,
    show_workspace,
    upload_slot,
    watch_access,
    workspace,
)

P = Permission
PAGES: dict[str, tuple[str, tuple[Permission, ...]]] = {
    "overview": (N_("Overview"), (P.FIGURES,)),
    "comments": (N_("Comments"), (P.FIGURES,)),
    "themes": (N_("Themes"), (P.FIGURES,)),
    "compare": (N_("Compare"), (P.FIGURES,)),
    "ask": (N_("Ask"), (P.COMMENTS,)),
    "reports": (N_("Reports"), (P.EXPORTS,)),
    "add_data": (N_("Add data"), (P.IMPORTS,)),
    "admin": (N_("Admin"), (P.PRIVACY, P.ERASURE, P.CHECKS, P.AUDIT, P.INCIDENTS, P.ACCOUNTS)),
}
"""Title of each page, and its permissions: the menu lists a page if the account has at least one of them."""
MOVED = {
    "explore": ("comments", ""), "codebook": ("themes", N_("Codebook")), "privacy": ("admin", N_("Replaced values")),
    "evidence": ("admin", N_("Evidence")), "people": ("admin", N_("Accounts")),
}  # fmt: skip
"""Address of an older version -> the page that took its place, and its tab."""
ADD_DATA = "add-data"
"""Address of the page that keeps an upload."""
FOLDER = PACKAGE / "ui" / "pages"


def draw() -> None:
    """Draw the requested page; the process must be sealed, or unsealed on purpose."""
    harden_environment()
    keep_memory_private()
    preseed_streamlit()
    apply_streamlit_options()
    st.set_page_config(page_title="Feedback Analyzer", layout="wide")
    st.html(STYLE + PAGE_STYLE)
    with guarded(), leases():
        try:
            _draw_sealed()
        except AccessError:
            upload_slot().clear()
            raise


def _draw_sealed() -> None:
    status = seal()
    if status.unsealed:
        show_unsealed(status)
    if not workspace().users.me().single_user:
        watch_access()
    hide_table_downloads()
    page = st.navigation(_menu())
    if page.url_path != ADD_DATA:
        upload_slot().clear()  # every page but "Add data" removes the upload
    try:
        with guarded(), suppress(EndOfPageError):
            page.run()
    finally:
        with guarded():
            show_workspace()  # after the page, so that it counts what the page has just imported
            show_seal(status)
            choose_language()


def _menu() -> list[StreamlitPage]:
    """Return the pages that the current account may open.

    Streamlit serves its default page at / alone. That is a hidden page which opens the first one of the menu, so that
    each page has the same address for every account.
    """
    allowed = [(name, title) for name, (title, needed) in PAGES.items() if may(*needed)]
    if not allowed:
        return [st.Page(_draw_no_pages, title=_("No pages"), url_path="none", default=True)]
    pages = [
        st.Page(FOLDER / f"{name}_page.py", title=_(title), url_path=name.replace("_", "-")) for name, title in allowed
    ]
    start = st.Page(
        lambda: st.switch_page(pages[0]), title=_("Start"), url_path="start", default=True, visibility="hidden"
    )
    return [start, *pages, *_moved(dict(zip([name for name, _ in allowed], pages, strict=True)))]


def _moved(pages: Mapping[str, StreamlitPage]) -> list[StreamlitPage]:
    """Return a hidden page for each address of an older version, which opens the page that took its place."""
    return [_redirect(old, pages[new], part) for old, (new, part) in MOVED.items() if new in pages]


def _redirect(address: str, page: StreamlitPage, part: str) -> StreamlitPage:
    """Return the hidden page of an older address."""

    def go() -> None:
        open_in_place(page, part)

    return st.Page(go, title=address, url_path=address, visibility="hidden")


def open_in_place(page: StreamlitPage, part: str) -> None:
    """Open a page on a tab, or on the tab that the address names, with the rest of the address."""
    named = {PART: part} if part else {}
    st.switch_page(page, query_params=named | st.query_params.to_dict())


def _draw_no_pages() -> None:
    st.info(_("Your account has no pages. Ask an administrator for access."), icon=":material/lock:")


def show_unsealed(status: SealStatus) -> None:
    """Draw the red bar of a process that can reach the network."""
    words = _("UNSEALED: this process can reach the network. Reason: {unsealed}", unsealed=status.unsealed)
    st.html(f'<div class="fa-unsealed" role="alert">{escape(words)}</div>')


def show_seal(status: SealStatus) -> None:
    """Draw the state of the seal in the side bar: its level, what it stops and what it does not stop."""
    with st.sidebar:
        if status.unsealed:
            st.caption(_("Not offline: this process can reach the network."))
            return
        st.caption(_("Offline: this program cannot reach the network."))
        if status.hole:
            st.caption(
                _("One exception: answers are written by the model server {hole} on this machine.", hole=status.hole)
            )
        with st.popover(_("Details")):
            st.text(_("In force: {level}", level=status.level))
            _draw_list(_("Blocked"), status.stops)
            _draw_list(_("Not blocked"), status.does_not_stop)


def _draw_list(title: str, lines: tuple[str, ...]) -> None:
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    st.html(f'<div class="fa-fields"><b>{escape(title)}</b><ul>{items}</ul></div>')

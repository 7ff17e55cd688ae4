"""What surrounds every screen: the seal before anything else, the menu of pages, the side bar."""

from contextlib import suppress
from html import escape

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from analyzer.config import PACKAGE
from analyzer.errors import AccessError
from analyzer.security.permissions import Permission
from analyzer.security.sandbox.egress import SealStatus, seal
from analyzer.security.sandbox.process import keep_memory_private
from analyzer.security.sandbox.switches import apply_streamlit_options, harden_environment, preseed_streamlit
from analyzer.ui.parts.record_parts import STYLE
from analyzer.ui.session import (
    EndOfPageError,
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
    "ask": ("Ask", (P.COMMENTS,)),
    "themes": ("Themes", (P.FIGURES,)),
    "codebook": ("Codebook", (P.FIGURES,)),
    "explore": ("Explore", (P.FIGURES,)),
    "add_data": ("Add data", (P.IMPORTS,)),
    "privacy": ("Privacy", (P.PRIVACY, P.ERASURE, P.CHECKS)),
    "evidence": ("Evidence", (P.AUDIT, P.INCIDENTS, P.CHECKS)),
    "people": ("People", (P.ACCOUNTS, P.INCIDENTS)),
}
"""Title of each page, and the permissions of which one opens it; the others are not in the menu."""
FOLDER = PACKAGE / "ui" / "pages"


def draw() -> None:
    """Draw the page that was asked for, if this process is sealed or was left open on purpose."""
    harden_environment()
    keep_memory_private()
    preseed_streamlit()
    apply_streamlit_options()
    st.set_page_config(page_title="Feedback Analyzer", layout="wide")
    st.html(STYLE)
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
    page = st.navigation(_menu())
    if page.title != PAGES["add_data"][0]:
        upload_slot().clear()  # as the browser's page does when its person goes on to another screen
    try:
        with guarded(), suppress(EndOfPageError):
            page.run()
    finally:
        with guarded():
            show_workspace()  # last, so that it counts what the page has just imported
            show_seal(status)


def _menu() -> list[StreamlitPage]:
    """Return the pages that are open to whoever is here, their first one as what comes up."""
    allowed = [(name, title) for name, (title, needed) in PAGES.items() if may(*needed)]
    if not allowed:
        return [st.Page(_nothing, title="No pages", url_path="none", default=True)]
    return [
        st.Page(FOLDER / f"{name}.py", title=title, url_path=name.replace("_", "-"), default=number == 0)
        for number, (name, title) in enumerate(allowed)
    ]


def _nothing() -> None:
    st.info("No page is open to your account; what it may do is done on the command line.", icon=":material/lock:")


def show_unsealed(status: SealStatus) -> None:
    """Draw the red bar of a process that can reach the network."""
    words = f"UNSEALED: this process can reach the network. Reason: {status.unsealed}"
    st.html(f'<div class="fa-unsealed" role="alert">{escape(words)}</div>')


def show_seal(status: SealStatus) -> None:
    """Say in the side bar what is in force, and what it stops and does not."""
    with st.sidebar:
        if status.unsealed:
            st.caption("Unsealed: this process can reach the network.")
            return
        st.caption("Sealed: nothing here can reach the network.")
        with st.popover("What that means"):
            st.text(f"In force: {status.level}")
            _listed("It stops", status.stops)
            _listed("It does not stop", status.does_not_stop)


def _listed(title: str, lines: tuple[str, ...]) -> None:
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    st.html(f'<div class="fa-fields"><b>{escape(title)}</b><ul>{items}</ul></div>')

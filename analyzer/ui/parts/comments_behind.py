"""Open the comments behind a figure: the page Comments, filtered. Every chart and table of the page does it here."""

from pathlib import Path

import streamlit as st

from analyzer.messages.text import _, ngettext
from analyzer.ui.session import NO_PARAMETERS, Explored, change_page_filter, page

COMMENTS = Path(__file__).parents[1] / "pages" / "comments_page.py"


def open_comments(where: str) -> None:
    """Open the page Comments with this filter, in place of the one of all pages."""
    page().explored = None
    change_page_filter(where)
    st.switch_page(COMMENTS, query_params=NO_PARAMETERS)


def open_listed(title: str, ids: tuple[str, ...]) -> None:
    """Open the page Comments, limited to the comments of a point; the filter of all pages is lifted."""
    page().explored = Explored(title, ids)
    change_page_filter("")
    st.switch_page(COMMENTS, query_params=NO_PARAMETERS)


def listed_ids() -> tuple[str, ...]:
    """Draw what the page Comments is limited to, with a button to lift that; return the ids, empty for all."""
    explored = page().explored
    if explored is None:
        return ()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.text(
            ngettext(
                "{n:,} comment of the point “{value}”",
                "{n:,} comments of the point “{value}”",
                len(explored.ids),
                n=len(explored.ids),
                value=explored.title.strip("“”"),
            )
        )
        if st.button(_("Show all comments"), key="explored-all", icon=":material/close:"):
            page().explored = None
            st.rerun()
    return explored.ids

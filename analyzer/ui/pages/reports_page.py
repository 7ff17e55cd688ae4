"""Reports: files to take along: themes as one page or workbook, comments, and the answers that were stored."""

from functools import partial

import streamlit as st

from analyzer.index.dates_in_words import date_in_words
from analyzer.security.permissions import Permission
from analyzer.types import ColumnRole, Kind
from analyzer.ui.markup import unmarked
from analyzer.ui.parts.downloads import offer_export
from analyzer.ui.parts.filter_bar import filter_bar
from analyzer.ui.session import end_page, guarded, may, workspace
from analyzer.workspace import Workspace

MIMES = {"html": ("One page (HTML)", "text/html"), "xlsx": ("Workbook (Excel)", "application/octet-stream")}


def themes_file(kind: str, where: str, rating: str, current: Workspace) -> bytes:
    """Return the report of the themes."""
    return current.themes.file(kind, where, rating)


def answer_file(receipt: str, question: str, kind: str, current: Workspace) -> bytes:
    """Return a stored answer as a file."""
    return current.answers.file(question, current.answers.replay(receipt), kind)


st.title("Reports")
current = workspace()
if not current.feedback.matching():
    st.info("There are no comments yet. Go to “Add data” to import a file.", icon=":material/upload_file:")
    end_page()
if not current.files.may_export():
    st.info("Files may not be written now: an incident is open.", icon=":material/lock:")
    end_page()

with guarded():
    sees_comments = may(Permission.COMMENTS)
    where = filter_bar("reports") if sees_comments else ""
    columns = current.feedback.columns()
    rating = next((one.name for one in columns if one.role is ColumnRole.RATING and one.kind is Kind.NUMBER), "")
    st.subheader("Themes")
    if current.themes.list(where).built:
        st.caption(
            "For a manager: the themes with share and stance, what changed, effect on the rating, quotes, method."
        )
        with st.container(horizontal=True):
            for kind, (title, mime) in MIMES.items():
                work = partial(themes_file, kind, where, rating if sees_comments else "")
                offer_export(title, work, f"themes.{kind}", mime, f"themes-{kind}")
    else:
        st.caption("There are no themes yet. Find them on the page Themes.")
    if sees_comments:
        st.subheader("Answers")
        asked = current.answers.history()
        if not asked:
            st.caption("Nothing has been asked yet.")
        for one in asked:
            with st.container(horizontal=True, vertical_alignment="center", border=True):
                st.markdown(f"{unmarked(one.question)} · {date_in_words(one.asked)}", width="stretch")
                for kind, (title, mime) in MIMES.items():
                    work = partial(answer_file, one.receipt, one.question, kind)
                    offer_export(title, work, f"answer-{one.receipt}.{kind}", mime, f"{kind}-{one.receipt}")

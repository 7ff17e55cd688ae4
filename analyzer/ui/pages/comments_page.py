"""Explore: search, browse and filter the comments, and count them by the values of a column."""

import streamlit as st

from analyzer.security.permissions import Permission
from analyzer.types import Kind
from analyzer.ui.parts import record_parts
from analyzer.ui.parts.comment_table import comment_table
from analyzer.ui.parts.filter_parts import both, explored_filter, filter_form
from analyzer.ui.session import end_page, guarded, may, workspace

sees_comments = may(Permission.COMMENTS)
st.title("Explore the comments" if sees_comments else "Explore the figures")
current = workspace()
if not current.feedback.matching():
    st.info("There are no comments yet. Go to “Add data” to import a file.", icon=":material/upload_file:")
    end_page()

with guarded():
    where = both(explored_filter(), filter_form("explore"))
    if sees_comments:
        comment_table(where)
    countable = [column for column in current.feedback.columns() if column.kind is not Kind.TEXT]
    if countable:
        record_parts.spread(st.selectbox("Count by", countable, format_func=lambda column: column.label), where)

"""Explore: search or browse the comments, filter them, and see how they spread over a column or over time."""

import streamlit as st

from analyzer.security.permissions import Permission
from analyzer.types import Kind
from analyzer.ui.parts import record_parts
from analyzer.ui.parts.comment_table import comment_table
from analyzer.ui.parts.filter_parts import filter_form
from analyzer.ui.session import end_page, guarded, may, workspace

sees_comments = may(Permission.COMMENTS)
st.title("Explore the comments" if sees_comments else "Explore the figures")
held = workspace()
if not held.feedback.matching():
    st.info("There are no comments yet. Go to “Add data” to import a file.", icon=":material/upload_file:")
    end_page()

with guarded():
    where = filter_form("explore")
    if sees_comments:
        comment_table(where)
    countable = [column for column in held.feedback.columns() if column.kind is not Kind.TEXT]
    if countable:
        record_parts.spread(st.selectbox("Count by", countable, format_func=lambda column: column.label), where)

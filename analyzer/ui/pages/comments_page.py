"""Comments: search, browse and filter the comments, and count them by the values of a column."""

import streamlit as st

from analyzer.index.filter_parts import both
from analyzer.messages.text import _
from analyzer.security.permissions import Permission
from analyzer.types import Kind
from analyzer.ui.parts import record_parts
from analyzer.ui.parts.comment_list import comment_list
from analyzer.ui.parts.comments_behind import listed_ids, open_comments
from analyzer.ui.parts.filter_bar import filter_bar
from analyzer.ui.session import end_page, guarded, may, page, workspace

sees_comments = may(Permission.COMMENTS)
st.title(_("Comments") if sees_comments else _("Figures by column"))
current = workspace()
if not current.feedback.matching():
    st.info(_("There are no comments yet. Go to “Add data” to import a file."), icon=":material/upload_file:")
    end_page()

with guarded():
    where = filter_bar("comments")
    places = st.tabs(
        [*([_("Comments")] if sees_comments else []), _("Count by a column")], key=f"comments-{page().filter.round}"
    )
    if sees_comments:
        with places[0], guarded():
            comment_list(where, listed_ids())
    countable = [column for column in current.feedback.columns() if column.kind is not Kind.TEXT]
    with places[-1], guarded():
        if countable:
            column = st.selectbox(_("Count by"), countable, format_func=lambda column: column.label)
            if (picked := record_parts.spread(column, where)) and sees_comments:
                open_comments(both(where, picked))

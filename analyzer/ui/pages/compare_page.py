"""Compare: two groups of comments, or two periods: scores, themes that differ, quotes of both."""

import streamlit as st

from analyzer.messages.text import _
from analyzer.security.permissions import Permission
from analyzer.ui.parts import compare_parts
from analyzer.ui.parts.filter_bar import filter_bar
from analyzer.ui.session import end_page, guarded, may, workspace

st.title(_("Compare"))
current = workspace()
if not current.feedback.matching():
    st.info(_("There are no comments yet. Go to “Add data” to import a file."), icon=":material/upload_file:")
    end_page()

with guarded():
    where = filter_bar("compare")
    first, second = compare_parts.choose_sides(current.feedback.columns())
    if not first:
        end_page()
    found = current.compare.show(first, second, where)
    compare_parts.draw_figures(found, may_open=may(Permission.COMMENTS))
    compare_parts.draw_themes(found)
    compare_parts.draw_quotes(found)
    compare_parts.draw_notes(found)

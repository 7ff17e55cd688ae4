"""Reports: files to take along: themes as one page or workbook, saved views, and the answers that were stored."""

import streamlit as st

from analyzer.messages.text import _
from analyzer.security.permissions import Permission
from analyzer.ui.parts.filter_bar import filter_bar
from analyzer.ui.parts.report_parts import answer_files, theme_files, views_to_open
from analyzer.ui.session import end_page, guarded, may, workspace

st.title(_("Reports"))
current = workspace()
if not current.feedback.matching():
    st.info(_("There are no comments yet. Go to “Add data” to import a file."), icon=":material/upload_file:")
    end_page()
if not current.files.may_export():
    st.info(_("Files may not be written now: an incident is open."), icon=":material/lock:")
    end_page()

with guarded():
    sees_comments = may(Permission.COMMENTS)
    where = filter_bar("reports") if sees_comments else ""
    theme_files(where, sees_comments=sees_comments)
    views_to_open()
    if sees_comments:
        answer_files()

"""Overview: figures against the period before, months, top themes, what changed, quotes, and a question to ask."""

import streamlit as st

from analyzer.security.permissions import Permission
from analyzer.ui.parts import overview_parts
from analyzer.ui.session import end_page, guarded, may, workspace

st.title("Overview")
current = workspace()
if not current.feedback.matching():
    overview_parts.first_steps()
    end_page()

with guarded():
    found = current.overview.show()
    sees_comments = may(Permission.COMMENTS)
    overview_parts.headline(found, may_open=sees_comments)
    if sees_comments:
        overview_parts.question_box(found.questions)
    overview_parts.months(found)
    left, right = st.columns([3, 2], gap="large")
    with left:
        overview_parts.themes(found, may_open=sees_comments)
    with right:
        overview_parts.changes(found, may_open=sees_comments)
        if sees_comments:
            overview_parts.quotes(found)
    st.caption(" ".join(note[:1].upper() + note[1:] + "." for note in found.notes))

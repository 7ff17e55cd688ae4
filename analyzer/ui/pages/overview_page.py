"""Overview: figures against the period before, months, top themes, what changed, quotes, and a question to ask."""

import streamlit as st

from analyzer.messages.text import _
from analyzer.security.permissions import Permission
from analyzer.ui.parts import overview_parts
from analyzer.ui.parts.filter_bar import filter_bar
from analyzer.ui.session import end_page, guarded, may, workspace

st.title(_("Overview"))
current = workspace()
if not current.feedback.matching():
    overview_parts.first_steps()
    end_page()

with guarded():
    sees_comments = may(Permission.COMMENTS)
    where = filter_bar("overview") if sees_comments else ""  # without comments: figures of all comments only
    found = current.overview.show(where)
    if not any(one.value for one in found.figures):
        end_page()  # the bar says that nothing matches, and offers the nearest values
    overview_parts.headline(found, where, may_open=sees_comments)
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

"""Codebook: classify every comment with your own themes, and improve the coding by labels."""

import streamlit as st

from analyzer.security.permissions import Permission
from analyzer.ui.markup import unmarked
from analyzer.ui.parts import codebook_parts
from analyzer.ui.parts.filter_bar import filter_bar
from analyzer.ui.session import end_page, guarded, keep_open, may, page, workspace
from analyzer.ui.theme_job import ThemeJob

st.title("Codebook")
current, state = workspace(), page()
if not current.feedback.matching():
    st.info("There are no comments yet. Go to “Add data” to import a file.", icon=":material/upload_file:")
    end_page()

with guarded():
    sees_comments, edits_themes = may(Permission.COMMENTS), may(Permission.THEMES)
    where = filter_bar("codebook") if sees_comments else ""
    found = current.codebook.list(where)
    if edits_themes:
        codebook_parts.load_form(exists=bool(found.themes))
        codebook_parts.type_form()
    elif not found.themes:
        st.info("There is no codebook yet. Ask a steward to import one.", icon=":material/menu_book:")
    if not found.themes:
        end_page()
    if found.stale:
        st.warning(
            "Comments, labels or themes have changed since these comments were coded.", icon=":material/history:"
        )
    if edits_themes and st.button("Recode comments" if found.applied else "Code all comments", type="primary"):
        state.coding = ThemeJob(keep_open(current.codebook.apply))
    if job := state.coding:
        job.watch()
        state.coding = None
        state.tasks = []
        if not job.error:
            st.rerun()
        st.error(unmarked(job.error), icon=":material/error:")
    codebook_parts.figures(found)
    themes, *labels = st.tabs(["Themes", *(["Check comments"] if sees_comments and may(Permission.LABELS) else [])])
    with themes:
        picked = codebook_parts.theme_table(found)
        if picked and sees_comments:
            codebook_parts.one_theme(picked)
        elif sees_comments:
            st.caption("Select a theme to see its definition and the comments of which it is most certain.")
    for tab in labels:
        with tab:
            codebook_parts.labeling(found, where)

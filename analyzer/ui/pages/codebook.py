"""Codebook: themes that people define, applied to every comment, and made better by labels."""

import streamlit as st

from analyzer.ui import codebook_parts
from analyzer.ui.filters import filter_form
from analyzer.ui.markup import unmarked
from analyzer.ui.session import end_page, guarded, page, workspace
from analyzer.ui.theme_job import ThemeJob
from analyzer.ui.uploads import stored_upload

st.title("Codebook")
held, state = workspace(), page()
if not held.matching():
    st.info("There are no comments yet. Go to “Add data” to import a file.", icon=":material/upload_file:")
    end_page()

with guarded():
    where = filter_form("codebook")
    found = held.codebook_list(where)
    with st.expander("Bring a codebook", expanded=not found.themes, icon=":material/menu_book:"):
        upload = st.file_uploader(
            "YAML, JSON or CSV: name, description, examples, exclusions", ["yaml", "yml", "json", "csv"]
        )
        if upload is None:
            st.code(codebook_parts.EXAMPLE_FILE, language=None)
        elif st.button("Use this codebook", type="primary"):
            with stored_upload(upload.name, upload) as file:
                held.codebook_load(file)
            state.tasks = []
            st.rerun()
        if st.button("Add the themes that were found", help="names, and their most typical opinions as examples"):
            held.codebook_promote()
            state.tasks = []
            st.rerun()
    if not found.themes:
        end_page()
    if found.stale:
        st.warning(
            "Comments, labels or themes have changed since these comments were coded.", icon=":material/history:"
        )
    if st.button("Code again" if found.applied else "Code all comments", type="primary"):
        state.coding = ThemeJob(held.codebook_apply)
    if job := state.coding:
        job.watch()
        state.coding = None
        state.tasks = []
        if not job.error:
            st.rerun()
        st.error(unmarked(job.error), icon=":material/error:")
    codebook_parts.figures(found)
    themes, labels = st.tabs(["Themes", "Label comments"])
    with themes:
        if picked := codebook_parts.theme_table(found):
            codebook_parts.one_theme(picked)
        else:
            st.caption("Pick a theme to see what it takes in and the comments it is surest of.")
    with labels:
        codebook_parts.labeling(found, where)

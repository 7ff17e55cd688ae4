"""Themes: found in what people say, drilled into, followed over time, set against ratings, and edited."""

import streamlit as st

from analyzer.ui import theme_following, theme_parts
from analyzer.ui.filters import filter_form
from analyzer.ui.markup import unmarked
from analyzer.ui.session import end_page, guarded, page, workspace
from analyzer.ui.theme_charts import theme_map
from analyzer.ui.theme_job import ThemeJob

st.title("Themes")
held, state = workspace(), page()
if not held.matching():
    st.info("There are no comments yet. Go to “Add data” to import a file.", icon=":material/upload_file:")
    end_page()

with guarded():
    where = filter_form("themes")
    listed = held.themes_list(where)
    if listed.stale:
        st.warning("Comments were imported or removed since these themes were built.", icon=":material/history:")
    with (
        st.expander("Find themes", expanded=not listed.built, icon=":material/category:"),
        st.form("build", border=False),
    ):
        about = st.number_input("About how many (0: the data say)", 0, 500, 0)
        names = st.checkbox("Let the model name them and sum them up", value=True, help="a few seconds a theme")
        if st.form_submit_button("Build again" if listed.built else "Find themes", type="primary"):
            state.build = ThemeJob(lambda told: held.themes_build(int(about), names, told))
    if job := state.build:
        job.watch()
        state.build = None
        if not job.error:
            st.rerun()
        st.error(unmarked(job.error), icon=":material/error:")
    if not listed.built:
        end_page()
    if state.edit:
        verb = "Taken back" if state.edit.is_undone else "Done"
        st.success(
            unmarked(f"{verb}: {state.edit.told}. {state.edit.effect:,} comments moved."), icon=":material/edit:"
        )
        theme_parts.before_and_after(state.changed)
    theme_parts.accounted(listed)
    theme_parts.scorecard_panel()
    groups = {theme.id: theme.label for theme in listed.themes if theme.id.startswith("G")}
    leaves = [theme for theme in listed.themes if theme.id not in groups]
    shown = leaves if st.checkbox("Show excluded themes") else [theme for theme in leaves if not theme.is_excluded]
    choices = {"": theme_parts.NONE} | {theme.id: theme.label for theme in leaves}
    table, over_time, segments, rating, edits = st.tabs(
        ["Table and map", "Over time", "By segment", "Drivers of a rating", "Edits"]
    )

    with table:
        left, right = st.columns([3, 2])
        with left:
            picked = theme_parts.theme_table(shown, groups)
        with right:
            picked = theme_map(shown, picked) or picked
        if not picked:
            st.caption("Pick a theme in the table or on the map to see its opinions and to edit it.")
        else:
            with st.expander("Edit this theme", icon=":material/edit:"):
                theme_parts.edit_form(next(one for one in listed.themes if one.id == picked), choices, groups)
            theme_parts.detail(picked, where, choices)

    with over_time:
        theme_following.over_time(where, picked)
    with segments:
        theme_following.by_segment(where, picked)
    with rating:
        theme_following.against_rating(where)
    with edits:
        theme_parts.edit_log()

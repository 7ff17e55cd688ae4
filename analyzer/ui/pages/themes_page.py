"""Themes: build them, show them with their opinions, over time, by segment and as drivers of a rating; edit them."""

from functools import partial

import streamlit as st

from analyzer.security.permissions import Permission
from analyzer.ui.markup import unmarked
from analyzer.ui.parts import theme_parts, trend_parts
from analyzer.ui.parts.filter_parts import filter_form
from analyzer.ui.parts.theme_charts import theme_map
from analyzer.ui.session import end_page, guarded, may, page, workspace

st.title("Themes")
current, state = workspace(), page()
sees_comments, edits_themes = may(Permission.COMMENTS), may(Permission.THEMES)
if not current.feedback.matching():
    st.info("There are no comments yet. Go to “Add data” to import a file.", icon=":material/upload_file:")
    end_page()

with guarded():
    where = filter_form("themes") if sees_comments else ""  # without comments: figures of all comments only
    listed = current.themes.list(where)
    if listed.stale:
        st.warning(
            "Comments came, went or were embedded by another model since these themes were built.",
            icon=":material/history:",
        )
    if edits_themes:
        theme_parts.find_form(is_built=bool(listed.built))
    elif not listed.built:
        st.info("There are no themes yet. Ask a steward to find them.", icon=":material/category:")
    if not listed.built:
        end_page()
    if state.edit:
        verb = "Undone" if state.edit.is_undone else "Done"
        moved = f" {state.edit.effect:,} comments moved." if state.edit.effect else ""
        st.success(unmarked(f"{verb}: {state.edit.told}.{moved}"), icon=":material/edit:")
        theme_parts.before_and_after(state.changed)
    theme_parts.accounted(listed)
    if sees_comments:
        theme_parts.scorecard_panel()
    groups = {theme.id: theme.label for theme in listed.themes if theme.id.startswith("G")}
    leaves = [theme for theme in listed.themes if theme.id not in groups]
    shown = leaves if st.checkbox("Show excluded themes") else [theme for theme in leaves if not theme.is_excluded]
    choices = {"": theme_parts.NONE} | {theme.id: theme.label for theme in leaves}
    more = ["By segment", "Drivers of a rating"] if sees_comments else []
    table, over_time, *details, edits = st.tabs(["Table and map", "Over time", *more, "Edits"])

    with table:
        left, right = st.columns([3, 2])
        with left:
            picked = theme_parts.theme_table(shown, groups)
        with right:
            picked = theme_map(shown, picked) or picked
        if picked and edits_themes:
            with st.expander("Edit this theme", icon=":material/edit:"):
                theme_parts.edit_form(next(one for one in listed.themes if one.id == picked), choices, groups)
        if picked and sees_comments:
            theme_parts.detail(picked, where, choices)
        elif not sees_comments:
            st.caption("Small groups are withheld. A grey theme has mixed sentiment, or its sentiment is withheld.")
        else:
            st.caption("Select a theme in the table or on the map to see its opinions and to edit it.")

    with over_time, guarded():
        trend_parts.over_time(where, picked)
    for tab, draw in zip(
        details,
        (partial(trend_parts.by_segment, where, picked), partial(trend_parts.against_rating, where)),
        strict=False,
    ):
        with tab, guarded():
            draw()
    with edits:
        theme_parts.edit_log(may_undo=edits_themes)

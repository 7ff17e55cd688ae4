"""Themes: build them, show them with their opinions, over time, by segment and as drivers of a rating; edit them."""

from functools import partial

import streamlit as st

from analyzer.index.filter_parts import both
from analyzer.security.permissions import Permission
from analyzer.ui.parts import theme_parts, trend_parts
from analyzer.ui.parts.comments_behind import open_comments
from analyzer.ui.parts.filter_bar import filter_bar
from analyzer.ui.parts.theme_charts import theme_map
from analyzer.ui.session import end_page, guarded, may, workspace

st.title("Themes")
current = workspace()
sees_comments, edits_themes = may(Permission.COMMENTS), may(Permission.THEMES)
if not current.feedback.matching():
    st.info("There are no comments yet. Go to “Add data” to import a file.", icon=":material/upload_file:")
    end_page()

with guarded():
    where = filter_bar("themes") if sees_comments else ""  # without comments: figures of all comments only
    listed = current.themes.list(where)
    if listed.stale:
        st.warning(
            "Comments came, went or were embedded by another model since these themes were built.",
            icon=":material/history:",
        )
    if edits_themes and not listed.built:
        theme_parts.find_form(is_built=False)
    elif not listed.built:
        st.info("There are no themes yet. Ask a steward to find them.", icon=":material/category:")
    if not listed.built:
        end_page()
    theme_parts.last_edit(may_undo=edits_themes)
    theme_parts.accounted(listed)
    groups = {theme.id: theme.label for theme in listed.themes if theme.id.startswith("G")}
    leaves = [theme for theme in listed.themes if theme.id not in groups]
    shown = leaves if st.checkbox("Show excluded themes") else [theme for theme in leaves if not theme.is_excluded]
    choices = {"": theme_parts.NONE} | {theme.id: theme.label for theme in leaves}
    more = ["By segment", "Drivers of a rating"] if sees_comments else []
    one_by_one, on_map, over_time, *others = st.tabs(
        ["Themes", "Map", "Over time", *more, "Edits", *(["Build and quality"] if sees_comments else [])]
    )

    with one_by_one:
        left, right = st.columns([5, 6], gap="medium")
        with left:
            picked = theme_parts.theme_table(shown, groups) or (shown[0].id if shown else "")
        with right, guarded():
            if not sees_comments:
                st.caption("Small groups are withheld. A grey theme has mixed sentiment, or its sentiment is withheld.")
            elif picked:
                theme_parts.detail(picked, where)
                trend_parts.of_one(picked, where)
                if edits_themes:
                    with st.expander("Edit this theme", icon=":material/edit:"):
                        theme_parts.edit_form(next(one for one in listed.themes if one.id == picked), choices, groups)
                theme_parts.quotes(picked, where, choices)
    with on_map, guarded():
        if (clicked := theme_map(shown, picked)) and sees_comments:
            open_comments(both(where, trend_parts.of_theme(clicked)))

    with over_time, guarded():
        trend_parts.over_time(where, picked)
    draws = [partial(trend_parts.by_segment, where, picked), partial(trend_parts.against_rating, where)]
    draws = [*(draws if sees_comments else []), partial(theme_parts.edit_log, may_undo=edits_themes)]
    draws += [partial(theme_parts.build_and_quality, may_build=edits_themes)] if sees_comments else []
    for tab, draw in zip(others, draws, strict=True):
        with tab, guarded():
            draw()

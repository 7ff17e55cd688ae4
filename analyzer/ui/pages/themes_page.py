"""Themes: find, read and edit them; over time, by segment, as drivers of a rating; the codebook."""

from functools import partial

import streamlit as st

from analyzer.security.permissions import Permission
from analyzer.ui.parts import theme_parts, trend_parts
from analyzer.ui.parts.codebook_parts import show_codebook
from analyzer.ui.parts.filter_bar import filter_bar
from analyzer.ui.session import PagePart, end_page, guarded, may, page, parts_for, workspace

P = Permission

st.title("Themes")
current = workspace()
if not current.feedback.matching():
    st.info("There are no comments yet. Go to “Add data” to import a file.", icon=":material/upload_file:")
    end_page()

with guarded():
    where = filter_bar("themes") if may(P.COMMENTS) else ""  # without comments: figures of all comments only
    listed = current.themes.list(where)
    codebook = PagePart("Codebook", P.FIGURES, partial(show_codebook, where))
    if not listed.built:
        parts_for(PagePart("Themes", P.FIGURES, theme_parts.no_themes), codebook)
        end_page()
    may_edit = may(P.THEMES)
    theme_parts.last_edit(may_undo=may_edit)
    picked = theme_parts.picked_theme(listed)
    parts_for(
        PagePart("Themes", P.FIGURES, partial(theme_parts.themes_and_detail, listed, where)),
        PagePart("Map", P.FIGURES, partial(theme_parts.map_of_themes, listed, where)),
        PagePart("Over time", P.FIGURES, partial(trend_parts.over_time, where, page().theme)),
        PagePart("By segment", P.COMMENTS, partial(trend_parts.by_segment, where, picked)),
        PagePart("Drivers of a rating", P.COMMENTS, partial(trend_parts.against_rating, where)),
        codebook,
        PagePart("Edits", P.FIGURES, partial(theme_parts.edit_log, may_undo=may_edit)),
        PagePart("Build and quality", P.COMMENTS, partial(theme_parts.build_and_quality, listed, may_build=may_edit)),
    )

"""Themes: find, read and edit them; over time, by segment, as drivers of a rating; the codebook."""

from functools import partial

import streamlit as st

from analyzer.messages.text import N_, _
from analyzer.security.permissions import Permission
from analyzer.ui.parts import theme_parts, trend_parts
from analyzer.ui.parts.codebook_parts import show_codebook
from analyzer.ui.parts.filter_bar import filter_bar
from analyzer.ui.session import PagePart, end_page, guarded, may, page, parts_for, workspace

P = Permission

st.title(_("Themes"))
current = workspace()
if not current.feedback.matching():
    st.info(_("There are no comments yet. Go to “Add data” to import a file."), icon=":material/upload_file:")
    end_page()

with guarded():
    where = filter_bar("themes") if may(P.COMMENTS) else ""  # without comments: figures of all comments only
    listed = current.themes.list(where)
    codebook = PagePart(N_("Codebook"), P.FIGURES, partial(show_codebook, where))
    if not listed.built:
        parts_for(PagePart(N_("Themes"), P.FIGURES, theme_parts.no_themes), codebook)
        end_page()
    may_edit = may(P.THEMES)
    theme_parts.last_edit(may_undo=may_edit)
    picked = theme_parts.picked_theme(listed)
    parts_for(
        PagePart(N_("Themes"), P.FIGURES, partial(theme_parts.themes_and_detail, listed, where)),
        PagePart(N_("Map"), P.FIGURES, partial(theme_parts.map_of_themes, listed, where)),
        PagePart(N_("Over time"), P.FIGURES, partial(trend_parts.over_time, where, page().theme)),
        PagePart(N_("By segment"), P.COMMENTS, partial(trend_parts.by_segment, where, picked)),
        PagePart(N_("Drivers of a rating"), P.COMMENTS, partial(trend_parts.against_rating, where)),
        codebook,
        PagePart(N_("Edits"), P.FIGURES, partial(theme_parts.edit_log, may_undo=may_edit)),
        PagePart(
            N_("Build and quality"), P.COMMENTS, partial(theme_parts.build_and_quality, listed, may_build=may_edit)
        ),
    )

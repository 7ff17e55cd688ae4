"""The filter of all pages: its conditions as chips above the page, its widgets, and the text form of it.

The filter is kept between pages and stands in the address, so that an address opens the page as it was seen.
"""

from collections.abc import Sequence

import streamlit as st

from analyzer.errors import AnalyzerError
from analyzer.index.filter_parts import join_parts, split_parts, with_values
from analyzer.index.filter_words import THEME, filter_in_words
from analyzer.index.types import UnknownValue
from analyzer.messages.text import _, ngettext
from analyzer.security.permissions import Permission
from analyzer.themes.types import Theme
from analyzer.types import Column
from analyzer.ui.markup import unmarked
from analyzer.ui.parts.filter_widgets import draw_widgets
from analyzer.ui.parts.saved_views import view_menu
from analyzer.ui.session import FilterState, change_page_filter, may, page, workspace

IN_ADDRESS = "filter"
LONGEST_ADDRESS = 2_000
"""Longest filter that is written into the address, in characters."""
LONGEST_CHIP = 60


def filter_bar(place: str) -> str:
    """Draw the filter with what it selects; return it. It is always valid.

    Args:
        place: name of the page: widgets of one key on two pages would share what was chosen on the first.
    """
    state, feedback = page().filter, workspace().feedback
    _read_address(state)
    columns = feedback.columns()
    themes = _themes(state)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="filter-bar"):
        title = _("Close the filter") if state.is_open else _("Filter")
        if st.button(title, icon=":material/filter_alt:", key="filter-open"):
            state.is_open = not state.is_open
            st.rerun()
        _draw_chips(state, columns, {theme.id: theme.label for theme in themes})
        matching, whole = _matching(state), feedback.matching()
        st.caption(
            ngettext(
                "{matching:,} of {whole:,} comment",
                "{matching:,} of {whole:,} comments",
                whole,
                matching=matching,
                whole=whole,
            )
            if state.where
            else ngettext("All {whole:,} comment", "All {whole:,} comments", whole, whole=whole)
        )
        view_menu(state.where, place)
    if state.problem and not state.is_open:
        st.warning(unmarked(state.problem), icon=":material/error:")
    if state.is_open:
        _draw_panel(state, columns, themes, place)
    if not matching and state.where and may(Permission.COMMENTS):
        for unknown in feedback.unknown_values(state.where):
            _draw_nearest(unknown, state)
    _write_address(state)
    return state.where


def change_filter(where: str, *, by_widget: bool = False) -> None:
    """Check a filter and draw the page again with it, or as it was, with the reason why it cannot be used.

    Args:
        where: the filter that is wanted.
        by_widget: whether the widgets show it already.
    """
    state = page().filter
    try:
        workspace().feedback.matching(where)
    except AnalyzerError as error:
        state.problem, state.rejected = str(error), where
        state.round += by_widget
    else:
        change_page_filter(where, by_widget=by_widget)
    st.rerun()


def _matching(state: FilterState) -> int:
    """Return the number of comments that match; a filter that can be used no longer is removed."""
    try:
        return workspace().feedback.matching(state.where)
    except AnalyzerError as error:
        change_page_filter("")
        state.problem = str(error)
        st.rerun()


def _draw_chips(state: FilterState, columns: tuple[Column, ...], themes: dict[str, str]) -> None:
    """Draw a button for each condition, which removes it, and one that removes all."""
    parts = split_parts(state.where)
    for number, part in enumerate(parts):
        words = filter_in_words(part.text, columns, themes)
        short = words if len(words) <= LONGEST_CHIP else words[: LONGEST_CHIP - 1] + "…"
        others = join_parts((*parts[:number], *parts[number + 1 :]))
        if st.button(
            unmarked(short),
            icon=":material/close:",
            key=f"chip-{number}-{state.round}",
            help=_("Remove this condition"),
        ):
            change_filter(others)
    if len(parts) > 1 and st.button(_("Clear all"), type="tertiary", key="filter-clear"):
        change_filter("")


def _draw_panel(state: FilterState, columns: tuple[Column, ...], themes: Sequence[Theme], place: str) -> None:
    with st.container(border=True):
        wanted = draw_widgets(state.where, columns, themes, f"{place}-{state.round}")
        names = ", ".join(column.name for column in columns)
        typed = st.text_input(
            _("The filter as text"), state.where, key=f"filter-text-{place}-{state.where}",
            placeholder="rating<=2 and channel in (email, app) and date>=2024-06-01",
            help=unmarked(_("Columns: {names}", names=names)),
        )  # fmt: skip
        if state.problem:
            st.warning(unmarked(state.problem), icon=":material/error:")
    if wanted != state.where:
        change_filter(wanted, by_widget=True)
    if typed.strip() not in (state.where, state.rejected):
        change_filter(typed.strip())


def _draw_nearest(unknown: UnknownValue, state: FilterState) -> None:
    """Say that a value does not exist, with a button for each of the nearest ones."""
    said = _("Did you mean") if unknown.is_near else _("Its most frequent values are")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.text(
            _("No response has “{value}” in {column}. {said}:", value=unknown.value, column=unknown.column, said=said)
        )
        for value in unknown.nearest:
            if st.button(unmarked(value), key=f"nearest-{unknown.column}-{unknown.value}-{value}"):
                change_filter(_replaced(state.where, unknown, value))


def _replaced(where: str, unknown: UnknownValue, value: str) -> str:
    part = next(one for one in split_parts(where) if one.column == unknown.column and unknown.value in one.values)
    values = dict.fromkeys(value if one == unknown.value else one for one in part.values)
    return with_values(where, unknown.column, tuple(values))


def _themes(state: FilterState) -> Sequence[Theme]:
    """Return the themes if something shows them: the open widgets, or a chip."""
    is_needed = state.is_open or any(part.column.casefold() == THEME for part in split_parts(state.where))
    if not is_needed or not may(Permission.COMMENTS):
        return ()
    return workspace().themes.list().themes


def _read_address(state: FilterState) -> None:
    """Take over the filter of an address that was opened, not written by this program."""
    given = st.query_params.get(IN_ADDRESS, "")
    if given in ("", state.address) or given == state.rejected:
        return
    state.address = given
    change_filter(given)


def _write_address(state: FilterState) -> None:
    """Write the filter into the address."""
    state.address = state.where if len(state.where) <= LONGEST_ADDRESS else ""
    if state.address:
        st.query_params[IN_ADDRESS] = state.address
    elif IN_ADDRESS in st.query_params:
        del st.query_params[IN_ADDRESS]

"""Filter the comments: menus for categories, ratings and dates, or a filter typed as on the command line."""

from datetime import date
from typing import Any

import streamlit as st

from analyzer.index.filter_words import filter_in_words
from analyzer.index.filters import of_comments
from analyzer.types import CHOICES, Column, ColumnRole, Kind
from analyzer.ui.markup import unmarked
from analyzer.ui.parts.record_parts import plain
from analyzer.ui.session import page, workspace

MOST_MENUS = 6
MOST_CHOICES = 30
MOST_RATINGS = 200
"""Up to this many different ratings a slider is drawn; for more, the filter is typed."""
OLDEST = date(1990, 1, 1)


def filter_form(key: str) -> str:
    """Draw the filter controls; return the filter that they make."""
    feedback = workspace().feedback
    columns = feedback.columns()
    menus = [column for column in columns if column.kind in CHOICES][:MOST_MENUS]
    conditions: list[str] = []
    with st.expander("Filters", icon=":material/filter_alt:"):
        cells = st.columns(3)
        for number, column in enumerate(menus):
            with cells[number % 3]:
                conditions += _choice(column, key)
        conditions += _rating_and_date(columns, key)
        typed = st.text_input(
            "Or type a filter",
            key=f"{key}-where",
            placeholder="rating<=2 and channel in (email, app) and date>=2024-06-01",
            help=unmarked("Columns: " + ", ".join(column.name for column in columns)),
        )
        if typed.strip():
            conditions.append(f"({typed})")
        where = " and ".join(conditions)
        matching = feedback.matching(where)
        plain(f"{matching:,} comments" + (f": {filter_in_words(where, columns)}" if where else ""), "fa-fields")
    return where


def explored_filter() -> str:
    """Draw the comments that Explore is limited to, with a button to lift that; return their filter, empty for all."""
    explored = page().explored
    if explored is None:
        return ""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        title = explored.title.strip("“”")
        of_point = f"{len(explored.ids):,} comments of the point “{title}”"
        st.badge(unmarked(title if explored.where else of_point), icon=":material/filter_alt:")
        if st.button("Show all comments", key="explored-all", icon=":material/close:"):
            page().explored = None
            st.rerun()
    return explored.where or of_comments(explored.ids)


def both(one: str, other: str) -> str:
    """Return the filter that two filters make together; either may be empty."""
    return f"({one}) and ({other})" if one and other else one or other


def _choice(column: Column, key: str) -> list[str]:
    values = [
        str(value) for value, _ in workspace().feedback.tally(column.name, most=MOST_CHOICES) if value is not None
    ]
    if not values:
        return []
    chosen = st.multiselect(unmarked(column.label), values, key=f"{key}-{column.name}")
    if not chosen:
        return []
    listed = ", ".join('"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' for value in chosen)
    return [f"{column.name} in ({listed})"]


def _rating_and_date(columns: tuple[Column, ...], key: str) -> list[str]:
    by_role = {(column.role, column.kind): column.name for column in columns if column.role}
    conditions: list[str] = []
    left, right = st.columns(2)
    if rating := by_role.get((ColumnRole.RATING, Kind.NUMBER)):
        tallied = workspace().feedback.tally(rating, most=MOST_RATINGS)
        values = sorted(v for v, _ in tallied if isinstance(v, int | float)) if len(tallied) < MOST_RATINGS else []
        if len(values) > 1:
            low, high = left.select_slider("Rating", values, (values[0], values[-1]), key=f"{key}-rating")
            conditions += [f"{rating}>={low!r}"] if low != values[0] else []
            conditions += [f"{rating}<={high!r}"] if high != values[-1] else []
    if day := by_role.get((ColumnRole.DATE, Kind.DATE)) or by_role.get((ColumnRole.DATE, Kind.PERIOD)):
        span: Any = right.date_input("Dates", value=[], min_value=OLDEST, key=f"{key}-date")
        if isinstance(span, tuple) and len(span) == 2:
            conditions += [f"{day}>={span[0].isoformat()}", f"{day}<={span[1].isoformat()}"]
    return conditions

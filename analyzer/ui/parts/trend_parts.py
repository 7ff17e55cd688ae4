"""Draw themes over time, by segment, and as drivers of a rating."""

import streamlit as st

from analyzer.security.permissions import Permission
from analyzer.themes.trends.trend_words import trend_sentences, untested_sentence
from analyzer.types import CHOICES, DATED, RANKED, Column, ColumnRole, Kind
from analyzer.ui.markup import unmarked
from analyzer.ui.parts.theme_charts import driver_chart, segment_chart, trend_chart
from analyzer.ui.session import may, workspace

MOST_SERIES = 5


def over_time(where: str, picked: str) -> None:
    """Draw the shares of the chosen themes by period; a changed theme is chosen first."""
    current = workspace()
    columns = current.feedback.columns()
    if not any(column.role is ColumnRole.DATE and column.kind in DATED for column in columns):
        st.caption("These comments have no dates.")
        return
    by, segment = "month", None
    if may(Permission.COMMENTS):  # without comments: figures by month only
        by = st.radio("By", ["month", "week"], horizontal=True)
        segment = st.selectbox("Adjust for", [None, *_of_kind(CHOICES)], format_func=_label)
    trends = current.trends.over_time(by, "", where, segment.name if segment else "")
    labels = {one.theme: one.label + (" (changed)" if one.changes else "") for one in trends.series}
    changed = [one.theme for one in trends.series if one.changes]
    first = [one for one in (picked, *changed, *labels) if one in labels][:1]
    chosen = st.multiselect(
        "Themes", list(labels), first, max_selections=MOST_SERIES, key=f"series-{picked}",
        format_func=lambda one: labels[one],
    )  # fmt: skip
    shown = [one for one in trends.series if one.theme in chosen]
    trend_chart(trends, shown)
    for one in shown:
        st.markdown(f"**{unmarked(one.label)}** {unmarked(' '.join(trend_sentences(trends, one)))}")
    notes = [untested_sentence(trends), *(f"{note}." for note in trends.notes)]
    st.caption(unmarked(" ".join(note for note in notes if note)))
    with st.expander("Method"):
        st.text(trends.method)


def by_segment(where: str, picked: str) -> None:
    """Draw the share of one theme by the values of a column."""
    columns = _of_kind(CHOICES)
    if not columns:
        st.caption("These comments have no column of categories.")
        return
    column = st.selectbox("By the values of", columns, format_func=_label)
    found = workspace().themes.segments(column.name, where)
    labels = {one.theme: one.label for one in found.themes}
    ids = list(labels)
    at = ids.index(picked) if picked in labels else 0
    theme = st.selectbox("Theme", ids, at, key=f"segment-{picked}", format_func=labels.__getitem__)
    segment_chart(found, theme)
    st.caption(unmarked(" · ".join(["Share of the segment's comments, with a 95 % interval (Wilson)", *found.notes])))


def against_rating(where: str) -> None:
    """Draw how much a rating differs between comments with and without each theme."""
    numbers = _of_kind(RANKED)
    if not numbers:
        st.caption("These comments have no ratings.")
        return
    outcome = st.selectbox("Rating", numbers, index=None, placeholder="choose a column", format_func=_label)
    if outcome is None:
        return
    segment = st.selectbox("Adjust for", [None, *_of_kind(CHOICES)], format_func=_label)
    found = workspace().trends.drivers(outcome.name, where, segment.name if segment else "")
    driver_chart(found.drivers, found.outcome)
    st.caption(unmarked(found.method))


def _of_kind(kinds: frozenset[Kind]) -> list[Column]:
    return [column for column in workspace().feedback.columns() if column.kind in kinds]


def _label(column: Column | None) -> str:
    return column.label if column else "none"

"""Charts of tables and counts: bars for groups, a line for periods, whiskers for the intervals of estimates."""

from typing import Any

import altair
import pandas as pd
import streamlit as st

from analyzer.counting.types import Count, Table
from analyzer.ui.parts.clickable import COLOR

PERIODS = ("day", "week", "month", "quarter", "year")
MOST_BARS = 40


def table_chart(table: Table) -> None:
    """Draw a table as a chart; a table of fewer than two rows has none."""
    if len(table.rows) < 2:
        return
    is_share = table.unit == "share"
    rows = [
        {"group": row.label, "value": row.value, "of": row.of, "low": row.low, "high": row.high}
        for row in table.rows[:MOST_BARS]
    ]
    data = pd.DataFrame(rows)
    axis = altair.Axis(format=".1%" if is_share else ",")
    is_trend = table.by in PERIODS
    group: Any = altair.X("group:N", sort=None, title=table.by)
    value: Any = altair.Y("value:Q", title=table.title, axis=axis)
    if not is_trend:
        group = altair.Y("group:N", sort=None, title=table.by, axis=altair.Axis(labelLimit=320))
        value = altair.X("value:Q", title=table.title, axis=axis)
    tips: Any = ["group:N", altair.Tooltip("value:Q", format=".2%" if is_share else ",.4~f"), "of:Q"]
    places = {"x": group, "y": value} if is_trend else {"x": value, "y": group}
    base = altair.Chart(data).encode(tooltip=tips, **places)
    chart: Any = base.mark_line(color=COLOR, point=True) if is_trend else base.mark_bar(color=COLOR)
    if "PPI" in table.method:
        ends = {"x": group, "y": "low:Q", "y2": "high:Q"} if is_trend else {"y": group, "x": "low:Q", "x2": "high:Q"}
        chart = chart + altair.Chart(data).mark_rule(color="#444").encode(**ends)
    st.altair_chart(chart)


def interval_chart(count: Count, before: tuple[Count, ...] = ()) -> None:
    """Draw the interval of a count, and the intervals it had with fewer labels."""
    rows = [
        {"labels": one.labelled, "estimate": one.estimate, "low": one.low, "high": one.high} for one in (*before, count)
    ]
    data = pd.DataFrame(rows)
    x = altair.X("labels:O", title="labels")
    y = altair.Y("low:Q", axis=altair.Axis(format=".0%"), title="share")
    rule = altair.Chart(data).mark_rule(color="#777", strokeWidth=3).encode(x=x, y=y, y2="high:Q")
    point = altair.Chart(data).mark_point(color=COLOR, filled=True, size=80).encode(x=x, y="estimate:Q")
    st.altair_chart((rule + point).properties(height=220))

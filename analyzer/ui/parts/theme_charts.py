"""Charts of themes: a map, shares over time, shares by segment, drivers of a rating."""

from collections.abc import Sequence
from typing import Any

import altair
import pandas as pd
import streamlit as st

from analyzer.themes.trends.shares import LEAST_COMMENTS
from analyzer.themes.trends.types import Driver, Segments, Trends, TrendSeries
from analyzer.themes.types import Theme
from analyzer.ui.markup import unmarked
from analyzer.ui.parts.charts import COLOR

MOST_DRIVERS = 20
SCALE = altair.Scale(domain=[-1, 0, 1], range=["#b2182b", "#bbbbbb", "#2166ac"])


def theme_map(themes: Sequence[Theme], picked: str) -> str:
    """Draw a map on which themes of similar meaning are near each other; return the id of the clicked theme or ""."""
    rows = [
        {"id": t.id, "label": t.label, "x": t.place[0], "y": t.place[1], "comments": t.size,
         "sentiment": round(t.sentiment.balance, 3), "picked": t.id == picked}
        for t in themes
    ]  # fmt: skip
    hidden = altair.Axis(labels=False, ticks=False, title=None, grid=False, domain=False)
    click = altair.selection_point(name="click", fields=["id"])
    tips: Any = ["id:N", "label:N", "comments:Q", "sentiment:Q"]
    chart = (
        altair.Chart(pd.DataFrame(rows))
        .mark_circle(opacity=0.8)
        .encode(
            x=altair.X("x:Q", axis=hidden), y=altair.Y("y:Q", axis=hidden),
            size=altair.Size("comments:Q", legend=None, scale=altair.Scale(range=[40, 1_200])),
            color=altair.Color("sentiment:Q", scale=SCALE, title="sentiment"), tooltip=tips,
            stroke=altair.condition("datum.picked", altair.value("#000"), altair.value("#fff")),
        )
        .add_params(click)
        .properties(height=420)
    )  # fmt: skip
    event: Any = st.altair_chart(chart, on_select="rerun", key="theme-map")
    clicked = event.get("selection", {}).get("click", []) if event else []
    return str(clicked[0]["id"]) if clicked else ""


def trend_chart(trends: Trends, series: Sequence[TrendSeries]) -> None:
    """Draw shares by period, with intervals from LEAST_COMMENTS comments on; significant changes are marked."""
    rows = []
    for one in series:
        changed = dict(one.changes)
        rows += [
            {"period": p, "theme": one.label, "share": s, "change": changed.get(p, ""), "comments": total}
            | ({"low": low, "high": high} if total >= LEAST_COMMENTS else {})
            for p, s, low, high, total in zip(trends.periods, one.shares, one.low, one.high, trends.totals, strict=True)
            if s is not None
        ]
    data = pd.DataFrame(rows, columns=["period", "theme", "share", "low", "high", "change", "comments"])
    x = altair.X("period:N", title=trends.by)
    percent = altair.Axis(format=".1%")
    base = altair.Chart(data).encode(x=x, color=altair.Color("theme:N", legend=altair.Legend(labelLimit=260)))
    band = base.mark_area(opacity=0.12).encode(y=altair.Y("low:Q", axis=percent, title="share"), y2="high:Q")
    tips: Any = ["period:N", "theme:N", altair.Tooltip("share:Q", format=".2%"), "comments:Q", "change:N"]
    line = base.mark_line(point=True).encode(y=altair.Y("share:Q", axis=percent), tooltip=tips)
    marks = base.transform_filter("datum.change != ''").mark_point(size=160, filled=False, strokeWidth=2.5)
    st.altair_chart((band + line + marks.encode(y="share:Q")).properties(height=340))


def segment_chart(found: Segments, theme: str) -> None:
    """Draw the share of one theme in each segment, with its interval."""
    one = next((one for one in found.themes if one.theme == theme), None)
    if one is None:
        return
    rows = [
        {"segment": f"{value or 'empty'} ({total:,})", "share": share, "low": low, "high": high}
        for value, total, share, low, high in zip(
            found.values, found.totals, one.shares, one.low, one.high, strict=True
        )
        if total >= LEAST_COMMENTS
    ]
    if not rows:
        st.caption("Too few comments in any segment.")
        return
    y = altair.Y("segment:N", sort=None, title=None, axis=altair.Axis(labelLimit=320))
    base = altair.Chart(pd.DataFrame(rows)).encode(y=y)
    bars = base.mark_bar(color=COLOR).encode(x=altair.X("share:Q", axis=altair.Axis(format=".0%"), title="share"))
    st.altair_chart(bars + base.mark_rule(color="#444").encode(x="low:Q", x2="high:Q"))


def driver_chart(drivers: Sequence[Driver], outcome: str) -> None:
    """Draw how much a rating differs between comments with and without each theme, with its interval."""
    rows = [
        {"theme": f"{one.label} ({one.comments:,})", "difference": one.difference, "low": one.low, "high": one.high,
         "driver": "statistically significant" if one.is_driver else "not significant"}
        for one in drivers if one.difference is not None
    ][:MOST_DRIVERS]  # fmt: skip
    if not rows:
        st.caption("Too few rated comments in any theme.")
        return
    y = altair.Y("theme:N", sort=None, title=None, axis=altair.Axis(labelLimit=320))
    title = unmarked(f"difference in {outcome}").replace("\\", "")
    base = altair.Chart(pd.DataFrame(rows)).encode(y=y)
    bars = base.mark_bar().encode(
        x=altair.X("difference:Q", title=title),
        color=altair.Color("driver:N", scale=altair.Scale(range=["#bbbbbb", COLOR]), title=None),
    )
    st.altair_chart(bars + base.mark_rule(color="#444").encode(x="low:Q", x2="high:Q"))

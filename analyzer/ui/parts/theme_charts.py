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
from analyzer.ui.parts.clickable import COLOR, clickable
from analyzer.ui.parts.overview_charts import month_ticks

MOST_DRIVERS = 20
MOST_LABELS = 14
"""Largest themes that are named on the map."""
SCALE = altair.Scale(domain=[-1, 0, 1], range=["#b2182b", "#bbbbbb", "#2166ac"])


def theme_map(themes: Sequence[Theme], picked: str) -> str:
    """Draw a map on which themes of similar meaning are near each other; return the id of the clicked theme or ""."""
    rows = [
        {"key": t.id, "id": t.id, "label": t.label, "x": t.place[0], "y": t.place[1], "comments": t.size,
         "sentiment": round(t.sentiment.balance, 3), "picked": t.id == picked}
        for t in themes
    ]  # fmt: skip
    hidden = altair.Axis(labels=False, ticks=False, title=None, grid=False, domain=False)
    tips: Any = ["id:N", "label:N", "comments:Q", "sentiment:Q"]
    base = altair.Chart(pd.DataFrame(rows)).encode(x=altair.X("x:Q", axis=hidden), y=altair.Y("y:Q", axis=hidden))
    bubbles = base.mark_circle(opacity=0.8, cursor="pointer").encode(
        size=altair.Size("comments:Q", legend=None, scale=altair.Scale(range=[40, 1_200])),
        color=altair.Color("sentiment:Q", scale=SCALE, title="sentiment"), tooltip=tips,
        stroke=altair.condition("datum.picked", altair.value("#000"), altair.value("#fff")),
    )  # fmt: skip
    labeled = {t.id for t in sorted(themes, key=lambda one: -one.size)[:MOST_LABELS]} | {picked}
    texts = base.transform_filter(altair.FieldOneOfPredicate("key", sorted(labeled)))
    labels = texts.mark_text(dy=-14, fontSize=11).encode(text="label:N")
    return clickable(altair.layer(labels, bubbles), "Themes: near each other if alike in meaning", "theme-map", 460)


def trend_chart(trends: Trends, series: Sequence[TrendSeries], key: str, height: int = 340) -> tuple[str, str]:
    """Draw shares by period, with intervals from LEAST_COMMENTS comments on; significant changes are marked.

    Return the theme and the period of the point that was clicked, both empty if none was.
    """
    rows = []
    for one in series:
        changed = dict(one.changes)
        rows += [
            {
                "key": f"{one.theme}|{p}",
                "period": p,
                "theme": one.label,
                "share": s,
                "change": changed.get(p, ""),
                "comments": total,
            }
            | ({"low": low, "high": high} if total >= LEAST_COMMENTS else {})
            for p, s, low, high, total in zip(trends.periods, one.shares, one.low, one.high, trends.totals, strict=True)
            if s is not None
        ]
    data = pd.DataFrame(rows, columns=["key", "period", "theme", "share", "low", "high", "change", "comments"])
    shown = month_ticks(trends.periods)
    x = altair.X("period:N", title=None, sort=list(trends.periods), axis=altair.Axis(values=shown, labelAngle=0))
    percent = altair.Axis(format=".1%")
    base = altair.Chart(data).encode(x=x, color=altair.Color("theme:N", legend=altair.Legend(labelLimit=260)))
    band = base.mark_area(opacity=0.12).encode(y=altair.Y("low:Q", axis=percent, title="share"), y2="high:Q")
    tips: Any = ["period:N", "theme:N", altair.Tooltip("share:Q", format=".2%"), "comments:Q", "change:N"]
    line = base.mark_line().encode(y=altair.Y("share:Q", axis=percent))
    points = base.mark_circle(size=70, opacity=1, cursor="pointer").encode(y="share:Q", tooltip=tips)
    marks = base.transform_filter("datum.change != ''").mark_point(size=160, filled=False, strokeWidth=2.5)
    chart = altair.layer(band, line, marks.encode(y="share:Q"), points)
    theme, _, period = clickable(chart, f"Share of the comments of each {trends.by}", key, height).partition("|")
    return theme, period


def segment_chart(found: Segments, theme: str) -> str:
    """Draw the share of one theme in each segment, with its interval; return the segment that was clicked, or ""."""
    one = next((one for one in found.themes if one.theme == theme), None)
    if one is None:
        return ""
    rows = [
        {"key": value, "segment": f"{value or 'empty'} ({total:,})", "share": share, "low": low, "high": high}
        for value, total, share, low, high in zip(
            found.values, found.totals, one.shares, one.low, one.high, strict=True
        )
        if total >= LEAST_COMMENTS
    ]
    if not rows:
        st.caption("Too few comments in any segment.")
        return ""
    y = altair.Y("segment:N", sort=None, title=None, axis=altair.Axis(labelLimit=320))
    base = altair.Chart(pd.DataFrame(rows)).encode(y=y)
    percent = altair.Axis(format=".0%", tickCount=6)
    whiskers = base.mark_rule(color="#444", strokeWidth=2).encode(x=altair.X("low:Q", axis=percent), x2="high:Q")
    bars = base.mark_bar(color=COLOR, opacity=0.75, cursor="pointer").encode(
        x=altair.X("share:Q", axis=percent, title="share of the segment's comments")
    )
    chart = altair.layer(whiskers, bars)
    return clickable(chart, f"{one.label}, by {found.column}", "theme-segment", 34 * len(rows) + 90)


def driver_chart(drivers: Sequence[Driver], outcome: str) -> str:
    """Draw how much a rating differs between comments with and without each theme, with its interval.

    Return the id of the theme that was clicked, or an empty text.
    """
    rows = [
        {"key": one.theme, "theme": f"{one.label} ({one.comments:,})", "difference": one.difference,
         "low": one.low, "high": one.high,
         "driver": "statistically significant" if one.is_driver else "not significant"}
        for one in drivers if one.difference is not None
    ][:MOST_DRIVERS]  # fmt: skip
    if not rows:
        st.caption("Too few rated comments in any theme.")
        return ""
    y = altair.Y("theme:N", sort=None, title=None, axis=altair.Axis(labelLimit=320))
    title = unmarked(f"difference in {outcome}").replace("\\", "")
    base = altair.Chart(pd.DataFrame(rows)).encode(y=y)
    whiskers = base.mark_rule(color="#444", strokeWidth=2).encode(x="low:Q", x2="high:Q")
    bars = base.mark_bar(opacity=0.75, cursor="pointer").encode(
        x=altair.X("difference:Q", title=title),
        color=altair.Color("driver:N", scale=altair.Scale(range=["#bbbbbb", COLOR]), title=None),
    )
    chart = altair.layer(whiskers, bars)
    return clickable(
        chart, f"Difference in {outcome} with and without the theme", "theme-drivers", 30 * len(rows) + 110
    )

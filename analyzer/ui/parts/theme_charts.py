"""Charts of themes: a map, shares over time, shares by segment, drivers of a rating."""

from collections.abc import Sequence
from typing import Any

import altair
import pandas as pd
import streamlit as st

from analyzer.index.dates_in_words import period_in_words
from analyzer.messages.text import _
from analyzer.themes.trends.shares import LEAST_COMMENTS
from analyzer.themes.trends.types import Driver, Segments, Trends, TrendSeries
from analyzer.themes.types import Theme
from analyzer.ui.markup import unmarked
from analyzer.ui.parts.charts import (
    INTERVAL,
    NEGATIVE,
    NEUTRAL,
    POSITIVE,
    SERIES,
    amount_axis,
    few_ticks,
    period_axis,
)
from analyzer.ui.parts.clickable import COLOR, clickable
from analyzer.ui.value_names import value_name

MOST_DRIVERS = 20
MOST_LABELS = 14
"""Largest themes that are named on the map."""
SCALE = altair.Scale(domain=[-1, 0, 1], range=[NEGATIVE, NEUTRAL, POSITIVE])


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
        color=altair.Color("sentiment:Q", scale=SCALE, title=_("sentiment")), tooltip=tips,
        stroke=altair.condition("datum.picked", altair.value("#000"), altair.value("#fff")),
    )  # fmt: skip
    labeled = {t.id for t in sorted(themes, key=lambda one: -one.size)[:MOST_LABELS]} | {picked}
    texts = base.transform_filter(altair.FieldOneOfPredicate("key", sorted(labeled)))
    labels = texts.mark_text(dy=-14, fontSize=11).encode(text="label:N")
    return clickable(altair.layer(labels, bubbles), _("Themes: near each other if alike in meaning"), "theme-map", 460)


def trend_chart(trends: Trends, series: Sequence[TrendSeries], key: str, height: int = 340) -> tuple[str, str]:
    """Draw shares by period, with intervals from LEAST_COMMENTS comments on; significant changes are marked.

    A period without comments is a gap of the line. A table of the same figures is below. Return the theme and the
    period of the point that was clicked, both empty if none was.
    """
    rows = []
    for one in series:
        changed = dict(one.changes)
        rows += [
            {"key": f"{one.theme}|{p}", "period": period_in_words(p), "theme": one.label, "share": s,
             "change": value_name(changed.get(p, "")), "of theme": n, "comments": total,
             "low": low if total >= LEAST_COMMENTS else None, "high": high if total >= LEAST_COMMENTS else None}
            for p, s, low, high, n, total in zip(
                trends.periods, one.shares, one.low, one.high, one.counts, trends.totals, strict=True
            )
        ]  # fmt: skip
    columns = ["key", "period", "theme", "share", "low", "high", "change", "of theme", "comments"]
    data = pd.DataFrame(rows, columns=columns)
    x = period_axis([period_in_words(period) for period in trends.periods], "period")
    tops = [row["high"] or row["share"] or 0.0 for row in rows]
    percent = amount_axis(max(tops, default=0.0), is_share=True)
    labels = [one.label for one in series]
    legend = altair.Legend(orient="bottom", labelLimit=320, title=None, columns=1) if len(labels) > 1 else None
    color = altair.Color("theme:N", scale=altair.Scale(domain=labels, range=list(SERIES[: len(labels)])), legend=legend)
    base = altair.Chart(data).encode(x=x, color=color)
    y = altair.Y("share:Q", axis=percent, title=None)
    band = base.mark_area(opacity=0.22, aria=False).encode(y=altair.Y("low:Q", axis=percent), y2="high:Q")
    counts = [altair.Tooltip(f"{name}:Q", format=",.0f") for name in ("of theme", "comments")]
    tips: Any = ["period:N", "theme:N", altair.Tooltip("share:Q", format=".1%"), *counts, "change:N"]
    line = base.mark_line(invalid="break-paths-show-domains").encode(y=y)
    points = base.transform_filter("isValid(datum.share)").mark_circle(size=70, opacity=1, cursor="pointer", aria=False)
    layers: list[Any] = [band, line]
    if any(row["change"] for row in rows):
        marks = base.transform_filter("datum.change != ''").mark_point(size=160, filled=False, strokeWidth=2.5)
        layers.append(marks.encode(y="share:Q"))
    chart = altair.layer(*layers, points.encode(y=y, tooltip=tips))
    title = _("Share of the comments of each {by}", by=value_name(trends.by))
    theme, *period = clickable(chart, title, key, height).split("|")
    _table(data.drop(columns="key"), "percent", ("share", "low", "high"))
    return theme, "".join(period)


def _table(data: pd.DataFrame, form: str, columns: Sequence[str]) -> None:
    with st.expander(_("Table of these figures")):
        shown = {_(name): st.column_config.NumberColumn(format=form) for name in columns}
        st.dataframe(data.rename(columns=value_name), hide_index=True, column_config=shown)


def segment_chart(found: Segments, theme: str) -> str:
    """Draw the share of one theme in each segment, with its interval and a table; return the segment clicked, or ""."""
    one = next((one for one in found.themes if one.theme == theme), None)
    if one is None:
        return ""
    rows: list[dict[str, Any]] = [
        {
            "key": value,
            "segment": _("{value} ({total:,})", value=value or _("empty"), total=total),
            "share": share,
            "low": low,
            "high": high,
        }
        for value, total, share, low, high in zip(
            found.values, found.totals, one.shares, one.low, one.high, strict=True
        )
        if total >= LEAST_COMMENTS
    ]
    if not rows:
        st.caption(_("Too few comments in any segment."))
        return ""
    rows.sort(key=lambda row: -(row["share"] or 0.0))
    y = altair.Y("segment:N", sort=None, title=None, axis=altair.Axis(labelLimit=320, labelOverlap=False))
    axis = amount_axis(max(row["high"] or 0.0 for row in rows), is_share=True)
    base = altair.Chart(pd.DataFrame(rows)).encode(y=y)
    placed = base.encode(x=altair.X("share:Q", axis=axis, title=_("share of the comments of the segment")))
    rules = base.mark_rule(color=INTERVAL, strokeWidth=2).encode(x="low:Q", x2="high:Q")
    ends = base.encode(x="high:Q").mark_text(align="left", dx=5, color=INTERVAL, aria=False)
    text = ends.encode(text=altair.Text("share:Q", format=".1%"))
    chart = altair.layer(rules, text, placed.mark_bar(color=COLOR, opacity=0.75, cursor="pointer"))
    picked = clickable(
        chart, _("{label}, by {column}", label=one.label, column=found.column), "theme-segment", 30 * len(rows) + 90
    )
    _table(pd.DataFrame(rows).drop(columns="key"), "percent", ("share", "low", "high"))
    return picked


def driver_chart(drivers: Sequence[Driver], outcome: str) -> str:
    """Draw how much a rating differs between comments with and without each theme, with its interval and a table.

    Return the id of the theme that was clicked, or an empty text.
    """
    rows = [
        {
            "key": one.theme,
            "theme": _("{label} ({comments:,})", label=one.label, comments=one.comments),
            "difference": one.difference,
            "low": one.low,
            "high": one.high,
            "driver": _("statistically significant") if one.is_driver else _("not significant"),
        }
        for one in drivers
        if one.difference is not None
    ][:MOST_DRIVERS]
    if not rows:
        st.caption(_("Too few rated comments in any theme."))
        return ""
    y = altair.Y("theme:N", sort=None, title=None, axis=altair.Axis(labelLimit=320, labelOverlap=False))
    title = unmarked(_("difference in {outcome}, in units of its scale", outcome=outcome)).replace("\\", "")
    base = altair.Chart(pd.DataFrame(rows)).encode(y=y)
    domain = [_("statistically significant"), _("not significant")]
    placed = base.encode(x=altair.X("difference:Q", title=title, axis=few_ticks("+.1f")))
    bars = placed.mark_bar(opacity=0.75, cursor="pointer").encode(
        color=altair.Color(
            "driver:N", scale=altair.Scale(domain=domain, range=[COLOR, NEUTRAL]), title=None,
            legend=altair.Legend(orient="top"),
        ),
    )  # fmt: skip
    rules = base.mark_rule(color=INTERVAL, strokeWidth=2).encode(x="low:Q", x2="high:Q")
    drawn = altair.layer(rules, bars)
    height = 26 * len(rows) + 110
    picked = clickable(
        drawn, _("Difference in {outcome} with and without the theme", outcome=outcome), "theme-drivers", height
    )
    _table(pd.DataFrame(rows).drop(columns="key"), "%+.2f", ("difference", "low", "high"))
    return picked

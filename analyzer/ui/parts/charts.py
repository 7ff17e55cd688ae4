"""Charts of tables and counts, and what all charts share: colors, whole-number axes, few ticks, labeled bars."""

from collections.abc import Sequence
from typing import Any

import altair
import pandas as pd

from analyzer.counting.types import Count, Table
from analyzer.index.dates_in_words import period_in_words
from analyzer.messages.text import _
from analyzer.ui.parts.clickable import COLOR, MOST_TICKS, draw_chart, whole_ticks

NEGATIVE, NEUTRAL, POSITIVE = "#b2182b", "#bdbdbd", "#2166ac"
"""One color for one meaning, on every chart: COLOR for amounts, these for stances."""
INTERVAL = "#7a7a7a"
"""Color of intervals, which can be seen on a bar and beside it, on light and on dark."""
SERIES = ("#0f8585", "#c7641a", "#5b4aa2", "#8a6d00", "#9c2f6b")
"""Colors of themes on one chart, of which none is the color of a stance."""
PERIODS = ("day", "week", "month", "quarter", "year")
MOST_BARS = 40
BAR_HEIGHT = 26


def table_chart(table: Table) -> None:
    """Draw a table as a chart; a table of fewer than two rows has none."""
    if len(table.rows) < 2:
        return
    is_share, has_intervals = table.unit == "share", "PPI" in table.method
    shown = table.rows[:MOST_BARS]
    form = ".1%" if is_share else ",.0f" if all(_is_whole(row.value) for row in shown) else ",.2f"
    is_trend = table.by in PERIODS
    rows = [
        {"group": period_in_words(row.label) if is_trend else row.label, "value": row.value, "of": row.of,
         "low": row.low, "high": row.high}
        for row in shown
    ]  # fmt: skip
    data = pd.DataFrame(rows)
    values = [row.value for row in shown if row.value is not None]
    axis = amount_axis(max(values, default=0), is_share=is_share) if min(values, default=0) >= 0 else few_ticks(form)
    tips: Any = ["group:N", altair.Tooltip("value:Q", format=form), altair.Tooltip("of:Q", format=",.0f")]
    names = [str(row["group"]) for row in rows]
    if is_trend:
        group: Any = period_axis(names, "group")
        value: Any = altair.Y("value:Q", title=table.title, axis=axis)
        base = altair.Chart(data).encode(x=group, y=value, tooltip=tips)
        chart: Any = base.mark_line(color=COLOR, point=altair.OverlayMarkDef(color=COLOR))
        ends: Any = {"x": group, "y": "low:Q", "y2": "high:Q"}
    else:
        group = altair.Y("group:N", sort=None, title=None, axis=altair.Axis(labelLimit=320, labelOverlap=False))
        value = altair.X("value:Q", title=table.title, axis=axis)
        base = altair.Chart(data).encode(x=value, y=group, tooltip=tips)
        chart = base.mark_bar(color=COLOR)
        ends = {"y": group, "x": "low:Q", "x2": "high:Q"}
    if has_intervals:
        chart = chart + altair.Chart(data).mark_rule(color=INTERVAL, strokeWidth=2).encode(**ends)
    elif not is_trend:
        chart = chart + bar_labels(base, "value", form)
    height = 300 if is_trend else BAR_HEIGHT * len(rows) + 60
    draw_chart(chart.properties(height=height))


def interval_chart(count: Count, before: tuple[Count, ...] = ()) -> None:
    """Draw the interval of a count, and the intervals it had with fewer labels."""
    rows = [
        {"labels": one.labelled, "estimate": one.estimate, "low": one.low, "high": one.high} for one in (*before, count)
    ]
    data = pd.DataFrame(rows)
    x = altair.X("labels:O", title=_("comments checked"), axis=altair.Axis(labelAngle=0))
    most = max(row["high"] for row in rows)
    y = altair.Y("low:Q", axis=amount_axis(most, is_share=True), title=_("share of comments, 95 % interval"))
    rule = altair.Chart(data).mark_rule(color=INTERVAL, strokeWidth=3).encode(x=x, y=y, y2="high:Q")
    point = altair.Chart(data).mark_point(color=COLOR, filled=True, size=80).encode(x=x, y="estimate:Q")
    draw_chart((rule + point).properties(height=220))


def count_bars(values: Sequence[tuple[str, int]], unit: str) -> Any:
    """Return counts as horizontal bars in the given order, each with its number.

    Args:
        values: (label, count).
        unit: what is counted, as the title of the axis.
    """
    data = pd.DataFrame(values, columns=["label", "count"])
    most = max((count for _, count in values), default=0)
    y = altair.Y("label:N", sort=None, title=None, axis=altair.Axis(labelLimit=320, labelOverlap=False))
    x = altair.X("count:Q", title=unit, axis=amount_axis(most))
    base = altair.Chart(data).encode(x=x, y=y, tooltip=["label:N", altair.Tooltip("count:Q", format=",.0f")])
    bars = base.mark_bar(color=COLOR) + bar_labels(base, "count", ",.0f")
    return bars.properties(height=BAR_HEIGHT * len(values) + 60)


def bar_labels(base: altair.Chart, field: str, form: str) -> Any:
    """Return the value of each bar as text at its end."""
    text = altair.Text(f"{field}:Q", format=form)
    return base.mark_text(align="left", dx=4, color=INTERVAL, aria=False).encode(text=text)


def amount_axis(most: float, *, is_share: bool = False) -> altair.Axis:
    """Return an axis from 0 to `most` with few ticks: whole numbers, or whole percents of a share."""
    if not is_share:
        return altair.Axis(format=",.0f", values=whole_ticks(-(-int(most * 1000) // 1000)))
    percents = whole_ticks(max(1, -(-int(most * 100_000) // 1000)))
    return altair.Axis(format=".0%", values=[one / 100 for one in percents])


def few_ticks(form: str) -> altair.Axis:
    """Return an axis with few ticks of a format."""
    return altair.Axis(format=form, tickCount=MOST_TICKS - 2)


def period_axis(names: Sequence[str], field: str) -> altair.X:
    """Return an axis of periods in words, in order, of which at most MOST_TICKS are named."""
    axis = altair.Axis(values=month_ticks(names), labelAngle=0, labelFlush=False, title=None)
    return altair.X(f"{field}:N", sort=list(names), scale=altair.Scale(domain=list(names)), axis=axis)


def month_ticks(months: Sequence[str]) -> list[str]:
    """Return at most MOST_TICKS of these months in even steps, from the first."""
    step = -(-len(months) // MOST_TICKS)
    return list(months[:: step or 1])


def _is_whole(value: float | None) -> bool:
    return value is None or float(value).is_integer()

"""Charts of the overview: responses and rating by month, and the share and stance of the top themes."""

from collections.abc import Sequence
from typing import Any

import altair
import pandas as pd

from analyzer.index.dates_in_words import period_in_words
from analyzer.messages.number_formats import localized
from analyzer.messages.text import _
from analyzer.reports.overview.types import MonthFigures, TopTheme
from analyzer.ui.parts.charts import INTERVAL, NEGATIVE, NEUTRAL, POSITIVE, period_axis
from analyzer.ui.parts.clickable import COLOR, clickable, whole_ticks
from analyzer.ui.value_names import value_name

MOST_LABELED = 14
"""Up to this many bars each has its number; of more, the highest and the latest."""


def volume_chart(months: Sequence[MonthFigures]) -> str:
    """Draw the responses of each month as bars; return the month that was clicked, or ""."""
    most = max(one.responses for one in months)
    rows: list[dict[str, Any]] = [
        {"key": one.month, "month": period_in_words(one.month), "responses": one.responses, "comments": one.comments,
         "label": localized(one.responses, ",") if len(months) <= MOST_LABELED or one.responses == most else ""}
        for one in months
    ]  # fmt: skip
    rows[-1]["label"] = localized(months[-1].responses, ",")
    axis = altair.Axis(format=",.0f", values=whole_ticks(most), title=None)
    base = _base(rows).encode(y=altair.Y("responses:Q", axis=axis))
    labels = base.mark_text(dy=-7, color=INTERVAL, aria=False).encode(text="label:N")
    bars = base.mark_bar(color=COLOR, cursor="pointer").encode(tooltip=["month:N", "responses:Q", "comments:Q"])
    return clickable(altair.layer(labels, bars), _("Responses by month"), "overview-volume")


def rating_chart(months: Sequence[MonthFigures], title: str, is_nps: bool) -> str:
    """Draw the rating of each month with its 95 % interval, gaps as gaps; return the month clicked, or ""."""
    rows = [
        {"key": one.month, "month": period_in_words(one.month), "rating": one.rating, "low": one.low, "high": one.high,
         "rated": one.rated}
        for one in months
    ]  # fmt: skip
    form = "+.0f" if is_nps else ".2f"
    scale = altair.Scale(zero=False, nice=True)
    y = altair.Y("rating:Q", scale=scale, axis=altair.Axis(title=None, tickCount=5, format="d" if is_nps else ".1f"))
    tips = ["month:N", altair.Tooltip("rating:Q", format=form), altair.Tooltip("low:Q", format=form),
            altair.Tooltip("high:Q", format=form), "rated:Q"]  # fmt: skip
    base = _base(rows)
    whiskers = base.mark_rule(color=INTERVAL, strokeWidth=2).encode(y=altair.Y("low:Q", scale=scale), y2="high:Q")
    line = base.mark_line(color=COLOR, strokeWidth=2).encode(y=y)
    points = base.mark_circle(color=COLOR, size=55, cursor="pointer").encode(y=y, tooltip=tips)
    chart = altair.layer(whiskers, line, points)
    return clickable(chart, title, "overview-rating")


def theme_bars(themes: Sequence[TopTheme]) -> str:
    """Draw the opinions of each theme by stance; return the id of the theme that was clicked, or ""."""
    rows = []
    for place, one in enumerate(themes):
        whole = one.negative + one.neutral + one.positive
        parts = (("negative", one.negative), ("neutral", one.neutral), ("positive", one.positive))
        rows += [
            {
                "key": one.id,
                "theme": _("{label} ({comments:,})", label=one.label, comments=one.comments),
                "place": place,
                "stance": value_name(stance),
                "part": n / whole if whole else 0,
                "comments": one.comments,
                "opinions": n,
                "order": number,
            }
            for number, (stance, n) in enumerate(parts)
        ]
    y = altair.Y(
        "theme:N", sort=altair.SortField("place"), title=None, axis=altair.Axis(labelLimit=260, labelOverlap=False)
    )
    tips: Any = ["theme:N", "comments:Q", "stance:N", "opinions:Q"]
    colors = altair.Scale(
        domain=[value_name(one) for one in ("negative", "neutral", "positive")], range=[NEGATIVE, NEUTRAL, POSITIVE]
    )
    chart = (
        altair.Chart(pd.DataFrame(rows))
        .mark_bar(cursor="pointer")
        .encode(
            y=y,
            x=altair.X("part:Q", stack="zero", axis=altair.Axis(format=".0%", values=[0, 0.5, 1], title=None)),
            color=altair.Color("stance:N", scale=colors, title=None, legend=altair.Legend(orient="top", offset=2)),
            order="order:O",
            tooltip=tips,
        )
    )
    return clickable(chart, _("Share of statements by stance"), "overview-themes", 34 * len(themes) + 90)


def _base(rows: list[dict[str, Any]]) -> altair.Chart:
    names = [row["month"] for row in rows]
    return altair.Chart(pd.DataFrame(rows)).encode(x=period_axis(names, "month"))

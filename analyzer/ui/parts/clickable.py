"""Charts and tables whose marks, cells and rows open the comments behind them; DRILL_DOWNS lists all of them."""

from dataclasses import dataclass
from typing import Any

import altair
import pandas as pd
import streamlit as st
from altair.utils import schemapi

from analyzer.messages.current_language import SOURCE, current
from analyzer.messages.number_formats import symbols
from analyzer.ui.value_names import value_name

HEIGHT = 210
COLOR = "#0f8585"
"""Color of amounts: at least 4:1 against the light and the dark page."""
MOST_TICKS = 7


@dataclass(frozen=True, slots=True)
class DrillDown:
    """A chart or table whose parts open comments.

    Attributes:
        key: of the chart or table on the page.
        page: address of its page.
        tab: the tab on which it is; empty for the first.
        part: what is clicked: bar, point, bubble, cell, row or button.
    """

    key: str
    page: str
    tab: str = ""
    part: str = "bar"


DRILL_DOWNS = (
    DrillDown("overview-volume", "overview"),
    DrillDown("overview-rating", "overview", part="point"),
    DrillDown("overview-themes", "overview"),
    DrillDown("open-negative", "overview", part="button"),
    DrillDown("spread", "comments", "Count by a column"),
    DrillDown("theme-map", "themes", "Map", "bubble"),
    DrillDown("theme-trend", "themes", part="point"),
    DrillDown("trends", "themes", "Over time", "point"),
    DrillDown("theme-segment", "themes", "By segment"),
    DrillDown("segment-table", "themes", "By segment", "cell"),
    DrillDown("theme-drivers", "themes", "Drivers of a rating"),
    DrillDown("compare-themes", "compare", part="point"),
    DrillDown("compare-table", "compare", part="cell"),
    DrillDown("compare-figures", "compare", part="button"),
)
"""Every chart, table and figure that opens comments; the tests of the page in a browser try each of them."""


def clickable(chart: Any, title: str, key: str, height: int = HEIGHT) -> str:
    """Draw a chart of which the last layer has a field `key`; return the key of the mark clicked, or an empty text."""
    click = altair.selection_point(name="click", fields=["key"])
    target = chart.layer[-1] if isinstance(chart, altair.LayerChart) else chart
    with_click = target.add_params(click)
    if isinstance(chart, altair.LayerChart):
        chart.layer[-1] = with_click
    else:
        chart = with_click
    drawn = chart.properties(height=height, title=altair.Title(title, anchor="start", fontSize=14, offset=6))
    event: Any = draw_chart(drawn, on_select="rerun", key=key)
    clicked = event.get("selection", {}).get("click", []) if event else []
    return str(clicked[0]["key"]) if clicked else ""


def draw_chart(chart: Any, **options: Any) -> Any:
    """Draw a chart; return what Streamlit returns for it.

    Its specification is checked against the schema of Vega-Lite only in altair's debug mode, which the server ends
    (analyzer.ui.web.server): the check took a quarter of the time of the page Overview, and the tests do it.
    """
    spec = chart.to_dict(validate=schemapi.DEBUG_MODE)
    spec.pop("config", None)  # altair's default sizes
    in_language(spec)
    return st.vega_lite_chart(spec, **options)


def in_language(spec: dict[str, Any]) -> None:
    """Write the hints of a chart and its numbers in the reader's language; the words of fields are in value_names."""
    if current() == SOURCE:
        return
    _name_hints(spec)
    written = symbols(current())
    number = {"decimal": written.decimal, "thousands": written.group, "grouping": [3], "currency": ["", ""]}
    spec["config"] = {"locale": {"number": number | {"percent": f"{written.before_percent}%"}}}


def _name_hints(part: Any) -> None:
    if isinstance(part, dict):
        hints = part.get("tooltip")
        for hint in hints if isinstance(hints, list) else []:
            hint.setdefault("title", value_name(hint["field"]))
        for one in part.values():
            _name_hints(one)
    elif isinstance(part, list):
        for one in part:
            _name_hints(one)


def clickable_table(table: pd.DataFrame, key: str, **options: Any) -> tuple[int, str] | None:
    """Draw a table; return row number and column of the cell that was clicked, or None."""
    event: Any = st.dataframe(table, on_select="rerun", selection_mode="single-cell", key=key, **options)
    cells = event["selection"]["cells"] if event else []
    return (int(cells[0][0]), str(cells[0][1])) if cells else None


def whole_ticks(most: int) -> list[int]:
    """Return at most MOST_TICKS whole numbers from 0 to at least `most`, in steps of 1, 2 or 5 times a power of 10."""
    step, factors = 1, (2, 5, 10)
    while step * (MOST_TICKS - 1) < most:
        power = 10 ** (len(str(step)) - 1)
        step = next(factor * power for factor in factors if factor * power > step)
    return list(range(0, most + step, step))

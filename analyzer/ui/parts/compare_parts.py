"""Draw a comparison: the choice of its sides, the figures, the themes that differ, quotes of both sides."""

from collections.abc import Sequence
from datetime import date
from html import escape
from typing import Any

import altair
import pandas as pd
import streamlit as st

from analyzer.index.filter_parts import with_range, with_values
from analyzer.index.filters import label_numbers
from analyzer.reports.compare.types import ComparedScore, ComparedTheme, Comparison, Difference
from analyzer.types import CHOICES, DATED, Column, ColumnRole, Kind
from analyzer.ui.markup import unmarked
from analyzer.ui.parts.clickable import clickable, clickable_table
from analyzer.ui.parts.comments_behind import open_comments
from analyzer.ui.session import workspace

GROUPS, PERIODS, FILTERS = "Groups", "Periods", "Filters"
REST = "all others"
MOST_VALUES = 200
SHOWN = 12
"""Themes in the chart; the table has all."""
FIRST, SECOND = "#0b6e6e", "#c2570c"
"""Colors of the two sides, on the chart and beside their names."""


def choose_sides(columns: Sequence[Column]) -> tuple[str, str]:
    """Draw the choice of two groups, two periods or two filters; return their filters, the first empty if none."""
    groups = [column for column in columns if column.kind in CHOICES]
    dated = next((column for column in columns if column.role is ColumnRole.DATE and column.kind in DATED), None)
    kinds = [*([GROUPS] if groups else []), *([PERIODS] if dated else []), FILTERS]
    kind = st.segmented_control("Compare", kinds, default=kinds[0], key="compare-kind", required=True)
    if kind == GROUPS:
        return _choose_groups(groups)
    if kind == PERIODS and dated:
        return _choose_periods(dated)
    left, right = st.columns(2)
    first = left.text_input("First side", placeholder="channel=app", key="compare-first").strip()
    second = right.text_input("Second side (empty: all others)", key="compare-second").strip()
    return first, second


def draw_figures(found: Comparison, *, may_open: bool) -> None:
    """Draw comments, rating and share of criticism of both sides with the difference; the numbers open comments."""
    cells = st.columns(2)
    for number, (cell, side, color) in enumerate(zip(cells, found.sides, (FIRST, SECOND), strict=True)):
        with cell.container(border=True, gap="xsmall"):
            st.html(f'<div class="fa-title" style="border-left: 6px solid {color}; padding-left: .6rem">'
                    f"{escape(side.title)}</div>")  # fmt: skip
            counts = [f"{side.responses:,} responses"]
            counts += [f"{side.comments:,} comments"] if side.comments is not None else []
            st.text(" · ".join(counts))
            if found.rating_label:
                st.text(f"{_rating_name(found)}: {_score(side.rating, is_share=False, is_nps=found.is_nps)}")
            if side.negative.value is not None:
                st.text(f"Comments with criticism: {_score(side.negative, is_share=True)}")
            if may_open and st.button("Read these comments", key=f"compare-figures-{number}", type="tertiary"):
                open_comments(side.where)
    lines = []
    if found.rating.value is not None:
        form = "+.0f" if found.is_nps else "+.2f"
        lines.append(f"{_rating_name(found)}: {_difference(found.rating, form)}")
    if found.negative.value is not None:
        lines.append(f"Comments with criticism: {_difference(found.negative, '+.1f', 100, ' points')}")
    for line in lines:
        st.html(f'<div class="fa-claim">{escape(line)}</div>')


def draw_themes(found: Comparison) -> None:
    """Draw the themes that differ as pairs of points, and all themes as a table; both open the comments of a side."""
    differing = [theme for theme in found.themes if theme.is_significant]
    if not found.themes:
        return
    st.subheader(f"{len(differing)} of {found.tested} themes differ by more than chance explains")
    if differing and (picked := _theme_chart(differing[:SHOWN], found)):
        theme, side = picked.rsplit("|", 1)
        open_comments(next(one.wheres[int(side)] for one in found.themes if one.id == theme))
    with st.expander("All themes as a table", expanded=not differing):
        cell = clickable_table(_theme_rows(found), "compare-table", hide_index=True)
        st.caption("Click a number to read its comments.")
        if cell:
            open_comments(found.themes[cell[0]].wheres[int(cell[1].startswith(("second", "2")))])


def draw_quotes(found: Comparison) -> None:
    """Draw quotes of both sides on the themes that differ most."""
    if not found.quotes:
        return
    st.subheader("In their words")
    cells = st.columns(2)
    for quote in found.quotes:
        text = (
            f"{escape(quote.text[: quote.start])}<mark>{escape(quote.text[quote.start : quote.end])}</mark>"
            f"{escape(quote.text[quote.end :])}"
        )
        source = f"{escape(quote.theme)} · {escape(quote.id)}"
        cells[quote.side].html(f'<div class="fa-comment">{text}</div><div class="fa-fields">{source}</div>')


def _choose_groups(groups: Sequence[Column]) -> tuple[str, str]:
    left, middle, right = st.columns(3)
    column = left.selectbox("By", groups, format_func=lambda one: one.label, key="compare-column")
    tallied = workspace().feedback.tally(column.name, most=MOST_VALUES)
    values = [str(value) for value, _ in tallied if value is not None]
    if column.kind is Kind.ORDINAL:
        values.sort(key=lambda value: label_numbers(column.reading).get(value, 0.0))
    if len(values) < 2:
        st.info("This column has one value only; choose another one.")
        return "", ""
    first = middle.selectbox("First group", values, 0, key=f"compare-a-{column.name}")
    others = [value for value in values if value != first]
    second = right.selectbox("Second group", [*others, REST], 0, key=f"compare-b-{column.name}-{first}")
    one, other = (with_values("", column.name, [value]) for value in (first, second))
    return one, "" if second == REST else other


def _choose_periods(column: Column) -> tuple[str, str]:
    spans = workspace().overview.show()
    left, right = st.columns(2)
    chosen = []
    for cell, title, span in ((left, "First period", spans.recent), (right, "Second period", spans.before)):
        start: list[Any] = [_month_day(span.first, is_last=False), _month_day(span.last, is_last=True)] if span else []
        days: Any = cell.date_input(title, start, key=f"compare-{title}", format="DD/MM/YYYY")
        chosen.append(list(days) if isinstance(days, tuple | list) else [])
    if any(len(days) != 2 for days in chosen):
        st.info("Choose the first and the last day of both periods.")
        return "", ""
    one, other = (with_range("", column.name, *(day.isoformat() for day in days)) for days in chosen)
    return one, other


def _month_day(month: str, *, is_last: bool) -> date:
    first = date(int(month[:4]), int(month[5:7]), 1)
    if not is_last:
        return first
    after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return date.fromordinal(after.toordinal() - 1)


def _theme_chart(themes: Sequence[ComparedTheme], found: Comparison) -> str:
    """Draw two points a theme, its shares on both sides; return "id|side" of the point that was clicked, or ""."""
    titles = [side.title for side in found.sides]
    if titles[0] == titles[1]:
        titles = [f"{title} ({number})" for number, title in enumerate(titles, start=1)]
    rows = [
        {"key": f"{theme.id}|{side}", "theme": theme.label, "side": titles[side], "share": theme.shares[side],
         "from": min(theme.shares), "to": max(theme.shares), "comments": theme.counts[side]}
        for theme in themes for side in (0, 1)
    ]  # fmt: skip
    names = [theme.label for theme in themes]
    y = altair.Y("theme:N", sort=names, title=None, axis=altair.Axis(labelLimit=300, labelOverlap=False))
    base = altair.Chart(pd.DataFrame(rows)).encode(y=y)
    percent = altair.Axis(format=".0%", tickCount=6, title="share of the comments of the side")
    lines = base.mark_rule(color="#bbb", strokeWidth=3).encode(x=altair.X("from:Q", axis=percent), x2="to:Q")
    colors = altair.Scale(domain=titles, range=[FIRST, SECOND])
    tips: Any = ["theme:N", "side:N", altair.Tooltip("share:Q", format=".1%"), "comments:Q"]
    points = base.mark_circle(size=130, opacity=1, cursor="pointer").encode(
        x="share:Q", color=altair.Color("side:N", scale=colors, title=None, legend=altair.Legend(orient="top")),
        tooltip=tips,
    )  # fmt: skip
    return clickable(altair.layer(lines, points), "Themes that differ", "compare-themes", 32 * len(themes) + 110)


def _theme_rows(found: Comparison) -> pd.DataFrame:
    return pd.DataFrame([
        {
            "theme": theme.label, "first side": f"{theme.shares[0]:.1%} ({theme.counts[0]:,})",
            "second side": f"{theme.shares[1]:.1%} ({theme.counts[1]:,})",
            "difference": f"{100 * (theme.difference.value or 0):+.1f} points",
            "95 % interval": f"{100 * (theme.difference.low or 0):+.1f} to {100 * (theme.difference.high or 0):+.1f}",
            "differs": "yes" if theme.is_significant else "too few to test" if theme.p_value is None else "no",
        }
        for theme in found.themes
    ])  # fmt: skip


def _rating_name(found: Comparison) -> str:
    return f"NPS of {found.rating_label}" if found.is_nps else f"Average {found.rating_label}"


def _score(score: ComparedScore, *, is_share: bool, is_nps: bool = False) -> str:
    if score.value is None:
        return "none"

    def written(value: float) -> str:
        return f"{value:.1%}" if is_share else f"{value:+.0f}" if is_nps else f"{value:.2f}"

    if score.low is None or score.high is None:
        return f"{written(score.value)} ({score.of:,})"
    return f"{written(score.value)} (95 % interval {written(score.low)} to {written(score.high)}, of {score.of:,})"


def _difference(one: Difference, form: str, factor: float = 1, unit: str = "") -> str:
    parts = [f"difference {factor * (one.value or 0.0):{form}}{unit}"]
    if one.low is not None and one.high is not None:
        parts.append(f"95 % interval {factor * one.low:{form}} to {factor * one.high:{form}}")
    parts.append("more than chance explains" if one.is_significant else "chance may explain it")
    return ", ".join(parts)


def draw_notes(found: Comparison) -> None:
    """Draw the notes, and the method folded."""
    for note in found.notes:
        st.caption(unmarked(note[:1].upper() + note[1:] + "."))
    with st.expander("Method"):
        st.text(found.method)

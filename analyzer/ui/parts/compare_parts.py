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
from analyzer.messages.number_formats import localized
from analyzer.messages.text import N_, _, ngettext
from analyzer.reports.compare.types import ComparedScore, ComparedTheme, Comparison, Difference
from analyzer.types import CHOICES, DATED, Column, ColumnRole, Kind
from analyzer.ui.markup import unmarked
from analyzer.ui.parts.clickable import clickable, clickable_table
from analyzer.ui.parts.comments_behind import open_comments
from analyzer.ui.session import workspace

GROUPS, PERIODS, FILTERS = N_("Groups"), N_("Periods"), N_("Filters")
REST = N_("all others")
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
    kind = st.segmented_control(_("Compare"), kinds, default=kinds[0], format_func=_, key="compare-kind", required=True)
    if kind == GROUPS:
        return _choose_groups(groups)
    if kind == PERIODS and dated:
        return _choose_periods(dated)
    left, right = st.columns(2)
    first = left.text_input(_("First side"), placeholder="channel=app", key="compare-first").strip()
    second = right.text_input(_("Second side (empty: all others)"), key="compare-second").strip()
    return first, second


def draw_figures(found: Comparison, *, may_open: bool) -> None:
    """Draw comments, rating and share of criticism of both sides with the difference; the numbers open comments."""
    cells = st.columns(2)
    for number, (cell, side, color) in enumerate(zip(cells, found.sides, (FIRST, SECOND), strict=True)):
        with cell.container(border=True, gap="xsmall"):
            st.html(f'<div class="fa-title" style="border-left: 6px solid {color}; padding-left: .6rem">'
                    f"{escape(side.title)}</div>")  # fmt: skip
            counts = [
                ngettext("{responses:,} response", "{responses:,} responses", side.responses, responses=side.responses)
            ]
            counts += (
                [ngettext("{comments:,} comment", "{comments:,} comments", side.comments, comments=side.comments)]
                if side.comments is not None
                else []
            )
            st.text(" · ".join(counts))
            if found.rating_label:
                score = _score(side.rating, is_share=False, is_nps=found.is_nps)
                st.text(_("{name}: {value}", name=_rating_name(found), value=score))
            if side.negative.value is not None:
                st.text(_("Comments with criticism: {negative}", negative=_score(side.negative, is_share=True)))
            if may_open and st.button(_("Read these comments"), key=f"compare-figures-{number}", type="tertiary"):
                open_comments(side.where)
    lines = []
    if found.rating.value is not None:
        form = "+.0f" if found.is_nps else "+.2f"
        lines.append(_("{name}: {value}", name=_rating_name(found), value=_difference(found.rating, form)))
    if found.negative.value is not None:
        lines.append(_("Comments with criticism: {negative}", negative=_difference(found.negative, "+.1f", 100)))
    for line in lines:
        st.html(f'<div class="fa-claim">{escape(line)}</div>')


def draw_themes(found: Comparison) -> None:
    """Draw the themes that differ as pairs of points, and all themes as a table; both open the comments of a side."""
    differing = [theme for theme in found.themes if theme.is_significant]
    if not found.themes:
        return
    st.subheader(_("{n} of {tested} themes differ by more than chance explains", n=len(differing), tested=found.tested))
    if differing and (picked := _theme_chart(differing[:SHOWN], found)):
        theme, side = picked.rsplit("|", 1)
        open_comments(next(one.wheres[int(side)] for one in found.themes if one.id == theme))
    with st.expander(_("All themes as a table"), expanded=not differing):
        cell = clickable_table(_theme_rows(found), "compare-table", hide_index=True)
        st.caption(_("Click a number to read its comments."))
        if cell:
            open_comments(found.themes[cell[0]].wheres[int(cell[1] in (_("second side"), "2"))])


def draw_quotes(found: Comparison) -> None:
    """Draw quotes of both sides on the themes that differ most."""
    if not found.quotes:
        return
    st.subheader(_("In their words"))
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
    column = left.selectbox(_("By"), groups, format_func=lambda one: one.label, key="compare-column")
    tallied = workspace().feedback.tally(column.name, most=MOST_VALUES)
    values = [str(value) for value, _ in tallied if value is not None]
    if column.kind is Kind.ORDINAL:
        values.sort(key=lambda value: label_numbers(column.reading).get(value, 0.0))
    if len(values) < 2:
        st.info(_("This column has one value only; choose another one."))
        return "", ""
    first = middle.selectbox(_("First group"), values, 0, key=f"compare-a-{column.name}")
    others = [value for value in values if value != first]
    second = right.selectbox(
        _("Second group"),
        [*others, REST],
        0,
        format_func=lambda one: _(one) if one == REST else one,
        key=f"compare-b-{column.name}-{first}",
    )
    one, other = (with_values("", column.name, [value]) for value in (first, second))
    return one, "" if second == REST else other


def _choose_periods(column: Column) -> tuple[str, str]:
    spans = workspace().overview.show()
    left, right = st.columns(2)
    chosen = []
    for cell, title, span in ((left, _("First period"), spans.recent), (right, _("Second period"), spans.before)):
        start: list[Any] = [_month_day(span.first, is_last=False), _month_day(span.last, is_last=True)] if span else []
        days: Any = cell.date_input(title, start, key=f"compare-{title}", format="DD/MM/YYYY")
        chosen.append(list(days) if isinstance(days, tuple | list) else [])
    if any(len(days) != 2 for days in chosen):
        st.info(_("Choose the first and the last day of both periods."))
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
    percent = altair.Axis(format=".0%", tickCount=6, title=_("share of the comments of the side"))
    lines = base.mark_rule(color="#bbb", strokeWidth=3).encode(x=altair.X("from:Q", axis=percent), x2="to:Q")
    colors = altair.Scale(domain=titles, range=[FIRST, SECOND])
    tips: Any = ["theme:N", "side:N", altair.Tooltip("share:Q", format=".1%"), "comments:Q"]
    points = base.mark_circle(size=130, opacity=1, cursor="pointer").encode(
        x="share:Q", color=altair.Color("side:N", scale=colors, title=None, legend=altair.Legend(orient="top")),
        tooltip=tips,
    )  # fmt: skip
    return clickable(altair.layer(lines, points), _("Themes that differ"), "compare-themes", 32 * len(themes) + 110)


def _theme_rows(found: Comparison) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                _("theme"): theme.label,
                _("first side"): _("{shares:.1%} ({counts:,})", shares=theme.shares[0], counts=theme.counts[0]),
                _("second side"): _("{shares:.1%} ({counts:,})", shares=theme.shares[1], counts=theme.counts[1]),
                _("difference"): _("{value:+.1f} points", value=100 * (theme.difference.value or 0)),
                _("95 % interval"): _(
                    "{low:+.1f} to {high:+.1f}",
                    low=100 * (theme.difference.low or 0),
                    high=100 * (theme.difference.high or 0),
                ),
                _("differs"): _("yes")
                if theme.is_significant
                else _("too few to test")
                if theme.p_value is None
                else _("no"),
            }
            for theme in found.themes
        ]
    )


def _rating_name(found: Comparison) -> str:
    return (
        _("NPS of {rating_label}", rating_label=found.rating_label)
        if found.is_nps
        else _("Average {rating_label}", rating_label=found.rating_label)
    )


def _score(score: ComparedScore, *, is_share: bool, is_nps: bool = False) -> str:
    if score.value is None:
        return _("none")

    def written(value: float) -> str:
        return localized(value, ".1%") if is_share else localized(value, "+.0f") if is_nps else localized(value, ".2f")

    if score.low is None or score.high is None:
        return _("{value} ({of:,})", value=written(score.value), of=score.of)
    return _(
        "{value} (95 % interval {low} to {high}, of {of:,})",
        value=written(score.value),
        low=written(score.low),
        high=written(score.high),
        of=score.of,
    )


def _difference(one: Difference, form: str, factor: float = 1) -> str:
    value = localized(factor * (one.value or 0.0), form)
    parts = [_("difference {value}", value=value) if factor == 1 else _("difference {value} points", value=value)]
    if one.low is not None and one.high is not None:
        low, high = localized(factor * one.low, form), localized(factor * one.high, form)
        parts.append(_("95 % interval {low} to {high}", low=low, high=high))
    parts.append(_("more than chance explains") if one.is_significant else _("chance may explain it"))
    return ", ".join(parts)


def draw_notes(found: Comparison) -> None:
    """Draw the notes, and the method folded."""
    for note in found.notes:
        st.caption(unmarked(note[:1].upper() + note[1:] + "."))
    with st.expander(_("Method")):
        st.text(found.method)

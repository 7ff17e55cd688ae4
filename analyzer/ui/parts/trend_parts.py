"""Draw themes over time, by segment, and as drivers of a rating."""

import pandas as pd
import streamlit as st

from analyzer.index.filter_parts import both, quoted
from analyzer.index.filter_words import THEME
from analyzer.messages.text import _, ngettext
from analyzer.security.permissions import Permission
from analyzer.themes.trends.trend_words import trend_sentences, untested_sentence
from analyzer.themes.trends.types import Segments
from analyzer.types import CHOICES, DATED, RANKED, Column, ColumnRole, Kind
from analyzer.ui.markup import unmarked
from analyzer.ui.parts.clickable import clickable_table
from analyzer.ui.parts.comments_behind import open_comments
from analyzer.ui.parts.theme_charts import driver_chart, segment_chart, trend_chart
from analyzer.ui.session import may, workspace
from analyzer.ui.value_names import value_name

MOST_SERIES = 5


def over_time(where: str, picked: str) -> None:
    """Draw the shares of the chosen themes by period; a changed theme is chosen first."""
    current = workspace()
    columns = current.feedback.columns()
    if not any(column.role is ColumnRole.DATE and column.kind in DATED for column in columns):
        st.caption(_("These comments have no dates."))
        return
    by, segment = "month", None
    if may(Permission.COMMENTS):  # without comments: figures by month only
        by = st.radio(_("By"), ["month", "week"], format_func=value_name, horizontal=True)
        segment = st.selectbox(_("Adjust for"), [None, *_of_kind(CHOICES)], format_func=_label, key="adjust-trends")
    trends = current.trends.over_time(by, "", where, segment.name if segment else "")
    labels = {one.theme: _("{label} (changed)", label=one.label) if one.changes else one.label for one in trends.series}
    changed = [one.theme for one in trends.series if one.changes]
    first = [one for one in (picked, *changed, *labels) if one in labels][:1]
    chosen = st.multiselect(
        _("Themes"), list(labels), first, max_selections=MOST_SERIES, key=f"series-{picked}",
        format_func=lambda one: labels[one], placeholder=_("Choose options"),
    )  # fmt: skip
    shown = [one for one in trends.series if one.theme in chosen]
    theme, period = trend_chart(trends, shown, "trends")
    day = next(column for column in columns if column.role is ColumnRole.DATE)
    if theme and may(Permission.COMMENTS):
        open_comments(both(where, f"{of_theme(theme)} and {quoted(day.name)}={quoted(period)}"))
    for one in shown:
        st.markdown(f"**{unmarked(one.label)}** {unmarked(' '.join(trend_sentences(trends, one)))}")
    notes = [untested_sentence(trends), *(f"{note}." for note in trends.notes)]
    st.caption(unmarked(" ".join(note for note in notes if note)))
    with st.expander(_("Method")):
        st.text(trends.method)


def of_one(theme: str, where: str) -> None:
    """Draw the share of one theme by month, and on request how much it is associated with the rating."""
    columns = workspace().feedback.columns()
    day = next((one for one in columns if one.role is ColumnRole.DATE and one.kind in DATED), None)
    if day:
        trends = workspace().trends.over_time("month", theme, where)
        picked, period = trend_chart(trends, trends.series, "theme-trend", 230)
        if picked:
            open_comments(both(where, f"{of_theme(theme)} and {quoted(day.name)}={quoted(period)}"))
    rating = next((one for one in columns if one.role is ColumnRole.RATING and one.kind is Kind.NUMBER), None)
    if rating and st.button(
        _("Effect on {label}", label=unmarked(rating.label)), key=f"effect-{theme}", icon=":material/query_stats:"
    ):
        found = workspace().trends.drivers(rating.name, where)
        one = next((one for one in found.drivers if one.theme == theme), None)
        if one is None or one.difference is None or one.mean is None or one.rest is None:
            st.text(_("Too few rated comments mention it."))
        else:
            said = _("statistically significant") if one.is_driver else _("not statistically significant")
            interval = (
                _(", 95 % interval {low:+.2f} to {high:+.2f}", low=one.low, high=one.high)
                if one.low is not None
                else ""
            )
            means = ngettext(
                "Average {mean:.2f} in the {comments:,} comment that mentions it, {rest:.2f} elsewhere",
                "Average {mean:.2f} in the {comments:,} comments that mention it, {rest:.2f} elsewhere",
                one.comments,
                mean=one.mean,
                comments=one.comments,
                rest=one.rest,
            )
            st.text(
                _(
                    "{means}: difference {difference:+.2f}{interval}, {said}. This is not proof of a cause.",
                    means=means,
                    difference=one.difference,
                    interval=interval,
                    said=said,
                )
            )


def by_segment(where: str, picked: str) -> None:
    """Draw the share of one theme by the values of a column."""
    columns = _of_kind(CHOICES)
    if not columns:
        st.caption(_("These comments have no column of categories."))
        return
    column = st.selectbox(_("By the values of"), columns, format_func=_label)
    found = workspace().themes.segments(column.name, where)
    labels = {one.theme: one.label for one in found.themes}
    ids = list(labels)
    at = ids.index(picked) if picked in labels else 0
    theme = st.selectbox(_("Theme"), ids, at, key=f"segment-{picked}", format_func=labels.__getitem__)
    value = segment_chart(found, theme)
    if not value:
        theme, value = _segment_table(found)
    if value:
        open_comments(both(where, f"{of_theme(theme)} and {quoted(column.name)}={quoted(value)}"))
    st.caption(
        unmarked(" · ".join([_("Share of the segment's comments, with a 95 % interval (Wilson)"), *found.notes]))
    )


def against_rating(where: str) -> None:
    """Draw how much a rating differs between comments with and without each theme."""
    numbers = sorted(_of_kind(RANKED), key=lambda column: column.role is not ColumnRole.RATING)
    if not numbers:
        st.caption(_("These comments have no ratings."))
        return
    outcome = st.selectbox(_("Rating"), numbers, index=None, placeholder=_("choose a column"), format_func=_label)
    if outcome is None:
        return
    segment = st.selectbox(_("Adjust for"), [None, *_of_kind(CHOICES)], format_func=_label, key="adjust-drivers")
    found = workspace().trends.drivers(outcome.name, where, segment.name if segment else "")
    if theme := driver_chart(found.drivers, found.outcome):
        open_comments(both(where, of_theme(theme)))
    st.caption(unmarked(found.method))


def of_theme(theme: str) -> str:
    """Return the filter of the comments of a theme."""
    return f"{quoted(THEME)} = {theme}"


def _segment_table(found: Segments) -> tuple[str, str]:
    """Draw the shares of all themes in all segments; return theme and segment of the cell clicked, empty if none."""
    heads = {
        _("{value} ({total:,})", value=value or _("empty"), total=total): value
        for value, total in zip(found.values, found.totals, strict=True)
    }
    rows = [
        {_("theme"): one.label} | {head: 100 * share for head, share in zip(heads, one.shares, strict=True)}
        for one in found.themes
    ]
    percent = {head: st.column_config.NumberColumn(format="%.1f %%") for head in heads}
    with st.expander(_("All themes as a table"), expanded=True):
        cell = clickable_table(pd.DataFrame(rows), "segment-table", hide_index=True, column_config=percent)
        st.caption(_("Share of the comments of the segment. Click a share to read its comments."))
    if cell is None or cell[1] not in heads:
        return "", ""
    return found.themes[cell[0]].theme, heads[cell[1]]


def _of_kind(kinds: frozenset[Kind]) -> list[Column]:
    return [column for column in workspace().feedback.columns() if column.kind in kinds]


def _label(column: Column | None) -> str:
    return column.label if column else _("none")

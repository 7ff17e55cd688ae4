"""Draw texts, quotes and records. Comments and answers are plain text: every markup character is escaped."""

from collections.abc import Mapping, Sequence
from html import escape

import altair
import pandas as pd
import streamlit as st

from analyzer.index.dates_in_words import period_in_words
from analyzer.index.filter_parts import quoted as quoted_value
from analyzer.index.filters import label_numbers
from analyzer.messages.text import _
from analyzer.reports.point_html import CARD_STYLE
from analyzer.types import CHOICES, Claim, Column, Feedback, FieldValue, Kind
from analyzer.ui.parts.clickable import COLOR, clickable, whole_ticks
from analyzer.ui.session import workspace

MOST_BARS = 60
STYLE = (
    f"""<style>{CARD_STYLE}</style>"""
    + """<style>
[data-testid="stMainBlockContainer"] {padding-top: 2.6rem;}
[data-testid="stMainBlockContainer"] h1 {font-size: 1.7rem; padding-top: 0;}
[data-testid="stMetricValue"] {font-size: 1.55rem;}
[data-testid="stMetricLabel"] p {white-space: normal; line-height: 1.2;}
.fa-comment.fa-negative {border-left-color: #b2182b;}
.fa-comment.fa-positive {border-left-color: #2166ac;}
.fa-claim {font-size: 1.05rem; margin: 0 0 .4rem 0;}
.fa-mark {color: #0b6e6e; font-weight: 600; font-size: .85rem; vertical-align: super;}
.fa-comment {border-left: 3px solid #0b6e6e; padding: .4rem .8rem; white-space: pre-wrap; overflow-wrap: anywhere;}
.fa-comment mark {background: #ffe9a8; padding: 0 .1rem;}
.fa-unsealed {background: #b00020; color: #fff; font-weight: 600; padding: .6rem 1rem; overflow-wrap: anywhere;}
.fa-figure {background: #e0f0ef; border-radius: .3rem; padding: 0 .35rem; font-weight: 600;}
.fa-fields {color: #555; font-size: .85rem;}
[class*="st-key-copy-"] [data-testid="stCode"] {width: 2.2rem; height: 2rem; position: relative; overflow: visible;}
[class*="st-key-copy-"] pre {visibility: hidden; height: 2rem; width: 2.2rem; padding: 0; overflow: hidden;}
[class*="st-key-copy-"] [data-testid="stCode"] > div {opacity: 1; top: -.5rem; right: 0; display: block;}
[class*="st-key-copy-"] [data-testid="stCode"] > div * {opacity: 1; visibility: visible;}
.fa-fields td, .fa-fields th {padding: .2rem .6rem .2rem 0; text-align: left; vertical-align: top;}
</style>"""
)


def plain(text: str, css: str = "fa-comment") -> None:
    """Draw text literally, with all markup escaped."""
    st.html(f'<div class="{css}">{escape(text)}</div>')


def quoted(text: str, spans: Sequence[tuple[int, int]]) -> None:
    """Draw a comment with the quoted spans highlighted."""
    pieces, position = [], 0
    for start, end in sorted(set(spans)):
        start = max(start, position)  # noqa: PLW2901
        pieces += [escape(text[position:start]), f"<mark>{escape(text[start:end])}</mark>"]
        position = max(position, end)
    st.html(f'<div class="fa-comment">{"".join(pieces)}{escape(text[position:])}</div>')


def copy_button(text: str, key: str) -> None:
    """Draw a button that puts a text on the clipboard.

    It is the button of a block of code whose text is hidden: the page has no scripts of its own.
    """
    with st.container(key=f"copy-{key}", width=44):
        st.code(text, language=None)


def opposed_quotes(claim: Claim) -> None:
    """Draw the quotes of comments that say the opposite of a sentence, if there are any."""
    if claim.opposed:
        with st.expander(_("{n} of the comments read say the opposite", n=len(claim.opposed))):
            for citation in claim.opposed:
                plain(citation.quote)
                plain(citation.id, "fa-fields")


def fields_line(fields: Mapping[str, FieldValue]) -> None:
    """Draw the fields of a record on one line."""
    parts = [_("{name}: {value}", name=name, value=str(value)) for name, value in fields.items()]
    plain(" · ".join(parts), "fa-fields")


def record(item: Feedback) -> None:
    """Draw one record with its full text and all fields."""
    plain(item.text or _("(no comment)"))
    fields_line({_("id"): item.id, **({_("question"): item.question} if item.question else {}), **item.fields})


def spread(column: Column, where: str) -> str:
    """Draw the number of matching responses for each value of a column, dates by month; return the filter of the value
    that was clicked, or an empty text.
    """
    months = 7 if column.kind is Kind.DATE else 0
    counts = workspace().feedback.tally(column.name, where, most=MOST_BARS, characters=months)
    filled = [(value, n) for value, n in counts if value is not None]
    if column.kind is Kind.ORDINAL:
        filled.sort(key=lambda one: label_numbers(column.reading).get(str(one[0]), 0.0))
    elif column.kind not in CHOICES:
        filled.sort()
    if len(counts) == MOST_BARS:
        st.caption(_("The {most_bars} most frequent values", most_bars=MOST_BARS))
    if not filled:
        st.caption(_("No values to count."))
        return ""
    rows = [
        {"key": _written(value), "value": period_in_words(str(value)) if months else _written(value), "responses": n}
        for value, n in filled
    ]
    most = max(n for _, n in filled)
    ticks = altair.Axis(format=",.0f", values=whole_ticks(most), title=_("responses"))
    names = altair.Y("value:N", sort=[str(row["value"]) for row in rows], title=None, axis=altair.Axis(labelLimit=320))
    base = altair.Chart(pd.DataFrame(rows)).encode(y=names, x=altair.X("responses:Q", axis=ticks))
    labels = base.mark_text(align="left", dx=4).encode(text=altair.Text("responses:Q", format=","))
    bars = base.mark_bar(color=COLOR, cursor="pointer").encode(tooltip=["value:N", "responses:Q"])
    chart = altair.layer(labels, bars)
    picked = clickable(chart, _("Responses by {label}", label=column.label), "spread", 26 * len(rows) + 80)
    return f"{quoted_value(column.name)}={quoted_value(picked)}" if picked else ""


def _written(value: FieldValue) -> str:
    return f"{value:.15g}" if isinstance(value, float) else str(value)

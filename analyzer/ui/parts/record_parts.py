"""Draw texts, quotes and records. Comments and answers are plain text: every markup character is escaped."""

from collections.abc import Mapping, Sequence
from html import escape

import streamlit as st

from analyzer.index.dates_in_words import period_in_words
from analyzer.index.filters import label_numbers
from analyzer.reports.point_html import CARD_STYLE
from analyzer.types import CHOICES, Claim, Column, Feedback, FieldValue, Kind
from analyzer.ui.parts.charts import count_bars
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


def opposed_quotes(claim: Claim) -> None:
    """Draw the quotes of comments that say the opposite of a sentence, if there are any."""
    if claim.opposed:
        with st.expander(f"{len(claim.opposed)} of the comments read say the opposite"):
            for citation in claim.opposed:
                plain(citation.quote)
                plain(citation.id, "fa-fields")


def fields_line(fields: Mapping[str, FieldValue]) -> None:
    """Draw the fields of a record on one line."""
    parts = [f"{name}: {value}" for name, value in fields.items()]
    plain(" · ".join(parts), "fa-fields")


def record(item: Feedback) -> None:
    """Draw one record with its full text and all fields."""
    plain(item.text or "(no comment)")
    fields_line({"id": item.id, **({"question": item.question} if item.question else {}), **item.fields})


def spread(column: Column, where: str) -> None:
    """Draw the number of matching responses for each value of a column; dates by month."""
    months = 7 if column.kind is Kind.DATE else 0
    counts = workspace().feedback.tally(column.name, where, most=MOST_BARS, characters=months)
    filled = [(value, n) for value, n in counts if value is not None]
    if column.kind is Kind.ORDINAL:
        filled.sort(key=lambda one: label_numbers(column.reading).get(str(one[0]), 0.0))
    elif column.kind not in CHOICES:
        filled.sort()
    if len(counts) == MOST_BARS:
        st.caption(f"The {MOST_BARS} most frequent values")
    if filled:
        named = [(period_in_words(str(value)) if months else str(value), n) for value, n in filled]
        st.altair_chart(count_bars(named, f"responses by {column.label}"))
    else:
        st.caption("No values to count.")

"""Draw one citation, one record, one answer. Comments and answers are plain text: nothing in them is markup."""

from collections.abc import Mapping, Sequence
from html import escape

import altair
import pandas as pd
import streamlit as st

from analyzer.answer_records import Answer, Citation, Status
from analyzer.records import Column, Feedback, FieldValue, Hit, Kind
from analyzer.ui.markup import unmarked
from analyzer.ui.session import workspace

MOST_BARS = 60
STYLE = """<style>
.fa-claim {font-size: 1.05rem; margin: 0 0 .4rem 0;}
.fa-mark {color: #0b6e6e; font-weight: 600; font-size: .85rem; vertical-align: super;}
.fa-comment {border-left: 3px solid #0b6e6e; padding: .4rem .8rem; white-space: pre-wrap; overflow-wrap: anywhere;}
.fa-comment mark {background: #ffe9a8; padding: 0 .1rem;}
.fa-unsealed {background: #b00020; color: #fff; font-weight: 600; padding: .6rem 1rem; overflow-wrap: anywhere;}
.fa-fields {color: #555; font-size: .85rem;}
</style>"""


def plain(text: str, css: str = "fa-comment") -> None:
    """Show text as text, whatever it contains."""
    st.html(f'<div class="{css}">{escape(text)}</div>')


def quoted(text: str, spans: Sequence[tuple[int, int]]) -> None:
    """Show a comment with the quoted parts marked."""
    pieces, position = [], 0
    for start, end in sorted(set(spans)):
        start = max(start, position)  # noqa: PLW2901
        pieces += [escape(text[position:start]), f"<mark>{escape(text[start:end])}</mark>"]
        position = max(position, end)
    st.html(f'<div class="fa-comment">{"".join(pieces)}{escape(text[position:])}</div>')


def fields_line(fields: Mapping[str, FieldValue]) -> None:
    """Show a record's fields on one line."""
    parts = [f"{name}: {value}" for name, value in fields.items()]
    plain(" · ".join(parts), "fa-fields")


def answer(result: Answer) -> None:
    """Show a checked answer: claims with numbered citations, each opening its comment."""
    if result.status is Status.NOT_FOUND:
        st.info(result.text, icon=":material/search_off:")
        _nearest(result)
    numbers: dict[str, int] = {}
    for claim in result.claims:
        marks = "".join(f"[{numbers.setdefault(c.id, len(numbers) + 1)}]" for c in claim.citations)
        st.html(f'<div class="fa-claim">{escape(claim.text)} <span class="fa-mark">{marks}</span></div>')
    if result.claims:
        st.caption("The comments behind it")
        _citations([c for claim in result.claims for c in claim.citations], numbers, result.evidence)
    searched = "; ".join(f"{n.value:,} of {n.of:,} comments searched ({n.query})" for n in result.numbers)
    cut = f" · {result.cut} unsupported sentences cut" if result.cut else ""
    plain(f"{searched}{cut} · {result.seconds:.1f} s · receipt {result.receipt}", "fa-fields")


def _citations(citations: Sequence[Citation], numbers: Mapping[str, int], evidence: Sequence[Hit]) -> None:
    records = {hit.id: hit for hit in evidence}
    for record_id, number in numbers.items():
        record = records[record_id]
        cited = [citation for citation in citations if citation.id == record_id]
        date = str(record.fields.get("date", ""))[:10]
        with st.expander(f"[{number}] {_title(cited[0].quote)} — {unmarked(date or record_id)}"):
            quoted(record.text, [(citation.start, citation.end) for citation in cited])
            fields_line({"id": record.id, **record.fields})


def _title(text: str, length: int = 110) -> str:
    line = " ".join(text.split())
    return unmarked(line if len(line) <= length else line[: length - 1] + "…")


def _nearest(result: Answer) -> None:
    if result.evidence:
        with st.expander("The nearest comments"):
            for hit in result.evidence[:5]:
                plain(hit.text)
                fields_line({"id": hit.id, **hit.fields})


def record(item: Feedback) -> None:
    """Show one record whole."""
    plain(item.text)
    fields_line({"id": item.id, **item.fields})


def spread(column: Column, where: str) -> None:
    """Chart how many matching comments have each value of a column; dates by month."""
    months = 7 if column.kind is Kind.DATE else 0
    counts = workspace().tally(column.name, where, most=MOST_BARS, characters=months)
    filled = [(value, n) for value, n in counts if value is not None]
    if column.kind is not Kind.CATEGORY:
        filled.sort()
    if len(counts) == MOST_BARS:
        st.caption(f"The {MOST_BARS} most frequent values")
    if filled:
        bars = pd.DataFrame([(str(value), n) for value, n in filled], columns=["value", "comments"])
        x = altair.X("value:N", sort=None, title=column.label)
        # Not st.bar_chart: there the mouse wheel zooms a chart that a person only wants to scroll past.
        st.altair_chart(altair.Chart(bars).mark_bar(color="#0b6e6e").encode(x=x, y="comments:Q"))
    else:
        st.caption("No values to count.")

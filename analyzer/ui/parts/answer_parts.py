"""Draw an answer: sentences, charts, quotes with their comments, figures with their queries and records."""

from collections.abc import Mapping, Sequence
from html import escape

import pandas as pd
import streamlit as st

from analyzer.answers.draft import number_citations
from analyzer.answers.types import Answer, Number, Status
from analyzer.answers.wording import format_number
from analyzer.index.types import Hit
from analyzer.messages.text import _, ngettext
from analyzer.types import Citation, Claim
from analyzer.ui.markup import unmarked
from analyzer.ui.parts.charts import table_chart
from analyzer.ui.parts.plan_parts import plan_line
from analyzer.ui.parts.point_cards import draw_point_list
from analyzer.ui.parts.record_parts import fields_line, opposed_quotes, plain, quoted, record
from analyzer.ui.session import workspace

NEAREST = 5
MOST_RECORDS = 20


def draw_answer(answer: Answer, key: str) -> None:
    """Draw a whole answer."""
    plan_line(answer.plan)
    for change in answer.stale:
        st.warning(unmarked(_("Stale: {change}", change=change)), icon=":material/history:")
    if answer.status is Status.NOT_FOUND:
        st.info(unmarked(answer.text), icon=":material/search_off:")
        _nearest(answer.evidence)
    else:
        _sentences(answer)
        if answer.points:
            draw_point_list(answer, key)
        else:
            if answer.table:
                table_chart(answer.table)
            _citations(answer)
    if not answer.is_complete:
        st.warning(_("Stopped before it was complete."), icon=":material/pause_circle:")
    _figures(answer.numbers, key)
    cut = "; ".join(
        ngettext("{n:,} sentence removed: {why}", "{n:,} sentences removed: {why}", n, n=n, why=why)
        for why, n in answer.cut_because.items()
    )
    plain(" · ".join(part for part in (cut, _("receipt {receipt}", receipt=answer.receipt)) if part), "fa-fields")


def claim_line(claim: Claim, numbers: Mapping[str, int], figures: Mapping[str, Number]) -> None:
    """Draw one sentence with its citation numbers and, if it was counted, its figure."""
    marks = "".join(f"[{numbers[c.id]}]" for c in claim.citations)
    figure = figures.get(claim.number)
    counted = f'<span class="fa-figure">{escape(format_number(figure))}</span> ' if figure else ""
    st.html(f'<div class="fa-claim">{counted}{escape(claim.text)} <span class="fa-mark">{marks}</span></div>')


def _sentences(answer: Answer) -> None:
    claims = {claim.text for claim in answer.claims}
    for line in answer.text.split("\n"):
        if not any(line.startswith(text) for text in claims):
            plain(line, "fa-claim")
    numbers, figures = number_citations(answer.claims), {number.name: number for number in answer.numbers}
    for claim in () if answer.points else answer.claims:  # the cards of points show theirs
        claim_line(claim, numbers, figures)
        opposed_quotes(claim)


def _citations(answer: Answer) -> None:
    if not answer.claims:
        return
    st.caption(_("Supporting comments"))
    cited = [citation for claim in answer.claims for citation in claim.citations]
    records = {hit.id: hit for hit in answer.evidence}
    for record_id, number in number_citations(answer.claims).items():
        if record_id in records:
            _comment(records[record_id], [one for one in cited if one.id == record_id], number)


def _comment(hit: Hit, cited: Sequence[Citation], number: int) -> None:
    date = str(hit.fields.get("date", ""))[:10]
    with st.expander(f"[{number}] {_title(cited[0].quote)} — {unmarked(date or hit.id)}"):
        quoted(hit.text, [(citation.start, citation.end) for citation in cited])
        fields_line({_("id"): hit.id, **hit.fields})


def _figures(numbers: Sequence[Number], key: str) -> None:
    """List every figure with its query; selecting one shows records that it counts."""
    with st.expander(_("How each number was calculated")):
        rows = [
            {
                _("figure"): format_number(number), _("of"): number.of, _("query"): number.query,
                _("interval"): _("{low:.2f} – {high:.2f} %", low=100 * number.low, high=100 * number.high)
                if number.low is not None and number.high is not None and "PPI" in number.method else "",
                _("how"): number.method,
            }
            for number in numbers
        ]  # fmt: skip
        picked = st.dataframe(
            pd.DataFrame(rows), hide_index=True, on_select="rerun", selection_mode="single-row", key=f"figures-{key}"
        )
        for row in picked["selection"]["rows"]:
            _records_of(numbers[row])


def _records_of(number: Number) -> None:
    feedback = workspace().feedback
    records = feedback.show(number.ids[:MOST_RECORDS]) if number.ids else feedback.browse(number.where, MOST_RECORDS)
    st.caption(_("{n} of the comments that this figure counts", n=len(records)))
    for item in records:
        record(item)


def _nearest(evidence: Sequence[Hit]) -> None:
    if evidence:
        with st.expander(_("The nearest comments")):
            for hit in evidence[:NEAREST]:
                plain(hit.text)
                fields_line({_("id"): hit.id, **hit.fields})


def _title(text: str, length: int = 110) -> str:
    line = " ".join(text.split())
    return unmarked(line if len(line) <= length else line[: length - 1] + "…")

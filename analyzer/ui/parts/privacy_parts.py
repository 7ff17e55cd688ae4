"""Draw the privacy review: values replaced by imports, entries that wait for a decision, a sample to check."""

from collections import Counter

import pandas as pd
import streamlit as st

from analyzer.index.dates_in_words import date_in_words
from analyzer.privacy.types import Decision, ImportRisk, PrivacySample, QueueEntry, RiskReport, SampleCheck
from analyzer.types import Feedback
from analyzer.ui.markup import unmarked
from analyzer.ui.parts.charts import count_bars
from analyzer.ui.parts.clickable import draw_chart
from analyzer.ui.parts.erasure_parts import warn_of_log
from analyzer.ui.parts.record_parts import plain, record
from analyzer.ui.session import page, workspace

SIZES = (30, 60, 100, 200, 300)
MOST_ENTRIES = 20

VERDICTS = {"allow": "Harmless: never mask it", "deny": "Personal: always mask it"}


def show_replaced() -> None:
    """Draw the values that imports replaced, and the leak rate of checked samples."""
    report = workspace().privacy.report()
    if report.imports:
        show_risk(report)
    else:
        st.info("Nothing has been imported yet; see Add data.", icon=":material/upload_file:")


def show_queue() -> None:
    """Draw the entries that wait for a decision, and the last decision."""
    if decision := page().decision:
        show_decision(decision)
    waiting = workspace().privacy.queue(MOST_ENTRIES)
    if not waiting.entries:
        st.info("The review queue is empty.", icon=":material/task_alt:")
    for entry in waiting.entries:
        show_entry(entry)
    if waiting.total > len(waiting.entries):
        st.caption(f"{waiting.total - len(waiting.entries):,} more entries.")


def check_sample() -> None:
    """Draw a sample to check, and the result of the last check."""
    if check := page().check:
        show_bound(check)
    if drawn := page().sample:
        show_sample(drawn)
    elif not workspace().status().records:
        st.info("There are no comments to sample yet.", icon=":material/upload_file:")
    else:
        st.write("A person reads comments drawn at random and ticks those in which a person can still be identified.")
        size = st.select_slider("How many", SIZES, 60)
        if st.button("Draw a sample", type="primary"):
            page().sample = workspace().privacy.sample(int(size))
            page().check = None
            st.rerun()


def show_risk(report: RiskReport) -> None:
    """Draw the findings of each import, and the leak rate of the last checked sample."""
    checked = [check for check in report.samples if check.upper_bound is not None]
    if checked:
        show_bound(checked[-1])
    else:
        st.info(
            "No sample has been checked yet, so the leak rate is unknown. Sixty comments take ten minutes: "
            "see the tab Check a sample.",
            icon=":material/quiz:",
        )
    for risk in report.imports:
        _show_import(risk)


def show_bound(check: SampleCheck) -> None:
    """Draw the leak rate of a checked sample."""
    cells = st.columns(3)
    cells[0].metric("Comments checked", f"{check.size:,} of {check.population:,}")
    cells[1].metric("With personal data left", f"{check.misses or 0:,}")
    cells[2].metric(
        "Leak rate at most",
        f"{check.upper_bound or 0:.1%}",
        help="Exact one-sided 95 % bound (Clopper and Pearson, 1934)",
    )
    st.caption(f"Checked by {unmarked(check.checked_by)}, {date_in_words(check.checked)}")


def _show_import(risk: ImportRisk) -> None:
    st.header(unmarked(risk.file))
    st.caption(
        f"{date_in_words(risk.started)} · {risk.texts:,} different comments · "
        f"{risk.altered:,} altered ({risk.share_altered:.1%}) · "
        f"{risk.reviewed:,} with something to review · {risk.refused:,} refused"
    )
    if not risk.findings:
        st.text("Nothing was replaced.")
        return
    types: Counter[str] = Counter()
    for found in risk.findings:
        types[found.type] += found.n
    draw_chart(count_bars(types.most_common(), "values replaced"))
    with st.expander("By type, language and rule"):
        rows = [
            {"type": f.type, "language": f.language or "undetermined", "rule": f.rule, "replaced": f.n}
            for f in risk.findings
        ]
        st.dataframe(pd.DataFrame(rows), hide_index=True)


def show_entry(entry: QueueEntry) -> None:
    """Draw one entry of the queue with its two decisions."""
    with st.container(border=True):
        what = "masked with low confidence" if entry.kind == "masked" else "left in the text"
        st.markdown(f"**{unmarked(entry.type)}** · {unmarked(entry.shape)} · {what} · {entry.records:,} comments")
        for context in entry.contexts:
            plain(context)
        cells = st.columns([2, 2, 3])
        for cell, (verdict, words) in zip(cells, VERDICTS.items(), strict=False):
            if cell.button(words, key=f"{verdict}-{entry.id}"):
                page().decision = workspace().privacy.decide(entry.id, verdict)
                st.rerun()


def show_decision(decision: Decision) -> None:
    """Draw the effect of the last decision, with a button to undo it."""
    term = decision.term
    if decision.is_undone:
        st.success("Undone, for later imports.", icon=":material/undo:")
        return
    done = {
        "deny": f"Masked in {decision.records:,} comments; {decision.answers:,} stored answers that cite it were "
        "deleted.",
        "allow": f"Never masked again. {decision.still_masked:,} comments keep the placeholder until their file is "
        "imported again.",
    }
    words, button = st.columns([5, 1])
    words.success(f"{unmarked(term.shape)}: {done[term.verdict]}", icon=":material/check_circle:")
    warn_of_log(decision.left_in_log)
    if button.button("Undo", icon=":material/undo:"):
        page().decision = workspace().privacy.undo()
        st.rerun()


def show_sample(sample: PrivacySample) -> None:
    """Draw a sample with a checkbox for each comment, and store the ticked ones."""
    st.caption(
        f"{sample.size:,} of {sample.population:,} comments, drawn at random. Tick those in which a person could "
        "still be recognized."
    )
    with st.form("sample", border=False):
        missed = []
        for comment in sample.comments:
            box, text = st.columns([1, 14])
            if box.checkbox(str(comment.number), key=f"sample-{sample.sample}-{comment.number}"):
                missed.append(comment.number)
            with text:
                record(Feedback(comment.id, comment.text, comment.fields))
        if st.form_submit_button("Save this check", type="primary"):
            keep = workspace().privacy.checked
            page().check = keep(sample.sample, None, missed) if missed else keep(sample.sample, 0)
            page().sample = None
            st.rerun()

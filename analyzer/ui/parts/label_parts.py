"""Label comments in the page and watch the interval narrow."""

import streamlit as st

from analyzer.counting.types import Count
from analyzer.ui.parts.charts import interval_chart
from analyzer.ui.parts.record_parts import fields_line, plain
from analyzer.ui.session import page, workspace

A_SITTING = 25
STEPS = (0, 5, 10, 15, 20, 25, 35, 50, 75, 100, 150, 200)
"""Labels at which the interval is drawn once more."""
ANSWERS = {"Yes": "yes", "No": "no", "Cannot tell": "unsure"}


def label_panel(count: Count, key: str) -> None:
    """Offer the comments most worth labeling for a count, and show what the labels make of it."""
    predicate, where = count.predicate, count.where
    held = workspace()
    now = held.count(predicate, where)
    _figures(now)
    seen = page().intervals.setdefault((predicate, where), [])
    if not seen or (now.labelled in STEPS and now.labelled > seen[-1].labelled):
        seen.append(now)
    if now.labelled:
        interval_chart(now, tuple(one for one in seen if one.labelled < now.labelled))
    tasks = held.labels.next(predicate, where, 1)
    if not tasks:
        st.success("Every comment that matches is labeled.", icon=":material/task_alt:")
        return
    done = now.labelled % A_SITTING
    st.progress(done / A_SITTING, f"{done} of {A_SITTING} in this sitting · {now.labelled} in all")
    plain(f"Does this comment say: {predicate}?", "fa-claim")
    plain(tasks[0].text)
    fields_line(tasks[0].fields)
    for cell, (title, answer) in zip(st.columns(len(ANSWERS) + 1), ANSWERS.items(), strict=False):
        if cell.button(title, key=f"{key}-{answer}-{tasks[0].id}", width="stretch"):
            held.labels.keep(predicate, {tasks[0].id: answer})
            st.rerun()
    if now.labelled and st.button("Take the last label back", key=f"{key}-undo"):
        held.labels.undo(predicate)
        seen.clear()
        st.rerun()


def _figures(count: Count) -> None:
    cells = st.columns(3)
    cells[0].metric("Comments", f"{count.estimate * count.denominator:,.0f} of {count.denominator:,}")
    cells[1].metric("Share", f"{100 * count.estimate:.2f} %")
    interval = f"{100 * count.low:.2f} – {100 * count.high:.2f} %" if count.is_corrected else "not known yet"
    cells[2].metric("95 % interval", interval)
    plain(count.method, "fa-fields")

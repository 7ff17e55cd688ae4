"""Draw the labeling of comments for a count, and how the interval narrows."""

import streamlit as st

from analyzer.counting.types import Count
from analyzer.ui.parts.charts import interval_chart
from analyzer.ui.parts.record_parts import fields_line, plain
from analyzer.ui.session import page, workspace

BATCH = 25
"""Labels until the progress bar is full and starts again."""
STEPS = (0, 5, 10, 15, 20, 25, 35, 50, 75, 100, 150, 200)
"""Numbers of labels at which the chart gets a further interval."""
ANSWERS = {"Yes": "yes", "No": "no", "Cannot tell": "unsure"}


def label_panel(count: Count, key: str) -> None:
    """Draw the comment whose label would improve a count most, and the count with the labels so far."""
    predicate, where = count.predicate, count.where
    current = workspace()
    now = current.count(predicate, where)
    _figures(now)
    seen = page().intervals.setdefault((predicate, where), [])
    if not seen or (now.labelled in STEPS and now.labelled > seen[-1].labelled):
        seen.append(now)
    if now.labelled:
        interval_chart(now, tuple(one for one in seen if one.labelled < now.labelled))
    tasks = current.labels.next(predicate, where, 1)
    if not tasks:
        st.success("Every comment is checked.", icon=":material/task_alt:")
        return
    done = now.labelled % BATCH
    st.progress(done / BATCH, f"{done} of {BATCH} in this batch · {now.labelled} checked in all")
    plain(f"Does this comment mention {predicate}?", "fa-claim")
    plain(tasks[0].text)
    fields_line(tasks[0].fields)
    for cell, (title, answer) in zip(st.columns(len(ANSWERS) + 1), ANSWERS.items(), strict=False):
        if cell.button(title, key=f"{key}-{answer}-{tasks[0].id}", width="stretch"):
            current.labels.keep(predicate, {tasks[0].id: answer})
            st.rerun()
    if now.labelled and st.button("Undo", key=f"{key}-undo"):
        current.labels.undo(predicate)
        seen.clear()
        st.rerun()


def _figures(count: Count) -> None:
    cells = st.columns(3)
    cells[0].metric("Comments", f"{count.estimate * count.denominator:,.0f} of {count.denominator:,}")
    cells[1].metric("Share", f"{100 * count.estimate:.2f} %")
    interval = f"{100 * count.low:.2f} – {100 * count.high:.2f} %" if count.is_corrected else "not known yet"
    cells[2].metric("95 % interval", interval)
    plain(count.method, "fa-fields")

"""Privacy: what was replaced, what a person should decide, and a sample that tells how much is left."""

import streamlit as st

from analyzer.ui.privacy_parts import show_bound, show_decision, show_entry, show_risk, show_sample
from analyzer.ui.session import guarded, page, workspace

SIZES = (30, 60, 100, 200, 300)
MOST_ENTRIES = 20

st.title("Privacy")
replaced, queue, sample = st.tabs(["What was replaced", "To decide", "Check a sample"])
with replaced, guarded():
    report = workspace().privacy_report()
    if report.imports:
        show_risk(report)
    else:
        st.info("Nothing has been imported yet; see Add data.", icon=":material/upload_file:")
with queue, guarded():
    if decision := page().decision:
        show_decision(decision)
    waiting = workspace().privacy_queue(MOST_ENTRIES)
    if not waiting.entries:
        st.info("Nothing waits for a decision.", icon=":material/task_alt:")
    for entry in waiting.entries:
        show_entry(entry)
    if waiting.total > len(waiting.entries):
        st.caption(f"{waiting.total - len(waiting.entries):,} more wait behind these.")
with sample, guarded():
    if check := page().check:
        show_bound(check)
    if drawn := page().sample:
        show_sample(drawn)
    elif report.imports:
        st.write("A person reads comments drawn at random and ticks those that still say who somebody is.")
        size = st.select_slider("How many", SIZES, 60)
        if st.button("Draw a sample", type="primary"):
            page().sample = workspace().privacy_sample(int(size))
            page().check = None
            st.rerun()
    else:
        st.info("There is nothing to draw from yet.", icon=":material/upload_file:")

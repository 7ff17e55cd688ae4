"""Draw the comments that match a filter, searched or browsed; the selected one in full."""

import pandas as pd
import streamlit as st

from analyzer.ui.parts import record_parts
from analyzer.ui.session import end_page, workspace

PAGE_ROWS = 200


def comment_table(where: str) -> None:
    """Draw the search field, the table, and the selected comment."""
    current = workspace()
    words = st.text_input("Search", placeholder="words or meaning, such as: parcel never came")
    matching, has_questions = current.feedback.matching(where), len(current.status().questions) > 1
    if words.strip():
        found = current.search(words, where, limit=PAGE_ROWS).hits
        rows = [{"text": hit.text, "match": hit.score, "times": hit.same_words} | dict(hit.fields) for hit in found]
        ids = [hit.id for hit in found]
        st.caption(f"{len(rows)} best matches among {matching:,} comments")
    else:
        screens = max(1, -(-matching // PAGE_ROWS))
        screen = st.number_input(f"Page of {screens:,}", 1, screens, 1) if screens > 1 else 1
        listed = current.feedback.browse(where, PAGE_ROWS, (int(screen) - 1) * PAGE_ROWS)
        rows = [
            {"text": item.text} | ({"question": item.question} if has_questions else {}) | dict(item.fields)
            for item in listed
        ]
        ids = [item.id for item in listed]
        st.caption(f"{matching:,} comments")
    if not rows:
        st.info("No comment matches. Loosen the filter or search for other words.", icon=":material/search_off:")
        end_page()
    table = pd.DataFrame(rows, index=pd.Index(ids, name="id"))
    picked = st.dataframe(
        table, height=420, on_select="rerun", selection_mode="single-row",
        column_config={"text": st.column_config.TextColumn(width="large")},
    )  # fmt: skip
    for row in picked["selection"]["rows"]:
        record_parts.record(current.feedback.show([ids[row]])[0])

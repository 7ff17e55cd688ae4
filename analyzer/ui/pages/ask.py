"""Ask: a question, an optional filter, an answer whose every claim opens its comments."""

import streamlit as st

from analyzer.ui import parts
from analyzer.ui.filters import filter_form
from analyzer.ui.session import Exchange, guarded, page, workspace

EXAMPLES = ("What do people complain about?", "What do people like?", "What do people say about prices?")

st.title("Ask your feedback")
held = workspace()
if not held.matching():
    st.info("There are no comments yet. Go to “Add data” to import a file.", icon=":material/upload_file:")
    st.stop()

where = filter_form("ask")
with st.form("question", border=False):
    question = st.text_input("Question", placeholder=EXAMPLES[0], max_chars=500)
    asked = st.form_submit_button("Ask", type="primary")

if asked and not question.strip():
    st.warning("Type a question first, such as: " + " · ".join(EXAMPLES))
elif asked:
    with guarded(), st.status("Working on it…", expanded=True) as status:
        written = st.empty()
        pieces: list[str] = []

        def on_text(piece: str) -> None:
            """Show that the model is writing, not what: only checked text is shown."""
            pieces.append(piece)
            written.caption(f"writing: {len(pieces)} words so far")

        answer = held.ask(question, where, on_stage=st.write, on_text=on_text)
        page().history.insert(0, Exchange(question, where, answer))
        status.update(label="Done: every sentence checked against its comments", state="complete", expanded=False)

for number, exchange in enumerate(page().history):
    with st.container(border=True):
        parts.plain(exchange.question + (f"   ({exchange.where})" if exchange.where else ""), "fa-fields")
        parts.answer(exchange.answer)
    if not number and len(page().history) > 1:
        st.subheader("Earlier questions")

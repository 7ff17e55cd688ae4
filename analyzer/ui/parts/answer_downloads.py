"""Download an answer: an HTML page to read or print, or a workbook with the verbatims and a method sheet."""

import streamlit as st

from analyzer.answers.types import Answer
from analyzer.answers.wording import counted
from analyzer.ui.parts.downloads import offer_export
from analyzer.ui.session import workspace

KINDS = {
    "html": ("HTML", "text/html"), "xlsx": ("Excel", "application/octet-stream"),
    "pptx": ("PowerPoint", "application/octet-stream"), "doc": ("Word", "application/msword"),
}  # fmt: skip


def download_buttons(question: str, answer: Answer, key: str) -> None:
    """Draw the downloads of an answer; a file is made when its button is pressed."""
    with st.popover("Export", icon=":material/download:"):
        said = counted(len(answer.points), "point", "points") if answer.points else f"{len(answer.claims)} sentences"
        st.caption(f"Made from what you see: {said}, {len(answer.numbers)} figures.")
        for kind, (title, mime) in KINDS.items():
            if st.button(title, key=f"make-{kind}-{key}"):
                content = workspace().answers.file(question, answer, kind)
                offer_export(
                    f"Save {title}", content, f"answer-{answer.receipt}.{kind}", mime, key=f"save-{kind}-{key}"
                )

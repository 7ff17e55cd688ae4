"""Download an answer: an HTML page to read or print, or a workbook with the verbatims and a method sheet."""

from functools import partial

import streamlit as st

from analyzer.answers.types import Answer
from analyzer.messages.text import _, ngettext
from analyzer.ui.parts.downloads import offer_export
from analyzer.ui.parts.record_parts import copy_button
from analyzer.ui.session import workspace
from analyzer.workspace import Workspace

KINDS = {
    "html": ("HTML", "text/html"), "xlsx": ("Excel", "application/octet-stream"),
    "pptx": ("PowerPoint", "application/octet-stream"), "doc": ("Word", "application/msword"),
}  # fmt: skip


def download_buttons(question: str, answer: Answer, key: str) -> None:
    """Draw a button that copies an answer, and one for each kind of file, which is made when it is pressed."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        copy_button(answer_as_text(question, answer), f"answer-{key}")
        if workspace().files.may_export():
            said = (
                ngettext("{n:,} point", "{n:,} points", len(answer.points), n=len(answer.points))
                if answer.points
                else ngettext("{n} sentence", "{n} sentences", len(answer.claims), n=len(answer.claims))
            )
            for kind, (title, mime) in KINDS.items():
                offer_export(
                    title,
                    partial(_file, question, answer, kind),
                    f"answer-{answer.receipt}.{kind}",
                    mime,
                    f"save-{kind}-{key}",
                    ngettext(
                        "What you see: {said}, {n} figure",
                        "What you see: {said}, {n} figures",
                        len(answer.numbers),
                        said=said,
                        n=len(answer.numbers),
                    ),
                )


def _file(question: str, answer: Answer, kind: str, current: Workspace) -> bytes:
    return current.answers.file(question, answer, kind)


def answer_as_text(question: str, answer: Answer) -> str:
    """Return an answer as plain text: the question, what was counted, and each point with its quotes."""
    lines = [question, "", answer.text]
    for point in answer.points:
        lines += [
            "",
            ngettext(
                "{title} ({comments:,} comment, {share:.1%})",
                "{title} ({comments:,} comments, {share:.1%})",
                point.comments,
                title=point.title,
                comments=point.comments,
                share=point.share,
            ),
        ]
        lines += [point.sentence] if point.sentence else []
        lines += [f"“{one.quote}” [{one.id}]" for one in point.citations]
    return "\n".join([*lines, "", _("receipt {receipt}", receipt=answer.receipt)])
